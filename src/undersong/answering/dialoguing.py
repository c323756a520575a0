"""Dialoguing: phrase and answer, turn by turn.

Clinical term: dialoguing (Wigram 2004, as cited by teaching texts): musical conversation, here by
turns. It says: I heard what you said, and this is what it makes me think of. The answer is made of the
maker's phrase: its beginning, an octave away (a long one's a third lower), its end turned upside down
and closed on a stable degree of the key. It must never begin while a pause may still be a breath inside
the phrase, be longer than the call, or go on when the maker comes back.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from undersong.answering.variation import (
    LEAD,
    answered,
    fitted,
    kept,
    nearest,
    octave,
    said,
    say,
    scale,
    speak_at,
    stable,
)
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.turns import NOTHING, Answer, Turn, Turns

UNDER = 5.0  # dB under the maker
FEWEST = 2  # notes of a call
ALIKE = 0.7  # share of the call's intervals that the answer keeps, at most
LONG = 12  # notes of a call from which on the answer lies a third lower, in sequence
THIRD = 3  # semitones, to the nearest note of the key
LONGEST_STEP = 7  # semitones: a changed interval is a fifth at most


class Dialoguing:
    """An answer to each phrase."""

    name: ClassVar[str] = "dialoguing"
    takes_turns: ClassVar[bool] = True
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Wait out the maker's breath, then answer the phrase."""
        part = heard.lead
        if part is None or part.holding:
            return NOTHING
        call = said(part, answered(part, so_far, self.name, "reply"))
        if len(call) < FEWEST:
            return NOTHING
        begins = speak_at(heard, part, call)
        if heard.time < begins - LEAD - 1e-6:
            return Answer(until=begins - LEAD)
        begins = max(begins, heard.time + LEAD)
        call, at = fitted(heard, so_far, call, begins, FEWEST)
        pitches = _reply([tone.pitch for tone in call], heard)
        return Answer(
            notes=say(heard, call, pitches, at, UNDER),
            turn=Turn(self.name, "reply", heard.time, call[-1].onset),
            because=_because(call[-1].onset),
        )


def _reply(call: list[int | None], heard: Impression) -> list[int | None]:
    """The call an octave away; its end inverted within the key, and brought to rest."""
    pitches = [pitch for pitch in call if pitch is not None]
    if len(pitches) < len(call):
        return [None] * len(call)
    shift = octave(pitches)
    own, rests = scale(heard.tonality), stable(heard.tonality, pitches)
    steps = [b - a for a, b in pairwise(pitches)]
    moved = [pitch + shift for pitch in pitches]
    if len(pitches) >= LONG:
        moved = [nearest(pitch - THIRD, own) for pitch in pitches]
    reply = moved
    for first in range(len(pitches) - 1, 0, -1):
        # from the end backwards, until it is an answer and no longer an echo
        reply = list(moved)
        for index in range(first, len(pitches)):
            step = steps[index - 1]
            wanted = reply[index - 1] - max(-LONGEST_STEP, min(LONGEST_STEP, step))
            classes = rests if index == len(pitches) - 1 else own
            reply[index] = nearest(wanted, classes, not_this=reply[index - 1] + step)
        if kept(steps, [b - a for a, b in pairwise(reply)]) <= ALIKE:
            break
    return list(reply)


def _because(ended: Seconds) -> str:
    return f"Your phrase that ended near {ended:.1f} s came to rest, so I answer it with its own notes."
