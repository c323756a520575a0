"""Ten minutes with six kinds of simulated maker: is the partner's part alive, and does it leave room?

    python benchmarks/minutes.py [--most 30] [--draw FOLDER]

Each kind (undersong.testing.minutes) plays several unseen tunes. Roots: entropy in bits of the pitch
classes of the lowest sounding note, by time, as of the chord symbols of written tunes. Rhythm: entropy of
the partner's intervals between onsets, in six classes from under .2 to over 3.2 s, as of the lower voices
of written pieces. Techniques: entropy of what answered, by time. Recurs: share of four-note shapes of
the partner's melody heard more than once. Silent: share of the time, from first to last onset, in which the
partner does
not sound. Inside the corridor: between the 10th and 90th percentile of what people wrote. Beside it: an
unmoving drone, a loop of four chords, and random notes in the key at random times.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log2
from pathlib import Path
from statistics import fmean, quantiles

import corpora
from tables import table
from undersong import Plan, perform
from undersong.events import Chose
from undersong.offline import make_session
from undersong.reflecting import features
from undersong.reflecting.duet import Duet, PartnerTone, duet
from undersong.reflecting.roll import MORNING, svg
from undersong.testing.minutes import KINDS, minutes
from undersong.theory.grouping import onset_groups

AFTER = 26.0
CLASSES = (0.2, 0.4, 0.8, 1.6, 3.2)  # seconds
SHAPE = 4  # notes


def entropy(weights: Iterable[float]) -> float:
    """Shannon entropy in bits of what has these weights."""
    weights = [w for w in weights if w > 0]
    whole = sum(weights)
    return -sum(w / whole * log2(w / whole) for w in weights) if whole else 0.0


def roots(tones: Sequence[PartnerTone]) -> float:
    """Entropy of the pitch class of the lowest of bass and chords, by time."""
    pitched = [t for t in tones if t.voice in ("bass", "chords")]
    seconds: defaultdict[int, float] = defaultdict(float)
    edges = sorted({e for t in pitched for e in (t.onset, t.offset)})
    for start, end in pairwise(edges):
        sounding = [t.pitch for t in pitched if t.onset <= start and t.offset >= end]
        if sounding:
            seconds[min(sounding) % 12] += end - start
    return entropy(seconds.values())


def rhythm(gaps: Iterable[float]) -> float:
    """Entropy of intervals in classes."""
    return entropy(Counter(sum(gap >= edge for edge in CLASSES) for gap in gaps).values())


def techniques(chose: Sequence[Chose], end: float) -> tuple[float, int]:
    """Entropy of what answered, by time, and how many techniques there were."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for one, following in pairwise([*chose, Chose(end, "", "")]):
        seconds[one.technique] += following.time - one.time
    return entropy(seconds.values()), len(seconds)


def recurs(tones: Sequence[PartnerTone]) -> float | None:
    """Share of the melody's shapes that come more than once."""
    melody = [t.pitch for t in tones if t.voice == "melody"]
    shapes = [
        tuple(b - a for a, b in pairwise(melody[i : i + SHAPE])) for i in range(len(melody) - SHAPE + 1)
    ]
    if len(shapes) < 8:
        return None
    counts = Counter(shapes)
    return sum(n for n in counts.values() if n > 1) / len(shapes)


def silent(made: Duet) -> float:
    """Share of the time in which the partner does not sound."""
    onsets = [t.onset for t in made.tones()]
    whole = onsets[-1] - onsets[0]
    return 1 - features.sounding(made.partner, onsets[0], onsets[-1]) / whole


def drone(made: Duet) -> tuple[PartnerTone, ...]:
    """One low note from beginning to end."""
    return (PartnerTone(0.0, made.end, 48, 40, "bass"),)


def loop(made: Duet) -> tuple[PartnerTone, ...]:
    """The same four chords of two seconds, round and round."""
    return tuple(
        PartnerTone(2.0 * n, 2.0 * n + 2.0, pitch, 40, "bass")
        for n, pitch in enumerate((48, 53, 55, 48) * int(made.end / 8))
    )


def noise(made: Duet) -> tuple[PartnerTone, ...]:
    """Any note of the key at any time."""
    chance = random.Random(0)
    tones, time = [], 0.0
    while time < made.end:
        gap = chance.uniform(0.1, 3.6)
        tones.append(PartnerTone(time, time + gap, 36 + chance.choice((0, 2, 4, 5, 7, 9, 11)), 40, "bass"))
        time += gap
    return tuple(tones)


def played(kind: int, melody: corpora.Melody, seed: int) -> Duet:
    """A whole ten minutes, the partner free."""
    events = minutes(KINDS[kind][1], melody.notes, seed)
    return duet(events, perform(make_session(Plan(), seed), events, events[-1].heard + AFTER))


def row(name: str, made: Sequence[Duet]) -> list[str]:
    """The figures of several duets, averaged."""
    shares = [x for m in made if (x := recurs(m.partner)) is not None]
    told = [techniques(m.chose, m.end) for m in made]
    return [
        name,
        f"{fmean(roots(m.partner) for m in made):.2f}",
        f"{fmean(rhythm(_gaps(m)) for m in made):.2f}",
        f"{fmean(t[0] for t in told):.2f} ({fmean(t[1] for t in told):.0f})",
        f"{fmean(shares):.2f}" if shares else "-",
        f"{fmean(silent(m) for m in made):.2f}",
    ]


def _gaps(made: Duet) -> list[float]:
    return [b - a for a, b in pairwise(onset_groups(t.onset for t in made.partner))]


def corridor(found: Sequence[float]) -> str:
    """10th to 90th percentile."""
    if len(found) < 10:
        return "-"
    tenths = quantiles(found, n=10)
    return f"{tenths[0]:.2f}-{tenths[-1]:.2f}"


def sections(most: int, draw: Path | None = None) -> list[str]:
    """The table; ``most`` tunes in all."""
    melodies = corpora.melodies(corpora.data())
    random.Random(1).shuffle(melodies)
    each = max(1, most // len(KINDS))
    rows: list[list[str]] = []
    every: list[Duet] = []
    for kind, (name, _) in enumerate(KINDS):
        made = [played(kind, melodies[kind * each + n], kind * each + n) for n in range(each)]
        if draw is not None:
            path = draw / f"minutes-{name.replace(' ', '-')}.svg"
            path.write_text(svg(made[0], f"Ten minutes with a maker who {name}", MORNING), encoding="utf-8")
        rows.append(row(f"who {name}", made))
        every += made
    rows.append(row("all six", every))
    for name, partner in (("drone", drone), ("loop of four chords", loop), ("random in key", noise)):
        rows.append(row(name, [replace(m, partner=partner(m), chose=()) for m in every]))
    people = [
        "people: 10%-90%",
        corridor([entropy(corpora.root_seconds(m)) for m in melodies if m.chords]),
        corridor([rhythm(gaps) for gaps in corpora.lower_voices()]),
        "",
        "",
        ".10-.25 (goal)",
    ]
    head = ["ten minutes with one", "roots", "rhythm", "techniques", "recurs", "silent"]
    return [f"{len(every)} duets of ten minutes\n\n" + table(head, [*rows, people])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=30)
    parser.add_argument("--draw", type=Path, help="a folder for the piano roll of the first of each kind")
    chosen = parser.parse_args()
    for section in sections(chosen.most, chosen.draw):
        print(section)


if __name__ == "__main__":
    main()
