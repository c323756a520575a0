"""Kept takes for the tests of looking back, written into a data folder through the log's own codec."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playing import outputs
from undersong.edges.house import House
from undersong.edges.takes import Takes
from undersong.events import Chose, Input, MakerId, NoteOff, NoteOn, Output, Play, Release, Retract
from undersong.plan import Plan
from undersong.remembering.log import Header, LogWriter
from undersong.testing.minutes import KINDS, TUNE, minutes

HOUR = 3600.0
DAY = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
TECHNIQUES = ("tonal-grounding", "dialoguing", "accompanying", "holding", "giving-space")
YOU = MakerId("you")
CHUNK = 64  # events: a live log is sealed more often


def keep(data: Path, inputs: list[Input], outputs: list[Output], started: datetime = DAY) -> str:
    """Store a take of these events; returns its name."""
    header = Header("0.1.0", "of-a-test", 0, Plan(), TECHNIQUES, started.isoformat())
    writer = LogWriter(header)
    events: list[tuple[float, int, Input | Output]] = [(e.heard, 0, e) for e in inputs]
    events += [(o.time, 1, o) for o in outputs if isinstance(o, Chose)]
    events += [(o.at, 1, o) for o in outputs if isinstance(o, (Play, Retract, Release))]
    log = b""
    for number, (_, way, event) in enumerate(sorted(events, key=lambda each: each[:2])):
        if way == 0:
            writer.input(event)  # type: ignore[arg-type]
        else:
            writer.outputs([event])  # type: ignore[list-item]
        if number % CHUNK == 0:
            log += writer.seal()
    agree(data)
    return Takes(data).keep_log(log + writer.seal(), started)


def agree(data: Path) -> None:
    """Whoever lives in a data folder says yes to being listened to, and to keeping."""
    data.mkdir(parents=True, exist_ok=True)
    house = House(data)
    house.own.record.give("play", DAY)
    house.own.record.give("keep", DAY)
    house.close()


def note(time: float, seconds: float, pitch: int, velocity: int = 70, maker: MakerId = YOU) -> list[Input]:
    end = time + seconds
    return [NoteOn(time, time, maker, pitch, velocity), NoteOff(end, end, maker, pitch)]


def hour(data: Path) -> str:
    """An hour of 20,000 notes: 15,000 of a maker's, 5,000 of the partner's, a decision every 20 seconds."""
    made: list[Input] = []
    for i in range(15_000):
        made += note(
            i * HOUR / 15_000, 0.15 + 0.07 * (i % 5), 60 + (i * 7 + i // 40) % 24, 40 + (i * 13) % 60
        )
    out: list[Output] = [
        Play(
            i,
            i * HOUR / 5_000 + 0.05,
            "reactive",
            "bass" if i % 3 else "chords",
            40 + (i * 5) % 24,
            48,
            0.9,
        )
        for i in range(5_000)
    ]
    out += [
        Chose(20.0 * i, TECHNIQUES[i % len(TECHNIQUES)], f"Reason number {i}.")
        for i in range(int(HOUR / 20))
    ]
    return keep(data, made, out)


def short(data: Path, started: datetime = DAY) -> str:
    """Twenty seconds: a note of the maker's every second, a bass of the partner's every four."""
    made = [event for i in range(20) for event in note(i * 1.0, 0.5, 60 + (0, 2, 4, 7)[i % 4])]
    out: list[Output] = [
        Play(i, 0.5 + 4 * i, "planned", "bass", 43 + 2 * (i % 3), 50, 3.0) for i in range(5)
    ]
    out += [
        Chose(0.0, "giving-space", "Nothing has sounded yet, so I listen."),
        Chose(4.0, "tonal-grounding", "Your notes began to belong together, so I put a ground under them."),
        Chose(12.0, "dialoguing", "A phrase came to rest, so I answered it."),
    ]
    return keep(data, made, out, started)


def played(data: Path, started: datetime = DAY, seed: int = 3) -> str:
    """About two minutes as they are really played: a simulated maker, and what a session answered."""
    given = minutes(KINDS[4][1], TUNE, seed)
    made = [replace(event, maker=YOU) for event in given if event.heard < 110.0]
    return keep(data, made, outputs(made), started)
