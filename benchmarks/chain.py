"""How long is the way from a sung note to the partner's answer?

    python benchmarks/chain.py [--rounds 6]

Exact singing (tests/singing.py), whose onsets are known, in blocks of 512 samples at 48 kHz.

Frames: edges.microphone.Ear alone, without any clock. From a note's onset to the last sample that had to be
heard before it was known, and to the end of the block in which that sample came: the least that any
machine takes. Goal: 80 ms, plus the block.

Server: a real undersong on loopback, fed in the sound's own time by one client. Onset to heard: from the
onset to the session's ``heard`` in the take's log. Heard to stamped: from ``heard`` to the arrival at the
client of the reactive notes that it caused, by the session's clock, under the technique that answers the
most notes at once. Goal: 10 ms. Hands: notes of hands, ten a second, and the clock message behind each,
there and back, while the voice is being transcribed; beside it the same without a microphone.

Chromium: the same tune as the fake microphone of a real browser, by the same log; the onsets lie in the
page's own stamps, from the first block in which the tune is heard, so that they are known to one block.
Times of this machine drift: compare the rows of one run.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import results
from tables import table
from undersong.edges.microphone import Ear
from undersong.events import Seconds
from undersong.transcribing.heard import NoteBegan

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests"))

RATE = 48_000
BLOCK = 512
REACTION: Seconds = 0.03  # of the default plan: a reactive note sounds so long after it was decided
TECHNIQUE = "accompanying"  # of the server's partner: it answers many notes at once
TUNE = ((62, 0.7), (64, 0.5), (66, 0.5), (69, 0.9), (66, 0.6), (64, 0.6), (62, 1.1))
LATE: Seconds = 3.0  # of quiet before the tune
NEAR: Seconds = 0.15  # from an onset to what was heard of it
HANDS = 48  # the pitch that hands play meanwhile
Row = tuple[str, list[Seconds]]


def tune(rounds: int) -> list[tuple[Seconds, Seconds, float]]:
    """The notes: onset, offset, pitch."""
    notes, now = [], LATE
    for _ in range(rounds):
        for pitch, seconds in TUNE:
            notes.append((now, now + 0.86 * seconds, float(pitch)))
            now += seconds
        now += 0.9
    return notes


def sound(rounds: int) -> Any:
    """The tune as sung."""
    from singing import sung

    return sung(tune(rounds), RATE, vibrato=0.2, noise=-65.0)


def cut(samples: Any) -> list[bytes]:
    """16-bit blocks."""
    whole = (samples * 32767).astype("<i2").tobytes()
    return [whole[at : at + 2 * BLOCK] for at in range(0, len(whole), 2 * BLOCK)]


def frames(rounds: int) -> list[Row]:
    """Without a clock: in samples."""
    ear = Ear(RATE)
    onsets = [on for on, _, _ in tune(rounds)]
    known: list[Seconds] = []
    passed: list[Seconds] = []
    for number, block in enumerate(cut(sound(rounds))):
        for heard in ear.feed(number * BLOCK / RATE, block):
            if isinstance(heard, NoteBegan):
                onset = _nearest(onsets, heard.onset)
                if onset is not None:
                    known.append(heard.time - onset)
                    passed.append((number + 1) * BLOCK / RATE - onset)
    return [("frames: onset to known", known), ("frames: onset to the end of its block", passed)]


def served(rounds: int) -> list[Row]:
    """A real server, in the sound's own time."""
    from client import Page, let_in, running

    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "undersong") as server:
        page = Page(server, let_in(server))
        page.begin()
        page.input({"type": "steer", "what": "technique", "technique": TECHNIQUE})
        arrived: list[tuple[Seconds, dict[str, Any]]] = []
        alone = _hands(page, [], arrived)
        page.say({"type": "microphone", "on": True, "rate": RATE, "maker": "voice"})
        page.until("microphone")
        began = page.now()
        blocks = [(began + n * BLOCK / RATE, block) for n, block in enumerate(cut(sound(rounds)))]
        beside = _hands(page, blocks, arrived)
        take = page.take
        page.input({"type": "finish"})
        page.until("ended")
        lines = _log(server.address, page.cookie, take)
        page.close()
    onsets = [began + on for on, _, _ in tune(rounds)]
    return [
        *_of_the_log("server", lines, onsets, arrived),
        ("server: hands without a microphone", alone),
        ("server: hands beside a voice", beside),
    ]


