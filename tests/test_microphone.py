"""A live microphone, from frames of sound to a partner that answers: the edge, and the server's socket."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from client import Page, Server, let_in, running
from singing import Samples, sung
from undersong.edges.microphone import MOST_WAITING, Ear, Microphone
from undersong.errors import EventError
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Transcribed

RATE = 48_000
BLOCK = 512
TUNE = [(0.3, 0.9, 62), (1.0, 1.6, 66), (1.7, 2.6, 69)]


def blocks(samples: Samples) -> list[bytes]:
    """16-bit samples in blocks as the page sends them."""
    whole = (samples * 32767).astype("<i2").tobytes()
    return [whole[at : at + 2 * BLOCK] for at in range(0, len(whole), 2 * BLOCK)]


def fed(ear: Ear, samples: Samples, at: float) -> list[Transcribed]:
    return [h for n, block in enumerate(blocks(samples)) for h in ear.feed(at + n * BLOCK / RATE, block)]


def notes(heard: list[Transcribed]) -> list[NoteBegan]:
    return [one for one in heard if isinstance(one, NoteBegan)]


# --- the ear -------------------------------------------------------------------------------------


def test_what_is_heard_lies_where_the_stamps_say() -> None:
    """Notes are heard at the session's time of their sound, wherever in the session that began."""
    found = notes(fed(Ear(RATE), sung(TUNE, RATE), 100.0))
    assert [note.pitch for note in found] == [62, 66, 69]
    for note, (onset, _, _) in zip(found, TUNE, strict=True):
        assert abs(note.onset - 100.0 - onset) < 0.1
        assert note.onset <= note.time


def test_stamps_that_jitter_move_no_note_far() -> None:
    """Ten milliseconds of jitter in the stamps is not in the onsets."""
    chance = np.random.default_rng(1)
    still, shaken = Ear(RATE), Ear(RATE)
    sound = blocks(sung(TUNE, RATE))
    even = [h for n, block in enumerate(sound) for h in still.feed(n * BLOCK / RATE, block)]
    uneven = [
        h
        for n, block in enumerate(sound)
        for h in shaken.feed(n * BLOCK / RATE + float(chance.uniform(-0.01, 0.01)), block)
    ]
    assert [n.pitch for n in notes(even)] == [n.pitch for n in notes(uneven)]
    for one, other in zip(notes(even), notes(uneven), strict=True):
        assert abs(one.onset - other.onset) < 0.005


def test_a_gap_in_the_sound_ends_what_was_held() -> None:
    """When sound is missing, the note before the gap has ended, and what comes after lies after it."""
    ear = Ear(RATE)
    long = sung([(0.2, 3.0, 64)], RATE)
    heard = fed(ear, long[: 2 * RATE], 0.0)
    assert [note.pitch for note in notes(heard)] == [64]
    assert not [one for one in heard if isinstance(one, NoteEnded)]
    after = fed(ear, sung(TUNE, RATE), 10.0)
    ended = [one for one in after if isinstance(one, NoteEnded)]
    assert ended[0].pitch == 64
    assert ended[0].offset < 3.0
    assert notes(after)[0].onset > 10.0


@pytest.mark.parametrize("rate", [0, -1, 7999, 192_001, 48_000.0, True, "48000", None])
def test_a_rate_that_is_none_is_refused(rate: object) -> None:
    with pytest.raises(EventError, match="samples a second"):
        Ear(rate)  # type: ignore[arg-type]


# --- the thread ----------------------------------------------------------------------------------


class Slow:
    """Takes as long for each block as it is told to wait, and tells the block's number as a frame."""

    def __init__(self, gate: threading.Event) -> None:
        self.gate, self.blocks = gate, 0

    def feed(self, samples: Samples) -> list[Transcribed]:
        self.gate.wait(timeout=20.0)
        self.blocks += 1
        return [PitchFrame(0.0, float(self.blocks), None, 0.0, float(samples[0]) * 32768)]

    def flush(self) -> list[Transcribed]:
        return []


async def until(question: Callable[[], bool]) -> None:
    async with asyncio.timeout(20.0):
        while not question():
            await asyncio.sleep(0)


