"""Pitch: MIDI numbers, pitch classes (0 = C), intervals in semitones."""

from __future__ import annotations

NAMES: tuple[str, ...] = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Melody over bass, octaves aside: minor and major second, tritone, major seventh. These are the
# intervals that beat against a sustained bass; the minor seventh is left out, since it settles.
RUBS: tuple[int, ...] = (1, 2, 6, 11)


def name(pitch: int) -> str:
    """The pitch class by name: ``D``, ``Bb``."""
    return NAMES[pitch % 12]


def rubs(melody: int, bass: int) -> bool:
    """Whether a melody note chafes against the bass under it."""
    return (melody - bass) % 12 in RUBS


def highest_at_most(pc: int, ceiling: int) -> int:
    """The highest pitch of a pitch class that is not above ``ceiling`` (may be negative)."""
    return ceiling - (ceiling - pc) % 12


def lowest_at_least(pc: int, floor: int) -> int:
    """The lowest pitch of a pitch class that is not below ``floor``."""
    return floor + (pc - floor) % 12
