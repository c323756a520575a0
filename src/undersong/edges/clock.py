"""The clock of a live session: seconds since it began, never going back, with every gap cut out.

A laptop that sleeps, a process that was stopped, or a system clock that jumps leaves a gap in which
nobody played and nothing could sound. The session's time stands still meanwhile, so that nothing
that was planned comes in a burst afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from undersong.events import Seconds

GAP: Seconds = 2.0  # the least delay that counts as a gap and not as a busy machine


@dataclass(frozen=True, slots=True)
class Look:
    """What the clock shows: the session's time, and the length of a gap since the last look (0: none)."""

    now: Seconds
    gap: Seconds


class SessionClock:
    """Session time from a monotonic clock; ``asleep`` counts the seconds that the machine slept.

    Both are functions without arguments, so that tests can let time jump.
    """

    def __init__(
        self,
        begins: Seconds = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        asleep: Callable[[], float] | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._asleep = asleep or seconds_asleep
        self._slept = self._asleep()
        self._last = begins
        self._zero = monotonic() - begins

    def look(self, due: Seconds | None = None) -> Look:
        """The time now. ``due``: when somebody wanted to look; a look that comes more than GAP later
        means that everything stood still from then on."""
        shown = self._monotonic() - self._zero
        slept = self._asleep()
        gap = 0.0
        if shown < self._last:
            gap = self._last - shown  # the clock jumped back
            shown = self._last
        elif due is not None and shown > max(due, self._last) + GAP:
            resumed = max(due, self._last)
            gap, shown = shown - resumed, resumed
        elif slept - self._slept > GAP:
            gap = slept - self._slept  # slept, while the monotonic clock stood still
        self._slept = slept
        self._zero = self._monotonic() - shown if gap else self._zero
        self._last = shown
        return Look(shown, gap if gap > GAP else 0.0)

    def until(self, moment: Seconds) -> Seconds:
        """Seconds from now to a moment of the session; 0 if it has passed."""
        return max(0.0, moment - (self._monotonic() - self._zero))


def seconds_up() -> float:
    """Seconds that this machine has run, sleep included where the system tells it. Nobody can set this."""
    return time.monotonic() + seconds_asleep()


def seconds_asleep() -> float:
    """Seconds that this machine has slept since it started, where the system tells; else 0."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    if boottime is None:
        return 0.0
    return time.clock_gettime(boottime) - time.clock_gettime(time.CLOCK_MONOTONIC)
