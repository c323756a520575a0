"""Render: a duet as sound, with the page's own synthesiser and sound bank, without a browser.

The built synthesiser (web/src/sound/offline.ts) runs in a JavaScript engine inside Python, the optional
extra ``render``. 44.1 kHz, 16 bits, stereo; every note begins at its very frame.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from undersong.errors import UsageError
from undersong.events import Input, Output, Play, Release, Retract, Seconds
from undersong.reflecting.duet import maker_tones

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

RATE = 44100  # frames a second
CHUNK = 5 * RATE  # frames rendered at a time
FRAME = 4  # bytes: two samples of 16 bits
BYTES_A_SECOND = RATE * FRAME
LARGEST = 2**32 - 64  # bytes of sound in a WAV file
READY: Seconds = 60.0  # by then the bank has been read
STATIC = Path(__file__).parent.parent / "server" / "static"  # where web/build.py puts what it builds
NO_EXTRA = "Rendering sound needs one more package: pip install 'undersong[render]'."
NOT_BUILT = "Rendering sound needs the built synthesiser: run 'python tools/dev.py build' first."


def can_render(static: Path = STATIC) -> bool:
    """Whether the extra is installed and the synthesiser is built."""
    try:
        import py_mini_racer  # noqa: F401
    except ImportError:
        return False
    return all(path.is_file() for path in _built(static))


def _built(static: Path) -> tuple[Path, Path]:
    return static / "offline.js", static / "sound" / "bank.sf3"


class Renderer:
    """The synthesiser, ready to render one duet after another. A context manager; close it."""

    def __init__(self, static: Path = STATIC) -> None:
        try:
            from py_mini_racer import MiniRacer
        except ImportError:
            raise UsageError(NO_EXTRA) from None
        script, bank = _built(static)
        if not (script.is_file() and bank.is_file()):
            raise UsageError(NOT_BUILT)
        self._js: MiniRacer = MiniRacer()
        self._js.eval(script.read_text(encoding="utf-8"))
        recorded = bank.read_bytes()
        _bytes(self._js.eval(f"undersong.room({len(recorded)})"))[:] = recorded

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the JavaScript engine go: without this a program that rendered does not end."""
        self._js.close()

    def chunks(self, inputs: Iterable[Input], outputs: Iterable[Output], until: Seconds) -> Iterator[bytes]:
        """The sound of what entered and left a session, from 0 to ``until``: frames of two 16-bit
        samples, a few seconds at a time."""
        from py_mini_racer import JSPromise

        begun = self._js.eval(f"undersong.begin({json.dumps(_piece(inputs, outputs, until))})")
        assert isinstance(begun, JSPromise)
        begun.get(timeout=READY)
        left = round(until * RATE)
        while left > 0:
            count = min(CHUNK, left)
            yield bytes(_bytes(self._js.eval(f"undersong.take({count})")))
            left -= count

    def stream(self, inputs: Iterable[Input], outputs: Iterable[Output], until: Seconds) -> Iterator[bytes]:
        """The same as a WAV file, piece by piece: an hour of it is more than one wants in memory.

        Raises UsageError, before the first piece, for more than such a file can hold.
        """
        size = round(until * RATE) * FRAME
        if size > LARGEST:
            raise UsageError("This is longer than a sound file can be; six hours is the most.")
        yield (
            b"RIFF"
            + struct.pack("<I", size + 36)
            + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, 2, RATE, BYTES_A_SECOND, FRAME, 16)
            + b"data"
            + struct.pack("<I", size)
        )
        yield from self.chunks(inputs, outputs, until)

    def wav(self, inputs: Iterable[Input], outputs: Iterable[Output], until: Seconds) -> bytes:
        """The same as the bytes of a WAV file."""
        return b"".join(self.stream(inputs, outputs, until))


def _bytes(made: object) -> memoryview:
    assert isinstance(made, memoryview)
    return made


def _piece(inputs: Iterable[Input], outputs: Iterable[Output], until: Seconds) -> dict[str, object]:
    """A piece as offline.ts takes it: all times in frames."""
    maker: list[tuple[int, int, dict[str, object]]] = []
    for name, tones in maker_tones(inputs, until).items():
        for tone in tones:
            begins, key = _frame(tone.onset), f"{name} {tone.pitch}"
            if tone.pitch is None:
                maker.append((begins, 1, {"type": "tap", "key": key, "velocity": tone.velocity}))
                continue
            on = {"type": "on", "key": key, "pitch": tone.pitch, "velocity": tone.velocity}
            maker.append((begins, 1, on))
            # at one moment a key is let go before it is pressed again
            if tone.offset is not None:
                maker.append((max(_frame(tone.offset), begins + 1), 0, {"type": "off", "key": key}))
    plays: dict[int, Play] = {}
    releases: dict[int, Release] = {}
    for output in outputs:
        match output:
            case Play():
                plays[output.id] = output
            case Release():
                releases[output.id] = output
            case Retract():
                plays.pop(output.id, None)
            case _:
                pass
    return {
        "rate": RATE,
        "maker": [{"at": at, "event": event} for at, _, event in sorted(maker, key=lambda m: m[:2])],
        "partner": [
            {
                "id": p.id, "voice": p.voice, "pitch": p.pitch, "velocity": p.velocity,
                "at": _frame(p.at), "frames": _frame(p.seconds), "planned": p.kind == "planned",
                "timbre": p.timbre,
            }
            for p in plays.values()
        ],
        "releases": [
            {"id": r.id, "at": _frame(r.at), "over": _frame(r.over)}
            for r in releases.values()
            if r.id in plays
        ],
    }  # fmt: skip


def _frame(seconds: Seconds) -> int:
    return round(seconds * RATE)
