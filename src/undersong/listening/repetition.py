"""Repetition: what this maker's own playing says comes next. Seconds, pitch classes.

The last few intervals are looked up in everything played before, at any transposition (variable-order
matching: the longest context found speaks). What followed there is expected to follow here.
"""

from __future__ import annotations

from undersong.events import Seconds
from undersong.notes import Memory

Note = tuple[Seconds, int]  # onset, pitch

# Intervals in a context, the longest first, and how far what follows it is trusted (0-1).
ORDERS: tuple[tuple[int, float], ...] = ((6, 0.95), (4, 0.8), (3, 0.6), (2, 0.35))
PLACES = 4  # the latest places of a context that speak
TEMPO = 1.4  # durations that differ by more are another rhythm
SAME_RHYTHM, SAME_PITCH = 2.0, 2.0  # how much more such a place counts
APART: Seconds = 60.0  # between two remembered sequences: no continuation reaches so far
MOST = 20_000  # notes from which nothing is remembered any more


class Repetition:
    """One maker's notes, and where each turn of phrase came before."""

    def __init__(self, memory: Memory = ()) -> None:
        self._notes: list[Note] = []
        self._places: dict[tuple[int, ...], list[int]] = {}
        self._found: list[int] = []
        self._trust = 0.0
        past = [sequence for sequence in memory if sequence]
        # all of it lies before this session's beginning, in order
        start = -sum(sequence[-1][0] - sequence[0][0] + APART for sequence in past)
        for sequence in past:
            for onset, pitch in sequence:
                self.note(start + onset - sequence[0][0], pitch)
            start += sequence[-1][0] - sequence[0][0] + APART

    def note(self, onset: Seconds, pitch: int) -> None:
        """A note began; remembers it and where this turn was heard before."""
        self._found, self._trust = [], 0.0
        if len(self._notes) >= MOST:
            return
        notes = self._notes
        notes.append((onset, pitch))
        last = len(notes) - 1
        first = max(1, last + 1 - ORDERS[0][0])
        steps = tuple([notes[n][1] - notes[n - 1][1] for n in range(first, last + 1)])
        for order, trust in ORDERS:
            if last < order:
                continue
            places = self._places.setdefault(steps[-order:], [])
            if places and not self._found:
                self._found, self._trust = places[-PLACES:], trust
            places.append(last)

    def expect(self, span: Seconds) -> tuple[list[float], float]:
        """The share of each pitch class in the ``span`` after the next onset, and how far to trust it."""
        content = [0.0] * 12
        notes = self._notes
        last = len(notes) - 1
        for place in self._found:
            shift = notes[last][1] - notes[place][1]
            weight = SAME_PITCH if shift == 0 else 1.0
            mine, theirs = notes[last][0] - notes[last - 1][0], notes[place][0] - notes[place - 1][0]
            if theirs < TEMPO * mine and mine < TEMPO * theirs:
                weight *= SAME_RHYTHM
            end = notes[place + 1][0] + span if place < last else 0.0
            for after in range(place + 1, last + 1):
                onset, pitch = notes[after]
                if onset >= end:
                    break
                until = min(end, notes[after + 1][0]) if after < last else min(end, onset + span)
                content[(pitch + shift) % 12] += weight * (until - onset)
        whole = sum(content)
        if whole <= 0.0:
            return content, 0.0
        return [x / whole for x in content], self._trust
