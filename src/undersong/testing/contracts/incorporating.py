"""The contract of incorporating, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.testing import makers
from undersong.testing.contracts.contract import Case, Contract
from undersong.testing.contracts.phrases import Exchange, in_window, likeness
from undersong.testing.scenes import Scene
from undersong.testing.window import Played, Window

OLD = 30.0  # seconds
ALIKE = 0.8
LATER = 5.0  # seconds after the first note of a source that is old enough, for it to be complete
FEWEST = 3


def _ended(w: Window) -> list[Exchange]:
    since = w.played.onsets[0] + OLD + LATER if w.played.onsets else 0.0
    return [one for one in in_window(w) if one.end >= since]


def _rested(w: Window) -> bool:
    return bool(_ended(w))


def _came_back(w: Window) -> bool:
    return all(one.reply for one in _ended(w))


def _holds(w: Window) -> bool:
    return all(_from_before(one, w.played) for one in _ended(w))


def _from_before(one: Exchange, played: Played) -> bool:
    """Like a run of the maker's notes of half a minute ago, which the reason names."""
    began = one.reply[0].onset
    count = len(one.reply)
    old = [tone for tone in played.tones if tone.onset <= began - OLD]
    runs = [old[i : i + count] for i in range(len(old) - count + 1)]
    reason = [c.because for c in played.duet.chose if c.technique == "incorporating" and c.time <= began]
    named = [run for run in runs if reason and f"at {run[0].onset:.2f} s" in reason[-1]]
    whole = count >= FEWEST or one.reply[-1].offset >= one.following - 0.8
    return (
        one.reply[0].onset > one.end
        and whole
        and any(count < 2 or likeness(run, one.reply) >= ALIKE for run in named)
    )


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    return Case(makers.gestures(melody[:72], seed), 0.5, tonic)


SCENE = Scene(
    "incorporating",
    "A figure at the beginning, others after it, and half a minute later a rest.",
    "C4@0.5:0.4!70 E4@1.0:0.4!76 G4@1.5:0.4!72 A4@2.0:0.8!66 "
    "F4@8.0:0.4!68 E4@8.5:0.4!70 D4@9.0:0.8!64  D4@15.0:0.4!70 F4@15.5:0.4!72 E4@16.0:0.8!66 "
    "G4@22.0:0.4!70 F4@22.5:0.4!70 E4@23.0:0.4!68 D4@23.5:0.8!64  "
    "E4@33.0:0.4!70 D4@33.5:0.4!68 C4@34.0:0.9!62",
    technique="incorporating",
)

CONTRACT = Contract(
    "incorporating",
    ("gestures",),
    "each phrase after the first 35 s is answered",
    _rested,
    _came_back,
    _holds,
    _maker,
    SCENE,
)