def _hands(
    page: Any, blocks: list[tuple[Seconds, bytes]], arrived: list[tuple[Seconds, dict[str, Any]]]
) -> list[Seconds]:
    """Send blocks in their time and hands' notes between them; how long those took, there and back."""
    stop, sent, times = threading.Event(), dict[float, float](), list[Seconds]()

    def listen() -> None:
        while not stop.is_set():
            try:
                message = page.receive(0.2)
            except TimeoutError:
                continue
            arrived.append((page.now(), message))
            if message["type"] == "clock" and message["sent"] in sent:
                times.append(time.monotonic() - sent[message["sent"]])

    listening = threading.Thread(target=listen)
    listening.start()
    began, number = page.now(), 0
    until = blocks[-1][0] if blocks else began + 10.0
    queue = list(reversed(blocks))
    while page.now() < until:
        while queue and queue[-1][0] + BLOCK / RATE <= page.now():
            at, block = queue.pop()
            page.socket.send(struct.pack("<d", at) + block)
        if page.now() >= began + number * 0.1:
            number += 1
            if number % 2:
                page.note(HANDS, 30)
            else:
                page.let_go(HANDS)
            sent[float(number)] = time.monotonic()
            page.say({"type": "clock", "sent": float(number)})
        time.sleep(0.002)
    stop.set()
    listening.join()
    return times


def browsed(rounds: int) -> list[Row]:
    """A real Chromium, whose fake microphone sings the file."""
    from playwright.sync_api import sync_playwright

    from browsing import launch, tab
    from client import running
    from singing import wav_bytes

    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running(Path(folder) / "undersong") as server,
    ):
        file = Path(folder) / "sound.wav"
        samples = sound(rounds)
        file.write_bytes(wav_bytes(samples, RATE))
        fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
        browser = launch(playwright, *fake, f"--use-file-for-fake-audio-capture={file}%noloop")
        with tab(browser, server) as page:
            page.page.add_init_script("localStorage.setItem('undersong.settings', '{\"way\":\"voice\"}')")
            page.open()
            page.begin()
            page.wait(len(samples) / RATE)
            page.finish()
            take = page.said("began")[-1]["take"]
            answer = page.context.request.get(f"{server.address}/api/takes/{take}/log.jsonl")
            lines = [json.loads(line) for line in answer.text().splitlines()]
            first = next(s["at"] for s in page.said("(sound)", out=True) if s["peak"] > 0.02)
            ahead = _session_clock(page)
            arrived = [(ahead(m["back"]), m) for m in page.said("play")]
        browser.close()
    onsets = [first + on - LATE for on, _, _ in tune(rounds)]
    return _of_the_log("Chromium", lines, onsets, arrived)


def _session_clock(page: Any) -> Callable[[float], Seconds]:
    pings = [
        (m["back"] - m["sent"], m["now"] - (m["sent"] + m["back"]) / 2000)
        for m in page.said("clock")
        if m["now"] is not None
    ]
    best = sorted(pings)[: max(1, len(pings) // 4)]
    offset = sorted(offset for _, offset in best)[len(best) // 2]
    return lambda back: back / 1000 + offset


def _log(address: str, cookie: str, take: str | None) -> list[dict[str, Any]]:
    from client import http

    _, _, body = http(f"{address}/api/takes/{take}/log.jsonl", headers={"cookie": cookie})
    return [json.loads(line) for line in body.decode().splitlines()]


def _of_the_log(
    name: str,
    lines: list[dict[str, Any]],
    onsets: list[Seconds],
    arrived: list[tuple[Seconds, dict[str, Any]]],
) -> list[Row]:
    """Onset to heard, and heard to the arrival of the reactive notes that were decided then."""
    heard = [line for line in lines if line.get("in") == "note_on" and line["pitch"] != HANDS]
    known = [
        line["heard"] - onset for line in heard if (onset := _nearest(onsets, line["time"])) is not None
    ]
    moments = [line["heard"] for line in heard]
    stamped = [
        at - (message["at"] - REACTION)
        for at, message in arrived
        if message["type"] == "play"
        and message["kind"] == "reactive"
        and any(abs(message["at"] - REACTION - moment) < 1e-3 for moment in moments)
    ]
    return [(f"{name}: onset to heard", known), (f"{name}: heard to stamped", stamped)]


def _nearest(onsets: list[Seconds], time_: Seconds) -> Seconds | None:
    nearest = min(onsets, key=lambda onset: abs(onset - time_))
    return nearest if abs(nearest - time_) <= NEAR else None


def _at(ranked: list[Seconds], share: float) -> str:
    return f"{1000 * ranked[int(share * (len(ranked) - 1))]:.1f}" if ranked else "-"


def sections(most: int) -> list[str]:
    """The table; ``most``: rounds of the tune, seven notes each."""
    rows = []
    for part in (frames, served, browsed):
        for name, times in part(most):
            ranked = sorted(times)
            rows.append([name, str(len(ranked)), *(_at(ranked, share) for share in (0.5, 0.95, 1.0))])
    head = ["ms", "notes", "p50", "p95", "max"]
    return [f"{len(TUNE) * most} sung notes, blocks of {1000 * BLOCK / RATE:.1f} ms\n\n{table(head, rows)}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=6, help="of the tune, seven notes each")
    rounds = parser.parse_args().rounds
    for section in results.write("from voice to answer", lambda: sections(rounds)):
        print(section)


if __name__ == "__main__":
    main()
