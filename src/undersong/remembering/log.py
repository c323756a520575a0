"""The log's codec: JSON Lines, append-only, versioned, checksummed, hash-chained.

The first line is the header; then inputs and outputs in the order in which they came. Every chunk
of lines ends with ``{"chunk": n, "crc": ..., "sha256": ...}``: the CRC-32 of the chunk's bytes, and
the SHA-256 of the hash before it and those bytes. A torn last chunk is dropped, and said; damage
anywhere else is refused. Numbers are written so that they read back to the same bits.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from undersong.errors import EventError, UsageError
from undersong.events import (
    LATEST,
    Chose,
    Control,
    Input,
    Join,
    Leave,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Steer,
    Tap,
    check,
    check_output,
)
from undersong.notes import Memory
from undersong.plan import Limits, Plan

FORMAT = 1
INPUTS: tuple[tuple[str, type[Input]], ...] = (
    ("note_on", NoteOn),
    ("note_off", NoteOff),
    ("tap", Tap),
    ("control", Control),
    ("join", Join),
    ("leave", Leave),
    ("steer", Steer),
)
Logged = Play | Retract | Release | Chose
OUTPUTS: tuple[tuple[str, type[Logged]], ...] = (
    ("play", Play),
    ("retract", Retract),
    ("release", Release),
    ("chose", Chose),
)
_NAME_OF: dict[type, tuple[str, str]] = {
    **{kind: ("in", name) for name, kind in INPUTS},
    **{kind: ("out", name) for name, kind in OUTPUTS},
}
_KIND_OF: dict[tuple[str, str], type] = {named: kind for kind, named in _NAME_OF.items()}


@dataclass(frozen=True, slots=True)
class Header:
    """With what a session was played. ``engine`` names our code, to the byte; plug-ins only by name.
    ``memory``: the earlier playing that it began with."""

    version: str
    engine: str
    seed: int
    plan: Plan
    techniques: tuple[str, ...]
    started: str | None = None  # ISO 8601, where the session was kept
    memory: Memory = ()

    def line(self) -> str:
        """The header as the log's first line."""
        return _json(
            {
                "undersong": self.version,
                "log": FORMAT,
                "engine": self.engine,
                "seed": self.seed,
                "plan": asdict(self.plan),
                "techniques": list(self.techniques),
                "tables": {},
                "memory": self.memory or None,
                **({"started": self.started} if self.started else {}),
            }
        )


@dataclass(frozen=True, slots=True)
class End:
    """Where a log stands, so that it can be gone on with: its sound bytes, chunks and last hash."""

    size: int = 0
    chunk: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """A log as it was read. ``dropped`` says what was lost at its torn end, if anything was.

    ``last``: the highest number that a client gave to an input in it (see docs/protocol.md); 0 where
    no input has one.
    """

    header: Header
    inputs: tuple[Input, ...]
    outputs: tuple[Logged, ...]
    dropped: str | None = None
    end: End = End()
    last: int = 0


class LogWriter:
    """Turns what happens into the log's bytes, chunk by chunk. Pure: the edge does the writing.

    A new log begins with a header; one that is gone on with, at its end.
    """

    def __init__(self, begin: Header | End) -> None:
        self._lines: list[str] = [begin.line()] if isinstance(begin, Header) else []
        self._chunk = 0 if isinstance(begin, Header) else begin.chunk
        self._hash = "" if isinstance(begin, Header) else begin.hash

    def input(self, event: Input, number: int | None = None) -> None:
        """An event came in; ``number``: the one that its client gave it."""
        self._lines.append(encode(event, number))

    def outputs(self, outputs: Iterable[Output]) -> None:
        """These came out; what was only heard is not logged, since replay hears it again."""
        self._lines += [encode(o) for o in outputs if isinstance(o, (Play, Retract, Release, Chose))]

    def seal(self) -> bytes:
        """The bytes of everything since the last seal, closed with its checksums; b"" for nothing."""
        if not self._lines:
            return b""
        body = "".join(line + "\n" for line in self._lines).encode()
        self._lines = []
        self._chunk += 1
        self._hash = _chain(self._hash, body)
        end = {"chunk": self._chunk, "crc": zlib.crc32(body), "sha256": self._hash}
        return body + (_json(end) + "\n").encode()


def _chain(before: str, body: bytes) -> str:
    return sha256(before.encode() + body).hexdigest()


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def _json(value: Mapping[str, Any]) -> str:
    return _encoder.encode(value)


_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in _NAME_OF
}


