"""Shared by the tests: sessions, duets, and hostile playing for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from undersong import Plan, Rules, Session, perform
from undersong.events import (
    Control,
    Input,
    Join,
    Leave,
    MakerId,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Steer,
    Tap,
)
from undersong.plugins import techniques
from undersong.reflecting.duet import Duet, duet

AFTER = 40.0


def session(plan: Plan | None = None, seed: int = 0) -> Session:
    return Session(plan or Plan(), seed=seed, techniques=techniques(), policy=Rules())


def outputs(events: Sequence[Input], plan: Plan | None = None, seed: int = 0) -> list[Output]:
    last = events[-1].heard if events else 0.0
    return perform(session(plan, seed), events, last + AFTER)


def played(events: Sequence[Input], technique: str | None = None, seed: int = 0) -> Duet:
    return duet(events, outputs(events, Plan(technique=technique), seed))


def sounded(out: Sequence[Output]) -> list[Output]:
    """What a driver would pass on: everything but what was only heard."""
    return [o for o in out if isinstance(o, (Play, Retract, Release))]


MAKERS = (MakerId("ada"), MakerId("béla"), MakerId("三"))

_gap = st.one_of(
    st.just(0.0),
    st.floats(0.0, 0.05),
    st.floats(0.05, 1.2),
    st.floats(1.2, 12.0),
    st.sampled_from((0.5, 0.55, 0.6, 25.0, 400.0)),
)
_late = st.one_of(st.just(0.0), st.just(0.0), st.floats(-0.2, 3.0))
_kind = st.sampled_from(("on",) * 8 + ("off",) * 6 + ("tap",) * 3 + ("pedal", "join", "leave", "steer"))
_one = st.tuples(
    _gap,
    _late,
    _kind,
    st.sampled_from(MAKERS),
    st.one_of(st.integers(0, 127), st.sampled_from((60, 62, 64, 65, 67))),
    st.integers(1, 127),
)
_steers = ("begin", "partner_starts", "rest", "finish", "technique")


@st.composite
def streams(draw: st.DrawFn, most: int = 60) -> list[Input]:
    """Hostile playing: late, early, simultaneous, unmatched, out of range of any hand."""
    now = 0.0
    events: list[Input] = []
    for gap, late, kind, maker, pitch, velocity in draw(st.lists(_one, min_size=1, max_size=most)):
        now += gap
        time = now - late
        match kind:
            case "on":
                events.append(NoteOn(time, now, maker, pitch, velocity))
            case "off":
                events.append(NoteOff(time, now, maker, pitch))
            case "tap":
                events.append(Tap(time, now, maker, velocity if velocity > 20 else None))
            case "pedal":
                events.append(Control(time, now, maker, 64, velocity))
            case "join":
                events.append(Join(time, now, maker))
            case "leave":
                events.append(Leave(time, now, maker))
            case _:
                what = _steers[pitch % len(_steers)]
                name = sorted(techniques())[velocity % 7] if what == "technique" and velocity > 40 else None
                events.append(Steer(time, now, maker, what, name))
    return events


@st.composite
def music(draw: st.DrawFn) -> list[Input]:
    """Something more like a person: notes with lengths, at an uneven pace, with pauses."""
    now = 0.5
    events: list[Input] = []
    pace = draw(st.floats(0.2, 1.2))
    for pitch, step, held in draw(
        st.lists(
            st.tuples(st.integers(40, 84), st.sampled_from((0.5, 1, 1, 1, 2, 6)), st.floats(0.2, 1.1)),
            min_size=4,
            max_size=40,
        )
    ):
        events.append(NoteOn(now, now, MAKERS[0], pitch, 64))
        end = now + pace * held
        events.append(NoteOff(end, end, MAKERS[0], pitch))
        now += pace * step
    return sorted(events, key=lambda e: (e.heard, isinstance(e, NoteOn)))


plans = st.builds(
    Plan,
    technique=st.sampled_from((None, None, *sorted(techniques()))),
    lead=st.sampled_from((0.0, 0.25, 1.0)),
    reaction=st.sampled_from((0.0, 0.03, 0.2)),
    correction=st.sampled_from((0.0, 0.0, 0.15, 1.0)),
    forecast_only=st.booleans(),
)
