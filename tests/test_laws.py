"""The laws that hold for any playing, hostile playing included."""

import json
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playing import AFTER, MAKERS, music, outputs, plans, session, sounded, streams
from undersong import EventError, Plan, UsageError, perform
from undersong.chance import Chance
from undersong.events import (
    Chose,
    Input,
    Leave,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Steer,
    Tap,
)
from undersong.notes import After, Beat, Note, Pulse
from undersong.offline import make_session
from undersong.playing.schedule import Gain, Schedule
from undersong.plugins import policy, techniques
from undersong.reflecting.duet import Duet, duet
from undersong.remembering import log as codec
from undersong.remembering.replay import replay
from undersong.theory.loudness import level, mean_level
from undersong.turns import Adapt, Turns

# The first draws of two streams: SHA-256 and the Mersenne twister, the same wherever Python runs.
GOLDEN = [0.702567, 0.05247]
EXAMPLES = settings(max_examples=120, deadline=None)


@EXAMPLES
@given(streams(), plans, st.lists(st.floats(0, 500), max_size=30))
def test_one_advance_or_a_hundred_give_the_same(
    events: list[Input], plan: Plan, stops: list[float]
) -> None:
    """However often a session is stepped between events, the same things come out in the same order."""
    once = outputs(events, plan)
    often = session(plan)
    stepped: list[Output] = []
    stops = sorted(stops)
    for event in events:
        while stops and stops[0] <= event.heard:
            stepped += often.advance(max(stops.pop(0), often.now))
        stepped += often.receive(event)
    end = events[-1].heard + AFTER
    while often.wake_at is not None and often.wake_at <= end:
        stepped += often.advance(often.wake_at)
    stepped += often.advance(end)
    assert stepped == once


@EXAMPLES
@given(st.one_of(streams(), music()), plans, st.data())
def test_cutting_the_input_changes_nothing_before_the_cut(
    events: list[Input], plan: Plan, data: st.DataObject
) -> None:
    """What leaves the session before the cut depends on nothing after it: it cannot foresee."""
    cut = data.draw(st.sampled_from([event.heard for event in events]))
    whole = session(plan)
    before: list[Output] = []
    for event in events:
        if event.heard >= cut:
            break
        before += whole.receive(event)
    early = [e for e in events if e.heard < cut]
    again = perform(session(plan), early, max(cut - 1e-6, early[-1].heard if early else 0.0))
    assert again[: len(before)] == before
    full, part = duet(events, outputs(events, plan)), duet(early, outputs(early, plan) if early else [])
    assert _before(full, cut) == _before(part, cut)


def _before(made: Duet, cut: float) -> list[tuple[float, int, int, str, float]]:
    return [
        (t.onset, t.pitch, t.velocity, t.voice, min(t.offset, cut)) for t in made.partner if t.onset < cut
    ]


@EXAMPLES
@given(streams(), plans, st.integers(0, 3))
def test_a_log_replays_to_the_same_outputs(events: list[Input], plan: Plan, seed: int) -> None:
    """The log alone, read back from its bytes, gives the same outputs, late events included."""
    header = codec.Header("0", "here", seed, plan, tuple(techniques()))
    writer = codec.LogWriter(header)
    live = session(plan, seed)
    data = b""
    for event in events:
        writer.outputs(live.advance(event.heard))
        writer.input(event)
        writer.outputs(live.receive(event))
        data += writer.seal()
    writer.outputs(live.advance(events[-1].heard + AFTER))
    data += writer.seal()
    log = codec.read(data)
    assert log.inputs == tuple(events)
    assert replay(log, "here", techniques(), policy) is None


def test_replay_tells_the_first_difference() -> None:
    """A log whose outputs are not what this engine plays is told apart, and where."""
    events = [NoteOn(0.5 * n, 0.5 * n, MAKERS[0], 60 + n, 60) for n in range(12)]
    writer = codec.LogWriter(codec.Header("0", "here", 0, Plan(), tuple(techniques())))
    for event in events:
        writer.input(event)
    writer.outputs([Chose(0.0, "holding", "This was never chosen.")])
    found = replay(codec.read(writer.seal()), "here", techniques(), policy)
    assert found is not None
    assert (found.number, "never chosen" in found.logged) == (1, True)
    writer = codec.LogWriter(codec.Header("0", "there", 0, Plan(), tuple(techniques())))
    other = codec.read(writer.seal())
    with pytest.raises(UsageError, match=r"engine there.*this is here"):
        replay(other, "here", techniques(), policy)


