"""Looking back, from the server and the command: what is added, hidden and erased, on a real disk."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Generator, Iterator, MutableMapping
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client import PATIENCE, Page, Run, Server, http, let_in, running
from kept import agree
from logged import KNOWN, NOW, recording, spoil
from undersong.edges import given as playing
from undersong.edges import midi
from undersong.edges.about import LARGEST_VOICE
from undersong.edges.takes import Takes
from undersong.errors import EventError
from undersong.offline import play
from undersong.plan import Plan
from undersong.reflecting.duet import duet
from undersong.reflecting.prompts import SENTENCES
from undersong.remembering import log as codec
from undersong.server.answers import Pieces, as_json
from undersong.testing.scenes import FRAGMENTS

NOWHERE = "20260101-000000-abcd"


def keep(data: Path, number: int = 0, day: int = 1) -> str:
    """A real take: a fragment played to a session, its log kept."""
    agree(data)
    file = data.parent / f"fragment-{number}.mid"
    events = FRAGMENTS[number].events()
    file.write_bytes(midi.write([("ada", [t for e in events for t in midi.messages(e)])], 1000))
    started = NOW.replace(day=day)
    log = play(playing.of_midi(file, ()), Plan(), 0, started=started.isoformat()).log
    return Takes(data).keep_log(log, started)


class Api:
    """The takes over HTTP, asked as the page asks."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._headers = {"cookie": let_in(server), "origin": server.address}

    def raw(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, dict[str, str], bytes]:
        headers = {**self._headers, **({"content-type": kind} if body is not None else {})}
        return http(f"{self._server.address}/api/{path}", method, headers, body)

    def __call__(self, method: str, path: str, said: object = None) -> tuple[int, Any]:
        body = None if said is None else json.dumps(said).encode()
        status, _, answer = self.raw(method, path, body)
        return status, json.loads(answer)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("looking") / "undersong"


@pytest.fixture(scope="module")
def api(data: Path) -> Iterator[Api]:
    data.mkdir(mode=0o700, exist_ok=True)
    with running(data) as server:
        yield Api(server)


@pytest.fixture
def take(data: Path, api: Api) -> Iterator[str]:
    yield keep(data)
    for folder in (data / "takes").iterdir():
        shutil.rmtree(folder)  # the next test begins with an empty folder


# --- what a person adds ------------------------------------------------------------------------


def test_own_words_come_back(api: Api, take: str) -> None:
    """A name, a note, a fragment, a rating and a sign are what the review tells, to the letter."""
    assert api("PUT", f"takes/{take}/name", {"name": " River \n song "}) == (200, {"name": "River song"})
    status, note = api("POST", f"takes/{take}/notes", {"at": 2.5, "text": "Here I held on.\nÄ <b>"})
    assert (status, note["at"], note["text"], note["voice"]) == (201, 2.5, "Here I held on.\nÄ <b>", False)
    fragment = api("POST", f"takes/{take}/fragments", {"from": 1, "to": 4.25, "name": "the turn"})[1]
    rating = {"at": 3.0, "by": "M. Stone", "autonomy": "partner", "variability": "stable"}
    assert api("PUT", f"takes/{take}/ratings", rating) == (200, rating)
    sign = {"word": "like rain", "colour": "blue"}
    assert api("PUT", f"takes/{take}/arrived", sign) == (200, {"arrived": sign})
    assert api("PUT", f"takes/{take}/left", {"word": " "}) == (200, {"left": None})
    assert api("PUT", f"takes/{take}/left", {"colour": "plaid"})[0] == 422
    about = api("GET", f"takes/{take}/review")[1]["about"]
    added = {"name": "River song", "notes": [note], "fragments": [fragment], "ratings": [rating]}
    assert about == {**added, "arrived": sign, "left": None}
    assert api("GET", f"takes/{take}/review")[1]["take"]["name"] == "River song"
    changed = {**rating, "autonomy": "leader", "variability": None}
    assert api("PUT", f"takes/{take}/ratings", changed)[0] == 200
    assert api("GET", f"takes/{take}/review")[1]["about"]["ratings"] == [changed]
    assert api("DELETE", f"takes/{take}/notes/{note['id']}")[0] == 200
    assert api("DELETE", f"takes/{take}/fragments/{fragment['id']}")[0] == 200
    api("PUT", f"takes/{take}/ratings", {**rating, "autonomy": None, "variability": None})
    api("PUT", f"takes/{take}/name", {"name": ""})
    api("PUT", f"takes/{take}/arrived", {})
    about = api("GET", f"takes/{take}/review")[1]["about"]
    nothing = {"name": None, "notes": [], "fragments": [], "ratings": []}
    assert about == {**nothing, "arrived": None, "left": None}


