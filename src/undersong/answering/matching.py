"""Matching: a second voice of the same kind, with other notes.

Clinical term: matching (Wigram 2004, as cited by teaching texts): playing that fits the maker's in
tempo, level, density, articulation and register, compatible but not identical: the usual way of
meeting. It says: I am here with you, in the way that you are. It must never copy note for note, be
denser or louder than the maker, go on without them, or lead. A tone begins with one of the maker's
and ends with it; some, above all passing ones, are left to the maker alone.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.counterpoint import matched
from undersong.chance import Chance
from undersong.listening.impression import Impression
from undersong.turns import Answer, Turns

UNDER = 1.2  # dB under the maker: within 3, and never louder


class Matching:
    """Note against note."""

    name: ClassVar[str] = "matching"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Sound with the maker's onset, leave it to them, or end with them."""
        return matched(self.name, heard, so_far, UNDER)
