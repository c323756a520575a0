"""The report in a real Chromium: it reads well on a screen of any width, and prints.

Run with ``--pictures`` it also writes the picture of docs/pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import axe, launch, tab
from client import running
from kept import agree
from undersong.edges import given, midi
from undersong.edges.takes import Takes
from undersong.events import Input
from undersong.offline import play
from undersong.plan import Plan
from undersong.testing.minutes import KINDS, TUNE, minutes

PICTURE = Path(__file__).parent.parent / "docs" / "pages" / "report.jpg"
NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
A4 = {"width": 794, "height": 1123}  # at 96 dots an inch


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def ten_minutes(data: Path) -> str:
    """A take of ten minutes, with words."""
    agree(data)
    events: list[Input] = minutes(dict(KINDS)["moves on"], TUNE, 5)
    file = data.parent / "minutes.mid"
    file.write_bytes(midi.write([("you", [t for e in events for t in midi.messages(e)])], 1000))
    takes = Takes(data)
    id_ = takes.keep_log(play(given.of_midi(file, ()), Plan(), 0, started=NOW.isoformat()).log, NOW)
    about = takes.about(id_)
    about.rename("Down by the river")
    about.write(62, "Here I waited.\nThen it went on by itself.", NOW)
    about.mark(60, 90, "the waiting")
    about.rate(62, "M. Stone", "partner", "stable")
    return id_


def test_the_report_reads_and_prints(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Its style is in force under its own policy; nothing lies beyond the edge of a phone; axe finds
    nothing; on A4 paper it is a few pages, and no line of a table is torn in two."""
    id_ = ten_minutes(tmp_path / "d")
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        told: list[str] = []
        page.page.on("console", lambda message: told.append(message.text))
        page.page.goto(f"{server.address}/api/takes/{id_}/report")
        page.page.get_by_role("heading", name="Down by the river").wait_for()
        assert page.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 253, 248)"
        for width in (360, 820, 1400):
            page.page.set_viewport_size({"width": width, "height": 900})
            assert page.ask("document.documentElement.scrollWidth") <= width
        axe(page)
        page.page.set_viewport_size(A4)
        if request.config.getoption("--pictures"):
            page.picture(PICTURE)
        page.page.emulate_media(media="print")
        assert page.ask("getComputedStyle(document.querySelector('tr')).breakInside") == "avoid"
        pages = re.findall(rb"/Type\s*/Page\b(?!s)", page.page.pdf(prefer_css_page_size=True))
        assert 3 <= len(pages) <= 8
        assert not told
        assert not page.elsewhere
