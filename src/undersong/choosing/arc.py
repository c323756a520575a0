"""Arc: the form of the minutes, counted from the maker's first sound.

Meet: until 40 s only hold or ground. Early: until two minutes, with the first echo; if nobody has been
silent together by then, one silence is offered between 95 and 120 s. Then the longer form of the plan's
minutes: develop; turn, one turning point between 50 and 70% of it; return, in which the opening comes
back; close, in which everything thins out. Playing that goes on is taken as another round of the form
from develop on; nothing ever ends by itself. Every minute or so the partner leaves some seconds free.
"""

from __future__ import annotations

from typing import Literal

from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.turns import Turns

Phase = Literal["meet", "early", "develop", "turn", "return", "close"]

MEETING: Seconds = 40.0  # only hold or ground until here
EARLY: Seconds = 120.0
TURN, RETURN, CLOSE = 0.5, 0.7, 0.88  # shares of the form at which these phases begin
SHARED_SILENCE_FROM: Seconds = 95.0
SHARED_SILENCE_BY: Seconds = EARLY
REPLY_REST: Seconds = 18.0  # between two replies to phrases
TRUSTED_PHRASES = 3  # phrases of the maker's after which more than imitation may come
TIMBRE_STAYS: Seconds = 150.0  # two to four changes in ten minutes
THIN_EVERY: Seconds = 64.0  # the texture thins out so often,
THIN_FOR: Seconds = 13.0  # for so long


def elapsed(heard: Impression, so_far: Turns) -> Seconds:
    """Seconds since the maker's first sound; 0 before it."""
    return 0.0 if so_far.first_sound is None else heard.time - so_far.first_sound


def phase(heard: Impression, so_far: Turns) -> Phase:
    """Where in the form the playing is."""
    if so_far.aim == "close":
        return "close"
    gone, whole = elapsed(heard, so_far), 60.0 * so_far.minutes
    if gone < MEETING:
        return "meet"
    if gone < EARLY:
        return "early"
    if gone >= whole > EARLY:
        gone = EARLY + (gone - EARLY) % (whole - EARLY)
    share = gone / whole
    if share < TURN:
        return "develop"
    if share < RETURN:
        return "turn"
    return "return" if share < CLOSE else "close"


def met(heard: Impression, so_far: Turns) -> bool:
    """Whether the first meeting is over, so that more than holding and grounding may come."""
    return elapsed(heard, so_far) >= MEETING


def trusted(heard: Impression, so_far: Turns) -> bool:
    """Whether more than imitating and matching may come: after two minutes, and some phrases."""
    part = heard.lead
    return part is not None and part.phrase.number > TRUSTED_PHRASES and elapsed(heard, so_far) >= EARLY


def reply_welcome(heard: Impression, so_far: Turns, replies: tuple[str, ...]) -> bool:
    """Whether a reply to a phrase may come now: after the meeting, and not after every phrase."""
    if not met(heard, so_far):
        return False
    last = max((turn.at for name in replies if (turn := so_far.last(name)) is not None), default=None)
    return last is None or heard.time - last >= REPLY_REST


def silence_due(heard: Impression, so_far: Turns) -> bool:
    """Whether a silence should be shared now, since none has been."""
    if not SHARED_SILENCE_FROM <= elapsed(heard, so_far) <= SHARED_SILENCE_BY:
        return False
    if so_far.silent_together:
        return False
    offered = so_far.last("giving-space", "room")
    return offered is None or so_far.first_sound is None or offered.at < so_far.first_sound + MEETING


def timbre_due(heard: Impression, so_far: Turns) -> bool:
    """Whether the partner's voices may take another timbre now: some minutes after the last, and only in a
    rest, the maker's or the partner's own, when none of them sounds but the ground."""
    part = heard.lead
    if part is None or elapsed(heard, so_far) < EARLY or heard.time - so_far.timbre_since < TIMBRE_STAYS:
        return False
    rests = part.phrase.ended is not None or thin(heard, so_far)
    return rests and all(s.play.voice in ("bass", "percussion") for s in so_far.sounding.values())


def thin(heard: Impression, so_far: Turns) -> bool:
    """Whether these are seconds that the partner leaves free."""
    gone = elapsed(heard, so_far)
    return gone >= EARLY and (gone - EARLY) % THIN_EVERY >= THIN_EVERY - THIN_FOR
