"""Sound becomes pitch frames, notes and strokes, causally: one way for the live microphone and for files.

Cutting the sound at t changes nothing whose ``time`` is before t, and how it was cut into blocks changes
nothing at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from math import inf, log10

import numpy as np

from undersong.theory.loudness import velocity_at
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed
from undersong.transcribing.pitch import BEHIND, Pitch
from undersong.transcribing.resample import HOP, RATE, Resampler, Samples
from undersong.transcribing.room import Room
from undersong.transcribing.segmenter import Began, Ended, Segmenter
from undersong.transcribing.strokes import Strokes

LOUDEST = -8.0  # dB below full scale, as a mean over 32 ms, of what counts as velocity 127
BREAK = 0.016  # seconds before the end of a sound: what breaks off there is no stroke
QUIETEST = -100.0  # dB: what no sound at all counts as
EARLIER = 0.6  # hops by which a voice begins before the middle of the first frame that is sure of it
MOST = 10  # notes a second: nobody sings more, so more are not a song
SETTLES = 6  # hops after the end, until all is decided

Gate = Callable[[NoteBegan | Struck, float], bool]


class Transcriber:
    """Feed it mono samples (-1 to 1) at ``rate`` Hz, in blocks of any length; it tells what it hears.

    ``gate`` is asked of each note or stroke, with its level in dB below full scale, just before it is
    told: False keeps it untold, its end as well (a partner that does not want to hear itself).
    ``time`` never lies further after the sound than the samples that were fed.

    Raises UsageError for a rate outside 4 to 384 kHz.
    """

    def __init__(self, rate: int, *, gate: Gate | None = None) -> None:
        self._resampler = Resampler(rate)
        self._rate = rate
        self._fed = 0  # samples
        self._ended = inf  # when the sound ended
        self._gate = gate
        self._room = Room()
        self._pitch = Pitch()
        self._segmenter = Segmenter()
        self._strokes = Strokes()
        self._held: Began | None = None  # a note that may yet turn out to have been struck
        self._levels: deque[float] = deque([QUIETEST] * (BEHIND + 2), maxlen=BEHIND + 2)
        self._power = 0.0
        self._hops = 0
        self._lately: deque[float] = deque([-1.0] * MOST, maxlen=MOST)  # when the last notes were told
        self._told: int | None = None  # the note that sounds, if it was told of

    @property
    def room(self) -> float:
        """The level of the room itself, dB below full scale."""
        return self._room.level

    def feed(self, samples: Samples) -> list[Transcribed]:
        """What these samples make known, in order of ``time``."""
        self._fed += len(samples)
        return [heard for hop in self._resampler.feed(samples) for heard in self._hop(hop)]

    def flush(self) -> list[Transcribed]:
        """What becomes known because the sound has ended; nothing may be fed after it."""
        rest: list[Transcribed] = []
        self._ended = self._fed / self._rate
        for hop in self._resampler.flush():
            rest.extend(self._hop(hop))
        for _ in range(SETTLES):
            rest.extend(self._hop(np.zeros(HOP, np.float32)))
        rest.extend(self._say(self._segmenter.close()))
        return rest

    def _hop(self, hop: Samples) -> Iterator[Transcribed]:
        power = float(np.square(hop, dtype=np.float64).mean())
        level = _decibels((power + self._power) / 2)
        self._power = power
        self._hops += 1
        self._levels.append(level)
        frame, preview = self._pitch.feed(hop, self._room.feed(level))
        around = self._levels[1]  # the 32 ms around the frame's middle
        yield PitchFrame(
            self._now, self._at(self._hops - BEHIND), frame.hz or None, round(frame.confidence, 4), around
        )
        for onset in self._strokes.feed(hop, frame, around):
            if onset.at > self._ended - BREAK:
                continue
            stroke = Struck(self._now, onset.at, onset.velocity, onset.register)
            if self._gate is None or self._gate(stroke, onset.level):
                yield stroke
        last = self._strokes.last
        struck = None if last is None else last * RATE / HOP + BEHIND - 1
        yield from self._say(self._segmenter.feed(frame, preview, around, struck))

    @property
    def _now(self) -> float:
        return round(self._hops * HOP / RATE + self._resampler.ahead, 6)

    def _at(self, hop: int) -> float:
        return round(max(0, hop) * HOP / RATE, 6)

    def _say(self, found: list[Began | Ended]) -> Iterator[Transcribed]:
        """Notes as they are told, in seconds; a frame's middle is the end of its hop."""
        yield from self._let_go()
        for each in found:
            if isinstance(each, Began):
                self._held = each
                yield from self._let_go()
                continue
            self._held = None  # it ended before it was told
            if self._told is not None:
                yield NoteEnded(self._now, self._at(each.frame - BEHIND + 1), each.pitch)
            self._told = None

    def _let_go(self) -> Iterator[Transcribed]:
        """Tell the note that is held back, once it is known whether its onset was a stroke's."""
        if self._held is None:
            return
        at = self._at(self._held.frame - BEHIND + 1)
        judged = self._strokes.near(at, self._held.level)
        if judged is not None and judged.verdict == "waiting":
            return
        held, self._held = self._held, None
        if judged is not None and judged.verdict == "struck":
            return
        at = judged.onset.at if judged is not None else round(max(0.0, at - EARLIER * HOP / RATE), 6)
        if self._now - self._lately[0] < 1.0:
            return
        note = NoteBegan(self._now, at, held.pitch, velocity_at(held.level - LOUDEST))
        if self._gate is None or self._gate(note, held.level):
            self._lately.append(self._now)
            self._told = held.pitch
            yield note


def _decibels(power: float) -> float:
    return round(10 * log10(power), 2) if power > 10 ** (QUIETEST / 10) else QUIETEST
