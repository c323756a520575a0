"""Ten minutes at an instrument: simulated makers who go through several ways of playing.

Each is a list of sections, one way of playing (testing.makers) for some seconds, its tempo and its key,
joined with a breath between them. They do not answer the partner; how a session's form fits playing that
goes its own way is what they are for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from undersong.events import Input, NoteOff, NoteOn, Seconds, Tap
from undersong.testing import makers

# A tune of our own to play: (onset, duration in quarters, pitch), eight bars in G that turn back home.
TUNE: makers.Melody = (
    (0, 1, 67), (1, 1, 71), (2, 1, 74), (3, 1, 71), (4, 1, 72), (5, 0.5, 71), (5.5, 0.5, 69), (6, 2, 71),
    (8, 1, 69), (9, 1, 72), (10, 1, 76), (11, 1, 74), (12, 0.5, 72), (12.5, 0.5, 71), (13, 1, 69),
    (14, 2, 66),
    (16, 1, 67), (17, 1, 71), (18, 1, 74), (19, 1, 79), (20, 1, 76), (21, 1, 72), (22, 2, 69),
    (24, 1, 74), (25, 0.5, 72), (25.5, 0.5, 71), (26, 1, 69), (27, 1, 66), (28, 3, 67),
)  # fmt: skip
BREATH: Seconds = 2.5  # between two sections


@dataclass(frozen=True, slots=True)
class Section:
    """``way`` of playing for ``seconds``; ``period`` of a beat where it has one; ``up`` semitones."""

    way: str
    seconds: Seconds
    period: Seconds = 0.55
    up: int = 0


KINDS: tuple[tuple[str, tuple[Section, ...]], ...] = (
    ("hesitates", (
        Section("tentative", 200), Section("rests", 60), Section("tentative", 140),
        Section("steady", 60, 0.65), Section("tentative", 130),
    )),
    ("repeats", (
        Section("tentative", 50), Section("loop", 240, 0.5), Section("steady", 60, 0.5),
        Section("loop", 160, 0.5), Section("tentative", 80),
    )),
    ("storms", (
        Section("tentative", 60), Section("steady", 90, 0.5), Section("storming", 60),
        Section("scattered", 70), Section("storming", 50), Section("rests", 60), Section("tentative", 190),
    )),
    ("fades", (
        Section("steady", 150, 0.55), Section("gestures", 120), Section("tentative", 120),
        Section("rests", 120), Section("tentative", 60),
    )),
    ("dares", (
        Section("tentative", 100), Section("gestures", 110), Section("steady", 150, 0.6),
        Section("steady", 150, 0.5, 5), Section("gestures", 70),
    )),
    ("moves on", (
        Section("steady", 130, 0.7), Section("steady", 130, 0.55, 2), Section("steady", 130, 0.45, -3),
        Section("taps", 90, 0.5), Section("steady", 100, 0.6),
    )),
)  # fmt: skip


def minutes(sections: tuple[Section, ...], melody: makers.Melody, seed: int) -> list[Input]:
    """A maker who plays a melody, again and again, through all sections."""
    events: list[Input] = []
    start: Seconds = 0.5
    tune = [*melody] * (1 + 2400 // max(1, len(melody)))
    for number, section in enumerate(sections):
        played = _WAYS[section.way](tune, seed + number, section.period)
        end = start + section.seconds
        begun: dict[int, Seconds] = {}
        for event in played:
            at = event.heard + start
            if isinstance(event, NoteOff) and begun.pop(event.pitch, None) is not None:
                # who began a note lets it go, also at the end of a section
                until = min(at, end)
                events.append(NoteOff(until, until, event.maker, event.pitch + section.up))
            elif isinstance(event, NoteOn) and at < end:
                begun[event.pitch] = at
                events.append(NoteOn(at, at, event.maker, event.pitch + section.up, event.velocity))
            elif isinstance(event, Tap) and at < end:
                events.append(Tap(at, at, event.maker, event.velocity))
        start = end + BREATH
    return sorted(events, key=lambda e: (e.heard, not isinstance(e, NoteOff)))


def _loop(tune: makers.Melody, seed: int, period: Seconds) -> list[Input]:
    """The first four notes, round and round."""
    cell = [(float(n), 1.0, tune[n % 4][2]) for n in range(1200)]
    return makers.steady(cell, seed, period=period, unevenness=0.5, start=0.0)


_WAYS: dict[str, Callable[[makers.Melody, int, Seconds], list[Input]]] = {
    "tentative": lambda tune, seed, period: makers.tentative(tune[:600], seed, start=0.0),
    "steady": lambda tune, seed, period: makers.steady(tune[:900], seed, period=period, start=0.0),
    "gestures": lambda tune, seed, period: makers.gestures(tune[:600], seed, start=0.0, period=period),
    "scattered": lambda tune, seed, period: makers.scattered(tune[:600], seed, start=0.0),
    "storming": lambda tune, seed, period: makers.storming(tune[:900], seed, start=0.0),
    "rests": lambda tune, seed, period: makers.rests(tune[:200], seed, start=0.0),
    "taps": lambda tune, seed, period: makers.taps(seed, count=900, period=period),
    "loop": _loop,
}
