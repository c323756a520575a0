"""Rhythmic grounding: a soft, steady beat to lean on.

Clinical term: rhythmic grounding (Bruscia 1987, as cited by teaching texts): a steady beat or
ostinato as an anchor under scattered or unstable playing, or under taps alone. It says: here is
something that stays. It must never chase the maker's unsteadiness, hurry, grow dense or loud.
It takes the maker's own beat where there is one, else a calm one of its own; it follows changes of
tempo only slowly. When the partner was asked to start, it is a sparse, snappy groove to join.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.bars import (
    HIGH_DRUM,
    LOW_DRUM,
    Stroke,
    asked_again,
    bar_due,
    next_bar,
    planned_bar,
    soon,
    strokes,
)
from undersong.answering.technique import BEATS_A_BAR, velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.notes import Pulse
from undersong.turns import NOTHING, Adapt, Answer, Turns

UNDER = 7.5  # dB under the maker, on the strong beats
CALM: Seconds = 60 / 56  # the period where the maker has none: between 50 and 70 bpm
FASTEST: Seconds = 0.4  # a faster beat of the maker's is taken at half its speed
SURE = 0.5  # confidence from which a pulse of the maker's is taken up
ENOUGH = 3  # onsets heard before a beat is offered without a pulse
# 2% a bar at most. It does not jump to a beat that slipped away: it glides back to it.
FOLLOW = Adapt(phase=0.2, period=0.06, most=0.005, near=0.35, step=0.015)
SAME_TEMPO = 0.12  # share by which the maker's period may differ before the beat begins anew
STEADFAST = Adapt(phase=0.0, period=0.0)
COAST: Seconds = 8.0  # how long the beat goes on after the maker's last sound
GROOVE_PERIOD: Seconds = 60 / 104
GROOVE_COAST: Seconds = 45.0  # a groove that was asked for waits this long to be joined

STEADY: tuple[Stroke, ...] = (
    (0, LOW_DRUM, 0.0), (1, LOW_DRUM, 4.0), (2, LOW_DRUM, 2.0), (3, LOW_DRUM, 4.0),
)  # fmt: skip
GROOVE: tuple[Stroke, ...] = (
    (0, LOW_DRUM, 0.0), (1, HIGH_DRUM, 3.0), (1.5, LOW_DRUM, 3.0), (3, HIGH_DRUM, 2.0),
)  # fmt: skip


class RhythmicGrounding:
    """A beat that stays."""

    name: ClassVar[str] = "rhythmic-grounding"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Offer a beat, keep it up, or let it go."""
        part = heard.lead
        asked = so_far.opening == "partner_starts"
        if part is None and not asked:
            return NOTHING
        since = so_far.opened_at if part is None else part.last_sound
        coast = GROOVE_COAST if asked and part is None else COAST
        if heard.time > since + coast and not (part is not None and part.holding):
            return NOTHING
        clock, adapt, because = self._clock(heard, so_far, asked)
        if clock is None:
            return NOTHING
        fresh = clock is not so_far.clock
        if not fresh and not bar_due(self.name, clock, heard.time, so_far):
            return Answer(until=asked_again(self.name, clock, so_far))
        first = soon(clock, heard.time) if fresh else next_bar(self.name, clock, heard.time, so_far)
        pattern = GROOVE if asked else STEADY
        velocities = [velocity_under(part, UNDER + softer, "percussion") for _, _, softer in pattern]
        return Answer(
            notes=strokes(first, pattern, velocities),
            withdraw=fresh,
            clock=clock if fresh else None,
            adapt=adapt,
            until=clock.time_at(first + BEATS_A_BAR - 1),
            turn=planned_bar(self.name, first + BEATS_A_BAR, heard.time),
            because=because,
        )

    def _clock(self, heard: Impression, so_far: Turns, asked: bool) -> tuple[Pulse | None, Adapt, str]:
        """The clock to keep or to start, how far it follows, and why."""
        clock, part, pulse = so_far.clock, heard.lead, heard.pulse
        if pulse is not None and pulse.confidence < SURE and not _kept(clock, pulse):
            pulse = None  # too faint to take up, or to leave a steady beat for
        if asked and (pulse is None or part is None):
            start = clock or Pulse(GROOVE_PERIOD, heard.time + 0.3 - GROOVE_PERIOD, 1.0)
            return start, STEADFAST, "You asked me to start, so here is a beat to join."
        if pulse is not None:
            return (
                clock if _kept(clock, pulse) else _not_too_fast(pulse),
                FOLLOW,
                "I keep your own beat steady under you.",
            )
        if clock is not None:
            return clock, STEADFAST, "Your beat wavers, so I keep mine where it was."
        if part is None or part.onsets < ENOUGH or heard.onset is None:
            return None, STEADFAST, ""
        return (
            Pulse(CALM, heard.time, 0.3),
            STEADFAST,
            "Your sounds come at changing distances, so I offer a calm beat to lean on.",
        )


def _kept(clock: Pulse | None, pulse: Pulse) -> bool:
    """Whether the partner's clock already beats at this tempo."""
    if clock is None:
        return False
    period = _not_too_fast(pulse).period
    return abs(clock.period - period) <= SAME_TEMPO * period


def _not_too_fast(pulse: Pulse) -> Pulse:
    if pulse.period >= FASTEST:
        return pulse
    return Pulse(2 * pulse.period, pulse.origin, pulse.confidence)
