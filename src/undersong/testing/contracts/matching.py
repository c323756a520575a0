"""The contract of matching, the maker it is tried on, and its scene."""

from __future__ import annotations

from statistics import fmean

from undersong.reflecting import features
from undersong.testing import makers
from undersong.testing.contracts.beats import period_near
from undersong.testing.contracts.contract import ONE_IN, Case, Contract, playing
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window
from undersong.theory.grouping import TOGETHER, onset_groups

LASTS = 45.0  # seconds that the maker plays


def _meets(w: Window) -> bool:
    return playing(w) and len(w.onsets()) >= 4 and w.start >= w.played.onsets[0] + 4.0


def _plays(w: Window) -> bool:
    """Someone who plays short notes is matched by short notes: so onsets count, not sounding time."""
    return len(onset_groups(t.onset for t in w.begun())) * ONE_IN >= len(w.onsets())


def _same_kind(w: Window) -> bool:
    return same_density(w) and same_tempo(w) and same_touch(w) and _near(w) and _other_notes(w)


def same_density(w: Window) -> bool:
    """40% less to 10% more; one note of rounding allowed where a window holds only a few."""
    own, partner = len(w.onsets()), len(onset_groups(t.onset for t in w.begun()))
    return 0.6 * own - 0.5 <= partner <= 1.1 * own + 0.5


def same_tempo(w: Window) -> bool:
    """The partner's onsets repeat at the maker's beat, within 4%."""
    if w.played.beat is None:
        return True  # no tempo to keep
    theirs = period_near(w.onsets(), w.played.beat)
    ours = period_near(onset_groups(t.onset for t in w.begun()), theirs or w.played.beat)
    if theirs is None:
        return True
    return ours is not None and abs(ours / theirs - 1.0) <= 0.04


def same_touch(w: Window) -> bool:
    """Level within 3 dB, articulation within .15."""
    if all(t.pitch is None for t in w.tones()):
        return True
    theirs, ours = features.level(w.tones()), features.level(w.begun())
    length = features.articulation([t for t in w.played.tones if t.onset < w.end], w.start, w.end)
    own = features.articulation(w.partner(), w.start, w.end)
    if theirs is None or ours is None or length is None or own is None:
        return False
    return abs(theirs - ours) <= 3.0 and abs(length - own) <= 0.15


def _near(w: Window) -> bool:
    """The middles of both lie at most an octave apart."""
    theirs = [t.pitch for t in w.tones() if t.pitch is not None]
    ours = [t.pitch for t in w.begun("bass", "chords", "melody")]
    return not theirs or (bool(ours) and abs(fmean(theirs) - fmean(ours)) <= 12.0)


def _other_notes(w: Window) -> bool:
    """At most half of the partner's notes are, at that moment, the maker's own."""
    ours = w.begun("bass", "chords", "melody")
    same = [
        t
        for t in ours
        if any(
            o.pitch == t.pitch and o.onset - TOGETHER <= t.onset <= (o.offset or w.end) for o in w.tones()
        )
    ]
    return len(same) <= 0.5 * len(ours)


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    how = makers.character(seed)
    return Case(makers.in_character(melody, seed, [(LASTS, how)]), how.period, (tonic + how.shift) % 12)


SCENE = Scene(
    "matching",
    "A calm tune in even steps, then the same a little stronger and shorter.",
    evenly("C4 E4 F4 G4 A4 G4 E4 F4 D4 E4 C4 D4", 0.5, 0.62, 0.55)
    + " "
    + evenly("E4 G4 A4 C5 B4 A4 G4 E4 F4 E4 D4 C4", 7.94, 0.62, 0.32),
    velocity=64,
    technique="matching",
)

CONTRACT = Contract(
    "matching",
    ("flowing",),
    "one note for four of the maker's",
    _meets,
    _plays,
    _same_kind,
    _maker,
    SCENE,
)
