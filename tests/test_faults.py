"""Faults: what is promised when something breaks while somebody plays. Real processes, real sockets."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from client import PATIENCE, Message, Page, Server, http, let_in, running
from undersong.edges.clock import GAP, SessionClock
from undersong.edges.disk import Disk
from undersong.edges.house import Place
from undersong.edges.takes import Takes
from undersong.events import NoteOff, NoteOn, Play
from undersong.remembering import log as codec
from undersong.server import stage

KILLS = 50
CUTS = 100  # 1,000 by hand


def the_log(data: Path) -> codec.Log:
    """The one log in a data folder, kept or not."""
    (path,) = data.rglob("log.jsonl")
    return codec.read(path.read_bytes())


def notes_of(log: codec.Log) -> list[tuple[bool, int]]:
    return [(isinstance(e, NoteOn), e.pitch) for e in log.inputs if isinstance(e, (NoteOn, NoteOff))]


def assert_replays(data: Path, tmp_path: Path) -> None:
    (path,) = data.rglob("log.jsonl")
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(path.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "undersong", "replay", str(plain)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def numbered(message: Message) -> tuple[bool, int]:
    return (message["on"], message["pitch"])


# --- the connection ------------------------------------------------------------------------------


def test_a_lost_connection_silences_the_partner_and_the_take_goes_on(page: Page, tmp_path: Path) -> None:
    """When the socket goes, the bass is released within 200 ms; the page that comes back resumes the
    same take, and a note of it is answered again."""
    page.begin()
    for pitch in (60, 62, 64):
        page.note(pitch)
    bass = page.until("play")
    page.all_acknowledged()
    take = page.take
    page.close()
    page.connect()
    assert page.welcome["take"]["id"] == take
    page.resume()
    assert page.take == take
    page.note(60)
    page.until(lambda m: m["type"] == "play" and m["voice"] == "bass" and m["id"] != bass["id"])
    page.all_acknowledged()
    page.input({"type": "rest"})
    page.all_acknowledged()
    log = the_log(page.server.data)
    (gone,) = [e for e in log.inputs if type(e).__name__ == "Leave"]
    ends = [o.at for o in log.outputs if type(o).__name__ in ("Release", "Retract") and o.id == bass["id"]]
    assert ends
    assert ends[0] <= gone.heard + 0.2
    assert notes_of(log) == [(True, 60), (True, 62), (True, 64), (True, 60)]
    assert_replays(page.server.data, tmp_path)


class Cutter:
    """A proxy that passes bytes on and cuts the connection after a number of them."""

    def __init__(self, port: int, after: int) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._left = after
        self._lock = threading.Lock()
        self._target = port
        self._closed = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            inner, _ = self._listening.accept()
        except OSError:
            return  # nobody came
        with inner, socket.create_connection(("127.0.0.1", self._target)) as outer:
            pumps = [
                threading.Thread(target=self._pump, args=(a, b))
                for a, b in ((inner, outer), (outer, inner))
            ]
            for pump in pumps:
                pump.start()
            for pump in pumps:
                pump.join()

    def _pump(self, a: socket.socket, b: socket.socket) -> None:
        a.settimeout(0.05)  # so that a cut is noticed
        with suppress(OSError):
            while not self._closed:
                with suppress(TimeoutError):
                    data = a.recv(4096)
                    with self._lock:
                        passed, self._left = data[: max(0, self._left)], self._left - len(data)
                        self._closed = self._closed or not data or self._left <= 0
                    b.sendall(passed)
        self._closed = True

    def close(self) -> None:
        self._closed = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


def test_nothing_is_lost_or_doubled_however_often_the_line_is_cut(
    fresh: Server, tmp_path: Path, by_hand: bool
) -> None:
    """A proxy cuts the socket after a random number of bytes, again and again: the log holds every
    input exactly once, in order, and replays."""
    chance = random.Random(7)
    cookie = let_in(fresh)
    page = Page(fresh, cookie)
    page.begin()
    page.all_acknowledged()
    sent: list[tuple[bool, int]] = []
    direct = fresh.host
    for _ in range(10 * CUTS if by_hand else CUTS):
        page.close()
        cutter = Cutter(fresh.port, chance.randrange(1000, 8000))
        try:
            page.connect(port=cutter.port)
            page.resume()
            for _ in range(40):
                pitch = 48 + chance.randrange(24)
                for on in (True, False):
                    sent.append((on, pitch))
                    message = {"type": "note", "on": on, "pitch": pitch, "velocity": 64}
                    page.input(message)
                if chance.random() < 0.3:
                    page.receive(timeout=0.01)
        except (ConnectionClosed, OSError, EOFError, TimeoutError):
            continue
        finally:
            cutter.close()
    page.close()
    page.server.host = direct
    page.connect()
    page.resume()
    page.all_acknowledged()
    assert not page.refused
    assert notes_of(the_log(fresh.data)) == sent
    assert_replays(fresh.data, tmp_path)


def test_one_page_plays_and_another_takes_over(fresh: Server) -> None:
    """The second page watches: its inputs are refused. When it takes over, the first one is told, and
    refused in turn; the take stays the same and what was held is let go."""
    cookie = let_in(fresh)
    first = Page(fresh, cookie)
    first.begin()
    first.note(60)
    second = Page(fresh, cookie)
    assert second.welcome["role"] == "viewer"
    second.seq = 100
    second.note(62)
    assert second.until("refused")["seq"] == 101
    first.note(64)
    assert second.until("maker")["event"]["pitch"] == 64
    first.all_acknowledged()
    second.close()
    third = Page(fresh, cookie, take_over=True)
    assert third.welcome["role"] == "player"
    assert first.until("role")["role"] == "viewer"
    third.resume()
    assert third.take == first.take
    first.note(65)
    first.until("refused")
    third.note(67)
    third.all_acknowledged()
    assert notes_of(the_log(fresh.data)) == [(True, 60), (True, 64), (True, 67)]
    first.close()
    third.close()


def test_a_page_that_does_not_read_loses_its_seat(fresh: Server) -> None:
    """A client that asks without end and never reads costs bounded memory, and does not keep the seat:
    another page becomes the player."""
    cookie = let_in(fresh)
    deaf = Page(fresh, cookie)
    deaf.begin()
    before = resident(fresh)

    def ask() -> None:
        with suppress(ConnectionClosed, OSError):
            while True:
                deaf.say({"type": "clock", "sent": 1})

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    by = time.monotonic() + PATIENCE * 2
    while True:
        other = Page(fresh, cookie)
        role = other.welcome["role"]
        other.close()
        if role == "player":
            break
        assert time.monotonic() < by, "the page that reads nothing still has the seat"
    assert resident(fresh) - before < 64 * 1024 * 1024
    deaf.socket.socket.close()
    asking.join(PATIENCE)


def resident(server: Server) -> int:
    """Bytes of memory that the server's process holds."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


