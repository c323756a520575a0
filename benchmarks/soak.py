"""Hours of playing through the live driver: does anything drift, grow or hang?

    python benchmarks/soak.py [--hours 1]

Time is virtual: the event loop jumps from one alarm to the next, so an hour takes seconds; the driver, its
clock, its log and the disk are the real ones. The makers change every few minutes: tentative, flowing,
storming, tapping, away. Told: what sounds at the end, notes that sounded longer than they may, how far the
session's clock is from the loop's, and how memory grows after the first tenth of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import selectors
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import undersong
from tables import table
from undersong.edges import platform
from undersong.edges.clock import SessionClock
from undersong.edges.disk import Disk
from undersong.edges.takes import LOG, Takes
from undersong.events import Input, Leave, MakerId, Steer
from undersong.live import Live, Message
from undersong.offline import make_session
from undersong.plan import Plan
from undersong.plugins import policy, techniques
from undersong.remembering import log as codec
from undersong.remembering.replay import replay
from undersong.testing import makers

PART = 240.0  # seconds of one kind of playing
YOU = MakerId("maker")
TUNE = [
    (n, (1.0, 1.0, 0.5, 0.5, 1.0, 2.0)[n % 6], (60, 62, 64, 67, 65, 64, 69, 71)[n % 8]) for n in range(600)
]
KINDS: tuple[Callable[[int], list[Input]], ...] = (
    lambda seed: makers.tentative(TUNE, seed),
    lambda seed: makers.steady(TUNE, seed),
    lambda seed: makers.taps(seed, count=600),
    lambda seed: makers.storming(TUNE, seed),
    lambda seed: [],  # nobody plays
)


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next alarm as soon as nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__(_Jumping(self))
        self.shown = 1000.0

    def time(self) -> float:
        """Virtual seconds."""
        return self.shown


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout:
            self._loop.shown += max(timeout, 1e-6)  # a step that is too small would be none
        return ready


def run_virtually(main: Callable[[VirtualTime], Coroutine[Any, Any, Soaked]]) -> Soaked:
    """Run a coroutine in virtual time."""
    loop = VirtualTime()
    try:
        return loop.run_until_complete(main(loop))
    finally:
        loop.close()


@dataclass(frozen=True)
class Soaked:
    """What an hour left behind."""

    seconds: float
    inputs: int
    plays: int
    overlong: int  # notes told to sound for longer than the plan allows
    left_sounding: int  # at the end, half a minute after everybody left
    drift: float  # seconds between the session's clock and the loop's
    growth: float  # share by which memory grew after the first tenth
    replays: bool


def playing(seconds: float) -> list[Input]:
    """What the makers do, one kind after the other."""
    events: list[Input] = [Steer(0.0, 0.0, YOU, "begin")]
    start, number = 1.0, 0
    while start < seconds:
        for event in KINDS[number % len(KINDS)](number):
            if event.heard < PART - 5.0:
                moved = {"time": event.time + start, "heard": event.heard + start, "maker": YOU}
                events.append(replace(event, **moved))  # type: ignore[arg-type]
        start, number = start + PART, number + 1
        events.append(Leave(start - 1.0, start - 1.0, YOU))
    return [event for event in events if event.heard <= seconds]


def soak(seconds: float, data: Path) -> Soaked:
    """Play for so many virtual seconds into a folder."""

    async def main(loop: VirtualTime) -> Soaked:
        disk = Disk(loop.call_soon_threadsafe)
        takes = Takes(data)

        id_, file = takes.begin(datetime.now(UTC))
        header = codec.Header(undersong.__version__, platform.engine(), 7, Plan(), tuple(techniques()))
        clock = SessionClock(monotonic=loop.time, asleep=lambda: 0.0)
        session = make_session(Plan(), 7)
        live = Live(id_, session, codec.LogWriter(header), file, disk, clock=clock)
        sounding: dict[int, float] = {}
        plays = overlong = 0

        def tell(message: Message) -> None:
            nonlocal plays, overlong
            match message["type"]:
                case "play":
                    plays += 1
                    overlong += message["seconds"] > Plan().limits.longest
                    sounding[message["id"]] = message["at"] + message["seconds"]
                case "release":
                    sounding[message["id"]] = min(sounding[message["id"]], message["at"])
                case "retract":
                    del sounding[message["id"]]
            for id_, ends in list(sounding.items()):
                if ends < live.now:
                    del sounding[id_]

        live.tell = tell
        zero = loop.time()
        events = playing(seconds)
        early = 0
        for number, event in enumerate(events):
            await asyncio.sleep(max(0.0, zero + event.heard - loop.time()))
            live.hear(partial(_heard, event), number + 1)
            if not early and event.heard > seconds / 10:
                early = _memory()
        await asyncio.sleep(max(0.0, zero + seconds - loop.time()))
        late = _memory()
        live.leave()
        await asyncio.sleep(30.0)
        drift = live.now - (loop.time() - zero)
        left = sum(ends > live.now for ends in sounding.values())
        await live.close()
        disk.close()
        log = codec.read((data / "scratch" / id_ / LOG).read_bytes())
        same = replay(log, platform.engine(), techniques(), policy) is None
        growth = (late - early) / early
        return Soaked(seconds, len(events), plays, overlong, left, drift, growth, same)

    return run_virtually(main)


def _heard(event: Input, now: float) -> Input:
    return replace(event, heard=now, time=min(event.time, now))


def _memory() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hours", type=float, default=1.0)
    chosen = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        soaked = soak(chosen.hours * 3600, Path(folder))
    head = ["virtual time", "inputs", "plays", "overlong", "left sounding", "drift", "memory", "replays"]
    row = [
        f"{soaked.seconds / 3600:g} h", str(soaked.inputs), str(soaked.plays), str(soaked.overlong),
        str(soaked.left_sounding), f"{soaked.drift * 1000:.3f} ms", f"{soaked.growth:+.1%}",
        "yes" if soaked.replays else "no",
    ]  # fmt: skip
    print(table(head, [row]))


if __name__ == "__main__":
    main()
