"""How loud it may become, and what is told of it, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, launch, tab
from client import running

SETTLED = 4.5  # seconds in which the volume has come up from its soft beginning


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def loudest(page: Tab) -> float:
    """The highest sample that leaves the page while one and the same note is played."""
    since = page.ask("ears.contexts.at(-1).currentTime") * page.rate
    page.page.keyboard.down("KeyG")
    page.wait(0.5)
    page.page.keyboard.up("KeyG")
    page.wait(0.3)
    return page.peak("out", since)


def test_never_louder_than_this(browser: Browser, tmp_path: Path) -> None:
    """A volume that was set as the loudest is not passed, whatever the slider is asked for, and still not
    after the page is opened anew; without it the same note is as loud as the slider says."""
    with running(tmp_path / "d") as server, tab(browser, server, listening=True) as page:
        page.open()
        page.begin()
        page.button("Rest").click()  # the maker alone is judged
        page.button("Sound").click()
        slider = page.page.get_by_label("How loud")
        slider.fill("0.4")
        page.page.get_by_label("Never louder than this").check()
        page.wait(SETTLED)
        page.button("Close").click()
        soft = loudest(page)
        page.button("Sound").click()
        slider.fill("1")
        assert slider.input_value() == "0.4"
        page.wait(SETTLED)
        page.button("Close").click()
        assert loudest(page) < 1.3 * soft
        page.button("Sound").click()
        page.page.get_by_label("Never louder than this").uncheck()
        slider.fill("1")
        page.wait(SETTLED)
        page.button("Close").click()
        assert loudest(page) > 2.5 * soft

        page.button("Sound").click()
        slider.fill("0.4")
        page.page.get_by_label("Never louder than this").check()
        page.page.reload()
        page.begin()
        page.button("Sound").click()
        slider.fill("0.9")
        assert slider.input_value() == "0.4"


def test_what_the_week_has_been_is_told(browser: Browser, tmp_path: Path) -> None:
    """What was heard is told in words; near what is advised for a week one sentence says so, in the drawer
    with a way to play softer and on the opening page, and playing goes on as ever."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.begin()
        page.button("Sound").click()
        page.page.get_by_text("Kind to your ears", exact=True).click()
        page.page.keyboard.press("KeyG")
        page.page.get_by_text("You have heard a few minutes of").wait_for()
        near = page.page.get_by_text("as much sound as is advised for a week")
        assert near.count() == 0

        today = page.ask("new Date().toLocaleDateString('sv')")  # as 2026-11-25
        week = {"days": [{"day": today, "dose": 1.5, "seconds": 90000}], "ears": {}, "loudest": None}
        page.ask(f"localStorage.setItem('undersong.heard', {json.dumps(json.dumps(week))})")
        page.page.reload()
        near.wait_for()
        page.begin()
        page.button("Sound").click()
        page.page.get_by_text("Kind to your ears", exact=True).click()
        page.page.get_by_text("You have heard about 25 hours of").wait_for()
        before = float(page.page.get_by_label("How loud").input_value())
        page.button("Play softer").click()
        assert float(page.page.get_by_label("How loud").input_value()) < before
        notes = len(page.reports("maker"))
        page.page.keyboard.press("KeyG")
        page.wait_until(f"ears.reports.filter((r) => r.who === 'maker').length > {notes}")


def test_choices_of_other_groups_stay_as_they_are(browser: Browser, tmp_path: Path) -> None:
    """How loud it is beside someone talking has nothing to do with who plays beside whom."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.begin()
        page.button("Sound").click()
        page.page.locator("summary", has_text="Who plays here").click()
        page.page.get_by_text("Kind to your ears", exact=True).click()
        alone = page.page.get_by_label("one person")
        assert alone.is_checked()
        page.page.get_by_label("about alike").check()
        assert alone.is_checked()
