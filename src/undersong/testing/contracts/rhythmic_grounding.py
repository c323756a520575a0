"""The contract of rhythmic grounding, the maker it is tried on, and its scene."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from undersong.testing import makers
from undersong.testing.contracts.beats import even_grid, keeps_striking, needs_beat, strokes
from undersong.testing.contracts.contract import (
    Case,
    Contract,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Window

NOTES = 48  # of each melody


def _steady(w: Window) -> bool:
    beats = strokes(w)
    if len(beats) < 3:
        return False
    uneven, period = even_grid(beats)
    if uneven > 0.03:
        return False
    if w.played.beat is None:
        return 60 / 70 <= period <= 60 / 50 and len(beats) <= w.end - w.start + 1
    own = median([b - a for a, b in pairwise(w.onsets())] or [w.played.beat])
    nearest = max(1, round(period / own))
    return nearest in (1, 2) and abs(period / nearest - own) <= 0.05 * own


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    notes = melody[:NOTES]
    if seed % 2:
        return Case(makers.scattered(notes, seed), None, tonic)
    period = makers.pace(seed)
    return Case(makers.taps(seed, period=period, unevenness=0.6), period, tonic)


SCENE = Scene(
    "rhythmic-grounding",
    "Wide leaps at changing distances.",
    "C4@0.5:0.3 A5@1.1:0.2 E3@2.3:0.4 G5@2.6:0.2 D4@4.0:0.3 B5@4.35:0.2 F3@5.9:0.4 C5@6.2:0.3 "
    "G3@7.8:0.3 E5@8.1:0.2 A3@9.6:0.4 D5@10.1:0.3 C4@11.8:0.5",
    technique="rhythmic-grounding",
)

CONTRACT = Contract(
    "rhythmic-grounding",
    ("scattered",),
    "one stroke in four of a beat",
    needs_beat,
    keeps_striking,
    _steady,
    _maker,
    SCENE,
)
