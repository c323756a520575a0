"""Pulse in windows: how clearly the onsets of a window repeat at a steady distance, and at which.

The onsets that lie in a window make a train of 10 ms frames (a chord counts once for each note), smoothed
with a Gaussian of 20 ms (standard deviation). Its autocorrelation, divided by its value at lag 0 and not
corrected for the shorter overlap at longer lags, is looked at from .2 to 1.5 s. Pulse clarity is the height
of its highest peak (0-1), tempo 60 / its lag (beats a minute). A rising or falling edge of the range is no
peak. As in the Music Therapy Toolbox (Erkkila, Ala-Ruona, Punkanen & Fachner 2011); the resonance weight is
van Noorden & Moelants' (1999) preference for half a second, as that toolbox simplifies it. Written from the
definitions.

Edge cases: with fewer than two frames that hold an onset (no note, one note, one chord) there is nothing to
say (NaN); with two that stand in no distance of the range, the clarity is 0 and the tempo NaN.
"""

from __future__ import annotations

import numpy as np
from numpy import fft

from undersong.events import Seconds
from undersong.reflecting.players import Array, Places, Player

FRAME: Seconds = 0.01
SMOOTHING: Seconds = 0.02
SHORTEST_LAG, LONGEST_LAG = 20, 150  # in frames: .2 and 1.5 s
LAGS: Array = np.arange(SHORTEST_LAG, LONGEST_LAG + 1, dtype=np.float64) * FRAME  # seconds
_EDGE = 1  # one lag more on either side tells a peak from an edge
_TAIL = 20  # frames by which smoothing reaches further
_BATCH = 2048  # windows at once: memory stays the same for any length of music


def window_notes(onset: Array, starts: Array, length: Seconds) -> tuple[Places, Places]:
    """The first note of each window and the first after it: a window is [start, start + length)."""
    low = np.searchsorted(onset, starts, side="left")
    high = np.searchsorted(onset, starts + length, side="left")
    return low, high


def autocorrelations(player: Player, starts: Array, length: Seconds) -> Array:
    """A row for each window: its autocorrelation at one lag before LAGS, at LAGS, at one after.

    Shape (windows, len(LAGS) + 2); all NaN in a row with fewer than two frames that hold an onset.
    For any length of music in modest memory, ask for some thousand windows at a time.
    """
    low, high = window_notes(player.onset, starts, length)
    counts = high - low
    frames = int(np.ceil(length / FRAME - 1e-6))
    size = _fast(frames + LONGEST_LAG + _EDGE + _TAIL)
    row = np.repeat(np.arange(len(starts)), counts)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    # half a thousandth: a note on the border of a frame is not moved by the last bits of its time
    frame = np.floor((player.onset[place] - starts[row]) / FRAME + 5e-4).astype(np.int64)
    train = np.bincount(row * size + np.minimum(frame, frames - 1), minlength=len(starts) * size)
    train = train.reshape(len(starts), size)
    spectrum = fft.rfft(train, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    angle = 2 * np.pi * np.arange(power.shape[1]) / size
    power *= np.exp(-((SMOOTHING / FRAME * angle) ** 2))  # the smoothing, once for each of the two
    found = fft.irfft(power, size, axis=1)
    near = found[:, SHORTEST_LAG - _EDGE : LONGEST_LAG + _EDGE + 1]
    # rounded before they are compared, since the transform's last bits differ between systems
    peaks: Array = np.round(near / np.maximum(found[:, :1], 1e-300), 9)
    peaks[(train > 0).sum(axis=1) < 2] = np.nan
    return peaks


def _fast(least: int) -> int:
    """A size of which the transform is quick: a multiple of a power of two by 1, 3, 5 or 9."""
    return min(m << k for m in (1, 3, 5, 9) for k in range(32) if m << k >= least)


def resonance() -> Array:
    """How willingly people tap at each of LAGS: 1 at half a second, 0 from two octaves away."""
    octaves = np.log2(LAGS / 0.5)
    weight: Array = np.maximum(1 - octaves**2 / 4, 0.0)
    return weight


def peak(correlations: Array, weighted: bool = False) -> tuple[Array, Array]:
    """The height of each row's highest peak, 0 if it has none, and its lag in seconds or NaN.

    Rows as ``autocorrelations`` gives them, or products of them. A row of NaN gives NaN and NaN.
    """
    if not len(correlations):
        return np.empty(0), np.empty(0)
    inner = correlations[:, 1:-1]
    # the first lag of a flat top is its peak
    top = (inner > correlations[:, :-2]) & (inner >= correlations[:, 2:])
    heights = np.where(top, inner * (resonance() if weighted else 1.0), 0.0)
    best = heights.argmax(axis=1)
    height = heights[np.arange(len(heights)), best]
    lag = np.where(height > 0, LAGS[best], np.nan)
    silent = np.isnan(inner[:, 0])
    height[silent] = np.nan
    return height, lag


def pulse(player: Player, starts: Array, length: Seconds, weighted: bool = False) -> tuple[Array, Array]:
    """Pulse clarity (0-1) and tempo (beats a minute) of each window."""
    clarity, lag = np.empty(len(starts)), np.empty(len(starts))
    for first in range(0, len(starts), _BATCH):
        some = slice(first, first + _BATCH)
        clarity[some], lag[some] = peak(autocorrelations(player, starts[some], length), weighted)
    return clarity, 60 / lag
