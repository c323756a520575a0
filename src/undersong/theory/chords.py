"""Chords: triads by root and quality, and their names in Harte's syntax (Harte et al. 2005)."""

from __future__ import annotations

# Semitones over the root, ascending, and the shorthand of the quality.
QUALITIES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("maj", (0, 4, 7)),
    ("min", (0, 3, 7)),
    ("dim", (0, 3, 6)),
    ("5", (0, 7)),
    ("7", (0, 4, 7, 10)),
    ("maj7", (0, 4, 7, 11)),
    ("min7", (0, 3, 7, 10)),
    ("sus2", (0, 2, 7)),
    ("sus4", (0, 5, 7)),
    ("aug", (0, 4, 8)),
)
MAJOR, MINOR, DIMINISHED = QUALITIES[0][1], QUALITIES[1][1], QUALITIES[2][1]
# Spelled as Harte's syntax reads them.
ROOTS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_NAMES = {pcs: shorthand for shorthand, pcs in QUALITIES}


def harte(root: int, pcs: tuple[int, ...]) -> str:
    """The name of a chord: "D:min"; its degrees in brackets where it has no shorthand."""
    name = _NAMES.get(pcs)
    if name is None:
        name = "(" + ",".join(_DEGREES[pc] for pc in pcs) + ")"
    return f"{ROOTS[root % 12]}:{name}"


_DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
