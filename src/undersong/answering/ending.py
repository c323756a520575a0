"""Ending: a shared close, only when it is asked for.

Clinical term: preparing and sharing an ending. Only Finish brings it: a fading maker is given space,
never dismissed. A slow decrescendo of at most twelve seconds onto the tonic or its fifth, then silence.
It must never surprise, and never come by itself.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.technique import velocity_under
from undersong.chance import Chance
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression
from undersong.notes import After, Note
from undersong.theory.loudness import level, velocity_at
from undersong.theory.pitch import highest_at_most
from undersong.turns import NOTHING, Answer, LetGo, Turn, Turns

UNDER = 7.0  # dB under the maker, for the first note
SOFTER = 3.0  # dB less for each step
BASS_CEILING = 52  # MIDI pitch
INNER_CEILING = 64
FIFTH = 0.8  # how much less than a tonic the fifth of another likely key is a home
LAST_NOTE = 0.45  # weight of the maker's last note
NO_KEY = 0  # the pitch class to end on where no pitch was ever heard
LET_GO: Seconds = 1.0  # what sounded before makes room over this time

# When each step begins, how long it sounds, its voice and its degree (semitones above the tonic).
STEPS: tuple[tuple[Seconds, Seconds, Voice, int], ...] = (
    (0.3, 2.6, "bass", 7),
    (2.7, 6.6, "bass", 0),
    (2.7, 6.6, "chords", 7),
    (5.2, 4.6, "chords", 0),
)


class Ending:
    """From the fifth home to the tonic, softer with every step."""

    name: ClassVar[str] = "ending"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = True

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """The close, once, when Finish was asked for."""
        if so_far.finishing is None:
            return NOTHING
        ended = so_far.last(self.name)
        if ended is not None and ended.at >= so_far.finishing:
            return NOTHING
        tonic = _home(heard)
        first = velocity_under(heard.gentlest, UNDER, "bass")
        notes: list[Note] = []
        starts = sorted({start for start, _, _, _ in STEPS})
        for start, seconds, voice, degree in STEPS:
            softer = level(first, "bass") - SOFTER * starts.index(start)
            ceiling = BASS_CEILING if voice == "bass" else INNER_CEILING
            notes.append(
                Note(
                    After(heard.time, start),
                    voice,
                    highest_at_most((tonic + degree) % 12, ceiling),
                    velocity_at(softer, voice),
                    seconds,
                )
            )
        sounding = tuple(s.play.id for s in so_far.sounding.values() if not s.released)
        return Answer(
            notes=tuple(notes),
            let_go=LetGo(sounding, LET_GO) if sounding else None,
            turn=Turn(self.name, "close", heard.time),
            because="It is time to close, so I bring us home, softer with each step.",
        )


def _home(heard: Impression) -> int:
    """The pitch class to end on: most likely the tonic or, where keys compete, tonic or fifth; the
    note on which the maker stopped counts for itself."""
    if heard.tonality is None or heard.lead is None:
        return NO_KEY
    home = [0.0] * 12
    for probability, tonic, _ in heard.tonality.likely:
        home[tonic] += probability
        home[(tonic + 7) % 12] += FIFTH * probability
    tones = heard.lead.phrase.tones
    if tones and tones[-1].pitch is not None:
        home[tones[-1].pitch % 12] += LAST_NOTE
    return max(range(12), key=lambda pc: (round(home[pc], 6), -pc))
