"""Who may use which address: every route of the app, by every role, locked and open, against one table."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from client import Server
from practising import PASSPHRASE, Asking, practice, serving
from undersong.caring.roles import TABLE
from undersong.edges.house import House
from undersong.server.app import create_app
from undersong.server.keys import Keys

# s: who plays alone, in a house without a passphrase; c: the client in the room; n: whoever sits there
# while nobody is in the room; t: the therapist with a client in the room; a: the therapist alone.
# L: answers while the house is locked.
WHO_MAY = """
GET     /                                       s c n t a L
GET     /launch                                 s c n t a L
POST    /relaunch                               s c n t a L
POST    /api/tab                                s c n t a L
GET     /api/house                              s c n t a L
POST    /api/unlock                             s c n t a L
POST    /api/lock                               s c n t a
GET     /sign-in                                s c n t a L
POST    /sign-in                                s c n t a L
POST    /api/protect                            s     t a
PUT     /api/protect                            s     t a
POST    /api/recovery                           s     t a
POST    /api/therapist                          s c n t a
DELETE  /api/therapist                          s c n t a
GET     /api/people                                   t a
POST    /api/people                             s     t a
DELETE  /api/people/{id}                              t a
PUT     /api/room                                     t a
GET     /api/counts                                   t a
GET     /api/practice                                 t a
GET     /api/share/in                                 t
POST    /api/share/in                                 t
DELETE  /api/share/in                                 t
GET     /api/given                              s
POST    /api/share                              s
GET     /api/shared                             s c     a
PUT     /api/takes/{id}/shared                  s c     a
PUT     /api/answers/{id}/shared                s c     a
PUT     /api/intake/shared                      s c     a
GET     /api/consents                           s c     a
PUT     /api/consents/{kind}                    s c     a
GET     /api/intake                             s c   t a
PUT     /api/intake                             s c     a
GET     /api/takes                              s c   t a
GET     /api/takes/{id}                         s c   t a
DELETE  /api/takes/{id}                         s c     a
POST    /api/takes/{id}/keep                    s c     a
POST    /api/takes/{id}/hide                    s c     a
GET     /api/takes/{id}/log.jsonl               s c   t a
GET     /api/takes/{id}/duet.mid                s c   t a
GET     /api/takes/{id}/duet.wav                s c   t a
GET     /api/takes/{id}/fragment.musicxml       s c   t a
GET     /api/takes/{id}/report                  s c   t a
GET     /api/takes/{id}/review                  s c   t a
GET     /api/course                             s c   t a
PUT     /api/takes/{id}/name                    s c     a
POST    /api/takes/{id}/notes                   s c     a
DELETE  /api/takes/{id}/notes/{note}            s c     a
GET     /api/takes/{id}/notes/{note}/voice      s c   t a
POST    /api/takes/{id}/fragments               s c     a
DELETE  /api/takes/{id}/fragments/{fragment}    s c     a
PUT     /api/takes/{id}/ratings                 s c   t a
GET     /api/takes/{id}/marks                   s     t a
POST    /api/takes/{id}/marks                   s     t a
PUT     /api/takes/{id}/marks/{mark}            s     t a
DELETE  /api/takes/{id}/marks/{mark}            s     t a
PUT     /api/takes/{id}/arrived                 s c     a
PUT     /api/takes/{id}/left                    s c     a
GET     /api/measures                           s c     a
GET     /api/measures/course                    s c   t a
POST    /api/measures/{id}                      s c     a
GET     /api/measures/{id}/draft                s c     a
PUT     /api/measures/{id}/draft                s c     a
DELETE  /api/measures/{id}/draft                s c     a
DELETE  /api/measures/given/{answer}            s c     a
GET     /api/safety                             s c     a
PUT     /api/safety                             s c     a
DELETE  /api/safety                             s c     a
"""
ROWS = [
    (method, path, frozenset(who.split()))
    for method, path, who in (line.split(None, 2) for line in WHO_MAY.strip().splitlines())
]
LETTERS = {"solo": "s", "client": "c", "nobody": "n", "therapist": "t", "alone": "a"}
# These change who is who: they are tried by themselves.
APART = {("POST", "/api/lock"), ("DELETE", "/api/therapist"), ("POST", "/api/unlock")}
REFUSED, LOCKED = 403, 423
NOT_YOURS = ("This is not for everybody at this machine", "Nobody is in the room")


def test_the_app_has_these_addresses_and_no_others(tmp_path: Path) -> None:
    """Every address that the app answers stands in the table above with its roles, and the other way."""
    (tmp_path / "data").mkdir()
    gate = create_app(House(tmp_path / "data"), Keys(), ("127.0.0.1:1",), account=True)
    app = gate._app
    assert isinstance(app, Starlette)
    routes = set()
    for route in app.routes:
        if isinstance(route, Route):
            routes |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
        else:
            assert isinstance(route, (WebSocketRoute, Mount))
    assert routes == {(method, path) for method, path, _ in ROWS}
    roles = {(method, path): {LETTERS[role] for role in who} for method, path, who in TABLE}
    assert roles == {(method, path): set(who) - {"L"} for method, path, who in ROWS}


def refused(asking: Asking, method: str, pattern: str) -> int:
    """The status with which the guard refuses; 0 where it lets somebody by."""
    path = pattern.replace("{id}", "20200101-000000-0000").replace("{note}", "0000")
    path = path.replace("{fragment}", "0000").replace("{kind}", "nothing").replace("{mark}", "0")
    path = path.replace("{answer}", "0000")
    status, told = asking.ask(method, path, {} if method in ("POST", "PUT") else None)
    if status == LOCKED:
        return LOCKED
    said = told.get("error", "") if isinstance(told, dict) else ""
    return REFUSED if status == REFUSED and str(said).startswith(NOT_YOURS) else 0


def matrix(asking: Asking) -> dict[tuple[str, str], int]:
    return {(m, p): refused(asking, m, p) for m, p, _ in ROWS if (m, p) not in APART}


def wanted(letter: str) -> dict[tuple[str, str], int]:
    return {(m, p): 0 if letter in who else REFUSED for m, p, who in ROWS if (m, p) not in APART}


def test_who_plays_alone(tmp_path: Path) -> None:
    """In a house of one person, with whatever tab token: all but what is a therapist's."""
    server = Server(tmp_path / "data")
    try:
        asking = Asking(server)
        for tab in (None, "wrong", asking.in_a_tab().tab):
            assert matrix(Asking(server, asking.cookie, tab)) == wanted("s"), tab
    finally:
        server.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    data = tmp_path_factory.mktemp("practice") / "data"
    house, ids = practice(data, "Ada", "Ben")
    house.close()
    with serving(data) as server:
        yield Asking(server), ids


