"""How loud the room is when nobody makes a sound, and whether there is more than that to hear now.

Levels are dB below full scale, of hops of 16 ms. The room's own level falls at once with what is heard
and rises slowly, so that a held note is not taken for the room before a breath would have ended it.
"""

from __future__ import annotations

from undersong.transcribing.resample import HOP, RATE

SILENT = -66.0  # dB: under this nobody is listened for, however still the room is
ABOVE = 6.0  # dB over the room
RISE = 1.0 * HOP / RATE  # dB a hop: one a second
HOLD = 12  # hops: what follows a sound is listened to for 192 ms


class Room:
    """Feed it levels; it tells whether to listen."""

    def __init__(self) -> None:
        self.level = SILENT - ABOVE
        self._hold = 0

    def feed(self, level: float) -> bool:
        """Whether there may be more than the room to hear."""
        self.level = min(self.level + RISE, max(level, SILENT - ABOVE))
        self._hold = HOLD if level > max(SILENT, self.level + ABOVE) else self._hold - 1
        return self._hold > 0
