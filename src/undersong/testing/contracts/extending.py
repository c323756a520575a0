"""The contract of extending, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.testing import makers
from undersong.testing.contracts.contract import NO_PULSE_BAR, Case, Contract
from undersong.testing.contracts.phrases import (
    SAME_STEP,
    Exchange,
    beat_of,
    in_window,
    kept,
    one_in_four,
    rhythm,
    sound,
    steps,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Window

MOST = 8  # notes that an extension promises at most
KEPT, NEW = 0.5, 0.25
BARS = 2


def _figure_ended(w: Window) -> bool:
    return bool(in_window(w))


def _extended(w: Window) -> bool:
    return all(one_in_four(one, min(MOST, len(one.call))) for one in in_window(w))


def _holds(w: Window) -> bool:
    return all(_goes_on(one) for one in in_window(w))


def _goes_on(one: Exchange) -> bool:
    """Half of the intervals or of the rhythm, few new notes, two bars, after the phrase and once."""
    source = one.call[-len(one.reply) :]
    own = [tone.pitch for tone in one.call]
    new = sum(1 for tone in one.reply if tone.pitch not in own) / len(one.reply)
    alike = len(one.reply) < 2 or max(
        kept(steps(source), steps(one.reply)), kept(rhythm(source), rhythm(one.reply), SAME_STEP)
    )
    bars = sound(one.reply) <= BARS * max(4 * beat_of(one.call), NO_PULSE_BAR)
    other = [tone.pitch for tone in one.reply] != own or own.count(own[0]) == len(own)
    return alike >= KEPT and new <= NEW and bars and other and one.reply[0].onset > one.end


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    return Case(makers.gestures(melody[:40], seed), 0.5, tonic)


SCENE = Scene(
    "extending",
    "A brief figure, a halt, and another.",
    "C4@0.5:0.4!70 E4@1.0:0.4!76 D4@1.5:0.7!66  E4@6.5:0.4!70 G4@7.0:0.4!76 E4@7.5:0.4!70 D4@8.0:0.7!64",
    technique="extending",
)

CONTRACT = Contract(
    "extending",
    ("gestures",),
    "one note for four of each figure, or of eight, is added",
    _figure_ended,
    _extended,
    _holds,
    _maker,
    SCENE,
)
