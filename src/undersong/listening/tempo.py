"""Tempo: the period of onsets that come one to a beat, as taps do. Seconds.

A robust local period beside the rival beats of ``pulse``: the mean of the latest intervals, distant
ones and odd ones counting less, with a detector of change. Two intervals in a row that leave the
usual one by the same step are believed at once: so a new tempo is followed from its third tap, and
one odd tap changes nothing. Part of the last tap's own unevenness is taken back (taps that come late
are followed by shorter intervals: Wing & Kristofferson 1973).
"""

from __future__ import annotations

from collections import deque

from undersong.events import Seconds

REMEMBERED = 14  # intervals
KEPT = 0.9  # weight of an interval against the next one
ODD = 0.12  # share of the usual interval by which an odd one differs; its weight is halved
FARTHEST = 2.0  # so many times ODD, and it counts nothing
STEP = 0.065  # share by which two intervals in a row must differ to mean a new tempo
SAME_STEP = 0.08  # and by which those two may differ from one another
EVEN = 0.16  # share by which the latest intervals may differ from the usual one
EVEN_FOR = 4  # intervals that must be even
TAKEN_BACK = 0.15  # share of the last tap's asynchrony
MOST_TAKEN = 0.06  # of the period: larger asynchronies are not unevenness


class TempoListener:
    """Hears the period of even onsets."""

    def __init__(self) -> None:
        self._gaps: deque[Seconds] = deque(maxlen=REMEMBERED)
        self._last: Seconds | None = None
        self.even_for = 0  # intervals in a row that were even
        self.period: Seconds = 0.0
        self.beat: Seconds = 0.0  # where the last beat is taken to have fallen

    def onset(self, time: Seconds) -> None:
        """Onsets began at ``time``."""
        last, self._last = self._last, time
        if last is None or time <= last:
            return
        gap = time - last
        expected = self.period if self.even_for else gap
        gaps = self._gaps
        gaps.append(gap)
        usual = sorted(gaps)[len(gaps) // 2]
        stepped = False
        if len(gaps) > EVEN_FOR:
            a, b = gaps[-2] / usual - 1.0, gap / usual - 1.0
            stepped = a * b > 0 and min(abs(a), abs(b)) > STEP and abs(a - b) < SAME_STEP
        if stepped and self.even_for >= EVEN_FOR - 1:
            before = gaps[-2]
            gaps.clear()
            gaps.extend((before, gap))
            self.period = (before + gap) / 2
            self.beat = time
            return
        self.period = self._mean(usual)
        if abs(gap - usual) > EVEN * usual:
            self.even_for = self.even_for - EVEN_FOR if self.even_for > EVEN_FOR else 0
        else:
            self.even_for = min(self.even_for + 1, REMEMBERED)
        most = MOST_TAKEN * self.period
        self.beat = time - TAKEN_BACK * max(-most, min(most, gap - expected))

    def _mean(self, usual: Seconds) -> Seconds:
        total = weights = 0.0
        weight = 1.0
        for gap in reversed(self._gaps):
            odd = abs(gap / usual - 1.0) / ODD
            if odd < FARTHEST:
                share = weight / (1.0 + odd * odd)
                total += share * gap
                weights += share
            weight *= KEPT
        return total / weights if weights else usual

    def forget(self) -> None:
        """Nothing has been heard for long."""
        self._gaps.clear()
        self._last = None
        self.even_for = 0
