"""Looking back: how fast, in how much memory, and how both grow from a minute to ten hours.

    python benchmarks/analysis.py [--most 5]

Two simulated players, about three notes a second each (phrases that overlap, human timing), as a MIDI file.
Each run is a fresh process that reads the file, analyses it in windows of 6 s every second, and makes the
JSON; its processor time (all threads together) is counted from when two players of ten notes have been
analysed, so start-up, and what is loaded at first use, is not in it. Speed: seconds of music for one of
processor time, with a 95% bootstrap interval over the runs. Memory: the process's peak beyond what it had
then. Growth: the exponent by which time grows with length, between one row and the row before; 1 is linear.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from math import log
from pathlib import Path
from statistics import fmean

import mido

import results
from tables import interval, table
from undersong.edges import midi

MINUTES = (1, 10, 60, 600)
GOAL = 3600.0  # seconds of music a second
BEAT = 0.5
TIMING = 0.02  # standard deviation of people's onsets, in seconds


def music(minutes: int) -> bytes:
    """Two players, as a MIDI file: phrases of one and the other that overlap, rests between them."""
    chance = random.Random(minutes)
    tracks = []
    for channel, (name, begins) in enumerate((("client", 0.0), ("therapist", 6.0))):
        timed: list[midi.Timed] = []
        at = begins
        while at < 60 * minutes - 12:
            until = at + chance.uniform(6, 16)
            pitch = chance.randrange(48, 72)
            while at < until:
                steps = chance.choice((0.5, 0.5, 0.5, 1, 1, 2)) * BEAT
                onset = max(0.0, at + chance.gauss(0, TIMING))
                velocity = chance.randrange(40, 100)
                pitch = min(84, max(40, pitch + chance.choice((-4, -2, -1, 0, 1, 2, 3))))
                for note in (pitch, *((pitch + 7,) if chance.random() < 0.3 else ())):
                    timed += [
                        (time, mido.Message(kind, channel=channel, note=note, velocity=velocity))
                        for kind, time in (("note_on", onset), ("note_off", onset + 0.8 * steps))
                    ]
                at += steps
            at += chance.uniform(0.5, 4)
        tracks.append((name, timed))
    return midi.write(tracks, 1000)


def peak() -> float:
    """The most memory that this process has had, in MB. Linux tells it in a file."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def child(path: Path) -> None:
    """One run, as its own process: prints its figures as JSON."""
    from time import process_time

    from undersong.edges import players
    from undersong.reflecting.analysis import analysis
    from undersong.reflecting.players import Playing, player

    few = [(n, n + 0.5, 60.0, 60.0) for n in range(10)]
    analysis(Playing((player("a", few), player("b", few)), 10.0))
    before = peak()
    began = process_time()
    playing = players.read(path)
    read = process_time()
    found = analysis(playing)
    analysed = process_time()
    told = json.dumps(found)
    done = process_time()
    print(json.dumps({
        "music": playing.end, "notes": sum(map(len, playing.players)), "read": read - began,
        "analysed": analysed - read, "json": done - analysed, "all": done - began,
        "megabytes": peak() - before, "bytes": len(told),
    }))  # fmt: skip


def run(path: Path) -> dict[str, float]:
    """A run's figures."""
    command = [sys.executable, __file__, "--child", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def sections(most: int) -> list[str]:
    """The table; ``most``: runs of each length."""
    rows: list[list[str]] = []
    before: tuple[float, float] | None = None
    with tempfile.TemporaryDirectory() as folder:
        for minutes in MINUTES:
            path = Path(folder) / f"{minutes}.mid"
            path.write_bytes(music(minutes))
            results.progress(f"{minutes} min")
            runs = [run(path) for _ in range(most)]
            mean = {key: fmean(one[key] for one in runs) for key in runs[0]}
            growth = "-"
            if before is not None:
                growth = f"{log(mean['all'] / before[1]) / log(mean['music'] / before[0]):.2f}"
            before = (mean["music"], mean["all"])
            rows.append([
                f"{minutes} min", f"{mean['notes']:.0f}",
                interval([(one["music"], one["all"]) for one in runs]),
                *(f"{mean[part]:.2f}" for part in ("read", "analysed", "json")),
                growth, f"{mean['megabytes']:.0f}",
            ])  # fmt: skip
    head = ["music", "notes", "x real time", "read s", "analyse s", "json s", "growth", "MB more"]
    return [f"{most} runs of each length; goal: {GOAL:.0f} x real time, linear\n\n{table(head, rows)}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=5, help="runs of each length")
    parser.add_argument("--child", type=Path, help="one run on this file, for the benchmark itself")
    chosen = parser.parse_args()
    if chosen.child is not None:
        child(chosen.child)
        return
    for section in results.write("looking back", lambda: sections(chosen.most)):
        print(section)


if __name__ == "__main__":
    main()
