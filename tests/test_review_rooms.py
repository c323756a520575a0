"""The rooms of looking back, as people meet them: axe, by keyboard alone, small, large, still.

Run with ``--pictures`` it also writes their pictures of docs/pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

import kept
from browsing import Tab, axe, launch, tab
from client import running
from reviewing import FAKE, focus, look_back, place, slider, unfold, worked_out

PICTURES = Path(__file__).parent.parent / "docs" / "pages"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright, *FAKE)
        yield opened
        opened.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--pictures"))


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
