"""Moving: whether two makers move together, more than chance would have it. Seconds.

Two onsets nearer than NEAR have met. How often two who do not hear each other would meet is asked of
their own playing: one's onsets are laid against the other's again, each time at another tempo and from
another moment. Two move together if that hardly ever gives as many meetings, and if the distance between
them does not drift away, as it does for two beats of nearly the same tempo. ``tests/test_moving.py`` counts
how often this is said of pairs who play each for themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from undersong.events import HeardTogether, MakerId, Seconds

NEAR: Seconds = 0.09  # two onsets nearer than this have met
SPAN: Seconds = 12.0  # how far back is listened
SHORTEST: Seconds = 7.0  # which the onsets of both must fill so far
FEWEST = 8  # onsets of each in that time
MOSTLY = 0.75  # share of the sparser one's onsets that meet where two move together
HARDLY = 0.6  # share below which they do not any more
TEMPI = (0.78, 0.83, 0.88, 0.93, 1.07, 1.13, 1.19, 1.26)  # other tempi that one might have kept
MOMENTS = 8  # and from how many other moments, spread over one interval
LUCKY = 1  # of those 64 gives as many meetings, at most
DRIFT: Seconds = 0.04  # by which the mean distance may change from one half of the time to the other
EVERY: Seconds = 0.5  # how often a pair is looked at
SURE: Seconds = 3.0  # what is heard anew must last so long before it is told
SILENT: Seconds = 5.0  # after so long without a sound of one's, they do not move together

Pair = tuple[MakerId, MakerId]


class MovingListener:
    """Hears whether two of the makers move together."""

    def __init__(self) -> None:
        self._onsets: dict[MakerId, deque[Seconds]] = {}
        self._looked: dict[Pair, Seconds] = {}
        self._turned: dict[Pair, Seconds] = {}  # since when it has been otherwise than was told
        self._together: dict[Pair, None] = {}  # the pairs of whom it was told, in that order

    def onset(self, now: Seconds, maker: MakerId, time: Seconds) -> list[HeardTogether]:
        """A group of onsets began at ``time``; what is heard anew of its maker and the others."""
        mine = self._onsets.setdefault(maker, deque())
        mine.append(time)
        while mine[0] < time - SPAN:
            mine.popleft()
        told: list[HeardTogether] = []
        for other in self._onsets:
            if other != maker:
                pair = (maker, other) if maker < other else (other, maker)
                told += self._look(now, pair)
        return told

    @property
    def wake_at(self) -> Seconds | None:
        """When time alone ends a moving together, because one has been silent for so long."""
        return min((self._silent_at(pair) for pair in self._together), default=None)

    def advance(self, now: Seconds) -> list[HeardTogether]:
        """Let time pass to ``now``."""
        silent = [pair for pair in self._together if self._silent_at(pair) <= now]
        return [self._part(now, pair, "One of you has been silent for a while.") for pair in silent]

    def leave(self, now: Seconds, maker: MakerId) -> list[HeardTogether]:
        """A maker is gone."""
        self._onsets.pop(maker, None)
        theirs = [pair for pair in self._together if maker in pair]
        return [self._part(now, pair, "One of you has left.") for pair in theirs]

    def _silent_at(self, pair: Pair) -> Seconds:
        return min(self._onsets[maker][-1] for maker in pair) + SILENT

    def _part(self, now: Seconds, pair: Pair, because: str) -> HeardTogether:
        del self._together[pair]
        self._turned.pop(pair, None)
        return HeardTogether(now, pair, False, because)

    def _look(self, now: Seconds, pair: Pair) -> list[HeardTogether]:
        if now - self._looked.get(pair, -EVERY) < EVERY:
            return []
        self._looked[pair] = now
        since = now - SPAN
        few, many = sorted(
            (sorted(t for t in self._onsets[maker] if t >= since) for maker in pair), key=len
        )
        apart = meetings(few, many)
        together = pair in self._together
        turned = len(apart) < HARDLY * len(few) if together else clearly(few, many, apart)
        if not turned:
            self._turned.pop(pair, None)
            return []
        if now - self._turned.setdefault(pair, now) < SURE:
            return []
        if together:
            return [self._part(now, pair, "Your sounds no longer fall together.")]
        del self._turned[pair]
        self._together[pair] = None
        met = f"{len(apart)} of {len(few)} sounds fell together in the last {SPAN:.0f} seconds"
        because = f"{met}, more than chance gives."
        return [HeardTogether(now, pair, True, because)]


def meetings(few: Sequence[Seconds], many: Sequence[Seconds]) -> list[tuple[Seconds, Seconds]]:
    """(When, how far after the other) of each onset of ``few`` that meets one of ``many``; both ascend."""
    met: list[tuple[Seconds, Seconds]] = []
    at = 0
    for time in few:
        while at + 1 < len(many) and abs(many[at + 1] - time) <= abs(many[at] - time):
            at += 1
        if many and round(abs(many[at] - time) - NEAR, 6) <= 0:
            met.append((time, time - many[at]))
    return met


def clearly(
    few: Sequence[Seconds], many: Sequence[Seconds], met: Sequence[tuple[Seconds, Seconds]]
) -> bool:
    """Whether two who play ``few`` and ``many`` move together, of whom these onsets have ``met``."""
    if len(few) < FEWEST or len(met) < MOSTLY * len(few):
        return False
    if min(few[-1] - few[0], many[-1] - many[0]) < SHORTEST:
        return False
    half = len(met) // 2
    early, late = ([apart for _, apart in part] for part in (met[:half], met[half:]))
    if round(abs(sum(late) / len(late) - sum(early) / len(early)) - DRIFT, 6) > 0:
        return False
    lucky = 0
    gap = (few[-1] - few[0]) / (len(few) - 1)
    middle = (few[0] + few[-1]) / 2
    for tempo in TEMPI:
        for moment in range(MOMENTS):
            start = middle + gap * moment / MOMENTS
            other = [start + tempo * (time - middle) for time in few]
            lucky += len(meetings(other, many)) >= len(met)
            if lucky > LUCKY:
                return False
    return True
