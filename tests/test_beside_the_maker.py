"""A therapist's page beside the one that plays: it steers, plays along and marks, and never takes over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from client import Message, Page, Server, Therapist, http, let_in, running
from undersong.edges import platform
from undersong.edges.house import House
from undersong.edges.takes import Takes
from undersong.events import Leave, MakerId, NoteOff, NoteOn, Steer, Tap
from undersong.plugins import policy, techniques
from undersong.remembering import log as codec
from undersong.remembering.replay import replay

BESIDE = MakerId("therapist")
TUNE = (60, 62, 64, 67, 65, 64, 62, 64)


@pytest.fixture
def therapist(page: Page) -> Iterator[Therapist]:
    """A therapist's page beside the page of the same server."""
    connected = Therapist(page.server, page.cookie)
    yield connected
    connected.close()


def play(page: Page, *pitches: int) -> None:
    for pitch in pitches:
        page.note(pitch)
        page.let_go(pitch)


def ended(page: Page) -> codec.Log:
    """Finish, wait until it is over, and read what the log says."""
    page.input({"type": "finish"})
    page.until("ended", timeout=40.0)
    page.all_acknowledged()
    return the_log(page)


def the_log(page: Page) -> codec.Log:
    path = page.server.data / "scratch" / str(page.take) / "log.jsonl"
    return codec.read(path.read_bytes())


def same_again(log: codec.Log) -> None:
    assert replay(log, platform.engine(), techniques(), policy) is None


def test_it_never_plays(fresh: Server) -> None:
    """Alone, first, taking over, or when the player goes for good: a therapist's page stays what it is, and
    the next page that comes plays."""
    cookie = let_in(fresh)
    beside = Therapist(fresh, cookie, take_over=True)
    assert beside.welcome["role"] == "therapist"
    assert beside.welcome["take"] is None
    player = Page(fresh, cookie)
    assert player.welcome["role"] == "player"
    player.begin()
    play(player, 60)
    player.all_acknowledged()
    beside.until("began")
    player.close()
    beside.until(lambda m: m["type"] == "hearing" and not m["player"])
    for message in ({"type": "resume", "take": player.take}, {"type": "join", "lead": 0.0},
                    {"type": "microphone", "on": True, "rate": 48000, "maker": "x"}):  # fmt: skip
        beside.say(message)
        assert "sends no" in beside.until("refused")["because"]
    beside.key(60)
    assert "not there" in beside.until("refused")["because"]
    after = Page(fresh, cookie)
    assert after.welcome["role"] == "player"
    assert not [m for m in beside.heard if m["type"] == "role"]
    assert {m["role"] for m in beside.heard if m["type"] == "welcome"} == {"therapist"}
    after.close()
    beside.close()


def test_without_a_token_of_ours_nobody_sits_beside(fresh: Server) -> None:
    """A hello with a guessed token is let go as a stranger's, as the player's page would be."""
    cookie = let_in(fresh)

    class Guess(Therapist):
        def new_tab(self) -> None:
            self.tab = "guess"

    with pytest.raises(ConnectionClosed) as gone:
        Guess(fresh, cookie)
    assert gone.value.rcvd is not None
    assert gone.value.rcvd.code == 4401


NOBODY = """
import undersong.server.keys as keys
keys.Keys.may_steer = lambda self, tab: False
"""


def test_one_place_decides_who_sits_beside(tmp_path: Path) -> None:
    """Where Keys.may_steer says no, a page with a token of ours is let go at its hello, and marks are
    refused; whoever plays plays."""
    (tmp_path / "sitecustomize.py").write_text(NOBODY)  # read by Python itself, before the server
    server = Server(tmp_path / "u", environment={**os.environ, "PYTHONPATH": str(tmp_path)})
    try:
        cookie = let_in(server)
        page = Page(server, cookie)
        page.begin()
        play(page, 60)
        page.all_acknowledged()
        with pytest.raises(ConnectionClosed) as gone:
            Therapist(server, cookie)
        assert gone.value.rcvd is not None
        assert gone.value.rcvd.code == 4401
        headers = {"cookie": cookie, "origin": server.address, "x-undersong-tab": page.tab}
        assert http(f"{server.address}/api/takes/{page.take}/marks", "GET", headers)[0] == 403
    finally:
        server.stop()


