"""What lies on the disk once a house has a passphrase, and what opens it: for a person and nobody else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from client import Page, Server, http, let_in
from secrets_kept import NOW, PASSPHRASE, fill, found, opened, quick_keys, strings, told
from undersong.edges import files, mending, record
from undersong.edges.house import House, Locked
from undersong.edges.record import Record
from undersong.edges.takes import Takes
from undersong.edges.vault import Wrong
from undersong.errors import EventError, UndersongError, UsageError

__all__ = ["quick_keys"]  # a fixture
pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def plain(tmp_path: Path) -> House:
    """A house of one person and a client, nothing locked."""
    house = House(tmp_path / "house")
    house.folder.mkdir(mode=0o700)
    fill(house.own, "own")
    fill(house.add("x", NOW), "client")
    house.note("therapist", "read answers", NOW, "abc", "1")
    return house


EVERY = [*strings("own"), *strings("client")]


# --- known strings -----------------------------------------------------------------------------------


def test_what_is_not_locked_can_be_found(plain: House) -> None:
    """The search below sees every one of the strings where nothing is sealed."""
    assert found(EVERY, plain.folder) == set(EVERY)


def test_nothing_said_is_on_the_disk_in_the_clear(plain: House, tmp_path: Path) -> None:
    """Once there is a passphrase none of the strings is in any file: while it is open, after more was
    written, while it is locked; also not in what a fault left of a writing, an erasing, a migration."""
    for folder in (plain.folder, *(plain.folder / "takes").iterdir()):
        (folder / f"{files.DRAFT}x").write_text(EVERY[0])
    gone = plain.folder / "takes" / ".erasing-20260101-000000-0000"
    gone.mkdir()
    (gone / "about.json").write_text(EVERY[1])
    (plain.folder / f"{record.FILE}{record.COPY}0").write_text(EVERY[2])
    (plain.folder / f"{record.FILE}{mending.ASIDE}1").write_text(EVERY[3])
    plain.protect(PASSPHRASE)
    assert found(EVERY, plain.folder) == set()
    late = strings("late")
    place = plain.add("y", NOW)
    fill(place, "late")
    assert found([*EVERY, *late], plain.folder) == set()
    assert place.name == late[0]
    plain.lock()
    assert found([*EVERY, *late], plain.folder) == set()
    assert {path.name for path in plain.folder.rglob("*-wal")} == set()


def test_protecting_changes_nothing_that_is_told(plain: House) -> None:
    """All that could be read before can be read afterwards, the same; the audit goes on."""
    places = [plain.own, *(plain.place(id_) for id_, _ in plain.people()[0])]
    before = [told(place) for place in places]
    plain.protect(PASSPHRASE)
    plain.lock()
    house = opened(plain.folder)
    after = [told(place) for place in [house.own, *(house.place(id_) for id_, _ in house.people()[0])]]
    assert after == before
    house.note("therapist", "read takes", NOW)
    assert [entry["what"] for entry in house.audited()] == ["read answers", "read takes"]
    house.close()


def test_a_running_server_leaves_nothing_in_the_clear(tmp_path: Path) -> None:
    """What is said to the real server over HTTP and the socket is in no file of its data folder, in no
    temporary file and in nothing it printed: while it runs, and after it was killed."""
    private = tmp_path / "tmp"
    private.mkdir()
    environment = {**os.environ, "UNDERSONG_PASSPHRASE": PASSPHRASE, "TMPDIR": str(private)}
    server = Server(tmp_path / "d", environment=environment)
    said = strings("http")
    page = Page(server, let_in(server))
    page.begin()
    page.input({"type": "note", "on": True, "pitch": 60, "velocity": 64, "maker": said[8][:30]})
    page.all_acknowledged()
    page.input({"type": "finish"})
    page.until("ended")
    ours = {"cookie": page.cookie, "origin": server.address, "x-undersong-tab": page.tab}

    def ask(method: str, path: str, body: dict[str, object] | bytes) -> int:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"content-type": "audio/ogg" if body is sent else "application/json"}
        return http(f"{server.address}/api/takes/{page.take}{path}", method, {**ours, **kind}, sent)[0]

    assert ask("POST", "/keep", {}) in (200, 201)
    assert ask("PUT", "/name", {"name": said[1]}) in (200, 201)
    assert ask("POST", "/notes", {"at": 0.1, "text": said[2]}) in (200, 201)
    assert ask("POST", "/notes?at=0.1", b"OggS" + said[3].encode()) in (200, 201)
    wanted = [said[1], said[2], said[3], said[8][:30]]
    assert found(wanted, server.data, private) == set()
    server.process.kill()
    out, err = server.process.communicate(timeout=20)
    assert not any(one in out + err for one in wanted)
    assert found(wanted, server.data, private) == set()
    page.close()
    house = House(server.data)
    house.unlock(PASSPHRASE)
    (take,) = house.own.takes.all()[0]
    assert (take.words.name, take.makers) == (said[1], (said[8][:30],))
    house.close()


def test_erasing_somebody_leaves_nothing(plain: House) -> None:
    """Of an erased client no string is left, locked or not, and of everybody else every byte is as it was.
    Where it is locked the key is gone: a copy of the folder that somebody kept opens with nothing."""
    ada, bea = plain.people()[0][0][0], plain.add("z", NOW).id
    assert bea is not None
    fill(plain.place(bea), "bea")

    def others() -> dict[Path, str]:
        plain.place(bea).close()
        plain.own.close()
        kept = [path for path in plain.folder.rglob("*") if path.is_file() and ada not in path.parts]
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}

    for protected in (False, True):
        if protected:
            plain.protect(PASSPHRASE)
            fill(plain.add("again", NOW), "client")
            (ada,) = [id_ for id_, name in plain.people()[0] if name == strings("client")[0]]
        copy = shutil.copytree(plain.folder / "people" / ada, plain.folder.parent / f"copy-{protected}")
        before = others()
        plain.erase(ada)
        assert others() == before
        assert found(strings("client"), plain.folder) == set()
        assert ada not in {path.name for path in plain.folder.rglob("*")}
    (copy / "key").unlink()  # as it was destroyed in the house
    shutil.copytree(copy, plain.folder / "people" / ada)
    with pytest.raises(UndersongError):
        plain.place(ada)


def test_an_erasing_that_was_broken_off_is_finished_without_any_key(plain: House) -> None:
    """What a fault left of somebody goes when the house is next swept, or locked for the first time."""
    ada = plain.people()[0][0][0]
    plain.protect(PASSPHRASE)
    plain.lock()
    (plain.folder / "people" / ada).rename(plain.folder / "people" / f".erasing-{ada}")
    plain.finish_erasing()
    assert list((plain.folder / "people").iterdir()) == []


# --- what opens it -----------------------------------------------------------------------------------


class InMemory(KeyringBackend):  # type: ignore[misc]  # the package has no types
    """A keyring as a desktop has one, in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class Broken(InMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringError("the session has ended")


@pytest.fixture
def ring() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    ring = InMemory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_only_what_fits_opens_it(plain: House) -> None:
    """The passphrase and the printed key open, however that is typed; everything near them does not, and is
    refused in the same words. A passphrase that was changed opens nothing any more, nor does an old key."""
    recovery = plain.protect(PASSPHRASE)
    plain.lock()
    with pytest.raises(Locked):
        _ = plain.own
    near = ["", PASSPHRASE[:-1], PASSPHRASE.upper(), PASSPHRASE + " ", "x" * 5000, "\ud800"]
    refusals = set()
    for wrong in near:
        with pytest.raises(Wrong) as refused:
            plain.unlock(wrong)
        refusals.add(str(refused.value))
    for wrong in ("", recovery[:-1], recovery[::-1], PASSPHRASE, "é" * 40):
        with pytest.raises(Wrong) as refused:
            plain.unlock(recovery=wrong)
        refusals.add(str(refused.value))
    assert refusals == {"That does not open it."}
    assert plain.locked
    for typed in (
        recovery,
        recovery.lower().replace("-", " "),
        recovery.replace("-", "").replace("O", "0"),
    ):
        plain.unlock(recovery=typed)
        assert not plain.locked
        plain.lock()
    plain.unlock(PASSPHRASE)
    newer = plain.new_recovery()
    plain.change("quite another phrase", old=PASSPHRASE)
    plain.lock()
    for old in ({"passphrase": PASSPHRASE}, {"recovery": recovery}):
        with pytest.raises(Wrong):
            plain.unlock(**old)
    plain.unlock("quite another phrase")
    plain.lock()
    plain.change(PASSPHRASE, recovery=newer)
    plain.unlock(PASSPHRASE)
    assert plain.ailing == ()


def test_an_accent_is_the_same_however_a_keyboard_gives_it(plain: House) -> None:
    """A letter with its accent opens what was locked with letter and accent, and the other way round."""
    plain.protect("cafe\u0301 au lait")
    plain.lock()
    plain.unlock("caf\u00e9 au lait")
    assert not plain.locked


def test_the_keyring_opens_and_may_be_lost(plain: House, ring: InMemory) -> None:
    """What the system's keyring holds opens it; where it holds nothing (any more), something else, or
    cannot be asked, that is told in one sentence, and the passphrase opens as before."""
    plain.protect(PASSPHRASE)
    plain.remember()
    plain.lock()
    plain.unlock()
    assert not plain.locked
    plain.lock()
    kept = dict(ring.held)
    for held in (
        {},
        dict.fromkeys(kept, ""),
        dict.fromkeys(kept, "not base64"),
        dict.fromkeys(kept, "QUJD"),
    ):
        ring.held = dict(held)
        with pytest.raises(Wrong):
            plain.unlock()
    keyring.set_keyring(Broken())
    with pytest.raises(UsageError) as told_:
        plain.unlock()
    assert str(told_.value).endswith("please choose a passphrase.")
    plain.unlock(PASSPHRASE)
    assert not plain.locked


def test_lost_keys_are_told_and_nothing_goes_on_unlocked(plain: House) -> None:
    """Without keys.json a sealed house does not pass for an open one."""
    plain.protect(PASSPHRASE)
    plain.lock()
    kept = (plain.folder / "keys.json").read_bytes()
    (plain.folder / "keys.json").unlink()
    with pytest.raises(EventError, match=r"keys\.json is gone"):
        House(plain.folder)
    (plain.folder / "keys.json").write_bytes(kept)
    assert opened(plain.folder).own.name == strings("own")[0]


def test_a_second_passphrase_is_no_way_in(plain: House) -> None:
    """Whoever is at an unlocked house cannot lock it anew with a passphrase of their own."""
    plain.protect(PASSPHRASE)
    with pytest.raises(EventError):
        plain.protect("a passphrase of theirs")
    assert not plain.locked
    assert plain.own.name == strings("own")[0]
    for bad in ("short", "x" * 2000):
        with pytest.raises(EventError):
            plain.change(bad, old=PASSPHRASE)
    plain.lock()
    plain.unlock(PASSPHRASE)


# --- newer, older, damaged ---------------------------------------------------------------------------


def hashes(folder: Path) -> dict[str, str]:
    """Of all but what a reader of a database makes for itself, and which says nothing."""
    kept = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


@pytest.mark.parametrize("key", [None, bytes(32)], ids=["plain", "sealed"])
def test_a_newer_record_is_not_touched(tmp_path: Path, key: bytes | None) -> None:
    """A database of a newer version is refused in one sentence that names both, and keeps every byte, also
    of a write-ahead log that its program left behind."""
    path = tmp_path / "record.db"
    newer = Record(path, key)
    newer.call("somebody", NOW)
    with newer.writing() as db:
        db.execute(f"PRAGMA user_version = {len(record.STEPS) + 1}")
    left = tmp_path / "left"
    left.mkdir()
    for name in ("record.db", "record.db-wal"):  # as a kill leaves them
        shutil.copy(tmp_path / name, left)
    newer.close()
    before = hashes(left)
    with pytest.raises(EventError) as refused:
        Record(left / "record.db", key)
    assert f"version {len(record.STEPS) + 1}" in str(refused.value)
    assert f"version {len(record.STEPS)}." in str(refused.value)
    assert hashes(left) == before


def test_newer_keys_are_not_touched(plain: House) -> None:
    """A keys.json of a newer format is refused, and keeps every byte."""
    plain.protect(PASSPHRASE)
    plain.lock()
    path = plain.folder / "keys.json"
    path.write_text(path.read_text().replace('"undersong keys": 1', '"undersong keys": 2'))
    before = hashes(plain.folder)
    with pytest.raises(EventError, match="Please update Undersong"):
        House(plain.folder).unlock(PASSPHRASE)
    assert hashes(plain.folder) == before


def test_a_migration_copies_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a step fails the older file opens as before, with a copy beside it; where it does not, what was
    there is there, and the copy is gone."""
    path = tmp_path / "record.db"
    with Record(path, bytes(32)) as older:
        older.call("somebody", NOW)
    steps = record.STEPS
    monkeypatch.setattr(record, "STEPS", (*steps, "CREATE TABLE more (a); CREATE TABLE person (twice)"))
    with pytest.raises(EventError):
        Record(path, bytes(32))
    copy = tmp_path / f"record.db{record.COPY}{len(steps)}"
    assert copy.is_file()
    monkeypatch.setattr(record, "STEPS", steps)
    with Record(copy, bytes(32)) as kept, Record(path, bytes(32)) as older:
        assert kept.name == older.name == "somebody"
        assert older.all("SELECT name FROM sqlite_master WHERE name = 'more'") == []
    monkeypatch.setattr(record, "STEPS", (*steps, "CREATE TABLE more (a)"))
    with Record(path, bytes(32)) as newer:
        assert newer.name == "somebody"
        assert newer.all("SELECT * FROM more") == []
    assert not copy.exists()


def test_a_damaged_record_is_told_put_aside_and_saved(plain: House) -> None:
    """Whichever page of the database is damaged: takes open, the record says so, and mending puts it aside
    unchanged, with a new one of what could be read."""
    plain.protect(PASSPHRASE)
    before = told(plain.own)
    plain.lock()
    path = plain.folder / record.FILE
    whole = path.read_bytes()
    saved_whole = 0
    for page in range(len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 + 2048] ^= 0x10
        path.write_bytes(damaged)
        house = opened(plain.folder)
        (take,) = [one for one in house.own.takes.all()[0] if one.kept]
        assert house.own.takes.log(take.id) == before["log"]
        with pytest.raises(EventError, match=r"doctor --mend"):
            house.own.record.check()
        (sentence,) = house.mend()
        aside = path.with_name(f"{record.FILE}{mending.ASIDE}1")
        assert str(aside) in sentence
        assert aside.read_bytes() == bytes(damaged)
        house.own.record.check()
        rows = told(house.own)["rows"]
        assert isinstance(rows, list)
        for new, old in zip(rows, before["rows"], strict=True):  # type: ignore[call-overload]
            assert set(new) <= set(old)
        saved_whole += rows == before["rows"]
        house.lock()
        aside.unlink()
    assert saved_whole > len(whole) // 4096 // 3  # the others hold rows themselves


def test_a_damaged_record_is_sealed_all_the_same(plain: House) -> None:
    """A record that is damaged when its house is locked for the first time leaves nothing in the clear."""
    plain.own.close()
    path = plain.folder / record.FILE
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 2 : 4096 * 2 + 64] = bytes(64)
    path.write_bytes(damaged)
    plain.protect(PASSPHRASE)
    assert found(EVERY, plain.folder) == set()
    plain.own.record.check()
    plain.lock()


def test_what_a_broken_off_mending_left_is_taken_away(plain: House) -> None:
    """A copy of the record that was being mended when the machine stopped is gone once all is locked."""
    path = plain.folder / record.FILE
    path.with_name(f"{record.FILE}{mending.DRAFT}").write_bytes(b"".join(text.encode() for text in EVERY))
    path.with_name(f"{record.FILE}{mending.DRAFT}-wal").write_bytes(EVERY[0].encode())
    plain.protect(PASSPHRASE)
    assert found(EVERY, plain.folder) == set()


# --- protecting that is broken off -------------------------------------------------------------------


class Crash(BaseException):
    """The machine stops here."""


def test_protecting_that_is_broken_off_is_made_good(plain: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the machine stops while a house is locked for the first time, either nothing is locked yet
    and all is as before, or the passphrase opens it, all is as before, and nothing is left in the clear."""
    before = told(plain.own)
    plain.close()
    replace, fsync = os.replace, os.fsync
    step, crashes, sealed_halfway = 0, 0, 0
    while True:
        step += 1
        folder = shutil.copytree(plain.folder, plain.folder.parent / f"copy-{step}", symlinks=True)
        left = step

        def counted(real, *arguments):  # type: ignore[no-untyped-def]
            nonlocal left
            left -= 1
            if left == 0:
                raise Crash
            return real(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", lambda *a: counted(replace, *a))
            patch.setattr(os, "fsync", lambda *a: counted(fsync, *a))
            try:
                House(folder).begin_locked(PASSPHRASE)
            except Crash:
                crashes += 1
        house = House(folder)
        if house.protected:
            sealed_halfway += bool(found(EVERY, folder))
            house.unlock(PASSPHRASE)
            assert found(EVERY, folder) == set()
        assert told(house.own) == before
        house.close()
        shutil.rmtree(folder)
        if left > 0:
            break
    assert crashes > 30
    assert sealed_halfway > 10


def test_nobody_slips_a_plain_file_in_as_one_to_be_sealed(plain: House) -> None:
    """That older files are still to be sealed is believed only as it was written by whoever had the key."""
    plain.protect(PASSPHRASE)
    plain.lock()
    path = plain.folder / "keys.json"
    for lie in ('"sealing": true', '"sealing": "00"', '"sealing": ""'):
        path.write_text(path.read_text().replace('"sealing": null', lie))
        house = House(plain.folder)
        with pytest.raises(EventError, match="damaged"):
            house.unlock(PASSPHRASE)
        assert house.locked
        path.write_text(path.read_text().replace(lie, '"sealing": null'))
    assert opened(plain.folder).own.name == strings("own")[0]


def test_a_full_disk_while_locking_is_told_and_made_good(tmp_path: Path) -> None:
    """Where the disk is full while a house is locked for the first time, that is told; once there is room,
    unlocking seals the rest. A record that cannot be written to says so, and stays whole."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(small)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    house = House(small)
    try:
        fill(house.own, "own")
        before = told(house.own)
        filler = small / "filler"
        fill_up(filler)
        with pytest.raises(EventError, match="full"):
            house.own.record.call("x" * 200_000, NOW)
        house.own.record.check()
        house.own.close()
        fill_up(filler)
        with pytest.raises(UsageError, match="No space"):
            house.protect(PASSPHRASE)
        assert not house.protected
        os.truncate(filler, filler.stat().st_size - 12 * 4096)  # room for some of it
        with pytest.raises(EventError, match="see to that, and unlock"):
            house.protect(PASSPHRASE)
        assert house.locked
        filler.unlink()
        house.unlock(PASSPHRASE)
        after = told(house.own)
        assert {key: after[key] for key in ("log", "words", "voice")} == {
            key: before[key] for key in ("log", "words", "voice")
        }
        assert found(strings("own"), small) == set()
    finally:
        house.close()
        subprocess.run(["umount", str(small)], check=True)


def fill_up(filler: Path) -> None:
    """Take all the room there is."""
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


# --- clocks ------------------------------------------------------------------------------------------

HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)


@pytest.fixture
def scratch(tmp_path: Path) -> tuple[Takes, Path]:
    """A take that was played at NOW, and that nobody has answered for."""
    takes = Takes(tmp_path)
    id_, file = takes.begin(NOW)
    file.close()
    log = tmp_path / "scratch" / id_ / "log.jsonl"
    os.utime(log, (NOW.timestamp(),) * 2)
    return takes, log


def test_scratch_goes_also_while_all_is_locked(plain: House) -> None:
    """What nobody answered for within a day is erased without any key, whosever it is; what is younger
    stays, and so does all that was kept."""
    plain.protect(PASSPHRASE)
    (client,) = plain.people()[0]
    places = (plain.own, plain.place(client[0]))
    old, young = [], []
    for place in places:
        for begun, of in ((NOW, old), (NOW + timedelta(hours=20), young)):
            id_, file = place.takes.begin(begun)
            file.close()
            folder = place.folder / "scratch" / id_
            os.utime(folder / "log.jsonl", (begun.timestamp(),) * 2)
            of.append(folder)
    kept_before = sorted(plain.folder.rglob("takes/*/*"))
    plain.lock()
    plain.sweep(NOW + timedelta(hours=25), 0.0)
    assert not any(folder.exists() for folder in old)
    assert all(folder.exists() for folder in young)
    assert sorted(plain.folder.rglob("takes/*/*")) == kept_before


def test_a_clock_set_back_keeps_nothing_for_ever(scratch: tuple[Takes, Path]) -> None:
    """What was played before the clock was set back a year has a day from then on, and no longer."""
    takes, log = scratch
    back = NOW - YEAR
    takes.sweep(back, 1000.0)
    takes.sweep(back + 23 * HOUR, 1000.0 + 23 * 3600)
    assert log.exists()
    takes.sweep(back + 25 * HOUR, 1000.0 + 25 * 3600)
    assert not log.exists()


def test_a_clock_set_right_erases_nothing_early(scratch: tuple[Takes, Path]) -> None:
    """What was played while the clock was a year behind is not a year old once it is set right: it has the
    rest of its day. A night of sleep is no setting of a clock."""
    takes, log = scratch
    takes.sweep(NOW + HOUR, 1000.0)
    takes.sweep(NOW + YEAR + 2 * HOUR, 1000.0 + 3600)
    assert log.exists()
    takes.sweep(NOW + YEAR + 23 * HOUR, 1000.0 + 22 * 3600)
    assert log.exists()
    takes.sweep(NOW + YEAR + 26 * HOUR, 1000.0 + 25 * 3600)
    assert not log.exists()


def test_consents_go_by_their_order_and_not_by_the_clock(tmp_path: Path) -> None:
    """A yes that is given, taken back and given again while the clock goes back a year each time lives; one
    that was taken back last does not."""
    with Record(tmp_path / "record.db", None) as own:
        own.give("keep", NOW)
        own.withdraw("keep", NOW - YEAR)
        own.give("keep", NOW - 2 * YEAR)
        assert own.consent("keep") is not None
        own.withdraw("keep", NOW - 3 * YEAR)
        assert own.consent("keep") is None
        with pytest.raises(EventError):
            own.needed("keep")
