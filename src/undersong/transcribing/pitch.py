"""The pitch of a voice and how surely there is one, 32 ms after it sounded.

Two listeners are asked each hop of 16 ms: swift-f0 (MIT), a small network made for offline use, run again on
the last 128 ms and read so near to the end that half of what it would look at is missing; and the normalised
autocorrelation of the last 48 ms, which is quick and errs by octaves. What each proposes is weighed with
where the voice was a moment ago and where this person usually sings: the network knows noise and octaves,
the autocorrelation knows glides and onsets, and memory keeps both from jumping. Hz, 47 to 2094.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log2

import numpy as np
from numpy.typing import NDArray
from swift_f0 import SwiftF0

from undersong.transcribing.resample import HOP, RATE, Samples

Array = NDArray[np.float64]

WINDOW = 2048  # samples the network hears: 128 ms; with twice as many it knows no more, and costs more
LATEST = 768  # samples of the autocorrelation: 48 ms
SHORTEST, LONGEST = 7, 342  # samples: lags of 2286 and 47 Hz
BEHIND = 2  # hops between a frame's middle and the end of what is known
PROPOSALS = 5  # of the autocorrelation
LEAST_CLEAR = 0.3
HARMONICS = (1.0, 1 / 2, 1 / 3, 1 / 4, 2.0)  # what the network may have meant

# What weighs how much, in units of autocorrelation (0-1). Found by a search over simulated voices
# (benchmarks/songs.py, tuning seeds), and so are the weights below.
NETWORK = 0.67  # the network's own proposal, at full confidence
FULL = 0.5  # confidence that counts as full, so near to the end
LAST = 0.48  # the pitch of a moment ago, falling to nothing
REACH = 0.5  # octaves away from it
HIGHER = 0.19  # an octave higher: of two lags that fit, the shorter is the period
USUAL = 0.26  # an octave away from where this person sings
LEARNS = 0.05  # of the way from there to each sure frame

# The voicing gate: log odds from the network's log odds and the clarity, by hops behind.
VOICING = {1: (2.8, 1.42, 7.4), 2: (0.28, 1.51, 4.65)}


@dataclass(frozen=True, slots=True)
class Frame:
    """Pitch in Hz (0 if none is proposed), confidence 0-1 (voiced from .5 on), and clarity 0-1.

    ``clarity``: how well the sound repeats itself at that pitch.
    """

    hz: float
    confidence: float
    clarity: float


SILENT = Frame(0.0, 0.0, 0.0)


class Pitch:
    """Feed it hops; each gives the frame that has become readable, ``behind`` hops (1 or 2) late."""

    def __init__(self, behind: int = BEHIND) -> None:
        self._model = SwiftF0(threads=1, spin=False)
        self._behind = behind
        self._heard: Samples = np.zeros(WINDOW, np.float32)
        self._last: float | None = None  # octaves over 1 Hz
        self._usual: float | None = None

    def feed(self, hop: Samples, listening: bool) -> Frame:
        """The frame ``behind`` hops before the end of this hop; nothing is computed unless listening."""
        self._heard = np.concatenate([self._heard[HOP:], hop])
        if not listening:
            self._last = None
            return SILENT
        found = self._model.detect(self._heard, RATE)
        hz, odds = float(found.pitch_hz[-self._behind]), float(found.confidence[-self._behind])
        clear = _clarity(self._heard[-LATEST:])
        pitches, fits = _proposals(clear, hz)
        if not len(pitches):
            self._last = None
            return SILENT
        worth = fits + HIGHER * pitches
        if hz > 0:
            worth += NETWORK * min(1.0, odds / FULL) * (np.abs(pitches - log2(hz)) < 0.5 / 12)
        if self._last is not None:
            worth += LAST * np.maximum(0.0, 1 - np.abs(pitches - self._last) / REACH)
        if self._usual is not None:
            worth -= USUAL * np.abs(pitches - self._usual)
        best = int(np.argmax(worth))
        chosen, clarity = float(pitches[best]), float(fits[best])
        self._remember(chosen, clarity, odds, hz > 0 and abs(chosen - log2(hz)) < 0.5 / 12)
        return Frame(2**chosen, _voicing(odds, clarity, self._behind), clarity)

    def _remember(self, chosen: float, clarity: float, odds: float, agreed: bool) -> None:
        self._last = chosen if odds > 0.17 or clarity > 0.65 else None
        if odds > 0.2 and agreed:
            usual = chosen if self._usual is None else self._usual
            self._usual = usual + LEARNS * min(max(chosen - usual, -1 / 3), 1 / 3)


def _clarity(sound: Samples) -> Array:
    """Normalised autocorrelation at lags 0 to LONGEST - 1."""
    sound = sound - sound.mean(dtype=np.float64)
    spectrum = np.fft.rfft(sound, 2048)
    product = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[:LONGEST]
    energy = np.concatenate([[0.0], np.cumsum(np.square(sound))])
    lags = np.arange(LONGEST)
    clear: Array = product / np.sqrt(energy[len(sound) - lags] * (energy[-1] - energy[lags]) + 1e-9)
    return clear


def _proposals(clear: Array, hz: float) -> tuple[Array, Array]:
    """Pitches (octaves over 1 Hz) and how well each fits: peaks, and what the network may have meant."""
    inner = clear[1:-1]
    peaks = np.flatnonzero((inner >= clear[:-2]) & (inner > clear[2:]) & (inner > LEAST_CLEAR)) + 1
    peaks = peaks[peaks >= SHORTEST]
    peaks = peaks[np.argsort(-clear[peaks], kind="stable")[:PROPOSALS]]
    left, middle, right = clear[peaks - 1], clear[peaks], clear[peaks + 1]
    bend = left - 2 * middle + right
    aside = np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-12), 0.0)
    pitches, fits = np.log2(RATE / (peaks + aside)), middle - 0.25 * (left - right) * aside
    if hz > 0:
        lags = RATE / (hz * np.array(HARMONICS))
        lags = lags[(lags > SHORTEST) & (lags < LONGEST - 2)]
        near = lags.astype(int)
        between = (near + 1 - lags) * clear[near] + (lags - near) * clear[near + 1]
        pitches = np.concatenate([pitches, np.log2(RATE / lags)])
        fits = np.concatenate([fits, np.maximum(between, 0.0)])
    return pitches, fits


def _voicing(odds: float, clarity: float, behind: int) -> float:
    base, network, clear = VOICING[behind]
    odds = min(max(odds, 0.005), 0.99)
    return 1 / (1 + exp(-(base + network * log(odds / (1 - odds)) + clear * clarity)))
