"""Tonal clarity: how well sounding pitch classes fit a key.

The highest correlation of duration-weighted pitch-class content with the key profiles of Krumhansl and
Kessler (1982), over the major keys (majorness), the minor keys (minorness), and both (tonal clarity).
From -1 to 1; 0 where nothing sounds.
"""

from __future__ import annotations

from collections.abc import Sequence

MAJOR: tuple[float, ...] = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR: tuple[float, ...] = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def _unit(profile: tuple[float, ...]) -> tuple[float, ...]:
    """Moved to mean 0 and scaled to length 1, so that a product is a correlation."""
    mean = sum(profile) / 12
    away = [x - mean for x in profile]
    length = sum([x * x for x in away]) ** 0.5
    return tuple(x / length for x in away)


# KEYS[0: major, 1: minor][tonic]: a profile moved to mean 0 and scaled to length 1
KEYS: tuple[tuple[tuple[float, ...], ...], ...] = tuple(
    tuple(tuple(unit[(pc - tonic) % 12] for pc in range(12)) for tonic in range(12))
    for unit in (_unit(MAJOR), _unit(MINOR))
)


def both(content: Sequence[float]) -> tuple[float, float]:
    """Majorness and minorness of twelve pitch-class weights."""
    mean = sum(content) / 12
    away = [x - mean for x in content]
    length = sum([x * x for x in away]) ** 0.5
    if length < 1e-9:
        return 0.0, 0.0
    major, minor = (
        max([sum([a * b for a, b in zip(away, key, strict=True)]) for key in keys]) for keys in KEYS
    )
    return round(major / length, 6), round(minor / length, 6)


def with_each(content: Sequence[float], weight: float) -> list[tuple[float, float]]:
    """Majorness and minorness if each pitch class in turn sounded ``weight`` more."""
    products = [[sum([a * b for a, b in zip(content, key, strict=True)]) for key in keys] for keys in KEYS]
    total, squares = sum(content), sum([x * x for x in content])
    found = []
    for pc, x in enumerate(content):
        length = (squares + 2 * weight * x + weight * weight - (total + weight) ** 2 / 12) ** 0.5
        if length < 1e-6:
            found.append((0.0, 0.0))
            continue
        major, minor = (
            max([p + weight * key[pc] for p, key in zip(rows, keys, strict=True)])
            for rows, keys in zip(products, KEYS, strict=True)
        )
        found.append((round(major / length, 6), round(minor / length, 6)))
    return found