def test_in_a_practice(served) -> None:  # type: ignore[no-untyped-def]
    """With a client in the room and with nobody there: a page without a token, with a wrong one and with
    one of its own is the client's or nobody's; with a therapist's it is the therapist's. A therapist's
    token that was given back is none."""
    browser, ids = served
    server = browser.server
    therapist = browser.as_therapist()
    assert therapist.ask("PUT", "/api/room", {"person": ids["Ada"]})[0] == 200
    for tab in (None, "wrong", "", browser.in_a_tab().tab):
        assert matrix(Asking(server, browser.cookie, tab)) == wanted("c"), tab
    assert matrix(therapist) == wanted("t")
    assert therapist.ask("PUT", "/api/room", {"person": None})[0] == 200
    for tab in (None, "wrong", browser.in_a_tab().tab):
        assert matrix(Asking(server, browser.cookie, tab)) == wanted("n"), tab
    assert matrix(therapist) == wanted("a")
    gone = browser.as_therapist()
    assert gone.ask("DELETE", "/api/therapist")[0] == 200
    assert matrix(gone) == wanted("n")


def test_while_locked(served) -> None:  # type: ignore[no-untyped-def]
    """Everything but what the table says is refused as locked, also with a therapist's token, which opens
    nothing any more after unlocking."""
    browser, _ = served
    server = browser.server
    therapist = browser.as_therapist()
    assert browser.ask("POST", "/api/lock")[0] == 200
    for tab in (None, browser.tab, therapist.tab):
        found = matrix(Asking(server, browser.cookie, tab))
        assert found == {(m, p): 0 if "L" in who else LOCKED for m, p, who in ROWS if (m, p) not in APART}
    assert browser.ask("POST", "/api/unlock", {"passphrase": PASSPHRASE})[0] == 200
    assert matrix(therapist) == wanted("n")


def test_nothing_without_a_cookie(served) -> None:  # type: ignore[no-untyped-def]
    """A browser that was not let in gets 401 for every address, whatever token it brings."""
    browser, _ = served
    stranger = Asking(browser.server, "undersong-1=nothing", "wrong")
    for method, path, _who in ROWS:
        if path not in ("/launch", "/relaunch"):
            assert stranger.ask(method, path.replace("{id}", "1"))[0] == 401, path
