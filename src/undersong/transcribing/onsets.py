"""Onsets: when something is struck, plucked or begun, from the sound alone.

Hears claps, finger and foot taps, drums, plucked and hammered notes in 16 kHz mono: log-compressed energy
in 16 bands every 4 ms, each against what the room has taught (its noise) and against its own last 24 ms;
their mean rise (spectral flux, in bels) must be a peak above the median of the last .6 s. Method after
Boeck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013; the room's noise, the
reference's depth and all constants are our own. The onset is then placed on the sample where the energy
first rises. Known 14-24 ms after it. Whether a pitch follows is for others to say.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from undersong.events import Seconds
from undersong.theory.loudness import velocity_at

Samples = NDArray[np.float32]
Array = NDArray[np.float64]

RATE = 16_000  # samples a second, of everything here
HOP = 64  # samples, 4 ms
WINDOW = 256  # samples, 16 ms
EDGES = (1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 28, 37, 49, 65, 86, 108, 128)  # bins of 62.5 Hz
BANDS = len(EDGES) - 1
LOWEST = -88.0  # dB: below this nothing is heard, whatever the room
SOFTEST = 48.0  # dB under the loudest of late: nothing softer is meant
FORGETS = 12.0  # dB a second, of the loudest
NOISE_UP, NOISE_DOWN = 4.0, 24.0  # dB a second: the room is what lies under a seventh of the time
LEARNING: Seconds = 0.4  # in which the room is learned
LEARNING_UP = 80.0  # dB a second
OVER_NOISE = 4.0  # dB over the room's noise where compression begins
BEHIND, DEEP = 3, 6  # frames: a rise is measured against the most there was so long ago
REMEMBERED = 40  # frames whose energies are kept, .16 s
PAST = 150  # frames, .6 s, from which the threshold is taken
LEAST = 0.20  # bels of mean rise: nothing less is an onset
SPREAD = 5.0  # upper quartile less median, so many times, over the median
AHEAD = 2  # frames without a higher rise
APART: Seconds = 0.05  # two strokes lie further apart; nearer ones are one (a flam, a room)
RISE = 4.0  # dB by which the sound's own envelope must rise, else ...
CLEAR = 0.4  # ... the bands' mean rise in bels
USUAL: Seconds = 0.01  # by which a peak of the rise ends after the onset
KEPT = 1024  # samples of the past in which the rise is sought
FOOT, OVER = 0.03, 1.5  # an onset is where the envelope passes so much of its peak and of what was before
SMOOTH = 16  # samples, 1 ms: the envelope's
LOW_BINS = 5  # of them: a stroke with most of its new energy under 312 Hz is low
SUDDEN = -30.0  # dB: at the very start only what is louder than a room is a stroke
FULL = -16.0  # dB: a stroke's loudest 4 ms at this level counts as velocity 127


@dataclass(frozen=True, slots=True)
class Onset:
    """Something began at ``at``, known at ``time`` (seconds of the sound).

    ``level``: its loudest 4 ms, dB below full scale; ``velocity`` 1-127 after that; ``register``: where
    most of its new energy lies; ``rise``: of its bands, in bels; ``tonal`` 0-1: how periodic its first
    milliseconds are, a hint only.
    """

    time: Seconds
    at: Seconds
    level: float
    velocity: int
    register: Literal["low", "high"]
    rise: float
    tonal: float


class Onsets:
    """Hears onsets in a stream of samples, whatever the blocks it comes in."""

    def __init__(self) -> None:
        self._window = np.hanning(WINDOW + 1)[:-1]
        self._samples: Array = np.zeros(WINDOW - HOP)  # what the next frame begins with
        self._past: Array = np.zeros(KEPT)  # up to the end of the last frame
        self._frame = 0
        self._noise: Array = np.full(BANDS, LOWEST)
        self._loudest = LOWEST
        self._recent: deque[Array] = deque([np.zeros(BANDS)] * DEEP, maxlen=DEEP)
        self._bands: deque[Array] = deque([np.zeros(BANDS)] * REMEMBERED, maxlen=REMEMBERED)
        self._rises: deque[float] = deque([0.0] * PAST, maxlen=PAST)
        self._sorted = [0.0] * PAST
        self._last: Seconds = -1.0

    def feed(self, samples: Samples) -> list[Onset]:
        """The onsets that are known with these samples (16 kHz mono, full scale 1, DC removed)."""
        have = np.concatenate([self._samples, samples])
        count = max(0, (len(have) - WINDOW) // HOP + 1)
        found: list[Onset] = []
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(have, WINDOW)[::HOP][:count]
            for frame, energy in zip(frames, self._energies(frames), strict=True):
                self._past[:-HOP] = self._past[HOP:]
                self._past[-HOP:] = frame[-HOP:]
                self._frame += 1
                onset = self._step(energy)
                if onset is not None:
                    found.append(onset)
        self._samples = have[count * HOP :]
        return found

    @property
    def bands(self) -> Array:
        """Mean power in each band in the last frames, oldest first: (REMEMBERED, BANDS)."""
        return np.array(self._bands)

    def _energies(self, frames: Array) -> Array:
        """Mean power in each band of each frame, full scale 1."""
        spectra = np.fft.rfft(frames * self._window, axis=1)
        power = spectra.real**2 + spectra.imag**2
        bands: Array = np.add.reduceat(power[:, : EDGES[-1]], EDGES[:-1], axis=1)
        return bands / (WINDOW * WINDOW / 8)

    def _step(self, energy: Array) -> Onset | None:
        """Take in one frame; the onset that it makes known."""
        level = 10 * np.log10(energy + 1e-12)
        self._learn(level)
        floor = np.maximum(self._noise + OVER_NOISE, self._loudest - SOFTEST)
        heard = np.log10(1 + 10 ** np.round((level - floor) / 10, 6))
        reference = np.max([self._recent[n] for n in range(DEEP - BEHIND + 1)], axis=0)
        rise = round(float(np.maximum(heard - reference, 0.0).mean()), 6)
        self._recent.append(heard)
        self._bands.append(energy)
        threshold = self._threshold()
        gone = self._rises.popleft()
        del self._sorted[bisect_left(self._sorted, gone)]
        self._rises.append(rise)
        insort(self._sorted, rise)
        return self._peak(threshold)

    def _learn(self, level: Array) -> None:
        """The room's noise, band by band, and how loud it was of late."""
        seconds = HOP / RATE
        up = LEARNING_UP if self._frame * seconds < LEARNING else NOISE_UP
        step = np.where(level > self._noise, up * seconds, -NOISE_DOWN * seconds)
        self._noise = np.maximum(self._noise + step, LOWEST)
        self._loudest = max(self._loudest - FORGETS * seconds, float(level.max()), LOWEST)

    def _threshold(self) -> float:
        middle, upper = self._sorted[PAST // 2], self._sorted[3 * PAST // 4]
        return max(LEAST, middle + SPREAD * (upper - middle))

    def _peak(self, threshold: float) -> Onset | None:
        """The onset of AHEAD frames ago, if its rise is a peak above the threshold."""
        rise = self._rises[-1 - AHEAD]
        around = [self._rises[-1 - n] for n in range(2 * AHEAD + 2)]
        if rise < threshold or rise < max(around) or rise in around[AHEAD + 1 :]:
            return None
        now = self._frame * HOP / RATE
        placed = self._place(now, rise)
        if placed is None or placed - self._last < APART:
            return None
        onset = self._describe(now, placed, rise)
        if placed * RATE < WINDOW and onset.level < SUDDEN:
            return None
        self._last = placed
        return onset

    def _place(self, now: Seconds, rise: float) -> Seconds | None:
        """Where the envelope first rises towards its peak; None if nothing rises."""
        best: tuple[float, int] | None = None
        for sound in (self._past, np.diff(self._past, prepend=self._past[:1])):
            summed = np.cumsum(sound * sound)
            power = (summed[SMOOTH:] - summed[:-SMOOTH]) / SMOOTH + 1e-12
            before = power[: KEPT - (AHEAD + BEHIND) * HOP - WINDOW]
            after = power[len(before) :]
            usual, peak = float(before[-WINDOW:].max()), float(after.max())
            if best is None or peak / usual > best[0]:
                above = after > max(FOOT * peak, OVER * usual)
                best = (peak / usual, len(before) + int(np.argmax(above)))
        assert best is not None
        if best[0] < 10 ** (RISE / 10):  # hidden by what sounds on: the peak tells, if it is high enough
            return now - AHEAD * HOP / RATE - USUAL if rise >= CLEAR else None
        return now - (KEPT - best[1] - SMOOTH) / RATE

    def _describe(self, now: Seconds, at: Seconds, rise: float) -> Onset:
        new = np.maximum(self._bands[-1 - AHEAD] - self._bands[-DEEP - AHEAD], 0.0)
        low = float(new[:LOW_BINS].sum()) > 0.5 * float(new.sum())
        sound = self._past[-round((now - at) * RATE) - 1 :]
        power = np.convolve(sound * sound, np.ones(HOP) / HOP)
        level = round(float(10 * np.log10(power.max() + 1e-12)), 2)
        return Onset(
            round(now, 6), round(at, 6), level, velocity_at(level - FULL), "low" if low else "high",
            rise,
            _periodic(sound),
        )  # fmt: skip


def _periodic(sound: Array) -> float:
    """The highest normalised autocorrelation between 1.2 and 8 ms, 0-1."""
    best = 0.0
    for lag in range(20, min(128, len(sound) // 2)):
        a, b = sound[lag:], sound[:-lag]
        best = max(best, float(a @ b) / (float(np.sqrt((a @ a) * (b @ b))) + 1e-9))
    return round(best, 3)
