"""Struck or sung: what an onset turns out to be, 48 to 64 ms after it fell.

A clap, a foot or a drum fades at once and has no pitch to speak of; a plucked or hammered string, a marimba
and a voice go on, periodic, at a pitch. What is new in each band since the onset, how much of it is
left, how fast it came and how periodic it is are weighed together; the weights are a logistic regression
over simulated strokes, instruments and singing with its consonants (tools/fit_strokes.py).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil, exp, log, log2, log10
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from undersong.events import Seconds
from undersong.transcribing import onsets
from undersong.transcribing.onsets import Onset, Onsets
from undersong.transcribing.pitch import BEHIND, Frame
from undersong.transcribing.resample import HOP, RATE, Samples

Array = NDArray[np.float64]
Verdict = Literal["waiting", "struck", "sounding"]

WAIT: Seconds = 0.048  # after an onset, then to the end of the hop
KEPT = 2048  # samples, 128 ms
UPPER = 8  # the band where the upper half begins: 1 kHz
LEAST = 1e-12  # power: nothing
GENTLE = 1e-9  # power, in a band: what fading is measured over
RISEN = 0.7  # of its greatest power: so far a sound has come
WEIGHTS = (-1.9, 0.99, 2.65, 1.14, -2.06, -1.87, -2.09, -3.41, -0.63, 2.74, 2.01, -1.83, 3.65)
BEFORE: Seconds = 0.03  # a note that begins so much before an onset is the same sound ...
AFTER: Seconds = 0.07  # ... or after it
RINGS: Seconds = 0.5  # after a stroke, what is periodic and no louder than it was is its own ringing
REMEMBERED = 8  # onsets
QUIETEST = -100.0  # dB
FORGETS = 6.0 * HOP / RATE  # dB a hop: six a second


@dataclass(frozen=True, slots=True)
class Judged:
    """An onset, what it turned out to be, and the level that was left when that was known, in dB."""

    onset: Onset
    verdict: Verdict
    left: float = 0.0


class Strokes:
    """Feed it hops with the pitch frames they made known; it tells what was struck."""

    def __init__(self) -> None:
        self._onsets = Onsets()
        self._sound: Array = np.zeros(KEPT)
        self._frames: deque[tuple[Seconds, Frame]] = deque(maxlen=4)
        self._hops = 0
        self._voice = QUIETEST  # the loudest that was periodic of late
        self._judged: deque[Judged] = deque(maxlen=REMEMBERED)

    def feed(self, hop: Samples, frame: Frame, level: float) -> list[Onset]:
        """The strokes that are known with this hop.

        ``frame`` lies BEHIND hops before its end, and ``level`` (dB) is that of the sound around it.
        """
        self._sound = np.concatenate([self._sound[HOP:], hop])
        self._hops += 1
        self._frames.append(((self._hops - BEHIND) * HOP / RATE, frame))
        self._voice -= FORGETS
        if frame.confidence >= 0.5:
            self._voice = max(self._voice, level)
        for onset in self._onsets.feed(hop):
            self._judged.append(Judged(onset, "waiting"))
        struck: list[Onset] = []
        for n, judged in enumerate(self._judged):
            if judged.verdict == "waiting" and self._hops >= ceil((judged.onset.at + WAIT) * RATE / HOP):
                sounds = self._likely(judged.onset) <= 0.5
                self._judged[n] = Judged(judged.onset, "sounding" if sounds else "struck", self._left())
                if not sounds:
                    struck.append(judged.onset)
        return struck

    @property
    def last(self) -> Seconds | None:
        """Where the last onset lay, struck or not."""
        return self._judged[-1].onset.at if self._judged else None

    def near(self, at: Seconds, level: float) -> Judged | None:
        """The onset with which a note that begins at ``at``, so loud, is one sound.

        Its own, or that of a stroke before which still rings: no louder than what was left of it.
        """
        close = [j for j in self._judged if -BEFORE <= at - j.onset.at <= AFTER]
        if close:
            return min(close, key=lambda j: abs(at - j.onset.at))
        ringing = [j for j in self._judged if j.verdict == "struck" and 0 < at - j.onset.at <= RINGS]
        return ringing[-1] if ringing and level <= ringing[-1].left else None

    def _left(self) -> float:
        power = float(np.square(self._sound[-2 * HOP :]).mean())
        return 10 * log10(power + LEAST)

    def _likely(self, onset: Onset) -> float:
        """How likely it is that something was struck, 0-1."""
        total = sum(w * f for w, f in zip(WEIGHTS, (1.0, *self.features(onset)), strict=True))
        return round(1 / (1 + exp(-total)), 6)

    def features(self, onset: Onset) -> tuple[float, ...]:
        """What is weighed, each about 1 in size; of an onset WAIT ago."""
        fade, faded, upper = (min(max(decibels, -3.0), 20.0) / 10 for decibels in self._fading(onset))
        after = [frame for at, frame in self._frames if at > onset.at + 0.008][-3:]
        last = after[-1]
        middle = float(np.median([f.confidence for f in after]))
        sure = log(min(max(middle, 0.01), 0.99) / (1 - min(max(middle, 0.01), 0.99))) / 4
        height = log2(max(last.hz, 40.0) / 200)
        slow = min(self._attack(onset), 0.02) / 0.02
        over = min(max((onset.level - self._voice) / 10, -2.0), 1.0)
        return (
            fade, faded, upper, last.clarity, sure, slow, onset.tonal, height, min(onset.rise, 1.5), over,
            fade * fade, fade * last.clarity,
        )  # fmt: skip

    def _fading(self, onset: Onset) -> tuple[float, float, float]:
        """dB by which what was new has faded: in all, as the mean of the bands, and over 1 kHz."""
        bands = self._onsets.bands
        first = int(onset.at * RATE) // onsets.HOP - self._hops * (HOP // onsets.HOP) + len(bands)
        before = bands[max(0, first - 5) : first].max(axis=0)
        new = np.maximum(bands[first + 1 : first + 6].max(axis=0) - before, 0.0)
        left = np.minimum(np.maximum(bands[-4:].mean(axis=0) - before, 0.0), 4 * new)
        each = np.log10((new + GENTLE) / (left + GENTLE)).mean()
        whole = np.log10((new.sum() + LEAST) / (left.sum() + LEAST))
        upper = np.log10((new[UPPER:].sum() + LEAST) / (left[UPPER:].sum() + LEAST))
        return 10 * float(whole), 10 * float(each), 10 * float(upper)

    def _attack(self, onset: Onset) -> Seconds:
        """How long it took to come."""
        sound = self._sound[round(onset.at * RATE) - self._hops * HOP :]
        power = np.convolve(sound * sound, np.ones(onsets.HOP))[: len(sound)]
        return float(np.argmax(power >= RISEN * power.max())) / RATE
