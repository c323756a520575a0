"""How long does one decision take, and how fast is a file answered?

    python benchmarks/latency.py [--seconds 600]

One event's decision: the CPU time of Session.receive for every event of simulated makers' playing,
everything on. Offline: length of the music over the CPU time of the whole run, one core. Beside it: a
session that only listens (it always gives space), and the bare decoding of the log's lines, as
floors to compare with. Times drift from machine to machine: compare the rows of one run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from time import process_time_ns

from tables import table
from undersong import Plan, Rules, Session
from undersong.events import Input
from undersong.plugins import techniques
from undersong.remembering.log import decode, encode
from undersong.testing import makers

TUNE = [
    (n, (1.0, 1.0, 0.5, 0.5, 1.0, 2.0)[n % 6], (60, 62, 64, 67, 65, 64, 69, 71)[n % 8]) for n in range(6000)
]
PLAYING: tuple[tuple[str, Callable[[], list[Input]]], ...] = (
    ("tentative", lambda: makers.tentative(TUNE, 1)),
    ("flowing", lambda: makers.steady(TUNE, 1)),
    ("gestures", lambda: makers.gestures(TUNE, 1)),
    ("scattered", lambda: makers.scattered(TUNE, 1)),
    ("storming", lambda: makers.storming(TUNE, 1)),
    ("taps", lambda: makers.taps(1, count=3000)),
)


def decide(events: Sequence[Input], plan: Plan) -> tuple[list[float], float]:
    """Milliseconds of CPU for each event, and seconds for the whole run."""
    session = Session(plan, seed=0, techniques=techniques(), policy=Rules())
    began = process_time_ns()
    each: list[float] = []
    for event in events:
        start = process_time_ns()
        session.receive(event)
        each.append((process_time_ns() - start) / 1e6)
    session.advance(events[-1].heard + 25.0)
    return each, (process_time_ns() - began) / 1e9


def row(name: str, each: list[float], music: float, cpu: float) -> list[str]:
    """One line of the table."""
    each = sorted(each)
    at = [each[int(share * (len(each) - 1))] for share in (0.5, 0.99, 1.0)]
    mean = cpu * 1000 / len(each)
    return [name, str(len(each)), *(f"{ms:.3f}" for ms in at), f"{mean:.3f}", f"{music / cpu:.0f} x"]


def sections(most: int, seconds: float = 600.0) -> list[str]:
    """The table; ``most`` plays no part."""
    rows: list[list[str]] = []
    every: list[float] = []
    total_music = total_cpu = 0.0
    plans = (("", Plan()), ("only listening", Plan(technique="giving-space")))
    for label, plan in plans:
        for name, playing in PLAYING if not label else PLAYING[1:2]:
            events = [e for e in playing() if e.heard <= seconds]
            each, cpu = decide(events, plan)
            rows.append(row(label or name, each, events[-1].heard, cpu))
            if not label:
                every += each
                total_music += events[-1].heard
                total_cpu += cpu
    lines = [encode(e) for e in PLAYING[1][1]() if e.heard <= seconds]
    start = process_time_ns()
    for line in lines:
        decode(line)
    spent = (process_time_ns() - start) / 1e9
    rows.append(
        ["decoding a log line", str(len(lines)), "", "", "", f"{spent * 1000 / len(lines):.3f}", ""]
    )
    rows.append(row("all playing", every, total_music, total_cpu))
    head = ["playing", "events", "p50", "p99", "max", "mean", "offline"]
    return [
        "CPU milliseconds for one event's decision; the mean includes what time alone brings\n\n"
        + table(head, rows)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=600.0, help="of music in each kind of playing")
    for section in sections(0, parser.parse_args().seconds):
        print(section)


if __name__ == "__main__":
    main()
