"""Every page in a language that nobody speaks: all that is shown is of the catalogue, longer texts fit.

The language is tests/pseudo.py's, its build web/vite.pseudo.ts, the pages tests/walking.py's table.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

import kept
from browsing import Tab, axe, launch, tab
from client import Server
from pseudo import LONGER, build, pseudo, texts
from reviewing import FAKE
from walking import WALK, Leg, help_is_near, remember, saying

SIZES = {"phone": (360, 640), "desk": (1280, 800)}
SAY = saying(texts(), pseudo)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright, *FAKE)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with a page in that language."""
    return build(tmp_path_factory.mktemp("pseudo"), spoken=False)


def test_the_language_is_longer_and_plain_nowhere() -> None:
    """A text is two fifths longer, in brackets, and without a letter of ours; what is filled in stays."""
    for text in (
        "Begin",
        "A",
        "MIDI",
        "Heard: {names}",
        "Any key or touch, four times. Then the swell starts.",
    ):
        made = pseudo(text)
        own = re.sub(r"\{\w+\}", "", text)
        assert made[0] == "⟦"
        assert made[-1] == "⟧"
        assert len(re.sub(r"\{\w+\}", "", made)) - 2 >= len(own) + round(LONGER * len(own)) - 1
        assert not re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", made))
        assert re.findall(r"\{\w+\}", made) == re.findall(r"\{\w+\}", text)


# What a person can see or be told, that is in plain letters: every text and every name, but what is marked
# as the engine's own (lang=en), what somebody wrote themselves, and links' addresses.
PLAIN = r"""(() => {
  const found = [];
  // forms, by their names
  const named = /\b(PHQ-[289]|GAD-7|WHO-5|MADRS-S|MADRS|HADS-[AD]|HADS|BDI-II|GAF)\b/g;
  const plain = { test: (text) => /[A-Za-z]{2,}/.test(text.replace(named, '')) };
  const apart = '[lang=en]:not(html), [translate=no], input, textarea, script, style, noscript';
  const own = (e) => e.closest(apart) !== null;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (plain.test(node.data) && !own(node.parentElement)) found.push(node.data.trim());
  for (const e of document.body.querySelectorAll('*')) {
    if (e.closest('[lang=en]:not(html)')) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext', 'aria-description'])
      if (plain.test(e.getAttribute(name) ?? '')) found.push(`${name}: ${e.getAttribute(name)}`);
  }
  if (plain.test(document.title)) found.push(`title: ${document.title}`);
  return found;
})()"""

# What does not fit: the page or a panel that scrolls sideways; a text that leaves its button; anything seen
# that reaches over the edge, or above the page where nobody can scroll to.
CUT = r"""(() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const hiddenForEyes = (e) => { // for those who listen: one pixel
    for (let at = e; at; at = at.parentElement)
      if (at.classList.contains('spoken')) return true;
    return false;
  };
  const sideways = (e) => {
    for (let at = e; at; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.classList.contains('wide')) return true;
    return false;
  };
  const rolled = (e) => { // within something that scrolls up and down by itself
    const top = document.documentElement;
    for (let at = e; at && at !== top; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowY)
          && at.scrollHeight > at.clientHeight) return true;
    return false;
  };
  const name = (e) => (e.innerText ?? e.textContent).trim().slice(0, 60);
  for (const e of document.querySelectorAll('body *')) {
    if (!seen(e) || hiddenForEyes(e) || e.closest('svg')) continue;
    const style = getComputedStyle(e);
    const clips = style.overflowX !== 'visible';
    if (clips && !e.matches('.wide, canvas, select, textarea, input')
        && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 2)
      found.push(`${e.tagName}.${e.className} scrolls sideways: ${name(e)}`);
    if (e.matches('button, a, summary, label') && name(e)) {
      const box = e.getBoundingClientRect();
      const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
      const rects = [];
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        if (hiddenForEyes(node.parentElement)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        rects.push(...range.getClientRects());
      }
      for (const text of rects) {
        if (text.width < 2 || text.height < 2) continue;
        if (style.display === 'inline') break; // a link in a line is as wide as its words
        if (text.left < box.left - 1 || text.right > box.right + 1
            || text.top < box.top - 3 || text.bottom > box.bottom + 3) {
          found.push(`cut: ${name(e)}`);
          break;
        }
      }
      if (!rolled(e) && box.top + scrollY < -1) found.push(`above the page: ${name(e)}`);
      if (!sideways(e) && (box.left < -1 || box.right > wide + 1)) found.push(`over the edge: ${name(e)}`);
    }
  }
  return found;
})()"""


def _served(folder: Path, package: Path) -> Server:
    kept.played(folder / "d")
    return Server(folder / "d", environment={**os.environ, "PYTHONPATH": str(package)})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("leg", WALK, ids=lambda leg: leg.stops[0].name)
def test_every_text_is_translated_and_fits(
    browser: Browser, package: Path, tmp_path: Path, leg: Leg, size: str
) -> None:
    """On every page no run of plain letters is shown or told, nothing scrolls sideways, no button's text is
    cut, and Help is one press away, by hand or with at most three Tabs from the top."""
    wide, high = SIZES[size]
    options: dict[str, Any] = {"viewport": {"width": wide, "height": high}, "locale": "ja-JP"}
    server = _served(tmp_path, package)
    shots = os.environ.get("UNDERSONG_SHOTS")  # a folder for pictures, to look at them
    try:
        with tab(browser, server, **options) as page:
            remember(page, leg.settings)
            for stop in leg.stops:
                stop.go(page, SAY)
                if shots:
                    page.page.screenshot(path=Path(shots) / f"{stop.name} {size}.png".replace(" ", "-"))
                assert page.ask(PLAIN) == [], stop.name
                cut = page.ask(CUT)
                assert cut == [], (stop.name, "; ".join(cut))
                if stop.help:
                    help_is_near(page, stop, SAY)
    finally:
        server.stop()


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_whom_to_call_is_translated_and_fits(
    browser: Browser, package: Path, tmp_path: Path, size: str
) -> None:
    """The same of the page of whom to call, with a person named."""
    wide, high = SIZES[size]
    server = _served(tmp_path, package)
    try:
        with tab(browser, server, viewport={"width": wide, "height": high}) as page:
            now(page, "Ñóó-ñáṁé", "+358 40 123 4567")
            assert page.ask(PLAIN) == []
            assert page.ask(CUT) == []
            axe(page)
    finally:
        server.stop()


def now(page: Tab, name: str | None = None, number: str = "") -> None:
    """Open the page of whom to call by itself."""
    page.page.goto(page.server.launch)
    who = f"&name={name}&number={number.replace('+', '%2B')}" if name else ""
    page.page.goto(f"{page.server.address}/testing/parts.html#part=help-now{who}")
    page.page.get_by_role("dialog").wait_for()
