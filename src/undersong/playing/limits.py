"""Limits: the gate that every answer passes. What they forbid does not sound, whoever asked.

The safety clauses, from the maker's last ten seconds of active playing: the partner is never more
than 15% denser (in onset groups of 40 ms, with a floor of half a group a second) and never louder.
Exempt from density: a soft grounding pulse, an opening or a close that was asked for, and an echo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from undersong.events import VOICES, Seconds, Voice
from undersong.listening.impression import Impression
from undersong.notes import After, Note, Pulse
from undersong.plan import Limits
from undersong.theory.grouping import TOGETHER, onset_groups
from undersong.theory.loudness import velocity_at
from undersong.turns import Answer, Turns

WINDOW: Seconds = 6.0  # over which the partner's density is counted
OPENING_LOUDEST = 64  # velocity, while nobody has played yet
# A soft grounding pulse (and an opening that was asked for), a close that was asked for, and an echo,
# which is as dense as its gesture, the maker's own.
EXEMPT = ("rhythmic-grounding", "ending", "imitating")


def gate(
    answer: Answer, technique: str, heard: Impression, so_far: Turns, limits: Limits
) -> tuple[Note, ...]:
    """The notes of an answer that may sound. How loud they may be is asked when they leave."""
    clock = answer.clock or so_far.clock
    density = max([part.dynamics.density for part in heard.makers.values()], default=0.0)
    most = limits.denser * max(limits.density_floor, density) * WINDOW
    taken = onset_groups(so_far.onsets(heard.time - WINDOW, EXEMPT))
    kept: list[Note] = []
    for note in answer.notes:
        if not limits.lowest <= note.pitch <= limits.highest:
            continue
        at = _when(note, clock)
        if technique not in EXEMPT and at is not None:
            fresh = not any(abs(at - other) <= TOGETHER for other in taken)
            if fresh and sum(1 for other in taken if at - WINDOW < other <= at) + 1 > most:
                continue
            if fresh:
                taken.append(at)
        kept.append(replace(note, seconds=min(max(note.seconds, 0.01), limits.longest)))
    return tuple(kept)


def _when(note: Note, clock: Pulse | None) -> Seconds | None:
    if isinstance(note.when, After):
        return note.when.moment + note.when.seconds
    return None if clock is None else clock.time_at(note.when.number)


def loudest(heard: Impression, limits: Limits) -> Mapping[Voice, int]:
    """The velocity that no voice passes now: that of the gentlest maker who plays."""
    part = heard.gentlest
    if part is None or not part.dynamics.velocity:
        return dict.fromkeys(VOICES, OPENING_LOUDEST)
    return _no_louder(part.dynamics.level, limits.loudest)


@lru_cache(maxsize=16)  # asked at every event, but levels change only with a note
def _no_louder(decibels: float, most: int) -> Mapping[Voice, int]:
    return {voice: min(most, velocity_at(decibels, voice)) for voice in VOICES}
