"""What a technique is, and the few things that several of them need.

A technique is stateless: everything it must remember stands in Turns. It is asked at every event
and at the time it named; it answers with notes, releases, or nothing.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from undersong.chance import Chance
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression, Part
from undersong.theory.loudness import velocity_at
from undersong.turns import Answer, Turns

AUDIBLE = 26  # velocity below which a soft note is lost on small loudspeakers
SILENT_START = 44  # velocity of a note that nobody's playing can be measured against
SOFTER_AT_ONCE = 1.5  # dB by which the last few notes may lie under the level that is answered
NO_PULSE_BAR: Seconds = 4.0  # a bar, while there is no pulse
BEATS_A_BAR = 4
RING_DOWN: Seconds = 3.0  # a sounding bass is let go over 2-4 s, never cut


class Technique(Protocol):
    """One way of answering.

    ``takes_turns``: its voices yield when the maker re-enters. ``inherits``: what an earlier
    technique left sounding is this one's to let go; otherwise it is rung down at the change.
    """

    name: ClassVar[str]
    takes_turns: ClassVar[bool]
    inherits: ClassVar[bool]

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """What to do now."""
        ...


def velocity_under(part: Part | None, decibels: float, voice: Voice) -> int:
    """A velocity so many dB under the maker's own level: audible where it can be, never louder."""
    if part is None or not part.dynamics.velocity:
        return SILENT_START
    # who grows softer is followed at once, who grows louder with time
    level = min(part.dynamics.level, part.dynamics.recent + SOFTER_AT_ONCE)
    wanted = velocity_at(level - decibels, voice)
    if wanted >= AUDIBLE:
        return wanted
    # A very soft maker: rise towards the audible, but stay 3 dB under.
    return max(wanted, min(AUDIBLE, velocity_at(level - 3.0, voice)))


def bar_seconds(heard: Impression) -> Seconds:
    """How long a bar is: four beats, or 4 s without a pulse."""
    return NO_PULSE_BAR if heard.pulse is None else BEATS_A_BAR * heard.pulse.period
