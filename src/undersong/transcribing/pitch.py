"""The pitch of a voice, 32 ms after it sounded.

swift-f0 (MIT), a small network, is run again every hop of 16 ms on the last 256 ms, and its frame that
lies 32 ms before the end is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from swift_f0 import SwiftF0

from undersong.transcribing.resample import HOP, RATE, Samples

WINDOW = 4096  # samples: 256 ms
BEHIND = 2  # hops between a frame's middle and the end of what is known


@dataclass(frozen=True, slots=True)
class Frame:
    """Pitch in Hz and confidence 0-1 (voiced from .5 on) around the end of the hop before the last."""

    hz: float
    confidence: float


class Pitch:
    """Feed it hops; each gives the frame that has become readable."""

    def __init__(self) -> None:
        self._model = SwiftF0(threads=1, spin=False)
        self._heard: Samples = np.zeros(WINDOW, np.float32)

    def feed(self, hop: Samples, listening: bool) -> Frame:
        """The frame ``BEHIND`` hops before the end of this hop; nothing is computed unless listening."""
        self._heard = np.concatenate([self._heard[HOP:], hop])
        if not listening:
            return Frame(0.0, 0.0)
        found = self._model.detect(self._heard, RATE)
        return Frame(float(found.pitch_hz[-BEHIND]), float(found.confidence[-BEHIND]))
