"""Does each technique keep its contract? Forced, on melodies nobody tuned it to.

    python benchmarks/conformance.py [--melodies 200] [--seed 0]

Each technique answers simulated makers who play unseen melodies in the way that the technique is
for. Counted: windows of 6 s (step 1 s) in which the contract applies. Kept: the partner takes part
and the contract holds. Beside it, judged alike: a silent partner and a fixed drone. Intervals are
95% bootstrap intervals over melodies.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median

import corpora
import results
from results import progress
from tables import interval, table
from undersong import Plan, Session, perform
from undersong.choosing.rules import Rules
from undersong.events import Output
from undersong.plugins import techniques
from undersong.reflecting.duet import Duet, PartnerTone, duet
from undersong.testing import makers
from undersong.testing.contracts import CONTRACTS, Case, Contract
from undersong.testing.safety import CLAUSES
from undersong.testing.window import Played

NOTES = 48  # of each melody
LONGEST = 240  # notes that a simulated maker may ask for
AFTER = 26.0
Notes = makers.Melody
DOCS = Path(__file__).resolve().parent.parent / "docs" / "conformance.md"
PAGE = """# Does each technique keep its promise?

Written by `make conformance`. Each technique, asked for by name, answers simulated makers who play
melodies of written tunes in the way that it is for. A window of six seconds counts when that playing
holds throughout; it is kept when the partner takes part and the contract holds
(`undersong.testing.contracts`). Judged alike: a silent partner, and a fixed low C. Brackets are 95%
bootstrap intervals over melodies. What was set while looking at some of them stands in
[measurements](measurements.md).
"""


def answered(technique: str, given: Case) -> Played:
    """The duet of a forced technique."""
    session = Session(Plan(technique=technique), seed=0, techniques=techniques(), policy=Rules())
    outputs: list[Output] = perform(session, given.events, given.events[-1].heard + AFTER)
    return Played(duet(given.events, outputs), given.beat, given.tonic, given.finish)


def silent(played: Played) -> Played:
    """The same maker with nobody there."""
    return replace(played, duet=replace(played.duet, partner=(), chose=()))


def drone(played: Played) -> Played:
    """The same maker over one unmoving low C, loud enough to hear, from beginning to end."""
    end = played.duet.end
    tone = PartnerTone(0.0, end, 36, 64, "bass")
    return replace(played, duet=Duet(played.duet.makers, (tone,), played.duet.chose, end))


def predicted(played: Played, guess: Callable[[Sequence[float]], float]) -> Played:
    """The same maker with strokes from a predictor that is told the beat: last onset + its interval."""
    assert played.beat is not None
    beats: list[float] = []
    strokes: list[PartnerTone] = []
    last = played.onsets[0]
    for onset in played.onsets[1:]:
        usual = fmean(beats[-4:]) if beats else played.beat
        whole = round((onset - last) / usual)
        if whole < 1 or abs((onset - last) / usual - whole) >= 0.2:
            continue
        if len(beats) >= 4:
            at = last + whole * guess(beats)
            strokes.append(PartnerTone(at, at + 0.2, 41, 40, "percussion"))
        beats.append((onset - last) / whole)
        last = onset
    return replace(played, duet=replace(played.duet, partner=tuple(strokes)))


PREDICTORS: tuple[tuple[str, Callable[[Sequence[float]], float]], ...] = (
    ("mean of the last four intervals", lambda beats: fmean(beats[-4:])),
    ("median of the last eight", lambda beats: median(beats[-8:])),
    ("the last interval", lambda beats: beats[-1]),
)


def rate(contract: Contract, played: Played) -> tuple[int, int, int]:
    """Windows kept, with participation, and counted."""
    kept = part = counted = 0
    for window in played.windows(0.0, played.duet.end):
        if not contract.applies(window):
            continue
        counted += 1
        if contract.takes_part(window):
            part += 1
            kept += contract.holds(window)
    return kept, part, counted


def safety(technique: str, played: Played, clause: int) -> tuple[int, int]:
    """Windows in which a clause is kept, and all."""
    windows = list(played.windows(0.0, played.duet.end))
    return sum(CLAUSES[clause].holds(w, technique) for w in windows), len(windows)


def pooled(rows: Sequence[tuple[int, ...]]) -> str:
    """A share with its interval over melodies."""
    return interval([(row[0], row[-1]) for row in rows])


def beside_predictors(melodies: Sequence[corpora.Melody], seed: int) -> list[list[str]]:
    """How often the contract of synchronising is kept by us and by simple predictors."""
    contract = next(c for c in CONTRACTS if c.technique == "synchronising")
    rows = [[name] for name in ("Undersong", *(name for name, _ in PREDICTORS))]
    for unevenness in (0.6, 1.0):
        found: list[list[tuple[int, int, int]]] = [[] for _ in rows]
        for number, melody in enumerate(melodies, start=seed):
            period = makers.pace(number)
            events = makers.steady(melody.notes[:NOTES], number, period=period, unevenness=unevenness)
            played = answered("synchronising", Case(events, period, melody.tonic))
            found[0].append(rate(contract, played))
            for row, (_, guess) in enumerate(PREDICTORS, start=1):
                found[row].append(rate(contract, predicted(played, guess)))
        for cells, rated in zip(rows, found, strict=True):
            cells.append(pooled(rated))
    return rows


def sections(most: int, seed: int = 0) -> list[str]:
    """The tables, on so many melodies."""
    melodies = corpora.melodies(corpora.data())
    random.Random(seed).shuffle(melodies)
    melodies = melodies[:most]
    rows, guarded = [], []
    for contract in CONTRACTS:
        progress(contract.technique)
        rated: dict[str, list[tuple[int, int, int]]] = {"ours": [], "silent": [], "drone": []}
        kept: list[list[tuple[int, int]]] = [[] for _ in CLAUSES]
        for number, melody in enumerate(melodies, start=seed):
            ours = answered(contract.technique, contract.maker(long(melody.notes), melody.tonic, number))
            for name, one in (("ours", ours), ("silent", silent(ours)), ("drone", drone(ours))):
                rated[name].append(rate(contract, one))
            for clause, shares in enumerate(kept):
                shares.append(safety(contract.technique, ours, clause))
        rows.append([
            contract.technique,
            str(sum(r[2] for r in rated["ours"])),
            interval([(r[1], r[2]) for r in rated["ours"]]),
            *(pooled(rated[name]) for name in rated),
        ])  # fmt: skip
        guarded.append([contract.technique, *(pooled(shares) for shares in kept)])
    return [
        f"{len(melodies)} melodies, one simulated maker each, forced; shares of counted windows\n\n"
        + table(["technique", "windows", "takes part", "kept", "silent partner", "fixed drone"], rows),
        "Safety clauses, shares of all windows\n\n"
        + table(["technique", *(clause.name for clause in CLAUSES)], guarded),
        "Synchronising beside predictors that are told the beat, on steadier and on lay makers\n\n"
        + table(["", "steadier (.6)", "lay (1.0)"], beside_predictors(melodies, seed)),
    ]


def long(notes: Notes) -> Notes:
    """A melody as long as any maker may need: round again where it is short."""
    found = list(notes)
    while len(found) < LONGEST:
        end = found[-1][0] + found[-1][1]
        found += [(onset + end, length, pitch) for onset, length, pitch in notes]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--melodies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    found = results.write("conformance", lambda: sections(chosen.melodies, chosen.seed))
    DOCS.write_text(PAGE + "".join(f"\n```text\n{section}\n```\n" for section in found), encoding="utf-8")
    for section in found:
        print(f"{section}\n")


if __name__ == "__main__":
    main()