def test_it_hears_what_a_viewer_hears_and_what_is_heard(page: Page, therapist: Therapist) -> None:
    """What the maker plays, what the partner plays and why; and at most every 250 ms, and only where
    something changed, what is heard: who began, the state with its reason, phrases."""
    page.begin()
    assert therapist.until("began")["take"] == page.take
    play(page, *TUNE)
    page.all_acknowledged()
    told = therapist.until(lambda m: m["type"] == "hearing" and bool(m["state"].get("you")))
    assert len(told["state"]["you"]["because"]) > 5
    assert told["leading"] == {"who": "you", "because": "began", "times": 1, "of": 1}
    therapist.until(lambda m: m["type"] == "hearing" and m["phrase"]["you"]["going"] is False)
    for _ in range(6):  # something that changes nothing of what is heard
        page.input({"type": "control", "control": 1, "value": 3})
        page.all_acknowledged()
    therapist.say({"type": "clock", "sent": 1})
    therapist.until("clock")
    kinds = {m["type"] for m in therapist.heard}
    assert {"maker", "chose", "hearing"} <= kinds
    assert "ack" not in kinds
    hearings = [m for m in therapist.heard if m["type"] == "hearing"]
    parts = [{k: v for k, v in m.items() if k != "now"} for m in hearings]
    assert all(a != b for a, b in pairwise(parts))
    times = [m["now"] for m in hearings]
    assert all(b - a > 0.2 for a, b in pairwise(times[1:])), times
    # who comes later is told at once what is the case
    later = Therapist(page.server, page.cookie)
    assert later.until("began")["take"] == page.take
    later.until("chose")
    assert later.until("hearing")["leading"]["who"] == "you"
    later.close()


STEERED = [
    {"type": "steer", "what": "lead"},
    {"type": "steer", "what": "follow"},
    {"type": "steer", "what": "less"},
    {"type": "steer", "what": "technique", "technique": "holding"},
    {"type": "steer", "what": "more"},
    {"type": "steer", "what": "undo"},
    {"type": "steer", "what": "change"},
    {"type": "steer", "what": "technique", "technique": None},
    {"type": "rest"},
    {"type": "steer", "what": "begin"},
]


def test_steering_is_logged_replayed_and_not_told_to_the_maker(page: Page, therapist: Therapist) -> None:
    """Every wish is in the log as the therapist's, and the log replays; the maker's page is told only what
    the partner does: no new kind of message, and no sentence that says that anybody asked."""
    page.begin()
    play(page, *TUNE)
    page.all_acknowledged()
    therapist.until("chose")
    for message in STEERED:
        therapist.say(message)
    therapist.until(
        lambda m: m["type"] == "chose" and m["technique"] != "rest" and "silent" in m["because"]
    )
    play(page, *TUNE)
    log = ended(page)
    asked = [e for e in log.inputs if isinstance(e, Steer) and e.maker == BESIDE]
    assert [e.what for e in asked] == [m.get("what", m["type"]) for m in STEERED]
    same_again(log)
    assert {m["type"] for m in page.heard} <= {
        "welcome", "began", "ack", "chose", "play", "retract", "release", "ended", "together",
    }  # fmt: skip
    said = [m["because"] for m in page.heard if m["type"] == "chose"]
    assert len(said) > 4
    assert not [because for because in said if "ask" in because.lower() or "therapist" in because.lower()]
    assert not [m for m in page.heard if m.get("technique") == "rest"]  # which is the maker's own


