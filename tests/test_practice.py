"""A practice, asked as a page asks: who is in the room, what a therapist sees, and what is told of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

import kept
from client import Page, Server
from client import Therapist as Beside
from practising import NOW, PASSPHRASE, Asking, practice, serving
from undersong.caring import consent
from undersong.edges import intake
from undersong.edges.house import House
from undersong.edges.shares import Shares
from undersong.edges.takes import Takes

MOVED, STRANGER = 4410, 4401


class Practice:
    """A served practice of Ada and Ben, each with a kept take, and its browser."""

    def __init__(self, browser: Asking, ids: dict[str, str], takes: dict[str, str]) -> None:
        self.browser, self.ids, self.takes = browser, ids, takes
        self.server = browser.server
        self.therapist = browser.as_therapist()

    def enter(self, name: str | None) -> Asking:
        """Somebody comes into the room; a page of theirs."""
        person = None if name is None else self.ids[name]
        status, told = self.therapist.ask("PUT", "/api/room", {"person": person})
        assert (status, told) == (200, {"person": person})
        return self.browser.in_a_tab()


def lay(place_takes: Takes, scratch: Path) -> str:
    """A take of twenty seconds, kept in somebody's place."""
    id_ = kept.short(scratch)
    return place_takes.keep_log(Takes(scratch).log(id_), NOW)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Practice]:
    house, ids = practice(tmp_path / "data", "Ada", "Ben")
    takes = {name: lay(house.place(id_).takes, tmp_path / name) for name, id_ in ids.items()}
    house.close()
    with serving(tmp_path / "data") as server:
        yield Practice(Asking(server), ids, takes)


def let_go(page: Page) -> int:
    """With which code the server closes a page's socket."""
    try:
        while True:
            page.receive()
    except ConnectionClosed as closed:
        return 0 if closed.rcvd is None else int(closed.rcvd.code)


def test_a_house_without_a_passphrase_has_no_therapist(tmp_path: Path) -> None:
    """Nobody becomes a therapist, and nobody is added, before what is kept is locked."""
    (tmp_path / "data").mkdir()
    server = Server(tmp_path / "data")
    try:
        asking = Asking(server)
        for status, told in (
            asking.ask("POST", "/api/therapist", {"passphrase": PASSPHRASE}),
            asking.ask("POST", "/api/people", {"name": "Ada"}),
        ):
            assert status == 422
            assert str(told["error"]).startswith("First lock what is kept")
    finally:
        server.stop()


def test_a_wrong_passphrase_makes_no_therapist(served: Practice) -> None:
    """Also not an empty or a missing one; the answer tells nothing."""
    for given in ("a long walk", PASSPHRASE + " "):
        assert served.browser.ask("POST", "/api/therapist", {"passphrase": given}) == (
            403,
            {"error": "That does not open it."},
        )
    assert served.browser.ask("POST", "/api/therapist", {})[0] == 422


def test_people_come_and_go(served: Practice) -> None:
    """Added, listed by name, one of a name of somebody else's has an id of their own; an erased one is gone
    with the folder, and a room that they were in is empty."""
    therapist = served.therapist
    status, ben = therapist.ask("POST", "/api/people", {"name": "  Ben  "})
    assert (status, ben["name"]) == (201, "Ben")
    names = [one["name"] for one in therapist.ask("GET", "/api/people")[1]["people"]]
    assert names == ["Ada", "Ben", "Ben"]
    served.enter("Ada")
    assert therapist.ask("GET", "/api/people")[1]["room"] == served.ids["Ada"]
    assert therapist.ask("DELETE", f"/api/people/{served.ids['Ada']}") == (200, {"erased": True})
    told = therapist.ask("GET", "/api/people")[1]
    assert [one["name"] for one in told["people"]] == ["Ben", "Ben"]
    assert told["room"] is None
    assert not (served.server.data / "people" / served.ids["Ada"]).exists()
    assert therapist.ask("DELETE", f"/api/people/{served.ids['Ada']}")[0] == 404
    for name in ("", " ", "x" * 101, "\x1b[31m", 7, None):
        assert therapist.ask("POST", "/api/people", {"name": name})[0] == 422, name


def test_with_the_last_of_them_gone_it_is_a_practice_still(served: Practice) -> None:
    """No window that was a client's sees the therapist's own things after the last client was erased; only
    whoever gave the passphrase does."""
    for id_ in served.ids.values():
        assert served.therapist.ask("DELETE", f"/api/people/{id_}")[0] == 200
    assert served.therapist.ask("GET", "/api/people")[1]["people"] == []
    for path in ("/api/intake", "/api/takes", "/api/consents"):
        assert served.browser.ask("GET", path)[0] == 403, path
        assert served.browser.in_a_tab().ask("GET", path)[0] == 403, path
        assert served.therapist.ask("GET", path)[0] == 200, path


