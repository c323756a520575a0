"""Files that somebody damaged, by accident or on purpose, through the one reader with bounds.

    python benchmarks/mutants.py [--count 100000] [--seed 1]

Every kind of file that can come from outside (the readers of edges/bounded.py) is mutated: bits and bytes
changed, stretches cut out, put in, doubled, swapped with those of another file, the end torn off, numbers
and lengths made extreme. Each mutant must be refused with a sentence of ours, or be read whole. What a
mutant costs is what the reading process used: seconds of its own work, and the most memory it ever had.

The table: how many of each kind, refused, read; read though only half of it was there, or, where a seal
says what it was, as anything else (must be 0); faults that are no refusals (must be 0); ended over a limit;
the slowest in ms of work; the most MiB in use.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tables import table
from undersong.edges import marks, midi, sealed, sharing
from undersong.edges.bounded import NO_ANSWER, Worker
from undersong.errors import EventError
from undersong.events import MakerId, NoteOff, NoteOn, Play
from undersong.plan import Plan
from undersong.reflecting import words
from undersong.remembering.log import Header, LogWriter

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "three-steps.mid"
PATIENCE = 20.0  # seconds to wait for one on a shared machine; its own work is bounded to one in any case
EXTREME = (b"\0", b"\xff", b"\x7f", b"\x80", b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0")
NUMBERS = (b"-1", b"1e400", b"NaN", b"-Infinity", b"9" * 400, b"null", b"true", b'""', b"[]", b"{}", b"0.1")


# --- what is mutated -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """Files that are mutated: sound ones; the reader they are for; and what is done to each before it is
    read (a secret put before it, or all of it signed and sealed as a real sender would)."""

    reader: str
    sound: tuple[bytes, ...]
    wrap: Callable[[bytes], bytes] = bytes
    authentic: bool = False  # no mutant may be read as anything but the very file it was made of


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, its sound files of our own making, small and larger."""
    chance = random.Random(0)
    key, sender = bytes(range(sealed.KEY)), Ed25519PrivateKey.from_private_bytes(bytes(32))
    identity = pyrage.x25519.Identity.generate()
    address = identity.to_public()
    logs, about = (_log(chance, 12), _log(chance, 120)), (_about(chance, 1), _about(chance, 12))
    marked = tuple(marks.encode(_marks(count)) for count in (1, 20))
    given = [
        sharing.Contents(
            sharing.public_of(sender), "A. Player", str(address), number, "2026-03-01T10:00:00+00:00",
            tuple(sharing.Take(f"20260301-10000{n}-00aa", {"log.jsonl": log, "about.json": about[0]})
                  for n, log in enumerate(logs[:number])),
            (sharing.Answer("a1", "gad-7", "2026-03-01T10:00:00+00:00", (1, 1, 1, 2, 2, 0, 0)),),
            (("take", "20260301-100009-00aa"),),
        )
        for number in (1, 2)
    ]  # fmt: skip
    files = tuple(sharing.written(one, sender) for one in given)
    opened = tuple(sharing.opened(one, str(identity))[:-64] for one in files)  # without the signature
    at_rest = tuple(sealed.seal(key, "about.json", one) for one in about)
    secret = f"{identity}\n".encode()
    return {
        "midi": Kind("midi", (EXAMPLE.read_bytes(), _midi(chance, 40), _midi(chance, 400))),
        "wav": Kind("wav", tuple(_wav(width, channels) for width in (1, 2, 3, 4) for channels in (1, 2))),
        "log": Kind("log", logs),
        "about": Kind("about", about),
        "marks": Kind("marks", marked),
        "sealed": Kind("sealed", at_rest, key.__add__, True),
        "shared": Kind("shared", files, secret.__add__, True),
        "shared, by a sender": Kind(
            "shared", opened, lambda body: secret + pyrage.encrypt(body + sender.sign(body), [address])
        ),
    }


def _notes(chance: random.Random, count: int) -> list[NoteOn | NoteOff]:
    made: list[NoteOn | NoteOff] = []
    for number in range(count):
        pitch, at = chance.randrange(36, 90), number * 0.5
        made.append(NoteOn(at, at, MakerId("you"), pitch, chance.randrange(1, 128)))
        made.append(NoteOff(at + 0.4, at + 0.4, MakerId("you"), pitch))
    return made


def _midi(chance: random.Random, count: int) -> bytes:
    return midi.duet(midi.from_inputs(_notes(chance, count)), [])


def _wav(width: int, channels: int) -> bytes:
    rate, frames = 16_000, 800
    body = bytes((i * 7) % 251 for i in range(frames * width * channels))
    align = width * channels
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * align, align, 8 * width)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _log(chance: random.Random, count: int) -> bytes:
    writer = LogWriter(Header("0.1.0", "of-a-test", 0, Plan(), ("tonal-grounding",), "2026-03-01T10:00:00"))
    data = b""
    for number, event in enumerate(_notes(chance, count)):
        writer.input(event)
        if number % 5 == 0:
            writer.outputs([Play(number, event.time + 0.1, "reactive", "bass", 48, 60, 1.0)])
            data += writer.seal()
    return data + writer.seal()


def _about(chance: random.Random, count: int) -> bytes:
    ids = [f"{number:08x}" for number in range(2 * count)]
    return words.encode(
        words.Words(
            name="A morning",
            notes=tuple(
                words.Note(i, chance.random() * 60, "Low and slow.", None, "2026-03-01")
                for i in ids[:count]
            ),
            fragments=tuple(words.Fragment(i, 1.0, 2.5, "a part") for i in ids[count:]),
            ratings=(words.Rating(3.0, "A. Therapist", "partner", "stable"),),
        )
    )


