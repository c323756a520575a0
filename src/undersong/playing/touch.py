"""Touch: no two notes are quite alike. Small, seeded shading of velocity; timing stays exact."""

from __future__ import annotations

from dataclasses import replace

from undersong.chance import Chance
from undersong.notes import Note

SHADE = 0.025  # standard deviation of a velocity, as a share of it
SHADED = ("bass", "percussion")  # an echo keeps the maker's own rise and fall


def shade(notes: tuple[Note, ...], chance: Chance) -> tuple[Note, ...]:
    """The same notes, never louder than they were meant."""
    return tuple(
        replace(
            note,
            velocity=max(1, note.velocity - int(abs(chance.spread("touch", SHADE * note.velocity)))),
        )
        if note.voice in SHADED
        else note
        for note in notes
    )