def test_a_slow_machine_leaves_out_the_oldest_sound_and_says_so_once() -> None:
    """What waits never lasts longer than MOST_WAITING; the newest block is heard, order is kept, the loop
    is free meanwhile, and one word is said."""

    async def play() -> None:
        gate, said, heard = threading.Event(), list[str](), list[Transcribed]()
        gate.set()
        microphone = Microphone(8000, heard.append, said.append, lambda rate: Slow(gate))
        block = struct.Struct("<400h")  # 50 ms
        microphone.block(0.0, block.pack(*[1] * 400))
        await until(lambda: len(heard) == 1)
        gate.clear()
        for number in range(2, 102):
            microphone.block(number * 0.05, block.pack(*[number] * 400))
            await asyncio.sleep(0)  # the loop goes on although nothing is transcribed
        assert said == ["slow"]
        gate.set()
        await until(lambda: bool(heard) and isinstance(heard[-1], PitchFrame) and heard[-1].level == 101)
        numbers = [one.level for one in heard if isinstance(one, PitchFrame)]
        assert numbers == sorted(numbers)
        assert len(numbers) <= 2 + (MOST_WAITING / 0.05 + 1)
        microphone.close()

    asyncio.run(play())


def test_what_is_broken_is_said_and_closed() -> None:
    """When transcribing fails it is said, and nothing comes afterwards."""

    class Broken:
        def feed(self, samples: Samples) -> list[Transcribed]:
            raise RuntimeError("no more")

        def flush(self) -> list[Transcribed]:
            return []

    async def play() -> None:
        said = list[str]()
        microphone = Microphone(8000, lambda heard: None, said.append, lambda rate: Broken())
        microphone.block(0.0, bytes(800))
        await until(lambda: bool(said))
        microphone.block(0.1, bytes(800))
        await asyncio.sleep(0)
        assert said == ["broken"]

    asyncio.run(play())


@pytest.mark.parametrize(
    ("at", "samples"),
    [
        (float("nan"), bytes(8)),
        (float("inf"), bytes(8)),
        (0.0, b""),
        (0.0, bytes(7)),
        (0.0, bytes(10_000)),
    ],
)
def test_a_block_that_is_none_is_refused(at: float, samples: bytes) -> None:
    """A stamp that is no time, no sample or half a one, more than half a second at once."""

    async def play() -> None:
        microphone = Microphone(
            8000, lambda heard: None, lambda trouble: None, lambda rate: Slow(threading.Event())
        )
        with pytest.raises(EventError):
            microphone.block(at, samples)
        microphone.close()

    asyncio.run(play())


def test_opened_again_and_again_it_is_one_thread_and_one_network() -> None:
    """Of a hundred microphones that are closed as soon as they are open, no more than one is made, and the
    one that stays is heard: none waits for the others, nor takes a thread of its own."""

    async def play() -> None:
        gate, made, heard, waits = threading.Event(), list[int](), list[Transcribed](), threading.Event()

        def make(rate: int) -> Slow:
            made.append(rate)
            waits.wait(timeout=20.0)
            return Slow(gate)

        gate.set()
        for _ in range(100):
            Microphone(8000, heard.append, lambda trouble: None, make).close()
        last = Microphone(8000, heard.append, lambda trouble: None, make)
        last.block(0.0, bytes(800))
        assert sum(thread.name.startswith("microphone") for thread in threading.enumerate()) == 1
        waits.set()
        await until(lambda: bool(heard))
        assert len(made) <= 2
        last.close()

    asyncio.run(play())


# --- the socket ----------------------------------------------------------------------------------


def listen(page: Page, rate: int = RATE, maker: str = "you") -> dict[str, object]:
    page.say({"type": "microphone", "on": True, "rate": rate, "maker": maker})
    return page.until("microphone")


def sing(page: Page, samples: Samples) -> None:
    """Send a sound in its own time, as a microphone does."""
    began = page.now()
    for number, block in enumerate(blocks(samples)):
        ends = began + (number + 1) * BLOCK / RATE
        time.sleep(max(0.0, ends - page.now()))
        page.socket.send(struct.pack("<d", ends - BLOCK / RATE) + block)


