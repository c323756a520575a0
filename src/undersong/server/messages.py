"""Messages: the protocol's JSON, checked on its way in. docs/protocol.md tells what they mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from typing import Any

from undersong.errors import EventError
from undersong.events import (
    LATEST,
    STEERS,
    Control,
    Input,
    Join,
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
FIELDS: dict[str, tuple[str, ...]] = {
    "note": ("time", "on", "pitch", "velocity"),
    "tap": ("time", "velocity"),
    "control": ("time", "control", "value"),
    "join": ("time", "lead", "pace"),
    "steer": ("time", "what", "technique"),
    "rest": ("time",),
    "finish": ("time",),
}
LONGEST_TEXT = 200  # characters
LONGEST_NUMBER = 40  # digits
LONGEST_LEAP = 1_000_000  # numbers that an input's seq may leave out
STEERED: tuple[SteerKind, ...] = tuple(what for what in STEERS if what not in ("rest", "finish"))


def read(text: str) -> Message:
    """A message. Raises EventError if the text is none, or if a number in it is not finite."""
    try:
        message = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise EventError("A message must be JSON, its numbers finite.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise EventError("A message must be a JSON object with a type.")
    return message


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    return int(text)


_decoder = json.JSONDecoder(parse_float=_finite, parse_int=_whole, parse_constant=_no_constant)


def number(message: Message, after: int = 0) -> int:
    """The client's number of an input. Raises EventError if it has none, or leaps ahead of ``after``."""
    seq = message.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq <= after + LONGEST_LEAP:
        raise EventError("An input needs a seq, a whole number from 1 on, that makes no leaps.")
    return seq


def moment(message: Message) -> Seconds | None:
    """The moment of a limit in seconds of the session, or None. Raises EventError for anything else."""
    given = message.get("seconds")
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given <= LATEST:
        raise EventError("A limit is a number of seconds from the beginning of the take.")
    return float(given)


def plain(message: Message) -> Message:
    """An input message with only what belongs to it. Raises EventError if that cannot be right."""
    kind = message["type"]
    if kind not in FIELDS:
        raise EventError(f"There is no message of type {kind[:40]!r}.")
    wanted = {"type": kind, "maker": message.get("maker", MAKER)}
    wanted |= {name: message[name] for name in FIELDS[kind] if name in message}
    for name, value in wanted.items():
        if isinstance(value, (dict, list)) or (isinstance(value, str) and not _is_name(value)):
            raise EventError(
                f"A {name} is a number, or a text of at most {LONGEST_TEXT} printed characters."
            )
    if not isinstance(wanted["maker"], str):
        raise EventError("A maker is a text.")
    return wanted


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and text.isprintable()


def to_input(message: Message) -> Callable[[Seconds], Input]:
    """What makes the event of an input message, once it is known when it is heard.

    ``message`` as ``plain`` gives it. Raises EventError if it is malformed. Ranges are checked by the
    session.
    """
    maker = MakerId(message["maker"])
    told = message.get("time")
    if told is not None and (isinstance(told, bool) or not isinstance(told, (int, float))):
        raise EventError("A time is a number of seconds.")

    def at(now: Seconds) -> Seconds:
        # a client's clock may run a little ahead; what is not from these minutes is not believed
        return now if told is None else min(max(float(told), now - LATEST_TOLD), now)

    # The session's own check tells a wrong type as well as a wrong range, hence the ignored ones.
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
        case "join":
            lead, pace = message.get("lead"), message.get("pace")
            return lambda now: Join(at(now), now, maker, lead, pace)
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


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write(message: Message) -> str:
    """A message as text."""
    return _encoder.encode(message)
