"""Strokes on a beat, and even grids: what the contracts of the beat share."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, median, pstdev

from undersong.events import Seconds
from undersong.testing.contracts.contract import ONE_IN, playing
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups


def strokes(w: Window) -> list[Seconds]:
    """When the partner strikes."""
    return onset_groups(t.onset for t in w.begun("percussion"))


def needs_beat(w: Window) -> bool:
    """The maker plays, and has for long enough to be joined."""
    return playing(w) and w.start >= w.played.onsets[0] + 8.0


def keeps_striking(w: Window) -> bool:
    """At least one stroke for four beats."""
    beat = w.played.beat or 1.2
    return len(strokes(w)) >= max(2, (w.end - w.start) / beat / ONE_IN)


def even_grid(onsets: list[Seconds]) -> tuple[float, Seconds]:
    """Deviation of onsets from their best even grid as a share of its period, and that period."""
    period = min(b - a for a, b in pairwise(onsets))
    for _ in range(4):
        places = [round((t - onsets[0]) / period) for t in onsets]
        x, y = fmean(places), fmean(onsets)
        spread = sum((p - x) ** 2 for p in places)
        period = sum((p - x) * (t - y) for p, t in zip(places, onsets, strict=True)) / spread
    start = y - period * x
    return pstdev(t - start - p * period for p, t in zip(places, onsets, strict=True)) / period, period


def period_near(onsets: list[Seconds], beat: Seconds) -> Seconds | None:
    """The beat that a run of onsets keeps, near ``beat``: from all distances of one to four beats, each
    within a fifth of a beat, again until they agree. None with too few."""
    near = [b - a for a, b in pairwise(onsets) if abs(b - a - beat) <= 0.3 * beat]
    period = median(near) if near else beat
    for _ in range(3):
        above, below, found = 0.0, 0, 0
        for index, onset in enumerate(onsets):
            for later in onsets[index + 1 :]:
                beats = round((later - onset) / period)
                if 1 <= beats <= 4 and abs(later - onset - beats * period) <= 0.2 * period:
                    above, below, found = above + beats * (later - onset), below + beats**2, found + 1
        if found < 2:
            return None
        period = above / below
    return period
