"""Questionnaires over HTTP and in the record: help before totals, nothing kept without a yes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import practising
from client import Server, http, let_in, running
from practising import PASSPHRASE, practice, serving
from undersong.edges import record
from undersong.edges.answers import Answers
from undersong.edges.house import House
from undersong.edges.record import NO_CONSENT, Record
from undersong.errors import EventError
from undersong.measuring.course import Answered, course
from undersong.measuring.instruments import INSTRUMENTS, instrument
from undersong.measuring.questionnaire import Instrument, score

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
TABLES = ("answers", "drafts", "safety")
PERSON = {"name": "Ada Grey", "number": "+44 20 7946 0000"}
WATCHED = {"phq-9": 9, "bdi-ii": 9, "madrs": 10, "madrs-s": 9}


class Asking:
    """Asks a server as a page does."""

    def __init__(self, server: Server, cookie: str | None = None) -> None:
        self.server = server
        self.headers = {"cookie": cookie or let_in(server), "origin": server.address}

    def __call__(self, method: str, address: str, body: object = None) -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        status, _, answer = http(f"{self.server.address}/api{address}", method, self.headers, sent)
        return status, json.loads(answer)

    def listed(self, id_: str) -> dict[str, Any]:
        return {one["id"]: one for one in self("GET", "/measures")[1]["measures"]}[id_]


def agree(data: Path) -> None:
    """Say yes to keeping, in a data folder that nobody has open."""
    data.mkdir(parents=True, exist_ok=True)
    house = House(data)
    house.own.record.give("keep", NOW)
    house.close()


def rows(data: Path) -> dict[str, int]:
    with Record(data / "record.db", None) as own:
        return {table: int(own.all(f"SELECT count(*) FROM {table}")[0][0]) for table in TABLES}  # type: ignore[call-overload]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    """A server that may keep."""
    agree(tmp_path / "d")
    with running(tmp_path / "d") as server:
        yield Asking(server)


@pytest.fixture
def told(ask: Asking) -> Asking:
    """The same, where somebody to call was named."""
    assert ask("PUT", "/safety", PERSON) == (200, {"person": PERSON})
    return ask


def filled(one: Instrument, watched: int | None = None, others: int | None = None) -> list[int | None]:
    """A form with one answer to the item that is watched, and another one everywhere else."""
    points: list[int | None] = [others] * len(one.items)
    if one.help_item is not None:
        points[one.help_item - 1] = watched
    return points


# --- help first ----------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", WATCHED)
@pytest.mark.parametrize("others", [0, None, 3])
def test_no_total_before_help(told: Asking, id_: str, others: int | None) -> None:
    """The watched item above 0, whatever the others: the answer is help and nothing else, and nothing is
    kept, until the page says that help was shown. At 0 or left out there is no such step."""
    one = instrument(id_)
    for points in range(1, one.points[1] + 1):
        form = {"points": filled(one, points, others)}
        assert told("POST", f"/measures/{id_}", form) == (200, {"help": True})
        assert told.listed(id_)["last"] is None
    _, after = told("POST", f"/measures/{id_}", {**form, "helped": True})
    assert after["help"] is True
    assert after["total"] == score(one, filled(one, one.points[1], others)).total
    assert after["kept"] is not None
    assert (after["look"] is None) == one.worded
    _, none = told("POST", f"/measures/{id_}", {"points": filled(one, None, 0)})
    assert (none["help"], none["unsaid"]) == (False, True)
    _, nought = told("POST", f"/measures/{id_}", {"points": filled(one, 0, 0)})
    assert (nought["help"], nought["unsaid"], nought["total"]) == (False, False, 0)


def test_only_these_are_watched() -> None:
    """Which item of which form calls for help is written down here once more."""
    assert {one.id: one.help_item for one in INSTRUMENTS if one.help_item is not None} == WATCHED


def test_a_resumed_draft_says_that_it_calls_for_help(tmp_path: Path) -> None:
    """A form begun, the server killed, the form gone on with: the draft says help before anything else."""
    agree(tmp_path / "d")
    with running(tmp_path / "d") as server:
        ask = Asking(server)
        ask("PUT", "/safety", PERSON)
        begun = [None] * 8 + [1]
        assert ask("PUT", "/measures/phq-9/draft", {"points": begun}) == (200, {"help": True})
        server.kill()
    with running(tmp_path / "d") as server:
        ask = Asking(server)
        assert ask.listed("phq-9")["draft"] == 9
        _, draft = ask("GET", "/measures/phq-9/draft")
        assert next(iter(draft.items())) == ("help", True)
        assert draft["points"] == begun
        ask("POST", "/measures/phq-9", {"points": begun, "helped": True})
        assert ask("GET", "/measures/phq-9/draft")[1] == {"help": False, "points": None, "changed": None}
    assert rows(tmp_path / "d") == {"answers": 1, "drafts": 0, "safety": 1}


def test_the_long_form_needs_somebody_to_tell(ask: Asking) -> None:
    """Alone and without whom to call, PHQ-9 is neither offered nor taken, nor is its draft; PHQ-8 is. A
    form on paper was answered already: it is counted, and calls for help."""
    form = {"points": [0] * 9}
    sentence = ask("POST", "/measures/phq-9", form)[1]["error"]
    for method, address in (("POST", ""), ("PUT", "/draft"), ("GET", "/draft")):
        status, answer = ask(method, f"/measures/phq-9{address}", form)
        assert (status, answer["error"]) == (422, sentence)
    assert (ask.listed("phq-9")["offered"], ask.listed("phq-8")["offered"]) == (False, True)
    assert ask("POST", "/measures/bdi-ii", {"points": filled(instrument("bdi-ii"), 1, 0)})[1] == {
        "help": True
    }
    ask("PUT", "/safety", PERSON)
    assert ask.listed("phq-9")["offered"]
    assert ask("POST", "/measures/phq-9", form)[0] == 200
    assert ask("DELETE", "/safety") == (200, {"person": None})
    assert ask("POST", "/measures/phq-9", form)[0] == 422
    assert ask("DELETE", "/measures/phq-9/draft")[0] == 200


# --- what is kept, and only with a yes -------------------------------------------------------------


def test_without_a_yes_nothing_is_written(tmp_path: Path) -> None:
    """Every form is counted and told; drafts and whom to call are refused; no table grows."""
    with running(tmp_path / "d") as server:
        ask = Asking(server)
        assert ask("GET", "/measures")[1]["kept"] is False
        for one in INSTRUMENTS:
            if one.id == "phq-9":
                continue
            points = [one.points[0]] * len(one.items)
            status, found = ask("POST", f"/measures/{one.id}", {"points": points})
            assert (status, found["kept"], found["total"]) == (200, None, score(one, points).total)
            assert ask("PUT", f"/measures/{one.id}/draft", {"points": points[:1]}) == (
                422,
                {"error": NO_CONSENT},
            )
        assert ask("PUT", "/safety", PERSON) == (422, {"error": NO_CONSENT})
        assert ask("GET", "/measures/course")[1] == {"measures": []}
    assert rows(tmp_path / "d") == dict.fromkeys(TABLES, 0)


def test_nothing_is_written_after_a_yes_was_taken_back(tmp_path: Path) -> None:
    """Each way of writing works while the yes lives, and raises from then on; what was written is gone."""
    with Record(tmp_path / "record.db", None) as own:
        answers, phq8 = Answers(own), instrument("phq-8")
        own.give("keep", NOW)
        writing = (
            lambda: answers.keep(phq8, (0,) * 8, NOW),
            lambda: answers.put_draft(phq8, (1,), NOW),
            lambda: answers.name_person("Ada", "112"),
        )
        for write in writing:
            write()
        own.withdraw("keep", NOW)
        for write in writing:
            with pytest.raises(EventError, match="no consent"):
                write()
        assert [own.all(f"SELECT * FROM {table}") for table in TABLES] == [[]] * len(TABLES)


def test_erased_answers_are_gone(tmp_path: Path) -> None:
    """One of two forms is erased: the other stays, and the first one's points are in no file."""
    agree(tmp_path / "d")
    marked = [3, 1, 2, 0, 3, 2, 1]
    with running(tmp_path / "d") as server:
        ask = Asking(server)
        _, first = ask("POST", "/measures/gad-7", {"points": marked})
        ask("POST", "/measures/gad-7", {"points": [1] * 7})
        written = json.dumps(marked).encode()
        assert any(written in path.read_bytes() for path in (tmp_path / "d").glob("record.db*"))
        assert ask("DELETE", f"/measures/given/{first['kept']}") == (200, {"erased": True})
        assert not any(written in path.read_bytes() for path in (tmp_path / "d").glob("record.db*"))
        assert ask("DELETE", f"/measures/given/{first['kept']}")[0] == 404
        [found] = ask("GET", "/measures/course")[1]["measures"]
        assert [step["total"] for step in found["lines"][0]["steps"]] == [7]
        ask("PUT", "/measures/gad-7/draft", {"points": marked})
        ask("DELETE", "/measures/gad-7/draft")
        assert not any(written in path.read_bytes() for path in (tmp_path / "d").glob("record.db*"))
    house = House(tmp_path / "d")
    entry = house.audited()[0]
    assert (entry["what"], entry["item"]) == ("erase measures given", first["kept"])
    house.close()


