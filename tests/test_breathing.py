"""The breathing opener in a real browser: from the opening page through a breath into playing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import log10
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, launch, tab
from client import running

QUANTUM = 128  # frames
SILENCE = 0.0001  # -80 dB of full scale
STRETCH = 0.1  # seconds over which the highest samples are compared
SEAM = 6.0  # dB: how much more than its own swell the drone may change where playing begins


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def breathe(page: Tab) -> None:
    """From the opening into the first breath."""
    page.open()
    page.page.get_by_role("button", name="Breathe first").click()
    page.button("Play now").wait_for()
    page.wait_until("ears.told.some((m) => m.type === 'breathe')")


def in_breath(page: Tab) -> None:
    """Wait until the drone has come up and is well within its first breath."""
    page.wait_until("ears.sounds.partner.some(([, peak]) => peak > 0.01)")


def now(page: Tab) -> float:
    """The frame that is being rendered."""
    frame: float = page.ask("ears.contexts.at(-1).currentTime") * page.rate
    return frame


def swells(page: Tab, since: float, until: float) -> list[float]:
    """The drone's highest sample in each stretch, dB of full scale."""
    long = STRETCH * page.rate
    peaks = []
    start = since
    while start + long <= until:
        peaks.append(20 * log10(max(page.peak("partner", start, start + long), 1e-9)))
        start += long
    return peaks


def test_a_breath_leads_into_playing_without_a_seam(browser: Browser, tmp_path: Path) -> None:
    """A drone sounds as the breath is shown; a key leads on, and the next key sounds at once; from the
    breath into playing there is no stretch without the drone, nor one where it leaps; once the partner
    has a ground of its own the drone goes, and Rest leaves nothing of it."""
    with running(tmp_path / "d") as server, tab(browser, server, listening=True) as page:
        breathe(page)
        asked = page.told("breathe")[0]
        assert asked["ground"] == 48  # the pads' home, an octave down
        in_breath(page)
        assert page.reports("maker") == []

        leads = now(page)
        page.page.keyboard.press("KeyF")
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        playing = now(page)
        assert not any(text in page.page.inner_text("body") for text in ("Getting the sound ready",))
        assert page.reports("maker") == []  # the key that leads on is not a note

        page.wait(0.6)
        for code in ("KeyA", "KeyS", "KeyD"):
            page.page.keyboard.down(code)
            page.wait(0.4)
            page.page.keyboard.up(code)
            page.wait(0.15)
        first = page.reports("maker")[0]
        assert first["begun"] == first["heard"]
        assert 0 <= page.onset("maker", first["begun"]) - first["begun"] < 2 * QUANTUM

        peaks = swells(page, leads - 0.3 * page.rate, playing + 0.3 * page.rate)
        assert len(peaks) >= 5
        assert min(peaks) > 20 * log10(SILENCE)
        for one, next_ in pairwise(peaks):
            assert abs(next_ - one) <= 6.0 * STRETCH + SEAM

        page.wait_until("ears.told.some((m) => m.type === 'leave')")
        left = page.told("leave")[0]
        ground = page.told("play")[0]
        assert ground["note"]["voice"] in ("bass", "chords")
        assert left["frame"] >= ground["frame"]

        page.page.keyboard.press("Escape")
        rested = page.told("silence")[-1]["frame"]
        page.wait(0.6)
        assert page.peak("partner", rested + 0.2 * page.rate) == 0.0


@pytest.mark.parametrize("way", ["Escape", "Space", "touch", "button", "midi"])
def test_it_can_be_left_at_any_moment(browser: Browser, tmp_path: Path, way: str) -> None:
    """Escape, a switch, a touch anywhere, the button and a MIDI key all lead on at once, and none of them
    is a note; the opening remembers that somebody breathed."""
    needed = {"touch": {"has_touch": True}, "midi": {"permissions": ["midi"]}}.get(way, {})
    with running(tmp_path / "d") as server, tab(browser, server, **needed) as page:
        breathe(page)
        if way == "touch":
            page.page.touchscreen.tap(200, 300)
        elif way == "button":
            page.button("Play now").click()
        elif way == "midi":
            page.wait_until("ears.midiAsked !== undefined")
            page.wait(0.2)
            page.ask("ears.midi(0x90, 60, 70)")
        else:
            page.page.keyboard.press(way)
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        assert page.reports("maker") == []
        page.page.reload()
        page.button("Begin").wait_for()
        assert page.button("Breathe first, as last time").count() == 1


def test_a_pace_is_chosen_or_found(browser: Browser, tmp_path: Path) -> None:
    """A word chooses another pace within the range; pressing at each in-breath finds a person's own, which
    eases into the range; while it is looked for, presses do not lead on, and Escape still does."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        breathe(page)
        page.page.get_by_text("Another pace").click()
        page.page.get_by_label("a little slower").check()
        page.wait_until("ears.told.some((m) => m.type === 'follow')")
        assert page.told("follow")[-1]["breath"]["goal"] == pytest.approx(60 / 5.2)
        page.page.get_by_label("from my own").check()
        page.page.get_by_text("Press at each in-breath").wait_for()
        for _ in range(4):
            page.page.keyboard.press("KeyG")
            page.wait(2.0)
        page.page.get_by_text("Press at each in-breath").wait_for(state="detached")
        breath = page.told("follow")[-1]["breath"]
        assert 1.5 < breath["period"] < 4.0  # as they pressed
        assert breath["goal"] == pytest.approx(60 / 7)
        assert page.button("Play now").count() == 1
        page.page.keyboard.press("Escape")
        page.button("Rest").wait_for()


def test_what_is_told_aloud_is_little(browser: Browser, tmp_path: Path) -> None:
    """In and out are told to those who listen to the page for two breaths, and no more; with reduced motion
    the water stands still and the words change all the same."""
    with running(tmp_path / "d") as server, tab(browser, server, reduced_motion="reduce") as page:
        page.open()
        told: list[str] = []
        page.page.expose_function("told", lambda text: told.append(text))
        page.page.get_by_role("button", name="Breathe first").click()
        page.button("Play now").wait_for()
        page.ask(TELL)
        before = page.ask(LIES)
        page.wait_until("document.querySelector('.words .now')?.textContent === 'in'")
        page.wait_until("document.querySelector('.words .now')?.textContent === 'out'")
        assert page.ask(LIES) == before
        page.page.get_by_text("Another pace").click()
        page.page.get_by_label("quicker").check()
        for word in ("in", "out", "in"):
            page.wait_until(f"document.querySelector('.words .now')?.textContent === '{word}'")
        assert told in (["in", "out", "in", "out"], ["out", "in", "out"])


LIES = "document.querySelector('.water').style.transform"
TELL = """(() => {
  const said = document.querySelectorAll('[aria-live]')[1];
  if (said.textContent) told(said.textContent);
  new MutationObserver(() => told(said.textContent)).observe(said, {childList: true, subtree: true,
    characterData: true});
})()"""