def test_whoever_is_in_the_room_has_their_own_takes(served: Practice) -> None:
    """Ada's page lists Ada's take and not Ben's, which she cannot have by its name either; the therapist's
    own place is nobody's else."""
    for name, other in (("Ada", "Ben"), ("Ben", "Ada")):
        page = served.enter(name)
        house = page.ask("GET", "/api/house")[1]
        assert (house["role"], house["person"]) == ("client", {"id": served.ids[name], "name": name})
        assert [one["id"] for one in page.ask("GET", "/api/takes")[1]["takes"]] == [served.takes[name]]
        assert page.ask("GET", f"/api/takes/{served.takes[name]}")[0] == 200
        for rest in ("", "/log.jsonl", "/review", "/report", "/duet.mid"):
            assert page.ask("GET", f"/api/takes/{served.takes[other]}{rest}")[0] == 404


def test_nothing_is_shown_before_it_is_shared(served: Practice) -> None:
    """A therapist sees a take only from when its player shared it until they share it no more, or take back
    their yes to sharing at all; then the next request already finds nothing."""
    page, take = served.enter("Ada"), served.takes["Ada"]
    rests = ("", "/log.jsonl", "/review", "/report", "/duet.mid", "/fragment.musicxml?from=0&to=5")

    def seen() -> set[int]:
        listed = [one["id"] for one in served.therapist.ask("GET", "/api/takes")[1]["takes"]]
        weeks = [one["id"] for one in served.therapist.ask("GET", "/api/course")[1]["sessions"]]
        assert listed == weeks
        found = {served.therapist.ask("GET", f"/api/takes/{take}{rest}")[0] for rest in rests}
        assert (listed == [take]) == (found == {200})
        return found

    assert seen() == {404}
    assert page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True}) == (200, {"shared": True})
    assert page.ask("GET", "/api/shared")[1]["takes"] == [take]
    assert page.ask("GET", "/api/takes")[1]["takes"][0]["shared"] is True
    assert seen() == {200}
    assert page.ask("PUT", f"/api/takes/{take}/shared", {"shared": False})[0] == 200
    assert seen() == {404}
    assert page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True})[0] == 200
    assert seen() == {200}
    assert page.ask("PUT", "/api/consents/share", {"given": False})[0] == 200
    assert seen() == {404}
    status, told = page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True})
    assert (status, "no consent" in told["error"]) == (422, True)
    assert seen() == {404}
    # a new yes does not bring back what was shared by the old one
    assert page.ask("PUT", "/api/consents/share", {"given": True})[0] == 200
    assert seen() == {404}


