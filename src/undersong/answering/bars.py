"""Bars of strokes on the partner's own clock: what the two techniques of the beat share."""

from __future__ import annotations

from undersong.events import Seconds
from undersong.listening.impression import Part
from undersong.notes import Beat, Beats, Note, Pulse
from undersong.turns import Adapt, Turn, Turns

LOW_DRUM = 41  # General MIDI: low floor tom, for a frame drum's middle
HIGH_DRUM = 37  # side stick, for its rim
STROKE: Seconds = 0.25  # how long a stroke counts as sounding
SOON: Seconds = 0.28  # a beat nearer than this is left to the next

# Somebody who taps to us: their lead has to be heard before it is chased.
WITH_TAPS = Adapt(phase=0.3, period=0.075, most=0.1, phase_most=1.0, ready=0.0, near=0.25, home=0.02)

SAME_TEMPO = 0.1  # share by which two periods may differ
IN_PHASE = 0.25  # of a period
ELSEWHERE = 0.16  # likewise: a tap further from our beats means others

# One stroke of a bar: its beat, its drum, and how many dB softer than the first it is.
Stroke = tuple[Beats, int, float]


def soon(clock: Pulse, now: Seconds) -> int:
    """The next beat that can still be planned."""
    return int(clock.beat_at(now + SOON) // 1) + 1


def next_bar(technique: str, clock: Pulse, now: Seconds, so_far: Turns) -> int:
    """The beat on which the next bar begins: after the last one planned, and not in the past."""
    planned = _last_bar(technique, so_far)
    if planned is None:
        return soon(clock, now)
    return max(round(planned.about), soon(clock, now))


def asked_again(technique: str, clock: Pulse, so_far: Turns) -> Seconds:
    """When the next bar has to be planned: on the last beat of this one (long ago without one)."""
    planned = _last_bar(technique, so_far)
    return -1e9 if planned is None else clock.time_at(planned.about - 1)


def _last_bar(technique: str, so_far: Turns) -> Turn | None:
    """The last bar planned on the present clock: beats of an earlier one mean nothing here."""
    planned = so_far.last(technique, "bar")
    return planned if planned is not None and planned.at >= so_far.clock_since else None


def bar_due(technique: str, clock: Pulse, now: Seconds, so_far: Turns) -> bool:
    """Whether the next bar has to be planned now."""
    return now >= asked_again(technique, clock, so_far) - 1e-6


def strokes(first: int, pattern: tuple[Stroke, ...], velocities: list[int]) -> tuple[Note, ...]:
    """The notes of one bar that begins on beat ``first``."""
    return tuple(
        Note(Beat(first + beat), "percussion", drum, velocity, STROKE)
        for (beat, drum, _), velocity in zip(pattern, velocities, strict=True)
    )


def planned_bar(technique: str, ends: int, now: Seconds) -> Turn:
    """What to remember of a bar that ends before the beat ``ends``."""
    return Turn(technique, "bar", now, float(ends))


def same_tempo(clock: Pulse, pulse: Pulse, within: float) -> bool:
    """Whether both beat at one tempo, or one at twice the other's: levels of the same beat."""
    ratio = pulse.period / clock.period
    return any(abs(ratio / level - 1.0) <= within for level in (1.0, 2.0, 0.5))


def agrees(clock: Pulse, pulse: Pulse, time: Seconds, leads: bool = False) -> bool:
    """Whether the partner's clock still beats with the maker: one tempo, and, unless it leads, in phase."""
    if not same_tempo(clock, pulse, SAME_TEMPO):
        return False
    slower, faster = (clock, pulse) if clock.period > pulse.period else (pulse, clock)
    beat = slower.time_at(round(slower.beat_at(time)))
    off = faster.beat_at(beat)
    return leads or abs(off - round(off)) < IN_PHASE


def still_with(clock: Pulse, pulse: Pulse, part: Part, time: Seconds, so_far: Turns) -> bool:
    """Whether the partner's clock may go on with this maker: it agrees with their beat. Somebody who taps
    has left it only if two taps in a row fell elsewhere than on our beats; a tempo that was asked for is
    kept."""
    leads = so_far.wishes.tempo == "lead"  # then a phase of its own is what was asked for
    both = agrees(clock, pulse, time, leads)
    if both or part.pitched:
        return both
    places = [clock.beat_at(tone.onset) for tone in part.phrase.tones[-2:]]
    return so_far.holds or any(abs(place - round(place)) < ELSEWHERE for place in places)
