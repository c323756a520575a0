"""Roughness: how much tones beat against each other.

Plomp & Levelt (1965) as fitted by Sethares (1993, "Local consonance and the relationship between
timbre and scale"): pairs of partials within a critical band add up. Tones are modelled with six
partials, each 0.8 of the one before. Unitless, 0 for a single pure tone; only ratios mean anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

PARTIALS = 6
DECAY = 0.8
NEAR, FAR = 3.5, 5.75  # slopes of the curve
PEAK = 0.24  # place of most roughness, in critical bands
SPREAD_SLOPE, SPREAD_BASE = 0.0207, 18.96  # Hz; width of the curve against frequency


def frequency(pitch: float) -> float:
    """Hz of a MIDI pitch in equal temperament, A4 = 440."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def roughness(pitches: Sequence[float]) -> float:
    """The roughness of tones that sound together, by MIDI pitch."""
    partials = [
        (frequency(pitch) * n, DECAY ** (n - 1)) for pitch in pitches for n in range(1, PARTIALS + 1)
    ]
    partials.sort()
    total = 0.0
    for index, (low, quiet) in enumerate(partials):
        width = PEAK / (SPREAD_SLOPE * low + SPREAD_BASE)
        for high, other in partials[index + 1 :]:
            apart = width * (high - low)
            if apart > 3.0:
                break
            total += min(quiet, other) * (exp(-NEAR * apart) - exp(-FAR * apart))
    return total
