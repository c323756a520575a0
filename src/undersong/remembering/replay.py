"""Replay: a log's inputs to a new session, and whether the same comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from undersong.choosing.policy import Policy
from undersong.errors import EventError, UsageError
from undersong.events import Chose, MakerId, NoteOn, Output, Play, Release, Retract, Seconds
from undersong.notes import Memory
from undersong.remembering.log import Log, Logged, encode
from undersong.session import Registry, Session

Policies = Callable[[str], Policy]  # from its name to the policy


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where replay and log differ: output number (from 1), and both as lines."""

    number: int
    logged: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Rerun:
    """A session that stands where a log ends, and all that came out on the way there.

    ``by_the_last_input``: how many of the outputs had come by then.
    """

    session: Session
    played: list[Logged]
    by_the_last_input: int


def rerun(log: Log, engine: str, techniques: Registry, policies: Policies) -> Rerun:
    """Play a log's inputs to a new session.

    Raises UsageError if the log was made by another engine or with other techniques.
    """
    if log.header.engine != engine:
        raise UsageError(
            f"This log was made by engine {log.header.engine}, and this is {engine}: "
            "only the same engine can replay it. Its music can still be written with -o."
        )
    if log.header.techniques != tuple(techniques):
        raise UsageError(
            f"This log was made with the techniques {', '.join(log.header.techniques)}, "
            f"and here are {', '.join(techniques)}: install the same ones to replay it."
        )
    session = Session(
        log.header.plan,
        seed=log.header.seed,
        techniques=techniques,
        policy=policies(log.header.plan.policy),
        memory=log.header.memory,
    )
    played: list[Logged] = []
    for event in log.inputs:
        played += _logged(session.receive(event))
    by_the_last_input = len(played)
    while len(played) < len(log.outputs) and session.wake_at is not None:
        played += _logged(session.advance(session.wake_at))
    return Rerun(session, played, by_the_last_input)


def replay(log: Log, engine: str, techniques: Registry, policies: Policies) -> Difference | None:
    """None if the replay gives the logged outputs, else the first difference. Raises as ``rerun``."""
    again = rerun(log, engine, techniques, policies)
    difference = _first_difference(log, again.played)
    if difference is None and len(log.outputs) < again.by_the_last_input and log.dropped is None:
        number = len(log.outputs) + 1
        return Difference(number, "nothing", encode(again.played[number - 1]))
    return difference


def restore(
    log: Log, engine: str, techniques: Registry, policies: Policies
) -> tuple[Session, list[Logged]]:
    """A session that can go on where a log ends, and the outputs that the log's torn end had lost.

    Raises UsageError as ``rerun``, EventError if the log does not replay.
    """
    again = rerun(log, engine, techniques, policies)
    difference = _first_difference(log, again.played)
    if difference is not None:
        raise EventError(f"The session cannot go on: its log differs from output {difference.number} on.")
    return again.session, again.played[len(log.outputs) :]


def _first_difference(log: Log, played: list[Logged]) -> Difference | None:
    for number, was in enumerate(log.outputs, start=1):
        now = played[number - 1] if number <= len(played) else None
        if now != was:
            return Difference(number, encode(was), encode(now) if now is not None else "nothing")
    return None


def _logged(outputs: list[Output]) -> list[Logged]:
    return [o for o in outputs if isinstance(o, (Play, Retract, Release, Chose))]


def melodies(logs: Iterable[Log]) -> Memory:
    """What was played in earlier sessions, as a memory to begin another with: one sequence a maker."""
    sequences: list[tuple[tuple[Seconds, int], ...]] = []
    for log in logs:
        played: dict[MakerId, list[tuple[Seconds, int]]] = {}
        for event in log.inputs:
            if isinstance(event, NoteOn):
                played.setdefault(event.maker, []).append((event.heard, event.pitch))
        sequences += [tuple(notes) for notes in played.values()]
    return tuple(sequences)
