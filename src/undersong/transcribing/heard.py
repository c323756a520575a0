"""What transcribing hears. All times are seconds of the sound, from its first sample.

``time`` is when it was known: no sample after it was looked at. A live edge maps these times to its
session's clock; a file's are the session's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from undersong.events import Seconds


@dataclass(frozen=True, slots=True)
class PitchFrame:
    """The pitch around ``at``: Hz, or None where there is no guess; voiced means confidence >= .5.

    ``level`` is the loudness of the sound there, dB below full scale.
    """

    time: Seconds
    at: Seconds
    hz: float | None
    confidence: float
    level: float


@dataclass(frozen=True, slots=True)
class NoteBegan:
    """A pitched note began: sung, hummed, or played. ``pitch`` is a MIDI number, ``velocity`` 1-127."""

    time: Seconds
    onset: Seconds
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class NoteEnded:
    """The note of that pitch ended."""

    time: Seconds
    offset: Seconds
    pitch: int


@dataclass(frozen=True, slots=True)
class Struck:
    """Something without pitch was struck; ``register`` tells a low drum or foot from a clap or a click."""

    time: Seconds
    onset: Seconds
    velocity: int
    register: Literal["low", "high"]


Transcribed = PitchFrame | NoteBegan | NoteEnded | Struck
