"""What a policy is: it chooses the technique. Stateless, like a technique."""

from __future__ import annotations

from typing import ClassVar, Protocol

from undersong.listening.impression import Impression
from undersong.turns import Choice, Turns


class Policy(Protocol):
    """Chooses how to answer. ``name``: what a plan calls it by."""

    name: ClassVar[str]

    def choose(self, heard: Impression, so_far: Turns) -> Choice:
        """The technique for this moment; the present choice again where nothing speaks against it."""
        ...
