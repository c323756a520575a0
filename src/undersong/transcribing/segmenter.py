"""Notes from pitch frames, causally: where a sung note begins, which it is, and where it ends.

Pitch in semitones (MIDI, 69 = A4), levels in dB below full scale, one frame each 16 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from statistics import median

from undersong.transcribing.pitch import Frame

VOICED = 0.5
SURE = 3  # frames that agree before a note is told: 48 ms
AGREE = 0.6  # semitones between frames of one note
AWAY = 0.75  # semitones from the note's own pitch before another is thought of


@dataclass(frozen=True, slots=True)
class Began:
    """A note began at a frame."""

    frame: int
    pitch: int
    level: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The note ended at a frame."""

    frame: int
    pitch: int


class Segmenter:
    """Feed it frames with the level around them; it tells what began and ended."""

    def __init__(self) -> None:
        self._frames: list[tuple[float | None, float]] = []
        self._count = 0
        self._note: int | None = None

    def feed(self, frame: Frame, level: float) -> list[Began | Ended]:
        """What this frame decides."""
        pitch = 69 + 12 * log2(frame.hz / 440) if frame.confidence >= VOICED else None
        self._frames = [*self._frames[-4:], (pitch, level)]
        self._count += 1
        latest = [p for p, _ in self._frames[-SURE:]]
        if self._note is not None and latest[-2:] in ([None], [None, None]):
            return [self._end(self._count - 2)]
        sung = [p for p in latest if p is not None]
        if len(sung) < SURE or max(sung) - min(sung) > AGREE:
            return []
        at = median(sung)
        if self._note is not None and abs(at - self._note) < AWAY:
            return []
        ended: list[Began | Ended] = [self._end(self._count - SURE)] if self._note is not None else []
        self._note = round(at)
        return [*ended, Began(self._count - SURE, self._note, max(lv for _, lv in self._frames[-SURE:]))]

    def close(self) -> list[Began | Ended]:
        """What ends because the sound does."""
        return [self._end(self._count)] if self._note is not None else []

    def _end(self, frame: int) -> Ended:
        assert self._note is not None
        ended = Ended(frame, self._note)
        self._note = None
        return ended
