"""Extending: a brief figure is carried a little further.

Clinical term: extending (Bruscia 1987, as cited by teaching texts): adding something to the end of the
maker's music, in its character. It says: this could go on, like this. The figure's own rhythm goes on
from its last note, in the maker's register and on the maker's own pitches. It must never take over: two
bars at most, then it waits until the maker has played another phrase; and it stops when they come back.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.technique import bar_seconds
from undersong.answering.variation import LEAD, answered, fitted, nearest, said, say, scale, speak_at
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.notes import Tone
from undersong.turns import NOTHING, Answer, Turn, Turns

UNDER = 5.0  # dB under the maker
FEWEST, MOST = 2, 8  # notes of an extension
BARS = 2
ONE_NEW_IN = 4  # notes, of which one may be new where the maker's are all the same
SHARE = 0.95  # of two bars that may be filled


class Extending:
    """The figure goes on."""

    name: ClassVar[str] = "extending"
    takes_turns: ClassVar[bool] = True
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Wait until the figure is over, carry it on, then wait for the next."""
        part = heard.lead
        if part is None or part.holding:
            return NOTHING
        before = answered(part, so_far, self.name, "extension")
        figure = said(part, before)
        if len(figure) < FEWEST or (before is not None and part.phrase.tones[0].onset <= before.about):
            return NOTHING  # the rest of a phrase that was extended already
        begins = speak_at(heard, part, figure)
        if heard.time < begins - LEAD - 1e-6:
            return Answer(until=begins - LEAD)
        begins = max(begins, heard.time + LEAD)
        about = figure[-1].onset
        figure = _brief(figure[-MOST:], SHARE * BARS * bar_seconds(heard))
        figure, at = fitted(heard, so_far, figure, begins, FEWEST)
        return Answer(
            notes=say(heard, figure, _onward(figure, heard), at, UNDER),
            turn=Turn(self.name, "extension", heard.time, about),
            because="Your figure came to rest, so I carry it a little further on your own notes.",
        )


def _brief(figure: tuple[Tone, ...], most: Seconds) -> tuple[Tone, ...]:
    """The end of the figure that fits into so many seconds, its last note included."""
    while len(figure) > FEWEST:
        last = figure[-1].offset or figure[-1].onset + 0.6
        if last - figure[0].onset <= most:
            break
        figure = figure[1:]
    return figure


def _onward(figure: tuple[Tone, ...], heard: Impression) -> list[int | None]:
    """The figure again, each note as many steps of the maker's own notes further as lie between its
    first and its last; turned round where that leads nowhere new."""
    pitches = [tone.pitch for tone in figure if tone.pitch is not None]
    if len(pitches) < len(figure):
        return [None] * len(figure)
    ladder = sorted(dict.fromkeys(pitches))
    places = [ladder.index(pitch) for pitch in pitches]
    onward = [_reflected(place + places[-1] - places[0], len(ladder)) for place in places]
    for other in (places[::-1], [_reflected(place + 1, len(ladder)) for place in places]):
        if onward == places:
            onward = other
    found: list[int | None] = [ladder[place] for place in onward]
    if len(ladder) == 1 and len(found) >= ONE_NEW_IN:
        found[-1] = nearest(ladder[0] - 2, scale(heard.tonality), not_this=ladder[0])
    return found


def _reflected(place: int, size: int) -> int:
    """A place on a ladder that is walked back from either end."""
    if size == 1:
        return 0
    place %= 2 * (size - 1)
    return place if place < size else 2 * (size - 1) - place
