"""The imitation diagram: does one do in a feature what the other did before, or both at once?

After the Music Therapy Toolbox (Erkkila, Ala-Ruona, Punkanen & Fachner 2011), written from the idea. A
feature's curve of the first player, 20 s of it, is held against the second's, as long, up to 20 s earlier
or later. Their likeness is the correlation (what is negative counts as 0), times the closeness of the two
means, 1 - distance / range, cubed, times the closeness of the two ranges, the smaller over the larger;
range is that of both curves over the whole. From 0 to 1. A lag at which the second comes later belongs to
*initiation* (by the first), one at which it comes earlier to *imitation* (by the first, of the second),
what is near no lag to *integration*: weighed by a Gaussian of 2 s (standard deviation), the others by what
it leaves. Each is the weighted mean over the whole, *overall* that of all lags alike. Exchanging the
players exchanges initiation and imitation. NaN where no two stretches can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from undersong.events import Seconds
from undersong.reflecting.players import Array

STRETCH: Seconds = 20.0
FARTHEST: Seconds = 20.0
AT_ONCE: Seconds = 2.0
KNOWN = 0.5  # share of a stretch in which both must have something to say
TINY = 1e-6  # of the range: what moves less does not move


@dataclass(frozen=True)
class Imitation:
    """From 0 to 1, or NaN."""

    initiation: float
    imitation: float
    integration: float
    overall: float


def imitation(
    first: Mapping[str, Array], second: Mapping[str, Array], step: Seconds
) -> dict[str, Imitation]:
    """Of each feature: two curves with a value every ``step`` seconds. All features in one go, since what
    takes time is the number of steps, not their size."""
    names = list(first)
    if not names:
        return {}
    mine, theirs = (np.array([curves[name] for name in names]) for curves in (first, second))
    long, far = max(2, round(STRETCH / step)), max(1, round(FARTHEST / step))
    whole = _whole(np.concatenate((mine, theirs), axis=1))
    lags = np.arange(-far, far + 1)
    total, count = np.zeros((len(names), len(lags))), np.zeros((len(names), len(lags)))
    many = mine.shape[1]
    for place, lag in enumerate(lags):
        if many - abs(lag) < long:
            continue
        a, b = (mine[:, : many - lag], theirs[:, lag:]) if lag >= 0 else (mine[:, -lag:], theirs[:, :lag])
        alike = _likeness(a, b, long, whole)
        known = np.isfinite(alike)
        total[:, place], count[:, place] = np.where(known, alike, 0.0).sum(axis=1), known.sum(axis=1)
    at = lags * step
    near = np.exp(-0.5 * (at / AT_ONCE) ** 2)
    parts = [np.where(at > 0, 1 - near, 0.0), np.where(at < 0, 1 - near, 0.0), near, np.ones(len(lags))]
    values = np.array([_weighed(total, count, weights) for weights in parts])
    return {name: Imitation(*map(float, values[:, n])) for n, name in enumerate(names)}


def _whole(both: Array) -> Array:
    """The range of both curves of each feature, as a column."""
    known = np.isfinite(both)
    high = np.where(known, both, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, both, np.inf).min(axis=1, initial=np.inf)
    found: Array = np.where(high >= low, high - low, 0.0)[:, np.newaxis]
    return found


def _weighed(total: Array, count: Array, weights: Array) -> Array:
    mean = np.divide(total, count, out=np.zeros(total.shape), where=count > 0)
    heavy = np.where(count > 0, weights, 0.0)
    size = heavy.sum(axis=1)
    found: Array = np.where(size > 1e-9, (mean * heavy).sum(axis=1) / np.maximum(size, 1e-9), np.nan)
    return found


def _likeness(a: Array, b: Array, long: int, whole: Array) -> Array:
    """Of every stretch of two curves that lie side by side; NaN where too little of it is known."""
    known = np.isfinite(a) & np.isfinite(b)
    number = np.maximum(known.sum(axis=1, keepdims=True), 1)
    middle = np.where(known, a, 0.0).sum(axis=1, keepdims=True) / number
    x, y = np.where(known, a - middle, 0.0), np.where(known, b - middle, 0.0)
    some = _moving(known.astype(np.float64), long)
    enough = some >= KNOWN * long
    some = np.maximum(some, 1.0)
    mean_x, mean_y = _moving(x, long) / some, _moving(y, long) / some
    var_x = np.maximum(_moving(x * x, long) / some - mean_x**2, 0.0)
    var_y = np.maximum(_moving(y * y, long) / some - mean_y**2, 0.0)
    moves = np.minimum(var_x, var_y) > (TINY * np.maximum(whole, TINY)) ** 2
    together = _moving(x * y, long) / some - mean_x * mean_y
    correlation = np.where(moves, together / np.where(moves, np.sqrt(var_x * var_y), 1.0), 0.0)
    means = np.clip(1 - np.abs(mean_x - mean_y) / np.maximum(whole, 1e-9), 0.0, 1.0) ** 3
    spread_x, spread_y = _spread(a, known, long), _spread(b, known, long)
    ranges = np.minimum(spread_x, spread_y) / np.maximum(np.maximum(spread_x, spread_y), 1e-12)
    found: Array = np.where(enough, np.clip(correlation, 0.0, 1.0) * means * ranges, np.nan)
    return found


def _moving(values: Array, long: int) -> Array:
    total = np.cumsum(values, axis=1)
    found = total[:, long - 1 :].copy()
    found[:, 1:] -= total[:, :-long]
    return found


def _spread(values: Array, known: npt.NDArray[np.bool_], long: int) -> Array:
    """Greatest less least in each stretch, of what is known."""
    high = _running_most(np.where(known, values, -np.inf), long)
    low = -_running_most(np.where(known, -values, -np.inf), long)
    some = high >= low
    found: Array = np.where(some, high, 0.0) - np.where(some, low, 0.0)
    return found


def _running_most(values: Array, long: int) -> Array:
    """The greatest of each stretch, by doubling: the greatest of two overlapping halves."""
    found, have = values, 1
    while have < long:
        more = min(have, long - have)
        found, have = np.maximum(found[:, :-more], found[:, more:]), have + more
    return found