def test_a_yes_to_older_words_shares_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the words change to which somebody said yes, nothing is shared until they say yes to the new
    ones, and then only what they share from then on."""
    house, ids = practice(tmp_path / "data", "Ada")
    record = house.place(ids["Ada"]).record
    shares = Shares(record)
    shares.share("take", "one", NOW)
    assert shares.items("take") == {"one"}
    newer = tuple((kind, version + (kind == "share")) for kind, version in consent.CURRENT)
    monkeypatch.setattr(consent, "CURRENT", newer)
    assert shares.items("take") == set()
    record.give("share", NOW)
    assert shares.items("take") == set()
    shares.share("take", "two", NOW)
    assert shares.items("take") == {"two"}


def test_of_what_is_shared_a_therapist_changes_nothing_but_ratings(served: Practice) -> None:
    """Names, notes, fragments, keeping, hiding and erasing are refused; a rating is taken in."""
    page, take = served.enter("Ada"), served.takes["Ada"]
    assert page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True})[0] == 200
    therapist = served.therapist
    for method, rest, body in (
        ("PUT", "/name", {"name": "Mine"}),
        ("POST", "/notes", {"at": None, "text": "Mine"}),
        ("POST", "/fragments", {"from": 0, "to": 1, "name": ""}),
        ("POST", "/hide", {}),
        ("POST", "/keep", {}),
        ("PUT", "/shared", {"shared": False}),
        ("DELETE", "", None),
    ):
        assert therapist.ask(method, f"/api/takes/{take}{rest}", body)[0] == 403, rest
    rating = {"at": 3.0, "by": "T", "autonomy": "partner", "variability": None}
    assert therapist.ask("PUT", f"/api/takes/{take}/ratings", rating)[0] == 200


def test_intake_is_seen_only_as_it_is_shared(served: Practice) -> None:
    """What somebody said at intake is refused until it is shared, and again when it is not."""
    page = served.enter("Ada")
    assert page.ask("PUT", "/api/intake", {"said": {"medicine": "before"}})[0] == 200
    assert served.therapist.ask("GET", "/api/intake")[0] == 404
    assert page.ask("PUT", "/api/intake/shared", {"shared": True})[0] == 200
    assert served.therapist.ask("GET", "/api/intake")[1]["said"] == {"medicine": "before"}
    assert page.ask("PUT", "/api/intake/shared", {"shared": False})[0] == 200
    assert served.therapist.ask("GET", "/api/intake")[0] == 404


def test_a_take_goes_with_its_share(served: Practice) -> None:
    """A take that is erased is not among what is shared any more; one that is not kept cannot be shared."""
    page, take = served.enter("Ada"), served.takes["Ada"]
    assert page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True})[0] == 200
    assert page.ask("DELETE", f"/api/takes/{take}")[0] == 200
    assert page.ask("GET", "/api/shared")[1]["takes"] == []
    assert page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True})[0] == 404
    assert page.ask("PUT", "/api/answers/nothing/shared", {"shared": True})[0] == 404
    player = Page(served.server, served.browser.cookie)
    player.begin()
    player.note(60)
    player.let_go(60)
    player.all_acknowledged()
    assert page.ask("PUT", f"/api/takes/{player.take}/shared", {"shared": True})[0] == 422
    player.close()


def test_a_page_of_whoever_was_there_before_changes_nothing(served: Practice) -> None:
    """Ada's page, still open when Ben is in the room, is refused whatever it would change; in Ben's record
    nothing has changed."""
    adas = served.enter("Ada")
    bens = served.enter("Ben")
    before = bens.ask("GET", "/api/consents")
    for path, body in (
        ("/api/consents/share", {"given": False}),
        ("/api/intake", {"said": {"medicine": "now"}}),
        (f"/api/takes/{served.takes['Ben']}/name", {"name": "Ada's"}),
    ):
        status, told = adas.ask("PUT", path, body)
        assert (status, "somebody else" in str(told["error"]).lower()) == (409, True), path
    assert bens.ask("GET", "/api/consents") == before
    assert bens.ask("GET", "/api/intake")[1]["said"] == {}
    assert bens.ask("PUT", "/api/intake", {"said": {"medicine": "now"}})[0] == 200


def test_what_is_still_on_its_way_is_of_whoever_sent_it(served: Practice) -> None:
    """Ada's page sends a request of which the half is on its way when Ben comes in: it is hers, or
    nobody's; in Ben's record nothing has changed."""
    ada = served.enter("Ada")
    body = json.dumps({"said": {"medicine": "now"}}).encode()
    head = (
        f"PUT /api/intake HTTP/1.1\r\nHost: {served.server.host}\r\nOrigin: {served.server.address}\r\n"
        f"Cookie: {ada.cookie}\r\nX-Undersong-Tab: {ada.tab}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.server.port)) as line:
        line.sendall(head.encode() + body[:5])
        # the server has read the head once it answers others that came later
        for _ in range(20):
            assert ada.ask("GET", "/api/house")[0] == 200
        ben = served.enter("Ben")
        line.sendall(body[5:])
        assert line.recv(1 << 16).startswith(b"HTTP/1.1 ")
    assert ben.ask("GET", "/api/intake")[1]["said"] == {}
    assert served.enter("Ada").ask("GET", "/api/intake")[1]["said"] == {"medicine": "now"}


def test_who_leaves_the_room_keeps_what_they_played(served: Practice) -> None:
    """While Ada plays, Ben comes: her socket is closed and says why, every note is on the disk, and the
    question whether to keep the take is hers when she comes back. A page of hers begins nothing."""
    served.enter("Ada")
    ada = Page(served.server, served.browser.cookie)
    ada.begin()
    for pitch in (60, 62, 64):
        ada.note(pitch)
        ada.let_go(pitch)
    ada.all_acknowledged()
    served.enter("Ben")
    assert let_go(ada) == MOVED
    with pytest.raises((ConnectionClosed, AssertionError)):
        ada.begin()
    ben = Page(served.server, served.browser.cookie)
    assert ben.welcome["take"] is None
    assert ben.welcome["unanswered"] is None
    served.enter("Ada")
    again = Page(served.server, served.browser.cookie)
    found = again.welcome["take"] or again.welcome["unanswered"]
    assert found["id"] == ada.take
    page = served.browser.in_a_tab()
    status, heard = page.ask("GET", f"/api/takes/{ada.take}")
    assert status == 200
    assert [one["pitch"] for one in heard["sounds"] if one["who"] == "maker"] == [60, 62, 64]
    again.close()
    ben.close()


def test_with_nobody_in_the_room_nothing_is_played(served: Practice) -> None:
    """A page then waits: it is told so, begins nothing, and is let go as soon as somebody is there. (What
    would be played then would be nobody's: there is nobody whose yes it could rest on.)"""
    served.enter(None)
    page = Page(served.server, served.browser.cookie)
    assert page.welcome == {"type": "nobody"}
    page.say({"type": "steer", "what": "begin", "seq": 1})
    served.enter("Ada")
    assert let_go(page) == MOVED
    assert [message["type"] for message in page.heard] == ["nobody"]
    assert not list((served.server.data / "scratch").glob("*"))


class Therapist(Beside):
    """A therapist's page with the token of a tab in which the passphrase was given."""

    def __init__(self, asking: Asking) -> None:
        self.given = asking.tab
        super().__init__(asking.server, asking.cookie)

    def new_tab(self) -> None:
        self.tab = self.given or ""


def test_only_a_therapist_sits_beside_and_only_while_they_are_one(served: Practice) -> None:
    """A client's page that asks to sit beside is sent away; a therapist's may, until its token is
    given back, and is let go when somebody else comes in."""
    client = served.enter("Ada")
    beside = Therapist(served.therapist)
    assert beside.welcome["role"] == "therapist"
    with pytest.raises(ConnectionClosed):
        Therapist(client)
    served.enter("Ben")
    assert let_go(beside) == MOVED
    again = Therapist(served.therapist)
    assert again.welcome["role"] == "therapist"
    assert served.therapist.ask("DELETE", "/api/therapist")[0] == 200
    assert let_go(again) == STRANGER


def test_every_look_is_told_of(served: Practice) -> None:
    """The audit has an entry for every address that the therapist asked for about somebody, with the person
    and the item, also for what was refused; for coming into the room, for what is shared and erased; and no
    name."""
    page, take = served.enter("Ada"), served.takes["Ada"]
    page.ask("PUT", f"/api/takes/{take}/shared", {"shared": True})
    reads = ("", "/log.jsonl", "/review", "/report", "/duet.mid")
    for rest in reads:
        assert served.therapist.ask("GET", f"/api/takes/{take}{rest}")[0] == 200
    assert served.therapist.ask("GET", "/api/takes")[0] == 200
    assert served.therapist.ask("GET", "/api/takes/20200101-000000-0000")[0] == 404
    served.therapist.ask(
        "PUT", f"/api/takes/{take}/ratings", {"at": None, "by": "T", "autonomy": None, "variability": None}
    )
    page.ask("PUT", f"/api/takes/{take}/shared", {"shared": False})
    page.ask("DELETE", f"/api/takes/{take}")
    served.therapist.ask("DELETE", f"/api/people/{served.ids['Ada']}")
    served.server.stop()
    house = House(served.server.data)
    house.unlock(PASSPHRASE)
    found = [(e["who"], e["what"], e["person"], e["item"]) for e in house.audited()]
    ada = served.ids["Ada"]
    wanted = [
        ("therapist", "came in", None, None),
        ("therapist", "enter room", ada, None),
        ("client", "share", ada, f"take {take}"),
        ("therapist", "read takes", ada, take),
        ("therapist", "read takes log.jsonl", ada, take),
        ("therapist", "read takes review", ada, take),
        ("therapist", "read takes report", ada, take),
        ("therapist", "read takes duet.mid", ada, take),
        ("therapist", "read takes", ada, None),
        ("therapist", "read takes", ada, "20200101-000000-0000"),
        ("therapist", "write takes ratings", ada, take),
        ("client", "share no more", ada, f"take {take}"),
        ("client", "erase takes", ada, take),
        ("therapist", "erase person", ada, None),
    ]
    assert [entry for entry in found if entry in wanted] == wanted
    assert "Ada" not in json.dumps(found)


def test_counts_are_of_those_who_said_yes(tmp_path: Path) -> None:
    """Seven people, of whom one took back their yes to be counted: six are counted, and no number below
    five is told. With four there is nothing."""
    house, ids = practice(tmp_path / "data", *"ABCDEFG")
    for name, answer in zip("ABCDEFG", ("now", "now", "now", "now", "now", "before", "never"), strict=True):
        intake.write(house.place(ids[name]).record, {"medicine": answer}, NOW)
    house.place(ids["G"]).record.withdraw("research", NOW)
    house.close()
    with serving(tmp_path / "data") as server:
        therapist = Asking(server).as_therapist()
        told = therapist.ask("GET", "/api/counts")[1]
        assert told["people"] == 6
        assert set(told["questions"]["medicine"].values()) == {None}  # 5 and 1: the 1 would be 6 less 5
        for name in "ABC":
            therapist.ask("DELETE", f"/api/people/{ids[name]}")
        told = therapist.ask("GET", "/api/counts")[1]
        assert (told["people"], told["questions"]) == (None, {})
