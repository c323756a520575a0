"""Damaged and hostile files through the one reader with bounds: refused in a sentence, or read whole."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import mutants
from practising import NOW, practice
from undersong.edges import bounded, midi, outside, sharing, wav
from undersong.edges.bounded import NO_ANSWER, READERS, Worker
from undersong.errors import EventError
from undersong.events import MakerId, NoteOn
from undersong.plan import Plan
from undersong.remembering import log
from undersong.remembering.log import Header, LogWriter

IN_CI = 2000  # mutants of all kinds together; by hand 100,000: python benchmarks/mutants.py


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(mutants.PATIENCE) as started:
        yield started


def test_every_kind_that_is_read_is_mutated() -> None:
    """There are sound files of each kind that the reader takes from outside."""
    assert {kind.reader for kind in mutants.kinds().values()} == set(READERS)


@pytest.mark.parametrize("kind", mutants.kinds())
def test_mutants_are_refused_or_read_whole(kind: str, worker: Worker) -> None:
    """No mutant meets anything but a refusal or a whole reading; each takes at most a second of work and
    256 MiB, and nothing had to be ended for it."""
    told = mutants.judge(kind, IN_CI // len(mutants.kinds()), 2, worker)
    assert not told.faults
    assert told.half == 0
    assert told.ended == 0
    assert told.refused + told.read == told.count
    assert told.refused > 0
    assert told.slowest <= bounded.WAIT
    assert 0 < told.most <= bounded.MEMORY // 1024


@pytest.mark.parametrize("kind", mutants.kinds())
def test_a_sound_file_is_read_whole(kind: str, worker: Worker) -> None:
    """What is given back of a sound file holds every note, sample or word of it, as it is read in this
    process, too."""
    of = mutants.kinds()[kind]
    for data in map(of.wrap, of.sound):
        assert worker.parse(of.reader, data) == READERS[of.reader].read(data)


def _many(count: int) -> bytes:
    """A MIDI file of so many notes that all sound at one moment, each in three bytes."""
    track = b"\0\x90\x40\x40" + b"\0\x40\x40" * count + b"\0\xff\x2f\0"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track


def _well(worker: Worker) -> subprocess.Popen[bytes]:
    """Its process, with which a sound file has just been read."""
    assert worker.parse("midi", mutants.EXAMPLE.read_bytes())
    assert worker._process is not None
    return worker._process


def test_what_takes_too_long_is_ended() -> None:
    """Five million notes in one file are given up after a second of work, by the system, with a sentence;
    the next file is read as ever."""
    with Worker(mutants.PATIENCE) as worker:
        process = _well(worker)
        with pytest.raises(EventError, match="took too long"):
            worker.parse("midi", _many(5_000_000))
        assert process.returncode == -signal.SIGPROF
        assert _well(worker) is not process


def test_nobody_waits_longer_than_was_said() -> None:
    """Where the system does not bound the work, the wait is bounded: the process is ended after it."""
    with Worker(0.2) as worker:
        process = _well(worker)
        with pytest.raises(EventError, match="took too long"):
            worker.parse("midi", _many(5_000_000))
        assert process.returncode == -signal.SIGKILL  # by us, before a second of work was done


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's memory")
def test_what_takes_too_much_memory_is_refused() -> None:
    """Sixteen megabytes of JSON that would become half a gigabyte are refused; the next file is read."""
    with Worker(mutants.PATIENCE) as worker:
        process = _well(worker)
        with pytest.raises(EventError) as refused:
            worker.parse("about", b"[" + b"{}," * 5_500_000 + b"{}]")
        assert str(refused.value) == NO_ANSWER
        assert _well(worker) is process


def test_more_than_a_kind_may_have_is_not_even_handed_over() -> None:
    """A file over the largest size of its kind is refused before a process is started."""
    with Worker() as worker:
        with pytest.raises(EventError, match="larger than 16 MB"):
            worker.parse("midi", b"\0" * (READERS["midi"].largest + 1))
        assert worker._process is None


def test_a_process_that_ends_is_replaced(worker: Worker) -> None:
    """Whatever ends the process between two files, the next is refused, and the one after is read."""
    process = _well(worker)
    process.kill()
    process.wait()
    with pytest.raises(EventError):
        _well(worker)
    assert _well(worker) is not process


def test_nothing_is_taken_from_the_environment(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process knows nothing of the caller's environment but where Python is: no passphrase that stands
    there can be told by it."""
    monkeypatch.setenv("UNDERSONG_SECRET", "nobody's business")
    with Worker() as fresh:
        environment = Path(f"/proc/{_well(fresh).pid}/environ")
        if environment.exists():
            assert b"nobody" not in environment.read_bytes()