def test_a_rest_of_the_makers_own_is_ended_by_nobody_else(page: Page, therapist: Therapist) -> None:
    """Silence that was asked for from beside is ended from there; the maker's own rest only by the maker,
    also where both asked for it, in either order, and after a lost line."""

    def whose() -> str | None:
        later = Therapist(page.server, page.cookie)
        found: str | None = later.until("hearing")["resting"]
        later.close()
        return found

    page.begin()
    play(page, *TUNE)
    page.all_acknowledged()
    therapist.until("began")
    therapist.say({"type": "rest"})
    page.until(lambda m: m["type"] == "chose" and "silent" in m["because"])
    assert whose() == "beside"
    page.close()
    page.connect()
    page.say({"type": "resume", "take": page.take})
    assert page.until("resumed")["resting"] is False  # the maker pressed nothing
    assert whose() == "beside"
    therapist.steer("begin")
    therapist.until(lambda m: m["type"] == "hearing" and m["resting"] is None and m["player"])
    for first, then in ((page, therapist), (therapist, page)):
        for one in (first, then):
            if one is page:
                page.input({"type": "rest"})
                page.all_acknowledged()
            else:
                therapist.say({"type": "rest"})
                therapist.say({"type": "clock", "sent": 1})
                therapist.until("clock")
        assert whose() == "maker"
        therapist.steer("begin")
        assert "asked for there" in therapist.until("refused")["because"]
        page.input({"type": "steer", "what": "begin"})
        page.all_acknowledged()
        assert whose() is None
    page.input({"type": "rest"})
    page.all_acknowledged()
    page.close()
    page.connect()
    page.say({"type": "resume", "take": page.take})
    assert page.until("resumed")["resting"] is True


def test_what_is_no_steering_from_beside_is_refused(page: Page, therapist: Therapist) -> None:
    """What a therapist cannot ask for, and what nobody could, is refused in one sentence, with no number;
    nothing of it is in the log, and the take goes on."""
    page.begin()
    play(page, 60)
    wrong: list[Message] = [
        {"type": "steer", "what": "begin"},
        {"type": "steer", "what": "partner_starts"},
        {"type": "steer", "what": "technique", "technique": "ending"},
        {"type": "steer", "what": "technique", "technique": "no-such"},
        {"type": "steer", "what": 7},
        {"type": "note", "on": True, "pitch": 400, "velocity": 64},
        {"type": "note", "on": True, "pitch": 60, "velocity": None},
        {"type": "mark", "at": -1},
        {"type": "mark", "at": 1, "text": 7},
        {"type": "limit", "seconds": True},
        {"type": "limit", "seconds": 0},
        {"type": "control", "control": 64, "value": 127},
    ]
    for message in wrong:
        therapist.say(message)
        refused = therapist.until("refused")
        assert refused["seq"] is None
        assert refused["because"].endswith(".")
    page.input({"type": "note", "on": True, "pitch": 62, "velocity": 64, "maker": "therapist"})
    assert "therapist" in page.until("refused")["because"]
    log = ended(page)
    assert not [e for e in log.inputs if e.maker == BESIDE]


def test_playing_along_is_a_second_makers(page: Page, therapist: Therapist) -> None:
    """Notes and strokes from beside are a maker's of that name, told to the page that plays and to others
    who look on, not back to whoever played; when the page goes, what it held has ended for all of them."""
    page.begin()
    watching = Page(page.server, page.cookie)
    play(page, 60, 64)
    page.all_acknowledged()
    therapist.key(67)
    therapist.say({"type": "tap", "velocity": 50})
    for other in (page, watching):
        told = other.until(lambda m: m["type"] == "maker" and m["event"]["maker"] == "therapist")
        assert (told["event"]["pitch"], told["event"]["on"]) == (67, True)
        other.until(lambda m: m["type"] == "maker" and m["event"]["type"] == "tap")
    therapist.close()
    for other in (page, watching):
        over = other.until(lambda m: m["type"] == "maker" and m["event"].get("on") is False
                           and m["event"]["maker"] == "therapist")  # fmt: skip
        assert over["event"]["pitch"] == 67
    watching.close()
    log = ended(page)
    theirs = [e for e in log.inputs if e.maker == BESIDE]
    assert [type(e) for e in theirs] == [NoteOn, Tap, Leave]
    same_again(log)
    assert not [m for m in therapist.heard if m["type"] == "maker" and m["event"]["maker"] == "therapist"]
    assert Takes(page.server.data).get(str(page.take)).makers == ("you", "therapist")


def test_whoever_only_steers_is_no_maker_of_the_take(page: Page, therapist: Therapist) -> None:
    """Somebody who steered and marked and played nothing is not among those who played."""
    page.begin()
    play(page, 60, 64)
    therapist.until("began")
    therapist.steer("less")
    therapist.say({"type": "mark"})
    therapist.until("marked")
    ended(page)
    assert Takes(page.server.data).get(str(page.take)).makers == ("you",)


