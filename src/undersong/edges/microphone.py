"""A live microphone: blocks of sound with their session time go in, notes and strokes come out.

The sound is transcribed in a thread of its own, so that nobody's note waits for it; what is heard comes
back to the caller's loop in its order. All microphones share that thread: opened and closed again and
again, they take no more of the machine than one does. A machine that is too slow leaves out the oldest
sound instead of answering later and later. Samples are 16-bit, mono; all times are seconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from math import isfinite
from typing import TYPE_CHECKING, Literal, Protocol

from undersong.errors import EventError
from undersong.events import Seconds
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_EXTRA = (
    "Hearing you through a microphone needs one more package: pip install 'undersong[voice]', then start "
    "Undersong again."
)
RATES = (8_000, 192_000)  # samples a second that are heard
FULL = 32768.0  # a sample at full scale
APART: Seconds = 0.1  # a stamp so far from where the last block ended: something is missing in between
TRUST = 0.05  # of a stamp's distance from the samples' own count: stamps jitter, samples do not
MOST_WAITING: Seconds = 0.5  # of sound not yet transcribed
KEPT_WAITING: Seconds = 0.1  # what is left of it when it grows past that

_THREAD = ThreadPoolExecutor(1, "microphone")


class Hearing(Protocol):
    """What makes notes of sound: transcribing.transcriber.Transcriber is one."""

    def feed(self, samples: NDArray[np.float32]) -> list[Transcribed]:
        """More of the sound."""

    def flush(self) -> list[Transcribed]:
        """The sound has ended: what was held has, too."""


def can_hear() -> str | None:
    """None if sound can be transcribed here; else one sentence that says what to do."""
    there = all(find_spec(name) is not None for name in ("onnxruntime", "swift_f0"))
    return None if there else NO_EXTRA


def transcriber(rate: int) -> Hearing:
    """What makes notes of sound at that rate. Raises ImportError without the extra ``voice``."""
    from undersong.transcribing.transcriber import Transcriber

    return Transcriber(rate)


class Ear:
    """Sound in blocks, each with the session's time of its first sample. No thread, no loop."""

    def __init__(self, rate: int, make: Callable[[int], Hearing] = transcriber) -> None:
        _check(rate)
        self._rate = rate
        self._make = make
        self._hearing = make(rate)
        self._heard = 0  # samples that this hearing was given
        self._zero: Seconds | None = None  # the session's time of its first sample

    def feed(self, at: Seconds, samples: bytes) -> list[Transcribed]:
        """What is known after this block; times are the session's. ``samples``: little-endian, 16 bits."""
        import numpy as np

        out: list[Transcribed] = []
        begins = at - self._heard / self._rate
        if self._zero is None:
            self._zero = begins
        elif abs(begins - self._zero) > APART:
            out += self.end()
            self._hearing, self._heard, self._zero = self._make(self._rate), 0, at
        else:
            self._zero += TRUST * (begins - self._zero)
        block = np.frombuffer(samples, "<i2").astype(np.float32) / np.float32(FULL)
        self._heard += len(block)
        return out + self._placed(self._hearing.feed(block))

    def end(self) -> list[Transcribed]:
        """The sound has ended, and what was held with it."""
        return self._placed(self._hearing.flush())

    def _placed(self, heard: list[Transcribed]) -> list[Transcribed]:
        """From the sound's own time to the session's."""
        zero = self._zero or 0.0
        out: list[Transcribed] = []
        for one in heard:
            match one:
                case PitchFrame():
                    out.append(replace(one, time=one.time + zero, at=one.at + zero))
                case NoteBegan() | Struck():
                    out.append(replace(one, time=one.time + zero, onset=one.onset + zero))
                case NoteEnded():
                    out.append(replace(one, time=one.time + zero, offset=one.offset + zero))
        return out


Trouble = Literal["slow", "broken"]


class Microphone:
    """One live microphone. ``hear`` is told what was heard, on the loop and in order; ``trouble`` once that
    sound had to be left out, because the machine is slow, or that nothing is heard any more."""

    def __init__(
        self,
        rate: int,
        hear: Callable[[Transcribed], None],
        trouble: Callable[[Trouble], None],
        make: Callable[[int], Hearing] = transcriber,
    ) -> None:
        _check(rate)
        self._rate = rate
        self._make = make
        self._hear = hear
        self._trouble = trouble
        self._slow = False
        self._ready = False  # until then it waits for the network, not for the machine
        self._ear: Ear | None = None  # made, and used, in the thread alone
        self._loop = asyncio.get_running_loop()
        self._job: Future[list[Transcribed]] | None = None  # not done yet
        self._waiting: deque[tuple[Seconds, bytes]] = deque()
        self._waits: Seconds = 0.0  # how long what waits would sound
        self._closed = False
        self._go_on()  # reading the network takes a moment: before the first sound

    def block(self, at: Seconds, samples: bytes) -> None:
        """Take in a block; it is transcribed as soon as those before it are. Raises EventError for a stamp
        that is no time, for no sample or half a one, and for more than MOST_WAITING at once."""
        lasts = self._lasts(samples)
        if not isfinite(at) or len(samples) % 2 or not 0 < lasts <= MOST_WAITING:
            raise EventError("A block of sound has a time and whole 16-bit samples, half a second at most.")
        if self._closed:
            return
        self._waiting.append((at, samples))
        self._waits += lasts
        if self._waits > MOST_WAITING:
            while len(self._waiting) > 1 and self._waits > KEPT_WAITING:
                self._waits -= self._lasts(self._waiting.popleft()[1])
            if self._ready and not self._slow:
                self._slow = True
                self._trouble("slow")
        if self._job is None:
            self._go_on()

    def _lasts(self, samples: bytes) -> Seconds:
        return len(samples) / 2 / self._rate

    def _go_on(self) -> None:
        blocks = list(self._waiting)
        self._waiting.clear()
        self._waits = 0.0
        self._job = _THREAD.submit(self._work, blocks)
        asyncio.wrap_future(self._job, loop=self._loop).add_done_callback(self._done)

    def _work(self, blocks: list[tuple[Seconds, bytes]]) -> list[Transcribed]:
        if self._ear is None:
            self._ear = Ear(self._rate, self._make)
        return [heard for at, samples in blocks for heard in self._ear.feed(at, samples)]

    def _done(self, job: asyncio.Future[list[Transcribed]]) -> None:
        self._job = None
        self._ready = True
        if job.cancelled() or self._closed:
            return
        if job.exception() is not None:
            self.close()
            self._trouble("broken")
            return
        for heard in job.result():
            if not self._closed:
                self._hear(heard)
        if self._waiting and not self._closed:
            self._go_on()

    def close(self) -> None:
        """Nothing more is heard. Whoever opened it ends what it held."""
        self._closed = True
        self._waiting.clear()
        if self._job is not None:
            self._job.cancel()  # if it has not begun


def _check(rate: object) -> None:
    low, high = RATES
    if isinstance(rate, bool) or not isinstance(rate, int) or not low <= rate <= high:
        raise EventError(f"A microphone gives {low} to {high} samples a second, a whole number.")
