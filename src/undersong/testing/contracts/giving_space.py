"""The contract of giving space, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.events import Seconds
from undersong.testing import makers
from undersong.testing.contracts.contract import (
    Case,
    Contract,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups

RUNG_DOWN: Seconds = 9.0  # into a silence: what sounded before it has been let go


def _last_sound(w: Window, at: Seconds) -> Seconds:
    return max((t.offset or t.onset for t in w.played.tones if t.onset <= at), default=0.0)


def _silent(w: Window) -> bool:
    """The maker has been silent for more than 4 s when the window begins, and stays so."""
    return not w.tones() and w.start - _last_sound(w, w.start) >= 4.0 and w.start > w.played.onsets[0]


def _gives_space(w: Window) -> bool:
    since = _last_sound(w, w.start)
    begun = w.begun()
    sparse = len(onset_groups(t.onset for t in begun)) <= 0.3 * (w.end - w.start)
    only_soft_tone = all(19.5 <= t.onset - since <= 21.0 for t in begun)
    left = w.start >= since + RUNG_DOWN and any(t.onset < since + RUNG_DOWN for t in w.partner())
    return sparse and only_soft_tone and len(begun) <= 1 and not left


def _soft_tone_sounds(w: Window) -> bool:
    """Here the maker is the one who must be silent, and the soft tone must not be missing."""
    since = _last_sound(w, w.start)
    if w.start <= since + 19.5 and w.end >= since + 21.5:
        return bool(w.begun())
    return True


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    return Case(makers.rests(melody[:20], seed), None, tonic)


SCENE = Scene(
    "giving-space",
    "Four notes with a ground under them, softer and softer, then a long silence.",
    "A4@0.5:0.9!60 G4@1.7:0.9!54 E4@3.0:1.0!46 A4@4.6:1.8!40",
    ((0, "A E"),),
)

CONTRACT = Contract(
    "giving-space",
    ("silent",),
    "the maker is silent; the one soft tone is there",
    _silent,
    _soft_tone_sounds,
    _gives_space,
    _maker,
    SCENE,
)