def test_what_an_older_record_says_of_opened_help_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record of the first version, in which it stands that the PHQ-9 opened help: once it is opened with
    this version, no file says so, while what was answered stays."""
    steps = record.STEPS
    path = tmp_path / "record.db"
    monkeypatch.setattr(record, "STEPS", steps[:1])
    with Record(path, None) as older:
        living = older.give("keep", NOW)
        Answers(older).keep(instrument("gad-7"), (1,) * 7, NOW)
        with older.writing() as db:
            db.execute("INSERT INTO helped VALUES (1, ?, 'phq-9', '')", (living.number,))
    assert b"phq-9" in path.read_bytes()
    monkeypatch.setattr(record, "STEPS", steps)
    with Record(path, None) as newer:
        assert [form.points for form in Answers(newer).forms(instrument("gad-7"))] == [(1,) * 7]
        assert not any(b"phq-9" in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("POST", "/measures/phq-8", {"points": [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": [0] * 9}, 422),
        ("POST", "/measures/phq-8", {"points": [4] + [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": [-1] + [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": [True] + [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": [1.0] + [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": ["1"] + [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": [10**30] + [0] * 7}, 422),
        ("POST", "/measures/phq-8", {"points": {"0": 1}}, 422),
        ("POST", "/measures/phq-8", {}, 422),
        ("POST", "/measures/phq-8", [], 422),
        ("POST", "/measures/phq-10", {"points": []}, 404),
        ("POST", "/measures/course", {"points": []}, 404),
        ("PUT", "/measures/phq-8/draft", {"points": [0] * 9}, 422),
        ("PUT", "/measures/phq-8/draft", {"points": [7]}, 422),
        ("GET", "/measures/nothing/draft", None, 404),
        ("DELETE", "/measures/given/nothing", None, 404),
        ("PUT", "/safety", {"name": "", "number": "112"}, 422),
        ("PUT", "/safety", {"name": "a\u202eb", "number": "112"}, 422),
        ("PUT", "/safety", {"name": "a" * 101, "number": "112"}, 422),
        ("PUT", "/safety", {"name": "Ada", "number": ""}, 422),
        ("PUT", "/safety", {"name": "Ada", "number": "javascript:alert(1)"}, 422),
        ("PUT", "/safety", {"name": "Ada", "number": 112}, 422),
        ("PUT", "/safety", {"name": None, "number": "112"}, 422),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused(
    ask: Asking, method: str, address: str, body: object, status: int
) -> None:
    """A status and one sentence; nothing is kept of it."""
    found, answer = ask(method, address, body)
    assert (found, list(answer)) == (status, ["error"])
    assert answer["error"].endswith(".")
    assert ask("GET", "/measures/course")[1] == {"measures": []}
    assert ask("GET", "/safety")[1] == {"person": None}


# --- in a practice -------------------------------------------------------------------------------


def test_a_therapist_sees_what_is_shared(tmp_path: Path) -> None:
    """The long form is asked where there is a therapist, who sees a total, its answers, and whether
    one calls for help, once the person shares it, and not any more once it is taken back, or the yes to
    sharing; nothing of what is not shared, of drafts, or of whom to call. Each look stands in the audit."""
    house, ids = practice(tmp_path / "d", "Ada", "Ben")
    house.close()
    with serving(tmp_path / "d") as server:
        therapist = practising.Asking(server).as_therapist()
        client = practising.Asking(server, therapist.cookie)
        assert client.ask("GET", "/api/measures")[0] == 403  # nobody is in the room
        assert therapist.ask("PUT", "/api/room", {"person": ids["Ada"]})[0] == 200
        client = client.in_a_tab()
        _, listed = client.ask("GET", "/api/measures")
        assert all(one["offered"] for one in listed["measures"])
        form = {"points": [1] * 8 + [2]}
        assert client.ask("POST", "/api/measures/phq-9", form) == (200, {"help": True})
        _, found = client.ask("POST", "/api/measures/phq-9", {**form, "helped": True})
        client.ask("POST", "/api/measures/phq-9", {"points": [0] * 9})

        def seen() -> list[tuple[str, list[int], bool]]:
            _, told = therapist.ask("GET", "/api/measures/course")
            forms = [form for one in told["measures"] for form in one["forms"]]
            return [(form["id"], form["points"], form["help"]) for form in forms]

        assert seen() == []
        shared = f"/api/answers/{found['kept']}/shared"
        assert client.ask("PUT", shared, {"shared": True})[0] == 200
        assert seen() == [(found["kept"], form["points"], True)]
        for address in ("/api/measures", "/api/measures/phq-9/draft", "/api/safety"):
            assert therapist.ask("GET", address)[0] == 403
        assert therapist.ask("POST", "/api/measures/phq-9", form)[0] == 403
        client.ask("PUT", shared, {"shared": False})
        assert seen() == []
        client.ask("PUT", shared, {"shared": True})
        client.ask("PUT", "/api/consents/share", {"given": False})
        assert seen() == []
        assert len(client.ask("GET", "/api/measures/course")[1]["measures"][0]["forms"]) == 2
        therapist.ask("PUT", "/api/room", {"person": ids["Ben"]})
        assert client.ask("POST", "/api/measures/phq-9", form)[0] == 409  # the page was for Ada
        assert client.in_a_tab().ask("GET", "/api/measures/course")[1] == {"measures": []}
    house = House(tmp_path / "d")
    house.unlock(PASSPHRASE)
    looks = [e for e in house.audited() if (e["who"], e["what"]) == ("therapist", "read measures course")]
    assert [e["person"] for e in looks] == [ids["Ada"]] * 4
    house.close()


def test_a_therapist_alone_is_nobody_to_tell(tmp_path: Path) -> None:
    """While nobody is in the room the therapist answers for themselves: the long form is offered once they
    named somebody, as to whoever is alone; to the client in the room it is offered at once."""
    house, ids = practice(tmp_path / "d", "Ada")
    house.own.record.give("keep", NOW)
    house.close()
    with serving(tmp_path / "d") as server:
        therapist = practising.Asking(server).as_therapist()

        def offered(asking: practising.Asking) -> bool:
            _, listed = asking.ask("GET", "/api/measures")
            return bool({one["id"]: one["offered"] for one in listed["measures"]}["phq-9"])

        assert not offered(therapist)
        therapist.ask("PUT", "/api/room", {"person": ids["Ada"]})
        assert offered(practising.Asking(server, therapist.cookie).in_a_tab())
        therapist.ask("PUT", "/api/room", {"person": None})
        assert therapist.ask("PUT", "/api/safety", PERSON)[0] == 200
        assert offered(therapist)


# --- over time -------------------------------------------------------------------------------------


def forms(*totals: int | None) -> list[Answered]:
    """PHQ-9 forms with these totals; None: too much was left out."""
    made = []
    for n, total in enumerate(totals):
        points = [None] * 9 if total is None else [min(3, max(0, total - 3 * i)) for i in range(9)]
        made.append(Answered(f"{n}", f"2026-03-0{n + 1}T10:00:00+00:00", tuple(points)))
    return made


def test_a_course_by_hand() -> None:
    """PHQ-9 at 12, 7, none, 6 and 18: against the first -5 may be chance, -6 and +6 are on the edge and
    count; the one without a total is passed over. The band goes from 6 to 18."""
    [line] = course(instrument("phq-9"), forms(12, 7, None, 6, 18))
    assert (line.name, line.lowest, line.highest, line.band) == ("PHQ-9", 0, 27, (6, 18))
    assert [(s.total, s.since_last, s.since_first, s.counts) for s in line.steps] == [
        (12, None, None, None),
        (7, -5, -5, False),
        (None, None, None, None),
        (6, -1, -6, True),
        (18, 12, 6, True),
    ]


def test_a_band_stays_on_the_scale_and_is_not_made_up() -> None:
    """At 2 the band begins at 0, not below; PHQ-8 has none, since no figure is known; of HADS each half
    has a line of its own."""
    assert course(instrument("phq-9"), forms(2))[0].band == (0, 8)
    [line] = course(instrument("phq-8"), [Answered("a", "", (3,) * 8), Answered("b", "", (0,) * 8)])
    assert (line.band, line.steps[1].since_first, line.steps[1].counts) == (None, -24, None)
    halves = course(instrument("hads"), [Answered("a", "", (3, 0) * 7)])
    assert [(h.name, h.highest, h.steps[0].total, h.band) for h in halves] == [
        ("HADS-A", 21, 21, None),
        ("HADS-D", 21, 0, None),
    ]


@given(st.lists(st.integers(0, 27) | st.none(), max_size=9))
def test_what_counts_is_what_leaves_the_band(totals: list[int | None]) -> None:
    """Of any totals: a step counts exactly if it lies on the band's edge or beyond."""
    [line] = course(instrument("phq-9"), forms(*totals))
    known = [total for total in totals if total is not None]
    assert [step.total for step in line.steps] == totals
    seen = False
    for step in line.steps:
        if step.total is None or not seen:
            assert step.counts is None
        else:
            assert step.counts == (abs(step.total - known[0]) >= 6)
        seen = seen or step.total is not None