def test_singing_is_played_to_the_partner(page: Page) -> None:
    """Sung notes become the maker's, are told to the page, stand in the log, and are answered."""
    page.begin()
    assert listen(page) == {"type": "microphone", "on": True, "because": ""}
    sing(page, sung([*TUNE, (2.7, 3.2, 66), (3.3, 4.6, 62)], RATE))
    answered = page.until("play")
    assert answered["pitch"] % 12 in (2, 9)  # the tonic of what was sung, or its fifth
    page.until(
        lambda m: m["type"] == "maker" and m["event"].get("pitch") == 62 and m["event"]["on"] is False
    )
    told = [m["event"] for m in page.heard if m["type"] == "maker"]
    assert {event["pitch"] for event in told} <= {62, 66, 69}
    assert {event["maker"] for event in told} == {"you"}
    page.input({"type": "finish"})
    ended = page.until("ended")
    assert ended["notes"] >= 3
    again = [sys.executable, "-m", "undersong", "replay", str(log_of(page))]
    assert subprocess.run(again, capture_output=True, check=False).returncode == 0


def log_of(page: Page) -> Path:
    """The take's log, in the server's data folder."""
    (log,) = (path for path in page.server.data.rglob("*.jsonl") if str(page.take) in str(path))
    return log


def test_voice_and_hands_are_two_makers(page: Page) -> None:
    """Beside hands that play, the voice has a name of its own; both stand in the log, and a page that
    watches sees both."""
    watching = Page(page.server, page.cookie)
    page.begin()
    listen(page, maker="voice")
    page.note(48, velocity=40)  # softer than the voice, whose first note a louder one could have covered
    sing(page, sung(TUNE, RATE))
    page.let_go(48)
    page.until(lambda m: m["type"] == "maker" and m["event"].get("on") is False)
    page.all_acknowledged()
    lines = [json.loads(line) for line in log_of(page).read_text().splitlines()]
    by = {maker: {x["pitch"] for x in lines if x.get("maker") == maker and x.get("in") == "note_on"}
          for maker in ("you", "voice")}  # fmt: skip
    assert by["you"] == {48}
    assert by["voice"] == {62, 66, 69}
    seen = watching.until(lambda m: m["type"] == "maker" and m["event"].get("pitch") == 69)
    assert seen["event"]["maker"] == "voice"
    watching.close()


def test_what_was_sung_outlives_the_server(page: Page, tmp_path: Path) -> None:
    """After a kill the session is made again from its log, with the sung notes in it, and goes on."""
    page.begin()
    listen(page)
    sing(page, sung(TUNE, RATE))
    page.until(lambda m: m["type"] == "maker" and m["event"].get("pitch") == 69)
    page.note(60)
    page.all_acknowledged()
    page.server.kill()
    with running(page.server.data) as server:
        back = Page(server, let_in(server))
        back.resume()
        assert next(m for m in back.heard if m["type"] == "resumed")["notes"] >= 4
        assert listen(back)["on"] is True
        back.close()


