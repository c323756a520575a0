"""Rules: the table from playing state to technique, and the few rules around it.

The table is data: it also draws the one in docs/techniques.md. Around it stand the form of the
first two minutes (arc.py) and hysteresis: a choice stays for DWELL seconds unless the playing falls
silent or storms.
"""

from __future__ import annotations

from typing import Literal

from undersong.choosing.arc import echo_welcome, met, silence_due
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.turns import Choice, Turns

Input = Literal["pitched", "taps"]
DWELL: Seconds = 4.0  # a choice stays at least so long
URGENT = frozenset(("silent", "storming"))  # states that do not wait
ECHOED = range(2, 13)  # notes of a phrase that may be echoed

GROUND, BEAT, TOGETHER = "tonal-grounding", "rhythmic-grounding", "synchronising"
ECHO, HOLD, SPACE = "imitating", "holding", "giving-space"

# (state, input) -> technique, what goes on beneath it, the reason.
TABLE: tuple[tuple[str, Input, str, str | None, str], ...] = (
    ("silent", "pitched", SPACE, None, "You are still, so I leave you room."),
    ("silent", "taps", SPACE, None, "You are still, so I leave you room."),
    ("tentative", "pitched", GROUND, None, "Few notes with pauses: a ground under them."),
    ("tentative", "taps", BEAT, None, "Taps with pauses: a steady beat to lean on."),
    ("flowing", "pitched", TOGETHER, GROUND, "Your notes flow, so I move with you."),
    ("flowing", "taps", TOGETHER, None, "Your taps keep a beat, so I keep it with you."),
    ("insistent", "pitched", TOGETHER, GROUND, "Your figure keeps coming back, so I join it."),
    ("insistent", "taps", TOGETHER, None, "Your figure keeps coming back, so I join it."),
    ("scattered", "pitched", BEAT, GROUND, "Wide leaps and no beat: a steady beat and a ground."),
    ("scattered", "taps", BEAT, None, "Taps at changing distances: a steady beat to lean on."),
    ("storming", "pitched", HOLD, None, "Dense and strong: long tones around it."),
    ("storming", "taps", HOLD, None, "Dense and strong: long tones around it."),
    ("fading", "pitched", GROUND, None, "You grow softer and slower, and so does the ground."),
    ("fading", "taps", SPACE, None, "You grow softer and slower, so I become less."),
)


class Rules:
    """The built-in policy."""

    def choose(self, heard: Impression, so_far: Turns) -> Choice:
        """The technique for this moment."""
        current = so_far.choice
        part = heard.lead
        if part is None:
            if so_far.opening == "partner_starts":
                return Choice(BEAT, "You asked me to start.")
            return Choice(SPACE, "I am listening for your first sound.")
        wanted = self._wanted(heard, part, so_far)
        if current is None or wanted.layers == current.layers:
            return wanted if current is None else current
        urgent = heard.playing.name in URGENT or wanted.technique in (ECHO, SPACE)
        leaving_rest = current.technique in (ECHO, SPACE)
        if urgent or leaving_rest or heard.time - so_far.chosen_at >= DWELL:
            return wanted
        return current

    def _wanted(self, heard: Impression, part: Part, so_far: Turns) -> Choice:
        state = heard.playing.name
        if so_far.opening == "partner_starts" and state != "storming" and state != "silent":
            return _keep_the_groove(part)
        row = _row(state, part)
        if row.technique == TOGETHER and (heard.pulse is None or not met(heard, so_far)):
            row = _row("tentative", part)
        if _could_echo(heard, part, so_far):
            beneath = GROUND if part.pitched else None
            return Choice(ECHO, "You finished a short figure, so I answer with it.", beneath)
        if so_far.choice is not None and so_far.choice.technique == ECHO and _echoing(heard, so_far):
            return so_far.choice
        if state != "silent" and heard.onset is None and part.phrase.ended is not None:
            if silence_due(heard, so_far):
                return Choice(SPACE, "Your phrase came to rest: a silence for both of us.")
            if so_far.choice is not None and so_far.choice.technique == SPACE:
                return so_far.choice
        return row


def _row(state: str, part: Part) -> Choice:
    kind: Input = "pitched" if part.pitched else "taps"
    for name, input_, technique, beneath, because in TABLE:
        if name == state and input_ == kind:
            return Choice(technique, because, beneath)
    raise AssertionError(f"no row for {state}, {kind}")


def _keep_the_groove(part: Part) -> Choice:
    beneath = GROUND if part.pitched else None
    return Choice(BEAT, "You asked me to start, and I keep the beat you joined.", beneath)


def _could_echo(heard: Impression, part: Part, so_far: Turns) -> bool:
    """A short phrase has just come to rest, and an echo is welcome."""
    if heard.playing.name not in ("tentative", "flowing") or not echo_welcome(heard, so_far):
        return False
    if heard.onset is not None or part.phrase.ended is None:
        return False
    return len(part.phrase.tones) in ECHOED


def _echoing(heard: Impression, so_far: Turns) -> bool:
    """Whether an echo is on its way or still sounds."""
    return any(s.technique == ECHO and s.ends > heard.time for s in so_far.sounding.values())
