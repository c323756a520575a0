"""Nasty playing leaves the partner calm, within its limits, with no stuck note.

Every way of playing below is answered by the free partner and by every technique alone; each pair is
played once and judged by all the properties. Counts are asserted, never clocks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings

from playing import outputs, plans, session, streams
from undersong import Plan
from undersong.chance import Chance
from undersong.events import (
    Chose,
    Input,
    MakerId,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Seconds,
    Steer,
)
from undersong.listening.part import LONGEST_HELD
from undersong.plan import Limits
from undersong.plugins import techniques
from undersong.reflecting.duet import PartnerTone, duet, partner_tones
from undersong.testing import makers
from undersong.testing.makers import MAKER, Stage
from undersong.testing.safety import CLAUSES
from undersong.testing.window import Played
from undersong.theory.grouping import onset_groups

LIMITS = Limits()
LET_GO: Seconds = 25.0  # after everything was let go the partner is silent
CALM = 8  # onset groups in any one second, however fast the maker plays
WAKES = 24  # wake-ups in any one second
FREE = "free"
PARTNERS = (FREE, *sorted(techniques()))


def _glissando(pitches: range, stage: Stage, start: Seconds) -> Seconds:
    """Thirty notes a second."""
    for index, pitch in enumerate(pitches):
        stage.note(start + index / 30, 0.03, pitch, 90)
    return start + len(pitches) / 30


def clusters() -> list[Input]:
    """Ten neighbouring keys at once, every .4 s."""
    stage = Stage()
    for n in range(40):
        for step in range(10):
            stage.note(0.5 + 0.4 * n, 0.3, 48 + n % 24 + step, 100)
    return stage.events()


def glissandi() -> list[Input]:
    """Up and down the keys, five times."""
    stage, now = Stage(), 0.5
    for _ in range(5):
        now = _glissando(range(36, 96), stage, now)
        now = _glissando(range(96, 36, -1), stage, now)
    return stage.events()


def one_note() -> list[Input]:
    """One note for ten minutes, a little unevenly."""
    stage, chance = Stage(), Chance(1)
    now = 0.5
    while now < 600:
        stage.note(now, 0.5, 60, 64)
        now += 1.0 + chance.between("uneven", -0.06, 0.06)
    return stage.events()


def _at_tempo(bpm: Callable[[float], float], seconds: Seconds) -> list[Input]:
    """A scale up and down, a note a beat."""
    stage, now, n = Stage(), 0.5, 0
    while now < seconds:
        beat = 60 / bpm(now / seconds)
        stage.note(now, 0.8 * beat, (60, 62, 64, 65, 67, 65, 64, 62)[n % 8], 72)
        now, n = now + beat, n + 1
    return stage.events()


def slowest() -> list[Input]:
    """Twenty beats a minute."""
    return _at_tempo(lambda share: 20, 60)


def fastest() -> list[Input]:
    """Three hundred beats a minute."""
    return _at_tempo(lambda share: 300, 30)


def accelerating() -> list[Input]:
    """From 20 to 300 beats a minute."""
    return _at_tempo(lambda share: 20 + 280 * share, 60)


def slowing() -> list[Input]:
    """From 300 to 20 beats a minute."""
    return _at_tempo(lambda share: 300 - 280 * share, 60)


def random_taps() -> list[Input]:
    """Taps anywhere, of any force, now and then in bursts."""
    stage, chance, now = Stage(), Chance(2), 0.5
    for _ in range(150):
        stage.tap(now, chance.between("force", 1, 127))
        now += chance.between("gap", 0.03, 0.9) ** 2
    return stage.events()


def fifty_at_once() -> list[Input]:
    """Fifty notes at one moment, again and again."""
    stage = Stage()
    for n in range(6):
        for pitch in range(40, 90):
            stage.note(0.5 + 3 * n, 1.0, pitch, 80)
    return stage.events()


def fifty_held() -> list[Input]:
    """Fifty notes, one after another, none of them ever let go."""
    return [NoteOn(0.5 + 0.3 * n, 0.5 + 0.3 * n, MAKER, 40 + n, 70) for n in range(50)]


def trills() -> list[Input]:
    """Two neighbouring keys, sixteen notes a second, with breaths."""
    stage = Stage()
    for n in range(240):
        stage.note(0.5 + n / 16 + 2.0 * (n // 60), 0.05, 71 + n % 2, 75)
    return stage.events()


def very_low() -> list[Input]:
    """The lowest keys there are."""
    stage = Stage()
    for n in range(40):
        stage.note(0.5 + 0.55 * n, 0.5, (n * 5) % 21, 70)
    return stage.events()


def very_high() -> list[Input]:
    """The highest keys there are."""
    stage = Stage()
    for n in range(40):
        stage.note(0.5 + 0.55 * n, 0.5, 110 + (n * 5) % 18, 70)
    return stage.events()


def softest() -> list[Input]:
    """Everything at velocity 1."""
    stage = Stage()
    for n in range(40):
        stage.note(0.5 + 0.5 * n, 0.4, 60 + (n * 4) % 12, 1)
    return stage.events()


def loudest() -> list[Input]:
    """Everything at velocity 127."""
    stage = Stage()
    for n in range(40):
        stage.note(0.5 + 0.5 * n, 0.4, 60 + (n * 4) % 12, 127)
    return stage.events()


def loud_and_soft() -> list[Input]:
    """Velocity 127 and 1 by turns, ten notes each."""
    stage = Stage()
    for n in range(60):
        stage.note(0.5 + 0.4 * n, 0.3, 60 + (n * 7) % 12, 127 if n // 10 % 2 else 1)
    return stage.events()


def an_hour_away() -> list[Input]:
    """A few notes, an hour of silence, a few notes."""
    stage = Stage()
    for start in (0.5, 3600.0):
        for n, pitch in enumerate((60, 64, 67, 65, 62)):
            stage.note(start + 0.7 * n, 0.6, pitch, 60)
    return stage.events()


def two_storms() -> list[Input]:
    """Two makers at once, clusters, fast and loud."""
    melody = [(0.5 * n, 0.5, 55 + (n * 7) % 20) for n in range(60)]
    both: list[Input] = []
    for seed, name in ((3, "one"), (4, "other")):
        for event in makers.storming(melody, seed):
            if isinstance(event, NoteOn):
                both.append(NoteOn(event.time, event.heard, MakerId(name), event.pitch, event.velocity))
            elif isinstance(event, NoteOff):
                both.append(NoteOff(event.time, event.heard, MakerId(name), event.pitch))
    return sorted(both, key=lambda e: (e.heard, isinstance(e, NoteOn)))


def taps_and_notes() -> list[Input]:
    """Taps and notes mixed, in two tempi."""
    stage, chance = Stage(), Chance(5)
    for n in range(50):
        stage.tap(0.5 + 0.61 * n, 40 + 60 * chance.unit("force"))
    for n in range(70):
        stage.note(0.5 + 0.43 * n, 0.3, 50 + (n * 5) % 30, 30 + 90 * chance.unit("touch"))
    return stage.events()


WAYS = (
    clusters, glissandi, one_note, slowest, fastest, accelerating, slowing, random_taps, fifty_at_once,
    fifty_held, trills, very_low, very_high, softest, loudest, loud_and_soft, an_hour_away, two_storms,
    taps_and_notes,
)  # fmt: skip
NAMES = {way.__name__: way for way in WAYS}
every_way = pytest.mark.parametrize("way", NAMES)


@dataclass(frozen=True)
class Answered:
    """One playing and all that came of it."""

    out: list[Output]
    tones: tuple[PartnerTone, ...]
    wakes: list[Seconds]  # when the session asked to be woken, and was
    let_go: Seconds  # when the last key was let go, or, held for good, no longer counted
    sounds: Seconds  # how long anything went on sounding after the end


def _play(events: list[Input], partner: str, after: Seconds) -> Answered:
    live = session(Plan(technique=None if partner == FREE else partner))
    out: list[Output] = []
    wakes: list[Seconds] = []

    def wake(until: Seconds) -> None:
        while live.wake_at is not None and live.wake_at <= until:
            wakes.append(live.wake_at)
            out.extend(live.advance(live.wake_at))

    for event in events:
        wake(event.heard)
        out += live.receive(event)
    last = events[-1]
    wake(last.heard + after)
    live.advance(last.heard + after)
    held = LONGEST_HELD if isinstance(last, NoteOn) else 0.0
    return Answered(out, partner_tones(out), wakes, last.heard + held, live.sounds_until - live.now)


@cache
def _events(way: str) -> list[Input]:
    return NAMES[way]()


@cache
def answered(way: str, partner: str) -> Answered:
    """Played to the end, and ninety seconds on."""
    return _play(_events(way), partner, 90.0)


def most_in_a_second(times: Iterable[Seconds]) -> int:
    """The most of these ascending moments within any one second."""
    recent: deque[Seconds] = deque()
    most = 0
    for time in times:
        recent.append(time)
        while recent[0] <= time - 1.0:
            recent.popleft()
        most = max(most, len(recent))
    return most


@every_way
def test_every_note_ends(way: str) -> None:
    """No note is meant to last longer than the plan allows, what ends had begun and ends once, and when
    everything was let go the partner comes to rest within 25 seconds, for good."""
    for partner in PARTNERS:
        made = answered(way, partner)
        plays = {o.id: o for o in made.out if isinstance(o, Play)}
        ended = [o.id for o in made.out if isinstance(o, (Release, Retract))]
        assert len(ended) == len(set(ended)), partner
        assert all(id_ in plays for id_ in ended), partner
        assert all(0.0 < play.seconds <= LIMITS.longest for play in plays.values()), partner
        assert [t for t in made.tones if t.offset > made.let_go + LET_GO] == [], partner
        assert made.sounds <= 0.0, partner


@every_way
def test_loudness_register_and_polyphony_stay_within_the_limits(way: str) -> None:
    """No note is louder, lower or higher than the plan's limits, nor sounds with more than seven others."""
    for partner in PARTNERS:
        tones = answered(way, partner).tones
        assert [t for t in tones if not LIMITS.lowest <= t.pitch <= LIMITS.highest] == [], partner
        assert [t for t in tones if not 1 <= t.velocity <= LIMITS.loudest] == [], partner
        for index, tone in enumerate(tones):
            together = sum(1 for other in tones[: index + 1] if other.offset > tone.onset)
            assert together <= LIMITS.polyphony, (partner, tone)