def test_without_the_extra_the_page_is_told_how_to_add_it(tmp_path: Path) -> None:
    """Where nothing can be transcribed, the answer is one sentence, and playing by hand goes on."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['swift_f0'] = None")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    server = Server(tmp_path / "undersong", environment={**os.environ, "PYTHONPATH": path})
    try:
        page = Page(server, let_in(server))
        page.begin()
        answer = listen(page)
        assert answer["on"] is False
        assert "pip install 'undersong[voice]'" in str(answer["because"])
        page.note(60)
        page.all_acknowledged()
        page.close()
    finally:
        server.stop()


def held_note(page: Page) -> None:
    """A note is sung and held on to."""
    page.begin()
    listen(page)
    sing(page, sung([(0.2, 9.0, 64)], RATE)[: int(1.2 * RATE)])
    page.until(lambda m: m["type"] == "maker" and m["event"].get("on") is True)


def test_a_microphone_that_is_closed_holds_nothing(page: Page) -> None:
    """Closed in the middle of a note: its end is told at once."""
    held_note(page)
    page.say({"type": "microphone", "on": False})
    ended = page.until("maker")
    assert (ended["event"]["on"], ended["event"]["pitch"]) == (False, 64)
    assert page.until("microphone")["on"] is False


def test_a_lost_line_closes_the_microphone(page: Page, fresh: Server) -> None:
    """When the page goes, its microphone is gone as well: after it came back and went on, frames that it
    sends without opening it again are nothing."""
    held_note(page)
    page.all_acknowledged()
    page.close()
    page.connect()
    page.resume()
    sing(page, sung(TUNE, RATE)[:RATE])
    page.say({"type": "clock", "sent": 1})
    page.until("clock")
    assert not [m for m in page.heard[page.heard.index(page.welcome) :] if m["type"] == "maker"]


def test_only_the_player_is_heard(page: Page, fresh: Server) -> None:
    """A page that watches can neither open a microphone nor send sound."""
    page.begin()
    listen(page)
    other = Page(fresh, page.cookie)
    assert other.welcome["role"] == "viewer"
    assert "watches" in str(listen(other)["because"])
    other.socket.send(struct.pack("<d", 0.0) + bytes(1024))
    other.say({"type": "clock", "sent": 1})
    other.until("clock")
    other.close()


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"1234567",
        struct.pack("<d", float("nan")) + bytes(64),
        struct.pack("<d", 0.0),
        struct.pack("<d", 0.0) + bytes(63),
        struct.pack("<d", 1e5) + bytes(64),
        struct.pack("<d", -1e300) + bytes(64),
    ],
)
def test_a_frame_that_is_none_is_refused_and_nothing_breaks(page: Page, frame: bytes) -> None:
    """However many come, the page is told once; notes are taken in, right frames heard after all."""
    page.begin()
    listen(page)
    for number in range(300):
        page.socket.send(frame)
        if number % 7 == 0:  # a right one between them
            page.socket.send(struct.pack("<d", page.now()) + bytes(64))
    page.note(60)
    page.all_acknowledged()
    refused = [m for m in page.heard if m["type"] == "refused"]
    assert [m["seq"] for m in refused] == [None]
    assert refused[0]["because"].endswith(".")
    sing(page, sung(TUNE, RATE))
    page.until(lambda m: m["type"] == "maker" and m["event"].get("pitch") == 69)


def test_a_microphone_that_flaps_leaves_one_that_is_heard(page: Page) -> None:
    """Opened and closed a hundred times at once, then opened: what is sung is heard, each opening was
    answered, and the hands' notes were taken in meanwhile."""
    page.begin()
    for _ in range(100):
        page.say({"type": "microphone", "on": True, "rate": RATE, "maker": "voice"})
        page.say({"type": "microphone", "on": False})
    page.note(48)
    page.all_acknowledged()
    answers = [m["on"] for m in page.heard if m["type"] == "microphone"]
    assert answers == [True, False] * 100
    listen(page, maker="voice")
    sing(page, sung(TUNE, RATE))
    page.until(lambda m: m["type"] == "maker" and m["event"].get("pitch") == 69)


@pytest.mark.parametrize("opening", [{"rate": 1}, {"rate": "48000"}, {"rate": 48_000, "maker": ""}, {}])
def test_a_microphone_that_is_none_is_not_opened(page: Page, opening: dict[str, object]) -> None:
    """A rate or a name that cannot be: one sentence, and the take goes on."""
    page.begin()
    page.say({"type": "microphone", "on": True, **opening})
    answer = page.until("microphone")
    assert answer["on"] is False
    assert answer["because"].endswith(".")
    page.note(60)
    page.all_acknowledged()


def test_without_a_take_there_is_no_microphone(page: Page) -> None:
    assert "begin" in str(listen(page)["because"])


def test_a_flood_of_sound_delays_nobody(page: Page) -> None:
    """Sound a hundred times as fast as life: notes are still taken in, and the socket is not closed."""
    page.begin()
    listen(page)
    frame = struct.pack("<d", 0.0) + bytes(16_000)
    for _ in range(600):
        page.socket.send(frame)
    page.note(60)
    page.all_acknowledged()