def test_a_flood_from_beside_is_held_back(page: Page, therapist: Therapist) -> None:
    """Far more than 2,000 events a second from beside: each is taken in or refused, and every note that was
    taken in has its end."""
    page.begin()
    play(page, 60)
    therapist.until("began")
    for n in range(3000):
        therapist.key(n % 128)
        therapist.key(n % 128, on=False)
        therapist.say({"type": "tap", "velocity": 64})
    therapist.say({"type": "clock", "sent": 1})
    therapist.until("clock", timeout=60.0)
    log = ended(page)
    theirs = [e for e in log.inputs if e.maker == BESIDE]
    taken_in = sum(isinstance(e, (NoteOn, Tap)) for e in theirs)
    assert taken_in + len(therapist.refused) >= 6000
    assert taken_in <= 6000
    held: set[int] = set()
    for event in theirs:
        if isinstance(event, (NoteOn, NoteOff)):
            (held.add if isinstance(event, NoteOn) else held.discard)(event.pitch)
    assert held == set()
    same_again(log)


# --- the limit ---------------------------------------------------------------------------------


def test_a_limit_is_a_close_and_nothing_else(page: Page, therapist: Therapist) -> None:
    """At its moment, and not before, the close comes, in the middle of no phrase; in the log it is the
    finish that whoever set it could have asked for. Of several the last counts."""
    page.begin()
    page.say({"type": "limit", "seconds": 1000})
    play(page, *TUNE)
    therapist.until("began")
    at = page.now() + 1.0
    therapist.say({"type": "limit", "seconds": at})
    page.until("ended", timeout=40.0)
    page.all_acknowledged()
    log = the_log(page)
    closes = [e for e in log.inputs if isinstance(e, Steer) and e.what == "finish"]
    assert [e.maker for e in closes] == [BESIDE]
    assert at - 0.01 <= closes[0].heard
    last = max(e.time for e in log.inputs if isinstance(e, NoteOff))
    assert closes[0].heard >= last
    same_again(log)


def test_a_limit_waits_for_the_end_of_the_phrase(page: Page) -> None:
    """Whoever is in the middle of a phrase plays it to its end: the close does not come under a held note;
    taken away, a limit brings nothing."""
    page.begin()
    for pitch in TUNE[:4]:
        page.note(pitch)
        page.let_go(pitch)
    page.say({"type": "limit", "seconds": page.now() + 0.05})
    for step in range(30):  # on and on, well past the limit
        page.note(TUNE[step % 8])
        page.until(lambda m: m["type"] == "ack")
        page.let_go(TUNE[step % 8])
        page.until(lambda m: m["type"] == "ack")
    until = page.now()
    page.until("ended", timeout=40.0)
    log = the_log(page)
    (close,) = [e for e in log.inputs if isinstance(e, Steer) and e.what == "finish"]
    assert close.maker == MakerId("you")
    assert close.heard >= min(until, 15.0)
    page.begin()
    play(page, 60)
    page.say({"type": "limit", "seconds": page.now() + 0.5})
    page.say({"type": "limit", "seconds": None})
    play(page, *TUNE, *TUNE)
    page.until(lambda m: m["type"] == "chose")
    after = page.now() + 3.0
    while page.now() < after:
        play(page, 60)
        page.until(lambda m: m["type"] == "ack")
    assert not [e for e in the_log(page).inputs if isinstance(e, Steer) and e.what == "finish"]


# --- marks -------------------------------------------------------------------------------------


