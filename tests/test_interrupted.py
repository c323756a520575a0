"""What breaks while somebody plays in a real browser: a kill, a reload, another tab, a pulled cable."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, launch, tab
from client import Page, Server, let_in, running
from undersong.edges.takes import Takes
from undersong.events import NoteOff, NoteOn
from undersong.remembering import log as codec


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def met(page: Tab) -> None:
    """Play a phrase and wait until the bass is under it."""
    for code in ("KeyA", "KeyS", "KeyD"):
        page.page.keyboard.down(code)
        page.wait(0.35)
        page.page.keyboard.up(code)
        page.wait(0.1)
    page.wait_until("ears.reports.some((r) => r.who === 'partner')")
    page.wait(0.8)


def the_take(server: Server) -> codec.Log:
    (log,) = server.data.rglob("log.jsonl")
    return codec.read(log.read_bytes())


def pitches(log: codec.Log) -> list[int]:
    return [event.pitch for event in log.inputs if isinstance(event, NoteOn)]


def test_a_lost_line_silences_the_partner_here_and_the_take_goes_on(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the server is killed, the rendered partner is exactly silent within 250 ms of the loss, while
    the maker's own notes go on sounding; when it is there again, the same take goes on with every note."""
    server = Server(tmp_path / "d")
    with tab(browser, server, listening=True) as page:
        page.open()
        page.begin()
        met(page)
        rate = page.rate
        page.page.keyboard.down("KeyF")  # nothing of this has been acknowledged when the server dies
        server.process.send_signal(signal.SIGKILL)
        page.wait_until("ears.socket.some((m) => m.type === '(closed)')")
        gone = page.ask("ears.socket.find((m) => m.type === '(closed)').back")
        page.page.keyboard.up("KeyF")
        page.page.get_by_text("The connection is interrupted.").wait_for()
        page.wait(0.6)
        closest = min(page.ask("ears.stamps"), key=lambda stamp: abs(stamp[0] - gone))
        lost = (closest[1] + (gone - closest[0]) / 1000 + page.ask("ears.contexts[0].outputLatency")) * rate
        quiet = max(frame for frame, peak, _ in page.heard("partner") if peak > 0)
        assert quiet < lost + 0.25 * rate
        page.page.keyboard.press("KeyH")
        page.wait(0.3)
        assert page.peak("maker", lost + 0.3 * rate) > 0.01
        server.process.wait()
        again = Server(tmp_path / "d")
        try:
            page.server = again
            other = page.context.new_page()  # the person starts Undersong again: the cookie is new
            other.goto(again.launch)
            other.close()
            page.wait_until("ears.socket.some((m) => m.type === 'resumed')")
            page.page.get_by_text("The connection is interrupted.").wait_for(state="hidden")
            page.page.keyboard.press("KeyG")
            page.wait_until("ears.socket.filter((m) => m.type === 'ack').at(-1).seq === "
                            "ears.socket.filter((m) => m.seq && m.out).at(-1).seq")  # fmt: skip
            assert pitches(the_take(again)) == [60, 62, 64, 67, 72, 69]
            with capsys.disabled():
                sys.stdout.write(f"[silent {(quiet - lost) / rate * 1000:+.0f} ms after the loss] ")
        finally:
            again.stop()
    server.process.communicate()


def test_a_reload_resumes_the_same_take(browser: Browser, tmp_path: Path, by_hand: bool) -> None:
    """After a reload the opening says that the take is still there; Begin goes on with it, always."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.begin()
        met(page)
        take = page.said("began")[0]["take"]
        for _ in range(20 if by_hand else 3):
            page.page.reload()
            page.page.get_by_text("Begin goes on with what you played a moment ago.").wait_for()
            page.begin()
            assert page.said("resumed")[0]["take"] == take
        page.page.keyboard.press("KeyG")
        page.wait_until("ears.socket.some((m) => m.type === 'ack')")
        page.finish()
        page.button("Keep it").click()
        page.button("Play again").wait_for()
        (kept,), _ = Takes(server.data).all()
        assert kept.id == take
        assert kept.kept
        assert pitches(Takes(server.data).get(take).log) == [60, 62, 64, 69]


def test_a_take_that_rested_plays_on_after_a_reload(browser: Browser, tmp_path: Path) -> None:
    """Rest, reload, Begin: Begin asks the partner back, and the next phrase has a bass under it."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.begin()
        met(page)
        page.button("Rest").click()
        page.button("Play with me again").wait_for()
        page.page.reload()
        page.begin()
        met(page)