@EXAMPLES
@given(streams(), plans)
def test_every_note_ends(events: list[Input], plan: Plan) -> None:
    """Each note that sounds ends by itself or is released; nothing is released or retracted twice
    or without having been played; and when the makers are gone, silence comes."""
    live = session(plan)
    out = perform(live, events, events[-1].heard + 200.0)
    plays = {o.id: o for o in out if isinstance(o, Play)}
    assert len(plays) == sum(isinstance(o, Play) for o in out)
    for output in out:
        if isinstance(output, (Release, Retract)):
            assert output.id in plays
        if isinstance(output, Retract):
            assert output.at < plays[output.id].at + 1e-9
    retracted = [o.id for o in out if isinstance(o, Retract)]
    assert len(retracted) == len(set(retracted))
    for play in plays.values():
        assert 0 < play.seconds <= plan.limits.longest
    assert live.sounds_until <= live.now


@EXAMPLES
@given(streams(), plans)
def test_no_limit_is_ever_broken(events: list[Input], plan: Plan) -> None:
    """Register, loudness and polyphony stay within the plan's limits; nothing sounds in the past."""
    live = session(plan)
    sounding: dict[int, float] = {}
    heard: list[int] = []

    def judge(out: list[Output], now: float) -> None:
        for output in out:
            match output:
                case Play():
                    assert plan.limits.lowest <= output.pitch <= plan.limits.highest
                    assert 1 <= output.velocity <= plan.limits.loudest
                    loudest = max((level(v) for v in heard), default=level(64))
                    assert level(output.velocity, output.voice) <= loudest + 1e-6
                    sounding[output.id] = output.at + output.seconds
                    together = [i for i, end in sounding.items() if end > output.at]
                    assert len(together) <= plan.limits.polyphony
                case Release():
                    sounding[output.id] = min(sounding[output.id], output.at)
                case Retract():
                    del sounding[output.id]
                case _:
                    pass

    for event in events:
        judge(live.advance(event.heard), event.heard)
        if isinstance(event, (NoteOn, Tap)):
            heard.append(event.velocity or 64)
        judge(live.receive(event), event.heard)
    judge(live.advance(events[-1].heard + AFTER), events[-1].heard + AFTER)


@EXAMPLES
@given(streams(most=30), plans)
def test_rest_is_silence_within_200_ms(events: list[Input], plan: Plan) -> None:
    """Whatever went on, 200 ms after Rest nothing sounds, and nothing begins until invited."""
    now = events[-1].heard + 0.5
    rest = Steer(now, now, MAKERS[0], "rest")
    later = [NoteOn(now + 1 + n, now + 1 + n, MAKERS[0], 60 + n, 70) for n in range(5)]
    made = duet([*events, rest, *later], outputs([*events, rest, *later], plan))
    assert [t for t in made.partner if t.offset > now + 0.2] == []


@EXAMPLES
@given(streams(most=30), plans)
def test_silence_when_every_maker_has_left(events: list[Input], plan: Plan) -> None:
    """When the last maker is gone, nothing sounds 250 ms later, and nothing begins."""
    now = events[-1].heard + 0.1
    leaves: list[Input] = [Leave(now, now, maker) for maker in MAKERS]
    made = duet([*events, *leaves], outputs([*events, *leaves], plan))
    assert [t for t in made.partner if t.offset > now + 0.25] == []


@EXAMPLES
@given(music(), plans)
def test_every_note_has_a_reason_before_it(events: list[Input], plan: Plan) -> None:
    """No note sounds without a technique having been chosen, with a reason, at or before it."""
    made = duet(events, outputs(events, plan))
    for tone in made.partner:
        assert any(c.time <= tone.onset and c.because.endswith(".") for c in made.chose)