@every_way
def test_the_clauses_hold_in_every_window(way: str) -> None:
    """Never denser or louder than the maker, melodies yield, and everything has its reason before it."""
    events = _events(way)
    for partner in PARTNERS:
        made = answered(way, partner)
        played = Played(duet(events, made.out))
        for window in played.windows(0.0, events[-1].heard + LET_GO):
            if window.partner():
                broken = [clause.name for clause in CLAUSES if not clause.holds(window, partner)]
                assert broken == [], (partner, window.start)


@every_way
def test_every_decision_has_a_reason(way: str) -> None:
    """Each choice is told in a sentence, by one of the techniques there are, and there is one."""
    for partner in PARTNERS:
        chose = [o for o in answered(way, partner).out if isinstance(o, Chose)]
        assert chose, partner
        assert all(o.technique in PARTNERS and o.because.endswith(".") for o in chose), partner


@every_way
def test_the_partner_is_calm(way: str) -> None:
    """However fast the maker plays, the partner never begins more than eight groups in a second."""
    for partner in PARTNERS:
        groups = onset_groups(t.onset for t in answered(way, partner).tones)
        assert most_in_a_second(groups) <= CALM, partner


@settings(max_examples=60, deadline=None)
@given(streams(), plans)
def test_the_partner_is_calm_whatever_the_stream(events: list[Input], plan: Plan) -> None:
    """The same for playing that nobody thought of: late, simultaneous, steered to and fro."""
    groups = onset_groups(t.onset for t in partner_tones(outputs(events, plan)))
    assert most_in_a_second(groups) <= CALM


@every_way
def test_nasty_playing_makes_little_work(way: str) -> None:
    """The session neither wakes itself without end nor sends more than so much for what came in."""
    events = _events(way)
    for partner in PARTNERS:
        made = answered(way, partner)
        assert most_in_a_second(made.wakes) <= WAKES, partner
        assert len(made.wakes) <= 200 + 2 * len(events), partner
        assert len(made.out) <= 200 + 5 * len(events), partner


@every_way
def test_rest_is_silence_whatever_the_playing(way: str) -> None:
    """Rest amid the playing: 200 ms later nothing of the partner's sounds, and nothing begins although the
    maker plays on."""
    events = [e for e in _events(way) if e.heard < 3000][:44]
    now = events[30 if len(events) > 40 else len(events) // 2].heard
    before = [e for e in events if e.heard <= now]
    rest = Steer(now, now, MAKER, "rest")
    for partner in PARTNERS:
        made = _play([*before, rest, *events[len(before) :]], partner, 40.0)
        assert [t for t in made.tones if t.offset > now + 0.2] == [], partner
