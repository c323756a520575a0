"""The page of whom to call, shown by itself (web/testing/parts.ts): calm, at once, and leading back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server
from pseudo import build

THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that also shows parts of the page by themselves."""
    folder = tmp_path_factory.mktemp("parts")
    server = Server(folder / "d", environment={**os.environ, "PYTHONPATH": str(build(folder, spoken=True))})
    yield server
    server.stop()


def now(page: Tab, name: str | None = None, number: str = "") -> None:
    """Open the page of whom to call by itself."""
    page.page.goto(page.server.address + "/")
    who = f"&name={name}&number={number.replace('+', '%2B')}" if name else ""
    page.page.goto(f"{page.server.address}/testing/parts.html#part=help-now{who}")
    page.page.reload()
    page.page.get_by_role("dialog").wait_for()


@pytest.fixture(scope="module")
def calm(browser: Browser, parts: Server) -> Iterator[Tab]:
    with tab(browser, parts) as page:
        page.page.goto(parts.launch)
        yield page


def test_whom_to_call_is_said_before_anything_else(calm: Tab) -> None:
    """The page begins with telling someone, and with the emergency number for everybody in danger; whom one
    named comes before the numbers, and both can be dialled; one button leads back, and is the only one."""
    now(calm, "Aino", "+358 40 (123) 45-67")
    dialog = calm.page.get_by_role("dialog", name="Please tell someone now.")
    assert dialog.get_by_role("heading").first.inner_text() == "Please tell someone now."
    links = dialog.get_by_role("link").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links[:2] == ["tel:+358401234567", "tel:112"]
    said = dialog.inner_text()
    assert said.index("If you are in danger, call the emergency number where you are") < said.index("Aino")
    assert dialog.get_by_role("button").count() == 1
    assert "nothing" in dialog.inner_text()


@pytest.mark.parametrize(("name", "number"), [(None, ""), ("Aino", ""), ("Aino", "at home")])
def test_nobody_is_dialled_who_was_not_named(calm: Tab, name: str | None, number: str) -> None:
    """Without a person, or with one without a number, the numbers come first and nothing empty is shown."""
    now(calm, name, number)
    dialog = calm.page.get_by_role("dialog")
    links = dialog.get_by_role("link").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links[0] == "tel:112"
    assert ("Aino" in dialog.inner_text()) == (name is not None)
    assert ("You can call" in dialog.inner_text()) == (name is not None)


def test_it_is_left_by_one_press_or_escape_and_sends_nothing(calm: Tab) -> None:
    """From the heading some Tabs and Enter, or Escape alone, lead back; no request is made while it is
    open, and Tab does not leave it."""
    for leave in ("Enter", "Escape"):
        now(calm, "Aino", "+358 40 123 45 67")
        asked: list[str] = []
        calm.page.on("request", lambda request, asked=asked: asked.append(request.url))
        for _ in range(7):
            calm.page.keyboard.press("Tab")
            assert calm.ask(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
            )
            if calm.ask("document.activeElement.textContent.trim() === 'Back'"):
                break
        else:
            raise AssertionError("Tab never comes to Back")
        assert calm.ask("getComputedStyle(document.activeElement).outlineStyle") != "none"
        calm.page.keyboard.press(leave)
        calm.wait_until("document.title === 'closed'")
        assert asked == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("person", [None, "Aino"])
def test_it_shuts_nobody_out(calm: Tab, person: str | None, theme: Literal["dark", "light"]) -> None:
    """axe finds nothing in either theme; at 360 px nothing scrolls sideways; all targets are 48 px high."""
    calm.page.emulate_media(color_scheme=theme)
    for width, height in ((1280, 800), (360, 640)):
        calm.page.set_viewport_size({"width": width, "height": height})
        now(calm, person, "+358 40 123 45 67" if person else "")
        axe(calm)
        assert calm.ask("document.querySelector('dialog').scrollWidth <= innerWidth")
        targets = "[...document.querySelectorAll('a, button')]"
        assert min(calm.ask(f"{targets}.map((e) => e.getBoundingClientRect().height)")) >= 47.5
