"""Takes that tests write word by word: a log of given events, and what a person adds to a take."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from undersong.edges.takes import Takes
from undersong.events import Input, MakerId, Output, Play
from undersong.plan import Plan
from undersong.remembering import log as codec

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HEADER = codec.Header("0.1.0", "engine", 7, Plan(), ("holding",), NOW.isoformat())
YOU, ADA = MakerId("you"), MakerId("ada")


def log_of(inputs: list[Input], sent: list[Output]) -> codec.Log:
    """A log by way of its bytes, as it is kept."""
    return codec.read(bytes_of(inputs, sent))


def bytes_of(inputs: list[Input], sent: list[Output]) -> bytes:
    writer = codec.LogWriter(HEADER)
    for event in inputs:
        writer.input(event)
    writer.outputs(sent)
    return writer.seal()


def play(number: int, at: float, voice: Any, pitch: int, seconds: float, velocity: int = 50) -> Play:
    return Play(number, at, "planned", voice, pitch, velocity, seconds)


def recording() -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"kept-in-a-voice-" * 100)
    return file.getvalue()


def spoil(data: Path, take: str) -> None:
    """Strings that can be searched for, in everything that a person adds."""
    about = Takes(data).about(take)
    about.rename("zzname")
    about.write(1, "zztext", NOW)
    about.speak(2, recording(), NOW)
    about.mark(1, 2, "zzfragment")
    about.rate(1, "zztherapist", "leader", None)


KNOWN = (
    b"zzname",
    b"zztext",
    b"zzfragment",
    b"zztherapist",
    b"kept-in-a-voice-",
)  # what a search must not find