def test_a_flood_drops_notes_but_never_their_ends(page: Page) -> None:
    """Far more than 2,000 events a second: what is refused is said, every note that was taken in ends,
    and the latest value of a flooded controller arrives."""
    page.begin()
    for n in range(4000):
        page.input({"type": "note", "on": True, "pitch": n % 128, "velocity": 64})
        page.input({"type": "control", "control": 64, "value": n % 128})
        page.input({"type": "note", "on": False, "pitch": n % 128})
    page.input({"type": "control", "control": 64, "value": 5})
    page.input({"type": "rest"})
    page.until(lambda m: m["type"] == "chose" and m["technique"] == "rest")
    page.until(lambda m: m["type"] == "ack" and m["seq"] >= page.seq)
    page.say({"type": "clock", "sent": 1})
    log_before = the_log(page.server.data)
    taken_in = sum(on for on, _ in notes_of(log_before))
    assert bool(page.refused) == (taken_in < 4000)  # a server that is slower than the rate refuses nothing
    held: set[int] = set()
    for on, pitch in notes_of(log_before):
        (held.add if on else held.discard)(pitch)
    assert held == set()
    end = time.monotonic() + 20
    while time.monotonic() < end:  # the latest value comes when there is room again
        values = [e.value for e in the_log(page.server.data).inputs if type(e).__name__ == "Control"]
        if values and values[-1] == 5:
            return
        page.say({"type": "clock", "sent": 1})
        page.until("clock")
    raise AssertionError("the latest value of the controller never came")