@settings(max_examples=60, deadline=None)
@given(music())
def test_the_bass_never_changes_pitch_in_silence(events: list[Input]) -> None:
    """A sounding bass changes only at a maker's onset, and never twice within two seconds."""
    made = duet(events, outputs(events, Plan(technique="tonal-grounding")))
    onsets = [tone.onset for tone in made.tones()]
    moves = [
        b for a, b in pairwise(made.voice("bass")) if b.pitch != a.pitch and b.onset <= a.offset + 1e-6
    ]
    for move in moves:
        assert any(abs(move.onset - onset - 0.03) < 1e-6 for onset in onsets)
    for a, b in pairwise(moves):
        assert b.onset - a.onset >= 2.0


def test_a_renewed_ground_is_not_moved_at_once() -> None:
    """A ground that was renewed an octave or two away is a bass that moved: the next move waits, too."""
    played = (
        (0.5, 48, 1.5), (1.0, 58, 2.0), (1.5, 40, 2.5), (7.5, 55, 8.5), (13.5, 40, 14.5), (14.0, 56, 15.0),
        (20.0, 68, 21.0), (20.5, 40, 21.5), (21.0, 40, 22.0),
    )  # fmt: skip
    ada = MAKERS[0]
    events: list[Input] = [NoteOn(on, on, ada, pitch, 64) for on, pitch, _ in played]
    events += [NoteOff(off, off, ada, pitch) for _, pitch, off in played]
    events.sort(key=lambda event: (event.heard, isinstance(event, NoteOn)))
    bass = duet(events, outputs(events, Plan(technique="tonal-grounding"))).voice("bass")
    changes = [b.onset for a, b in pairwise(bass) if b.pitch != a.pitch]
    assert changes
    assert all(b - a >= 2.0 for a, b in pairwise(changes))


@EXAMPLES
@given(music(), st.integers(0, 2))
def test_never_louder_than_the_maker(events: list[Input], seed: int) -> None:
    """No note of the partner's is louder than the maker's own playing at one even velocity."""
    own = mean_level([64])
    for output in outputs(events, seed=seed):
        if isinstance(output, Play):
            assert level(output.velocity, output.voice) <= own + 1e-6


