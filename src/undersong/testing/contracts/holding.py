"""The contract of holding, the maker it is tried on, and its scene."""

from __future__ import annotations

from statistics import fmean, pstdev

from undersong.reflecting import features
from undersong.testing import makers
from undersong.testing.contracts.contract import (
    NO_PULSE_BAR,
    Case,
    Contract,
    half,
    levels,
    playing,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Window


def _storm(w: Window) -> bool:
    return playing(w) and len(w.onsets()) >= 12 and w.start >= w.played.onsets[0] + 2.0


def _encloses(w: Window) -> bool:
    tones = w.partner("bass", "chords")
    long = all(
        t.offset - t.onset >= 2 * NO_PULSE_BAR - 0.05 for t in tones if t.offset < w.played.onsets[-1]
    )
    gaps = features.longest_gap(w.partner(), w.start, w.end) <= 4.0
    sparse = features.density(w.partner(), w.start, w.end) <= 0.5 * features.density(
        w.tones(), w.start, w.end
    )
    steps = features.intervals([t for t in w.played.duet.partner if t.onset < w.end])
    own = features.intervals(w.tones())
    even = len(steps) < 2 or pstdev(steps) / fmean(steps) <= pstdev(own) / fmean(own) / 3
    return long and gaps and sparse and even and levels(w, w.partner(), 3.0, 6.0)


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    return Case(makers.storming(melody[:120], seed), None, tonic)


SCENE = Scene(
    "holding",
    "A storm of clusters, then less of it.",
    " ".join(
        f"{a}@{0.5 + 0.19 * i:.2f}:0.15 {b}@{0.5 + 0.19 * i:.2f}:0.15"
        for i, (a, b) in enumerate([("D4", "E4"), ("G4", "A4"), ("C5", "D5"), ("F4", "G4")] * 16)
    ),
    velocity=112,
    technique="holding",
)

CONTRACT = Contract(
    "holding",
    ("storming",),
    "the partner sounds in half of the window",
    _storm,
    half,
    _encloses,
    _maker,
    SCENE,
)
