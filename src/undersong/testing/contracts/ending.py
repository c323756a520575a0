"""The contract of ending, the maker it is tried on, and its scene."""

from __future__ import annotations

from itertools import pairwise

from undersong.events import Steer
from undersong.testing import makers
from undersong.testing.contracts.contract import (
    Case,
    Contract,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups


def _closing(w: Window) -> bool:
    finish = w.played.finish
    return finish is not None and finish - 1.0 <= w.start <= finish + 12.0


def _close_sounds(w: Window) -> bool:
    finish = w.played.finish or 0.0
    return any(t.onset >= finish for t in w.played.duet.partner)


def _ends(w: Window) -> bool:
    finish = w.played.finish or 0.0
    close = [t for t in w.played.duet.partner if t.onset >= finish]
    if max(t.offset for t in close) > finish + 12.0 + 0.5:
        return False
    steps = [max(t.velocity for t in close if abs(t.onset - g) <= 0.04) for g in
             onset_groups(t.onset for t in close)]  # fmt: skip
    if any(b > a for a, b in pairwise(steps)):
        return False
    last = min((t for t in close if t.offset >= max(c.offset for c in close) - 0.1), key=lambda t: t.pitch)
    home = w.played.tonic
    return home is None or (last.pitch - home) % 12 in (0, 7)


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    period = makers.pace(seed)
    events = makers.steady(melody[-24:], seed, period=period)
    last = events[-1].heard
    return Case([*events, Steer(last, last, makers.MAKER, "finish")], period, tonic, last)


SCENE = Scene(
    "ending",
    "A little tune; then Finish is pressed.",
    "G4@0.5:0.6 E4@1.3:0.6 F4@2.1:0.6 D4@2.9:0.6 C4@3.8:1.4",
    ((0, "C G"),),
)

CONTRACT = Contract(
    "ending", ("finish",), "the close sounds", _closing, _close_sounds, _ends, _maker, SCENE
)
