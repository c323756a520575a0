"""Features of playing in a window of time, the same for every player.

Windows are [start, end) in seconds; a note counts where it starts, and sounds where it sounds.
A window that has nothing to say gives None, never a made-up number.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from undersong.events import Seconds, Voice
from undersong.theory.grouping import onset_groups
from undersong.theory.loudness import level as velocity_level
from undersong.theory.loudness import mean_level

LENGTH: Seconds = 6.0  # a window's default length and step, as in the Music Therapy Toolbox
STEP: Seconds = 1.0
PAUSE: Seconds = 2.0  # longer silences are left out of articulation


class Sound(Protocol):
    """Anyone's note: a maker's or the partner's."""

    @property
    def onset(self) -> Seconds:
        """When it began."""
        ...

    @property
    def offset(self) -> Seconds | None:
        """When it ended; None while it is held."""
        ...

    @property
    def velocity(self) -> int:
        """1-127."""
        ...


def windows(
    start: Seconds, end: Seconds, length: Seconds = LENGTH, step: Seconds = STEP
) -> list[tuple[Seconds, Seconds]]:
    """Every full window between two times."""
    found: list[tuple[Seconds, Seconds]] = []
    count = 0
    while start + count * step + length <= end + 1e-9:
        found.append((start + count * step, start + count * step + length))
        count += 1
    return found


def starting(sounds: Sequence[Sound], start: Seconds, end: Seconds) -> list[Sound]:
    """The notes that begin within a window."""
    return [s for s in sounds if start <= s.onset < end]


def density(sounds: Sequence[Sound], start: Seconds, end: Seconds) -> float:
    """Onset groups (40 ms) a second."""
    return len(onset_groups(s.onset for s in starting(sounds, start, end))) / (end - start)


def sounding(sounds: Sequence[Sound], start: Seconds, end: Seconds) -> Seconds:
    """For how many seconds of a window anything sounds."""
    spans = sorted(
        (max(s.onset, start), min(s.offset if s.offset is not None else end, end))
        for s in sounds
        if s.onset < end and (s.offset is None or s.offset > start)
    )
    total, reached = 0.0, start
    for begin, finish in spans:
        if finish > reached:
            total += finish - max(begin, reached)
            reached = finish
    return total


def longest_gap(sounds: Sequence[Sound], start: Seconds, end: Seconds) -> Seconds:
    """The longest silence within a window."""
    spans = sorted(
        (s.onset, s.offset if s.offset is not None else end)
        for s in sounds
        if s.onset < end and (s.offset is None or s.offset > start)
    )
    longest, reached = 0.0, start
    for begin, finish in spans:
        longest = max(longest, begin - reached)
        reached = max(reached, finish)
    return max(longest, end - reached)


def articulation(sounds: Sequence[Sound], start: Seconds, end: Seconds) -> float | None:
    """Sounding time over total time, silences longer than 2 s left out; None if all is silence."""
    silent, reached = 0.0, start
    for sound in sorted(sounds, key=lambda s: s.onset):
        if sound.onset >= end:
            break
        gap = min(sound.onset, end) - reached
        if gap > PAUSE:
            silent += gap
        reached = max(reached, sound.offset if sound.offset is not None else end)
    if end - reached > PAUSE:
        silent += end - reached
    total = end - start - silent
    return sounding(sounds, start, end) / total if total > 0.05 else None


def level(sounds: Sequence[Sound], voice: Voice | None = None) -> float | None:
    """Energy mean of the notes in dB (see theory.loudness); None for none."""
    if not sounds:
        return None
    if voice is None:
        return mean_level([s.velocity for s in sounds])
    return sum(velocity_level(s.velocity, voice) for s in sounds) / len(sounds)


def intervals(sounds: Sequence[Sound]) -> list[Seconds]:
    """Times between onset groups."""
    return [b - a for a, b in pairwise(onset_groups(s.onset for s in sounds))]
