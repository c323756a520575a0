"""Are simulated makers as uneven as people?

    python benchmarks/calibration.py

Self-paced taps of people beside taps of the simulated maker. Median person (or seed), and the middle
half. Spread: standard deviation of the intervals. Lag 1: their autocorrelation, positive where the tempo
drifts. Step: median change from one interval to the next. All but lag 1 as shares of the interval.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, median, pstdev, quantiles

import corpora
from tables import table
from undersong.chance import Chance
from undersong.testing.makers import Timekeeper

TAPS = 30
SEEDS = 100
FIGURES = ("spread", "lag 1", "step")


def figures(taps: list[float]) -> tuple[float, float, float]:
    """Spread, lag-1 autocorrelation and step of one person's taps, slips left out."""
    gaps = [b - a for a, b in pairwise(taps)]
    middle = median(gaps)
    gaps = [gap for gap in gaps if 0.6 * middle < gap < 1.6 * middle]
    mean = fmean(gaps)
    squares = sum((gap - mean) ** 2 for gap in gaps)
    lag = sum((a - mean) * (b - mean) for a, b in pairwise(gaps)) / squares
    return pstdev(gaps) / mean, lag, median([abs(b - a) for a, b in pairwise(gaps)]) / mean


def row(name: str, found: list[tuple[float, float, float]]) -> list[str]:
    """Median and middle half of each figure."""
    cells = [name, str(len(found))]
    for number in range(len(FIGURES)):
        low, middle, high = quantiles([f[number] for f in found], n=4)
        cells.append(f"{middle:.3f} [{low:.3f} {high:.3f}]")
    return cells


def main() -> None:
    people = [t for t in corpora.self_paced_taps(corpora.data()) if len(t) >= TAPS // 2]
    usual = [t for t in people if 0.3 < median([b - a for a, b in pairwise(t)]) < 1.5]
    keepers = [Timekeeper(0.6, Chance(seed)) for seed in range(SEEDS)]
    simulated = [[keeper.time(beat) for beat in range(TAPS)] for keeper in keepers]
    rows = [row("people", [figures(t) for t in usual]), row("simulated", [figures(t) for t in simulated])]
    print(table(["taps of", "n", *FIGURES], rows))


if __name__ == "__main__":
    main()
