"""Asserts that read like a score: whole lists of what sounded, one line a note."""

from __future__ import annotations

from collections.abc import Iterable

from undersong.reflecting.duet import Duet, PartnerTone
from undersong.theory.pitch import name


def pitch_name(pitch: int) -> str:
    """``C4`` for MIDI 60."""
    return f"{name(pitch)}{pitch // 12 - 1}"


def lines(tones: Iterable[PartnerTone]) -> list[str]:
    """``bass C3 2.33-6.83`` for each note: voice, pitch (not of drums), onset and offset in seconds."""
    return [" ".join([*_what(t), f"{t.onset:.2f}-{t.offset:.2f}"]) for t in tones]


def _what(tone: PartnerTone) -> list[str]:
    return [tone.voice] if tone.voice == "percussion" else [tone.voice, pitch_name(tone.pitch)]


def assert_score(made: Duet, score: str) -> None:
    """The partner sounded exactly these lines, in this order. Raises AssertionError with both."""
    wanted = [line.strip() for line in score.strip().splitlines()]
    found = lines(made.partner)
    if found != wanted:
        raise AssertionError("\n".join(["sounded:", *found, "", "wanted:", *wanted]))