def _marks(count: int) -> list[marks.Mark]:
    return [marks.Mark(f"{n:08x}", n * 1.5, "Low." if n % 2 else None, "2026") for n in range(count)]


# --- how -------------------------------------------------------------------------------------------


def _at(data: bytes, chance: random.Random) -> tuple[int, int]:
    begin = chance.randrange(len(data))
    return begin, min(len(data), begin + chance.choice((1, 2, 4, 16, 64, 256)))


def _flipped(data: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 3, 10))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    begin, end = _at(data, chance)
    return data[:begin] + chance.randbytes(end - begin) + data[end:]


def _cut(data: bytes, other: bytes, chance: random.Random) -> bytes:
    begin, end = _at(data, chance)
    return data[:begin] + data[end:]


def _put(data: bytes, other: bytes, chance: random.Random) -> bytes:
    begin, end = _at(data, chance)
    return data[:begin] + chance.randbytes(end - begin) + data[begin:]


def _doubled(data: bytes, other: bytes, chance: random.Random) -> bytes:
    begin, end = _at(data, chance)
    return data[:end] + data[begin:end] * chance.choice((1, 2, 100)) + data[end:]


def _crossed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def _extreme(data: bytes, other: bytes, chance: random.Random) -> bytes:
    begin, what = chance.randrange(len(data)), chance.choice(EXTREME)
    return data[:begin] + what + data[begin + len(what) :]


def _torn(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _numbers(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A number, word or bracket of a text put out of range; of other files some byte."""
    places = [i for i, byte in enumerate(data) if byte in b'0123456789"[]{}']
    if not data.startswith(b"{") or not places:
        return _extreme(data, other, chance)
    begin = chance.choice(places)
    what = chance.choice((*NUMBERS, b"[" * chance.choice((1, 5000)), b"{" * 3, b'{"a":' * 2000))
    return data[:begin] + what + data[begin + 1 :]


WAYS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flipped, _changed, _cut, _put, _doubled, _crossed, _extreme, _torn, _numbers,
)  # fmt: skip


def mutants(kind: str, count: int, seed: int) -> Iterator[tuple[bytes, bytes, bool]]:
    """(sound file, mutant, whether only its end was torn off), as many as wanted; the same for a seed."""
    chance = random.Random(f"{kind} {seed}")
    sound, wrap = kinds()[kind].sound, kinds()[kind].wrap
    for number in range(count):
        data, other = chance.choice(sound), chance.choice(sound)
        way = WAYS[number % len(WAYS)]
        yield data, wrap(way(data, other, chance)), way is _torn


# --- what becomes of them ------------------------------------------------------------------------


@dataclass
class Told:
    """What became of a kind's mutants."""

    count: int = 0
    refused: int = 0
    read: int = 0
    half: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    slowest: float = 0.0  # seconds
    most: int = 0  # KiB


def half(kind: str, whole: bytes, given: bytes, torn: bytes) -> bool:
    """Whether what was read of a torn file lacks some of the whole: ``whole`` and ``given`` as a reader
    gives them back. A log torn just where a chunk ends is a whole, shorter log: nothing can tell."""
    if given == whole:
        return False
    return not (kind == "log" and torn.endswith(b"}\n") and torn.split(b"\n")[-2].startswith(b'{"chunk"'))


def judge(kind: str, count: int, seed: int, worker: Worker) -> Told:
    """Give so many mutants of a kind to a worker."""
    told = Told()
    reader, wrap = kinds()[kind].reader, kinds()[kind].wrap
    wholes = {data: worker.parse(reader, wrap(data)) for data in kinds()[kind].sound}
    for data, mutant, torn in mutants(kind, count, seed):
        told.count += 1
        try:
            given = worker.parse(reader, mutant)
        except EventError as error:
            if worker.fault is not None:
                told.faults[worker.fault] += 1
            else:
                told.refused += 1
                told.ended += str(error) == NO_ANSWER
        else:
            told.read += 1
            changed = kinds()[kind].authentic and given not in wholes.values()
            told.half += changed or (torn and half(kind, wholes[data], given, mutant))
        told.slowest = max(told.slowest, worker.cost.seconds)
        told.most = max(told.most, worker.cost.memory)
    return told


def sections(count: int, seed: int) -> dict[str, Told]:
    """What became of ``count`` mutants, shared evenly among the kinds."""
    with Worker(PATIENCE) as worker:
        return {kind: judge(kind, count // len(kinds()), seed, worker) for kind in kinds()}


def shown(found: dict[str, Told]) -> str:
    """The table."""
    head = (
        "kind",
        "mutants",
        "refused",
        "read",
        "half",
        "faults",
        "over a limit",
        "slowest ms",
        "most MiB",
    )
    rows = [
        (kind, str(t.count), str(t.refused), str(t.read), str(t.half), str(sum(t.faults.values())),
         str(t.ended), f"{1000 * t.slowest:.1f}", f"{t.most / 1024:.0f}")
        for kind, t in found.items()
    ]  # fmt: skip
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    found = sections(chosen.count, chosen.seed)
    print(shown(found))
    for kind, told in found.items():
        for fault, times in told.faults.most_common(10):
            print(json.dumps({"kind": kind, "fault": fault, "times": times}))


if __name__ == "__main__":
    main()