def test_a_second_tab_watches_until_it_takes_over(browser: Browser, tmp_path: Path) -> None:
    """One tab plays. The second says so and can take over; then the first one watches, and its keys play
    nothing."""
    with running(tmp_path / "d") as server, tab(browser, server) as first:
        first.open()
        first.begin()
        met(first)
        second = Tab(first.context, server, listening=False)
        second.page.goto(server.address)
        second.button("Play here").click()
        second.button("Begin").wait_for()
        first.button("Play here").wait_for()
        first.page.keyboard.press("KeyA")
        second.begin()
        assert second.said("resumed")[0]["take"] == first.said("began")[0]["take"]
        second.page.keyboard.press("KeyJ")
        second.wait_until("ears.socket.some((m) => m.type === 'ack')")
        second.wait(0.4)
        assert pitches(the_take(server)) == [60, 62, 64, 74]
        assert second.errors == []


def test_a_pulled_cable_ends_its_notes(browser: Browser, tmp_path: Path) -> None:
    """A MIDI keyboard that is pulled out in the middle of a note: the note ends, here and in the log, and
    the page says so in one sentence; the pads go on."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.begin()
        page.button("Sound").click()
        page.page.locator("summary", has_text="MIDI keyboard").click()
        page.button("Connect a MIDI keyboard").click()
        page.page.get_by_text("Heard: Test keys").wait_for()
        page.button("Close").click()
        page.ask("ears.midi(0xb0, 64, 127)")
        page.ask("ears.midi(0x90, 65, 70)")
        page.wait_until("ears.reports.length === 1")
        page.ask("ears.unplug()")
        page.page.get_by_text("A MIDI keyboard was unplugged.").wait_for()
        assert page.told("off")
        assert page.told("pedal")[-1]["down"] is False
        page.page.keyboard.press("KeyA")
        page.wait_until("ears.socket.filter((m) => m.type === 'ack').at(-1)?.seq === "
                        "ears.socket.filter((m) => m.seq && m.out).at(-1).seq")  # fmt: skip
        notes = [e for e in the_take(server).inputs if isinstance(e, (NoteOn, NoteOff))]
        assert [(type(e).__name__, e.pitch) for e in notes[:2]] == [("NoteOn", 65), ("NoteOff", 65)]


def test_a_key_held_while_the_window_is_left_does_not_hang(browser: Browser, tmp_path: Path) -> None:
    """Blur, as when another window comes to the front, lets everything go."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.begin()
        page.page.keyboard.down("KeyA")
        page.wait_until("ears.reports.length === 1")
        page.ask("dispatchEvent(new Event('blur'))")
        page.wait_until("ears.told.some((m) => m.type === 'off')")
        assert any(m.get("on") is False for m in page.said("note", out=True))


