"""The contract of tonal grounding, the maker it is tried on, and its scene."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from undersong.events import Seconds
from undersong.reflecting import features
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts.contract import (
    HALF,
    NO_PULSE_BAR,
    Case,
    Contract,
    levels,
    playing,
)
from undersong.testing.scenes import FRAGMENTS, Scene
from undersong.testing.window import Window

AT_ONSET: Seconds = 0.1  # a note this soon after a maker's onset was decided at it


def _after_first_phrase(w: Window) -> bool:
    return playing(w) and w.start >= w.played.first_phrase_end + 2.0


def _bass(w: Window) -> bool:
    return features.sounding(w.partner("bass"), w.start, w.end) >= HALF * (w.end - w.start)


def _grounds(w: Window) -> bool:
    moves = _moves(w.played.duet.voice("bass"))
    bar = NO_PULSE_BAR if w.played.beat is None else min(NO_PULSE_BAR, 4 * w.played.beat)
    at_onsets = all(
        any(0 <= move.onset - onset <= AT_ONSET for onset in w.played.onsets)
        for move in moves
        if w.start <= move.onset < w.end
    )
    slow = all(
        b.onset - a.onset >= bar - 0.05
        for a, b in pairwise(moves)
        if b.onset < w.end and a.onset >= w.start - bar
    )
    return at_onsets and slow and _well_placed(w) and levels(w, w.partner("bass"), 3.0, 8.0)


def _moves(bass: list[PartnerTone]) -> list[PartnerTone]:
    """Notes of the bass that changed the pitch of one that still sounded."""
    return [b for a, b in pairwise(bass) if b.pitch != a.pitch and b.onset - a.offset < 0.05]


def _well_placed(w: Window) -> bool:
    """At least a fifth below the maker; over a low maker a unison, fifth or octave above will do."""
    for bass in w.partner("bass"):
        over = [
            t.pitch
            for t in w.played.tones
            if t.pitch is not None and bass.onset - 6.0 <= t.onset <= bass.onset + 0.05
        ]
        if not over or median(over) < 55:
            continue
        if bass.pitch > min(over) - 7:
            return False
    return True


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    return Case(makers.tentative(melody[:24], seed), None, tonic)


SCENE = Scene(
    "tonal-grounding",
    "Three steps up and a stop; then back down, and home.",
    FRAGMENTS[0].playing,
    ((0, "C G"),),
    technique="tonal-grounding",
)

CONTRACT = Contract(
    "tonal-grounding",
    ("tentative",),
    "the bass sounds in half of the window",
    _after_first_phrase,
    _bass,
    _grounds,
    _maker,
    SCENE,
)
