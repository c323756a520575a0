"""High fifth: a long note a fifth above each phrase's first.

Clinical term: none; an example of a technique in a package of its own. It must never be louder than the
maker: it asks for far too much here, and the limits see to it.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.chance import Chance
from undersong.listening.impression import Impression
from undersong.notes import After, Note
from undersong.turns import NOTHING, Answer, Choice, Turns

FIFTH = 7
SECONDS = 2.0
FAR_TOO_LOUD = 127


class HighFifth:
    """One note for each of the maker's, a fifth above it."""

    name: ClassVar[str] = "high-fifth"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Answer the note that has just begun, if it has a pitch."""
        if heard.onset is None or heard.onset.pitch is None:
            return NOTHING
        pitch = heard.onset.pitch + FIFTH
        note = Note(After(heard.time), "melody", pitch, FAR_TOO_LOUD, SECONDS)
        return Answer(notes=(note,), because="Each of your notes gets a fifth above it.")


class HighOnly:
    """Chooses that technique, whatever the playing."""

    name: ClassVar[str] = "high-only"

    def choose(self, heard: Impression, so_far: Turns) -> Choice:
        """The only choice."""
        return Choice("high-fifth", "This policy knows one answer.")
