"""The therapist's page in a real Chromium, beside the page of whoever plays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server, running
from reviewing import focus
from undersong.edges.takes import LOG, Takes
from undersong.events import MakerId, NoteOn, Steer
from undersong.remembering import log as codec

PICTURES = Path(__file__).parent.parent / "docs" / "pages"
NAMES = {"dark": "dusk", "light": "morning"}
BESIDE = MakerId("therapist")
TUNE = ("KeyA", "KeyS", "KeyD", "KeyG", "KeyF", "KeyD", "KeyS", "KeyD")
# all that the client can read but the sentence of the partner and its reason
READ = """[...document.querySelectorAll('header, main *')]
  .filter((one) => !one.closest('.words') && one.children.length === 0 && one.checkVisibility())
  .map((one) => one.textContent.trim()).filter((text) => text !== '').join('|')"""
TOUCHABLE = """[...document.querySelectorAll(
    'button, input:not([type=radio]), summary, a[href], select, .choices label')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 47.9 || box.width < 47.9).map(([name]) => name)"""


BESIDE_OFF = "ears.told.filter((m) => m.type === 'off' && String(m.key).startsWith('beside'))"
SEEN_AGAIN = """ears.socket.some((m) => m.type === 'maker'
  && m.back > ears.socket.findLast((o) => o.type === 'began').back)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@contextmanager
def two_windows(browser: Browser, data: Path, **options: Any) -> Iterator[tuple[Server, Tab, Tab]]:
    """A server, the window of whoever plays, and the therapist's."""
    with running(data) as server, tab(browser, server, **options) as client:
        client.open()
        therapist = Tab(client.context, server, listening=False)
        therapist.page.goto(f"{server.address}/#therapist")
        therapist.page.get_by_text("Nobody is playing yet.").wait_for()
        yield server, client, therapist
        assert therapist.errors == []
        assert therapist.elsewhere == []
        assert therapist.ask("ears.csp") == []


def play(page: Tab, *codes: str) -> None:
    for code in codes:
        page.page.keyboard.down(code)
        page.wait(0.3)
        page.page.keyboard.up(code)
        page.wait(0.08)


def met(therapist: Tab) -> None:
    therapist.wait_until("ears.socket.some((m) => m.type === 'hearing' && m.state.you)")


def unfold(page: Tab, name: str) -> None:
    page.page.locator("summary").filter(has_text=name).click()
    page.page.locator("details[open] > summary").filter(has_text=name).wait_for()


def the_log(server: Server) -> codec.Log:
    takes, _ = Takes(server.data).all()
    return codec.read((Takes(server.data).folder(takes[-1].id) / LOG).read_bytes())


def test_a_therapist_steers_while_a_client_plays(browser: Browser, tmp_path: Path) -> None:
    """What the therapist asks for comes to pass and is in the log as theirs; they mark a moment and play
    along; the client's screen says nothing of all that: the same words as before, but for the partner's own
    sentence, and in that no word of anybody who asked. The close and the question come as always; the mark
    is found again beside the take, and not by the client."""
    with two_windows(browser, tmp_path / "d") as (server, client, therapist):
        client.begin()
        play(client, *TUNE)
        met(therapist)
        before = client.ask(READ)
        assert before
        for name in ("Lead", "Softer", "Only hold", "More like this", "As before"):
            therapist.button(name).click()
        client.wait_until("ears.socket.some((m) => m.type === 'chose' && m.technique === 'holding')")
        play(client, "KeyA", "KeyD")
        therapist.button("Silence").click()
        client.page.get_by_text("Your turn, I am listening.").wait_for()
        assert client.page.get_by_text("I am silent now, and listen.").is_visible()
        therapist.button("Play again").click()
        therapist.button("Silence").wait_for()
        therapist.page.keyboard.press("m")
        therapist.page.get_by_text("Marked at ").wait_for()
        therapist.page.get_by_role("textbox").fill("quagga")
        therapist.page.keyboard.press("Enter")
        therapist.page.get_by_text("The note is kept.").wait_for()
        unfold(therapist, "Play along")
        therapist.page.locator("summary").filter(has_text="Play along").focus()
        play(therapist, "KeyG", "KeyH")
        client.wait_until(
            "ears.told.filter((m) => m.type === 'off' && String(m.key).startsWith('beside')).length === 2"
        )
        assert client.ask(READ) == before
        told = [m["because"] for m in client.said("chose")]
        assert not [
            because for because in told if "ask" in because.lower() or "therapist" in because.lower()
        ]
        assert set(client.ask("[...new Set(ears.socket.filter((m) => !m.out).map((m) => m.type))]")) <= {
            "welcome", "clock", "began", "ack", "chose", "play", "retract", "release", "maker", "together",
        }  # fmt: skip
        sounded = [m for m in client.told("on") if str(m["key"]).startswith("beside")]
        assert [m["pitch"] for m in sounded] == [69, 72]
        assert {m["own"]["timbre"] for m in sounded} == {"marimba"}  # and the client's is a piano
        assert therapist.ask("ears.contexts.length") == 0  # nothing sounds twice
        therapist.button("Finish gently").click()
        client.page.get_by_text("Coming home together.").wait_for()
        assert client.page.get_by_text("You asked").count() == 0
        client.button("Keep it").click()
        therapist.page.get_by_text("It has ended.").wait_for()
        asked = [e.what for e in the_log(server).inputs if isinstance(e, Steer) and e.maker == BESIDE]
        assert asked == ["lead", "less", "technique", "more", "undo", "rest", "begin", "finish"]
        notes = [e.pitch for e in the_log(server).inputs if isinstance(e, NoteOn) and e.maker == BESIDE]
        assert notes == [69, 72]
        client.button("What you kept").click()
        client.page.get_by_role("button", name="Look back: ").click()
        client.page.get_by_text("Places to hear again").wait_for()
        assert client.page.get_by_text("quagga").count() == 0
        assert "quagga" not in client.page.content()
        unfold(therapist, "Look back")
        therapist.page.get_by_role("button", name="less than a minute").click()
        place = therapist.page.get_by_role("slider", name="Place in the music")
        place.wait_for()
        row = therapist.page.locator("form").filter(has=therapist.page.get_by_role("button", name="Go to "))
        assert row.get_by_role("textbox").input_value() == "quagga"
        row.get_by_role("button", name="Go to ").click()
        (marked,) = Takes(server.data).marks(Takes(server.data).all()[0][-1].id).read()
        assert int(place.get_attribute("aria-valuenow") or 0) == round(marked.at)


