"""Messages: the protocol's JSON, checked on its way in. docs/protocol.md tells what they mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from undersong.errors import EventError
from undersong.events import (
    Control,
    Input,
    MakerId,
    NoteOff,
    NoteOn,
    Seconds,
    Steer,
    SteerKind,
    Tap,
)
from undersong.live import LATEST_TOLD

PROTOCOL = 1
MAKER = "you"  # the maker's name where a message gives none
Message = dict[str, Any]
INPUTS = ("note", "tap", "control", "steer", "rest", "finish")
STEERED: tuple[SteerKind, ...] = ("begin", "partner_starts", "technique")


def read(text: str) -> Message:
    """A message. Raises EventError if the text is none."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EventError("A message must be JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise EventError("A message must be a JSON object with a type.")
    return message


def number(message: Message) -> int:
    """The client's number of an input. Raises EventError if it has none."""
    seq = message.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq <= 2**53:
        raise EventError("An input needs a seq, a whole number from 1 on.")
    return seq


def to_input(message: Message) -> Callable[[Seconds], Input]:
    """What makes the event of an input message, once it is known when it is heard.

    Raises EventError if the message is malformed. Ranges are checked by the session.
    """
    maker = MakerId(_text(message, "maker", MAKER))
    told = message.get("time")
    if told is not None and (isinstance(told, bool) or not isinstance(told, (int, float))):
        raise EventError("A time is a number of seconds.")

    def at(now: Seconds) -> Seconds:
        # a client's clock may run a little ahead; what is not from these minutes is not believed
        return now if told is None or told != told else min(max(float(told), now - LATEST_TOLD), now)

    match message["type"]:
        case "note":
            pitch = message.get("pitch")
            if message.get("on") is False:
                return lambda now: NoteOff(at(now), now, maker, pitch)  # type: ignore[arg-type]
            velocity = message.get("velocity")
            return lambda now: NoteOn(at(now), now, maker, pitch, velocity)  # type: ignore[arg-type]
        case "tap":
            return lambda now: Tap(at(now), now, maker, message.get("velocity"))
        case "control":
            control, value = message.get("control"), message.get("value")
            return lambda now: Control(at(now), now, maker, control, value)  # type: ignore[arg-type]
        case "steer":
            what = message.get("what")
            if what not in STEERED:
                raise EventError(f"A steer's what is one of {', '.join(STEERED)}.")
            return lambda now: Steer(at(now), now, maker, what, message.get("technique"))
        case "rest":
            return lambda now: Steer(at(now), now, maker, "rest")
        case "finish":
            return lambda now: Steer(at(now), now, maker, "finish")
        case other:
            raise EventError(f"There is no message of type {other[:40]!r}.")


def _text(message: Message, name: str, default: str) -> str:
    text = message.get(name, default)
    if not isinstance(text, str):
        raise EventError(f"A {name} is a text.")
    return text


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write(message: Message) -> str:
    """A message as text."""
    return _encoder.encode(message)