def test_the_same_under_another_hash_seed() -> None:
    """Nothing depends on the order of a set or a dict of strings: two processes, two hash seeds."""
    program = (
        "import sys, json; sys.path.insert(0, 'tests')\n"
        "from playing import *; from undersong.testing import makers\n"
        "tune = [(i, 1, 60 + (i * 7) % 12) for i in range(40)]\n"
        "events = makers.steady(tune, 3) + []\n"
        "print(json.dumps([repr(o) for o in outputs(events)]))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(json.loads(runs[0])) > 40
    assert runs[0] == runs[1]


def test_two_makers_play_into_one_session() -> None:
    """Two makers at once: both are heard, and the ground serves them together."""
    events: list[Input] = []
    for n in range(16):
        events.append(NoteOn(0.5 * n, 0.5 * n, MAKERS[0], 60 + (n % 5), 60))
        events.append(NoteOn(0.5 * n + 0.2, 0.5 * n + 0.2, MAKERS[1], 72 - (n % 3), 50))
    live = make_session(Plan(), 0)
    out = perform(live, events, 20.0)
    assert any(isinstance(o, Play) and o.voice == "bass" for o in out)
    names = {o.maker for o in out if hasattr(o, "maker")}
    assert names == {MAKERS[0], MAKERS[1]}


def test_what_a_session_refuses() -> None:
    """Malformed events are refused with a sentence and change nothing."""
    live = session()
    live.receive(NoteOn(1.0, 1.0, MAKERS[0], 60, 64))
    before = live.wake_at
    for event in (
        NoteOn(0.5, 0.5, MAKERS[0], 60, 64),
        NoteOn(2.0, float("nan"), MAKERS[0], 60, 64),
        NoteOn(2.0, 2.0, MAKERS[0], 128, 64),
        NoteOn(2.0, 2.0, MAKERS[0], 60, 0),
        NoteOn(float("inf"), 2.0, MAKERS[0], 60, 64),
        Tap(2.0, 2.0, MAKERS[0], 400),
        NoteOn(2.0, 2.0, "", 60, 64),  # type: ignore[arg-type]  # wrong on purpose
        Steer(2.0, 2.0, MAKERS[0], "dance"),  # type: ignore[arg-type]  # wrong on purpose
    ):
        with pytest.raises(EventError, match=r"[A-Z].*\."):
            live.receive(event)
    with pytest.raises(UsageError, match="no technique called 'whistling'"):
        live.receive(Steer(2.0, 2.0, MAKERS[0], "technique", "whistling"))
    assert live.wake_at == before
    assert sounded(live.receive(NoteOn(2.0, 2.0, MAKERS[0], 64, 64))) == []


def test_chance_streams_are_apart_and_the_same_everywhere() -> None:
    """One stream's draws never shift another's; golden numbers pin the sequence."""
    one, two = Chance(5), Chance(5)
    for _ in range(10):
        two.unit("other")
    assert [one.unit("a") for _ in range(3)] == [two.unit("a") for _ in range(3)]
    assert [round(Chance(0).unit(name), 6) for name in ("touch", "drift")] == GOLDEN
    assert Chance(0).unit("touch") != Chance(1).unit("touch")


def test_an_idle_session_is_not_woken() -> None:
    """A note that is held: the session asks to be woken a few times, not every millisecond, and the
    ground enters while it is held."""
    live = session()
    live.receive(NoteOn(0.0, 0.0, MAKERS[0], 60, 60))
    wakes, out = 0, []
    while live.wake_at is not None and live.wake_at < 100:
        out += live.advance(live.wake_at)
        wakes += 1
    assert wakes < 20
    assert next(o.at for o in out if isinstance(o, Play)) < 3.0


def test_an_event_from_the_future_counts_as_heard() -> None:
    """A clock that runs ahead: what claims to happen later than it is heard happens when heard."""
    times = [0.5 * n for n in range(24)]
    right: list[Input] = [NoteOn(t, t, MAKERS[0], 60 + n % 7, 64) for n, t in enumerate(times)]
    ahead: list[Input] = [NoteOn(t + 9, t, MAKERS[0], 60 + n % 7, 64) for n, t in enumerate(times)]
    assert sounded(outputs(ahead)) == sounded(outputs(right))


def test_more_voices_than_the_limit_do_not_sound() -> None:
    """Nine notes meant for one moment: eight sound."""
    turns = Turns()
    schedule = Schedule(Plan(), turns)
    for n in range(9):
        schedule.add(Note(After(1.0), "chords", 50 + n, 40, 2.0), "holding", 1.0)
    assert sum(isinstance(o, Play) for o in schedule.leave(1.0)) == 8


def test_remembered_bars_belong_to_their_clock() -> None:
    """A minute on one clock, then another technique on a new one, then back on that: strokes go on,
    and do not wait for the number of a beat that the old clock had reached."""
    events: list[Input] = []
    time = 0.5
    parts = ((0.5, 60, "rhythmic-grounding"), (0.7, 15, "synchronising"), (0.7, 30, "rhythmic-grounding"))
    for period, seconds, steer in parts:
        events.append(Steer(time, time, MAKERS[0], "technique", steer))
        for _ in range(int(seconds / period)):
            time += period
            events.append(Tap(time, time, MAKERS[0], 60))
    strokes = [t.onset for t in duet(events, outputs(events)).voice("percussion")]
    gaps = [b - a for a, b in pairwise([t for t in strokes if 4.0 < t < time] + [time])]
    assert max(gaps) < 6.0


def test_a_beat_that_has_passed_is_not_made_up_for() -> None:
    """A stroke on a beat that is already over, or nearer than a reaction, is dropped, never bunched up."""
    turns = Turns()
    schedule = Schedule(Plan(), turns)
    schedule.start_clock(Pulse(0.5, 0.0, 1.0), 0.0)
    for beat in range(6):
        schedule.add(Note(Beat(beat), "percussion", 41, 40, 0.2), "synchronising", 1.49)
    assert [o.at for o in schedule.leave(5.0) if isinstance(o, Play)] == [2.0, 2.5]


def test_the_partner_corrects_what_the_maker_leaves_open() -> None:
    """Asynchronies that keep their sign are corrected more and more, up to all; those that change it
    from beat to beat, less and less, down to the plain share."""
    follow = Adapt(phase=0.3, period=0.1, phase_most=1.0)
    left_open, corrected = Gain(), Gain()
    for n in range(30):
        grown = left_open.after(0.02, follow)
        shrunk = corrected.after(0.02 if n % 2 else -0.02, follow)
    assert (grown, shrunk) == (1.0, 0.3)
