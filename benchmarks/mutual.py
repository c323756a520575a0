"""Do two live partners adapt to each other better than one to a recording of the other?

    python benchmarks/mutual.py [--most 60]

Pairs of Sessions face to face (undersong.testing.duo), each hand uneven by 12 ms, each begun by a few
taps at a pace of its own, within 6% of the same. Live: both hear each other. Recorded: the second hears
another first, as it played in a duo with somebody else. Asynchrony SD: standard
deviation of the distance from each stroke of the second to the nearest of the first, in ms, as they are
heard. Paired differences with 95% bootstrap intervals over pairs, and a two-sided sign test.
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect_left
from collections.abc import Sequence
from math import comb
from statistics import fmean, pstdev

from tables import table
from undersong import Plan, Session, perform
from undersong.events import Input, MakerId, Play, Tap
from undersong.offline import make_session
from undersong.testing.duo import Duo

UNEVEN = 0.012  # seconds
UNTIL = 45.0
FROM = 10.0  # seconds at the beginning that are left out
NEAR = 0.25  # seconds: strokes further apart are not meant together
DRAWS = 2000
PACE = 0.57  # seconds
ANOTHER = 10_000  # seeds apart: another pair
GIVEN = MakerId("somebody")


def given(pace: float, seed: int) -> list[Input]:
    """A few taps at a pace, uneven, to begin with."""
    chance = random.Random(seed)
    times = [0.5 + n * pace + chance.gauss(0, UNEVEN) for n in range(9)]
    return [Tap(t, t, GIVEN, 64) for t in times]


def keeping(seed: int) -> Session:
    """A session that keeps the beat that it hears."""
    return make_session(Plan(technique="synchronising"), seed)


def live(paces: tuple[float, float], seed: int) -> tuple[list[Input], list[Input]]:
    """What the first and what the second heard of each other, live."""
    duo = Duo(keeping(1), keeping(2), seed=seed, unevenness=UNEVEN)
    for who in (0, 1):
        duo.give(who, given(paces[who], 2 * seed + who))
    duo.play(UNTIL)
    first, second = ([e for e in player.inputs if e.maker != GIVEN] for player in duo.players)
    return first, second


def recorded(paces: tuple[float, float], heard: Sequence[Input], seed: int) -> list[float]:
    """The strokes of a second who hears only a recording of the first, as they would be heard."""
    events = sorted([*given(paces[1], 2 * seed + 1), *heard], key=lambda e: e.heard)
    chance = random.Random(seed)
    out = perform(keeping(2), events, UNTIL)
    return sorted(o.at + chance.gauss(0, UNEVEN) for o in out if isinstance(o, Play) and o.at < UNTIL)


def asynchrony(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Standard deviation in ms of the distance from each stroke to the nearest of the other's."""
    apart = []
    for time in one:
        place = bisect_left(other, time)
        off = min(
            (time - other[i] for i in (place - 1, place) if 0 <= i < len(other)), key=abs, default=1.0
        )
        if time >= FROM and abs(off) < NEAR:
            apart.append(off)
    return pstdev(apart) * 1000 if len(apart) > 8 else None


def paces(seed: int) -> tuple[float, float]:
    """With what paces a pair begins."""
    chance = random.Random(seed)
    return PACE * chance.uniform(0.94, 1.06), PACE * chance.uniform(0.94, 1.06)


def pair(seed: int) -> tuple[float, float] | None:
    """Asynchrony SD of one pair: live, and against a recording."""
    of_second, of_first = live(paces(seed), seed)
    ours = asynchrony([e.heard for e in of_second], [e.heard for e in of_first])
    _, before = live(paces(seed + ANOTHER), seed + ANOTHER)
    alone = asynchrony(recorded(paces(seed), before, seed), [e.heard for e in before])
    return None if ours is None or alone is None else (ours, alone)


def signs(pairs: Sequence[tuple[float, float]]) -> float:
    """Two-sided sign test: how likely so lopsided a count is by chance."""
    better = sum(a < b for a, b in pairs)
    n = sum(a != b for a, b in pairs)
    tail = sum(comb(n, k) for k in range(max(better, n - better), n + 1)) / 2**n
    return float(min(1.0, 2 * tail))


def sections(most: int) -> list[str]:
    """The table, over so many pairs."""
    pairs = [found for seed in range(most) if (found := pair(seed)) is not None]
    chance = random.Random(0)
    drawn = sorted(fmean(a - b for a, b in chance.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    low, high = drawn[int(0.025 * DRAWS)], drawn[int(0.975 * DRAWS) - 1]
    better = sum(a < b for a, b in pairs) / len(pairs)
    row = [
        str(len(pairs)),
        f"{fmean(a for a, _ in pairs):.1f}",
        f"{fmean(b for _, b in pairs):.1f}",
        f"{fmean(a - b for a, b in pairs):+.1f} [{low:+.1f} {high:+.1f}]",
        f"{better:.2f}",
        f"{signs(pairs):.4f}",
    ]
    head = ["asynchrony SD in ms: pairs", "live", "recorded", "difference", "live better", "p"]
    return ["Two live Sessions, and one against a recording of the other\n\n" + table(head, [row])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=60)
    for section in sections(parser.parse_args().most):
        print(section)


if __name__ == "__main__":
    main()
