"""Dynamics: how loud and how dense one maker's last ten seconds of active playing were."""

from __future__ import annotations

from collections import deque

from undersong.events import Seconds
from undersong.listening.impression import Dynamics
from undersong.theory.grouping import ACTIVE_GAP, TOGETHER, active_density
from undersong.theory.loudness import SILENCE, mean_level, velocity_at

SPAN: Seconds = 10.0  # of active playing
RECENT = 3  # notes
REMEMBERED = 160  # onsets


class DynamicsListener:
    """Hears one maker's loudness and density."""

    def __init__(self) -> None:
        self._groups: deque[Seconds] = deque(maxlen=REMEMBERED)
        # active time since the note before, and velocity
        self._notes: deque[tuple[Seconds, int]] = deque(maxlen=REMEMBERED)
        self._last: Seconds | None = None
        self._levels: tuple[float, int, float] | None = None

    def onset(self, time: Seconds, velocity: int) -> bool:
        """A note began; True if it opens a new onset group."""
        gap = 0.0 if self._last is None else min(time - self._last, ACTIVE_GAP)
        self._last = time
        self._notes.append((gap, velocity))
        self._levels = None
        if not self._groups or time - self._groups[-1] > TOGETHER:
            self._groups.append(time)
            return True
        return False

    @property
    def groups(self) -> deque[Seconds]:
        """Onset groups, oldest first. Read only."""
        return self._groups

    def dynamics(self, now: Seconds) -> Dynamics:
        """The present reading."""
        if self._levels is None:
            self._levels = self._read_levels()
        level, velocity, recent = self._levels
        return Dynamics(level, velocity, recent, round(active_density(self._groups, now, SPAN), 6))

    def _read_levels(self) -> tuple[float, int, float]:
        """Level, its velocity, and the recent level: they change with a note, not with time."""
        velocities: list[int] = []
        active = 0.0
        for gap, velocity in reversed(self._notes):
            velocities.append(velocity)
            active += gap
            if active > SPAN:
                break
        if not velocities:
            return SILENCE, 0, SILENCE
        level = mean_level(velocities)
        return level, velocity_at(level), mean_level(velocities[:RECENT])
