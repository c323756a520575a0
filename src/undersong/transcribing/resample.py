"""Sound at any rate, in blocks of any length, becomes hops of 256 samples at 16 kHz.

What is not a number is silence, a constant offset is taken away, and what is louder than full scale is
bounded. A windowed sinc reads sixteen of its zero crossings to either side, so that a hop is known about a
millisecond after its last sample (2 ms at 8 kHz). Hops are always computed one at a time: however the
sound was cut into blocks, they are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from undersong.errors import UsageError

RATE = 16_000  # what the model of pitch was made for
HOP = 256  # samples: 16 ms
LOWEST, HIGHEST = 4_000, 384_000  # Hz, of what comes in
CROSSINGS = 16  # of zero, on either side of the sinc's middle
PASSED = 0.94  # of the lower of the two Nyquist frequencies
LOUDEST = 4.0  # full scales: a bound, so that nonsense cannot overflow
OFFSET_HOPS = 16  # over how long the constant offset is averaged: a quarter of a second

Samples = NDArray[np.float32]


class Resampler:
    """Feed it samples at ``rate`` Hz; it gives the hops that have become known."""

    def __init__(self, rate: int) -> None:
        if not LOWEST <= rate <= HIGHEST:
            raise UsageError(f"A sound of {rate} samples a second is not one that can be heard here.")
        shared = gcd(rate, RATE)
        self._up, self._down = RATE // shared, rate // shared
        stretch = max(1.0, self._down / self._up)
        self._half = ceil(CROSSINGS * stretch)
        self._filters = _filters(self._up, self._half, PASSED / stretch)
        self._pending: Samples = np.zeros(0, np.float32)
        self._first = -self._half  # where in the sound the first pending sample lies
        self._hops = 0
        self._offset: float | None = None
        self.ahead = self._half / rate  # seconds of sound that a hop needs after its own end

    def feed(self, samples: Samples) -> Iterator[Samples]:
        """The hops that these samples complete."""
        given = np.clip(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
        if len(given) and not len(self._pending):  # before the first sample, the same: no step is heard
            self._pending = np.full(self._half, given[0], np.float32)
        self._pending = np.concatenate([self._pending, given.astype(np.float32)])
        while True:
            outputs = np.arange(HOP * self._hops, HOP * (self._hops + 1), dtype=np.int64) * self._down
            starts = outputs // self._up - self._half + 1 - self._first
            if starts[-1] + 2 * self._half > len(self._pending):
                break
            windows = sliding_window_view(self._pending, 2 * self._half)[starts]
            hop = (windows * self._filters[outputs % self._up]).sum(axis=1, dtype=np.float32)
            self._hops += 1
            yield self._centred(hop)
        spent = max(0, min(int(starts[0]), len(self._pending)))
        self._pending = self._pending[spent:].copy()
        self._first += spent

    def flush(self) -> Iterator[Samples]:
        """The hops that are still to come once the sound has ended, the last one filled up."""
        if len(self._pending):
            yield from self.feed(np.full(self._half + ceil(HOP * self._down / self._up), self._pending[-1]))

    def _centred(self, hop: Samples) -> Samples:
        """The hop without the constant offset heard so far, which moves evenly over the hop."""
        mean = float(hop.mean(dtype=np.float64))
        was = mean if self._offset is None else self._offset
        self._offset = was + (mean - was) / OFFSET_HOPS
        return hop - np.linspace(was, self._offset, HOP, dtype=np.float32)


def _filters(phases: int, half: int, passed: float) -> Samples:
    """One row of 2 x half taps for each place an output can have between two input samples."""
    behind = np.arange(phases)[:, None] / phases  # how far past its input sample an output lies
    away = np.arange(1 - half, half + 1)[None, :] - behind
    taps = passed * np.sinc(passed * away) * np.cos(np.pi * np.clip(away / half, -1, 1) / 2) ** 2
    found: Samples = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    return found
