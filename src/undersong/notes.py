"""Notes: what a maker sounded, and what the partner means to sound.

A partner's note is placed at a :class:`Beat` of the partner's own clock, so that it moves with
the tempo until it sounds, or some seconds :class:`After` a moment. Pitches are MIDI numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from undersong.events import MakerId, Seconds, Voice

Beats = float


# Earlier playing of one maker, one sequence a session: (onset in seconds, pitch), as plain values.
Memory = tuple[tuple[tuple[Seconds, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """A steady beat: ``period`` seconds long, beat 0 at ``origin``; confidence 0-1."""

    period: Seconds
    origin: Seconds
    confidence: float

    def beat_at(self, time: Seconds) -> Beats:
        """How many beats after the origin ``time`` lies."""
        return (time - self.origin) / self.period

    def time_at(self, beat: Beats) -> Seconds:
        """When ``beat`` falls."""
        return self.origin + beat * self.period


@dataclass(frozen=True, slots=True)
class Tone:
    """A sound a maker made. ``pitch`` None: struck, without pitch. ``offset`` None: still held."""

    onset: Seconds
    offset: Seconds | None
    pitch: int | None
    velocity: int
    maker: MakerId


@dataclass(frozen=True, slots=True)
class Beat:
    """A place on the partner's own clock."""

    number: Beats


@dataclass(frozen=True, slots=True)
class After:
    """So many seconds after a moment that has been heard; 0 answers it as soon as can be."""

    moment: Seconds
    seconds: Seconds = 0.0


When = Beat | After


@dataclass(frozen=True, slots=True)
class Note:
    """A note the partner means to sound, for ``seconds``."""

    when: When
    voice: Voice
    pitch: int
    velocity: int
    seconds: Seconds
