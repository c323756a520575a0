"""A limit of time that ends musically: from then on the next end of a phrase brings the close.

The close is the same that "Finish gently" asks for, and that is all that the log tells of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from undersong.events import Seconds
from undersong.live import Live
from undersong.server.messages import to_input

WAITS: Seconds = 15.0  # at most, for the end of a phrase
LOOK: Seconds = 0.25  # how often it is looked whether the phrase is over


class Limit:
    """The limit of the take that is played, where there is one."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self.at: Seconds | None = None  # of the session

    def set(self, live: Live, seconds: Seconds, maker: str, going: Callable[[], bool]) -> None:
        """It comes at ``seconds`` of the session, in place of an earlier one; ``maker`` asked for it.
        ``going``: whether somebody is in the middle of a phrase."""
        self.cancel()
        self._live, self.at, self._maker, self._going = live, seconds, maker, going
        self._timer = self._loop.call_later(max(0.0, seconds - live.now), self._look)

    def cancel(self) -> None:
        """There is none any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.at = None

    def _look(self) -> None:
        live, at = self._live, self.at
        if at is None or live.ended or live.finishing:
            return
        now = live.now
        if now < at:  # the session's time stood still meanwhile
            self._timer = self._loop.call_later(at - now, self._look)
        elif self._going() and now < at + WAITS:
            self._timer = self._loop.call_later(LOOK, self._look)
        else:
            live.hear(to_input({"type": "finish", "maker": self._maker}))
