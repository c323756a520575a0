"""Do two live partners adapt to each other better than one to a recording of the other?

    python benchmarks/mutual.py [--most 60]

Pairs of Sessions face to face (undersong.testing.duo), each hand uneven by 12 ms, each begun by a few
taps at a pace of its own, within 6% of the same. Live: both hear each other. Recorded: the second hears
another first, as it played in a duo with somebody else. Beats: both keep the beat. Music: somebody plays
a written tune to the second, which moves along with other notes (matching); the first hears only the
second, and puts chords under it (accompanying); recorded is the first as it played to the same tune at
another time. Asynchrony SD: standard
deviation of the distance from each stroke of the second to the nearest of the first, in ms, as they are
heard. Outside: share of the second's notes that lie outside what the first sounds 50 ms later. Paired
differences with 95% bootstrap intervals over pairs, and a two-sided sign test.
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from math import comb
from statistics import fmean, pstdev

import corpora
from tables import table
from undersong import Plan, Session, perform
from undersong.events import Input, MakerId, NoteOn, Play, Tap
from undersong.offline import make_session
from undersong.reflecting.duet import maker_tones
from undersong.testing import makers
from undersong.testing.duo import Duo

UNEVEN = 0.012  # seconds
UNTIL = 45.0
FROM = 10.0  # seconds at the beginning that are left out
NEAR = 0.25  # seconds: strokes further apart are not meant together
DRAWS = 2000
PACE = 0.57  # seconds
ANOTHER = 10_000  # seeds apart: another pair
GIVEN = MakerId("somebody")
FIRST = MakerId("first")


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


def consonance(notes: Sequence[Input], under: Sequence[Input]) -> float | None:
    """Share of notes that lie in what sounds under them."""
    tones = maker_tones(under, UNTIL).get(FIRST, ())
    good = whole = 0
    for note in notes:
        if isinstance(note, NoteOn) and note.heard >= FROM:
            at = note.heard + 0.05
            sounding = [
                t.pitch for t in tones if t.onset <= at < (t.offset or UNTIL) and t.pitch is not None
            ]
            whole += bool(sounding)
            good += any((pitch - note.pitch) % 12 == 0 for pitch in sounding)
    return good / whole if whole > 12 else None


def moving(melody: corpora.Melody, seed: int) -> Duo:
    """One accompanies, the other moves along with a tune that only it hears."""
    first, second = (make_session(Plan(technique=t), 0) for t in ("accompanying", "matching"))
    duo = Duo(first, second, seed=seed, unevenness=UNEVEN)
    tune = makers.steady(melody.notes, seed, period=PACE, unevenness=0.7)
    duo.give(1, [replace(event, maker=GIVEN) for event in tune if event.heard < UNTIL - 2.0])
    duo.play(UNTIL)
    return duo


def musical_pair(melody: corpora.Melody, seed: int) -> tuple[float, float] | None:
    """Consonance of one pair: live, and against a recording (1 minus it, so that less is better)."""
    duo, before = moving(melody, seed), moving(melody, seed + ANOTHER)
    chords = [e for e in before.players[1].inputs if e.maker == FIRST]
    ours = consonance(duo.players[0].inputs, [e for e in duo.players[1].inputs if e.maker == FIRST])
    tune = [e for e in duo.players[1].inputs if e.maker == GIVEN]
    alone = make_session(Plan(technique="matching"), 0)
    out = perform(alone, sorted([*tune, *chords], key=lambda e: e.heard), UNTIL)
    notes = [NoteOn(o.at, o.at, FIRST, o.pitch, o.velocity) for o in out if isinstance(o, Play)]
    theirs = consonance(notes, chords)
    return None if ours is None or theirs is None else (1 - ours, 1 - theirs)


def signs(pairs: Sequence[tuple[float, float]]) -> float:
    """Two-sided sign test: how likely so lopsided a count is by chance."""
    better = sum(a < b for a, b in pairs)
    n = sum(a != b for a, b in pairs)
    tail = sum(comb(n, k) for k in range(max(better, n - better), n + 1)) / 2**n
    return float(min(1.0, 2 * tail))


def sections(most: int) -> list[str]:
    """The table, over four times so many pairs of beats and half so many of music."""
    beats = [found for seed in range(4 * most) if (found := pair(seed)) is not None]
    melodies = corpora.melodies(corpora.data())
    random.Random(2).shuffle(melodies)
    music = [f for seed, m in enumerate(melodies[: most // 2]) if (f := musical_pair(m, seed)) is not None]
    rows = [
        row("asynchrony SD, ms", beats),
        row("notes outside the other's chord", music),
    ]
    head = ["less is better", "pairs", "live", "recorded", "difference", "live better", "p"]
    return ["Two live Sessions, and one against a recording of the other\n\n" + table(head, rows)]


def row(name: str, pairs: Sequence[tuple[float, float]]) -> list[str]:
    """One line: means, the paired difference with its interval, the share in which live is better."""
    chance = random.Random(0)
    drawn = sorted(fmean(a - b for a, b in chance.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    low, high = drawn[int(0.025 * DRAWS)], drawn[int(0.975 * DRAWS) - 1]
    return [
        name,
        str(len(pairs)),
        f"{fmean(a for a, _ in pairs):.3g}",
        f"{fmean(b for _, b in pairs):.3g}",
        f"{fmean(a - b for a, b in pairs):+.3g} [{low:+.3g} {high:+.3g}]",
        f"{sum(a < b for a, b in pairs) / len(pairs):.2f}",
        f"{signs(pairs):.4f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=60)
    for section in sections(parser.parse_args().most):
        print(section)


if __name__ == "__main__":
    main()
