"""Meter: how beats group and divide, or None. Bars of 2, 3 or 4 beats, each of 2 or 3 parts.

Every beat has a weight: nothing where nothing began, else more the longer, louder, lower and fuller
the onset was. For each length of a bar the weights are averaged at each of its places, fading; a bar
of that length explains as much as these means differ, less what differences chance would bring. The
division is told by where onsets fall between beats. Nothing is said before several bars agree.
"""

from __future__ import annotations

from undersong.events import Seconds
from undersong.listening.impression import Meter
from undersong.notes import Pulse

BARS: tuple[int, ...] = (2, 3, 4)  # beats
FADE = 0.975  # of what is known, kept at each beat
ON_BEAT = 0.2  # of a period
EMPTY = -0.6  # weight of a beat on which nothing began
ENOUGH = 16  # beats heard before anything is said
HEARD_AT = 0.12  # share of the weights' variance, beyond chance, that a bar must explain
LEAD = 0.03  # and more than another length of bar
LOST_AT = 0.05
FOUR = 0.03  # more of it in fours than in twos, and the bar has four beats
LONGEST_JUMP = 12  # beats without an onset after which counting begins anew
SIDE = 0.09  # of a period: onsets so near a half or a third tell of the division
DIVISION_FADE = 0.96
THIRDS = 1.25  # how much more often thirds than halves and quarters


class MeterListener:
    """Hears one maker's meter."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._number = 0
        self._beat: Seconds | None = None  # when beat ``_number`` fell
        self._counted = 0
        self._waiting: int | None = None  # the beat whose onset is not yet weighed
        self._weigh: dict[int, list[float]] = {bar: [0.0] * bar for bar in BARS}
        self._count: dict[int, list[float]] = {bar: [0.0] * bar for bar in BARS}
        self._mass = self._sum = self._squares = 0.0
        self._halves = self._thirds = 0.0
        self._bar: int | None = None
        self._meter: Meter | None = None

    @property
    def meter(self) -> Meter | None:
        """What is heard now."""
        return self._meter

    def onset(self, time: Seconds, pulse: Pulse | None, before: float) -> None:
        """A group of notes began; ``before`` is the weight of the one before it, now known."""
        if pulse is None:
            if self._beat is not None:
                self._forget()
            return
        beat = pulse.time_at(round(pulse.beat_at(time)))
        x = (time - beat) / pulse.period
        if self._beat is None:
            self._beat = beat
            self._waiting = 0 if abs(x) < ON_BEAT else None
            return
        steps = round((beat - self._beat) / pulse.period)
        if steps > LONGEST_JUMP or steps < 0:
            self._forget()
            return
        if steps:
            self._add(before if self._waiting == self._number else EMPTY)
            self._waiting = None
            for _ in range(steps - 1):
                self._number += 1
                self._add(EMPTY)
            self._number += 1
            self._beat = beat
        if abs(x) < ON_BEAT:
            self._waiting = self._number
        else:
            self._divide(abs(x))
        if steps:
            self._read(pulse.period)

    def _divide(self, x: float) -> None:
        self._halves *= DIVISION_FADE
        self._thirds *= DIVISION_FADE
        if abs(x - 1 / 3) < SIDE:
            self._thirds += 1.0
        elif abs(x - 0.5) < SIDE or abs(x - 0.25) < SIDE / 2:
            self._halves += 1.0

    def _add(self, weight: float) -> None:
        """Beat ``_number`` had this weight."""
        self._counted += 1
        self._mass = self._mass * FADE + 1.0
        self._sum = self._sum * FADE + weight
        self._squares = self._squares * FADE + weight * weight
        for bar in BARS:
            means, counts = self._weigh[bar], self._count[bar]
            place = self._number % bar
            for index in range(bar):
                means[index] *= FADE
                counts[index] *= FADE
            means[place] += weight
            counts[place] += 1.0

    def _explained(self, bar: int) -> float:
        """The share of the variance between places, less what chance would bring."""
        mean = self._sum / self._mass
        variance = self._squares / self._mass - mean * mean
        if variance < 1e-6:
            return 0.0
        between = 0.0
        for total, count in zip(self._weigh[bar], self._count[bar], strict=True):
            if count > 0.0:
                off = total / count - mean
                between += count * off * off
        share = between / self._mass / variance
        return round(share - (bar - 1) * (1.0 - share) / max(self._mass - bar, 1.0), 6)

    def _read(self, period: Seconds) -> None:
        if self._counted < ENOUGH or self._beat is None:
            return
        two, three, four = (self._explained(bar) for bar in BARS)
        even = max(two, four)
        best, other = (3, even) if three > even else (4 if four > two + FOUR else 2, three)
        share = max(three, even)
        if self._bar is not None:
            own = three if self._bar == 3 else even
            if own > share - LEAD:
                best = self._bar if self._bar == 3 or best == 3 else best
                share, other = own, even if best == 3 else three
        needed = LOST_AT if self._bar is not None else HEARD_AT
        if share < needed or share - other < (0.0 if self._bar == best else LEAD):
            self._bar, self._meter = None, None
            return
        self._bar = best
        means = [
            total / count if count else EMPTY
            for total, count in zip(self._weigh[best], self._count[best], strict=True)
        ]
        first = max(range(best), key=lambda place: (round(means[place], 6), -place))
        back = (self._number - first) % best
        self._meter = Meter(
            best,
            self._beat - back * period,
            3 if self._thirds > THIRDS * self._halves and self._thirds > 2.0 else 2,
            round(max(0.05, min(1.0, 2.0 * share + (share - other))), 3),
        )
