"""Sealed bytes: whatever is changed in them, what comes out is the same as went in, or nothing."""

from __future__ import annotations

import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from kept import note
from secrets_kept import NOW, PASSPHRASE, fill, opened, quick_keys
from undersong.edges import record
from undersong.edges.audit import Audit
from undersong.edges.house import House
from undersong.edges.record import Record
from undersong.edges.sealed import MAGIC, SECTOR, SealedLog, seal, unseal, unseal_log
from undersong.edges.takes import Takes
from undersong.errors import EventError, UndersongError
from undersong.plan import Plan
from undersong.remembering import log as codec

__all__ = ["quick_keys"]  # a fixture
pytestmark = pytest.mark.usefixtures("quick_keys")
KEY = bytes(range(32))
FLIPS = (0x01, 0x80, 0xFF)
STRIDE = 397  # of a database's bytes every so many; 1 for all of them, which takes some minutes
SAID = b"what somebody said"


def never_other(path: Path, read: Callable[[], object], stride: int = 1) -> int:
    """Change every byte of a file in turn: it reads the same, or is refused in one sentence. How often it
    was refused."""
    whole, before, refused = path.read_bytes(), read(), 0
    for at in range(0, len(whole), stride):
        for flip in FLIPS:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            try:
                same = read() == before
            except UndersongError as error:
                refused += 1
                same = len(str(error).splitlines()) == 1
            assert same, (path.name, at, flip)
    path.write_bytes(whole)
    assert read() == before
    return refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A locked house with a take, own words, a client and an audit."""
    house = House(tmp_path / "house")
    house.folder.mkdir()
    fill(house.own, "own")
    fill(house.add("x", NOW), "client")
    house.protect(PASSPHRASE)
    for number in range(3):
        house.note("therapist", "read answers", NOW, "0a0a0a0a0a0a", str(number))
    house.close()
    return house.folder


def test_a_flipped_byte_of_a_sealed_file_gives_no_other_content(tmp_path: Path) -> None:
    """Every byte of a file sealed whole: each change is refused."""
    path = tmp_path / "about.json"
    path.write_bytes(seal(KEY, "x/about.json", SAID))
    refused = never_other(path, lambda: unseal(KEY, "x/about.json", path.read_bytes()))
    assert refused == len(path.read_bytes()) * len(FLIPS)


def test_a_flipped_byte_of_a_sealed_log_gives_no_other_content(tmp_path: Path) -> None:
    """Every byte of a log of several frames: each change is refused, also in the last frame."""
    path = tmp_path / "log.jsonl"
    with SealedLog(path, KEY, "x/log.jsonl") as log:
        for number in range(4):
            log.append(SAID * (number + 1))
    refused = never_other(path, lambda: unseal_log(KEY, "x/log.jsonl", path.read_bytes()))
    assert refused == len(path.read_bytes()) * len(FLIPS)


def test_a_flipped_byte_of_the_keys_opens_nothing_else(folder: Path) -> None:
    """Every byte of keys.json: the passphrase opens the same house, or is refused; of what is not needed
    for that, the owner is told that it is not as it was written."""
    path = folder / "keys.json"
    whole = path.read_bytes()

    def read() -> object:
        house = House(folder)
        house.unlock(PASSPHRASE)
        name = house.own.name
        # what opens the house is not what is damaged, unless it is only the mark that says so
        assert house.ailing == () or path.read_bytes() != whole
        house.close()
        return name

    assert never_other(path, read) > 300


def test_a_damaged_way_in_is_told_before_it_is_needed(folder: Path) -> None:
    """A recovery key whose wrapped key is damaged is named while the passphrase still opens all."""
    path = folder / "keys.json"
    before, _, after = path.read_text().rpartition('"wrapped": "')
    path.write_text(f'{before}"wrapped": "{"B" if after[0] == "A" else "A"}{after[1:]}')
    house = opened(folder)
    assert house.ailing == ("recovery",)
    house.new_recovery()
    assert house.ailing == ()
    house.close()


def test_a_flipped_byte_of_the_audit_is_found(folder: Path) -> None:
    """Every byte of the audit, sealed or plain: each change is refused; in the plain one the entry is named
    that is not as it was written. Its end cannot be cut off, since the record knows how many there are."""
    house = opened(folder)
    path = folder / "audit.jsonl"
    assert never_other(path, house.audited) == len(path.read_bytes()) * len(FLIPS)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at])
        with pytest.raises(EventError):
            house.audited()
    house.close()


def test_the_entry_that_was_changed_is_named(tmp_path: Path) -> None:
    """Whichever entry of an unlocked audit is changed, taken out, put in twice or forged: it is named."""
    audit = Audit(tmp_path, None)
    for number in range(5):
        audit.note("therapist", "read answers", NOW, None, str(number))
    audit.close()
    path = tmp_path / "audit.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)

    def named(changed: list[bytes]) -> str:
        path.write_bytes(b"".join(changed))
        with pytest.raises(EventError) as told_:
            Audit(tmp_path, None).entries(5)
        return str(told_.value)

    for at in range(5):
        line, before, after = lines[at], lines[:at], lines[at + 1 :]
        other = line.replace(b"read answers", b"read nothing")
        for changed in (other, b"", line.replace(b'"n": ', b'"n": 1'), b"{}\n", b"no JSON\n"):
            assert f"entry {at + 1} " in named([*before, changed, *after])
        assert f"entry {at + 2} " in named([*before, line, line, *after])


def test_a_flipped_byte_of_the_record_gives_no_other_rows(tmp_path: Path) -> None:
    """Bytes all over the database: every row is the same, or it is told that it cannot be read."""
    folder = tmp_path / "whole"
    folder.mkdir()
    with Record(folder / record.FILE, KEY) as own:
        own.call("Zq-somebody", NOW)
        own.give("keep", NOW)
        with own.writing() as db:
            db.execute(
                "INSERT INTO answers VALUES ('1', ?, 'phq8', '2026', '[1, 2]')", (own.needed("keep"),)
            )
    path = folder / record.FILE

    def read() -> object:
        copy = shutil.copytree(folder, tmp_path / "copy")
        try:
            with Record(copy / record.FILE, KEY) as own:
                return [own.all(f"SELECT * FROM {t}") for t in ("person", "consents", "answers", "intake")]
        finally:
            shutil.rmtree(copy)

    assert never_other(path, read, STRIDE) > 0


# --- put in another's place --------------------------------------------------------------------------


def test_no_file_stands_in_for_another(folder: Path) -> None:
    """A sealed file of another take, of another name, of another person or of nobody is not opened; a plain
    file in the place of a sealed one neither, nor a sealed one where nothing is locked."""
    own = opened(folder).own
    (take,) = [one for one in own.takes.all()[0] if one.kept]
    first, second = folder / "takes" / take.id, folder / "takes" / "20200101-000000-0000"
    shutil.copytree(first, second)
    with pytest.raises(EventError):
        own.takes.log(second.name)
    with pytest.raises(EventError):
        own.takes.about(second.name).read()
    shutil.rmtree(second)
    (theirs,) = (folder / "people").glob("*/takes/*/log.jsonl")
    log = first / "log.jsonl"
    whole = log.read_bytes()
    plain = own.takes.log(take.id)
    for other in (theirs.read_bytes(), (first / "about.json").read_bytes(), plain, b"", MAGIC, b"x"):
        log.write_bytes(other)
        with pytest.raises(EventError):
            own.takes.get(take.id)
    log.write_bytes(whole)
    with pytest.raises(EventError, match="is sealed"):
        Takes(folder).log(take.id)


def test_frames_keep_their_places(tmp_path: Path) -> None:
    """Frames of one log taken out, put twice or in another order are refused, also where their heads are
    made to fit their new places."""
    path = tmp_path / "log.jsonl"
    sizes = [len(MAGIC)]
    with SealedLog(path, KEY, "x") as log:
        for number in range(3):
            log.append(b"%d" % number * 40)
            sizes.append(path.stat().st_size)
    whole = path.read_bytes()
    frames = [whole[begin:end] for begin, end in pairwise(sizes)]
    for order in ((1, 0, 2), (0, 0, 1, 2), (0, 2), (1, 2), (0, 1, 2, 2), (2,)):
        with pytest.raises(EventError):
            unseal_log(KEY, "x", MAGIC + b"".join(frames[one] for one in order))
        fitting = [head(frames[one], place) + frames[one][8:] for place, one in enumerate(order)]
        with pytest.raises(EventError):
            unseal_log(KEY, "x", MAGIC + b"".join(fitting))


def head(frame: bytes, number: int) -> bytes:
    """The head of a frame in another place, as docs/sealed.md says."""
    length = int.from_bytes(frame[:4], "little")
    check = zlib.crc32(struct.pack("<IQ", length, number))
    return struct.pack("<II", length, check)


# --- torn ends ---------------------------------------------------------------------------------------


def test_a_torn_end_is_a_crash_and_no_damage(tmp_path: Path) -> None:
    """A log cut off anywhere reads as far as its last whole frame, and goes on from there."""
    path = tmp_path / "log.jsonl"
    said = [b"first ", b"second ", b"third "]
    with SealedLog(path, KEY, "x") as log:
        for one in said:
            log.append(one)
    whole = path.read_bytes()
    seen = set()
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        read = unseal_log(KEY, "x", path.read_bytes())
        assert read in (b"", b"first ", b"first second ", b"first second third ")
        seen.add(read)
        with SealedLog(path, KEY, "x", go_on=True) as log:
            log.append(b"more")
        assert unseal_log(KEY, "x", path.read_bytes()) == read + b"more"
    assert len(seen) == 4


@pytest.mark.parametrize("locked", [False, True], ids=["plain", "sealed"])
def test_an_end_with_holes_is_a_crash_and_no_damage(locked: bool) -> None:
    """Whichever sectors of the last chunk a disk never wrote: all that was acknowledged before is read. The
    same holes farther in are damage, and refused."""
    chunks = a_log()
    whole, sizes = b"", []
    if locked:
        with tempfile.TemporaryDirectory() as elsewhere:
            path = Path(elsewhere) / "log.jsonl"
            with SealedLog(path, KEY, "x") as log:
                for chunk in chunks:
                    sizes.append(path.stat().st_size)
                    log.append(chunk)
            whole = path.read_bytes()
    else:
        for chunk in chunks:
            sizes.append(len(whole))
            whole += chunk

    def read(data: bytes) -> int:
        plain = unseal_log(KEY, "x", data) if locked else data
        return len(codec.read(plain).inputs)

    def with_holes(begin: int, end: int, which: int) -> bytes:
        data = bytearray(whole)
        for number, at in enumerate(range(begin // SECTOR * SECTOR, end, SECTOR)):
            if which >> number & 1:
                first, last = max(at, begin), min(at + SECTOR, end)
                data[first:last] = bytes(last - first)
        return bytes(data)

    acknowledged = read(whole[: sizes[-1]])
    assert read(whole) > acknowledged > 0
    for which in range(1, 2 ** sectors(sizes[-1], len(whole))):
        assert read(with_holes(sizes[-1], len(whole), which)) == acknowledged, which
    for which in range(1, 2 ** sectors(sizes[1], sizes[2])):
        with pytest.raises(EventError):
            read(with_holes(sizes[1], sizes[2], which))


def sectors(begin: int, end: int) -> int:
    """In how many sectors of a file these bytes lie."""
    return -(-end // SECTOR) - begin // SECTOR


def a_log() -> list[bytes]:
    """The chunks of a session's log."""
    writer = codec.LogWriter(codec.Header("0.1.0", "of-a-test", 0, Plan(), (), ""))
    chunks = []
    for number in range(4):
        for event in note(number + 0.5, 0.2, 60) * 9:
            writer.input(event)
        chunks.append(writer.seal())
    return chunks


def test_a_wrong_key_opens_nothing(folder: Path) -> None:
    """What was locked with one master key is not opened with another's place of the same name."""
    other = House(folder.parent / "other")
    other.folder.mkdir()
    other.protect(PASSPHRASE)
    other.close()
    shutil.copy(other.folder / "keys.json", folder / "keys.json")
    house = opened(folder)
    takes, faults = house.own.takes.all()
    assert takes == []
    assert len(faults) == 2
    with pytest.raises(EventError):
        _ = house.own.name
    with pytest.raises(EventError):
        house.audited()
    assert house.people()[0] == []
    house.close()