def test_a_stale_page_loads_itself_again(browser: Browser, tmp_path: Path) -> None:
    """A page that speaks another version of the protocol reloads itself, once."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.add_init_script("""
          const send = WebSocket.prototype.send;
          WebSocket.prototype.send = function (data) {
            const first = !sessionStorage.getItem('spoke');
            if (first && data.includes('hello')) {
              sessionStorage.setItem('spoke', 'yes');
              data = data.replace('"protocol":1', '"protocol":0');
            }
            return send.call(this, data);
          };
        """)
        page.page.goto(server.launch)
        page.wait_until("ears.socket.some((m) => m.type === 'welcome')")
        assert page.ask("performance.getEntriesByType('navigation')[0].type") == "reload"


def test_hostile_names_stay_text(browser: Browser, tmp_path: Path) -> None:
    """A kept take whose maker is called like a script is shown as text, and runs nothing."""
    name = "<img src=x onerror=alert(1)>"
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        cookie = let_in(server)
        maker = Page(server, cookie)
        maker.begin()
        maker.input({"type": "note", "on": True, "pitch": 60, "velocity": 64, "maker": name})
        maker.input({"type": "rest"})
        maker.input({"type": "finish"})
        maker.until("ended")
        maker.close()
        given, _, value = cookie.partition("=")
        page.context.add_cookies([{"name": given, "value": value, "url": server.address}])
        page.page.goto(server.address)
        page.button("Keep it").click()
        page.button("What you kept").click()
        page.page.get_by_role("button", name="Hear again").wait_for()
        assert page.page.locator("img").count() == 0


def test_sound_that_does_not_come_is_said(browser: Browser, tmp_path: Path) -> None:
    """Where the sound bank cannot be had, the page says so in one sentence instead of waiting in silence,
    and Begin can be pressed again."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.route("**/bank.sf3", lambda route: route.abort())
        page.open()
        page.button("Begin").click()
        page.page.get_by_text("The sound did not get ready.").wait_for()
        page.page.unroute("**/bank.sf3")
        page.begin()
        page.page.keyboard.press("KeyA")
        page.wait_until("ears.reports.length === 1")


def test_a_suspended_sound_wakes_by_itself(browser: Browser, tmp_path: Path) -> None:
    """When the system suspends the audio context, it is woken, and the next note sounds."""
    with running(tmp_path / "d") as server, tab(browser, server, listening=True) as page:
        page.open()
        page.begin()
        page.page.evaluate("() => ears.contexts[0].suspend()")
        page.wait_until("ears.contexts[0].state === 'running'")
        page.page.keyboard.press("KeyA", delay=300)
        page.wait(0.3)
        assert page.peak("maker", 0) > 0.01


def test_a_machine_that_is_too_slow_gets_more_latency(browser: Browser, tmp_path: Path) -> None:
    """Repeated drop-outs while something sounds: another context with a longer buffer takes over once it
    is quiet, and plays."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.page.add_init_script("""
          let lost = 0;
          Object.defineProperty(AudioContext.prototype, 'playbackStats', {
            get() { return { underrunEvents: lost++ }; },
          });
        """)
        page.open()
        page.begin()
        page.button("Rest").click()
        for _ in range(12):
            page.page.keyboard.press("KeyA", delay=400)
            page.wait(0.2)
        page.wait_until("ears.contexts[0].state === 'closed'")
        assert page.ask("ears.contexts.map((c) => c.state)") == ["closed", "running"]
        latency = page.ask("ears.contexts.map((c) => c.baseLatency)")
        assert latency[1] > latency[0]
        before = len(page.reports("maker"))
        page.page.keyboard.press("KeyA")
        page.wait_until(f"ears.reports.filter((r) => r.who === 'maker').length > {before}")


def test_where_nothing_can_be_stored_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    """If a take cannot be begun, the page comes back to the opening with one sentence, and Begin works
    again once there is a place."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        (server.data / "scratch").write_text("in the way")
        page.button("Begin").click()
        page.page.get_by_text("There is no place to store what you play.").wait_for()
        (server.data / "scratch").unlink()
        page.begin()


def test_one_switch_plays_on_after_a_rest(browser: Browser, tmp_path: Path) -> None:
    """With one switch, the space bar plays after Rest and after the partner was asked back, and presses no
    button."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        page.open()
        page.page.get_by_label("Play with").select_option("switch")
        page.begin()
        for name in ("Rest", "Play with me again"):
            page.button(name).click()
            before = len(page.reports("maker"))
            page.page.keyboard.press("Space", delay=200)
            page.wait_until(f"ears.reports.filter((r) => r.who === 'maker').length > {before}")
        assert len(page.said("rest", out=True)) == 1
