"""What a person adds to a take in the page, takes away, hides and erases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

import kept
from browsing import Tab, launch, tab
from client import running
from reviewing import FAKE, look_back, look_back_again, slider, taken, unfold, worked_out
from undersong.reflecting.prompts import SENTENCES

TEXTS = Path(__file__).parent.parent / "web" / "src" / "texts" / "en.json"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright, *FAKE)
        yield opened
        opened.close()


def test_a_part_is_chosen_heard_and_kept(browser: Browser, tmp_path: Path) -> None:
    """A part is chosen by its two ends, sounds from the one to the other, and is there again later, as are
    the name of the take and what a therapist said."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        look_back(page)
        worked_out(page)
        unfold(page)
        slider(page).focus()
        for _ in range(4):
            page.page.keyboard.press("ArrowRight")
        page.button("It begins here").click()
        slider(page).focus()
        for _ in range(3):
            page.page.keyboard.press("ArrowRight")
        page.button("It ends here").click()
        assert page.page.get_by_text("From 0:04 to 0:07").count() >= 1
        page.button("Hear this part").click()
        page.wait_until("ears.told.some((m) => m.type === 'again')")
        page.button("Hear from here").wait_for()  # it came to its end by itself
        pitches = [m["event"]["pitch"] for m in page.told("again") if m["event"]["type"] == "on"]
        assert pitches == [60, 62, 64]  # the notes of seconds 4, 5 and 6
        page.page.get_by_label("A name for it").first.fill("The turn")
        page.button("Keep this part").click()
        page.page.get_by_text("The turn, from 0:04 to 0:07").wait_for()
        assert b"<score-partwise" in taken(page, "Save as notation (MusicXML)")
        assert taken(page, "Save as MIDI").startswith(b"MThd")

        page.page.get_by_label("A name for it").last.fill("Rain on Sunday")
        page.button("Keep the name").click()
        page.page.get_by_role("heading", name="Rain on Sunday").wait_for()
        page.page.get_by_role("radio", name="follower").check()
        page.page.get_by_label("Your name").fill("A. Therapist")
        page.button("Keep this").click()
        page.page.get_by_text("A. Therapist, 0:04: follower, not said").wait_for()

        page.button("Back").click()
        page.page.get_by_role("heading", name="Rain on Sunday").wait_for()  # in the list, too
        look_back_again(page)
        page.page.get_by_role("heading", name="Rain on Sunday").wait_for()
        unfold(page)
        assert page.page.get_by_text("The turn, from 0:04 to 0:07").count() == 1
        assert page.page.get_by_text("A. Therapist, 0:04: follower, not said").count() == 1


def test_own_words_written_and_said(browser: Browser, tmp_path: Path) -> None:
    """Words belong to their place and are there again later; the microphone is asked for only to say them,
    and closed after that; what was said can be heard, and all can be erased."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.add_init_script("""
          window.streams = [];
          const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (wanted) => {
            const stream = await own(wanted);
            window.streams.push(stream);
            return stream;
          };
        """)
        look_back(page)
        worked_out(page)
        slider(page).focus()
        for _ in range(5):
            page.page.keyboard.press("ArrowRight")
        page.page.get_by_text("Your own words", exact=True).click()
        page.page.get_by_role("textbox", name="Your words about 5 seconds").fill("It was <b>wide</b> here.")
        page.button("Keep these words").click()
        page.page.get_by_text("It was <b>wide</b> here.").wait_for()
        assert page.ask("window.streams.length") == 0

        page.button("Say it instead").click()
        page.page.get_by_text("Recording.").first.wait_for()
        page.wait(1.2)
        page.button("Keep what I said").click()
        page.page.get_by_text("What you said", exact=True).wait_for()
        assert page.ask("window.streams.every((s) => s.getTracks().every((t) => t.readyState === 'ended'))")

        look_back_again(page)
        page.page.get_by_text("Your own words", exact=True).click()
        page.page.get_by_text("It was <b>wide</b> here.").wait_for()
        page.page.get_by_role("button", name="Hear what you said").click()
        page.page.get_by_role("button", name="Stop: ").wait_for()
        page.page.keyboard.press("Escape")
        page.page.get_by_role("button", name="Hear what you said").wait_for()
        page.page.get_by_role("button", name="Erase these words").first.click()
        page.page.get_by_role("button", name="No, keep it").click()
        for left in (1, 0):
            page.page.get_by_role("button", name="Erase these words").first.click()
            page.page.get_by_role("button", name="Yes, erase").click()
            page.wait_until(
                f"[...document.querySelectorAll('button')].filter((b) => b.textContent === "
                f"'Erase these words').length === {left}"
            )
        folder = next((tmp_path / "d" / "takes").iterdir())
        assert not list(folder.glob("voice-*"))


def test_hidden_and_erased_it_is_nowhere(browser: Browser, tmp_path: Path) -> None:
    """Hiding is asked once more; hidden or erased, a take is in no list and not in the weeks, and no
    address of it answers; the others stay."""
    for day in range(3):
        kept.short(tmp_path / "d", kept.DAY + timedelta(days=7 * day))
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        look_back(page)
        worked_out(page)
        (first,) = {
            entry["name"].split("/")[-2]
            for entry in page.ask("performance.getEntriesByType('resource')")
            if entry["name"].endswith("/review")
        }
        page.page.get_by_text("This take", exact=True).click()
        page.button("Hide for ever").click()
        page.button("No, leave it").click()
        page.button("Hide for ever").click()
        page.button("Yes, hide it").click()
        page.page.get_by_text("It is hidden.").wait_for()
        page.page.get_by_role("button", name="Look back: ").nth(1).wait_for()
        assert page.page.get_by_role("button", name="Look back: ").count() == 2
        for rest in ("", "/review", "/duet.mid", "/log.jsonl", "/report"):
            assert status(page, f"/api/takes/{first}{rest}") == 404, rest
        page.page.get_by_role("button", name="Erase: ").first.click()
        page.button("Yes, erase").click()
        page.page.get_by_text("It is erased.").wait_for()
        assert page.page.get_by_role("button", name="Look back: ").count() == 1
        page.button("Our weeks").click()
        page.page.get_by_role("heading", name="Our weeks").wait_for()
        page.page.get_by_role("button", name="Look back: ").first.wait_for()
        assert page.page.get_by_role("button", name="Look back: ").count() == 1
        page.page.get_by_role("button", name="Look back: ").click()
        slider(page).wait_for()


def status(page: Tab, address: str) -> int:
    found: int = page.page.evaluate("async (address) => (await fetch(address)).status", address)
    return found


def test_the_questions_are_those_of_the_engine() -> None:
    """Every question that the server may name has its sentence on the page, the same as in a report."""

    texts = json.loads(TEXTS.read_text(encoding="utf-8"))

    def page_says(key: str) -> object:
        found: Any = texts["prompt"]
        for part in key.split("."):
            found = found[part]
        return found

    for key, sentence in SENTENCES.items():
        assert page_says(key) == sentence
