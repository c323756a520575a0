"""Imitating: an echo of a short gesture, once it is complete.

Clinical term: imitating (Bruscia 1987, as cited by teaching texts): repeating what the maker has
just done, after it is done. It says: I heard exactly that. It must never interrupt, mock by echoing
everything, or go on when the maker comes back. It begins on the next beat where there is one. After
two exact echoes the third is varied in one thing.
"""

from __future__ import annotations

import itertools
from itertools import pairwise
from typing import ClassVar

from undersong.answering.bars import HIGH_DRUM
from undersong.answering.technique import velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.notes import After, Note, Pulse, Tone
from undersong.theory.grouping import onset_groups
from undersong.turns import NOTHING, Answer, Turn, Turns

UNDER = 5.0  # dB under the maker
FEWEST, MOST = 2, 12  # notes of a gesture
LONGEST_GESTURE: Seconds = 7.0
SHORTEST_WAIT: Seconds = 0.5  # silence after the last offset
WAIT = 1.35  # longest inner interval after the last onset
LEAD: Seconds = 0.28  # an echo is planned, not blurted
SHORTEST_BEAT: Seconds = 0.2  # intervals below it make no beat of their own
EVEN = 0.12  # share by which a gesture's intervals may stray from its own beat
OWN_SURE = 0.5
EXACT = 2  # exact echoes in a row
OCTAVE = 12
LOWEST, HIGHEST = 45, 88  # MIDI pitch of an echo
SLOWER = 1.08  # where an octave is no difference, the varied echo is slower
LAST_NOTE: Seconds = 0.3  # length of a note whose offset is not known
SOFTEST = 12  # velocity


class Imitating:
    """An echo."""

    name: ClassVar[str] = "imitating"
    takes_turns: ClassVar[bool] = True
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Wait until the gesture is complete, then give it back."""
        part = heard.lead
        if part is None or part.holding:
            return NOTHING
        gesture = _gesture(part, so_far)
        if gesture is None:
            return NOTHING
        complete = _complete_at(part, gesture)
        if heard.time < complete:
            return Answer(until=complete)
        starts = _next_beat(_own_beat(gesture) or heard.pulse, heard.time + LEAD)
        echoes = sum(1 for turn in so_far.turns if turn.technique == self.name)
        varied = echoes % (EXACT + 1) == EXACT
        notes = _echo(gesture, heard, part, starts, varied)
        return Answer(
            notes=notes,
            turn=Turn(self.name, "varied" if varied else "exact", heard.time, gesture[-1].onset),
            because=(
                "You finished a short figure, so I give it back with one thing changed."
                if varied
                else "You finished a short figure, so I give it back as I heard it."
            ),
        )


def _gesture(part: Part, so_far: Turns) -> tuple[Tone, ...] | None:
    """What was played since the last echo, if it is short enough to be one gesture."""
    echoed = so_far.last(Imitating.name)
    tones = part.phrase.tones
    if echoed is not None:
        tones = tuple(tone for tone in tones if tone.onset > echoed.about)
    if not FEWEST <= len(tones) <= MOST:
        return None
    return tones if tones[-1].onset - tones[0].onset <= LONGEST_GESTURE else None


def _complete_at(part: Part, gesture: tuple[Tone, ...]) -> Seconds:
    onsets = [tone.onset for tone in gesture]
    longest = max(b - a for a, b in itertools.pairwise(onsets))
    return max(part.last_sound + SHORTEST_WAIT, onsets[-1] + WAIT * longest)


def _own_beat(gesture: tuple[Tone, ...]) -> Pulse | None:
    """The beat of the gesture itself, if its onsets lie on one: nearer to it than any pulse heard."""
    onsets = onset_groups(tone.onset for tone in gesture)
    gaps = [b - a for a, b in pairwise(onsets)]
    if not gaps or min(gaps) < SHORTEST_BEAT:
        return None
    whole = [max(1, round(gap / min(gaps))) for gap in gaps]
    period = (onsets[-1] - onsets[0]) / sum(whole)
    even = all(abs(gap / n - period) <= EVEN * period for gap, n in zip(gaps, whole, strict=True))
    return Pulse(period, onsets[-1], OWN_SURE) if even else None


def _next_beat(beat: Pulse | None, soonest: Seconds) -> Seconds:
    """The next beat, or at once where there is none."""
    if beat is None:
        return soonest
    return beat.time_at(int(round(beat.beat_at(soonest), 6) // 1) + 1)


def _echo(
    gesture: tuple[Tone, ...], heard: Impression, part: Part, starts: Seconds, varied: bool
) -> tuple[Note, ...]:
    pitches = [tone.pitch for tone in gesture if tone.pitch is not None]
    shift, stretch = 0, 1.0
    if varied:
        if pitches and min(pitches) - OCTAVE >= LOWEST:
            shift = -OCTAVE
        elif pitches and max(pitches) + OCTAVE <= HIGHEST:
            shift = OCTAVE
        else:
            stretch = SLOWER
    # one factor for all: the maker's own rise and fall stays
    voice_level = velocity_under(heard.gentlest, UNDER, "melody")
    loudest = max(tone.velocity for tone in gesture)
    factor = min(voice_level / max(1, part.dynamics.velocity), voice_level * 1.2 / loudest)
    notes = []
    for tone in gesture:
        length = (tone.offset - tone.onset) if tone.offset is not None else LAST_NOTE
        notes.append(
            Note(
                After(heard.time, starts - heard.time + stretch * (tone.onset - gesture[0].onset)),
                "percussion" if tone.pitch is None else "melody",
                HIGH_DRUM if tone.pitch is None else tone.pitch + shift,
                max(SOFTEST, round(round(factor * tone.velocity, 6))),
                max(0.05, stretch * length),
            )
        )
    return tuple(notes)
