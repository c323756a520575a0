"""Chance as an argument: named, seeded streams. The only module that imports random.

Each name has its own stream, so that one technique's draws never shift another's. Only
``random()`` is drawn from: its sequence is the same on every platform.
"""

from __future__ import annotations

import random
from hashlib import sha256


class Chance:
    """A family of reproducible random streams, one for each name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def unit(self, stream: str) -> float:
        """The next number of a stream, 0 <= x < 1."""
        source = self._streams.get(stream)
        if source is None:
            # str.__hash__ differs between processes, so the stream's seed is a digest instead.
            digest = sha256(f"{self._seed}/{stream}".encode()).digest()
            source = self._streams[stream] = random.Random(int.from_bytes(digest[:8], "big"))
        return source.random()

    def between(self, stream: str, low: float, high: float) -> float:
        """Evenly distributed between ``low`` and ``high``."""
        return low + (high - low) * self.unit(stream)

    def spread(self, stream: str, width: float) -> float:
        """Roughly normal around 0 with standard deviation ``width``, never beyond 6 of it."""
        # Twelve uniform draws: no libm, so the same bits everywhere.
        total = 0.0
        for _ in range(12):  # not sum(): its last bits differ between Python versions
            total += self.unit(stream)
        return width * (total - 6.0)
