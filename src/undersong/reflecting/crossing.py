"""Who goes first in density, velocity and pitch: windowed cross-correlation of both players' curves.

Each feature is read every quarter of a second over the 2 s around it. In windows of 8 s, one every 4 s, the
first player's curve is correlated (Pearson) with the second's up to 4 s later or earlier; a window in which
a curve does not vary says nothing. ``mean`` is the mean over windows at each lag; at positive lags the
second player does later what the first did. ``baseline`` is the same between windows that do not belong
together (each of the first player's with one of the second's from elsewhere, ``SURROGATES`` times): around
zero, whatever they play. *Leading* is the area over the baseline at positive lags less that at negative
ones, in correlation x seconds; it counts if fewer than 1 in 20 surrogates are as one-sided. After Boker
et al. (2002) and, for the shuffled baseline, Ramseyer & Tschacher (2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.curves import curves
from undersong.reflecting.players import Array, Player

FEATURES: tuple[str, ...] = ("density", "velocity", "mean_pitch")
EVERY: Seconds = 0.25
AROUND: Seconds = 2.0
WINDOW, HOP, FARTHEST = 32, 16, 16  # of EVERY: 8 s, 4 s, 4 s
LAGS: Array = np.arange(-FARTHEST, FARTHEST + 1, dtype=np.float64) * EVERY
SURROGATES = 39
FEWEST = 4  # windows that say something
UNEVEN = 0.05  # share of surrogates that may be as one-sided
MOST = 150  # windows: more are taken evenly from the whole


@dataclass(frozen=True, eq=False)
class Crossing:
    """One feature's cross-correlation. ``mean``, ``baseline``: over LAGS, NaN where nothing can be said.

    ``area``: how far the first player goes before the second (negative: after), over the baseline;
    ``p``: the share of surrogates as one-sided.
    """

    mean: Array
    baseline: Array
    area: float
    p: float

    @property
    def lead(self) -> int:
        """1 if the first player's changes come first, -1 if the second's do, 0 if that cannot be said."""
        return 0 if not self.p <= UNEVEN else (1 if self.area > 0 else -1)


def crossing(first: Player, second: Player, end: Seconds, seed: int = 0) -> dict[str, Crossing]:
    """Each of FEATURES. ``seed``: of the surrogates."""
    starts = np.arange(0.0, max(end - AROUND, 0.0) + 1e-9, EVERY)
    a, b = (curves(player, starts, AROUND, only=FEATURES) for player in (first, second))
    chance = np.random.Generator(np.random.PCG64(seed))
    return {feature: _crossing(a[feature], b[feature], chance) for feature in FEATURES}


def _crossing(a: Array, b: Array, chance: np.random.Generator) -> Crossing:
    nothing = np.full(len(LAGS), np.nan)
    count = (len(a) - WINDOW - 2 * FARTHEST) // HOP + 1
    if count < FEWEST:
        return Crossing(nothing, nothing, float("nan"), float("nan"))
    begins = HOP * np.arange(count)
    begins = begins[np.linspace(0, count - 1, min(count, MOST)).astype(int)]
    mine = _standard(np.lib.stride_tricks.sliding_window_view(a[FARTHEST:], WINDOW)[begins])
    longer = np.lib.stride_tricks.sliding_window_view(b, WINDOW + 2 * FARTHEST)[begins]
    theirs = _standard(np.lib.stride_tricks.sliding_window_view(longer, WINDOW, axis=1))
    found = _correlations(mine, theirs)
    some = np.isfinite(found).any(axis=1)
    if some.sum() < FEWEST:
        return Crossing(nothing, nothing, float("nan"), float("nan"))
    mine, theirs, found = mine[some], theirs[some], found[some]
    # each window with one from elsewhere, by turning them against each other
    turns = 1 + chance.permutation(len(mine) - 1)[:SURROGATES]
    shuffled = np.array([_mean(_correlations(np.roll(mine, turn, axis=0), theirs)) for turn in turns])
    baseline, mean = _mean(shuffled), _mean(found)
    area = _area(mean - baseline)
    chances = np.array([_area(one - baseline) for one in shuffled])
    p = float((1 + (np.abs(chances) >= abs(area)).sum()) / (1 + len(chances)))
    return Crossing(mean, baseline, area, p)


def _standard(windows: Array) -> Array:
    """Each window (the last axis) around its mean and of length 1; NaN where it does not vary or is not
    wholly known."""
    away = windows - windows.mean(axis=-1, keepdims=True)
    size = np.sqrt((away**2).sum(axis=-1, keepdims=True))
    found: Array = away / np.where(size > 1e-9, size, np.nan)
    return found


def _correlations(mine: Array, theirs: Array) -> Array:
    """Pearson's of each window with the other's at each lag. Shape (windows, LAGS)."""
    found: Array = np.matmul(theirs, mine[:, :, np.newaxis])[:, :, 0]
    return found


def _mean(rows: Array) -> Array:
    """Of each column what is known; NaN where nothing is."""
    known = np.isfinite(rows)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def _area(curve: Array) -> float:
    known = np.nan_to_num(curve)
    return float((known[FARTHEST + 1 :].sum() - known[:FARTHEST].sum()) * EVERY)
