"""Tempo: the period of onsets that come one to a beat, as taps do. Seconds.

A robust local period beside the rival beats of ``pulse``: the median of the latest intervals, moved by a
weighted mean of how they differ from it. The last interval weighs little: a tap that comes late makes
its own interval long and the next one short (Wing & Kristofferson 1973), while the slow drift of a hand
shows in the intervals before. A detector of change stands beside it. Two intervals in a row that leave
the usual one in the same direction, by more than this hand strays otherwise, are believed at once: so a
new tempo is followed from its third tap, and one odd tap changes nothing.
"""

from __future__ import annotations

from collections import deque
from math import tanh

from undersong.events import Seconds

# Weight of how an interval differs from the usual one, the latest first; fitted by least absolute error
# to continuation taps of half of 45 people (the other half is reported by benchmarks/tapping.py).
WEIGHTS = (0.08, 0.27, 0.27, 0.27, 0.2, 0.13, 0.1, 0.05)
ODD = 0.05  # share of the usual interval from which a difference counts less and less
STEP, STRAYS = 0.08, 1.5  # share by which two intervals must differ to mean a new tempo, and how many times
# the mean difference of those before
SMALLER = 0.3  # weight of the smaller of the two differences against their mean
SAME_STEP = 0.16  # and by which those two may differ from one another
EVEN = 0.16  # share by which the latest intervals may differ from the usual one
EVEN_FOR = 4  # intervals that must be even
MOST_EVEN = 14  # that are counted


class TempoListener:
    """Hears the period of even onsets."""

    def __init__(self) -> None:
        self._gaps: deque[Seconds] = deque(maxlen=len(WEIGHTS))
        self._last: Seconds | None = None
        self.even_for = 0  # intervals in a row that were even
        self.period: Seconds = 0.0
        self.beat: Seconds = 0.0  # where the last beat fell

    def onset(self, time: Seconds) -> None:
        """Onsets began at ``time``."""
        last, self._last = self._last, time
        if last is None or time <= last:
            return
        gap = time - last
        gaps = self._gaps
        gaps.append(gap)
        self.beat = time
        if self.even_for >= EVEN_FOR - 1 and len(gaps) > EVEN_FOR and _stepped(tuple(gaps)):
            before = gaps[-2]
            gaps.clear()
            gaps.extend((before, gap))
            self.period = (before + gap) / 2
            return
        usual = _median(gaps)
        self.period = self._expected(usual)
        if abs(gap - usual) > EVEN * usual:
            self.even_for = self.even_for - EVEN_FOR if self.even_for > EVEN_FOR else 0
        else:
            self.even_for = min(self.even_for + 1, MOST_EVEN)

    def _expected(self, usual: Seconds) -> Seconds:
        moved = sum(
            weight * ODD * tanh((gap / usual - 1.0) / ODD)
            for weight, gap in zip(WEIGHTS, reversed(self._gaps), strict=False)
        )
        return round(usual * (1.0 + moved), 9)

    def forget(self) -> None:
        """Nothing has been heard for long."""
        self._gaps.clear()
        self._last = None
        self.even_for = 0


def _stepped(gaps: tuple[Seconds, ...]) -> bool:
    """Whether the last two intervals are of another tempo than those before."""
    before = gaps[:-2]
    usual = sorted(before)[len(before) // 2]
    strays = sum(abs(gap / usual - 1.0) for gap in before) / len(before)
    a, b = gaps[-2] / usual - 1.0, gaps[-1] / usual - 1.0
    if a * b <= 0 or abs(a - b) >= SAME_STEP:
        return False
    size = SMALLER * min(abs(a), abs(b)) + (1.0 - SMALLER) * abs(a + b) / 2
    return round(size - max(STEP, STRAYS * strays), 9) > 0


def _median(gaps: deque[Seconds]) -> Seconds:
    ranked, middle = sorted(gaps), len(gaps) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2