def test_the_end_is_no_later_than_was_said(browser: Browser, tmp_path: Path) -> None:
    """Where intake bounds the take, there is no "No limit": its button says how late the end may be, and a
    shorter limit can be taken back to that, never beyond."""
    with two_windows(browser, tmp_path / "d") as (_, client, therapist):
        client.page.evaluate(
            "async () => { for (const [at, what] of [['consents/keep', {given: true}], "
            "['intake', {said: {racing: 'yes'}}]]) "
            "await fetch(`/api/${at}`, {method: 'PUT', body: JSON.stringify(what)}); }"
        )
        client.begin()
        play(client, *TUNE[:2])
        met(therapist)
        unfold(therapist, "When it ends")
        therapist.page.get_by_text("It closes at 20 minutes.").last.wait_for()
        assert therapist.button("No limit").count() == 0
        therapist.button("In 2 minutes").click()
        therapist.page.get_by_text("It closes at 2 minutes").last.wait_for()
        therapist.button("At 20 minutes, and no later").click()
        therapist.page.get_by_text("It closes at 20 minutes.").last.wait_for()


def test_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    """Every key of the page is reached with Tab and pressed with Enter; M marks from wherever one is, but
    not while one writes; Escape is silence, and does no more than close Help where that is open."""
    with two_windows(browser, tmp_path / "d") as (server, client, therapist):
        client.begin()
        play(client, *TUNE)
        met(therapist)
        keys = therapist.page.keyboard
        focus(therapist, "Follow")
        keys.press("Enter")
        therapist.page.locator("[aria-pressed=true]").filter(has_text="Follow").wait_for()
        keys.press("m")
        therapist.page.get_by_text("Marked at ").wait_for()
        focus(therapist, "A note on ")
        keys.type("mimo")
        keys.press("Enter")
        therapist.page.get_by_text("The note is kept.").wait_for()
        focus(therapist, "One way of playing")
        keys.press("Enter")
        focus(therapist, "free to choose")
        keys.press("ArrowDown")
        therapist.wait_until("ears.socket.some((m) => m.asked && m.asked.only === 'tonal-grounding')")
        therapist.button("Help").focus()
        keys.press("Enter")
        therapist.page.get_by_role("dialog").wait_for()
        keys.press("Escape")
        therapist.page.get_by_role("dialog").wait_for(state="detached")
        therapist.button("Silence").wait_for()
        keys.press("Escape")
        therapist.button("Play again").wait_for()
        client.finish()
        client.button("Keep it").click()
        client.button("Play again").wait_for()  # all of it is on the disk
        marks = Takes(server.data).marks(Takes(server.data).all()[0][-1].id).read()
        assert [mark.text for mark in marks] == ["mimo"]
        asked = [e.what for e in the_log(server).inputs if isinstance(e, Steer) and e.maker == BESIDE]
        assert asked[:2] == ["follow", "technique"]
        assert asked.count("rest") == 1


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_therapists_page_shuts_nobody_out(
    browser: Browser, tmp_path: Path, theme: str, request: pytest.FixtureRequest
) -> None:
    """axe finds nothing on the page, empty, playing, unfolded and over, in either theme; every target is 48
    pixels high and wide; nothing makes it scroll sideways, small or with large text."""
    with two_windows(browser, tmp_path / "d", color_scheme=theme) as (_, client, therapist):

        def sound() -> None:
            axe(therapist)
            assert therapist.ask(TOUCHABLE) == []
            for width in (1280, 360):
                therapist.page.set_viewport_size({"width": width, "height": 800})
                assert therapist.ask("document.documentElement.scrollWidth <= innerWidth"), width
            therapist.page.set_viewport_size({"width": 1280, "height": 800})

        sound()
        client.begin()
        play(client, *TUNE)
        met(therapist)
        therapist.page.keyboard.press("m")
        therapist.page.get_by_text("Marked at ").wait_for()
        if request.config.getoption("--pictures"):
            play(client, *TUNE[:3])
            therapist.picture(PICTURES / f"therapist-{NAMES[theme]}.jpg")
        therapist.page.keyboard.press("m")
        therapist.page.locator("summary").filter(has_text="Marks").wait_for()
        sound()
        for name in ("Marks", "One way of playing", "When it ends", "Play along", "Look back"):
            unfold(therapist, name)
        sound()
        client.finish()
        therapist.page.get_by_text("It has ended.").wait_for()
        sound()


