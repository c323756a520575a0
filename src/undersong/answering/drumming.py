"""Drumming: a frame drum with somebody who taps. Beats and dB; four beats to a bar.

The middle of the drum leans on the first beat, the rim answers, and every fourth bar is left nearly empty.
Once the maker has tapped for a while, a figure of their own, long and short, comes back on the rim one bar
later, with their own timing; once, and then not for some bars. It never strikes more often than they do.
"""

from __future__ import annotations

from itertools import pairwise

from undersong.answering.bars import HIGH_DRUM, LOW_DRUM, Stroke
from undersong.listening.impression import Part
from undersong.notes import Beats, Pulse
from undersong.theory.grouping import onset_groups

BEATS = 4
HEARD_FIRST = 8  # onsets of the maker's before a figure comes back,
FIGURES = 8  # and bars from one to the next
UNEQUAL = 1.35  # times that the longest gap of a figure is longer than its shortest
SHORTEST: Beats = 0.2
FEWEST, MOST = 3, 6  # strokes of a figure
SOFTER = 3.0  # dB of a figure under the drum's first beat

# Half as many strokes as beats; for going along, three in four, now before and now after the middle; and
# livelier, pushing ahead of it.
HALF: tuple[tuple[Stroke, ...], ...] = (
    ((0, LOW_DRUM, 0.0), (2, LOW_DRUM, 3.0)),
    ((0, LOW_DRUM, 1.0), (2, HIGH_DRUM, 4.0)),
    ((0, LOW_DRUM, 0.0), (2, LOW_DRUM, 3.0)),
    ((0, LOW_DRUM, 1.0),),
)  # fmt: skip
ALONG: tuple[tuple[Stroke, ...], ...] = (
    ((0, LOW_DRUM, 0.0), (1, HIGH_DRUM, 5.0), (2, LOW_DRUM, 3.0)),
    ((0, LOW_DRUM, 1.0), (2, HIGH_DRUM, 3.0), (3, LOW_DRUM, 4.0)),
    ((0, LOW_DRUM, 0.0), (1, HIGH_DRUM, 5.0), (2, LOW_DRUM, 3.0)),
    ((0, LOW_DRUM, 1.0), (3, HIGH_DRUM, 5.0)),
)  # fmt: skip
LIVELY: tuple[tuple[Stroke, ...], ...] = (
    ((0, LOW_DRUM, -1.0), (1, HIGH_DRUM, 3.0), (1.5, LOW_DRUM, 4.0), (3, HIGH_DRUM, 2.0)),
    ((0, LOW_DRUM, 0.0), (1, HIGH_DRUM, 3.0), (2, LOW_DRUM, 2.0), (3, HIGH_DRUM, 3.0)),
    ((0, LOW_DRUM, -1.0), (1, HIGH_DRUM, 3.0), (1.5, LOW_DRUM, 4.0), (3, HIGH_DRUM, 2.0)),
    ((0, LOW_DRUM, 0.0), (2.5, HIGH_DRUM, 3.0), (3, HIGH_DRUM, 4.0)),
)  # fmt: skip


def bar(
    patterns: tuple[tuple[Stroke, ...], ...], part: Part, clock: Pulse, first: int
) -> tuple[Stroke, ...]:
    """The strokes of the bar that begins on beat ``first``: the drum's own, or the maker's figure."""
    number = first // BEATS
    if number % FIGURES == len(patterns) - 1 and part.onsets >= HEARD_FIRST:
        found = figure(part, clock, first)
        if found:
            return tuple((place, LOW_DRUM if place == 0 else HIGH_DRUM, SOFTER) for place in found)
    return patterns[number % len(patterns)]


def figure(part: Part, clock: Pulse, first: int) -> tuple[Beats, ...]:
    """The maker's latest four beats, each onset one or two bars later in the bar that begins on ``first``;
    nothing where they are even, or too many or too few to be a figure."""
    onsets = onset_groups(tone.onset for tone in part.phrase.tones)
    beats = [clock.beat_at(onset) - first for onset in onsets]
    near = [beat for beat in beats if -BEATS - 1.25 <= beat < -1.25]
    if not FEWEST <= len(near) <= MOST:
        return ()
    gaps = [b - a for a, b in pairwise(near)]
    if min(gaps) < SHORTEST or max(gaps) < UNEQUAL * min(gaps):
        return ()
    places = sorted(round(beat + (BEATS if beat >= -BEATS - 0.25 else 2 * BEATS), 3) for beat in near)
    return tuple(place if abs(place - round(place)) > 0.12 else float(round(place)) for place in places)
