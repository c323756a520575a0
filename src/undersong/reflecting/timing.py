"""Timing between two players: which onsets belong together, who is earlier, and whether that is chance.

Onsets nearer than 40 ms to the one before are one (``theory.grouping``); pitch plays no part. Times are
seconds; positive means that the second player's onset comes later: the first leads.

*The lag.* All distances from an onset of the first player to one of the second's within 4 s are counted in
bins of 10 ms and smoothed with a Gaussian of 25 ms: where rhythms agree at a distance there is a peak.
Where several are about as high, as in an even beat, the nearer one is taken. *Pairs.* With that lag taken
off, two onsets that are each the other's nearest, and nearer than .2 s, are a pair. ``asynchrony`` is over
the pairs' distances, lag included, and ``lag`` their median.

*Together.* The height of the peak against 100 surrogates, half of them with the first player's intervals
shuffled, half with the second's: the same density and the same intervals in another order, wherever their
peak may be. Of a beat as even as a machine's no order is another: where one plays such, each surrogate is 3
to 20% quicker or slower, too. ``p`` is the share that reach as high, the playing itself counted. Long music
is judged by excerpts that together hold 4,000 onsets, spread evenly. After Ramseyer & Tschacher's (2010)
shuffled surrogates; the statistic is our own, measured by benchmarks/study.py.

*Intervals.* Of the pairs that follow one another: how each player's change from one interval to the next
goes with the other's change before it (Konvalinka et al. 2010: both ways, each adapts to the other).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.players import Array, Player

ONE_ONSET: Seconds = 0.04
FARTHEST: Seconds = 4.0  # a lag
BIN: Seconds = 0.01
SMOOTHING: Seconds = 0.025
APART: Seconds = 0.2  # at most between two onsets of a pair, the lag taken off
NEARER = 0.1  # share of a peak's height that a second of lag costs it
FEWEST = 8  # onsets of each player, and pairs, to say anything about chance
SURROGATES = 50  # of each player
CHANCE = 0.02  # p up to which two are together: of 100 surrogates at most one reaches as high
EXCERPT = 200  # onsets of both
EXCERPTS = 20
TEMPO = (1.03, 1.2)  # by so much an even beat's surrogates are quicker or slower
MOST = 2_000_000  # distances that are counted at once
SURE = 3.0  # standard errors by which the mean asynchrony differs from 0 for somebody to lead
LEADS: Seconds = 0.01  # and at least so much


@dataclass(frozen=True, eq=False)
class Timing:
    """Paired onsets of two players. ``first`` and ``second``: the onsets of each pair, ascending."""

    first: Array
    second: Array
    p: float  # NaN with too few onsets

    @property
    def asynchronies(self) -> Array:
        """Second less first, for each pair."""
        return self.second - self.first

    @property
    def lag(self) -> Seconds:
        """The median asynchrony; NaN without pairs."""
        return float(np.median(self.asynchronies)) if len(self.first) else float("nan")

    @property
    def together(self) -> bool:
        """Whether the onsets agree, at some lag, more than chance would have it."""
        return bool(self.p <= CHANCE)

    @property
    def lead(self) -> int:
        """1 if the first player's onsets come first, -1 if the second's do, 0 if that cannot be said."""
        if not self.together or len(self.first) < FEWEST:
            return 0
        away = self.asynchronies
        error = float(away.std(ddof=1)) / len(away) ** 0.5
        if abs(away.mean()) < max(LEADS, SURE * error):
            return 0
        return 1 if away.mean() > 0 else -1


def timing(first: Player, second: Player, seed: int = 0) -> Timing:
    """How the onsets of two players lie to one another. ``seed``: of the surrogates."""
    a, b = onsets(first), onsets(second)
    if not len(a) or not len(b):
        return Timing(np.empty(0), np.empty(0), float("nan"))
    excerpts = _excerpts(a, b)
    heights = np.sum([_counted(x, y[np.newaxis])[0] for x, y in excerpts], axis=0)
    place = int(np.argmax(heights * _nearness()))
    paired_a, paired_b = pairs(a, b, LAGS[place])
    if len(a) < FEWEST or len(b) < FEWEST:
        return Timing(paired_a, paired_b, float("nan"))
    even = bool(min(np.ptp(np.diff(a)), np.ptp(np.diff(b))) < BIN)
    reached = 0
    for turned in (excerpts, [(y, x) for x, y in excerpts]):
        chance = np.random.Generator(np.random.PCG64(seed))  # the same for both, so that neither is special
        shuffled = np.sum([_counted(x, _shuffled(y, even, chance)) for x, y in turned], axis=0)
        reached += int((shuffled.max(axis=1) >= heights.max()).sum())
    return Timing(paired_a, paired_b, (1 + reached) / (1 + 2 * SURROGATES))


def onsets(player: Player) -> Array:
    """The onsets of a player, those of a chord as one: the first of each group."""
    found = player.onset
    if not len(found):
        return found
    return found[np.concatenate(([True], np.diff(found) > ONE_ONSET))]


def pairs(a: Array, b: Array, lag: Seconds) -> tuple[Array, Array]:
    """The onsets of ``a`` and ``b`` that are each other's nearest once ``b`` is ``lag`` earlier."""
    moved = b - lag
    to_b, to_a = _nearest(a, moved), _nearest(moved, a)
    mutual = to_a[to_b] == np.arange(len(a))
    near = mutual & (np.abs(moved[to_b] - a) < APART)
    return a[near], b[to_b[near]]


