"""Chords: their pitch classes, and their names in Harte's syntax (Harte et al., ISMIR 2005), which
mir_eval reads: ``D:min``, ``G:maj/5``, ``N`` for none.
"""

from __future__ import annotations

from dataclasses import dataclass

from undersong.theory.pitch import name


@dataclass(frozen=True, slots=True)
class Chord:
    """``root`` as a pitch class; ``pcs``, its pitch classes as semitones over the root, ascending."""

    root: int
    pcs: tuple[int, ...]

    @property
    def classes(self) -> tuple[int, ...]:
        """Its pitch classes, the root first."""
        return tuple((self.root + step) % 12 for step in self.pcs)

    def holds(self, pitch: int) -> bool:
        """Whether a pitch is one of its own, in any octave."""
        return (pitch - self.root) % 12 in self.pcs


# Semitones over the root, by Harte's shorthand. ("5" is the open fifth: neither major nor minor.)
MAJ, MIN, DIM, AUG = (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8)
OPEN = (0, 7)
QUALITIES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("maj", MAJ),
    ("min", MIN),
    ("dim", DIM),
    ("aug", AUG),
    ("5", OPEN),
    ("1", (0,)),
    ("sus4", (0, 5, 7)),
    ("sus2", (0, 2, 7)),
    ("7", (0, 4, 7, 10)),
    ("maj7", (0, 4, 7, 11)),
    ("min7", (0, 3, 7, 10)),
    ("hdim7", (0, 3, 6, 10)),
    ("dim7", (0, 3, 6, 9)),
    ("maj6", (0, 4, 7, 9)),
    ("min6", (0, 3, 7, 9)),
)  # fmt: skip
_DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")


def triad(root: int, quality: tuple[int, ...] = MAJ) -> Chord:
    """A chord on ``root`` (any octave)."""
    return Chord(root % 12, quality)


def harte(chord: Chord | None, bass: int | None = None) -> str:
    """Its name; with ``bass`` (any octave) below, an inversion."""
    if chord is None:
        return "N"
    shorthand = next((name for name, pcs in QUALITIES if pcs == chord.pcs), None)
    if shorthand is None:
        shorthand = "(" + ",".join(_DEGREES[step] for step in chord.pcs) + ")"
    over = 0 if bass is None else (bass - chord.root) % 12
    return f"{name(chord.root)}:{shorthand}" + (f"/{_DEGREES[over]}" if over else "")
