"""Every page, as people meet it: axe in both themes, by keyboard or names alone, small, large, still.

Run with ``--pictures`` it also writes the pictures of docs/pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server, running

PICTURES = Path(__file__).parent.parent / "docs" / "pages"
THEMES = ("dark", "light")
NAMES = {"dark": "dusk", "light": "morning"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "undersong") as server:
        yield server


@pytest.fixture
def look(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--pictures"))


def fits(page: Tab) -> None:
    """Nothing makes the page scroll sideways; Rest, where there is one, is seen without scrolling."""
    assert page.ask("document.documentElement.scrollWidth <= innerWidth")
    rest = page.button("Rest")
    if rest.count():
        box = rest.first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= page.ask("innerHeight") + 1


def walk(page: Tab) -> Iterator[str]:
    """From the opening to the end, stopping at every page; gives each one's name."""
    page.open()
    page.wait(0.4)
    yield "opening"
    page.page.get_by_role("button", name="Breathe first").click()
    page.button("Play now").wait_for()
    page.wait(3.0)
    yield "breathing"
    page.page.get_by_text("Another pace").click()
    yield "breathing-pace"
    page.button("Play now").click()
    page.button("Rest").wait_for()
    keys = page.page.keyboard
    for code in ("KeyA", "KeyD", "KeyG"):
        keys.down(code)
        page.wait(0.4)
        keys.up(code)
        page.wait(0.25)
    page.wait_until("ears.socket.some((m) => m.type === 'play')")
    page.wait(1.5)
    for code in ("KeyG", "KeyF", "KeyH"):
        keys.down(code)
        page.wait(0.3)
        keys.up(code)
        page.wait(0.1)
    yield "playing"
    page.button("Why?").click()
    page.wait(0.3)
    yield "why"
    page.button("Why?").click()
    page.button("Sound").click()
    page.wait(0.4)
    yield "sound"
    page.button("Close").click()
    page.button("Help").click()
    page.wait(0.4)
    yield "help"
    page.button("Close").click()
    page.button("Rest").click()
    page.wait(0.6)
    yield "resting"
    page.button("Finish gently").click()
    page.button("Keep it").wait_for()
    page.wait(0.4)
    yield "keep"
    page.button("Keep it").click()
    page.button("Play again").wait_for()
    page.wait(0.3)
    yield "kept"
    page.button("What you kept").click()
    page.page.get_by_role("button", name="Hear again").first.wait_for()
    yield "takes"
    page.button("Back").click()


@pytest.mark.parametrize("theme", THEMES)
def test_no_page_shuts_anybody_out(browser: Browser, served: Server, theme: str, look: bool) -> None:
    """axe finds nothing on any page, in either theme; nothing is asked of any other machine, and the
    content policy refuses nothing."""
    with tab(browser, served, color_scheme=theme) as page:
        for name in walk(page):
            axe(page)
            fits(page)
            if look:
                page.picture(PICTURES / f"{name}-{NAMES[theme]}.jpg")
        for name in ("help", "evidence"):
            page.page.goto(f"{served.address}/{name}.html")
            axe(page)
            if look:
                page.picture(PICTURES / f"{name}-page-{NAMES[theme]}.jpg")


NARROW: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 360, "height": 640}, "has_touch": True},
    "lying": {"viewport": {"width": 740, "height": 360}},
    "large-text": {"viewport": {"width": 640, "height": 480}, "device_scale_factor": 2},
    "still": {"reduced_motion": "reduce"},
}


@pytest.mark.parametrize("kind", NARROW)
def test_it_fits_where_people_are(browser: Browser, served: Server, kind: str, look: bool) -> None:
    """A 360 px wide phone, a phone lying down, everything twice as large, and reduced motion: axe finds
    nothing, nothing is cut off, Rest can always be seen."""
    with tab(browser, served, **NARROW[kind]) as page:
        for name in walk(page):
            axe(page)
            fits(page)
            if look and name in ("opening", "playing"):
                page.picture(PICTURES / f"{name}-{kind}.jpg")


LARGE = """addEventListener('DOMContentLoaded', () =>
  document.documentElement.style.setProperty('font-size', '200%'))"""


def test_text_can_be_twice_as_large(browser: Browser, served: Server) -> None:
    """With the browser's own text at 200% nothing scrolls sideways and Rest can be seen."""
    with tab(browser, served) as page:
        page.page.add_init_script(LARGE)
        for _ in walk(page):
            fits(page)


