"""Consent: nothing is written without a living yes, and what a withdrawn one had let be written is gone."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from client import Asking, Page, let_in, running
from kept import short
from undersong.caring import consent
from undersong.caring.consent import KINDS, Kind
from undersong.edges import files, intake, record
from undersong.edges.answers import Answers
from undersong.edges.disk import Disk
from undersong.edges.house import House, Place
from undersong.edges.record import NEEDS
from undersong.edges.shares import Shares
from undersong.errors import EventError, UndersongError
from undersong.server.stage import Seat, Stage

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROWS = {
    "answers": "(id, given, instrument, points, consent) VALUES (?, '', '', '', ?)",
    "drafts": "(instrument, changed, points, consent) VALUES (?, '', '', ?)",
    "safety": "(one, name, number, consent) VALUES (1, ?, '', ?)",
    "intake": "(one, changed, said, consent) VALUES (1, ?, '', ?)",
    "shares": "(kind, item, given, consent) VALUES ('take', ?, '', ?)",
    "given": "(recipient, kind, at, item, consent) VALUES ('', 'take', '', ?, ?)",
}
# What is no word of a person's about themselves: how they are called, to what they said yes, how often
# something was looked at, to whom files went, and keys.
FREE = ("person", "consents", "audit", "sent", "secrets")
KEY = bytes(range(32))


class Consenting(RuleBasedStateMachine):
    """One person's place, everything that can be written in it, yes and no in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.versions = dict(consent.CURRENT)
        self.yes: dict[Kind, int] = {}
        self.count = 0

    @initialize(locked=st.booleans())
    def move_in(self, locked: bool) -> None:
        self.place = Place(self.root, KEY if locked else None, None)
        self.open: tuple[str, files.AppendOnly] | None = None
        self.scratch: set[str] = set()
        self.kept: set[str] = set()
        self.rows: dict[str, int] = dict.fromkeys(ROWS, 0)

    def living(self, kind: Kind) -> bool:
        return self.yes.get(kind) == self.versions[kind]

    def tried(self, kind: Kind, write: Callable[[], object]) -> bool:
        """Something is written; whether it was. It is, exactly if there is a living yes."""
        try:
            write()
        except (UndersongError, OSError):
            assert not self.living(kind)
            return False
        assert self.living(kind)
        return True

    @rule(kind=st.sampled_from(KINDS))
    def give(self, kind: Kind) -> None:
        self.place.record.give(kind, NOW)
        self.yes[kind] = self.versions[kind]

    @rule(kind=st.sampled_from(KINDS))
    def take_back(self, kind: Kind) -> None:
        self.place.withdraw(kind, NOW)
        self.yes.pop(kind, None)
        if kind == "play":
            self.scratch.clear()
        if kind == "keep":
            self.kept.clear()
        for table, needs in NEEDS:
            if needs == kind or (kind == "keep" and needs == "share"):
                self.rows[table] = 0

    @rule(kind=st.sampled_from(KINDS))
    def other_words(self, kind: Kind) -> None:
        self.versions[kind] += 1
        consent.CURRENT = tuple(self.versions.items())

    @precondition(lambda self: self.open is None)
    @rule()
    def begin(self) -> None:
        self.count += 1

        def write() -> None:
            id_, file = self.place.takes.begin(NOW + timedelta(seconds=self.count))
            self.open = id_, file
            self.scratch.add(id_)

        self.tried("play", write)

    @precondition(lambda self: self.open is not None)
    @rule()
    def play(self) -> None:
        assert self.open is not None
        log = self.open[1]
        self.tried("play", lambda: log.append(b"a note\n"))

    @precondition(lambda self: self.open is not None)
    @rule()
    def end(self) -> None:
        assert self.open is not None
        self.open[1].close()
        self.open = None

    @precondition(lambda self: self.scratch and self.open is None)
    @rule(data=st.data())
    def keep(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.scratch)))
        if self.tried("keep", lambda: self.place.takes.keep(id_)):
            self.scratch.discard(id_)
            self.kept.add(id_)

    @rule()
    def keep_a_file(self) -> None:
        self.count += 1

        def write() -> None:
            self.kept.add(self.place.takes.keep_log(b"all of it", NOW + timedelta(seconds=self.count)))

        self.tried("keep", write)

    @precondition(lambda self: self.scratch | self.kept)
    @rule(data=st.data(), text=st.sampled_from(["a word", "another"]))
    def say(self, data: st.DataObject, text: str) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.scratch | self.kept)))
        about, marks = self.place.takes.about(id_), self.place.takes.marks(id_)
        kind: Kind = "keep" if id_ in self.kept else "play"
        if self.tried(kind, lambda: about.write(None, text, NOW)):
            about.forget(about.read().notes[0].id)
        self.tried(kind, lambda: about.sign("arrived", text, "blue"))
        self.tried(kind, lambda: marks.add(1.0, text, NOW))
        about.sign("arrived", None, None)  # what only takes away needs no yes

    @rule(table=st.sampled_from(sorted(ROWS)), number=st.integers(0, 12) | st.none())
    def answer(self, table: str, number: int | None) -> None:
        """By the living yes, or by whatever number a careless hand gives."""
        self.count += 1
        kind = dict(NEEDS)[table]
        living = self.place.record.consent(kind)
        if number is None:
            number = 0 if living is None else living.number
        before = self.rows[table]
        with suppress(EventError), self.place.record.writing() as db:
            if table in ("safety", "intake"):
                db.execute(f"DELETE FROM {table}")
            db.execute(f"INSERT INTO {table} {ROWS[table]}", (str(self.count), number))
            self.rows[table] = 1 if table in ("safety", "intake") else before + 1
            given = [c for c in self.place.record.consents() if c.number == number]
            assert given
            assert given[0].kind == kind
            assert given[0].withdrawn is None
        if living is not None and number == living.number:
            assert self.rows[table] >= 1

    @invariant()
    def only_what_was_said_yes_to(self) -> None:
        if not hasattr(self, "place"):
            return
        on_disk = {
            parent: {p.name for p in (self.root / parent).glob("*")} for parent in ("scratch", "takes")
        }
        assert on_disk == {"scratch": self.scratch, "takes": self.kept}
        for table, rows in self.rows.items():
            found = self.place.record.one(f"SELECT count(*) FROM {table}")
            assert found == (rows,)

    def teardown(self) -> None:
        consent.CURRENT = ORIGINAL
        if hasattr(self, "place"):
            if self.open is not None:
                self.open[1].close()
            self.place.close()
        shutil.rmtree(self.root)


