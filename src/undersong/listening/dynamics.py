"""Dynamics: how loud and how dense one maker's last ten seconds of active playing were."""

from __future__ import annotations

from collections import deque

from undersong.events import Seconds
from undersong.listening.impression import Dynamics
from undersong.theory.grouping import ACTIVE_GAP, TOGETHER, active_density
from undersong.theory.loudness import mean_level, velocity_at

SPAN: Seconds = 10.0  # of active playing
REMEMBERED = 160  # onsets


class DynamicsListener:
    """Hears one maker's loudness and density."""

    def __init__(self) -> None:
        self._groups: deque[Seconds] = deque(maxlen=REMEMBERED)
        self._notes: deque[tuple[Seconds, int]] = deque(maxlen=REMEMBERED)

    def onset(self, time: Seconds, velocity: int) -> bool:
        """A note began; True if it opens a new onset group."""
        self._notes.append((time, velocity))
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
        velocities: list[int] = []
        active = 0.0
        later: Seconds | None = None
        for time, velocity in reversed(self._notes):
            if later is not None:
                active += min(later - time, ACTIVE_GAP)
            if active > SPAN:
                break
            velocities.append(velocity)
            later = time
        level = mean_level(velocities)
        mean = sum(velocities) / len(velocities) if velocities else 0.0
        spread = (sum((v - mean) ** 2 for v in velocities) / len(velocities)) ** 0.5 if velocities else 0.0
        return Dynamics(
            level=level,
            velocity=velocity_at(level) if velocities else 0,
            spread=round(spread, 3),
            density=round(active_density(self._groups, now, SPAN), 6),
        )
