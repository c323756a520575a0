"""Motif: one maker's short shapes, and when one comes back, at its own pitch or transposed.

A shape is four notes: three intervals in semitones, and three durations whose ratios agree within
RATIO. Found by interval first (a dictionary look-up), confirmed by rhythm.
"""

from __future__ import annotations

import itertools
from collections import deque

from undersong.events import HeardMotif, MakerId, Seconds
from undersong.notes import Tone

LENGTH = 4  # notes
RATIO = 1.35  # a duration may differ by this factor after scaling to the same tempo
FEWEST_CLASSES = 2  # a repeated single note is no motif
PLACES = 8  # remembered places of one shape
LATEST = 12  # shapes of which some are new
FIRST_MOTIF = 5  # notes kept of the very first phrase


class MotifListener:
    """Hears one maker's motifs."""

    def __init__(self, maker: MakerId) -> None:
        self._maker = maker
        self._recent: deque[tuple[Seconds, int]] = deque(maxlen=LENGTH)
        self._places: dict[tuple[int, ...], deque[tuple[Seconds, int, tuple[Seconds, ...]]]] = {}
        self._new: deque[bool] = deque(maxlen=LATEST)
        self.first: tuple[Tone, ...] = ()

    def onset(self, now: Seconds, tone: Tone, phrase_number: int) -> HeardMotif | None:
        """A note with pitch began."""
        if tone.pitch is None:
            return None
        if phrase_number == 1 and len(self.first) < FIRST_MOTIF:
            self.first += (tone,)
        self._recent.append((tone.onset, tone.pitch))
        if len(self._recent) < LENGTH:
            return None
        times, pitches = zip(*self._recent, strict=True)
        gaps = tuple(b - a for a, b in itertools.pairwise(times))
        if len(set(pitches)) < FEWEST_CLASSES or min(gaps) <= 0.03 or max(gaps) > 4.0:
            return None
        shape = tuple(b - a for a, b in itertools.pairwise(pitches))
        places = self._places.setdefault(shape, deque(maxlen=PLACES))
        found: HeardMotif | None = None
        for onset, pitch, earlier in reversed(places):
            # not a note shared with itself: the earlier shape is over before this one begins
            if onset <= times[0] and _same_rhythm(gaps, earlier):
                found = HeardMotif(now, self._maker, times[-1], onset, pitches[0] - pitch)
                break
        self._new.append(not places)
        places.append((times[-1], pitches[0], gaps))
        return found

    @property
    def novelty(self) -> float | None:
        """The share of the latest shapes that had not been heard before, by their intervals."""
        return round(sum(self._new) / len(self._new), 3) if self._new else None


def _same_rhythm(a: tuple[Seconds, ...], b: tuple[Seconds, ...]) -> bool:
    scale = sum(a) / sum(b)
    return all(1 / RATIO < round(x / (y * scale), 6) < RATIO for x, y in zip(a, b, strict=True))