ORIGINAL = consent.CURRENT
TestConsenting = Consenting.TestCase
TestConsenting.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_every_table_of_a_persons_needs_a_consent() -> None:
    """A table that is made later has to be named with the consent that lets it grow."""
    lines = [line for step in record.STEPS for line in step.split(";")]
    made = {line.split()[2] for line in lines if "CREATE TABLE" in line}
    made -= {line.split()[2] for line in lines if "DROP TABLE" in line}
    assert made == {table for table, _ in NEEDS} | set(FREE)
    assert set(ROWS) == {table for table, _ in NEEDS}


# --- over the protocol ---------------------------------------------------------------------------


def consents(asking: Asking) -> dict[str, bool]:
    status, told = asking("GET", "/api/consents")
    assert status == 200
    return {kind: one["given"] is not None for kind, one in told.items()}


def test_begin_and_keep_are_the_yes(page: Page) -> None:
    """Before anything was pressed there is no yes; Begin is the one to playing, "Keep it" the one to
    keeping, each recorded once, with the version of its words."""
    asking = Asking(page.server, page.cookie)
    assert not any(consents(asking).values())
    page.begin()
    assert consents(asking) == {"play": True, "keep": False, "share": False, "research": False}
    page.note(60)
    page.input({"type": "finish"})
    page.until("ended")
    assert asking("POST", f"/api/takes/{page.take}/keep") == (200, {"kept": True})
    first = asking("GET", "/api/consents")[1]
    assert (first["play"]["version"], first["keep"]["version"]) == (1, 1)
    page.begin()
    assert asking("GET", "/api/consents")[1] == first


def test_taken_back_while_it_plays(page: Page) -> None:
    """No more of the yes to play: what sounds is let go, the take is over and nowhere on the disk, and the
    page is told so; nothing that still comes is written. Begin is a new yes."""
    asking = Asking(page.server, page.cookie)
    page.begin()
    for pitch in (60, 64, 67, 62):
        page.note(pitch)
    page.until("play")
    page.all_acknowledged()
    assert asking("PUT", "/api/consents/play", {"given": False})[0] == 200
    withdrawn = page.until("withdrawn")
    assert page.heard[-1] is withdrawn
    gone = {m["id"] for m in page.heard if m["type"] in ("release", "retract")}
    still = [m for m in page.heard if m["type"] == "play" and m["id"] not in gone]
    assert all(m["at"] + m["seconds"] <= page.now() for m in still)
    assert list((page.server.data / "scratch").iterdir()) == []
    page.note(72)
    page.until("refused")
    assert list((page.server.data / "scratch").iterdir()) == []
    assert page.server.process.poll() is None
    page.begin()
    assert consents(asking)["play"]
    assert len(list((page.server.data / "scratch").iterdir())) == 1


def test_taken_back_after_it_was_kept(page: Page) -> None:
    """No more of the yes to keep: kept takes, hidden ones and words on them are gone; what is being played
    goes on. And nothing was kept back anywhere in the folder."""
    asking = Asking(page.server, page.cookie)
    for hide in (False, True):
        take = short(page.server.data)
        asking("POST", f"/api/takes/{take}/notes", {"at": None, "text": "zz my own words"})
        if hide:
            asking("POST", f"/api/takes/{take}/hide")
    assert len(list((page.server.data / "takes").iterdir())) == 2
    page.begin()
    page.note(64)
    page.all_acknowledged()
    status, told = asking("PUT", "/api/consents/keep", {"given": False})
    assert status == 200
    assert told["keep"]["given"] is None
    assert list((page.server.data / "takes").iterdir()) == []
    files_left = [p for p in page.server.data.rglob("*") if p.is_file()]
    assert all(b"zz my own words" not in p.read_bytes() for p in files_left)
    page.note(65)
    page.all_acknowledged()


