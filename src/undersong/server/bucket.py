"""The bucket: how many events a second one connection may send. A note-off always passes.

A token bucket. Notes and taps beyond the rate are refused; of controllers only the latest value is
kept, to be taken in when there is room again; the end of a note that sounds is never held back, or
it would hang.
"""

from __future__ import annotations

from undersong.events import Seconds

RATE = 2000.0  # events a second
BURST = 2000.0  # events at once


class Bucket:
    """Fills at ``RATE`` up to ``BURST``."""

    def __init__(self, now: Seconds) -> None:
        self._level = BURST
        self._at = now

    def take(self, now: Seconds) -> bool:
        """Whether one more event may pass now."""
        self._level = min(BURST, self._level + (now - self._at) * RATE)
        self._at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True
