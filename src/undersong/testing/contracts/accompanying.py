"""The contract of accompanying, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.testing import makers
from undersong.testing.contracts.contract import (
    Case,
    Contract,
    half,
    levels,
    playing,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Played, Window
from undersong.theory.grouping import onset_groups

FIT = 0.7  # share of the maker's time, over the whole playing, that lies in the chord under it
AT_ONSET = 0.1  # seconds after a maker's onset in which a change was decided at it
BEFORE_IT_ENTERS = 4.0  # seconds of the maker's playing in which it listens


def _soloist(w: Window) -> bool:
    return playing(w) and w.start >= w.played.onsets[0] + BEFORE_IT_ENTERS


def _carries(w: Window) -> bool:
    begun = onset_groups(t.onset for t in w.begun())
    moved_with_them = all(any(0 <= at - on <= AT_ONSET for on in w.played.onsets) for at in begun)
    sparse = len(begun) <= len(w.onsets())
    return moved_with_them and sparse and levels(w, w.partner(), 3.0, 8.0) and _fit(w.played) >= FIT


def _fit(played: Played) -> float:
    """The share of the maker's time, under a chord, in which their note is one of its own."""
    fits = whole = 0.0
    for tone in played.tones:
        if tone.pitch is None or tone.offset is None:
            continue
        steps = 8  # the chord may change under a note
        for step in range(steps):
            at = tone.onset + (step + 0.5) * (tone.offset - tone.onset) / steps
            under = [p.pitch % 12 for p in played.duet.partner if p.onset <= at < p.offset]
            if under:
                share = (tone.offset - tone.onset) / steps
                whole += share
                fits += share * (tone.pitch % 12 in under)
    return fits / whole if whole else 0.0


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    period = makers.pace(seed)
    return Case(makers.steady(melody[:64], seed, period=period), period, tonic)


_TUNE = "E4 D4 C4 D4 E4 E4 E4 D4 D4 D4 E4 G4 G4 E4 D4 C4 F4 A4 A4 G4 F4 E4 D4 G4 E4 C4 D4 B3 C4 C4"
SCENE = Scene(
    "accompanying",
    "A flowing tune in C, a note to a beat.",
    " ".join(f"{pitch}@{0.5 + 0.6 * n:.1f}:0.55" for n, pitch in enumerate(_TUNE.split())),
    ((0, "C G"),),
    velocity=72,
    technique="accompanying",
)

CONTRACT = Contract(
    "accompanying",
    ("flowing",),
    "the partner sounds in half of the window",
    _soloist,
    half,
    _carries,
    _maker,
    SCENE,
)
