"""Synchronising: the same beat, together.

Clinical term: synchronising (Bruscia 1987, as cited by teaching texts): doing the same thing at the
same time, here the maker's own beat. It says: we move together. It must never correct the maker's
timing (an early hand is a trait, not an error), push the tempo, or drop out when the maker
stumbles. Partners who adapt moderately are easiest to play with (Repp & Keller 2008; Fairhurst et al.
2013): with a maker who corrects asynchronies too, this one corrects .3 of each; with one who does not,
up to all of it (playing.schedule.Gain tells which). When the beat is lost it coasts for some beats,
nearly unmoved, and then holds still.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering import drumming
from undersong.answering.bars import (
    LOW_DRUM,
    WITH_TAPS,
    Stroke,
    asked_again,
    bar_due,
    next_bar,
    planned_bar,
    soon,
    still_with,
    strokes,
)
from undersong.answering.enlivening import STEADY, enlivened, lively
from undersong.answering.technique import BEATS_A_BAR, velocity_under
from undersong.chance import Chance
from undersong.listening.impression import Impression, Meter, Part
from undersong.notes import Beats, Pulse
from undersong.turns import NOTHING, Adapt, Answer, Turns

UNDER = 6.5  # dB under the maker
FOLLOW = Adapt(phase=0.3, period=0.28, most=0.1, phase_most=1.0, near=0.25)
COASTING = Adapt(phase=0.1, period=0.0)
SURE = 0.5  # confidence from which a pulse that disagrees is gone along with
COAST: Beats = 6.0  # beats after the maker's last onset
BUSY = 0.7  # onsets a beat of somebody who taps, from which the drum strikes three beats of four
DENSE = 0.97  # onsets a beat from which every beat is struck
AS_DENSE = 1.08  # strokes for an onset of the maker's, at most
NEAR_BEAT = 0.2  # of a period
METER_SURE = 0.2  # confidence from which the meter is counted
SAME_BEATS = 0.1  # share by which the periods may differ then
LOOK_BACK = 11  # beats among which the maker's notes are looked for
OFTEN = 0.55  # share of the maker's notes on a beat from which it is struck
LONGER = 0.02  # how much more a longer count must tell
BAR_OF_THREE = 3

# How much softer than the first beat each beat of a bar is, in dB.
SOFTER: dict[int, tuple[float, ...]] = {2: (0.0, 3.0), 3: (0.0, 3.0, 3.0), 4: (0.0, 3.0, 1.5, 3.0)}


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
        if clock is None or (
            pulse.confidence >= SURE and not still_with(clock, pulse, part, heard.time, so_far)
        ):
            return self._bar(heard, part, so_far, pulse, soon(pulse, heard.time), start=True)
        coasting = heard.time > part.last_onset + 2.5 * clock.period
        if heard.time > part.last_onset + COAST * clock.period:
            return NOTHING
        if not bar_due(self.name, clock, heard.time, so_far):
            return Answer(
                until=asked_again(self.name, clock, so_far),
                adapt=COASTING if coasting else _follow(heard, part, so_far)[0],
            )
        first = next_bar(self.name, clock, heard.time, so_far)
        return self._bar(heard, part, so_far, clock, first, start=False)

    def _bar(
        self, heard: Impression, part: Part, so_far: Turns, clock: Pulse, first: int, start: bool
    ) -> Answer:
        pattern, bar = _struck(heard, part, so_far, clock, first)
        adapt, because = _follow(heard, part, so_far)
        velocities = [velocity_under(heard.gentlest, UNDER + by, "percussion") for _, _, by in pattern]
        return Answer(
            notes=strokes(first, pattern, velocities),
            withdraw=start,
            clock=clock if start else None,
            adapt=adapt,
            until=clock.time_at(first + bar - 1),
            turn=planned_bar(self.name, first + bar, heard.time),
            because=because,
        )


def _struck(
    heard: Impression, part: Part, so_far: Turns, clock: Pulse, first: int
) -> tuple[tuple[Stroke, ...], int]:
    """The strokes of the bar that begins on ``first``, and how many beats it has."""
    meter = _meter(heard, clock)
    if not part.pitched and (meter is None or meter.beats != BAR_OF_THREE):
        busy = part.dynamics.density * clock.period >= BUSY
        patterns = drumming.HALF
        if busy:
            patterns = drumming.LIVELY if lively(so_far) else drumming.ALONG
        return drumming.bar(patterns, part, clock, first), drumming.BEATS
    struck, bar = _where_notes_fall(part, clock, first, meter)
    softer = SOFTER[meter.beats if meter is not None else bar]
    down = first if meter is None else round(clock.beat_at(meter.downbeat))
    return tuple((beat, LOW_DRUM, softer[(first + beat - down) % len(softer)]) for beat in struck), bar


def _follow(heard: Impression, part: Part, so_far: Turns) -> tuple[Adapt, str]:
    """How far to go along, and why."""
    return (FOLLOW, STEADY) if part.pitched else enlivened(WITH_TAPS, heard, so_far)


def _meter(heard: Impression, clock: Pulse) -> Meter | None:
    """The meter, where the partner counts the same beats."""
    pulse, meter = heard.pulse, heard.meter
    if pulse is None or meter is None or meter.confidence < METER_SURE:
        return None
    return meter if abs(pulse.period / clock.period - 1.0) < SAME_BEATS else None


def _where_notes_fall(
    part: Part, clock: Pulse, first: int, meter: Meter | None
) -> tuple[tuple[int, ...], int]:
    """Which beats of the bar that begins on ``first`` to strike, and how many beats it has.

    Every beat, where the maker is as dense as that. Else, so as never to be denser, those on which
    the maker's notes have been falling: counted as the meter is, or, while none is heard, in twos,
    threes or fours, whichever tells best.
    """
    whole = BAR_OF_THREE if meter is not None and meter.beats == BAR_OF_THREE else BEATS_A_BAR
    every = tuple(range(whole)), whole
    if part.dynamics.density * clock.period >= DENSE:
        return every
    near = [(beat, round(beat)) for beat in (clock.beat_at(t.onset) for t in part.phrase.tones)]
    met = {nearest: True for beat, nearest in near if abs(beat - nearest) < NEAR_BEAT}
    if not met:
        return (0, 2), whole
    last = max(met)
    best: tuple[float, int, tuple[float, ...]] | None = None
    for count in (BAR_OF_THREE,) if whole == BAR_OF_THREE else (2, 3, 4):
        shares = []
        for place in range(count):
            beats = [b for b in range(last - LOOK_BACK, last + 1) if (b - first) % count == place]
            shares.append(sum(1 for b in beats if b in met) / len(beats))
        certain = sum(abs(share - 0.5) for share in shares) / count - LONGER * count
        if best is None or round(certain, 6) > best[0]:
            best = round(certain, 6), count, tuple(shares)
    assert best is not None
    _, count, found = best
    bar = BAR_OF_THREE if count == BAR_OF_THREE else BEATS_A_BAR
    most = max(1, int(AS_DENSE * part.dynamics.density * clock.period * bar))
    often = sorted(range(bar), key=lambda beat: (-found[beat % count], beat))[:most]
    return tuple(b for b in sorted(often) if found[b % count] >= OFTEN) or (often[0],), bar
