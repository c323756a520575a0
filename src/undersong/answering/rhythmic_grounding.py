"""Rhythmic grounding: a soft, steady beat to lean on.

Clinical term: rhythmic grounding (Bruscia 1987, as cited by teaching texts): a steady beat or
ostinato as an anchor under scattered or unstable playing, or under taps alone. It says: here is
something that stays. It must never chase the maker's unsteadiness, hurry, grow dense or loud.
It takes the maker's own beat where there is one, else a calm one of its own; it follows changes of
tempo only slowly. When the partner was asked to start, it is a sparse, snappy tune to join (groove.py), at
the maker's own pace where that is known; when they tap freely over it, it takes up their tempo, unless it
was asked to hold its own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from undersong.answering import drumming, groove
from undersong.answering.bars import (
    LOW_DRUM,
    SOON,
    Stroke,
    asked_again,
    bar_due,
    next_bar,
    planned_bar,
    same_tempo,
    soon,
    strokes,
)
from undersong.answering.technique import BEATS_A_BAR, velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.notes import Note, Pulse
from undersong.theory.grouping import onset_groups
from undersong.turns import NOTHING, Adapt, Answer, Turns

UNDER = 7.5  # dB under the maker, on the strong beats
CALM: Seconds = 60 / 56  # the period where the maker has none: between 50 and 70 bpm
FASTEST: Seconds = 0.4  # a faster beat of the maker's is taken at half its speed
SURE = 0.65  # confidence from which a pulse among notes is taken up; taps are believed at once
ENOUGH = 6  # onsets heard before a calm beat is offered without a pulse
CALM_SURE = 0.3  # confidence of a beat that nobody keeps but the partner
ALIKE_ONSETS = 4  # so many onsets, whose intervals differ by no more than this factor, mean a beat
ALIKE = 1.3
MEANT_SURE = 0.4
SLOWEST: Seconds = 1.8  # slower taps are not felt as one beat
CALM_BECAUSE = "Your sounds come at changing distances, so I offer a calm beat to lean on."
# 2% a bar at most. It does not jump to a beat that slipped away: it glides back to it.
FOLLOW = Adapt(phase=0.3, period=0.04, most=0.004, near=0.35, step=0.015)
SAME_TEMPO = 0.05  # share by which the maker's period may differ before the beat starts anew with it
STEADFAST = Adapt(phase=0.0, period=0.0)
COAST: Seconds = 8.0  # how long the beat goes on after the maker's last sound
GROOVE_COAST: Seconds = 45.0  # a groove that was asked for waits this long to be joined

STEADY: tuple[Stroke, ...] = (
    (0, LOW_DRUM, 0.0), (1, LOW_DRUM, 4.0), (2, LOW_DRUM, 2.0), (3, LOW_DRUM, 4.0),
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
        waiting = asked and (part is None or so_far.opened_at > part.last_sound)
        since = so_far.opened_at if waiting or part is None else part.last_sound
        coast = GROOVE_COAST if waiting else COAST
        if heard.time > since + coast and not (part is not None and part.holding):
            return NOTHING
        clock, adapt, because = self._clock(heard, so_far, asked)
        if clock is None:
            return NOTHING
        fresh = clock is not so_far.clock
        if not fresh and asked and part is not None and _first_pitch(heard, part, so_far):
            # the bass and the hook make room for the maker's own notes; the drum goes on
            planned = so_far.last(self.name, "bar")
            start = round(planned.about) - BEATS_A_BAR if planned is not None else soon(clock, heard.time)
            return Answer(
                notes=groove.notes(heard, clock, start, joined=True, since=heard.time + SOON),
                withdraw=True,
                until=asked_again(self.name, clock, so_far),
            )
        if not fresh and not bar_due(self.name, clock, heard.time, so_far):
            return Answer(until=asked_again(self.name, clock, so_far))
        first = soon(clock, heard.time) if fresh else next_bar(self.name, clock, heard.time, so_far)
        return Answer(
            notes=groove.notes(heard, clock, first, joined=not waiting)
            if asked
            else _strokes(heard, part, clock, first),
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
        faint = pulse is not None and part is not None and part.pitched and pulse.confidence < SURE
        if faint and pulse is not None and not _kept(clock, pulse):
            pulse = None  # among notes too faint to take up, or to leave a steady beat for
        if asked and (pulse is None or part is None or (clock is not None and so_far.holds)):
            period = groove.pace(heard, so_far)
            start = clock or Pulse(period, heard.time + 0.3 - period, 1.0)
            return start, STEADFAST, "You asked me to start, so here is a beat to join."
        if pulse is not None:
            return (
                clock if _kept(clock, pulse) else _not_too_fast(pulse),
                FOLLOW,
                "I keep your own beat steady under you.",
            )
        if clock is not None and clock.period != CALM:  # a calm beat follows nobody, so it stays that
            playing = part is not None and heard.time - part.last_onset < 2 * clock.period
            return clock, FOLLOW, "Your beat wavers, so I keep ours where it was." if playing else ""
        if clock is not None:
            return clock, STEADFAST, CALM_BECAUSE
        if part is None or heard.onset is None:
            return None, STEADFAST, ""
        meant = None if part.pitched else _meant(part)
        if meant is not None:
            return meant, FOLLOW, "Your taps lie nearly evenly, so I take up their pace."
        if part.onsets < ENOUGH:
            return None, STEADFAST, ""
        return Pulse(CALM, heard.time, CALM_SURE), STEADFAST, CALM_BECAUSE


def _first_pitch(heard: Impression, part: Part, so_far: Turns) -> bool:
    """Whether the first note with a pitch since the asking has just begun."""
    if heard.onset is None or heard.onset.pitch is None:
        return False
    since = [
        tone for tone in part.phrase.tones if tone.onset >= so_far.opened_at and tone.pitch is not None
    ]
    return len(since) == 1


def _strokes(heard: Impression, part: Part | None, clock: Pulse, first: int) -> tuple[Note, ...]:
    """The bar that begins on ``first``: even strokes, or, with somebody who taps, half as many."""
    pattern = STEADY
    if part is not None and not part.pitched:
        pattern = drumming.bar(drumming.HALF, part, clock, first)
    velocities = [velocity_under(heard.gentlest, UNDER + softer, "percussion") for _, _, softer in pattern]
    return strokes(first, pattern, velocities)


def _meant(part: Part) -> Pulse | None:
    """The beat that the last few onsets seem to mean, before there is a pulse to be sure of."""
    onsets = onset_groups(tone.onset for tone in part.phrase.tones)[-ALIKE_ONSETS:]
    gaps = [b - a for a, b in pairwise(onsets)]
    if len(onsets) < ALIKE_ONSETS or max(gaps) > ALIKE * min(gaps):
        return None
    period = (onsets[-1] - onsets[0]) / len(gaps)
    if not FASTEST <= period <= SLOWEST:
        return None
    return Pulse(period, onsets[-1], MEANT_SURE)


def _kept(clock: Pulse | None, pulse: Pulse) -> bool:
    """Whether the partner's clock already beats at this tempo, wherever its beats fall."""
    return clock is not None and same_tempo(clock, pulse, SAME_TEMPO)


def _not_too_fast(pulse: Pulse) -> Pulse:
    if pulse.period >= FASTEST:
        return pulse
    return Pulse(2 * pulse.period, pulse.origin, pulse.confidence)
