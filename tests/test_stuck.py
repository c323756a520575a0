"""No note of the partner's is ever stuck: a session driven at random, its notes counted as they sound."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from playing import session
from undersong.events import (
    Input,
    Leave,
    MakerId,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Seconds,
    Steer,
    SteerKind,
    Tap,
)

SILENT: Seconds = 0.2  # after Rest, or after everybody has gone
LONGEST: Seconds = 60.0  # that a note may sound, as the Plan has it
makers = st.sampled_from([MakerId("you"), MakerId("left"), MakerId("right")])
pitches = st.integers(36, 84)
STEERS: tuple[SteerKind, ...] = (
    "begin",
    "partner_starts",
    "more",
    "less",
    "change",
    "undo",
    "lead",
    "follow",
)


class Sounding(RuleBasedStateMachine):
    """A session, and until when each of the partner's notes sounds."""

    def __init__(self) -> None:
        super().__init__()
        self.session = session()
        self.now: Seconds = 0.0
        self.ends: dict[int, tuple[Seconds, Seconds]] = {}  # onset, and end at the latest
        self.hushed: Seconds | None = None  # since when nothing may sound

    def take_in(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Play():
                    assert output.id not in self.ends
                    assert 0.0 < output.seconds <= LONGEST
                    self.ends[output.id] = (output.at, output.at + output.seconds)
                case Release(id=id_, at=at):
                    onset, end = self.ends[id_]
                    self.ends[id_] = (onset, min(end, at))
                case Retract(id=id_, at=at):
                    onset, _ = self.ends[id_]
                    assert onset >= at  # what sounds can only be let go
                    del self.ends[id_]
                case _:
                    pass

    def hear(self, event: Input, hushed: bool = False) -> None:
        self.take_in(self.session.receive(event))
        self.hushed = self.now if hushed else None

    @rule(seconds=st.floats(0.01, 8.0))
    def wait(self, seconds: Seconds) -> None:
        self.now += seconds
        self.take_in(self.session.advance(self.now))

    @rule(maker=makers, pitch=pitches, velocity=st.integers(1, 127), held=st.floats(0.02, 1.5))
    def play(self, maker: MakerId, pitch: int, velocity: int, held: Seconds) -> None:
        self.hear(NoteOn(self.now, self.now, maker, pitch, velocity))
        self.now += held
        self.hear(NoteOff(self.now, self.now, maker, pitch))

    @rule(maker=makers, pitch=pitches)
    def hold(self, maker: MakerId, pitch: int) -> None:
        self.hear(NoteOn(self.now, self.now, maker, pitch, 64))

    @rule(maker=makers, count=st.integers(2, 8), pace=st.floats(0.2, 0.9))
    def tap(self, maker: MakerId, count: int, pace: Seconds) -> None:
        for _ in range(count):
            self.hear(Tap(self.now, self.now, maker, 64))
            self.now += pace

    @rule(what=st.sampled_from(STEERS))
    def steer(self, what: SteerKind) -> None:
        self.hear(Steer(self.now, self.now, MakerId("you"), what))

    @rule()
    def finish(self) -> None:
        self.hear(Steer(self.now, self.now, MakerId("you"), "finish"))

    @rule()
    def rest(self) -> None:
        self.hear(Steer(self.now, self.now, MakerId("you"), "rest"), hushed=True)

    @rule()
    def leave(self) -> None:
        for maker in ("you", "left", "right"):
            self.hear(Leave(self.now, self.now, MakerId(maker)), hushed=True)

    @invariant()
    def silent_when_asked(self) -> None:
        """After a rest, or when everybody has gone, nothing sounds later than 200 ms."""
        if self.hushed is not None:
            limit = self.hushed + SILENT + 1e-6
            assert all(end <= limit for _, end in self.ends.values()), (self.hushed, self.ends)

    def teardown(self) -> None:
        """Everybody goes, and a minute later nothing sounds any more."""
        self.leave()
        self.now += LONGEST + 1.0
        self.take_in(self.session.advance(self.now))
        assert not [id_ for id_, (_, end) in self.ends.items() if end > self.now]


Sounding.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
test_no_note_is_stuck = Sounding.TestCase
