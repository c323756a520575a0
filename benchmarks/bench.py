"""Everything that is claimed of hearing, answering and speed, measured in one run, beside simple baselines.

    python benchmarks/bench.py [--most 60] [--only pulse key ...]

Each part is a benchmark of its own, whose text defines its rows. Tunes are split by name: nothing was
fitted to those on which figures are reported. The tables are printed, and written to benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import analysis
import answering
import bleed
import harmony
import key
import latency
import minutes
import mutual
import pulse
import replies
import results
import state
import tapping
import voice

# Name, benchmark, and for every how many of the tunes it takes one: some take longer than others.
PARTS: tuple[tuple[str, Callable[[int], list[str]], int], ...] = (
    ("fragments", answering.sections, 1),
    ("harmony", harmony.sections, 1),
    ("key", key.sections, 1),
    ("looking back", analysis.sections, 10),
    ("mutual adaptation", mutual.sections, 1),
    ("the partner in the microphone", bleed.sections, 15),
    ("pulse", pulse.sections, 4),
    ("replies", replies.sections, 1),
    ("speed", latency.sections, 1),
    ("state", state.sections, 4),
    ("tapping", tapping.sections, 1),
    ("ten minutes", minutes.sections, 2),
    ("voice", voice.sections, 5),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=60, help="tunes of a collection in each table")
    parser.add_argument("--only", nargs="*", default=[], help="parts by name")
    chosen = parser.parse_args()
    for name, part, every in PARTS:
        if chosen.only and name not in chosen.only:
            continue
        results.progress(name)
        for section in results.write(name, partial(part, max(6, chosen.most // every))):
            print(f"{section}\n", flush=True)


if __name__ == "__main__":
    main()