def test_a_spoken_note_is_heard_again_and_erased(api: Api, take: str, data: Path) -> None:
    """The bytes come back with their kind, whatever kind was claimed; erased, the file is gone."""
    spoken = recording()
    status, _, body = api.raw("POST", f"takes/{take}/notes?at=3", spoken, "audio/webm")
    note = json.loads(body)
    assert (status, note["voice"], note["text"], note["at"]) == (201, True, None, 3.0)
    status, headers, heard = api.raw("GET", f"takes/{take}/notes/{note['id']}/voice")
    assert (status, headers["content-type"], heard) == (200, "audio/wav", spoken)
    assert api("DELETE", f"takes/{take}/notes/{note['id']}")[0] == 200
    assert not list(data.rglob("voice-*"))
    assert api("GET", f"takes/{take}/notes/{note['id']}/voice")[0] == 404


REFUSED = (
    ("PUT", "name", {"name": 3}, 422, "A name is a line"),
    ("PUT", "name", {"name": "n" * 201}, 422, "shorten"),
    ("PUT", "name", [], 422, "no JSON object"),
    ("POST", "notes", {"at": -1, "text": "x"}, 422, "A moment is a number"),
    ("POST", "notes", {"at": True, "text": "x"}, 422, "A moment is a number"),
    ("POST", "notes", {"at": 1e300, "text": "x"}, 422, "A moment is a number"),
    ("POST", "notes", {"at": 1, "text": " \u0007 "}, 422, "no words"),
    ("POST", "notes", {"at": 1, "text": "x" * 4001}, 422, "two of it"),
    ("POST", "notes", {"at": 1, "text": "x" * 70_000}, 413, "shorten"),
    ("POST", "fragments", {"from": 3, "to": 3, "name": "x"}, 422, "A fragment begins"),
    ("POST", "fragments", {"from": None, "to": 3, "name": "x"}, 422, "A fragment begins"),
    ("PUT", "ratings", {"at": 1, "by": "", "autonomy": "leader"}, 422, "needs the name"),
    ("PUT", "ratings", {"at": 1, "by": "x", "autonomy": "boss"}, 422, "'boss' is none of dependent"),
    ("DELETE", "notes/0a0a0a0a", None, 404, "no such note"),
    ("DELETE", "fragments/0a0a0a0a", None, 404, "no such fragment"),
)


@pytest.mark.parametrize(("method", "path", "said", "status", "says"), REFUSED)
def test_what_cannot_be_added_is_refused_in_a_sentence(
    api: Api, take: str, data: Path, method: str, path: str, said: object, status: int, says: str
) -> None:
    """A status and one sentence; nothing is written."""
    body = None if said is None else json.dumps(said).encode()
    code, _, answer = api.raw(method, f"takes/{take}/{path}", body)
    assert (code, says in answer.decode()) == (status, True)
    assert not (Takes(data).folder(take) / "about.json").exists()


def test_what_is_no_recording_is_refused(api: Api, take: str, data: Path) -> None:
    """Bytes of no known kind, and more than fit, leave nothing behind."""
    status, _, answer = api.raw("POST", f"takes/{take}/notes?at=1", b"<html>", "audio/webm")
    assert (status, b"no recording" in answer) == (422, True)
    status, _, answer = api.raw("POST", f"takes/{take}/notes?at=x", recording(), "audio/wav")
    assert (status, b"number of seconds" in answer) == (422, True)
    too_long = b"OggS" + bytes(LARGEST_VOICE)
    status, _, answer = api.raw("POST", f"takes/{take}/notes?at=1", too_long, "audio/ogg")
    assert (status, b"5 MB" in answer) == (413, True)
    assert [p.name for p in Takes(data).folder(take).iterdir()] == ["log.jsonl"]


def test_damaged_words_leave_the_take_open(api: Api, take: str, data: Path) -> None:
    """A damaged file of words is told of in a sentence; the music opens, and the file stays as it is."""
    api("POST", f"takes/{take}/notes", {"at": 1, "text": "first"})
    path = Takes(data).folder(take) / "about.json"
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace(b'"at": 1.0', b'"at": "x"'), b"[]", b"\xff"):
        path.write_bytes(damaged)
        status, review = api("GET", f"takes/{take}/review")
        assert (status, "damaged" in review["about"]["fault"]) == (200, True)
        assert review["sounds"]
        assert api("POST", f"takes/{take}/notes", {"at": 1, "text": "second"})[0] == 422
        assert path.read_bytes() == damaged
    path.write_bytes(whole.replace(b'"about": 1', b'"about": 2'))
    assert "update" in api("GET", f"takes/{take}/review")[1]["about"]["fault"]
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert "damaged" in api("GET", f"takes/{take}/review")[1]["about"]["fault"]
    assert api("GET", "takes")[0] == 200


