"""Voicing: from one chord to the next by the shortest way. MIDI pitches, lowest first.

Common practice of the chorale: voices move as little as they can, do not cross, and no two of them
move in parallel fifths or octaves; here at most four pitch classes sound at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from undersong.theory.chords import Chord

MOST_CLASSES = 4
WIDEST = 12  # semitones between neighbouring upper voices
PARALLEL = 100  # cost of a parallel, in semitones of movement: taken only where nothing else is left
MISSING = 7  # cost of leaving out a pitch class of the chord
LEAP = 2  # cost of each semitone beyond a fourth that one voice moves
FOURTH = 5
Motion = tuple[int, int]  # where a voice comes from and where it goes


def parallels(motions: Sequence[Motion]) -> int:
    """How many pairs of voices move, both of them, from one fifth or octave into another."""
    found = 0
    for index, (a, b) in enumerate(motions):
        if a == b:
            continue
        for c, d in motions[index + 1 :]:
            if c != d and (a - c) % 12 == (b - d) % 12 and (b - d) % 12 in (0, 5, 7):
                # a fourth is a fifth only when read from below
                low, high = (b, d) if b < d else (d, b)
                found += (high - low) % 12 in (0, 7)
    return found


def voicings(chord: Chord, size: int, low: int, high: int) -> Iterator[tuple[int, ...]]:
    """Every way to lay out ``size`` voices within a register, ascending, close enough to blend."""
    pitches = [pitch for pitch in range(low, high + 1) if chord.holds(pitch)]

    def grow(chosen: tuple[int, ...], start: int) -> Iterator[tuple[int, ...]]:
        if len(chosen) == size:
            yield chosen
            return
        for index in range(start, len(pitches)):
            if chosen and pitches[index] - chosen[-1] > WIDEST:
                break
            yield from grow((*chosen, pitches[index]), index + 1)

    return grow((), 0)


def lead(
    chord: Chord,
    previous: Sequence[int],
    *,
    low: int,
    high: int,
    size: int = 3,
    others: Sequence[Motion] = (),
) -> tuple[int, ...]:
    """The voicing nearest to ``previous`` (empty: to the middle of the register), lowest first.

    ``others`` are voices that move at the same time (a bass, the maker's melody): no parallels are made
    with them, either, and what they sound need not be doubled. Empty where the register holds no voicing.
    """
    size = min(size, MOST_CLASSES)
    outer = [after % 12 for _, after in others]
    best: tuple[int, ...] = ()
    least: float | None = None
    for voicing in voicings(chord, size, low, high):
        there = [pitch % 12 for pitch in voicing]
        cost = float(MISSING * sum(1 for pc in chord.classes if pc not in there and pc not in outer))
        cost += MISSING * (len(there) - len(dict.fromkeys(there)))
        if len(previous) == size:
            motions = list(zip(previous, voicing, strict=True))
            cost += sum(abs(b - a) + LEAP * max(0, abs(b - a) - FOURTH) for a, b in motions)
            cost += PARALLEL * (parallels([*others, *motions]) - parallels(others))
        else:
            middle = (low + high) / 2
            cost += abs(sum(voicing) / size - middle) + (voicing[-1] - voicing[0]) / 4
        if least is None or round(cost - least, 6) < 0:
            best, least = voicing, cost
    return best


def chorale(
    chord: Chord, previous: Sequence[int], *, bass: int, soprano: int
) -> tuple[int, int, int, int] | None:
    """Four parts: alto and tenor led between a given bass and soprano; None if there is no room.

    ``previous`` is the chorale before, or empty.
    """
    before = tuple(previous) if len(previous) == 4 else (bass, 0, 0, soprano)
    inner = lead(
        chord,
        before[1:3] if len(previous) == 4 else (),
        low=max(bass + 1, soprano - 2 * WIDEST),
        high=soprano - 1,
        size=2,
        others=((before[0], bass), (before[3], soprano)),
    )
    return (bass, inner[0], inner[1], soprano) if len(inner) == 2 else None
