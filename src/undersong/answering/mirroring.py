"""Mirroring: the same thing at the same time.

Clinical term: mirroring (Wigram 2004, as cited by teaching texts): doing what the maker does as they do
it. It says: we are doing this together. Only what has come back twice can be foreseen, so it joins a loop
in its fourth round, an octave below, each note planned for when the maker's own is expected and taken
earlier when theirs comes earlier. It must never guess: what leaves the loop is no longer mirrored, and a
figure that has not come back is only imitated, after it is over.
"""

from __future__ import annotations

from itertools import islice, pairwise
from typing import ClassVar

from undersong.answering.technique import velocity_under
from undersong.answering.variation import LEAD, answered, fitted, octave, said, say, speak_at
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.notes import After, Note, Tone
from undersong.turns import NOTHING, Answer, Turn, Turns

UNDER = 1.5  # dB under the maker
ECHO_UNDER = 5.0  # dB, of an echo
FEWEST, MOST = 2, 12  # notes of an echo
LATER: Seconds = 0.012  # planned so much late: an early maker still brings the note along
SAME = 0.16  # of an interval: a note of ours so near to the maker's is its pair
SAME_AT_LEAST: Seconds = 0.08
LATEST_OURS = 4  # notes of ours among which the pair is looked for
EVEN = 0.2  # share by which intervals may stray from whole numbers of one unit
HELD = 0.85  # of the interval that a note sounds
FLOOR = 40  # lowest MIDI pitch


class Mirroring:
    """The maker's loop, together with the maker."""

    name: ClassVar[str] = "mirroring"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """At each note of a loop, play it if it came early, and plan the next one."""
        part = heard.lead
        if part is None:
            return NOTHING
        began = heard.onset is not None and heard.onset.maker == part.maker
        if part.loop:
            return self._together(heard, part, so_far) if began else NOTHING
        if began:
            return Answer(withdraw=True)
        return NOTHING if part.holding else _echo(heard, part, so_far)

    def _together(self, heard: Impression, part: Part, so_far: Turns) -> Answer:
        loop = part.loop
        rounds = (len(loop) - 1) // 2
        step = _next_step(loop, rounds)
        own, coming = loop[-1], loop[-rounds]
        shift = octave([tone.pitch for tone in loop if tone.pitch is not None], FLOOR)
        near = max(SAME_AT_LEAST, SAME * step)
        met = any(
            s.technique == self.name and own.onset - near < s.play.at <= heard.time
            for s in islice(reversed(so_far.past), LATEST_OURS)
        )
        notes = []
        if not met:
            notes.append(_note(heard, own, shift, 0.0, step))
        notes.append(_note(heard, coming, shift, own.onset + step + LATER - heard.time, step))
        return Answer(
            notes=tuple(notes),
            withdraw=True,
            because="Your figure has come back twice, so I play it with you.",
        )


def _next_step(loop: tuple[Tone, ...], count: int) -> Seconds:
    """The interval to the next note: in units of the loop where it has one, else as in both rounds."""
    steps = [b.onset - a.onset for a, b in pairwise(loop)]
    unit = min(steps)
    whole = [max(1, round(step / unit)) for step in steps]
    unit = sum(steps) / sum(whole)
    if all(abs(step / unit - n) <= EVEN for step, n in zip(steps, whole, strict=True)):
        return whole[-count] * unit
    return (steps[-count] + steps[-2 * count]) / 2


def _note(heard: Impression, tone: Tone, shift: int, wait: Seconds, step: Seconds) -> Note:
    velocity = min(tone.velocity - 2, velocity_under(heard.gentlest, UNDER, "melody") + 4)
    return Note(
        After(heard.time, max(0.0, wait)),
        "melody",
        (tone.pitch or 0) + shift,
        max(1, velocity),
        HELD * step,
    )


def _echo(heard: Impression, part: Part, so_far: Turns) -> Answer:
    """What has not come back is imitated, once it is over."""
    figure = said(part, answered(part, so_far, Mirroring.name, "echo"))
    if not FEWEST <= len(figure) <= MOST:
        return NOTHING
    begins = speak_at(heard, part, figure)
    if heard.time < begins - LEAD - 1e-6:
        return Answer(until=begins - LEAD)
    about = figure[-1].onset
    figure, at = fitted(heard, so_far, figure, max(begins, heard.time + LEAD), FEWEST)
    pitches = [tone.pitch for tone in figure]
    return Answer(
        notes=say(heard, figure, pitches, at, ECHO_UNDER),
        turn=Turn(Mirroring.name, "echo", heard.time, about),
        because="Your figure has not come back yet, so I give it back after you.",
    )
