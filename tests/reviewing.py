"""A take looked back at in a real Chromium: what the tests of that share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browsing import Tab

FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def look_back(page: Tab, at: int = 0) -> None:
    """From the opening page to one of the kept takes, laid out."""
    page.open()
    page.button("What you kept").click()
    page.page.get_by_role("button", name="Look back: ").nth(at).click()
    slider(page).wait_for()


def look_back_again(page: Tab) -> None:
    """After a reload."""
    page.page.reload()
    page.button("What you kept").click()
    page.page.get_by_role("button", name="Look back: ").first.click()
    worked_out(page)


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


def taken(page: Tab, name: str) -> bytes:
    """The bytes of a file that the page offers."""
    with page.page.expect_download() as download:
        page.page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()


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
