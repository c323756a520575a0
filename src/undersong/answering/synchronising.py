"""Synchronising: the same beat, together.

Clinical term: synchronising (Bruscia 1987, as cited by teaching texts): doing the same thing at the
same time, here the maker's own beat. It says: we move together. It must never correct the maker's
timing (an early hand is a trait, not an error), push the tempo, or drop out when the maker
stumbles. Phase correction .3 and period correction .1: partners who adapt moderately are easiest
to play with (Repp & Keller 2008; Fairhurst et al. 2013). When the beat is lost it coasts for some
beats, nearly unmoved, and then holds still.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.bars import (
    LOW_DRUM,
    Stroke,
    agrees,
    asked_again,
    bar_due,
    next_bar,
    planned_bar,
    soon,
    strokes,
)
from undersong.answering.technique import velocity_under
from undersong.chance import Chance
from undersong.listening.impression import Impression, Part
from undersong.notes import Beats, Pulse
from undersong.turns import NOTHING, Adapt, Answer, Turns

UNDER = 6.5  # dB under the maker
FOLLOW = Adapt(phase=0.33, period=0.1)
COASTING = Adapt(phase=0.1, period=0.0)
COAST: Beats = 6.0  # beats after the maker's last onset
DENSE = 0.85  # onsets a beat from which every beat is played; below half of it, one in four

EVERY: tuple[Stroke, ...] = (
    (0, LOW_DRUM, 0.0), (1, LOW_DRUM, 3.0), (2, LOW_DRUM, 1.5), (3, LOW_DRUM, 3.0),
)  # fmt: skip


class Synchronising:
    """Strokes on the shared beat."""

    name: ClassVar[str] = "synchronising"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Join the beat, keep it, coast, or wait."""
        part, pulse, clock = heard.lead, heard.pulse, so_far.clock
        if part is None:
            return NOTHING
        if pulse is None:
            # nothing to share (any more): what is planned still sounds, nothing is added
            return Answer(adapt=COASTING) if clock is not None else NOTHING
        if clock is None or not agrees(clock, pulse, heard.time):
            return self._bar(heard, part, pulse, soon(pulse, heard.time), start=True)
        coasting = heard.time > part.last_onset + 2.5 * clock.period
        if heard.time > part.last_onset + COAST * clock.period:
            return NOTHING
        if not bar_due(self.name, clock, heard.time, so_far):
            return Answer(
                until=asked_again(self.name, clock, so_far), adapt=COASTING if coasting else FOLLOW
            )
        first = next_bar(self.name, clock, heard.time, so_far)
        return self._bar(heard, part, clock, first, start=False)

    def _bar(self, heard: Impression, part: Part, clock: Pulse, first: int, start: bool) -> Answer:
        # never denser than the maker: on a sparse melody the shared beat is every second one
        share = part.dynamics.density * clock.period
        stride = 1 if share >= DENSE else 2 if share >= DENSE / 2 else 4
        pattern = tuple(stroke for stroke in EVERY if stroke[0] % stride == 0)
        velocities = [velocity_under(part, UNDER + softer, "percussion") for _, _, softer in pattern]
        return Answer(
            notes=strokes(first, pattern, velocities),
            withdraw=start,
            clock=clock if start else None,
            adapt=FOLLOW,
            until=clock.time_at(first + 3),
            turn=planned_bar(self.name, first, heard.time),
            because="You keep a steady beat, so I keep it with you.",
        )