def test_the_day_that_is_told_is_that_of_the_total_it_is_compared_with(ask: Asking) -> None:
    """GAD-7 at 7, then with too much left out for a total, then at 3: four points less are told with the
    day of the first; the first total, also after a form without one, is compared with none."""
    ask("POST", "/measures/gad-7", {"points": [None] * 7})
    _, found = ask("POST", "/measures/gad-7", {"points": [1] * 7})
    assert (found["last"], found["lines"][0]["steps"][0]["since_last"]) == (None, None)
    ask("POST", "/measures/gad-7", {"points": [None] * 7})
    _, found = ask("POST", "/measures/gad-7", {"points": [1] * 3 + [0] * 4})
    _, weeks = ask("GET", "/measures/course")
    steps = weeks["measures"][0]["lines"][0]["steps"]
    assert [step["total"] for step in steps] == [None, 7, None, 3]
    assert (found["last"], found["lines"][0]["steps"][0]["since_last"]) == (steps[1]["given"], -4)


def test_the_result_tells_the_change(ask: Asking) -> None:
    """GAD-7 at 7 and then at 3: four points less than last time, which is more than chance; the form's own
    sentence that it is no finding comes with it."""
    ask("POST", "/measures/gad-7", {"points": [1] * 7})
    _, found = ask("POST", "/measures/gad-7", {"points": [1] * 3 + [0] * 4})
    [line] = found["lines"]
    [step] = line["steps"]
    assert (found["total"], found["band"], found["last"] is not None) == (3, "minimal", True)
    assert (step["total"], step["since_last"], step["counts"], line["band"]) == (3, -4, True, [3, 11])
    assert found["is"].startswith("A total is the sum of some answers. It names no illness")
