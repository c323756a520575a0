"""Repetition: what followed when this maker played something like this before, in any key and tempo.

A memory of one maker's melody: the highest note of each onset group, as pitch and seconds. The last notes
are looked for in it by their intervals; the longer the agreement, in interval and in rhythm, the more a
place counts. What followed there, moved to the present pitch and tempo, is what may follow now. Nothing
is learned from anyone else. Units: semitones, seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from undersong.events import Seconds

PLACES = 32  # latest places of one interval that are looked at
LONGEST = 10  # notes of agreement that count
REMEMBERED = 4096  # notes
SAME = 0.22  # share by which a duration may differ, tempo allowed for
RHYTHM_TOO = 1.0  # what an agreeing note counts whose duration agrees, too,
PITCH_ALONE = 0.5  # and one whose duration does not
BASE = 5.0  # how much more each further note of agreement makes a place count
SAME_PITCH = 1.5  # how much more a place at the same pitch counts
COVERED = 0.4  # share of what is asked for that a place must know
SLOWEST, QUICKEST = 0.5, 2.0  # tempo now against then


@dataclass(frozen=True, slots=True)
class Place:
    """An earlier note that the present one seems to repeat: its index, how far the present lies over
    it, how much longer durations are now, and its weight."""

    index: int
    up: int
    slower: float
    weight: float


class Repetition:
    """Remembers one maker's melody."""

    def __init__(self) -> None:
        self.onsets: list[Seconds] = []
        self.pitches: list[int] = []
        self._by_interval: dict[int, list[int]] = {}
        self._places: tuple[Place, ...] = ()
        self._best = 0.0

    def note(self, onset: Seconds, pitch: int, *, joins: bool) -> None:
        """A note began; ``joins`` the group of the last one, whose highest note is the melody."""
        if joins and self.onsets:
            if pitch <= self.pitches[-1]:
                return
            self._forget_last()
        if len(self.onsets) >= REMEMBERED:
            return
        self.onsets.append(onset)
        self.pitches.append(pitch)
        self._find()
        if len(self.pitches) > 1:
            self._by_interval.setdefault(pitch - self.pitches[-2], []).append(len(self.pitches) - 1)

    def _forget_last(self) -> None:
        if len(self.pitches) > 1:
            self._by_interval[self.pitches[-1] - self.pitches[-2]].pop()
        self.onsets.pop()
        self.pitches.pop()

    def _find(self) -> None:
        """The earlier places that the last notes agree with, and how far the best of them does."""
        pitches, onsets = self.pitches, self.onsets
        last = len(pitches) - 1
        found: list[Place] = []
        best = 0.0
        for index in self._by_interval.get(pitches[last] - pitches[last - 1], [])[-PLACES:] if last else ():
            then, now = onsets[index] - onsets[index - 1], onsets[last] - onsets[last - 1]
            slower = now / then if then > 0 else 1.0
            length, back = PITCH_ALONE, 1
            if SLOWEST <= slower <= QUICKEST:
                length = RHYTHM_TOO
            while back < LONGEST and index - back > 0:
                if pitches[index - back] - pitches[index - back - 1] != (
                    pitches[last - back] - pitches[last - back - 1]
                ):
                    break
                was = onsets[index - back] - onsets[index - back - 1]
                gap = onsets[last - back] - onsets[last - back - 1]
                alike = abs(gap - slower * was) <= SAME * gap
                length += RHYTHM_TOO if alike else PITCH_ALONE
                back += 1
            span, past = onsets[last] - onsets[last - back], onsets[index] - onsets[index - back]
            tempo = min(max(span / past if past > 0 else 1.0, SLOWEST), QUICKEST)
            up = pitches[last] - pitches[index]
            weight = BASE**length * (SAME_PITCH if up == 0 else 1.0)
            found.append(Place(index, up, tempo, weight))
            best = max(best, length)
        self._places, self._best = tuple(found), round(best, 6)

    @property
    def agreement(self) -> float:
        """How many notes the best place agrees with."""
        return self._best

    def content(self, after: Seconds, seconds: Seconds) -> list[float] | None:
        """The share of each pitch class expected ``after`` the last onset for so long; None if unknown.

        Only what was heard before the present note is asked.
        """
        onsets, pitches = self.onsets, self.pitches
        last = len(onsets) - 1
        shares = [0.0] * 12
        whole = 0.0
        for place in self._places:
            start = onsets[place.index] + after / place.slower
            end = start + seconds / place.slower
            inside = [0.0] * 12
            known = 0.0
            index = place.index
            while index < last:
                begins, ends = max(onsets[index], start), min(onsets[index + 1], end)
                if ends > begins:
                    inside[(pitches[index] + place.up) % 12] += ends - begins
                    known += ends - begins
                index += 1
                if onsets[index] >= end:
                    break
            if known < COVERED * (end - start):
                continue
            part = place.weight / known
            for pc in range(12):
                if inside[pc]:
                    shares[pc] += part * inside[pc]
            whole += place.weight
        return [share / whole for share in shares] if whole else None
