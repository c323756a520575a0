"""Limits: the gate that every answer passes. What they forbid does not sound, whoever asked.

The safety clauses, from the maker's last ten seconds of active playing: the partner is never more
than 15% denser (in onset groups of 40 ms, with a floor of half a group a second) and never louder.
Exempt from density: a soft grounding pulse, a close that was asked for and an opening that was.
"""

from __future__ import annotations

from dataclasses import replace

from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression
from undersong.notes import After, Note
from undersong.plan import Limits
from undersong.theory.grouping import TOGETHER
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
    """The notes of an answer that may sound, softened where they were too loud."""
    if not answer.notes:
        return ()
    cap = _loudest(heard, limits)
    room = _room(heard, so_far, limits)
    kept: list[Note] = []
    groups: list[Seconds] = []
    for note in answer.notes:
        if not limits.lowest <= note.pitch <= limits.highest:
            continue
        if isinstance(note.when, After) and technique not in EXEMPT:
            at = note.when.moment + note.when.seconds
            if not any(abs(at - other) <= TOGETHER for other in groups):
                if len(groups) >= room:
                    continue
                groups.append(at)
        loudest = cap[note.voice]
        kept.append(
            replace(
                note,
                velocity=max(1, min(note.velocity, loudest)),
                seconds=min(max(note.seconds, 0.01), limits.longest),
            )
        )
    return tuple(kept)


def _loudest(heard: Impression, limits: Limits) -> dict[Voice, int]:
    """The velocity that no voice passes: that of the quietest maker who plays."""
    levels = [
        part.dynamics.level
        for part in heard.makers.values()
        if part.playing.name != "silent" and part.dynamics.velocity
    ] or [part.dynamics.level for part in heard.makers.values() if part.dynamics.velocity]
    if not levels:
        return dict.fromkeys(("bass", "chords", "melody", "percussion"), OPENING_LOUDEST)
    return {
        voice: min(limits.loudest, velocity_at(min(levels), voice))
        for voice in ("bass", "chords", "melody", "percussion")
    }


def _room(heard: Impression, so_far: Turns, limits: Limits) -> int:
    """How many more onset groups fit into the window that ends now."""
    density = max([part.dynamics.density for part in heard.makers.values()], default=0.0)
    allowed = limits.denser * max(limits.density_floor, density) * WINDOW
    used: list[Seconds] = []
    for onset in so_far.onsets(heard.time - WINDOW, EXEMPT):
        if not used or abs(onset - used[-1]) > TOGETHER:
            used.append(onset)
    return max(0, int(allowed) - len(used))