def _nearest(times: Array, among: Array) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """For each of ``times`` the place of the nearest in ``among``, the earlier one of two as near."""
    after = np.clip(np.searchsorted(among, times), 1, max(len(among) - 1, 1))
    if len(among) == 1:
        return np.zeros(len(times), np.intp)
    return np.where(times - among[after - 1] <= among[after] - times, after - 1, after)


_HALF = round(FARTHEST / BIN)
LAGS: Array = np.arange(-_HALF, _HALF + 1, dtype=np.float64) * BIN
_REACH = round(3 * SMOOTHING / BIN)
_BELL: Array = np.exp(-0.5 * (np.arange(-_REACH, _REACH + 1) * BIN / SMOOTHING) ** 2)


def _nearness() -> Array:
    return 1.0 - NEARER * np.abs(LAGS)


def _counted(a: Array, rows: Array) -> Array:
    """How many distances from ``a`` to each row's onsets lie around each of LAGS: shape (rows, LAGS)."""
    found = np.zeros((len(rows), len(LAGS)))
    # one after another on a line, too far apart to meet
    far = max(a[-1], rows.max(initial=0.0)) - min(a[0], rows.min(initial=0.0)) + 3 * FARTHEST
    at_once = max(1, int(MOST / (1 + len(a) * rows.shape[1] * min(1.0, 2 * FARTHEST / far))))
    for start in range(0, len(rows), at_once):
        part = rows[start : start + at_once]
        shift = far * np.arange(len(part))[:, np.newaxis]
        b, moved = (part + shift).ravel(), (a + shift).ravel()
        low = np.searchsorted(b, moved - FARTHEST, side="left")
        many = np.searchsorted(b, moved + FARTHEST, side="right") - low
        from_ = np.repeat(np.arange(len(moved)), many)
        to = np.arange(len(from_)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
        bins = np.clip(np.rint((b[to] - moved[from_]) / BIN).astype(np.int64) + _HALF, 0, 2 * _HALF)
        places = from_ // len(a) * len(LAGS) + bins
        counts = np.bincount(places, minlength=len(part) * len(LAGS)).reshape(len(part), -1)
        for row, counted in enumerate(counts, start):
            found[row] = np.convolve(counted, _BELL, mode="same")
    return found


def _excerpts(a: Array, b: Array) -> list[tuple[Array, Array]]:
    """The whole; of long music parts of it, evenly spread, in which both sound."""
    both = np.sort(np.concatenate((a, b)))
    if len(both) <= EXCERPT * EXCERPTS:
        return [(a, b)]
    found = []
    for first in np.linspace(0, len(both) - EXCERPT, EXCERPTS).astype(int):
        begin, end = both[first], both[first + EXCERPT - 1]
        x, y = (one[(one >= begin) & (one <= end)] for one in (a, b))
        if len(x) and len(y):
            found.append((x, y))
    return found or [(a[:EXCERPT], b[:EXCERPT])]


def _shuffled(b: Array, even: bool, chance: np.random.Generator) -> Array:
    """A row for each surrogate: the same intervals in another order, begun anywhere within the mean
    interval around the start."""
    if len(b) < 2:
        return np.repeat(b[np.newaxis], SURROGATES, axis=0)
    gaps = np.diff(b)
    rows = chance.permuted(np.repeat(gaps[np.newaxis], SURROGATES, axis=0), axis=1)
    if even:
        away = chance.uniform(*TEMPO, (SURROGATES, 1))
        rows = rows * np.where(chance.random((SURROGATES, 1)) < 0.5, away, 1 / away)
    begin = b[0] + chance.uniform(-0.5, 0.5, (SURROGATES, 1)) * gaps.mean()
    found: Array = np.concatenate((begin, begin + np.cumsum(rows, axis=1)), axis=1)
    return found


@dataclass(frozen=True)
class Intervals:
    """Correlations of intervals between paired onsets: at once, and each player's with the other's before
    it; from -1 to 1, NaN with too few pairs. ``count``: intervals in a row."""

    at_once: float
    second_after_first: float
    first_after_second: float
    count: int


LONGEST: Seconds = 3.0  # between pairs that follow one another


def intervals(timing: Timing) -> Intervals:
    """How the intervals of pairs that follow one another go together, and one after the other."""
    a, b = np.diff(timing.first), np.diff(timing.second)
    whole = (a < LONGEST) & (b < LONGEST) & (a > 0) & (b > 0)
    follows = whole[1:] & whole[:-1]
    return Intervals(
        correlation(a[whole], b[whole]),
        correlation(a[:-1][follows], b[1:][follows]),
        correlation(b[:-1][follows], a[1:][follows]),
        int(whole.sum()),
    )


def correlation(x: Array, y: Array) -> float:
    """Pearson's, NaN for fewer than FEWEST or where one does not vary."""
    if len(x) < FEWEST or x.std() < 1e-9 or y.std() < 1e-9:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])
