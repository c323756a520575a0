"""Enlivening: a beat that grows a little quicker over minutes, as far as the maker comes along.

A share of the tempo so small that no bar tells is offered at each of the maker's taps, and their taps say
whether it is taken: as long as they keep up, it goes on, to a few percent over the tempo at which both met;
when their own tempo stays behind, it is given back at the same pace, and not offered again for a while.
Where the session is meant to enliven, more is offered, and the drum comes nearer. Never while the maker
grows softer, in the last part of the minutes, or where somebody asked who should keep the tempo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.turns import Adapt, Turns

KEEPS_UP = 0.02  # share of the period by which the maker's own may be longer
GIVEN_BACK = 0.003  # share a beat
FADES = -2.0  # dB: who grew so much softer is not enlivened
LAST = 0.88  # share of the minutes after which nothing is offered
LIVELY = 0.03  # share gained from which the drum is livelier
BEATS_OF_PULSE = 0.25  # confidence of a pulse that can tell
WITH_YOU = "You come along, so I let the beat grow a little livelier."
YOURS = "You stay with your own tempo, so I come back to it."
STEADY = "You keep a steady beat, so I keep it with you."


@dataclass(frozen=True, slots=True)
class Offer:
    """How much: share of the tempo a beat, and in all; after so many seconds on one beat."""

    share: float
    most: float
    after: Seconds


HARDLY = Offer(0.0003, 0.03, 60.0)
MORE = Offer(0.0015, 0.12, 20.0)  # .6% in a bar of four


def enlivened(adapt: Adapt, heard: Impression, so_far: Turns) -> tuple[Adapt, str]:
    """How the clock follows now, a little quicker or back again, and why."""
    clock, began, pulse, part = so_far.clock, so_far.clock_began, heard.pulse, heard.lead
    if clock is None or began is None or pulse is None or part is None or so_far.wishes.tempo is not None:
        return adapt, STEADY
    gained = 1.0 - clock.period / began.period
    behind = pulse.period / clock.period - 1.0
    if gained > 0.0 and behind > KEEPS_UP and pulse.confidence >= BEATS_OF_PULSE:
        return replace(adapt, pull=-GIVEN_BACK), YOURS
    offer = MORE if so_far.aim == "enliven" else HARDLY
    early = heard.time < so_far.clock_since + offer.after
    late = so_far.first_sound is not None and heard.time > so_far.first_sound + LAST * 60.0 * so_far.minutes
    fades = part.trend.louder is not None and part.trend.louder < FADES
    if early or late or fades or so_far.holds or gained >= offer.most or behind > KEEPS_UP / 2:
        return adapt, STEADY
    return replace(adapt, pull=offer.share), WITH_YOU if gained >= LIVELY else STEADY


def lively(so_far: Turns) -> bool:
    """Whether the beat has grown livelier, as the session is meant to."""
    clock, began = so_far.clock, so_far.clock_began
    if clock is None or began is None or so_far.aim != "enliven":
        return False
    return round(1.0 - clock.period / began.period - LIVELY, 9) >= 0
