"""Rules: the built-in policy: what stands in the table (table.py), and the few rules around it.

Where a row names several answers, they take turns: after STAY seconds, with a note of the maker's that
begins a phrase, the one that has not been there for longest comes. Around the table stand the form of
the minutes (arc.py), replies to phrases that have come to rest, seconds left free, and hysteresis: a
choice stays for DWELL seconds, and only a note of the maker's brings a technique that begins something.
Falling silent, storming, a reply and a shared silence do not wait; nor does a wish. Where several play, a
reply is to the one who is attended to, and another's playing on does not take it away.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.choosing.arc import Phase, met, phase, reply_welcome, silence_due, thin, trusted
from undersong.choosing.table import (
    AIMS,
    BEAT,
    ECHO,
    EVER,
    EXTEND,
    GROUND,
    RECALL,
    REPLIES,
    SPACE,
    SUPPORTING,
    TABLE,
    Row,
    Sounds,
)  # fmt: skip
from undersong.choosing.wishes import SPOKEN
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.turns import Choice, Turns

DWELL: Seconds = 4.0  # a choice stays at least so long
STAY: Seconds = 32.0  # after so long another answer of the same row may take over
URGENT = ("silent", "storming")  # states that do not wait
ANSWERED = range(2, 13)  # notes of a phrase that may be replied to
LONGEST_ANSWERED: Seconds = 7.0


# The rows for each state and sound, those of a phase before those of the others.
_ROWS: dict[tuple[str, Sounds, Phase], tuple[Row, ...]] = {
    (state, sounds, now): tuple(
        sorted(
            (row for row in TABLE if (row.state, row.sounds) == (state, sounds)),
            key=lambda row: now not in row.phases,
        )
    )
    for state, sounds in dict.fromkeys((row.state, row.sounds) for row in TABLE)
    for now in EVER
}


class Rules:
    """The built-in policy."""

    name: ClassVar[str] = "rules"

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
        if so_far.wishes.at >= heard.time or current.technique == _avoided(heard, so_far):
            return wanted  # what was wished does not wait
        if wanted.technique in (*REPLIES, SPACE):
            return wanted
        if heard.onset is None:
            return current  # what begins something begins with the maker
        rested = current.technique in (*REPLIES, SPACE)
        if rested or heard.playing.name in URGENT or heard.time - so_far.chosen_at >= DWELL:
            return wanted
        return current

    def _wanted(self, heard: Impression, part: Part, so_far: Turns) -> Choice:
        state = heard.playing.name
        current = so_far.choice
        beneath = GROUND if part.pitched else None
        if so_far.opening == "partner_starts" and not met(heard, so_far) and state not in URGENT:
            return Choice(BEAT, "You asked me to start, so I keep the beat going.", beneath)
        if _still_to_reply(heard, part, so_far):
            assert current is not None
            return current
        reply = _reply(heard, part, so_far)
        if reply is not None:
            if current is not None and current.technique in SUPPORTING:
                beneath = current.technique
            return Choice(*reply, beneath)
        if current is not None and current.technique in REPLIES and _replying(heard, so_far):
            return current
        if state != "silent" and heard.led is None and part.phrase.ended is not None:
            if silence_due(heard, so_far):
                return Choice(SPACE, "Your phrase came to rest: a silence for both of us.")
            if current is not None and current.technique == SPACE:
                return current
        carries = state in ("flowing", "insistent") or (state == "tentative" and trusted(heard, so_far))
        if carries and thin(heard, so_far):
            return Choice(SPACE, "You carry the music, so I leave you some time to yourself.")
        return _from_table(heard, part, so_far)


def _from_table(heard: Impression, part: Part, so_far: Turns) -> Choice:
    """The choice that the table gives; where it is not wanted, what another phase would give."""
    sounds: Sounds = "notes" if part.pitched else "taps"
    beat, now = "no" if heard.pulse is None else "yes", phase(heard, so_far)
    for row in _ROWS[heard.playing.name, sounds, now]:
        choices = [
            Choice(technique, because, beneath)
            for technique, beneath, because in row.answers
            if row.beat in ("", beat) and _free(technique, heard, so_far)
        ]
        serving = [c for c in choices if c.technique in AIMS.get(so_far.aim or "", ())]
        if choices:
            return _turn_about(serving or choices, heard, part, so_far)
    return Choice(SPACE, SPOKEN["room"][so_far.wishes.beside])


def _turn_about(choices: list[Choice], heard: Impression, part: Part, so_far: Turns) -> Choice:
    """The present answer of a row, or, after some time and at the beginning of a phrase, the next."""
    current = so_far.choice
    here = next((c for c in choices if current is not None and c.layers == current.layers), None)
    fresh = len(part.phrase.tones) <= 1 or heard.time - so_far.chosen_at >= 2 * STAY
    if here is not None and (heard.time - so_far.chosen_at < STAY or not fresh):
        return here
    last: dict[str, Seconds] = {choice.technique: at for at, choice in so_far.choices}
    # the one that has not been there for longest; of those that never were, the first of the row
    return min(choices, key=lambda c: last.get(c.technique, -1.0))


def _free(technique: str, heard: Impression, so_far: Turns) -> bool:
    """Whether a technique is there, and nobody asked for something else."""
    return technique in so_far.techniques and technique != _avoided(heard, so_far)


def _avoided(heard: Impression, so_far: Turns) -> str | None:
    wishes = so_far.wishes
    return wishes.avoided if heard.time < wishes.avoided_until else None


def _reply(heard: Impression, part: Part, so_far: Turns) -> tuple[str, str] | None:
    """A short phrase has just come to rest, and a reply is welcome: which, and why."""
    if heard.playing.name not in ("tentative", "flowing") or not reply_welcome(heard, so_far, REPLIES):
        return None
    if heard.led is not None or part.phrase.ended is None:
        return None
    tones = part.phrase.tones
    if len(tones) not in ANSWERED or tones[-1].onset - tones[0].onset > LONGEST_ANSWERED:
        return None
    echo = ECHO, "Your figure came to rest, so I may give it back."
    if not trusted(heard, so_far):
        return echo if _free(ECHO, heard, so_far) else None
    kinds = [
        echo,
        (EXTEND, "Your figure was brief, so I go on a little in its way."),
        (RECALL, "A figure of yours from before comes back."),
    ]
    if phase(heard, so_far) == "return":
        kinds.reverse()  # what began comes back
    last: dict[str, Seconds] = {choice.technique: at for at, choice in so_far.choices}
    serving = AIMS.get(so_far.aim or "", REPLIES)
    kinds = [kind for kind in kinds if _free(kind[0], heard, so_far) and kind[0] in serving]
    return min(kinds, key=lambda kind: last.get(kind[0], -1.0), default=None)


def _still_to_reply(heard: Impression, part: Part, so_far: Turns) -> bool:
    """Whether a reply was chosen for this rest of the maker's, and may still come."""
    current, ended = so_far.choice, part.phrase.ended
    if current is None or current.technique not in REPLIES or heard.led is not None:
        return False
    return ended is not None and so_far.chosen_at >= ended and heard.playing.name != "silent"


def _replying(heard: Impression, so_far: Turns) -> bool:
    """Whether a reply is on its way or still sounds."""
    return any(s.technique in REPLIES and s.ends > heard.time for s in so_far.sounding.values())
