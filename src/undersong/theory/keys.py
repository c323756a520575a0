"""Keys: how likely each scale degree is in each mode.

Major and minor: the relative pitch-class frequencies that Temperley derived from the
Kostka-Payne corpus ("Music and Probability", 2007, ch. 4: the probability that a degree occurs in
a segment). The four other modes move the weight of the degrees in which they differ from the
nearer of the two; their priors are small, since an unclear tune is rarely in one.
"""

from __future__ import annotations

from math import log

MODES: tuple[str, ...] = ("major", "minor", "dorian", "phrygian", "lydian", "mixolydian")
MODE_PRIOR: tuple[float, ...] = (0.79, 0.19, 0.007, 0.002, 0.003, 0.008)

_MAJOR = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)


def _swap(profile: tuple[float, ...], *pairs: tuple[int, int]) -> tuple[float, ...]:
    moved = list(profile)
    for a, b in pairs:
        moved[a], moved[b] = moved[b], moved[a]
    return tuple(moved)


_RAW: tuple[tuple[float, ...], ...] = (
    _MAJOR,
    _MINOR,
    _swap(_MINOR, (8, 9), (10, 11)),
    _swap(_MINOR, (2, 1), (10, 11)),
    _swap(_MAJOR, (5, 6)),
    _swap(_MAJOR, (10, 11)),
)

# PROFILES[mode][degree in semitones above the tonic]: probabilities that sum to 1.
PROFILES: tuple[tuple[float, ...], ...] = tuple(tuple(round(x / sum(p), 9) for x in p) for p in _RAW)

# Keys are numbered mode * 12 + tonic. LOG[pitch class][key] is the log-probability of a note.
KEYS = 12 * len(MODES)
LOG: tuple[tuple[float, ...], ...] = tuple(
    tuple(round(log(PROFILES[key // 12][(pc - key % 12) % 12]), 9) for key in range(KEYS))
    for pc in range(12)
)
LOG_PRIOR: tuple[float, ...] = tuple(round(log(MODE_PRIOR[key // 12] / 12), 9) for key in range(KEYS))

# Scale degrees (semitones above the tonic) that belong to each mode.
SCALES: tuple[frozenset[int], ...] = (
    frozenset((0, 2, 4, 5, 7, 9, 11)),
    frozenset((0, 2, 3, 5, 7, 8, 10, 11)),
    frozenset((0, 2, 3, 5, 7, 9, 10)),
    frozenset((0, 1, 3, 5, 7, 8, 10)),
    frozenset((0, 2, 4, 6, 7, 9, 11)),
    frozenset((0, 2, 4, 5, 7, 9, 10)),
)
