"""Looking back in a real Chromium: a take seen whole, heard from anywhere, put into words, hidden, erased.

Run with ``--pictures`` it also writes the pictures of docs/pages.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, sync_playwright

import kept
from browsing import Tab, axe, launch, tab
from client import running
from undersong.reflecting.prompts import SENTENCES

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pages"
TEXTS = json.loads((ROOT / "web" / "src" / "texts" / "en.json").read_text(encoding="utf-8"))
THEMES = {"dark": "dusk", "light": "morning"}
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SILENCE = 1e-4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright, *FAKE)
        yield opened
        opened.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--pictures"))


def look_back(page: Tab, at: int = 0) -> None:
    """From the opening page to one of the kept takes, laid out."""
    page.open()
    page.button("What you kept").click()
    page.page.get_by_role("button", name="Look back: ").nth(at).click()
    slider(page).wait_for()


def tell(capsys: pytest.CaptureFixture[str], what: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"[{what}] ")


def slider(page: Tab) -> Any:
    return page.page.get_by_role("slider", name="Place in the music")


def place(page: Tab) -> int:
    return int(slider(page).get_attribute("aria-valuenow"))


def worked_out(page: Tab) -> None:
    """Until all that can be said of the take is on the page."""
    page.page.get_by_text("Places to hear again").wait_for()


def unfold(page: Tab) -> None:
    page.page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    page.page.get_by_role("columnheader", name="Notes of Undersong").wait_for()


# Ink on the sheet of notes: how many of its pixels are not clear.
INK = """(() => {
  const sheet = document.querySelector('canvas.sheet');
  const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);
  let ink = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 60) ink++;
  return ink;
})()"""

# Counts what is asked of every canvas, from outside.
COUNTING = """
  window.strokes = 0;
  for (const name of ['lineTo', 'fillRect', 'drawImage', 'bezierCurveTo', 'ellipse']) {
    const own = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      window.strokes += 1;
      return own.apply(this, args);
    };
  }