def test_what_is_no_consent_is_refused(page: Page) -> None:
    """An unknown kind, and anything that is neither yes nor no, change nothing."""
    asking = Asking(page.server, page.cookie)
    assert asking("PUT", "/api/consents/everything", {"given": True})[0] == 404
    for said in ({}, {"given": "yes"}, {"given": None}, {"given": 1}):
        assert asking("PUT", "/api/consents/share", said)[0] == 422
    assert not any(consents(asking).values())


def test_a_fault_while_taking_back_is_made_good(tmp_path: Path) -> None:
    """Killed between the no and the erasing: the next time this is opened, what was left is erased."""
    data = tmp_path / "undersong"
    with running(data) as server:
        page = Page(server, let_in(server))
        page.begin()
        page.note(60)
        page.all_acknowledged()
        page.close()
        server.kill()
    house = House(data)
    house.own.record.withdraw("play", NOW)  # and no further
    house.close()
    assert len(list((data / "scratch").iterdir())) == 1
    with running(data) as server:
        page = Page(server, let_in(server))
        assert page.welcome["take"] is None
        assert page.welcome["unanswered"] is None
        page.close()
        assert list((data / "scratch").iterdir()) == []


def test_the_stage_opens_no_take_without_a_yes(tmp_path: Path) -> None:
    """Whoever asks it, and whatever was agreed to besides."""
    tmp_path.chmod(0o700)

    async def without() -> None:
        disk = Disk(asyncio.get_running_loop().call_soon_threadsafe)
        house = House(tmp_path)
        for kind in KINDS:
            if kind != "play":
                house.own.record.give(kind, NOW)
        stage = Stage(house.own, disk)
        stage.enter(Seat("one", lambda message: None), take_over=False)
        with pytest.raises(EventError, match="consent"):
            await stage.begin()
        assert not list((tmp_path / "scratch").glob("*"))
        await stage.agree("play")
        await stage.begin()
        await stage.close()
        disk.close()
        house.close()

    asyncio.run(without())


def test_what_was_said_before_is_in_no_file(tmp_path: Path) -> None:
    """Answers at intake, whom to call and shares that were changed or taken back lie in no file of the
    folder, the write-ahead log among them, while the record is still open."""
    tmp_path.chmod(0o700)
    house = House(tmp_path)
    for kind in KINDS:
        house.own.record.give(kind, NOW)
    intake.write(house.own.record, {"aims": "the old kitchen radio"}, NOW)
    Answers(house.own.record).name_person("Aunt Quillfeather", "0123 456")
    Shares(house.own.record).share("take", "20260101-101010-abcd", NOW)
    intake.write(house.own.record, {}, NOW)
    Answers(house.own.record).name_person("Ben", "0123 456")
    Shares(house.own.record).take_back("take", "20260101-101010-abcd")
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for text in (b"kitchen radio", b"Quillfeather", b"20260101-101010-abcd"):
        assert text not in everything
    house.close()


def test_an_audit_that_cannot_be_written_keeps_nobody_from_taking_it_back(tmp_path: Path) -> None:
    """The yes is gone all the same; a new one, which could wait, is not taken."""
    tmp_path.chmod(0o700)

    def full(what: str) -> None:
        raise EventError("The audit cannot be written: No space left on device.")

    async def taking_back() -> None:
        disk = Disk(asyncio.get_running_loop().call_soon_threadsafe)
        house = House(tmp_path)
        for kind in KINDS:
            house.own.record.give(kind, NOW)
        stage = Stage(house.own, disk, full)
        for kind in KINDS:
            await stage.withdraw(kind)
            assert house.own.record.consent(kind) is None
            with pytest.raises(EventError, match="audit"):
                await stage.agree(kind)
        disk.close()
        house.close()

    asyncio.run(taking_back())


def test_new_words_are_asked_about_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the words change, what was kept by the older yes stays, nothing is added to it, and the older
    yes is told as one to other words."""
    house = House(tmp_path)
    own = house.own
    own.record.give("keep", NOW)
    id_ = own.takes.keep_log(b"all of it", NOW)
    monkeypatch.setattr(consent, "CURRENT", tuple((kind, version + 1) for kind, version in consent.CURRENT))
    assert own.record.consent("keep") is None
    own.settle()
    assert own.takes.folder(id_).is_dir()
    with pytest.raises(EventError, match="consent"):
        own.takes.about(id_).write(None, "more", NOW)
    own.record.give("keep", NOW)
    own.takes.about(id_).write(None, "more", NOW)
    house.close()
