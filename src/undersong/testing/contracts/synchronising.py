"""The contract of synchronising, the maker it is tried on, and its scene."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, pstdev

from undersong.events import Seconds
from undersong.testing import makers
from undersong.testing.contracts.beats import keeps_striking, needs_beat, strokes
from undersong.testing.contracts.contract import (
    Case,
    Contract,
)
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window

NOTES = 48  # of each melody


def _paired(w: Window) -> list[tuple[Seconds, Seconds]]:
    """(stroke, onset) where partner and maker mean the same beat."""
    beat = w.played.beat or 0.6
    pairs: list[tuple[Seconds, Seconds]] = []
    for stroke in strokes(w):
        near = min(w.played.onsets, key=lambda t: abs(t - stroke))
        if abs(stroke - near) <= 0.2 * beat:
            pairs.append((stroke, near))
    return pairs


def _together(w: Window) -> bool:
    pairs = _paired(w)
    if len(pairs) < 3 or w.played.beat is None:
        return False
    apart = [stroke - onset for stroke, onset in pairs]
    beat = w.played.beat
    gaps = [max(1, round((b - a) / beat)) for (_, a), (_, b) in pairwise(pairs)]
    own = fmean(own_unevenness(w.played.onsets, beat, gap) ** 2 for gap in gaps) ** 0.5
    return abs(fmean(apart)) <= 0.020 and pstdev(apart) <= 1.2 * own


def own_unevenness(onsets: list[Seconds], beat: Seconds, beats: int) -> Seconds:
    """Standard deviation of the maker's own intervals of so many beats, over the whole playing."""
    span = max(1, beats) * beat
    found = []
    for index, onset in enumerate(onsets):
        for later in onsets[index + 1 :]:
            if abs(later - onset - span) <= 0.2 * beat:
                found.append(later - onset)
            elif later - onset > span + beat:
                break
    return pstdev(found) if len(found) > 2 else 0.0


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    period = makers.pace(seed)
    return Case(makers.steady(melody[:NOTES], seed, period=period, unevenness=0.6), period, tonic)


SCENE = Scene(
    "synchronising",
    "A tune in even quarters.",
    evenly(
        "C4 D4 E4 G4 E4 D4 C4 E4 D4 E4 F4 A4 G4 F4 E4 D4 C4 E4 G4 E4 D4 B3 C4 C4",
        0.5,
        0.56,
        0.5,
    ),
    velocity=72,
    technique="synchronising",
)

CONTRACT = Contract(
    "synchronising",
    ("flowing",),
    "one stroke in four of a beat",
    needs_beat,
    keeps_striking,
    _together,
    _maker,
    SCENE,
)
