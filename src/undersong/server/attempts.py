"""Attempts: how often a passphrase may be tried. One at a time, and after a wrong one ever later.

The pause is taken before the answer is given, so that nobody learns from it how near they were; all else
that the server does goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from undersong.edges.vault import WRONG, Wrong
from undersong.errors import EventError
from undersong.events import Seconds

FIRST: Seconds = 0.5  # after one wrong try; twice that after the next
LONGEST: Seconds = 30.0
BUSY = "Another try is being looked at just now; please wait a moment."


class Attempts:
    """The tries of one server. ``first``: the pause after one wrong try."""

    def __init__(self, first: Seconds = FIRST) -> None:
        self._first = first
        self._wrong = 0  # one behind the other
        self._one = asyncio.Lock()

    async def ask(self, opens: Callable[[], bool]) -> None:
        """Try. ``opens`` is slow, and runs in a thread. Raises Wrong where it says no, EventError while
        another try is being looked at."""
        if self._one.locked():
            raise EventError(BUSY)
        async with self._one:
            if await asyncio.to_thread(opens):
                self._wrong = 0
                return
            await asyncio.sleep(min(LONGEST, self._first * 2**self._wrong))
            self._wrong = min(self._wrong + 1, 16)
            raise Wrong(WRONG)