def test_tracks_that_the_head_does_not_count_are_not_left_out() -> None:
    """A MIDI file with more tracks than its head says is refused, not read in part."""
    data = bytearray(mutants.kinds()["midi"].sound[1])
    (tracks,) = struct.unpack(">H", data[10:12])
    assert tracks > 1
    data[10:12] = struct.pack(">H", tracks - 1)
    with pytest.raises(EventError, match="damaged or incomplete"):
        midi.parse(bytes(data), "This file")


def test_a_sound_that_ends_early_is_refused_from_outside(worker: Worker, tmp_path: Path) -> None:
    """A WAV file torn off is heard as far as it goes where a person gives it to the command, which says so;
    from outside it is all or nothing."""
    torn = mutants.kinds()["wav"].sound[2][:-100]
    path = tmp_path / "torn.wav"
    path.write_bytes(torn)
    assert wav.read(path).short is not None
    with pytest.raises(EventError, match="ends early"):
        worker.parse("wav", torn)


def test_a_seal_nested_without_end_is_no_seal() -> None:
    """A log whose chunk ends in brackets a hundred thousand deep is damaged, and said to be."""
    data = mutants.kinds()["log"].sound[0]
    torn = data[: data.rindex(b'{"chunk"')] + b'{"chunk": ' + b"[" * 100_000 + b"\n"
    with pytest.raises(EventError, match="damaged in chunk"):
        log.read(torn)


# --- where it is used: what a person gave from elsewhere -------------------------------------------


def _given(to: str, about: bytes) -> bytes:
    """A file shared by somebody, with one take and what was added to it, whatever that is."""
    sender = Ed25519PrivateKey.from_private_bytes(bytes(32))
    take = sharing.Take(
        "20260301-100000-00aa", {"log.jsonl": mutants.kinds()["log"].sound[0], "about.json": about}
    )
    told = sharing.Contents(
        sharing.public_of(sender), "A. Player", to, 1, "2026-03-01T10:00:00+00:00", (take,), (), ()
    )
    return sharing.written(told, sender)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's memory")
def test_what_somebody_gave_is_read_within_bounds(tmp_path: Path) -> None:
    """A shared file that would take more memory than a file may is refused as such, nothing is taken in;
    a sound one is taken in."""
    house, ids = practice(tmp_path / "d", "Aino")
    place, to = house.place(ids["Aino"]), outside.address(house)
    bomb = _given(to, b"[" + b"{}," * 3_900_000 + b"{}]")
    with pytest.raises(EventError) as refused:
        outside.take_in(house, place, bomb, NOW)
    assert str(refused.value) == NO_ANSWER
    assert outside.Outside(place).came() is None
    came = outside.take_in(house, place, _given(to, mutants.kinds()["about"].sound[0]), NOW)
    assert came.takes == ("20260301-100000-00aa",)


def test_the_largest_that_can_be_given_can_be_read(worker: Worker) -> None:
    """A shared file just under its largest size, all of it one log, is read within the bounds."""
    writer, log_, size = (
        LogWriter(Header("0.1.0", "of-a-test", 0, Plan(), (), "2026-03-01T10:00:00")),
        [],
        0,
    )
    number = 0
    while size < sharing.LARGEST - 100_000:
        for _ in range(64):
            writer.input(NoteOn(number * 0.1, number * 0.1, MakerId("you"), 60, 64))
            number += 1
        log_.append(writer.seal())
        size += len(log_[-1])
    identity = pyrage.x25519.Identity.generate()
    sender = Ed25519PrivateKey.from_private_bytes(bytes(32))
    take = sharing.Take("20260301-100000-00aa", {"log.jsonl": b"".join(log_)})
    told = sharing.Contents(
        sharing.public_of(sender), None, str(identity.to_public()), 1, "2026-03-01T10:00:00+00:00",
        (take,), (), (),
    )  # fmt: skip
    file = sharing.written(told, sender)
    assert sharing.LARGEST - 200_000 < len(file) <= sharing.LARGEST
    whole = worker.parse("shared", f"{identity}\n".encode() + file)
    assert sharing.contents(whole).takes == (take,)
