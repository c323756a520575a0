"""The contract of empathic reflecting, the maker it is tried on, and its scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import pstdev

from undersong.events import Seconds
from undersong.notes import Tone
from undersong.reflecting import features
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts.beats import period_near
from undersong.testing.contracts.contract import ONE_IN, Case, Contract, playing
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window
from undersong.theory.clarity import both
from undersong.theory.grouping import onset_groups

BASELINE: Seconds = 60.0  # of playing, before the maker's own spread is known
REACHED: Seconds = 8.0  # within this time the partner has gone along
SHARE = 0.5  # of the maker's own standard deviation
# What counts as no difference however even the maker is: one note in six seconds, half a dB of
# rounding, and what one note in ten changes of tonal clarity.
LEAST = (1 / 6, 0.5, 0.06)
KNOWN = 3.0  # how much longer than the other the third of a known mode has sounded
AGREES = 0.9

Sounds = Sequence[Tone] | Sequence[PartnerTone]


def content(sounds: Sounds, start: Seconds, end: Seconds) -> list[float]:
    """Seconds that each pitch class sounds in a window."""
    found = [0.0] * 12
    for s in sounds:
        off = min(end, s.offset if s.offset is not None else end)
        if s.pitch is not None and off > max(s.onset, start):
            found[s.pitch % 12] += off - max(s.onset, start)
    return found


def _pitched(w: Window) -> list[PartnerTone]:
    return [t for t in w.partner() if t.voice != "percussion"]


def _density(sounds: Sounds, start: Seconds, end: Seconds) -> float | None:
    return features.density(sounds, start, end)


def _level(sounds: Sounds, start: Seconds, end: Seconds) -> float | None:
    return features.level(features.starting(sounds, start, end))


def _clarity(sounds: Sounds, start: Seconds, end: Seconds) -> float | None:
    found = content(sounds, start, end)
    return max(both(found)) if any(found) else None


FEATURES: tuple[Callable[[Sounds, Seconds, Seconds], float | None], ...] = (_density, _level, _clarity)


def _sustained(w: Window) -> bool:
    return playing(w) and len(w.onsets()) >= 4 and w.start >= w.played.onsets[0] + BASELINE


def _plays(w: Window) -> bool:
    return len(onset_groups(t.onset for t in w.begun())) * ONE_IN >= len(w.onsets())


def _reflects(w: Window) -> bool:
    return all(_within(w, of, least) for of, least in zip(FEATURES, LEAST, strict=True)) and (
        _same_mode(w) and _no_lift(w)
    )


def _within(w: Window, of: Callable[[Sounds, Seconds, Seconds], float | None], least: float) -> bool:
    """The partner's feature lies near the maker's of now, or of some moment of the last 8 s."""
    tones, first = w.played.tones, w.played.onsets[0]
    own = [of(tones, a, b) for a, b in features.windows(first, w.end)]
    values = [x for x in own if x is not None]
    if not values:
        return True  # taps have no key
    near = max(least, SHARE * pstdev(values))
    partner = of(w.partner(), w.start, w.end)
    late = [of(tones, w.start - late, w.end - late) for late in range(int(REACHED) + 1)]
    recent = [x for x in late if x is not None]
    if partner is None or not recent:
        return False
    # the maker's curve goes through all that lies between two readings
    return any(min(a, b) - near <= partner <= max(a, b) + near for a, b in pairwise([recent[0], *recent]))


def _same_mode(w: Window) -> bool:
    """Major or minor as the maker: where they have sounded one third of the key and hardly the other, nine
    tenths of the partner's thirds are that one; where they have sounded neither, it sounds none."""
    home = w.played.tonic
    if home is None:
        return True
    minor, major = _thirds(w.played.tones, home, 0.0, w.end)
    ours = _thirds(_pitched(w), home, w.start, w.end)
    if minor + major == 0.0:
        return sum(ours) == 0.0
    if max(minor, major) < KNOWN * min(minor, major):
        return True  # both are theirs
    return ours[0 if minor > major else 1] >= AGREES * sum(ours)


def _thirds(sounds: Sounds, home: int, start: Seconds, end: Seconds) -> tuple[float, float]:
    found = content(sounds, start, end)
    return found[(home + 3) % 12], found[(home + 4) % 12]


def _no_lift(w: Window) -> bool:
    """The partner's beat is not more than 3% faster than the maker's."""
    if w.played.beat is None:
        return True
    theirs = period_near(w.onsets(), w.played.beat)
    ours = period_near(onset_groups(t.onset for t in w.begun()), theirs or w.played.beat)
    return theirs is None or ours is None or ours / theirs >= 0.97


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    how = makers.character(seed)
    change = (-14, 10)[seed % 2]
    later = makers.Character(how.period, max(38, min(92, how.velocity + change)), how.held, how.shift)
    events = makers.in_character(melody, seed, [(72.0, how), (30.0, later)])
    return Case(events, how.period, (tonic + how.shift) % 12)


SCENE = Scene(
    "reflecting",
    "A slow, soft line in A minor that keeps its character.",
    evenly("A4 C5 B4 A4 E4 G4 F4 E4 D4 E4 C4 E4 A4 B4 C5 B4 A4 A4", 0.5, 0.9, 0.8),
    velocity=52,
    technique="reflecting",
)

CONTRACT = Contract(
    "reflecting",
    ("flowing", "tentative"),
    "one note for four of the maker's",
    _sustained,
    _plays,
    _reflects,
    _maker,
    SCENE,
)
