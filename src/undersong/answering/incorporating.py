"""Incorporating: a figure of the maker's from earlier in the session comes back.

Clinical term: incorporating (Bruscia 1987, as cited by teaching texts): taking up a motif of the maker's
as a theme of the shared music. It says: this was yours, and it is not forgotten. The figure comes back
as it was, an octave away, at least half a minute after it was first played, and its reason names the
moment it came from. It must never interrupt, invent a source, or go on when the maker comes back.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.variation import LEAD, answered, fitted, line, octave, room, said, say, speak_at
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.notes import Tone
from undersong.theory.pitch import name
from undersong.turns import NOTHING, Answer, Turn, Turns

UNDER = 5.0  # dB under the maker
FEWEST = 3  # notes that can be known again
OLD: Seconds = 30.5  # age of the source's last note
LONGEST: Seconds = 6.0
WAITS: tuple[Seconds, ...] = (0.0, 0.5, 1.0, 1.5)  # longer, where it would be denser than the maker


class Incorporating:
    """An earlier figure comes back."""

    name: ClassVar[str] = "incorporating"
    takes_turns: ClassVar[bool] = True
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Wait for a rest, then bring an early figure back."""
        part = heard.lead
        if part is None or part.holding:
            return NOTHING
        call = said(part, answered(part, so_far, self.name, "rest"))
        if not call or heard.time < part.first_onset + OLD:
            return NOTHING
        begins = speak_at(heard, part, call)
        if heard.time < begins - LEAD - 1e-6:
            return Answer(until=begins - LEAD)
        begins = max(begins, heard.time + LEAD)
        source = _source(part, heard, so_far)
        if source is None:
            return NOTHING
        for wait in WAITS:
            figure, at = fitted(heard, so_far, source, begins + wait, FEWEST)
            if room(heard, so_far, at) == len(at):
                break
        else:
            return NOTHING
        source = figure
        pitches = [tone.pitch for tone in source if tone.pitch is not None]
        shift = octave(pitches)
        notes = [name(pitch) for pitch in pitches]
        return Answer(
            notes=say(heard, source, [pitch + shift for pitch in pitches], at, UNDER),
            turn=Turn(self.name, "rest", heard.time, call[-1].onset),
            because=f"You played {' '.join(notes)} at {source[0].onset:.2f} s, and I bring it back.",
        )


def _source(part: Part, heard: Impression, so_far: Turns) -> tuple[Tone, ...] | None:
    """The remembered figure to bring back: old enough, one that came back often, another each time."""
    candidates = []
    for motif in part.motifs:
        tones = line(motif.tones)
        if tones[-1].onset <= heard.time - OLD and tones[-1].onset - tones[0].onset <= LONGEST:
            candidates.append((motif.times, -tones[0].onset, tones))
    candidates.sort(key=lambda found: found[:2], reverse=True)
    if not candidates:
        return None
    done = sum(1 for turn in so_far.turns if turn.technique == Incorporating.name)
    return candidates[done % min(3, len(candidates))][2]