def encode(event: Input | Logged, number: int | None = None) -> str:
    """One event as a line of the log, without its newline."""
    kind = type(event)
    direction, name = _NAME_OF[kind]
    written: dict[str, Any] = {direction: name}
    for field in _FIELDS[kind]:
        written[field] = getattr(event, field)
    if number is not None:
        written["seq"] = number
    return _json(written)


def decode(line: str) -> tuple[Input | Logged, int]:
    """The event of a line, and the number that its client gave it or 0. Raises EventError if it is none."""
    try:
        read = json.loads(line)
        direction = "in" if "in" in read else "out"
        kind = _KIND_OF[direction, read.pop(direction)]
        number = read.get("seq", 0)
        event: Input | Logged = kind(**{k: v for k, v in read.items() if k in _FIELDS[kind]})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EventError("A line of the log is no event that this version knows.") from error
    if isinstance(event, (NoteOn, NoteOff, Tap, Control, Join, Leave, Steer)):
        check(event)
    else:
        check_output(event)
    if not isinstance(number, int) or not 0 <= number <= 2**53:
        raise EventError("A line of the log has a number that cannot be one.")
    return event, number


def read(data: bytes) -> Log:
    """A whole log. Raises EventError where it is damaged anywhere but at its torn end."""
    lines, dropped, end = _sound_lines(data)
    if not lines:
        raise EventError("This is not a session log, or nothing of it can be read.")
    header = _read_header(lines[0])
    decoded = [decode(line) for line in lines[1:]]
    events = [event for event, _ in decoded]
    return Log(
        header,
        tuple(e for e in events if not isinstance(e, (Play, Retract, Release, Chose))),
        tuple(e for e in events if isinstance(e, (Play, Retract, Release, Chose))),
        dropped,
        end,
        max((number for _, number in decoded), default=0),
    )


def _sound_lines(data: bytes) -> tuple[list[str], str | None, End]:
    """The lines of every whole chunk, what was dropped at the end, and where the sound part ends."""
    sound: list[str] = []
    body = bytearray()
    size = 0
    if not data.startswith(b'{"undersong"'):
        return sound, None, End()
    chain, chunk = "", 0
    rows = data.split(b"\n")
    for index, row in enumerate(rows):
        if row.startswith(b'{"chunk"'):
            if index + 1 == len(rows):
                break  # the line that should close the chunk was not written to its end
            chunk += 1
            whole = bytes(body)
            chained = _chain(chain, whole)
            expected = {"chunk": chunk, "crc": zlib.crc32(whole), "sha256": chained}
            if _loads(row) != expected:
                if not any(rows[index + 1 :]) and b"\0" in whole + row:
                    chunk -= 1
                    body += row
                    break  # torn: a disk writes sectors in any order, and a log has no zeros
                raise EventError(f"The log is damaged in chunk {chunk}: its checksums do not agree.")
            chain = chained
            try:
                sound += whole.decode("utf-8").split("\n")[:-1]
            except UnicodeDecodeError as error:
                raise EventError(f"The log is damaged in chunk {chunk}: it is no text.") from error
            size += len(whole) + len(row) + 1
            body.clear()
        elif row or index + 1 < len(rows):
            body += row + b"\n"
    end = End(size, chunk, chain) if sound else End()
    if body:
        return sound, "The last part of the log is torn and was left out.", end
    return sound, None, end


def _loads(row: bytes) -> Any:
    try:
        return json.loads(row)
    except (ValueError, RecursionError):
        return None


def _printable(text: object) -> str | None:
    """Text that a terminal only shows, or None: a log may come from anywhere."""
    return text if isinstance(text, str) and text.isprintable() else None


def _memory(read: Any) -> Memory:
    memory = tuple(tuple((float(onset), int(pitch)) for onset, pitch in sequence) for sequence in read)
    if not all(0 <= pitch <= 127 and abs(onset) <= LATEST for one in memory for onset, pitch in one):
        raise ValueError("no such pitch or time")
    return memory


def _read_header(line: str) -> Header:
    try:
        read = json.loads(line)
        if read["log"] > FORMAT:
            raise EventError(
                f"This log has format {read['log']}, made by Undersong {read['undersong']}; "
                f"this version reads up to format {FORMAT}, so please update it."
            )
        plan = dict(read["plan"])
        limits = Limits(**plan.pop("limits"))
        plan["without"] = tuple(plan.get("without", ()))
        return Header(
            version=str(read["undersong"]),
            engine=str(read["engine"]),
            seed=int(read["seed"]),
            plan=Plan(limits=limits, **plan),
            techniques=tuple(read["techniques"]),
            started=_printable(read.get("started")),
            memory=_memory(read.get("memory") or ()),
        )
    except UsageError as error:
        raise EventError(f"The plan in this log cannot be played: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise EventError("This is not a session log: its first line is no header.") from error