def test_reduced_motion_scrolls_nothing(browser: Browser, served: Server) -> None:
    """Where reduced motion is asked for, the picture of a held note stays where it is."""
    with tab(browser, served, reduced_motion="reduce") as page:
        page.open()
        page.begin()
        page.page.keyboard.down("KeyG")
        page.wait(0.4)
        page.page.keyboard.up("KeyG")
        first = page.ask(WARM)
        page.wait(0.6)
        second = page.ask(WARM)
        assert first is not None
        assert abs(second - first) <= 2.0


# Where the leftmost warm (maker-coloured) column of the upper sheet lies, in canvas pixels.
WARM = """(() => {
  const sheet = document.querySelectorAll('canvas')[1];
  const brush = sheet.getContext('2d');
  const { data } = brush.getImageData(0, 0, sheet.width, sheet.height);
  for (let x = 0; x < sheet.width; x++)
    for (let y = 0; y < sheet.height * 0.5; y++) {
      const at = (y * sheet.width + x) * 4;
      if (data[at + 3] > 120 && data[at] > 180 && data[at + 2] < 150) return x;
    }
  return null;
})()"""


def test_by_keyboard_alone(browser: Browser, served: Server) -> None:
    """From the opening to "Keep it" with Tab, Enter, Space and the playing keys; Tab is never trapped and
    what has focus can be seen."""
    with tab(browser, served) as page:
        page.open()
        keys = page.page.keyboard
        focus(page, "Begin")
        keys.press("Enter")
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        keys.press("KeyA")
        page.wait_until("ears.reports.length > 0")
        focus(page, "Note 3, key D")
        keys.down("Space")
        page.wait(0.2)
        keys.up("Space")
        page.wait_until("ears.reports.filter((r) => r.who === 'maker').length >= 2")
        focus(page, "Rest")
        assert page.ask("getComputedStyle(document.activeElement).outlineStyle") != "none"
        keys.press("Enter")
        page.button("Play with me again").wait_for()
        focus(page, "Help")
        keys.press("Enter")
        page.page.get_by_role("dialog").wait_for()
        keys.press("Escape")
        page.page.get_by_role("dialog").wait_for(state="hidden")
        focus(page, "Finish gently")
        keys.press("Enter")
        page.button("Keep it").wait_for()
        focus(page, "Keep it")
        keys.press("Enter")
        page.button("Play again").wait_for()


def focus(page: Tab, name: str) -> None:
    """Press Tab until the control of that name has focus."""
    for _ in range(60):
        page.page.keyboard.press("Tab")
        if page.button(name).count() and page.button(name).first.evaluate(
            "e => e === document.activeElement"
        ):
            return
    raise AssertionError(f"Tab never comes to {name!r}")


TELL = """new MutationObserver(() => told(document.querySelector('[aria-live]').textContent)).observe(
  document.querySelector('[aria-live]'), { childList: true, subtree: true, characterData: true })"""


def test_by_names_alone(browser: Browser, served: Server) -> None:
    """From opening to Finish by the accessible names that others rely on; state is told politely, and
    never each note."""
    with tab(browser, served) as page:
        page.open()
        assert page.button("I'll start").count() == 1
        assert page.button("Help").count() == 1
        page.begin()
        told: list[str] = []
        page.page.expose_function("told", lambda text: told.append(text))
        page.ask(TELL)
        for pad in (1, 3, 5, 4, 2):
            page.page.get_by_role("button", name=f"Note {pad},").click()
            page.wait(0.15)
        assert told == []
        page.button("Rest").click()
        page.wait(0.3)
        assert told == ["Undersong rests. You can play on alone."]
        page.finish()
        page.button("No, let it go").click()
        page.button("Play again").wait_for()
        page.button("Play again").click()
        page.button("Begin").wait_for()


def test_whoever_freezes_is_met(browser: Browser, served: Server) -> None:
    """Eight seconds after Begin without a sound: one soft low note, and one pad glows; the first key ends
    the glow."""
    with tab(browser, served) as page:
        page.open()
        page.begin()
        page.page.locator(".glows").wait_for()
        assert page.page.locator(".glows").count() == 1
        (soft,) = page.said("play")
        assert soft["at"] >= 8.0
        assert soft["at"] < 9.0
        assert soft["pitch"] <= 52
        assert soft["velocity"] <= 50
        page.page.keyboard.press("KeyD")
        page.page.locator(".glows").wait_for(state="detached")


def test_the_first_sound_is_two_gestures_away(browser: Browser, served: Server) -> None:
    """Begin, then any key: that sounds. No account, tour, question or setting in between."""
    with tab(browser, served) as page:
        page.open()
        page.button("Begin").click()
        page.button("Rest").wait_for()
        page.page.keyboard.press("KeyF")
        page.wait_until("ears.reports.some((r) => r.who === 'maker' && !r.late)")
