"""Loudness: decibels for a velocity, for each voice.

The curve is the one that sound banks of the SoundFont kind use: 40 dB for each factor of ten in
velocity (SoundFont 2.04, section 8.4.1, the default velocity-to-attenuation modulator is close to
it). ``TRIM`` holds each voice's difference from that curve; it is 0 until measured on real sound.
"""

from __future__ import annotations

from math import log10

from undersong.events import Voice

SLOPE = 40.0  # dB for a factor of ten in velocity
UNKNOWN_VELOCITY = 64  # what a tap without a known force counts as
TRIM: tuple[tuple[Voice, float], ...] = (
    ("bass", 0.0),
    ("chords", 0.0),
    ("melody", 0.0),
    ("percussion", 0.0),
)

SILENCE = -90.0  # dB, what no velocity at all counts as
_LEVEL: tuple[float, ...] = (SILENCE, *(round(SLOPE * log10(v / 127), 6) for v in range(1, 128)))
_ENERGY: tuple[float, ...] = tuple(10 ** (decibels / 10) for decibels in _LEVEL)
_TRIM: dict[str, float] = dict(TRIM)


def level(velocity: int, voice: Voice | None = None) -> float:
    """dB below the loudest note (0 at velocity 127) of a voice, or of a maker (None)."""
    return _LEVEL[velocity] + (_TRIM[voice] if voice else 0.0)


def velocity_at(decibels: float, voice: Voice | None = None) -> int:
    """The velocity 1-127 whose level is nearest to ``decibels``."""
    wanted = 127 * 10 ** ((decibels - (_TRIM[voice] if voice else 0.0)) / SLOPE)
    return max(1, min(127, round(round(wanted, 6))))


def mean_level(velocities: list[int]) -> float:
    """Energy mean in dB of a maker's notes; -90 for none."""
    if not velocities:
        return SILENCE
    return round(10 * log10(sum([_ENERGY[v] for v in velocities]) / len(velocities)), 6)
