"""Damaged and hostile files through the one reader with bounds: refused in a sentence, or read whole."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mutants
from undersong.edges import bounded, midi, wav
from undersong.edges.bounded import NO_ANSWER, READERS, Worker
from undersong.errors import EventError
from undersong.remembering import log

IN_CI = 2000  # mutants of all kinds together; by hand 100,000: python benchmarks/mutants.py


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(mutants.PATIENCE) as started:
        yield started


def test_every_kind_that_is_read_is_mutated() -> None:
    """There are sound files of each kind that the reader takes from outside."""
    assert set(mutants.seeds()) == set(READERS)


@pytest.mark.parametrize("kind", READERS)
def test_mutants_are_refused_or_read_whole(kind: str, worker: Worker) -> None:
    """No mutant meets anything but a refusal or a whole reading; each takes at most a second of work and
    256 MiB, and nothing had to be ended for it."""
    told = mutants.judge(kind, IN_CI // len(READERS), 2, worker)
    assert not told.faults
    assert told.half == 0
    assert told.ended == 0
    assert told.refused + told.read == told.count
    assert told.refused > 0
    assert told.slowest <= bounded.WAIT
    assert 0 < told.most <= bounded.MEMORY // 1024


@pytest.mark.parametrize("kind", READERS)
def test_a_sound_file_is_read_whole(kind: str, worker: Worker) -> None:
    """What is given back of a sound file holds every note, sample or word of it, as it is read in this
    process, too."""
    for data in mutants.seeds()[kind]:
        assert worker.parse(kind, data) == READERS[kind].read(data)


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
    data = bytearray(mutants.seeds()["midi"][1])
    (tracks,) = struct.unpack(">H", data[10:12])
    assert tracks > 1
    data[10:12] = struct.pack(">H", tracks - 1)
    with pytest.raises(EventError, match="damaged or incomplete"):
        midi.parse(bytes(data), "This file")


def test_a_sound_that_ends_early_is_refused_from_outside(worker: Worker, tmp_path: Path) -> None:
    """A WAV file torn off is heard as far as it goes where a person gives it to the command, which says so;
    from outside it is all or nothing."""
    torn = mutants.seeds()["wav"][2][:-100]
    path = tmp_path / "torn.wav"
    path.write_bytes(torn)
    assert wav.read(path).short is not None
    with pytest.raises(EventError, match="ends early"):
        worker.parse("wav", torn)


def test_a_seal_nested_without_end_is_no_seal() -> None:
    """A log whose chunk ends in brackets a hundred thousand deep is damaged, and said to be."""
    data = mutants.seeds()["log"][0]
    torn = data[: data.rindex(b'{"chunk"')] + b'{"chunk": ' + b"[" * 100_000 + b"\n"
    with pytest.raises(EventError, match="damaged in chunk"):
        log.read(torn)
