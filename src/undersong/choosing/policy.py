"""What a policy is: it chooses the technique. Stateless, like a technique."""

from __future__ import annotations

from typing import Protocol

from undersong.listening.impression import Impression
from undersong.turns import Choice, Turns


class Policy(Protocol):
    """Chooses how to answer."""

    def choose(self, heard: Impression, so_far: Turns) -> Choice:
        """The technique for this moment; the present choice again where nothing speaks against it."""
        ...


class Only:
    """Always the same technique, whatever the playing."""

    def __init__(self, technique: str) -> None:
        self._choice = Choice(technique, "This technique alone was asked for.")

    def choose(self, heard: Impression, so_far: Turns) -> Choice:
        """That technique."""
        return self._choice
