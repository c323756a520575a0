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

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from undersong.events import Seconds
from undersong.reflecting.players import Array

STRETCH: Seconds = 20.0
FARTHEST: Seconds = 20.0
AT_ONCE: Seconds = 2.0
KNOWN = 0.5  # share of a stretch in which both must have something to say


@dataclass(frozen=True)
class Imitation:
    """From 0 to 1, or NaN."""

    initiation: float
    imitation: float
    integration: float
    overall: float


def imitation(first: Array, second: Array, step: Seconds) -> Imitation:
    """Of two curves of one feature with a value every ``step`` seconds."""
    long, far = max(2, round(STRETCH / step)), max(1, round(FARTHEST / step))
    both = np.concatenate((first, second))
    if len(first) < long or not np.isfinite(both).any():
        return Imitation(*4 * (float("nan"),))
    whole = float(np.nanmax(both) - np.nanmin(both))
    lags = np.arange(-far, far + 1)
    total, count = np.zeros(len(lags)), np.zeros(len(lags))
    for place, lag in enumerate(lags):
        a, b = (first[: len(first) - lag], second[lag:]) if lag >= 0 else (first[-lag:], second[:lag])
        if len(a) < long:
            continue
        alike = _likeness(a, b, long, whole)
        known = np.isfinite(alike)
        total[place], count[place] = alike[known].sum(), known.sum()
    at = lags * step
    near = np.exp(-0.5 * (at / AT_ONCE) ** 2)
    return Imitation(
        _weighed(total, count, np.where(at > 0, 1 - near, 0.0)),
        _weighed(total, count, np.where(at < 0, 1 - near, 0.0)),
        _weighed(total, count, near),
        _weighed(total, count, np.ones(len(lags))),
    )


def _weighed(total: Array, count: Array, weights: Array) -> float:
    mean = np.divide(total, count, out=np.zeros(len(total)), where=count > 0)
    heavy = float(weights[count > 0].sum())
    return float((mean * weights)[count > 0].sum() / heavy) if heavy > 1e-9 else float("nan")


def _likeness(a: Array, b: Array, long: int, whole: float) -> Array:
    """Of every stretch of two curves that lie side by side; NaN where too little of it is known."""
    known = np.isfinite(a) & np.isfinite(b)
    x, y = np.where(known, a, 0.0), np.where(known, b, 0.0)
    middle = x[known].mean() if known.any() else 0.0
    x, y = np.where(known, x - middle, 0.0), np.where(known, y - middle, 0.0)
    number = _moving(known.astype(np.float64), long)
    enough = number >= KNOWN * long
    some = np.maximum(number, 1.0)
    mean_x, mean_y = _moving(x, long) / some, _moving(y, long) / some
    var_x = np.maximum(_moving(x * x, long) / some - mean_x**2, 0.0)
    var_y = np.maximum(_moving(y * y, long) / some - mean_y**2, 0.0)
    together = _moving(x * y, long) / some - mean_x * mean_y
    size = np.sqrt(var_x * var_y)
    tiny = 1e-6 * max(whole, 1e-9)
    moves = np.minimum(var_x, var_y) > tiny**2
    correlation = np.where(moves, together / np.where(moves, size, 1.0), 0.0)
    means = np.clip(1 - np.abs(mean_x - mean_y) / max(whole, 1e-9), 0.0, 1.0) ** 3
    spread_x, spread_y = _spread(a, known, long), _spread(b, known, long)
    ranges = np.minimum(spread_x, spread_y) / np.maximum(np.maximum(spread_x, spread_y), 1e-12)
    found: Array = np.where(enough, np.clip(correlation, 0.0, 1.0) * means * ranges, np.nan)
    return found


def _moving(values: Array, long: int) -> Array:
    total = np.concatenate(([0.0], np.cumsum(values)))
    found: Array = total[long:] - total[:-long]
    return found


def _spread(values: Array, known: npt.NDArray[np.bool_], long: int) -> Array:
    """Greatest less least in each stretch, of what is known."""
    high = _running_most(np.where(known, values, -np.inf), long)
    low = -_running_most(np.where(known, -values, -np.inf), long)
    return np.where(np.isfinite(high) & np.isfinite(low), high - low, 0.0)


def _running_most(values: Array, long: int) -> Array:
    """The greatest of each stretch, by doubling: the greatest of two overlapping halves."""
    found, have = values, 1
    while have < long:
        more = min(have, long - have)
        found, have = np.maximum(found[:-more], found[more:]), have + more
    return found
