"""Does looking back find what is known of simulated pairs?

    python benchmarks/study.py [--most 40]

Pairs of which the leader, the lag and the imitation are known (undersong.testing.study), of 30 to 120 s, a
quarter of each rhythm. Lag: within 50 ms. Leader: the right one. Together: p at most .02 for true pairs,
and for players of two different pairs, who have nothing to do with one another. In loudness and pitch the
second follows 6 s behind, precedes as much, or goes along: recovered where initiation, imitation or
integration of the diagram is the greatest of the three, each less what the unrelated pairs have of it on
average. Baselines: the nearest onset of the other for each (lag and leader); nothing that is always said
would be right for both kinds of pairs. Brackets: 95% bootstrap intervals over pairs. No constant was set on
these seeds.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from statistics import fmean

import numpy as np

from tables import DRAWS, table
from undersong.reflecting.curves import curves
from undersong.reflecting.features import LENGTH, STEP
from undersong.reflecting.imitation import Imitation, imitation
from undersong.reflecting.players import Player, window_starts
from undersong.reflecting.timing import onsets, timing
from undersong.testing.study import BEHIND, RHYTHMS, Couple, couple

FIRST_SEED = 50_000
NEAR = 0.05  # seconds
WAYS = {"the first precedes": BEHIND, "the second precedes": -BEHIND, "at once": 0.0}
FOLLOWED = ("velocity", "mean_pitch")


def share(right: Sequence[bool]) -> str:
    """A share with its interval over pairs."""
    chance = random.Random(0)
    draws = sorted(fmean(chance.choices(right, k=len(right))) for _ in range(DRAWS // 5))
    low, high = draws[int(0.025 * len(draws))], draws[int(0.975 * len(draws)) - 1]
    return f"{fmean(right):.3f} [{low:.3f} {high:.3f}]"


def couples(most: int, behind: float | None, seconds: float | None = None) -> list[Couple]:
    """Pairs, the rhythms in turn."""
    found = []
    for number in range(most):
        chance = np.random.Generator(np.random.PCG64(FIRST_SEED + number))
        lasts = float(chance.choice([30.0, 60.0, 120.0])) if seconds is None else seconds
        found.append(couple(RHYTHMS[number % len(RHYTHMS)], lasts, chance, behind))
    return found


def nearest(first: Player, second: Player) -> float:
    """The median distance from each onset to the other's nearest."""
    a, b = onsets(first), onsets(second)
    return float(np.median([b[np.abs(b - x).argmin()] - x for x in a]))


def timed(most: int) -> str:
    pairs = couples(most, None)
    rows = []
    for kind in ("all", *RHYTHMS):
        chosen = [(n, one) for n, one in enumerate(pairs) if kind in ("all", one.rhythm)]
        found = [(one, timing(one.first, one.second)) for _, one in chosen]
        near = [nearest(one.first, one.second) for _, one in chosen]
        # the second player of another pair of the same rhythm, as long or longer
        strangers = [
            timing(one.first, pairs[(n + len(RHYTHMS) * (1 + n % 3)) % len(pairs)].second)
            for n, one in chosen
        ]
        rows.append([
            f"{kind}, {len(chosen)}",
            share([abs(t.lag - one.lag) < NEAR for one, t in found]),
            share([abs(lag - one.lag) < NEAR for lag, (_, one) in zip(near, chosen, strict=True)]),
            share([t.lead == one.leads for one, t in found]),
            share([np.sign(lag) == one.leads for lag, (_, one) in zip(near, chosen, strict=True)]),
            share([t.together for _, t in found]),
            share([t.together for t in strangers]),
        ])  # fmt: skip
    head = ["pairs", "lag right", "by the nearest", "leader right", "by the nearest", "true: together",
            "strangers: together"]  # fmt: skip
    return table(head, rows)


def followed(most: int) -> str:
    def diagram(one: Couple, feature: str) -> Imitation:
        starts = window_starts(one.end)
        a, b = ({feature: curves(who, starts, LENGTH)[feature]} for who in (one.first, one.second))
        return imitation(a, b, STEP)[feature]

    def three(found: Imitation) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([found.initiation, found.imitation, found.integration])

    many = max(8, most // 3)
    rows = []
    alone = {
        f: np.nanmean([three(diagram(c, f)) for c in couples(many, None, 180.0)], axis=0) for f in FOLLOWED
    }
    for place, (way, behind) in enumerate(WAYS.items()):
        made = couples(many, behind, 180.0)
        cells = []
        for feature in FOLLOWED:
            values = [three(diagram(one, feature)) for one in made]
            cells.append(share([bool((value - alone[feature]).argmax() == place) for value in values]))
            cells.append(" ".join(f"{x:.2f}" for x in np.mean(values, axis=0)))
        rows.append([way, *cells])
    chance = [" ".join(f"{x:.2f}" for x in alone[f]) for f in FOLLOWED]
    rows.append(["on their own", "-", chance[0], "-", chance[1]])
    of = "initiation, imitation, integration"
    head = [f"{many} pairs each", "loudness: right", of, "pitch: right", of]
    return table(head, rows)


def sections(most: int) -> list[str]:
    """The tables."""
    return [
        f"Lag, leader, together\n\n{timed(4 * most)}",
        f"Who follows in loudness and pitch\n\n{followed(most)}",
    ]


def main() -> None:
    import results

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=60)
    chosen = parser.parse_args()
    for section in results.write("looking back at simulated pairs", lambda: sections(chosen.most)):
        print(f"{section}\n")


if __name__ == "__main__":
    main()
