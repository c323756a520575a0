"""Rules: the table from playing state to technique, and the few rules around it.

The table is data: it also draws the one in docs/techniques.md. Around it stand the form of the
first two minutes (arc.py) and hysteresis: a choice stays for DWELL seconds, and only a note of the
maker's brings a technique that begins something. Falling silent, storming, an echo and a shared
silence do not wait.
"""

from __future__ import annotations

from typing import Literal

from undersong.choosing.arc import echo_welcome, met, silence_due
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.turns import Choice, Turns

Sounds = Literal["notes", "taps"]
When = Literal["", "at first", "with a beat"]
DWELL: Seconds = 4.0  # a choice stays at least so long
URGENT = ("silent", "storming")  # states that do not wait
ECHOED = range(2, 13)  # notes of a phrase that may be echoed
LONGEST_ECHOED: Seconds = 7.0

GROUND, BEAT, SHARED = "tonal-grounding", "rhythmic-grounding", "synchronising"
ECHO, HOLD, SPACE = "imitating", "holding", "giving-space"

# (state, when, sounds) -> technique, what goes on beneath it, the reason. "with a beat" is after the
# first forty seconds and with a pulse heard; "at first" is whenever that does not hold.
TABLE: tuple[tuple[str, When, Sounds, str, str | None, str], ...] = (
    ("silent", "", "notes", SPACE, None, "You are still, so I leave you room."),
    ("silent", "", "taps", SPACE, None, "You are still, so I leave you room."),
    ("tentative", "", "notes", GROUND, None, "You try a few notes, so I listen for a ground."),
    ("tentative", "", "taps", BEAT, None, "You try a few taps, so I listen for their pace."),
    ("flowing", "at first", "notes", GROUND, None, "Your notes flow, so I give them a ground."),
    ("flowing", "at first", "taps", BEAT, None, "Your taps flow, so I keep a beat under them."),
    ("flowing", "with a beat", "notes", SHARED, GROUND, "Your notes flow, so I move with you."),
    ("flowing", "with a beat", "taps", SHARED, None, "Your taps keep a beat, so I keep it with you."),
    ("insistent", "at first", "notes", GROUND, None, "Your figure comes back, so I give it a ground."),
    ("insistent", "at first", "taps", BEAT, None, "Your figure comes back, so I keep a beat under it."),
    ("insistent", "with a beat", "notes", SHARED, GROUND, "Your figure comes back, so I join it."),
    ("insistent", "with a beat", "taps", SHARED, None, "Your figure comes back, so I join it."),
    ("scattered", "", "notes", BEAT, GROUND, "Wide leaps and no beat: a steady beat and a ground."),
    ("scattered", "", "taps", BEAT, None, "Taps at changing distances: a steady beat to lean on."),
    ("storming", "", "notes", HOLD, None, "Dense and strong: long tones around it."),
    ("storming", "", "taps", HOLD, None, "Dense and strong: long tones around it."),
    ("fading", "", "notes", GROUND, None, "You grow softer and slower, so I stay low and soft."),
    ("fading", "", "taps", SPACE, None, "You grow softer and slower, so I become less."),
)


class Rules:
    """The built-in policy."""

    def choose(self, heard: Impression, so_far: Turns) -> Choice:
        """The technique for this moment."""
        current, part = so_far.choice, heard.lead
        asked = so_far.opening == "partner_starts"
        if part is None or (asked and so_far.opened_at > part.last_sound):
            if asked:
                return Choice(BEAT, "You asked me to start.")
            return Choice(SPACE, "I am listening for your first sound.")
        wanted = self._wanted(heard, part, so_far)
        if current is None:
            return wanted
        if wanted.layers == current.layers:
            return current
        if wanted.technique in (ECHO, SPACE):
            return wanted
        if heard.onset is None:
            return current  # what begins something begins with the maker
        rested = current.technique in (ECHO, SPACE)
        if rested or heard.playing.name in URGENT or heard.time - so_far.chosen_at >= DWELL:
            return wanted
        return current

    def _wanted(self, heard: Impression, part: Part, so_far: Turns) -> Choice:
        state = heard.playing.name
        asked = so_far.opening == "partner_starts" and not met(heard, so_far)
        if asked and state not in URGENT:
            beneath = GROUND if part.pitched else None
            return Choice(BEAT, "You asked me to start, so I keep the beat going.", beneath)
        if _could_echo(heard, part, so_far):
            beneath = GROUND if part.pitched else None
            return Choice(ECHO, "Your figure came to rest, so I may give it back.", beneath)
        current = so_far.choice
        if current is not None and current.technique == ECHO and _echoing(heard, so_far):
            return current
        if state != "silent" and heard.onset is None and part.phrase.ended is not None:
            if silence_due(heard, so_far):
                return Choice(SPACE, "Your phrase came to rest: a silence for both of us.")
            if current is not None and current.technique == SPACE:
                return current
        return _row(heard, part, so_far)


def _row(heard: Impression, part: Part, so_far: Turns) -> Choice:
    """The choice that the table gives."""
    sounds: Sounds = "notes" if part.pitched else "taps"
    beat: When = "with a beat" if heard.pulse is not None and met(heard, so_far) else "at first"
    for state, when, of, technique, beneath, because in TABLE:
        if (state, of) == (heard.playing.name, sounds) and when in ("", beat):
            return Choice(technique, because, beneath)
    raise AssertionError(f"no row for {heard.playing.name}, {sounds}")


def _could_echo(heard: Impression, part: Part, so_far: Turns) -> bool:
    """A short phrase has just come to rest, and an echo is welcome."""
    if heard.playing.name not in ("tentative", "flowing") or not echo_welcome(heard, so_far):
        return False
    if heard.onset is not None or part.phrase.ended is None:
        return False
    tones = part.phrase.tones
    return len(tones) in ECHOED and tones[-1].onset - tones[0].onset <= LONGEST_ECHOED


def _echoing(heard: Impression, so_far: Turns) -> bool:
    """Whether an echo is on its way or still sounds."""
    return any(s.technique == ECHO and s.ends > heard.time for s in so_far.sounding.values())
