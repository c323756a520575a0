"""A file from outside is read in a process of its own, which can be ended and has limits.

``Worker.parse`` gives the bytes of a file to that process and waits a second. What comes back is what the
reader of its kind makes of it, whole; or an EventError with one sentence. Whatever the file does, it costs
at most a second of work and 256 MiB, it cannot write a file, and it takes nothing else down with it. The
time that the process needs to start (about 0.2 s, its readers loaded) is not counted.

Where the system has no such limits (Windows has none of them, macOS none on memory), the second that is
waited and the largest size of each kind still hold.
"""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from undersong.errors import EventError, UndersongError
from undersong.events import Seconds

MEMORY = 256 * 1024 * 1024  # bytes of address space, the program itself counted
WAIT: Seconds = 1.0  # for one file, and as much of the processor's time
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes that a reader gives back
_JOB = struct.Struct("<BI")  # letters of the kind, bytes of the file
_ANSWER = struct.Struct("<BIdI")  # how it ended, bytes of the answer, seconds of work, KiB at most in use
_READ, _REFUSED, _FAULT = range(3)
_PASSED_ON = ("PATH", "PYTHONPATH", "SYSTEMROOT")  # of the environment: it has no business with more

NO_ANSWER = (
    "This file cannot be read safely: it took too long or too much memory. Nothing of it was taken in."
)
UNREADABLE = "This file is damaged and cannot be read. Nothing of it was taken in."
NOT_STARTED = "Files cannot be read just now: their reader did not start. Please try again."


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read. ``read``: from bytes to what is given back; raises UndersongError.
    ``more``: what a MiB of it may take beyond the first second."""

    read: Callable[[bytes], bytes]
    largest: int  # bytes
    more: Seconds = 0.0

    def bound(self, size: int) -> Seconds:
        """How long a file of so many bytes may take."""
        return WAIT + self.more * (size >> 20)


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading a file took: seconds of work, and the most KiB that the process ever had in use. 0 where
    the process ended over it, or the system does not say."""

    seconds: Seconds
    memory: int


