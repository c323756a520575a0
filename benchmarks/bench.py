"""Everything that is claimed of hearing, answering and speed, measured in one run, beside simple baselines.

    python benchmarks/bench.py [--most 60] [--only pulse key ...]

Each part is a benchmark of its own, whose text defines its rows. Tunes are split by name: nothing was
fitted to those on which figures are reported. The tables are printed, and written to benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import answering
import latency
import minutes
import mutual
import results

PARTS: tuple[tuple[str, Callable[[int], list[str]]], ...] = (
    ("fragments", answering.sections),
    ("ten minutes", minutes.sections),
    ("mutual adaptation", mutual.sections),
    ("speed", latency.sections),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=60, help="tunes of a collection in each table")
    parser.add_argument("--only", nargs="*", default=[], help="parts by name")
    chosen = parser.parse_args()
    for name, part in PARTS:
        if chosen.only and name not in chosen.only:
            continue
        results.progress(name)
        for section in results.write(name, lambda part=part: part(chosen.most)):  # type: ignore[misc]
            print(f"{section}\n", flush=True)


if __name__ == "__main__":
    main()