def test_a_mark_is_on_the_disk_when_it_is_told(tmp_path: Path) -> None:
    """A mark that was told survives a kill -9 right after, stays through "Keep it", takes a note later on,
    and is gone with the take, from the disk, too."""
    with running(tmp_path / "u") as server:
        cookie = let_in(server)
        page, therapist = Page(server, cookie), Therapist(server, cookie)
        page.begin()
        play(page, *TUNE)
        page.all_acknowledged()
        therapist.until("began")
        therapist.say({"type": "mark", "text": "zebrafish"})
        marked = therapist.until("marked")
        server.kill()
        take, mark = str(page.take), marked["mark"]
        assert marked["take"] == take
    with running(tmp_path / "u") as server:
        cookie = let_in(server)
        page, therapist = Page(server, cookie), Therapist(server, cookie)
        page.resume()
        therapist.until("began")
        therapist.say({"type": "mark", "at": 0.5})
        second = therapist.until("marked")["mark"]
        ended(page)
        own = {"cookie": cookie, "origin": server.address}
        assert http(f"{server.address}/api/takes/{take}/keep", "POST", own)[0] == 200
        marks = f"/api/takes/{take}/marks"
        status, noted = therapist.ask(f"{marks}/{second['id']}", "PUT", {"text": "hippogriff"})
        assert (status, noted["text"], noted["at"]) == (200, "hippogriff", 0.5)
        _, told = therapist.ask(marks)
        assert [(m["id"], m["text"]) for m in told["marks"]] == sorted(
            [(second["id"], "hippogriff"), (mark["id"], "zebrafish")],
            key=lambda m: 0.5 if m[0] == second["id"] else mark["at"],
        )
        # nothing that the maker reads or takes away contains them
        for path in ("", "/review", "/report", "/log.jsonl", "/duet.mid"):
            status, _, body = http(f"{server.address}/api/takes/{take}{path}", "GET", own)
            assert status == 200
            assert not [word for word in (b"zebrafish", b"hippogriff") if word in body], path
        assert http(f"{server.address}/api/takes/{take}", "DELETE", own)[0] == 200
        assert therapist.ask(marks)[0] == 404
    left = [p for p in (tmp_path / "u").rglob("*") if p.is_file()]
    assert left
    assert not [p for p in left if b"zebrafish" in p.read_bytes() or p.name == "marks.json"]


def test_a_mark_that_is_none_is_told_so(page: Page, therapist: Therapist) -> None:
    """A mark that is none, or unknown, is a sentence; an erased one is gone."""
    page.begin()
    play(page, 60)
    ended(page)
    marks = f"/api/takes/{page.take}/marks"
    assert therapist.ask(marks, "POST", {"at": None})[0] == 422
    assert therapist.ask(marks, "POST", {"at": 1.0, "text": "x" * 4001})[0] == 422
    assert therapist.ask(f"{marks}/0a0a0a0a", "PUT", {"text": "a"})[0] == 404
    status, made = therapist.ask(marks, "POST", {"at": 1.25, "text": "a"})
    assert status == 201
    assert therapist.ask(f"{marks}/{made['id']}", "PUT", {"text": None})[1]["text"] is None
    assert therapist.ask(f"{marks}/{made['id']}", "DELETE")[0] == 200
    assert therapist.ask(marks)[1] == {"marks": []}


def test_in_a_practice_only_the_therapist_steers_and_marks(tmp_path: Path) -> None:
    """Where somebody has a place of their own, a tab without the passphrase neither sits beside the maker
    nor is told of a mark."""
    House(platform.data_folder(tmp_path / "u")).add("Somebody", datetime(2026, 1, 1, tzinfo=UTC))
    with running(tmp_path / "u") as server:
        cookie = let_in(server)
        with pytest.raises(ConnectionClosed):
            Therapist(server, cookie)
        own = {"cookie": cookie, "origin": server.address}
        marks = f"{server.address}/api/takes/20260101-000000-abcd/marks"
        for method, path in (("GET", ""), ("POST", ""), ("PUT", "/0a0a0a0a"), ("DELETE", "/0a0a0a0a")):
            assert http(marks + path, method, own, b"{}" if method != "GET" else None)[0] == 403


OUTSIDE = '{"marks": 1, "all": [{"id": "../../x", "at": 1, "text": "a", "written": ""}]}'
DAMAGE = ("", "{", "[]", '{"marks": 1}', '{"marks": 99, "all": []}', OUTSIDE)


def test_damaged_marks_are_left_as_they_lie(page: Page, therapist: Therapist) -> None:
    """Where the marks are damaged, or of a later version, that is said, the take opens all the same, and
    nothing is written over them."""
    page.begin()
    play(page, 60)
    page.all_acknowledged()
    path = page.server.data / "scratch" / str(page.take) / "marks.json"
    marks = f"/api/takes/{page.take}/marks"
    for damage in DAMAGE:
        path.write_text(damage)
        for method, body in (("GET", None), ("POST", {"at": 1.0})):
            status, told = therapist.ask(marks, method, body)
            assert (status, told["error"].endswith(".")) == (422, True), damage
        assert therapist.ask(f"/api/takes/{page.take}/review")[0] == 200
        assert path.read_text() == damage
