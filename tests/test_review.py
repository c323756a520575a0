"""Looking back in a real Chromium: a take seen whole and heard from anywhere, in time with its picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Route, sync_playwright

import kept
from browsing import launch, tab
from client import running
from reviewing import FAKE, look_back, place, slider, unfold, worked_out

SILENCE = 1e-4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright, *FAKE)
        yield opened
        opened.close()


def tell(capsys: pytest.CaptureFixture[str], what: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"[{what}] ")


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
