"""The arc of a session in a real browser: arrive, play, close, words; what was agreed to; what helps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server, running
from kept import short
from reviewing import focus
from test_whole_sessions import choose
from test_whole_sessions import press as by_switch
from undersong.edges.house import House
from undersong.edges.takes import Takes
from walking import remember

THEMES = ("dark", "light")
LONG = 3.2  # seconds of a press that brings the choices


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


def press(page: Tab, name: str) -> None:
    """By keyboard alone: Tab until it has focus, then Enter."""
    focus(page, name)
    page.page.keyboard.press("Enter")


def heading(page: Tab, name: str) -> None:
    page.page.get_by_role("heading", name=name, exact=True, level=1).wait_for()


def play_a_little(page: Tab) -> None:
    page.button("Rest").wait_for()
    page.wait_until("ears.socket.some((m) => m.type === 'began')")
    for code in ("KeyA", "KeyD", "KeyG"):
        page.page.keyboard.down(code)
        page.wait(0.3)
        page.page.keyboard.up(code)
    page.wait_until("ears.socket.some((m) => m.type === 'play')")


def about(server: Server) -> dict[str, Any]:
    """What lies beside the only kept take."""
    (take,) = Takes(server.data).all()[0]
    return Takes(server.data).about(take.id).read().shown


def test_a_whole_first_session_by_keyboard(browser: Browser, served: Server) -> None:
    """Somebody tired, with a keyboard: arrive with a word and a colour, begin, play, finish, keep it, leave
    a word, look back and find both. Nothing of the words lies anywhere but with the take."""
    with tab(browser, served) as page:
        page.open()
        keys = page.page.keyboard
        press(page, "Arrive first")
        heading(page, "How do you come here?")
        focus(page, "no word")
        keys.press("ArrowRight")  # round to the first of the words
        page.page.get_by_role("radio", name="quiet").and_(page.page.locator(":checked")).wait_for()
        focus(page, "no colour")
        keys.press("ArrowLeft")
        page.page.get_by_role("radio", name="grey").and_(page.page.locator(":checked")).wait_for()
        press(page, "Go on")
        heading(page, "How long?")
        press(page, "Go on")
        heading(page, "How shall it begin?")
        press(page, "Begin")
        play_a_little(page)
        press(page, "Finish gently")
        heading(page, "Keep this?")
        press(page, "Keep it")
        heading(page, "It is kept.")
        press(page, "A word for it")
        heading(page, "A word for it?")
        focus(page, "Or in your own words")
        keys.type("like evening light")
        press(page, "Keep this word")
        heading(page, "It is kept.")
        assert about(served)["arrived"] == {"word": "quiet", "colour": "grey"}
        assert about(served)["left"] == {"word": "like evening light", "colour": None}
        stored = page.ask("JSON.stringify({...localStorage, ...sessionStorage})")
        assert "quiet" not in stored
        assert "grey" not in stored
        assert "evening" not in stored
        press(page, "What you kept")
        press(page, "Look back")
        press(page, "Your own words")
        page.page.get_by_text("On leaving").wait_for()
        page.page.get_by_text("like evening light").wait_for()
        page.page.get_by_text("quiet, grey").wait_for()


def test_a_whole_first_session_by_names_alone(browser: Browser, served: Server) -> None:
    """The same with accessible names only, no word said at all; the next time "Same as last time" begins
    with what was chosen, and nothing else is asked."""
    with tab(browser, served) as page:
        page.open()
        page.button("Arrive first").click()
        page.button("Go on").click()
        page.page.get_by_role("radio", name="20 minutes").check(force=True)
        page.button("Go on").click()
        page.button("I'll start").click()
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        page.page.get_by_role("button", name="Note 1, key A").click()
        page.finish()
        page.button("Keep it").click()
        page.button("Play again").click()
        assert about(served)["arrived"] is None
        assert about(served)["left"] is None
        page.button("Arrive first").click()
        page.page.get_by_text("20 minutes, Undersong begins").wait_for()
        page.button("Same as last time").click()
        page.button("Rest").wait_for()
        begun = [m["what"] for m in page.said("steer", out=True)]
        assert begun == ["partner_starts", "partner_starts"]


def test_a_whole_first_session_by_one_switch(browser: Browser, served: Server) -> None:
    """The same with one key: a word on arriving, how long, Begin, a few notes, finish, keep, and a colour
    on leaving."""
    with tab(browser, served) as page:
        remember(page, {"way": "switch", "pace": 1300})
        page.open()
        by_switch(page, LONG)
        choose(page, "Arrive first")
        heading(page, "How do you come here?")
        choose(page, "A word")
        choose(page, "tired")
        choose(page, "Go on")
        heading(page, "How long?")
        choose(page, "Go on")
        heading(page, "How shall it begin?")
        choose(page, "Begin")
        page.button("Rest").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'began')")
        for _ in range(3):
            by_switch(page, 0.3)
            page.wait(0.2)
        by_switch(page, LONG)
        choose(page, "Finish gently")
        choose(page, "Yes: Finish gently")
        choose(page, "Keep it")
        heading(page, "It is kept.")
        choose(page, "A word for it")
        choose(page, "A colour")
        choose(page, "blue")
        choose(page, "Keep this word")
        heading(page, "It is kept.")
        assert about(served)["arrived"] == {"word": "tired", "colour": None}
        assert about(served)["left"] == {"word": None, "colour": "blue"}


def test_arriving_can_be_left_and_gone_on_with(browser: Browser, served: Server) -> None:
    """Whoever goes back to the first page finds what was chosen on coming back; Begin there is a take
    without it, and stays one press away."""
    with tab(browser, served) as page:
        page.open()
        page.button("Arrive first").click()
        page.page.get_by_role("radio", name="blue").check(force=True)
        page.button("Go on").click()
        page.button("Back").click()
        heading(page, "How do you come here?")
        page.button("Back").click()
        page.button("Begin").wait_for()
        page.button("Arrive first").click()
        assert page.page.get_by_role("radio", name="blue").is_checked()
        page.button("Back").click()
        page.begin()
        page.page.keyboard.press("KeyA")
        page.finish()
        page.button("Keep it").click()
        page.button("Play again").wait_for()
        assert about(served)["arrived"] is None


def test_the_yes_to_play_is_taken_back_while_it_plays(browser: Browser, served: Server) -> None:
    """From the drawer to the four ticks: the music rests at once; after the second step the partner is
    silent, nothing of the take is on the disk, and Back leads to the beginning, where Begin begins anew."""
    with tab(browser, served) as page:
        page.open()
        page.begin()
        play_a_little(page)
        page.button("Sound").click()
        page.button("What I agreed to").click()
        heading(page, "What I agreed to")
        play = page.page.get_by_role("checkbox", name="Listen and answer")
        assert play.is_checked()
        assert not page.page.get_by_role("checkbox", name="Keep", exact=True).is_checked()
        play.click()
        assert play.is_checked()  # nothing yet
        page.button("Yes, take it back").click()
        page.page.get_by_text("It is taken back.").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'withdrawn')")
        assert not play.is_checked()
        assert list((served.data / "scratch").iterdir()) == []
        page.wait(1.0)  # in which the partner would have gone on
        came = [m["type"] for m in page.ask("ears.socket") if not m.get("out")]
        assert "play" not in came[came.index("withdrawn") :]
        page.button("Back").click()
        page.begin()
        assert len(list((served.data / "scratch").iterdir())) == 1


def test_the_yes_to_keep_is_taken_back(browser: Browser, tmp_path: Path) -> None:
    """Two steps, the safe one at hand; what was kept is gone from the disk and from the list. "No" leaves
    all as it was."""
    data = tmp_path / "undersong"
    short(data)
    with running(data) as server, tab(browser, server) as page:
        page.open()
        page.button("What you kept").click()
        page.button("What I agreed to").click()
        keep = page.page.get_by_role("checkbox", name="Keep", exact=True)
        keep.click()
        page.button("No, leave it").click()
        assert keep.is_checked()
        assert len(list((data / "takes").iterdir())) == 1
        keep.click()
        focused = page.ask("document.activeElement.textContent")
        assert focused == "No, leave it"
        page.button("Save it first").wait_for()
        page.button("Yes, take it back").click()
        page.page.get_by_text("It is taken back.").wait_for()
        assert list((data / "takes").iterdir()) == []
        page.button("Back").click()
        page.button("What you kept").click()
        page.page.get_by_text("Nothing is kept yet.").wait_for()


def test_what_helps_bounds_the_page_and_the_partner(browser: Browser, served: Server) -> None:
    """Asked for from the drawer, after the first sound: a yes to keeping first, then a question at a time.
    What was answered is there when it is gone on with; a sound that is not to be heard is offered no more
    and not played; the loudness stops at its bound; the next take is played by the answers. Where they
    cannot be asked for, the page stays bound as it was."""
    with tab(browser, served) as page:
        page.open()
        assert page.button("What helps me").count() == 0
        page.begin()
        play_a_little(page)
        page.button("Sound").click()
        page.button("What helps me").click()
        page.button("Yes, keep them").click()
        heading(page, "What helps you in music?")
        page.button("Go on").click()
        heading(page, "How loud do you like it?")
        page.page.get_by_role("radio", name="very soft").check(force=True)
        page.page.get_by_role("radio", name="very soft").and_(page.page.locator(":checked")).wait_for()
        page.button("Go on").click()
        page.page.get_by_role("checkbox", name="piano").check(force=True)
        page.page.get_by_role("checkbox", name="drum").check(force=True)
        page.wait_until("document.querySelectorAll(':checked').length === 2")
        page.button("Back").click()
        page.button("Finish gently").click()
        page.button("No, let it go").click()
        page.button("Play again").click()
        page.begin()
        page.button("Sound").click()
        assert page.page.get_by_role("radio", name="piano").count() == 0
        assert page.page.get_by_role("radio", name="marimba").is_checked()
        assert float(page.page.get_by_role("slider", name="How loud").input_value()) == 0.35
        page.button("What helps me").click()
        heading(page, "What helps you in music?")  # the first that was left out
        for _ in range(12):
            page.button("Go on").click()
        heading(page, "What follows from it")
        page.page.get_by_text("You like it very soft, so I stay so.").wait_for()
        house = House(served.data)
        row = house.own.record.one("SELECT said FROM intake")
        house.close()
        assert row is not None
        assert json.loads(str(row[0])) == {"loudness": "softest", "sounds": ["piano", "drum"]}
        logs = [log.read_bytes().split(b"\n")[0] for log in served.data.rglob("log.jsonl")]
        assert [json.loads(line)["plan"]["limits"]["loudest"] for line in logs] == [56]
        page.button("Back").click()
        play_a_little(page)
        page.button("Finish gently").click()
        page.button("No, let it go").click()
        page.page.route("**/api/intake", lambda route: route.abort())
        with page.page.expect_event("requestfailed", lambda asked: asked.url.endswith("/api/intake")):
            page.button("Play again").click()
        page.begin()
        page.button("Sound").click()
        assert page.page.get_by_role("radio", name="piano").count() == 0
        assert float(page.page.get_by_role("slider", name="How loud").input_value()) == 0.35


def pages_of_care(page: Tab) -> Iterator[str]:
    """Every page of the arc, one after another."""
    page.open()
    page.button("Arrive first").click()
    yield "arrive"
    page.button("Go on").click()
    yield "arrive-length"
    page.button("Go on").click()
    yield "arrive-begin"
    page.button("Begin").click()
    play_a_little(page)
    page.button("Sound").click()
    page.button("What I agreed to").click()
    page.page.get_by_role("checkbox", name="Listen and answer").click()
    page.button("No, leave it").wait_for()
    yield "agreed"
    page.button("Back").click()
    page.button("Sound").click()
    page.button("What helps me").click()
    yield "helps-keep"
    page.button("Yes, keep them").click()
    heading(page, "What helps you in music?")
    yield "helps"
    page.button("Go on").click()
    page.button("Go on").click()
    yield "helps-many"
    for _ in range(2):
        page.button("Go on").click()
    page.page.get_by_role("checkbox", name="my ears ring").check(force=True)
    for _ in range(7):
        page.button("Go on").click()
    yield "helps-words"
    page.button("Go on").click()
    heading(page, "What follows from it")
    yield "helps-done"
    page.button("Done").click()
    page.button("Finish gently").click()
    page.button("Keep it").click()
    page.button("A word for it").click()
    yield "leave"


SMALL = """() => [...document.querySelectorAll('main button, main label, main summary, header button')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.textContent, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 47.5 || box.width < 47.5).map(([text]) => text)"""


@pytest.mark.parametrize("theme", THEMES)
def test_no_page_of_the_arc_shuts_anybody_out(browser: Browser, served: Server, theme: Any) -> None:
    """axe finds nothing on any of them, in either theme, on a narrow window with reduced motion; nothing
    lies beyond its edge; every target is 48 px high and wide; nothing moves by itself."""
    size = {"width": 390, "height": 844}
    with tab(browser, served, color_scheme=theme, reduced_motion="reduce", viewport=size) as page:
        for name in pages_of_care(page):
            page.wait(0.3)
            axe(page)
            assert page.ask("document.documentElement.scrollWidth <= innerWidth"), name
            small = page.page.evaluate(SMALL)
            assert small == [], name


def test_the_time_that_was_chosen_ends_musically(browser: Browser, served: Server) -> None:
    """Nobody presses Finish: when the time is over, and a phrase with it, the partner comes home and the
    question comes. The log tells of a close like any other."""
    chosen = json.dumps({"lasts": 0.15, "opening": "begin"})  # minutes
    with tab(browser, served) as page:
        page.page.add_init_script(f"localStorage.setItem('undersong.settings', {json.dumps(chosen)})")
        page.open()
        page.button("Arrive first").click()
        page.button("Same as last time").click()
        play_a_little(page)
        page.button("Keep it").wait_for()
        (ended,) = page.said("ended")
        assert ended["seconds"] >= 9.0
        assert page.said("finish", out=True) == []
        assert "ending" in [m["technique"] for m in page.said("chose")]