# --- the process ---------------------------------------------------------------------------------


def test_killed_in_mid_session_nothing_acknowledged_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """kill -9, fifty times in one take: every acknowledged input is in the log, the take resumes, what
    was not acknowledged is sent again and counts once, and the whole take replays."""
    chance = random.Random(5)
    data = tmp_path / "undersong"
    server = Server(data)
    page = Page(server, let_in(server))
    page.begin()
    page.all_acknowledged()
    sent: list[tuple[bool, int]] = []
    restarts: list[float] = []
    for _ in range(KILLS):
        for _ in range(chance.randrange(1, 12)):
            pitch = 48 + chance.randrange(24)
            for on in (True, False):
                page.input({"type": "note", "on": on, "pitch": pitch, "velocity": 64})
                sent.append((on, pitch))
            if chance.random() < 0.4:
                page.receive()
        owed = [numbered(m) for m in page.unacknowledged]
        server.kill()
        safe = notes_of(the_log(data))
        assert safe[: len(sent) - len(owed)] == sent[: len(sent) - len(owed)]
        assert safe == sent[: len(safe)]
        began = time.monotonic()
        server = Server(data)
        page.server, page.cookie = server, let_in(server)
        page.new_tab()
        page.connect()
        page.resume()
        restarts.append(time.monotonic() - began)
    page.all_acknowledged()
    page.close()
    server.stop()
    assert notes_of(the_log(data)) == sent
    assert_replays(data, tmp_path)
    median, slowest = sorted(restarts)[KILLS // 2], max(restarts)
    with capsys.disabled():
        sys.stdout.write(
            f"[{KILLS} kills; start to resumed: median {median:.2f} s, slowest {slowest:.2f} s] "
        )


def test_a_stopped_process_pauses_and_does_not_catch_up(page: Page) -> None:
    """After the process stood still (a laptop that slept), the session's time has a pause cut out, and
    nothing that was planned meanwhile comes in a burst."""
    page.begin("partner_starts")
    page.until("play")
    os.kill(page.server.process.pid, signal.SIGSTOP)
    time.sleep(GAP + 1.0)  # a real gap has to pass; nothing is judged by how long it takes
    os.kill(page.server.process.pid, signal.SIGCONT)
    paused = page.until("pause")
    assert paused["seconds"] > GAP - 0.5
    page.note(60)
    page.all_acknowledged()
    log = the_log(page.server.data)
    left = [e.heard for e in log.inputs if type(e).__name__ == "Leave"]
    assert len(left) == 1
    plays = [o for o in log.outputs if isinstance(o, Play)]
    for voice in {play.voice for play in plays}:  # the voices sound together, one alone never in a burst
        assert all(b - a > 0.05 for a, b in pairwise(p.at for p in plays if p.voice == voice))


def test_a_full_disk_lets_the_music_go_on(page: Page, tmp_path: Path) -> None:
    """When nothing more can be written the page is told, notes are still answered, and once there is
    room again everything is on the disk after all."""
    page.begin()
    page.note(60)
    page.all_acknowledged()
    pid = page.server.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (16, resource.RLIM_INFINITY))
    page.let_go(60)
    assert page.until("disk")["well"] is False
    for pitch in (62, 64, 65, 67):
        page.note(pitch)
        page.let_go(pitch)
    page.until("play")
    assert len(page.unacknowledged) == 9
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert page.until("disk")["well"] is True
    page.all_acknowledged()
    assert [pitch for on, pitch in notes_of(the_log(page.server.data)) if on] == [60, 62, 64, 65, 67]
    assert_replays(page.server.data, tmp_path)


