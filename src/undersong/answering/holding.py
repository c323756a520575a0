"""Holding and containing: a slow, strong enclosure through the storm.

Clinical term: holding, containing (Wigram 2004, as cited by teaching texts): under intense or
chaotic playing the partner sounds long, strong tones that neither answer back nor calm down. It
says: this is heard, and it is safe to go on. It must never match note for note, never resolve before
the maker does, never leave a gap, and never be louder than the maker.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.bars import LOW_DRUM, STROKE
from undersong.answering.technique import NO_PULSE_BAR, velocity_under
from undersong.chance import Chance
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression, Tonality
from undersong.notes import After, Note
from undersong.theory.pitch import highest_at_most
from undersong.turns import NOTHING, Answer, Turn, Turns

UNDER = 4.5  # dB under the maker: between 3 and 6
SPAN: Seconds = 2 * NO_PULSE_BAR  # a tone lasts two bars,
OVERLAP: Seconds = 0.4  # and a little more, so that no gap opens
AHEAD: Seconds = 0.6  # the next tones are planned so long before
ROOT_CEILING = 47  # MIDI pitch
SHARP = 0.1  # share of a pitch class from which it is part of the sound
EDGES = (2, 6, 1)  # a second or a tritone, if the maker's sound has one
NO_KEY = 2  # the pitch class to hold where no pitch was ever heard
AFTER_THE_LAST: Seconds = 3.0  # the maker's silence in which no new tones begin


class Holding:
    """Octaves, a low drum, an edge of the maker's own."""

    name: ClassVar[str] = "holding"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Sound the enclosure, and renew it as long as the storm lasts."""
        part = heard.lead
        if part is None:
            return NOTHING
        last = so_far.last(self.name, "tones")
        going = last is not None and heard.time < last.at + SPAN
        if last is not None and going and heard.time < last.at + SPAN - AHEAD:
            return Answer(until=last.at + SPAN - AHEAD)
        if heard.time > part.last_sound + AFTER_THE_LAST and not part.holding:
            return NOTHING
        if last is not None and going:
            begins, root = last.at + SPAN, int(last.about)
        elif heard.onset is not None:
            begins, root = heard.time, _root(heard.tonality)
        else:
            return NOTHING
        velocity = velocity_under(heard.gentlest, UNDER, "bass")
        after = begins - heard.time
        notes = [
            Note(After(heard.time, after), voice, pitch, velocity, SPAN + OVERLAP)
            for voice, pitch in _enclosure(root, heard.tonality)
        ]
        for stroke in (0.0, SPAN / 2):
            notes.append(Note(After(heard.time, after + stroke), "percussion", LOW_DRUM, velocity, STROKE))
        return Answer(
            notes=tuple(notes),
            until=begins + SPAN - AHEAD,
            turn=Turn(self.name, "tones", begins, float(root)),
            because="Your playing is dense and strong, so I hold long tones around it.",
        )


def _root(tonality: Tonality | None) -> int:
    """The pitch class heard most: the wall is built of the maker's own sound."""
    if tonality is None:
        return NO_KEY
    return max(range(12), key=lambda pc: (tonality.sounded[pc], -pc))


def _enclosure(root: int, tonality: Tonality | None) -> list[tuple[Voice, int]]:
    """Root and octave low, the fifth above them, and one sharp edge if the maker has it."""
    low = highest_at_most(root, ROOT_CEILING)
    tones: list[tuple[Voice, int]] = [("bass", low), ("chords", low + 12), ("chords", low + 19)]
    if tonality is not None:
        for edge in EDGES:
            if tonality.sounded[(root + edge) % 12] >= SHARP:
                tones.append(("chords", low + 12 + edge))
                break
    return tones
