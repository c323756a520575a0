"""Attempts: how often a passphrase may be tried. One at a time, and after a wrong one ever later.

The pause is taken before the answer is given, so that nobody learns from it how near they were; all else
that the server does goes on meanwhile. Whoever tries from another machine waits for their own wrong tries
only, so that a stranger cannot keep the owner out.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from undersong.edges.vault import WRONG, Wrong
from undersong.errors import EventError
from undersong.events import Seconds

FIRST: Seconds = 0.5  # after one wrong try; twice that after the next
LONGEST: Seconds = 30.0
MOST_WHO = 256  # machines whose wrong tries are remembered
HERE = "127.0.0.1"
BUSY = "Another try is being looked at just now; please wait a moment."


class Attempts:
    """The tries of one server. ``first``: the pause after one wrong try."""

    def __init__(self, first: Seconds = FIRST) -> None:
        self._first = first
        self._wrong: OrderedDict[str, int] = OrderedDict()  # one behind the other, by machine
        self._trying: set[str] = set()
        self._one = asyncio.Lock()  # each takes a good deal of memory

    async def ask(self, opens: Callable[[], bool], who: str = HERE) -> None:
        """Try. ``opens`` is slow, and runs in a thread; ``who``: the address of the machine that asks.
        Raises Wrong where it says no, EventError while that machine's last try is being looked at."""
        if who in self._trying or len(self._trying) >= MOST_WHO:
            raise EventError(BUSY)
        self._trying.add(who)
        try:
            async with self._one:
                right = await asyncio.to_thread(opens)
            if right:
                self._wrong.pop(who, None)
                return
            wrong = self._wrong.pop(who, 0)
            self._wrong[who] = wrong + 1
            if len(self._wrong) > MOST_WHO:
                self._wrong.popitem(last=False)
            await asyncio.sleep(pause_after(wrong + 1, self._first))
            raise Wrong(WRONG)
        finally:
            self._trying.discard(who)


def pause_after(wrong: int, first: Seconds = FIRST) -> Seconds:
    """How long the answer to the last of so many wrong tries takes."""
    return min(LONGEST, first * 2.0 ** min(wrong - 1, 16))