# --- what is kept --------------------------------------------------------------------------------


def finished(page: Page) -> str:
    """Play a little, finish, and wait for the end; returns the take's name."""
    page.begin()
    page.note(60)
    page.let_go(60)
    page.input({"type": "rest"})
    page.input({"type": "finish"})
    ended: str = page.until("ended")["take"]
    return ended


def api(page: Page, path: str, method: str = "GET") -> tuple[int, bytes]:
    headers = {"cookie": page.cookie, "origin": page.server.address}
    status, _, body = http(page.server.address + path, method, headers)
    return status, body


def test_what_is_let_go_is_gone(page: Page) -> None:
    """No: the take's folder is gone from the disk, and asking for it again says so."""
    take = finished(page)
    assert api(page, f"/api/takes/{take}", "DELETE")[0] == 200
    assert not list(page.server.data.rglob("log.jsonl"))
    assert api(page, f"/api/takes/{take}")[0] == 404


def test_what_is_kept_stays_and_comes_back(page: Page) -> None:
    """Yes: the take is listed as kept, can be heard and exported, also by the command."""
    take = finished(page)
    assert api(page, f"/api/takes/{take}/keep", "POST")[0] == 200
    assert Takes(page.server.data).get(take).kept
    status, body = api(page, f"/api/takes/{take}")
    assert status == 200
    assert b'"who":"maker"' in body
    assert api(page, f"/api/takes/{take}/duet.mid")[1].startswith(b"MThd")
    assert api(page, f"/api/takes/{take}/log.jsonl")[1].startswith(b'{"undersong"')


def test_a_question_left_open_is_asked_again(page: Page) -> None:
    """A page that comes back after the end is asked about the take; once answered, no more."""
    take = finished(page)
    page.close()
    page.connect()
    assert page.welcome["unanswered"]["id"] == take
    api(page, f"/api/takes/{take}/keep", "POST")
    page.close()
    page.connect()
    assert page.welcome["unanswered"] is None


def test_a_finished_take_is_asked_about_after_a_kill(tmp_path: Path) -> None:
    """Killed while the question was open, Undersong asks it again; it does not offer to go on with what was
    finished."""
    data = tmp_path / "undersong"
    server = Server(data)
    page = Page(server, let_in(server))
    take = finished(page)
    page.close()
    server.kill()
    with running(data) as again:
        page = Page(again, let_in(again))
        assert page.welcome["take"] is None
        assert page.welcome["unanswered"]["id"] == take
        page.close()


def test_a_take_that_is_played_cannot_be_answered_for(page: Page) -> None:
    """Keep and erase are refused while a take is being played; playing goes on."""
    page.begin()
    page.note(60)
    assert api(page, f"/api/takes/{page.take}/keep", "POST")[0] == 422
    assert api(page, f"/api/takes/{page.take}", "DELETE")[0] == 422
    page.note(62)
    page.all_acknowledged()
    assert not page.refused


def test_what_lies_about_in_the_data_folder_stops_nobody(tmp_path: Path) -> None:
    """Broken links, links out of the folder, and settings that are none: the app starts, follows no link
    and writes over nothing that it does not own."""
    data = tmp_path / "undersong"
    (data / "scratch").mkdir(parents=True)
    (data / "takes").mkdir()
    (data / "scratch" / "20260101-000000-abcd").symlink_to(tmp_path / "nowhere")
    (data / "takes" / "20260101-000000-abce").symlink_to("/etc")
    (data / "scratch" / "20260101-000000-abcf").mkdir()
    os.mkfifo(data / "scratch" / "20260101-000000-abcf" / "log.jsonl")
    victim = tmp_path / "victim"
    victim.write_text("[" * 60_000)
    (data / "server.json").symlink_to(victim)
    with running(data) as server:
        page = Page(server, let_in(server))
        assert page.welcome["take"] is None
        page.begin()
        page.note(60)
        page.all_acknowledged()
        assert api(page, "/api/takes/20260101-000000-abce")[0] == 404
        page.close()
    assert victim.read_text() == "[" * 60_000
    assert (data / "server.json").stat().st_mode & 0o777 == 0o600


