"""Voicing: where the notes of a chord lie, and how one voicing moves to the next. MIDI pitches.

Voices move as little as they can; two voices that move do not keep a fifth or an octave between them
(parallels, as taught since Fux 1725).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

PARALLEL = 12.0  # what a parallel costs, in semitones of movement
MIDDLE = 0.3  # what a semitone away from the middle of the register costs
UNEVEN = 0.4  # and a semitone by which the gaps between neighbours differ


def voicings(classes: Sequence[int], low: int, high: int) -> list[tuple[int, ...]]:
    """Close voicings of pitch classes (each once, ascending) between two pitches."""
    found: list[tuple[int, ...]] = []
    for lowest in range(low, high + 1):
        if lowest % 12 not in classes:
            continue
        pitches = sorted(lowest + (pc - lowest) % 12 for pc in classes)
        if pitches[-1] <= high:
            found.append(tuple(pitches))
    return found


def lead(
    classes: Sequence[int], before: Sequence[int], low: int, high: int, over: tuple[int, int] | None = None
) -> tuple[int, ...]:
    """The voicing that moves best from the one ``before``; () if none fits between ``low`` and ``high``.

    ``over``: the bass before and now, so that no upper voice moves in parallel with it.
    """
    best: tuple[int, ...] = ()
    least = float("inf")
    middle = (low + high) / 2
    for voicing in voicings(classes, low, high):
        cost = MIDDLE * abs(sum(voicing) / len(voicing) - middle)
        gaps = [b - a for a, b in pairwise(voicing)]
        if gaps:
            cost += UNEVEN * (max(gaps) - min(gaps)) / 2
        if before:
            cost += sum(min(abs(pitch - was) for was in before) for pitch in voicing)
            if len(before) == len(voicing):
                cost += PARALLEL * parallels(tuple(before), voicing)
                if over is not None:
                    cost += PARALLEL * parallels((over[0], *before), (over[1], *voicing))
        cost = round(cost, 6)
        if cost < least:
            best, least = voicing, cost
    return best


def parallels(before: Sequence[int], now: Sequence[int]) -> int:
    """How many pairs of voices move and keep a fifth or an octave between them."""
    count = 0
    for i in range(len(now)):
        for j in range(i + 1, len(now)):
            if before[i] == now[i] or before[j] == now[j]:
                continue
            if (now[j] - now[i]) % 12 == (before[j] - before[i]) % 12 and (now[j] - now[i]) % 12 in (0, 7):
                count += 1
    return count
