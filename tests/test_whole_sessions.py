"""Whole sessions in a real browser, from opening the page to the close and what is kept: by the keyboard
alone, by one key alone, and two people side by side. Axe on every page passed; motion and flashes measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server, running

KEY = "Space"  # the only one, for one switch


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


def inputs(page: Tab) -> list[dict[str, Any]]:
    """What went to the server, in order."""
    return [m for m in page.ask("ears.socket") if m.get("out") and "seq" in m]


MOVING = """document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 20
  && a.transitionProperty !== 'opacity').length"""


def still(page: Tab) -> None:
    """Nothing moves by itself: at most what appears or goes, and what was pressed, fades where it is."""
    assert page.ask(MOVING) == 0


def kept(server: Server) -> list[Path]:
    return sorted(log.parent for log in (server.data / "takes").glob("*/log.jsonl"))


# --- the keyboard alone --------------------------------------------------------------------------


def tab_to(page: Tab, name: str) -> None:
    """Press Tab until the control of that name has focus, and see that this can be seen."""
    for _ in range(60):
        page.page.keyboard.press("Tab")
        found = page.button(name)
        if found.count() and found.first.evaluate("e => e === document.activeElement"):
            assert page.ask("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def test_by_the_keyboard_alone(browser: Browser, served: Server) -> None:
    """Begin, play, ask for something, rest, come back, finish, keep, play again: no mouse; axe finds
    nothing on the way, and where reduced motion is asked for nothing moves by itself. What answers a wish
    is told to those who listen to the page."""
    with tab(browser, served, reduced_motion="reduce") as page:
        keys = page.page.keyboard
        page.open()
        axe(page)
        tab_to(page, "Begin")
        keys.press("Enter")
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        for code in ("KeyA", "KeyD", "KeyF", "KeyD"):
            keys.down(code)
            page.wait(0.3)
            keys.up(code)
        page.wait_until("ears.socket.some((m) => m.type === 'play')")
        still(page)
        axe(page)
        page.button("Why?").wait_for()
        tab_to(page, "Why?")
        keys.press("Enter")
        tab_to(page, "Softer")
        keys.press("Enter")
        page.page.get_by_role("status").filter(has_text="You asked for less, so I play softer.").wait_for()
        tab_to(page, "Rest")
        keys.press("Enter")
        page.button("Play with me again").wait_for()
        axe(page)
        tab_to(page, "Play with me again")
        keys.press("Enter")
        page.button("Play with me again").wait_for(state="hidden")
        tab_to(page, "Finish gently")
        keys.press("Enter")
        page.button("Keep it").wait_for()
        still(page)
        axe(page)
        tab_to(page, "Keep it")
        keys.press("Enter")
        page.button("Play again").wait_for()
        axe(page)
        tab_to(page, "Play again")
        keys.press("Enter")
        page.button("Begin").wait_for()
        what = [m.get("what", m["type"]) for m in inputs(page) if m["type"] not in ("note", "control")]
        assert what == ["begin", "less", "rest", "begin", "finish"]


# --- one key alone -------------------------------------------------------------------------------

OFFERED = "document.querySelector('.caption.shown .sentence')?.textContent ?? ''"


def press(page: Tab, seconds: float = 0.15) -> None:
    page.page.keyboard.down(KEY)
    page.wait(seconds)
    page.page.keyboard.up(KEY)


# The press is made in the page, at the moment at which the choice is named: however slow this machine is,
# it does not come when the next one is.
CHOOSE = """async ([name, code]) => {
  const pause = (ms) => new Promise((r) => setTimeout(r, ms));
  const key = (type) => (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent(type, { code, key: ' ', bubbles: true, cancelable: true }));
  for (let tries = 0; document.querySelector('.caption.shown .sentence')?.textContent !== name; tries++) {
    if (tries > 3000) throw new Error(`"${name}" is never offered.`);
    await pause(20);
  }
  key('keydown');
  await pause(150);
  key('keyup');
  await pause(100); // no finger is back sooner: what is, is taken for a tremor, and rightly
}"""


def choose(page: Tab, name: str) -> None:
    """Wait until that choice is offered, and take it with the one key."""
    page.page.evaluate(CHOOSE, [name, KEY])


def test_with_one_key_alone(browser: Browser, served: Server) -> None:
    """From a page that was never set up, with one key and nothing else: begin, play, rest, ask back,
    finish, keep, and play again. Short presses play; only a long one brings the choices, and
    while they go by nothing is played and the music goes on. Axe finds nothing on the way."""
    with tab(browser, served) as page:
        page.open()
        press(page)  # the choices come
        page.wait_until(f"({OFFERED}) === 'Begin'")
        axe(page)
        press(page)
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        for seconds in (0.3, 0.3, 0.9, 1.9):  # long notes, too, are only notes
            press(page, seconds)
            page.wait(0.15)
        notes = [m for m in inputs(page) if m["type"] == "note" and m["on"]]
        assert len(notes) == 4
        assert page.ask(OFFERED) == ""
        axe(page)

        press(page, 3.2)
        page.wait_until(f"({OFFERED}) === 'Play on'")
        axe(page)
        choose(page, "Rest")
        page.button("Play with me again").wait_for()
        page.wait_until(f"({OFFERED}) === ''")
        press(page, 3.2)
        choose(page, "Play with me again")
        page.button("Play with me again").wait_for(state="hidden")
        press(page, 3.2)
        choose(page, "Finish gently")
        page.wait_until(f"({OFFERED}) === 'No, go back'")  # asked about once more, and no comes first
        choose(page, "Yes: Finish gently")
        page.button("Keep it").wait_for()
        axe(page)
        choose(page, "Keep it")
        page.button("Play again").wait_for()
        page.wait_until(f"({OFFERED}) === 'Play again'")
        axe(page)
        press(page)
        page.button("Begin").wait_for()
        page.wait(0.3)
        assert page.button("Begin").count() == 1  # one press is one choice
        before = len(inputs(page))
        press(page)  # this browser knows by now that any key plays: a short press begins
        page.button("Rest").wait_for()
        page.wait_until(f"ears.socket.filter((m) => m.out && m.seq).length > {before}")
        steers = [m.get("what", m["type"]) for m in inputs(page) if m["type"] not in ("note", "control")]
        assert steers == ["begin", "rest", "begin", "finish", "begin"]
        played = [m for m in inputs(page) if m["type"] == "note" and m["on"]]
        assert len(played) == 4 + 3  # and the three that were held until the choices came
    assert len(kept(served)) == 1


def test_all_choices_can_be_had_with_one_key(browser: Browser, served: Server) -> None:
    """What is folded away in the drawer, and what is ticked, is offered and taken like all the rest."""
    chosen = json.dumps({"way": "switch", "pace": 1300})
    with tab(browser, served) as page:
        page.page.add_init_script(
            f"localStorage.getItem('undersong.settings') ?? "
            f"localStorage.setItem('undersong.settings', {json.dumps(chosen)})"
        )
        page.open()
        press(page)
        page.button("Rest").wait_for()
        press(page, 3.2)
        choose(page, "Sound")
        choose(page, "Which notes")
        choose(page, "Which notes")  # the group within what was unfolded
        choose(page, "all notes")
        choose(page, "Never louder than this")
        page.wait_until("document.querySelector('input[type=checkbox]').checked")
        choose(page, "Close")
        page.page.get_by_role("dialog").wait_for(state="detached")
        assert page.ask("JSON.parse(localStorage.getItem('undersong.settings')).scale") == "all"


# --- a part of the page that fails ---------------------------------------------------------------


def test_a_page_that_cannot_be_shown_is_one_sentence(browser: Browser, served: Server) -> None:
    """Where a part of the page fails there is one sentence and one button, and Undersong rests; the button
    leads back to where Begin goes on."""
    with tab(browser, served) as page:
        page.open()
        page.ask("{ window.ResizeObserver = undefined; }")  # which the page of playing cannot do without
        page.button("Begin").click()
        page.page.get_by_role("alert").filter(has_text="A part of this page does not work").wait_for()
        axe(page)
        page.wait_until("ears.socket.some((m) => m.out && m.type === 'rest')")
        page.button("Reload the page").click()
        page.begin()


# --- two side by side ----------------------------------------------------------------------------

# Both tap at one pace, each a little apart from the other, as people do: keys of both halves.
DUET = """async () => {
  const wait = (until) => new Promise((r) => setTimeout(r, Math.max(0, until - performance.now())));
  const plain = { bubbles: true, cancelable: true };
  const key = (type, code) => window.dispatchEvent(new KeyboardEvent(type, { code, ...plain }));
  const begins = performance.now() + 100;
  for (let beat = 0; beat < 50; beat++) {
    const at = begins + beat * 420;
    await wait(at);
    key('keydown', ['KeyA', 'KeyD', 'KeyF', 'KeyG'][beat % 4]);
    await wait(at + 15 + 10 * (beat % 3));
    key('keydown', ['KeyH', 'KeyK', 'KeyJ'][beat % 3]);
    await wait(at + 250);
    for (const code of ['KeyA', 'KeyD', 'KeyF', 'KeyG', 'KeyH', 'KeyK', 'KeyJ']) key('keyup', code);
  }
}"""


def test_two_side_by_side(browser: Browser, served: Server) -> None:
    """One press on the opening, and two play, each with half of the keyboard: both are in the log as makers
    of their own, with sounds of their own; that they move together is heard, shown and said. Axe finds
    nothing; they finish and keep it."""
    with tab(browser, served) as page:
        page.open()
        page.button("Side by side").click()
        axe(page)
        page.begin()
        axe(page)
        page.page.evaluate("() => { void (" + DUET + ")(); }")
        page.wait_until("ears.socket.some((m) => m.type === 'together' && m.together)")
        page.page.get_by_text("You two are moving together.").wait_for()
        axe(page)
        assert page.page.get_by_role("group", name="left").count() == 1
        assert page.page.get_by_role("group", name="right").count() == 1
        sounds = {
            (m["own"]["timbre"], m["own"]["place"] > 0) for m in page.told("on") if m.get("own") is not None
        }
        assert len(sounds) == 2
        notes = [m for m in inputs(page) if m["type"] == "note" and m["on"]]
        lows = [m["pitch"] for m in notes if m["maker"] == "left"]
        highs = [m["pitch"] for m in notes if m["maker"] == "right"]
        assert min(highs) >= 12 + min(lows)
        page.finish()
        axe(page)
        page.button("Keep it").click()
        page.button("Play again").wait_for()
        page.page.reload()
        page.button("Begin").wait_for()
        assert page.button("Side by side").get_attribute("aria-pressed") == "true"  # remembered
    (take,) = kept(served)
    log = [json.loads(line) for line in (take / "log.jsonl").read_text().splitlines()]
    makers = {entry["maker"] for entry in log if entry.get("in") == "note_on"}
    assert makers == {"left", "right"}


# --- flashes -------------------------------------------------------------------------------------

# What is seen while somebody plays, frame by frame: the picture in cells of 20 px, and every control by the
# ground it has. [ms, [relative luminance of each]], and the area of each in px.
WATCH = """async () => {
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (r, g, b) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const small = document.createElement('canvas');
  [small.width, small.height] = [innerWidth / 20, innerHeight / 20];
  const brush = small.getContext('2d', { willReadFrequently: true });
  const sheets = [...document.querySelectorAll('.picture canvas')];
  const controls = [...document.querySelectorAll('main button')].filter((b) => b.checkVisibility());
  const colour = (shown) => {
    const parts = shown.match(/\\d+(\\.\\d+)?/g).map(Number);
    return shown.includes('srgb') ? parts.map((part) => part * 255) : parts;
  };
  const ground = (control) => {
    const style = getComputedStyle(control);
    const under = colour(style.backgroundImage === 'none' ? style.backgroundColor : style.backgroundImage);
    const over = getComputedStyle(control, '::before');
    if (over.content === 'none') return light(...under);
    const top = colour(over.backgroundColor);
    return light(...[0, 1, 2].map((n) => under[n] + (top[n] - under[n]) * over.opacity));
  };
  const areas = Array(small.width * small.height).fill(400);
  areas.push(...controls.map((control) => control.offsetWidth * control.offsetHeight));
  const seen = [];
  const look = () => {
    for (const sheet of sheets) brush.drawImage(sheet, 0, 0, small.width, small.height);
    const { data } = brush.getImageData(0, 0, small.width, small.height);
    const cells = [];
    for (let at = 0; at < data.length; at += 4) cells.push(light(data[at], data[at + 1], data[at + 2]));
    for (const control of controls) cells.push(ground(control));
    seen.push([performance.now(), cells]);
  };
  const plain = { code: 'KeyF', bubbles: true, cancelable: true };
  const frame = () => new Promise(requestAnimationFrame);
  const begins = performance.now();
  for (let stroke = 0; stroke < 24; stroke++) {
    window.dispatchEvent(new KeyboardEvent('keydown', plain));
    while (performance.now() < begins + stroke * 140 + 70) { await frame(); look(); }
    window.dispatchEvent(new KeyboardEvent('keyup', plain));
    while (performance.now() < begins + (stroke + 1) * 140) { await frame(); look(); }
  }
  return { seen, areas };
}"""

LARGE = 21_824  # px: a quarter of ten degrees of what is seen, at 1024 by 768 (WCAG 2.3.1)
MOST = 3  # general flashes in any second
Seen = list[tuple[float, list[float]]]


def turns(levels: list[tuple[float, float]]) -> list[float]:
    """When a brightness turned by a tenth of full brightness or more, the darker end below .8."""
    times: list[float] = []
    way, extreme = 0, levels[0][1]
    for at, now in levels:
        if way * (now - extreme) > 0:
            extreme = now
        elif abs(now - extreme) >= 0.1 and min(now, extreme) < 0.8:
            way, extreme = (1 if now > extreme else -1), now
            times.append(at)
    return times


def flashing(seen: Seen, areas: list[float]) -> float:
    """The largest area, px, that makes more than MOST pairs of opposing turns in one second."""
    turned = [turns([(at, picture[place]) for at, picture in seen]) for place in range(len(areas))]
    return max(
        sum(
            area
            for area, times in zip(areas, turned, strict=True)
            if sum(at <= time < at + 1000 for time in times) > 2 * MOST
        )
        for at, _ in seen
    )


def test_what_flashes_is_found() -> None:
    """The measure itself: a quarter of the picture that blinks five times a second is found; twice a
    second, or a little, it is not a flash."""

    def blinking(hertz: float, low: float, high: float) -> Seen:
        times = [20.0 * n for n in range(150)]
        return [(at, [high if int(at * hertz / 500) % 2 else low, 0.5]) for at in times]

    assert flashing(blinking(5, 0.1, 0.5), [LARGE, 1]) == LARGE
    assert flashing(blinking(2, 0.1, 0.5), [LARGE, 1]) == 0
    assert flashing(blinking(5, 0.1, 0.15), [LARGE, 1]) == 0


@pytest.mark.parametrize(("theme", "motion"), [("dark", "reduce"), ("light", "no-preference")])
def test_nothing_flashes(browser: Browser, served: Server, theme: str, motion: str) -> None:
    """Tapping seven times a second, the picture and all that is pressed stay below three general flashes in
    any second, by what is really on the page, frame by frame."""
    with tab(browser, served, color_scheme=theme, reduced_motion=motion) as page:
        page.open()
        page.page.get_by_label("Play with").select_option("tap")
        page.begin()
        watched = page.page.evaluate(WATCH)
        assert len(watched["seen"]) > 40
        assert flashing(watched["seen"], watched["areas"]) < LARGE