def test_lines_that_are_lost_and_windows_that_are_closed(browser: Browser, tmp_path: Path) -> None:
    """The therapist's line is lost: that is said, and after it comes back all is there, the marks, too.
    The client's window is closed: that is said, nothing can be asked for but the close, and when it is back
    the take goes on. Opened in the middle of a take, the page knows what goes on."""
    with two_windows(browser, tmp_path / "d") as (server, client, therapist):
        client.begin()
        play(client, *TUNE)
        met(therapist)
        therapist.page.keyboard.press("m")
        therapist.page.get_by_text("Marked at ").wait_for()
        therapist.ask("ears.last.close()")
        therapist.wait_until("ears.socket.filter((m) => m.type === 'welcome').length === 2")
        therapist.wait_until("document.querySelector('main').textContent.includes('Playing: ')")
        assert therapist.page.get_by_text("Marked at ").is_visible()
        later = Tab(client.context, server, listening=False)
        later.page.goto(f"{server.address}/#therapist")
        later.page.get_by_text("Playing: ").wait_for()
        later.page.get_by_text("Marked at ").wait_for()
        assert later.page.get_by_role("heading", name="What Undersong does").is_visible()
        later.page.close()
        client.page.reload()
        client.page.get_by_text("Begin goes on with what you played").wait_for()
        client.page.goto("about:blank")
        therapist.page.get_by_text("The page that plays is not there just now.").wait_for()
        assert therapist.button("Lead").get_attribute("aria-disabled") == "true"
        assert therapist.button("Finish gently").get_attribute("aria-disabled") == "false"
        client.page.goto(server.address)
        client.button("Begin").click()
        therapist.page.locator("button[aria-disabled=false]").filter(has_text="Lead").wait_for()
        play(client, "KeyA")
        therapist.wait_until(SEEN_AGAIN)


def test_each_plays_their_own_midi_keyboard(browser: Browser, tmp_path: Path) -> None:
    """Both windows hear every MIDI keyboard of the machine: the one that the therapist names as theirs
    plays there, with its pedal, and not at the client's page, until the therapist's window closes."""
    with two_windows(browser, tmp_path / "d") as (_, client, therapist):
        client.begin()
        client.button("Sound").click()
        client.page.locator("summary").filter(has_text="MIDI keyboard").click()
        client.button("Connect a MIDI keyboard").click()
        client.page.get_by_text("Heard: Test keys").wait_for()
        client.ask("ears.midi(0x90, 60, 70)")
        client.ask("ears.midi(0x80, 60, 0)")
        met(therapist)
        unfold(therapist, "Play along")
        therapist.button("Connect a MIDI keyboard").click()
        therapist.page.get_by_text("Which keyboard is yours").wait_for()
        therapist.ask("ears.midi(0x90, 61, 70)")  # nobody's yet, here
        assert therapist.said("note", out=True) == []
        therapist.page.get_by_role("radio", name="Test keys").check()
        client.page.get_by_text("Nothing is connected yet.").wait_for()
        for one in (client, therapist):
            one.ask("ears.midi(0xb0, 64, 127)")
            one.ask("ears.midi(0x90, 64, 70)")
            one.ask("ears.midi(0x80, 64, 0)")
        assert [m["on"] for m in therapist.said("note", out=True)] == [True]
        therapist.ask("ears.midi(0xb0, 64, 0)")
        assert [m["on"] for m in therapist.said("note", out=True)] == [True, False]
        assert [m["pitch"] for m in client.said("note", out=True)] == [60, 60]
        therapist.page.goto("about:blank")
        client.page.get_by_text("Heard: Test keys").wait_for()
        client.ask("ears.midi(0x90, 67, 70)")
        client.wait_until("ears.socket.some((m) => m.out && m.pitch === 67)")
