"""Locking in a real browser: the whole way with the keyboard, and a page that is locked while open."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server, running

PASSPHRASE = "four quiet words here"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def keep_something(page: Tab) -> None:
    page.begin()
    for code in ("KeyA", "KeyS", "KeyD"):
        page.page.keyboard.down(code)
        page.wait(0.2)
        page.page.keyboard.up(code)
    page.finish()
    page.button("Keep it").click()
    page.button("Play again").wait_for()


def press(page: Tab, *keys: str) -> None:
    for key in keys:
        page.page.keyboard.press(key)


def typed(page: Tab, label: str, text: str) -> None:
    page.page.get_by_label(label, exact=True).focus()
    page.page.keyboard.type(text)


def on_a_button(page: Tab, name: str) -> None:
    """Press a button as a keyboard does."""
    page.button(name).focus()
    press(page, "Enter")


def locked(page: Tab) -> None:
    page.page.get_by_role("heading", name="This is locked").wait_for()


def test_locking_and_unlocking_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """After the first take that is kept the page says that nothing is locked, and leads there: passphrase,
    recovery key, locked now. A wrong passphrase is told, the recovery key opens, what was kept is there.
    No page of it shuts anybody out."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        keep_something(page)
        page.page.get_by_text("Not locked yet").wait_for()
        on_a_button(page, "Lock what I keep")
        page.button("Lock it").wait_for()
        axe(page)
        typed(page, "New passphrase", PASSPHRASE)
        typed(page, "The same once more", "four quiet words there")
        press(page, "Enter")
        page.page.get_by_text("The two are not the same.").wait_for()
        page.page.get_by_label("The same once more", exact=True).fill(PASSPHRASE)
        press(page, "Enter")
        page.page.get_by_role("heading", name="This is your recovery key").wait_for()
        axe(page)
        groups = page.page.locator(".key span").all_inner_texts()
        assert [len(group) for group in groups] == [4] * 8
        on_a_button(page, "I have put it away")
        on_a_button(page, "Lock now")
        locked(page)
        axe(page)
        assert page.page.get_by_text("Not locked yet").count() == 0
        typed(page, "Passphrase", "not the one it is")
        press(page, "Enter")
        page.page.get_by_text("That does not open it.").wait_for()
        assert page.page.get_by_label("Passphrase", exact=True).input_value() == ""
        on_a_button(page, "I have my recovery key")
        typed(page, "Recovery key", " ".join(groups).lower())
        press(page, "Enter")
        page.button("Begin").wait_for()
        on_a_button(page, "What you kept")
        page.page.get_by_role("button", name="Hear again").first.wait_for()
        assert page.page.get_by_text("Locked with your passphrase whenever you are away.").count() == 1


def quick(tmp_path: Path, seconds: float) -> Path:
    """What starts the command so that it locks itself after some seconds."""
    script = tmp_path / "quick"
    file = Path(__file__).parent / "quick_idle.py"
    script.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" "{file}" {seconds} "$@"\n')
    script.chmod(stat.S_IRWXU)
    return script


def test_locked_after_idling_and_unlocked(browser: Browser, tmp_path: Path) -> None:
    """A page left alone is locked, at whichever page it stands; so is one that is loaded then. Help stays
    within reach. After the passphrase the person is at the opening page and plays on; while playing and
    listening nothing is locked."""
    environment = {**os.environ, "UNDERSONG_PASSPHRASE": PASSPHRASE}
    server = Server(tmp_path / "d", python=quick(tmp_path, 4.0), environment=environment)
    try:
        with tab(browser, server) as page:
            page.open()
            locked(page)
            page.page.reload()
            locked(page)
            on_a_button(page, "Help")
            page.page.get_by_role("heading", name="If you need help now").wait_for()
            press(page, "Escape")
            page.page.get_by_role("button", name="Show").click()
            typed(page, "Passphrase", PASSPHRASE)
            press(page, "Enter")
            page.button("Begin").wait_for()
            page.begin()
            page.page.keyboard.press("KeyA")
            page.wait(6.0)
            assert page.button("Rest").count() == 1
            page.finish()
            locked(page)
    finally:
        server.stop()