"""


def test_an_hour_is_seen_before_anything_is_worked_out(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A take of an hour with 20,000 notes is drawn, and can be heard, while the server still works on the
    rest, which is asked for only after that; the browser's own marks say how long the drawing took."""
    kept.hour(tmp_path / "d")
    held: list[Route] = []
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.route("**/review", lambda route: held.append(route))
        look_back(page)
        page.wait_until("performance.getEntriesByName('review drawn').length > 0")
        assert page.ask(INK) > 2000
        page.page.get_by_text("The rest is being worked out").wait_for()
        page.button("Hear from here").click()
        page.wait_until("ears.told.some((m) => m.type === 'again')")
        page.button("Silence").click()
        marks = {m["name"]: m["startTime"] for m in page.ask("performance.getEntriesByType('mark')")}
        assert len(held) == 1
        held[0].continue_()
        worked_out(page)
        (asked,) = [
            entry["startTime"]
            for entry in page.ask("performance.getEntriesByType('resource')")
            if entry["name"].endswith("/review")
        ]
        assert asked >= marks["review drawn"]
        painted = page.ask("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        took = marks["review drawn"] - marks["review asked"]
        tell(
            capsys,
            f"20,000 notes drawn {took:.0f} ms after they were asked for, the app itself {painted:.0f} ms",
        )


FRAMES = """(() => new Promise((done) => {
  const found = [];
  let before = performance.now();
  const go = (now) => {
    found.push([now - before, window.strokes]);
    window.strokes = 0;
    before = now;
    if (found.length < 90) requestAnimationFrame(go);
    else done(found.slice(1));
  };
  window.strokes = 0;
  requestAnimationFrame(go);
}))()"""


def test_only_what_is_seen_is_drawn(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However much there is: an hour seen whole costs no more strokes than the page has room for, and while
    it is heard, a frame costs next to none of the 20,000 notes."""
    kept.hour(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.add_init_script(COUNTING)
        look_back(page)
        worked_out(page)
        page.ask("(window.strokes = 0)")
        slider(page).focus()
        for _ in range(12):
            page.page.keyboard.press("-")
        page.wait(0.3)
        assert 0 < page.ask("window.strokes") < 12 * 20_000
        page.ask("(window.strokes = 0)")
        page.page.keyboard.press("ArrowRight")
        page.wait(0.3)
        assert page.ask("window.strokes") < 4000  # the whole hour is seen, and only the place moved
        for _ in range(9):
            page.page.keyboard.press("+")
        page.button("Hear from here").click()
        page.wait_until("ears.told.some((m) => m.type === 'again')")
        page.wait(2.0)
        frames = page.ask(FRAMES)
        page.page.keyboard.press("Escape")
        assert median(strokes for _, strokes in frames) < 4000
        between = sorted(ms for ms, _ in frames)
        often = between[int(len(between) * 0.95)]
        tell(capsys, f"{median(between):.0f} ms between two frames, {often:.0f} ms at the 95th percentile")


# Where the line of the place stands, across, at each frame: [performance ms, share of the width].
HEAD = """(() => {
  window.heads = [];
  const picture = document.querySelector('.picture');
  const head = document.querySelector('.head');
  const go = () => {
    const box = picture.getBoundingClientRect();
    const line = head.getBoundingClientRect();
    window.heads.push([performance.now(), (line.left + line.width / 2 - box.left) / box.width]);
    requestAnimationFrame(go);
  };
  go();
})()"""


def test_the_picture_is_in_time_with_the_sound(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the moment in which a note leaves the device the line stands at that note: within two frames of
    the page from note to note, and by the test's own reading of both clocks, whose figure is printed."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        look_back(page)
        worked_out(page)
        seconds = int(slider(page).get_attribute("aria-valuemax"))
        page.ask(HEAD)
        page.button("Hear from here").click()
        page.wait_until("ears.told.filter((m) => m.type === 'again' && m.event.type === 'on').length >= 7")
        page.wait(0.2)
        onsets = [m["at"] for m in page.told("again") if m["event"]["type"] == "on"]
        bridge = median(context - at / 1000 for at, context in page.ask("ears.stamps"))
        heads = page.ask("window.heads")
        page.button("Silence").click()
        whole = 19.5  # seconds of the take, all of which are seen: its last note begins at 19
        assert abs(seconds - whole) <= 0.5
        apart = []
        for second, frame in enumerate(onsets[:6]):
            leaves = (frame / page.rate - bridge) * 1000
            if second == 0:
                continue  # there the line waits for the sound to begin
            now, at = min(heads, key=lambda head: abs(head[0] - leaves))
            assert (
                abs(now - leaves) < 250
            )  # a frame was drawn near it, so that there is something to compare
            apart.append(at * whole - second - (now - leaves) / 1000)
        tell(capsys, f"picture against sound: {[round(1000 * one) for one in apart]} ms")
        # a busy machine leaves frames out, and its two clocks are read up to .1 s apart: so most notes, not
        # each, agree within two frames with one another, and all of them roughly with the device
        assert median(abs(one - median(apart)) for one in apart) < 0.034
        assert abs(median(apart)) < 0.15


def test_reduced_motion_moves_in_steps(browser: Browser, tmp_path: Path) -> None:
    """Where reduced motion is asked for, the line goes on twice a second, and the picture stays where it is
    until it is turned like a page."""
    kept.played(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server, reduced_motion="reduce") as page:
        look_back(page)
        worked_out(page)
        before = page.ask(INK)
        page.button("Hear from here").click()
        page.wait_until("ears.reports.length > 0")
        page.ask(HEAD)
        page.wait(2.1)
        places = [at for _, at in page.ask("window.heads")]
        page.page.keyboard.press("Escape")
        assert 2 <= len(set(places)) <= 6
        assert abs(page.ask(INK) - before) < 0.2 * before


def test_it_can_be_drawn_over_with_a_mouse(browser: Browser, tmp_path: Path) -> None:
    """A press sets the place; drawing over the picture chooses a part of it."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        look_back(page)
        worked_out(page)
        box = slider(page).bounding_box()
        mouse = page.page.mouse
        middle = box["y"] + box["height"] / 2
        mouse.click(box["x"] + box["width"] / 2, middle)
        assert place(page) in (9, 10)
        mouse.move(box["x"] + box["width"] * 0.25, middle)
        mouse.down()
        mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
        mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
        mouse.up()
        assert place(page) in (9, 10)
        unfold(page)
        assert page.page.get_by_text("From 0:04 to 0:14").count() >= 1


@pytest.mark.parametrize("how", ["Escape", "Silence"])
def test_it_is_silent_at_once(browser: Browser, tmp_path: Path, how: str) -> None:
    """Escape and Silence end what is heard within 200 ms, in frames of the device; nothing comes after."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server, listening=True) as page:
        look_back(page)
        page.button("Hear from here").click()
        page.wait_until("ears.reports.some((r) => r.who === 'partner')")
        page.wait(1.2)
        if how == "Escape":
            page.page.keyboard.press("Escape")
        else:
            page.button("Silence").click()
        page.button("Hear from here").wait_for()
        stopped = page.told("silence")[-1]["frame"]
        page.wait(1.5)
        rate = page.rate
        assert page.peak("partner", stopped - 0.5 * rate, stopped) > SILENCE
        assert page.peak("partner", stopped + 0.2 * rate) == 0.0
        assert all(m["frame"] <= stopped for m in page.told("again"))
        begun = [r["begun"] for r in page.reports("maker") if r["begun"] >= 0]
        assert max(begun) < stopped + 0.05 * rate


def test_nothing_sounds_by_itself(browser: Browser, tmp_path: Path) -> None:
    """A take is looked back at, read, moved through and left without a sound, and without a microphone."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.add_init_script("""
          window.asked = 0;
          navigator.mediaDevices.getUserMedia = async () => { window.asked += 1; throw new Error(); };
        """)
        look_back(page)
        worked_out(page)
        unfold(page)
        for key in ("ArrowRight", "End", "Home", "ArrowUp", "+", "-"):
            page.page.keyboard.press(key)
        page.button("Back").click()
        page.page.get_by_role("heading", name="What you kept").wait_for()
        assert page.ask("ears.told") == []
        assert page.ask("ears.contexts.length") == 0
        assert page.ask("window.asked") == 0


def test_either_voice_can_be_left_out(browser: Browser, tmp_path: Path) -> None:
    """With one of the two unticked only the other sounds; ticked again, it is there again."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        look_back(page)
        page.page.get_by_role("checkbox", name="Hear Undersong").uncheck()
        page.button("Hear from here").click()
        page.wait_until("ears.reports.filter((r) => r.who === 'maker').length >= 2")
        assert page.reports("partner") == []
        page.page.get_by_role("checkbox", name="Hear Undersong").check()
        page.page.get_by_role("checkbox", name="Hear you").uncheck()
        page.wait_until("ears.reports.some((r) => r.who === 'partner')")
        before = len(page.told("again"))
        page.wait(1.5)
        assert len(page.told("again")) == before
        page.page.keyboard.press("Escape")


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


def taken(page: Tab, name: str) -> bytes:
    """The bytes of a file that the page offers."""
    with page.page.expect_download() as download:
        page.page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()


def look_back_again(page: Tab) -> None:
    """After a reload."""
    page.page.reload()
    page.button("What you kept").click()
    page.page.get_by_role("button", name="Look back: ").first.click()
    worked_out(page)


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
        for left in (1, 0):
            page.page.get_by_role("button", name="Erase these words").first.click()
            page.wait_until(
                f"[...document.querySelectorAll('button')].filter((b) => b.textContent === "
                f"'Erase these words').length === {left}"
            )
        folder = next((tmp_path / "d" / "takes").iterdir())
        assert not list(folder.glob("voice-*"))


def test_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    """From the opening to a place, its sound, silence, own words and back, by keyboard."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        keys = page.page.keyboard
        focus(page, "What you kept")
        keys.press("Enter")
        page.page.get_by_role("heading", name="What you kept").wait_for()
        focus(page, "Look back: ")
        keys.press("Enter")
        slider(page).wait_for()
        worked_out(page)
        keys.press("ArrowRight")  # from the heading, where reading begins, without looking for the picture
        keys.press("ArrowRight")
        assert place(page) == 2
        keys.press("End")
        assert place(page) == int(slider(page).get_attribute("aria-valuemax"))
        keys.press("Home")
        assert place(page) == 0
        focus(page, "Place in the music")
        assert page.ask("getComputedStyle(document.activeElement).outlineStyle") != "none"
        keys.press("Space")
        page.button("Silence").wait_for()
        page.wait_until("ears.told.some((m) => m.type === 'again')")
        keys.press("Space")
        page.button("Hear from here").wait_for()
        text = slider(page).get_attribute("aria-valuetext")
        assert "of 20 seconds" in text or "of 19 seconds" in text
        focus(page, "Your own words")
        keys.press("Enter")
        focus(page, "Your words about")
        keys.type("A line, with a space - and + in it")
        focus(page, "Keep these words")
        keys.press("Enter")
        page.page.get_by_text("A line, with a space - and + in it").first.wait_for()
        focus(page, "Back")
        keys.press("Enter")
        page.page.get_by_role("heading", name="What you kept").wait_for()


NAMED = """(name) => {
  const one = document.activeElement;
  if (one === document.body) return false;
  const own = one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
  return own.trim().startsWith(name);
}"""


def focus(page: Tab, name: str) -> None:
    """Press Tab until what has focus has a name that begins so."""
    for _ in range(80):
        page.page.keyboard.press("Tab")
        if page.page.evaluate(NAMED, name):
            return
    raise AssertionError(f"Tab never comes to {name!r}")


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


def walk(page: Tab) -> Iterator[str]:
    """Through the rooms of looking back."""
    look_back(page)
    worked_out(page)
    page.wait(0.4)
    yield "review"
    slider(page).focus()
    for key in ("+", "+", "ArrowUp"):
        page.page.keyboard.press(key)
    page.button("Hear from here").click()
    page.wait_until("ears.told.some((m) => m.type === 'again')")
    page.wait(2.5)
    yield "review-heard"
    page.page.keyboard.press("Escape")
    page.button("Hear from here").wait_for()
    unfold(page)
    page.ask("document.querySelector('details').scrollIntoView()")
    page.wait(0.3)
    yield "review-open"
    page.button("Back").click()
    page.button("Our weeks").click()
    page.page.get_by_role("button", name="Look back: ").first.wait_for()
    page.wait(0.3)
    yield "weeks"


KINDS: dict[str, dict[str, Any]] = {
    "dusk": {"color_scheme": "dark"},
    "morning": {"color_scheme": "light"},
    "phone": {"viewport": {"width": 360, "height": 640}, "has_touch": True},
    "large-text": {"viewport": {"width": 640, "height": 480}, "device_scale_factor": 2},
    "still": {"reduced_motion": "reduce"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_room_shuts_anybody_out(browser: Browser, tmp_path: Path, kind: str, look: bool) -> None:
    """axe finds nothing, folded and unfolded, in both themes, on a phone, enlarged and with reduced motion;
    nothing scrolls sideways; what silences is always seen."""
    for day in range(4):
        kept.played(tmp_path / "d", kept.DAY + timedelta(days=7 * day), seed=day)
    with running(tmp_path / "d") as server, tab(browser, server, **KINDS[kind]) as page:
        for name in walk(page):
            axe(page)
            assert page.ask("document.documentElement.scrollWidth <= innerWidth")
            if name.startswith("review"):
                box = page.button("Silence" if name == "review-heard" else "Hear from here").bounding_box()
                assert box
                assert box["y"] + box["height"] <= page.ask("innerHeight") + 1
                assert box["height"] >= 48
            if look and (kind in ("dusk", "morning") or name == "review"):
                page.picture(PICTURES / f"{name}-{kind}.jpg")


LARGE = """addEventListener('DOMContentLoaded', () =>
  document.documentElement.style.setProperty('font-size', '200%'))"""


def test_text_can_be_twice_as_large(browser: Browser, tmp_path: Path) -> None:
    """With the browser's own text at 200%, on a phone, too, nothing scrolls sideways, and the button that
    silences is seen whole."""
    kept.short(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server, **KINDS["phone"]) as page:
        page.page.add_init_script(LARGE)
        for name in walk(page):
            assert page.ask("document.documentElement.scrollWidth <= innerWidth")
            if name == "review":
                box = page.button("Hear from here").bounding_box()
                assert box
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= 360
                assert box["y"] + box["height"] <= 641


def test_the_questions_are_those_of_the_engine() -> None:
    """Every question that the server may name has its sentence on the page, the same as in a report."""

    def page_says(key: str) -> object:
        found: Any = TEXTS["prompt"]
        for part in key.split("."):
            found = found[part]
        return found

    for key, sentence in SENTENCES.items():
        assert page_says(key) == sentence