def test_a_watching_page_takes_the_place_of_one_that_has_gone(fresh: Server) -> None:
    """When the page that plays is closed, the one that watches becomes the player after a moment."""
    cookie = let_in(fresh)
    first = Page(fresh, cookie)
    first.begin()
    first.note(60)
    first.all_acknowledged()
    second = Page(fresh, cookie)
    first.close()
    welcome = second.until(lambda m: m["type"] == "welcome")
    assert welcome["role"] == "player"
    assert welcome["take"]["id"] == first.take
    second.close()


def test_a_take_that_nobody_comes_back_to_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is over, a forsaken take is closed and asked about; a page that came back before keeps
    it open."""
    monkeypatch.setattr(stage, "HELD", 0.2)

    async def forsaken(comes_back: bool) -> bool:
        loop = asyncio.get_running_loop()
        disk = Disk(loop.call_soon_threadsafe)
        place = Place(tmp_path, None, None)
        ours = stage.Stage(place, disk)
        seat = stage.Seat("one", lambda message: None)
        ours.enter(seat, take_over=False)
        await ours.agree("play")
        await ours.begin()
        note = {"type": "note", "maker": "you", "on": True, "pitch": 60, "velocity": 64}
        ours.hear(seat, note, 1)
        ours.leave(seat)
        if comes_back:
            ours.enter(stage.Seat("one", lambda message: None), take_over=False)
        await asyncio.sleep(0.4)  # the take's own time has to pass
        for _ in range(0 if comes_back else 1000):
            if ours.live is None and ours.unanswered() is not None:
                break
            await asyncio.sleep(0.01)
        closed = ours.live is None and ours.unanswered() is not None
        await ours.close()
        disk.close()
        place.close()
        return closed

    assert asyncio.run(forsaken(comes_back=False))
    assert not asyncio.run(forsaken(comes_back=True))


def test_scratch_is_erased_after_a_day(tmp_path: Path) -> None:
    """A take that nobody answered for is gone a day after its last sound, and not an hour before."""
    data = tmp_path / "undersong"
    with running(data) as server:
        page = Page(server, let_in(server))
        finished(page)
        page.close()
    takes = Takes(data)
    (log,) = data.rglob("log.jsonl")
    written = datetime.fromtimestamp(log.stat().st_mtime, UTC)
    takes.sweep(written + timedelta(hours=23))
    assert log.exists()
    takes.sweep(written + timedelta(hours=25))
    assert not log.exists()
    old = time.time() - 25 * 3600
    with running(data) as server:
        page = Page(server, let_in(server))
        finished(page)
        page.close()
    (log,) = data.rglob("log.jsonl")
    os.utime(log, (old, old))
    with running(data) as server:
        let_in(server)  # it is ready by then
    assert not log.exists()


# --- the clock -----------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(-3600, 3600), st.floats(0, 3), st.booleans()), max_size=40))
def test_time_never_goes_back_and_gaps_are_cut_out(jumps: list[tuple[float, float, bool]]) -> None:
    """Whatever the system's clock does, session time never decreases, and a look that was due never
    finds more than the gap's length gone."""
    shown, asleep = 1000.0, 0.0
    clock = SessionClock(monotonic=lambda: shown, asleep=lambda: asleep)
    last = clock.look().now
    for jump, slept, due in jumps:
        shown += jump
        asleep += slept
        look = clock.look(last if due else None)
        assert look.now >= last
        if due:
            assert look.now <= last + GAP
        last = look.now
