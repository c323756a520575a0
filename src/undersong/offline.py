"""Offline: a file played to a session as if live, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import undersong
from undersong.edges import platform
from undersong.edges.given import Given
from undersong.events import Input, Output, Seconds, Steer
from undersong.notes import Memory
from undersong.plan import Plan
from undersong.plugins import policy, techniques
from undersong.reflecting.duet import PartnerTone, partner_tones
from undersong.remembering.log import Header, LogWriter
from undersong.session import Session

AFTER_THE_LAST: Seconds = 25.0  # how long the partner may go on after the last input
CHUNK = 512  # events to a chunk of the log
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Take:
    """A played file: what sounded, everything that came out, the log's bytes and its length."""

    partner: tuple[PartnerTone, ...]
    outputs: tuple[Output, ...]
    log: bytes
    seconds: Seconds


def make_session(plan: Plan, seed: int, memory: Memory = ()) -> Session:
    """A session with every installed technique and the policy of the plan."""
    return Session(plan, seed=seed, techniques=techniques(), policy=policy(plan.policy), memory=memory)


def play(
    given: Given,
    plan: Plan,
    seed: int,
    *,
    partner_starts: bool = False,
    finish: bool = False,
    started: str | None = None,
    memory: Memory = (),
    progress: Progress = lambda done: None,
) -> Take:
    """Play what the makers did to a new session, causally; then let it come to rest."""
    events = list(given.events)
    last = max((event.heard for event in events), default=0.0)
    maker = given.makers[0].maker
    if partner_starts:
        events.insert(0, Steer(0.0, 0.0, maker, "partner_starts"))
    if finish:
        events.append(Steer(last, last, maker, "finish"))
    session = make_session(plan, seed, memory)
    header = Header(
        undersong.__version__, platform.engine(), seed, plan, tuple(techniques()), started, memory
    )
    writer = LogWriter(header)
    outputs: list[Output] = []
    log = bytearray()
    for number, event in enumerate(events, start=1):
        outputs += _receive(session, event, writer)
        if number % CHUNK == 0:
            log += writer.seal()
            progress(number)
    end = last + AFTER_THE_LAST
    after = session.advance(end)
    writer.outputs(after)
    log += writer.seal()
    outputs += after
    partner = tuple(
        replace(tone, offset=min(tone.offset, end)) for tone in partner_tones(outputs) if tone.onset < end
    )
    seconds = max([last, *(tone.offset for tone in partner)])
    return Take(partner, tuple(outputs), bytes(log), seconds)


def _receive(session: Session, event: Input, writer: LogWriter) -> list[Output]:
    before = session.advance(event.heard)
    writer.outputs(before)
    writer.input(event)
    after = session.receive(event)
    writer.outputs(after)
    return before + after