class Worker:
    """A process that reads files, started when it is first needed and anew after it had to be ended.

    ``wait``: how long a file is waited for, where that is not what its kind may take. One thread at a time.
    """

    def __init__(self, wait: Seconds | None = None) -> None:
        self._wait = wait
        self._process: subprocess.Popen[bytes] | None = None
        self.cost = Cost(0.0, 0)  # of the latest file
        self.fault: str | None = (
            None  # what the reader of the latest raised that is no refusal: our own fault
        )

    def parse(self, kind: str, data: bytes) -> bytes:
        """What the reader of a kind makes of a file. Raises EventError with one sentence if it is none."""
        self.cost, self.fault = Cost(0.0, 0), None
        reader = READERS[kind]
        if len(data) > reader.largest:
            raise EventError(
                f"This file is larger than {reader.largest >> 20} MB. Nothing of it was taken in."
            )
        process = self._started()
        wait = reader.bound(len(data)) if self._wait is None else self._wait
        timer = threading.Timer(wait, process.kill)
        timer.start()
        try:
            ended, answer = self._asked(process, kind.encode(), data)
        except (OSError, EOFError):
            self.close()
            raise EventError(NO_ANSWER) from None
        finally:
            timer.cancel()
            timer.join()
        if process.poll() is not None:
            self.close()
        if ended == _READ:
            return answer
        if ended == _REFUSED:
            raise EventError(answer.decode("utf-8", "replace"))
        self.fault = answer.decode("utf-8", "replace")
        raise EventError(UNREADABLE)

    def _asked(self, process: subprocess.Popen[bytes], kind: bytes, data: bytes) -> tuple[int, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(_JOB.pack(len(kind), len(data)) + kind)
        process.stdin.write(data)
        process.stdin.flush()
        ended, size, seconds, memory = _ANSWER.unpack(_exactly(process.stdout, _ANSWER.size))
        if size > LARGEST_ANSWER:
            raise EOFError
        answer = _exactly(process.stdout, size)
        self.cost = Cost(seconds, memory)
        return ended, answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
            # -P: what lies in the folder where somebody happens to be is no module of ours
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "undersong.edges.bounded"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={
                    **environment,
                    "OPENBLAS_NUM_THREADS": "1",
                },  # else each core takes its share of memory
            )
            assert self._process.stdout is not None
            if self._process.stdout.read(1) != b"!":
                self.close()
                raise EventError(NOT_STARTED)
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was still to be written to it concerns nobody any more
                pipe.close()
        process.wait()

    def __enter__(self) -> Worker:
        """The worker itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


# --- what is read ------------------------------------------------------------------------------
#
# A reader gives back what it took in, in a form of its own in which nothing is left out: whoever asked can
# tell from it that it was the whole file. What only works in parts elsewhere (a torn log, a sound that ends
# early) is refused here: from others it is all or nothing.


def _midi(data: bytes) -> bytes:
    from undersong.edges import midi

    tracks = midi.parse(data, "This file")
    makers = midi.choose_makers(tracks, [])  # refuses what no hands can play
    lines = [f"{m.time!r} {m.message}" for maker in makers for m in maker.messages]
    return "\n".join(lines).encode()


def _wav(data: bytes) -> bytes:
    from undersong.edges import wav

    stream = io.BytesIO(data)
    found = wav.parse(stream, len(data), Path("This file"))
    if found.short is not None:
        raise EventError(found.short)
    return b"".join(block.tobytes() for block in found.blocks_of(stream))


def _log(data: bytes) -> bytes:
    from undersong.remembering import log

    found = log.read(data)
    if found.dropped is not None:
        raise EventError(found.dropped)
    lines = [found.header.line(), *map(log.encode, found.inputs), *map(log.encode, found.outputs)]
    return "\n".join(lines).encode()


def _about(data: bytes) -> bytes:
    from undersong.edges.about import VOICES
    from undersong.reflecting import words

    return words.encode(words.decode(data, VOICES))


def _marks(data: bytes) -> bytes:
    from undersong.edges import marks

    return marks.encode(marks.decode(data))


def _sealed(data: bytes) -> bytes:
    from undersong.edges import sealed

    return sealed.unseal(data[: sealed.KEY], "about.json", data[sealed.KEY :])


def _shared(data: bytes) -> bytes:
    from undersong.edges import sharing

    identity, _, file = data.partition(b"\n")
    whole = sharing.opened(file, identity.decode())
    sharing.contents(whole)
    return whole


READERS: dict[str, Reader] = {
    "midi": Reader(_midi, 16 * 1024 * 1024),
    "wav": Reader(_wav, 16 * 1024 * 1024),
    "log": Reader(_log, 16 * 1024 * 1024),
    "about": Reader(_about, 16 * 1024 * 1024),
    "marks": Reader(_marks, 16 * 1024 * 1024),
    "sealed": Reader(_sealed, 16 * 1024 * 1024),  # the key that opens it, then the file
    # a line with the secret that opens it, then the file
    "shared": Reader(_shared, 12 * 1024 * 1024 + 1024, more=0.25),
}


# --- the process -------------------------------------------------------------------------------


def _main() -> None:
    """Read files from the first pipe and tell of them on the second, until the first ends."""
    jobs = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a reader might print is no answer
    _load()
    _limit()
    answers.write(b"!")
    answers.flush()
    while head := jobs.read(_JOB.size):
        letters, size = _JOB.unpack(head)
        kind, data = jobs.read(letters).decode(), jobs.read(size)
        before = time.thread_time()  # of the process it is told in ticks while its time is bounded
        _bound_work(READERS[kind].bound(size))
        ended, answer = _done(kind, data)
        _bound_work(0.0)
        answers.write(_ANSWER.pack(ended, len(answer), time.thread_time() - before, _most()))
        answers.write(answer)
        answers.flush()


def _done(kind: str, data: bytes) -> tuple[int, bytes]:
    try:
        answer = READERS[kind].read(data)
    except UndersongError as error:
        return _REFUSED, str(error).encode("utf-8", "replace")
    except MemoryError:
        return _REFUSED, NO_ANSWER.encode()
    except Exception as error:
        return _FAULT, f"{type(error).__name__}: {error}".encode("utf-8", "replace")
    if len(answer) > LARGEST_ANSWER:
        return _REFUSED, NO_ANSWER.encode()
    return _READ, answer


def _load() -> None:
    """Have the readers' modules ready, so that no file pays for it."""
    import numpy  # noqa: F401

    from undersong.edges import about, marks, midi, sharing, wav  # noqa: F401
    from undersong.remembering import log  # noqa: F401


def _limit() -> None:
    """Bound this process for good, as far as the system can."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves nothing of anybody on the disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _bound_work(seconds: Seconds) -> None:
    """End this process after so much work; 0 takes that back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _most() -> int:
    """The most memory that this process ever had in use, in KiB."""
    if sys.platform == "win32":
        return 0
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage tells there began with whoever started this process
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(told.split()[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    _main()
