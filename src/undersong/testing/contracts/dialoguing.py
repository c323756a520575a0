"""The contract of dialoguing, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.testing import makers
from undersong.testing.contracts.contract import Case, Contract
from undersong.testing.contracts.phrases import Exchange, beat_of, in_window, likeness, one_in_four, sound
from undersong.testing.scenes import Scene
from undersong.testing.window import Window

SOONEST, LATEST = 0.4, 2.5  # seconds after the phrase; a beat may add to the latter
OVERLAP = 0.12  # share of the reply that may sound together with the maker


def _phrase_ended(w: Window) -> bool:
    return bool(in_window(w))


def _answered(w: Window) -> bool:
    return all(one_in_four(one, len(one.call)) for one in in_window(w))


def _holds(w: Window) -> bool:
    return all(_good(one, w) for one in in_window(w))


def _good(one: Exchange, w: Window) -> bool:
    own = sound_of(one)
    delay = one.reply[0].onset - one.end
    pauses = sorted(
        b.onset - (a.offset or a.onset)
        for a, b in zip(one.call, one.call[1:], strict=False)
        if a.offset is not None and b.onset > a.offset
    )
    breath = pauses[int(0.8 * (len(pauses) - 1))] if pauses else 0.0
    beat = beat_of(one.call)
    least = max(SOONEST, min(LATEST, breath))
    timely = least - 0.02 <= delay <= LATEST + beat
    length = sound(one.reply) / own if own else 0.0
    interrupted = one.following < one.end + NEVER
    whole = one.reply[-1].offset <= one.following
    fits = 0.5 <= length <= 1.5 or (interrupted and length <= 1.5)
    alike = 0.5 <= likeness(one.call, one.reply) <= 0.9 or not whole
    both = sum(
        max(0.0, min(t.offset, m.offset or m.onset) - max(t.onset, m.onset))
        for t in one.reply
        for m in w.played.tones
    )
    return timely and fits and alike and both <= OVERLAP * max(0.01, sound(one.reply))


NEVER = 2.0  # seconds: a maker who comes back sooner left no room for a whole reply


def sound_of(one: Exchange) -> float:
    """From the first onset of the call to its end."""
    return one.end - one.call[0].onset


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    events, _ = makers.breathing(melody[:72], seed, period=makers.pace(seed))
    return Case(events, None, tonic)


SCENE = Scene(
    "dialoguing",
    "Three phrases, and room after each.",
    "C4@0.5:0.4!70 D4@1.0:0.4!74 E4@1.5:0.4!76 G4@2.0:0.4!78 E4@2.5:0.9!66 "
    "F4@7.5:0.4!70 E4@8.0:0.4!74 D4@8.5:0.4!72 E4@9.0:0.4!68 C4@9.5:0.9!62 "
    "G4@14.5:0.4!72 A4@15.0:0.4!76 G4@15.5:0.4!74 E4@16.0:0.4!70 D4@16.5:0.4!66 C4@17.0:0.9!62",
    technique="dialoguing",
)

CONTRACT = Contract(
    "dialoguing",
    ("phrases with gaps",),
    "one note for four of each phrase is answered",
    _phrase_ended,
    _answered,
    _holds,
    _maker,
    SCENE,
)
