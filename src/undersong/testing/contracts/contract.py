"""What a contract is, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from undersong.events import Input, Seconds
from undersong.reflecting import features
from undersong.reflecting.duet import PartnerTone
from undersong.testing.makers import Melody
from undersong.testing.scenes import Scene
from undersong.testing.window import Window
from undersong.theory.loudness import level

NO_PULSE_BAR: Seconds = 4.0
HALF = 0.5  # of a window that a sustained partner sounds
ONE_IN = 4  # promised onsets of which one must be played


@dataclass(frozen=True)
class Case:
    """A maker's playing and what is known of it: ``beat``, the period they mean to keep, if any;
    ``tonic``, the pitch class of the written key; ``finish``, when Finish was pressed."""

    events: list[Input]
    beat: Seconds | None = None
    tonic: int | None = None
    finish: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One technique's promise.

    ``states``: the playing it is for. ``floor``: its participation, in words. ``maker`` plays a melody
    (at least 120 notes, its tonic) in the way that the technique is for, drawn by seed. ``scene``: a
    small piece of playing that shows it.
    """

    technique: str
    states: tuple[str, ...]
    floor: str
    applies: Callable[[Window], bool]
    takes_part: Callable[[Window], bool]
    holds: Callable[[Window], bool]
    maker: Callable[[Melody, int, int], Case]
    scene: Scene


def playing(w: Window) -> bool:
    """The maker plays throughout: the state has held from beginning to end of the window."""
    return len(w.onsets()) >= 2 and w.end <= w.played.onsets[-1]


def half(w: Window) -> bool:
    """The partner sounds in half of the window."""
    return features.sounding(w.partner(), w.start, w.end) >= HALF * (w.end - w.start)


def levels(w: Window, tones: list[PartnerTone], least: float, most: float) -> bool:
    """The partner's mean level lies so many dB under the maker's; half a dB of rounding allowed."""
    if not tones:
        return False
    partner = fmean(level(t.velocity, t.voice) for t in tones)
    return least - 0.5 <= w.played.level(w.end) - partner <= most + 0.5


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's; 1 where one of them does not vary."""
    x, y = fmean(a), fmean(b)
    above = sum((p - x) * (q - y) for p, q in zip(a, b, strict=True))
    below = (sum((p - x) ** 2 for p in a) * sum((q - y) ** 2 for q in b)) ** 0.5
    return above / below if below else 1.0