def test_many_write_at_once(data: Path, take: str) -> None:
    """Several at a time, each with its own handle on the take, as app and command are: nothing is lost."""
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        Takes(data).about(take).write(None, f"note {number}", NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(24)))
    texts = [note.text for note in Takes(data).about(take).read().notes]
    assert sorted(map(str, texts)) == sorted(f"note {n}" for n in range(24))


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_a_full_disk_is_said(data: Path, take: str) -> None:
    """Where nothing more can be written, a note is refused in a sentence; what was there is still there,
    and nothing else."""
    import resource
    import signal

    about = Takes(data).about(take)
    about.write(1, "before" * 500, NOW)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # there is room for the recording, but not for what tells of it
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(EventError, match="could not be kept"):
            about.write(1, "x" * 1000, NOW)
        with pytest.raises(EventError, match="could not be kept"):
            about.speak(1, recording(), NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert [note.text for note in about.read().notes] == ["before" * 500]
    assert sorted(p.name for p in Takes(data).folder(take).iterdir()) == ["about.json", "lock", "log.jsonl"]


def test_words_are_bounded(data: Path, take: str) -> None:
    """The note after the last that fits is refused, and those before it stay."""
    about = Takes(data).about(take)
    for number in range(40):
        about.speak(number, recording(), NOW)
    with pytest.raises(EventError, match="40 spoken notes"):
        about.speak(41, recording(), NOW)
    assert len(about.read().notes) == len(list(Takes(data).folder(take).glob("voice-*"))) == 40


# --- hidden and erased -------------------------------------------------------------------------


def found(folder: Path, known: tuple[bytes, ...]) -> list[tuple[Path, bytes]]:
    """Every known string in any file of a folder or in the name of one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    inside = [(p, known_one) for p in files for known_one in known if known_one in p.read_bytes()]
    named = [(p, k) for p in folder.rglob("*") for k in known if k in p.name.encode()]
    return inside + named


VIEWS = ("", "/review", "/log.jsonl", "/duet.mid", "/duet.wav", "/report", "/fragment.musicxml")


def test_a_hidden_take_is_nowhere(api: Api, take: str, data: Path) -> None:
    """Hidden, a take is in no list, view, file or export, as if there were none; a command can erase it."""
    spoil(data, take)
    for index in ("takes", "course"):
        assert take.encode() in api.raw("GET", index)[2]
    assert api("POST", f"takes/{take}/hide")[0] == 200
    for view in VIEWS:
        status, _, body = api.raw("GET", f"takes/{take}{view}")
        assert (status, b"There is no session" in body) == (404, True), view
    assert api("PUT", f"takes/{take}/name", {"name": "x"})[0] == 404
    assert api("POST", f"takes/{take}/keep")[0] == 404
    for index in ("takes", "course"):
        assert take.encode() not in api.raw("GET", index)[2]
    takes = Takes(data)
    assert take not in [one.id for one in takes.all()[0]]
    takes.delete(take)
    assert not found(data, (*KNOWN, take.encode()))


def test_an_erased_take_leaves_nothing(api: Api, data: Path, take: str) -> None:
    """Erased by way of the page: no known string is anywhere in the data folder, its own name only in the
    audit, and another take is untouched."""
    other, take = take, keep(data, 0, 3)
    before = {p: p.read_bytes() for p in Takes(data).folder(other).iterdir()}
    spoil(data, take)
    started = NOW.replace(day=3).isoformat().encode()
    assert found(data, (*KNOWN, take.encode(), started))
    assert api("DELETE", f"takes/{take}")[0] == 200
    assert not found(data, (*KNOWN, started))
    assert {path.name for path, _ in found(data, (take.encode(),))} == {"audit.jsonl"}
    for view in VIEWS:
        assert api.raw("GET", f"takes/{take}{view}")[0] == 404
    assert take.encode() not in api.raw("GET", "course")[2]
    assert {p: p.read_bytes() for p in Takes(data).folder(other).iterdir()} == before


def test_what_a_fault_left_half_erased_goes(data: Path, take: str) -> None:
    """A folder that was being erased when the power went is shown nowhere, and is gone after a sweep."""
    takes = Takes(data)
    folder = takes.folder(take)
    folder.rename(folder.with_name(f".erasing-{take}"))
    assert take not in [one.id for one in takes.all()[0]]
    takes.sweep(NOW)
    assert not found(data, (take.encode(),))


def test_a_take_that_is_played_cannot_be_hidden(tmp_path: Path) -> None:
    """Hiding is refused while a take is being played; once it is over it is hidden, and nobody is asked
    about it any more."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    with running(folder) as server:
        page = Page(server, let_in(server))
        headers = {"cookie": page.cookie, "origin": server.address}
        page.begin()
        page.note(60)
        address = f"{server.address}/api/takes/{page.take}/hide"
        assert http(address, "POST", headers)[0] == 422
        page.let_go(60)
        page.input({"type": "rest"})
        page.input({"type": "finish"})
        page.until("ended")
        assert http(address, "POST", headers)[0] == 200
        page.close()
        page.connect()
        assert page.welcome["unanswered"] is None
        page.close()


# --- what is told ------------------------------------------------------------------------------


def test_the_review_tells_what_sounded(api: Api, take: str, data: Path) -> None:
    """Sounds, choices and the analysis are those of the log; sentences and moments are there to be read."""
    status, review = api("GET", f"takes/{take}/review")
    assert status == 200
    assert set(review) == {"take", "sounds", "chose", "analysis", "moments", "summary", "about"}
    kept = Takes(data).get(take)
    made = duet(kept.log.inputs, kept.log.outputs)
    makers = [(s["maker"], s["pitch"], s["from"], s["to"]) for s in review["sounds"] if s["who"] == "maker"]
    assert makers == [(t.maker, t.pitch, t.onset, t.offset) for t in made.tones()]
    assert sum(sound["who"] == "partner" for sound in review["sounds"]) == len(made.partner)
    assert [one["because"] for one in review["chose"]] == [one.because for one in made.chose]
    assert review["analysis"]["players"] == ["maker", "partner"]
    windows = len(review["analysis"]["windows"]["start"])
    assert len(review["analysis"]["features"]["density"]["maker"]) == windows > 0
    assert review["summary"][1].startswith("Ada played 6 sounds")
    for moment in review["moments"]:
        assert set(moment) >= {"at", "seconds", "kind", "because", "prompts"}
        assert all(key in SENTENCES for key in moment["prompts"])


def test_a_log_that_was_cut_is_told_as_far_as_it_goes(api: Api, take: str, data: Path) -> None:
    """Torn at its end: everything before is there, and the loss is said. Damaged in between: a sentence.
    With nothing but a beginning: an empty take, honestly."""
    path = Takes(data).folder(take) / "log.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"in": "note_on", "ti')
    review = api("GET", f"takes/{take}/review")[1]
    assert "The last part of the log is torn and was left out." in review["analysis"]["missing"]
    assert review["take"]["notes"] == 6
    assert b"torn and was left out" in api.raw("GET", f"takes/{take}/report")[2]
    path.write_bytes(whole.replace(b'"velocity": 56', b'"velocity": 57', 1))
    for view in ("/review", "/report", "/fragment.musicxml", "/duet.mid"):
        status, _, body = api.raw("GET", f"takes/{take}{view}")
        assert (status, b"damaged" in body) == (422, True)
    assert api("GET", "course")[1]["faults"]
    path.write_bytes(codec.LogWriter(codec.Header("0.1.0", "e", 0, Plan(), ())).seal())
    status, empty = api("GET", f"takes/{take}/review")
    assert (status, empty["sounds"], empty["summary"]) == (200, [], ["Nothing sounded in this take."])
    assert b"Nothing sounded" in api.raw("GET", f"takes/{take}/report")[2]


def test_the_report_is_a_page_that_loads_nothing(api: Api, take: str) -> None:
    """Its policy lets nothing in but its own style; it says what was added."""
    api("POST", f"takes/{take}/notes", {"at": 1, "text": "zzreported"})
    status, headers, page = api.raw("GET", f"takes/{take}/report")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert b"zzreported" in page


def test_a_fragment_and_sound_are_given(api: Api, take: str) -> None:
    """Notation between two moments; a moment that is none, or a stretch without notes, is refused."""
    status, headers, score = api.raw("GET", f"takes/{take}/fragment.musicxml?from=0&to=5")
    assert (status, b"<score-partwise" in score) == (200, True)
    assert "attachment" in headers["content-disposition"]
    for query in ("from=x", "from=5&to=5", "from=nan", "from=9999&to=99999"):
        assert api.raw("GET", f"takes/{take}/fragment.musicxml?{query}")[0] == 422, query


def test_a_download_that_is_dropped_lets_go() -> None:
    """Whoever fetches a sound and stops half-way leaves no synthesiser behind: its making is closed."""
    closed = Event()

    def made() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"sound"
        finally:
            closed.set()

    async def fetch() -> list[bytes]:
        begun, got = made(), []
        gone = asyncio.Event()

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            got.append(message.get("body", b""))
            if len(got) == 4:
                gone.set()
            await asyncio.sleep(0)

        answer = Pieces(next(begun), begun, "audio/wav", {})
        await answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        return got

    assert asyncio.run(fetch())[1:4] == [b"sound"] * 3
    assert closed.wait(PATIENCE)


def test_the_course_is_in_order(api: Api, take: str, data: Path) -> None:
    """Kept takes, oldest first, each with its numbers, its name and how many words there are."""
    later = keep(data, 1, 9)
    Takes(data).about(later).write(None, "x", NOW)
    Takes(data).about(later).rename("Second")
    sessions = api("GET", "course")[1]["sessions"]
    assert [(one["id"], one["name"], one["words"]) for one in sessions] == [
        (take, None, 0),
        (later, "Second", 1),
    ]
    Takes(data).about(later).rename("Third")
    again = api("GET", "course")[1]["sessions"]  # what changed is told anew, what did not is the same
    assert again == [sessions[0], {**sessions[1], "name": "Third"}]
    assert [one["name"] for one in api("GET", "takes")[1]["takes"]] == [None, "Third"]
    for one in sessions:
        for name in ("density", "range", "velocity", "leading", "interaction"):
            assert set(one[name]) == {"value", "low", "high"}
        assert one["techniques"]


# --- the command -------------------------------------------------------------------------------


def test_the_command_notes_exports_hides_and_erases(run: Run, tmp_path: Path) -> None:
    """The life of a take by the command: words are noted, shown and exported; hidden it is unknown; erased
    nothing is left."""
    data = tmp_path / "data"
    take = keep(data)
    spoil(data, take)
    assert run("sessions", "note", take, "zzsaid", "--at", "1.5")[0] == 0
    assert "zzsaid" in run("sessions", "show", take)[1]
    assert "zzname" in run("sessions", "list")[1]
    assert run("sessions", "export", take, "--to", "away")[0] == 0
    words = json.loads(Path("away/words.json").read_text(encoding="utf-8"))
    assert [note["text"] for note in words["notes"]] == ["zztext", None, "zzsaid"]
    assert next(Path("away").glob("voice-*.wav")).read_bytes() == recording()
    code, _, err = run("sessions", "hide", take)
    assert (code, "--yes" in err) == (2, True)
    assert run("sessions", "hide", take, "--yes")[0] == 0
    for command in (["show", take], ["note", take, "x"], ["export", take, "--to", "more"]):
        code, _, err = run("sessions", *command)
        assert (code, "There is no session" in err) == (2, True)
    assert not Path("more").exists()
    assert run("sessions", "list", "--json")[1].strip() == "[]"
    assert run("sessions", "delete", take, "--yes")[0] == 0
    assert not found(data, (*KNOWN, b"zzsaid"))
    assert [file.name for file, _ in found(data, (take.encode(),))] == ["audit.jsonl"]  # that it was erased


def test_the_command_says_what_is_wrong(run: Run, tmp_path: Path) -> None:
    """Exit 2 and one sentence for an unknown take, a moment that is none, and no words."""
    take = keep(tmp_path / "data")
    for arguments, says in (
        (["note", NOWHERE, "x"], "There is no session"),
        (["note", take, "x", "--at", "-1"], "A moment is a number"),
        (["note", take, "x", "--at", "nan"], "A moment is a number"),
        (["note", take, " "], "no words"),
        (["hide", NOWHERE, "--yes"], "There is no session"),
    ):
        code, out, err = run("sessions", *arguments)
        assert (code, out, err.count("\n"), says in err) == (2, "", 1, True), (arguments, err)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=30,
    ),
    st.integers(1, 900),
)
def test_json_bit_by_bit_is_json(value: Any, times: int) -> None:
    """Encoded in bits or at one go, a value reads back as the same."""
    value = {"one": value, "many": [value] * times, "deep": {"in": [[value] * times]}}
    assert json.loads(as_json(value)) == value
