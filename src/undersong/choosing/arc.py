"""Arc: the form of the first two minutes, counted from the maker's first sound.

Until 40 s only hold or ground; then an echo may come, at most every 18 s. If nobody has been silent
together with the partner by then, one silence is offered between 95 and 120 s.
"""

from __future__ import annotations

from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.turns import Turns

MEETING: Seconds = 40.0  # only hold or ground until here
SHARED_SILENCE_FROM: Seconds = 95.0
SHARED_SILENCE_BY: Seconds = 120.0
ECHO_REST: Seconds = 18.0  # between two echoes


def elapsed(heard: Impression, so_far: Turns) -> Seconds:
    """Seconds since the maker's first sound; 0 before it."""
    return 0.0 if so_far.first_sound is None else heard.time - so_far.first_sound


def met(heard: Impression, so_far: Turns) -> bool:
    """Whether the first meeting is over, so that more than holding and grounding may come."""
    return elapsed(heard, so_far) >= MEETING


def echo_welcome(heard: Impression, so_far: Turns) -> bool:
    """Whether an echo may come now: after the meeting, and not after every phrase."""
    if not met(heard, so_far):
        return False
    last = so_far.last("imitating")
    return last is None or heard.time - last.at >= ECHO_REST


def silence_due(heard: Impression, so_far: Turns) -> bool:
    """Whether a silence should be shared now, since none has been."""
    if not SHARED_SILENCE_FROM <= elapsed(heard, so_far) <= SHARED_SILENCE_BY:
        return False
    if so_far.silent_together:
        return False
    offered = so_far.last("giving-space", "room")
    return offered is None or so_far.first_sound is None or offered.at < so_far.first_sound + MEETING
