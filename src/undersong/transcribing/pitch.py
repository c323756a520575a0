"""The pitch of a voice and how surely there is one, 32 ms after it sounded.

Two listeners are asked each hop of 16 ms: swift-f0 (MIT), a small network made for offline use, run again
on the last 128 ms and read so near to the end that half of what it would look at is missing; and the
normalised autocorrelation of the last 48 ms, which is quick and errs by octaves. What each proposes is
weighed with where the voice was a moment ago and where this person usually sings: the network knows noise
and octaves, the autocorrelation knows glides and onsets, and memory keeps both from jumping. Hz, 47 to
2094.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log, log2

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from swift_f0 import SwiftF0

from undersong.transcribing.resample import HOP, RATE, Samples

Array = NDArray[np.float64]

WINDOW = 2048  # samples the network hears: 128 ms; with twice as many it knows no more, and costs more
LATEST = 768  # samples of the autocorrelation: 48 ms
SHORTEST, LONGEST = 7, 342  # samples: lags of 2286 and 47 Hz
BEHIND, PREVIEW = 2, 1  # hops between a frame's middle and the end of what is known
AGREES = 0.5 / 12  # octaves, half a semitone
LEAST_ODDS, LEAST_CLARITY = 0.17, 0.65  # of the network, or of the sound: else nothing is remembered
SURE_ODDS = 0.2
PROPOSALS = 5  # of the autocorrelation
LEAST_CLEAR = 0.3
HARMONICS = (1.0, 1 / 2, 1 / 3, 1 / 4, 2.0)  # what the network may have meant

# What weighs how much, in units of autocorrelation (0-1). Found by a search over simulated voices
# (benchmarks/songs.py, tuning seeds), and so are the weights below.
NETWORK = 0.75  # the network's own proposal, at full confidence
FULL = 0.45  # confidence that counts as full, so near to the end
LAST = 0.5  # the pitch of a moment ago, falling to nothing
REACH = 0.5  # octaves away from it
HIGHER = 0.26  # an octave higher: of two lags that fit, the shorter is the period
COMPARABLE = 0.8  # of the best fit: what fits less is a formant, no period, unless the network means it
USUAL = 0.32  # an octave away from where this person sings
LEARNS = 0.05  # of the way from there to each sure frame

# The preview's pitch: in the last one and a half periods, within two semitones.
NEAR, FRESH_PERIODS, FRESH = 2 ** (2 / 12), 1.5, 128

# The voicing gate: log odds from the network's log odds and the clarity, by hops behind.
VOICING = {1: (2.8, 1.42, 7.4), 2: (0.06, 1.59, 4.82)}


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
    """Feed it hops; each makes two frames readable, ``BEHIND`` and ``PREVIEW`` hops before its end.

    The preview, half as late, is what the next hop's frame will probably say.
    """

    def __init__(self) -> None:
        self._model = SwiftF0(threads=1, spin=False)
        self._heard: Samples = np.zeros(WINDOW, np.float32)
        self._last: float | None = None  # octaves over 1 Hz
        self._usual: float | None = None

    def feed(self, hop: Samples, listening: bool) -> tuple[Frame, Frame]:
        """The frame and the preview; nothing is computed unless listening."""
        self._heard = np.concatenate([self._heard[HOP:], hop])
        if not listening:
            self._last = None
            return SILENT, SILENT
        found = self._model.detect(self._heard, RATE)
        clear = _clarity(self._heard[-LATEST:])
        peaks = _peaks(clear)
        hz, odds = found.pitch_hz, found.confidence
        frame = self._weigh(clear, peaks, float(hz[-BEHIND]), float(odds[-BEHIND]), BEHIND)
        self._remember(frame, float(hz[-BEHIND]), float(odds[-BEHIND]))
        preview = self._weigh(clear, peaks, float(hz[-PREVIEW]), float(odds[-PREVIEW]), PREVIEW)
        return frame, replace(preview, hz=_latest(self._heard, preview.hz))

    def _weigh(
        self, clear: Array, peaks: tuple[Array, Array], hz: float, odds: float, behind: int
    ) -> Frame:
        pitches, fits = _proposals(clear, peaks, hz)
        if not len(pitches):
            return SILENT
        worth = np.where(fits >= COMPARABLE * fits.max(), fits, -1.0) + HIGHER * pitches
        if hz > 0:
            meant = np.abs(pitches - log2(hz)) < AGREES
            worth = np.where(meant, fits + HIGHER * pitches + NETWORK * min(1.0, odds / FULL), worth)
        if self._last is not None:
            worth += LAST * np.maximum(0.0, 1 - np.abs(pitches - self._last) / REACH)
        if self._usual is not None:
            worth -= USUAL * np.abs(pitches - self._usual)
        best = int(np.argmax(worth))
        clarity = float(fits[best])
        return Frame(2 ** float(pitches[best]), _voicing(odds, clarity, behind), clarity)

    def _remember(self, frame: Frame, hz: float, odds: float) -> None:
        if frame.hz == 0:
            self._last = None
            return
        chosen = log2(frame.hz)
        self._last = chosen if odds > LEAST_ODDS or frame.clarity > LEAST_CLARITY else None
        if odds > SURE_ODDS and hz > 0 and abs(chosen - log2(hz)) < AGREES:
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


def _peaks(clear: Array) -> tuple[Array, Array]:
    """The clearest lags, as pitches (octaves over 1 Hz), and how well each fits."""
    inner = clear[1:-1]
    peaks = np.flatnonzero((inner >= clear[:-2]) & (inner > clear[2:]) & (inner > LEAST_CLEAR)) + 1
    peaks = peaks[peaks >= SHORTEST]
    peaks = peaks[np.argsort(-clear[peaks], kind="stable")[:PROPOSALS]]
    left, middle, right = clear[peaks - 1], clear[peaks], clear[peaks + 1]
    bend = left - 2 * middle + right
    aside = np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-12), 0.0)
    return np.log2(RATE / (peaks + aside)), middle - 0.25 * (left - right) * aside


def _proposals(clear: Array, peaks: tuple[Array, Array], hz: float) -> tuple[Array, Array]:
    """The clearest pitches, and what the network may have meant, with how well each fits."""
    if hz <= 0:
        return peaks
    lags = RATE / (hz * np.array(HARMONICS))
    lags = lags[(lags > SHORTEST) & (lags < LONGEST - 2)]
    near = lags.astype(int)
    between = (near + 1 - lags) * clear[near] + (lags - near) * clear[near + 1]
    pitches, fits = peaks
    return np.concatenate([pitches, np.log2(RATE / lags)]), np.concatenate([fits, np.maximum(between, 0.0)])


def _latest(heard: Samples, hz: float) -> float:
    """The pitch in the very last periods, near to ``hz``: where the voice is going."""
    if hz <= 0:
        return hz
    period = RATE / hz
    lags = np.arange(max(2, int(period / NEAR)), int(period * NEAR) + 3)
    last = heard[-max(FRESH, int(FRESH_PERIODS * period)) :].astype(np.float64)
    earlier = sliding_window_view(heard, len(last))[len(heard) - len(last) - lags]
    fits = earlier @ last / np.sqrt(np.square(earlier, dtype=np.float64).sum(axis=1) + 1e-9)
    best = int(np.argmax(fits[1:-1])) + 1
    left, middle, right = fits[best - 1 : best + 2]
    bend = left - 2 * middle + right
    if bend >= 0 or not left <= middle >= right:
        return hz
    return float(RATE / (lags[best] + 0.5 * (left - right) / bend))


def _voicing(odds: float, clarity: float, behind: int) -> float:
    base, network, clear = VOICING[behind]
    odds = min(max(odds, 0.005), 0.99)
    return 1 / (1 + exp(-(base + network * log(odds / (1 - odds)) + clear * clarity)))
