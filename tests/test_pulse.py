"""Pulse and meter: rivals, accents, even taps, changes of tempo, playing without a beat."""

from itertools import pairwise
from statistics import fmean

import pytest

from playing import outputs, played
from undersong.chance import Chance
from undersong.events import HeardBeat, HeardNoPulse, Input, NoteOn, Seconds
from undersong.listening.impression import Meter
from undersong.listening.listener import Listener
from undersong.listening.pulse import PulseListener
from undersong.listening.rival import Rival
from undersong.listening.tempo import TempoListener
from undersong.notes import Pulse
from undersong.testing import makers
from undersong.testing.makers import Stage


def tapped(*gaps: Seconds) -> PulseListener:
    """A listener to taps at these distances, on one pitch."""
    listener, time = PulseListener(), 0.5
    listener.onset(time, 64, 60)
    for gap in gaps:
        time += gap
        listener.advance(time)
        listener.onset(time, 64, 60)
    return listener


def uneven(seed: int, period: Seconds, count: int) -> list[Seconds]:
    """Intervals as uneven as people's."""
    chance = Chance(seed)
    return [period * (1 + chance.spread("gap", 0.035)) for _ in range(count)]


def waltz(bars: int, beats: int, *, swap: int = 0) -> list[Input]:
    """Low and full on the first beat of each bar, high and thin on the others."""
    stage, keeper = Stage(), makers.Timekeeper(0.5, Chance(3), 0.4)
    for beat in range(bars * beats):
        first = (beat + swap) % beats == 0
        time = 0.5 + keeper.time(beat)
        stage.note(time, 0.4, 48 if first else 67, 84 if first else 60)
        if first:
            stage.note(time + 0.01, 0.4, 55, 80)
            stage.note(time + 0.005, 0.4, 64, 80)
    return stage.events()


def heard_meter(events: list[Input]) -> tuple[Meter | None, Pulse | None]:
    listener = Listener()
    for event in events:
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            listener.advance(wake)
        listener.hear(event)
    last = listener.impression(events[-1].heard)
    return last.meter, last.pulse


@pytest.mark.parametrize("share", [0.8, 0.88, 1.12, 1.2])
def test_a_new_tempo_is_followed_from_the_third_tap(share: float) -> None:
    """After a step of 12 to 20% the next tap is foreseen within 5% once two new intervals were heard."""
    for seed in range(8):
        gaps = uneven(seed, 0.55, 14) + [0.55 * share] * 2
        pulse = tapped(*gaps).pulse
        assert pulse is not None
        assert abs(pulse.period - 0.55 * share) < 0.05 * 0.55 * share


def test_one_odd_tap_changes_little() -> None:
    """A single tap that comes late moves the period by less than 3%."""
    before = tapped(*[0.6] * 12).pulse
    after = tapped(*[0.6] * 12, 0.72).pulse
    assert before is not None
    assert after is not None
    assert abs(after.period - before.period) < 0.03 * before.period


def test_taps_are_foreseen_as_well_as_by_the_median_of_eight() -> None:
    """Over many uneven tappers the next tap is foreseen with no larger an error than a median of the
    last eight intervals makes, within 3%."""
    ours, median = [], []
    for seed in range(60):
        tempo, time, last = TempoListener(), 0.0, [0.0]
        for number, gap in enumerate(uneven(seed, 0.5, 24)):
            tempo.onset(time)
            if number > 9:
                past = sorted(b - a for a, b in pairwise(last[-9:]))
                ours.append(abs(tempo.beat + tempo.period - time - gap))
                median.append(abs(time + (past[3] + past[4]) / 2 - time - gap))
            time += gap
            last.append(time)
    assert sum(ours) < 1.03 * sum(median)


def test_even_taps_on_one_sound_are_the_beat() -> None:
    """Tapping at a fast pace: each tap is a beat, not each other one."""
    pulse = tapped(*uneven(1, 0.34, 20)).pulse
    assert pulse is not None
    assert abs(pulse.period - 0.34) < 0.03


def test_accents_tell_the_beat_from_the_offbeat() -> None:
    """Even short notes, every other one loud and full: the beat falls on the accents."""
    for first in (0, 1):
        listener, time = PulseListener(), 0.5
        accents = []
        for number in range(40):
            time += 0.31
            listener.advance(time)
            strong = number % 2 == first
            listener.onset(time, 95 if strong else 50, 60 + number % 5)
            if strong:
                accents.append(time)
                listener.more(90)
                listener.more(90)
        pulse = listener.pulse
        assert pulse is not None
        off = pulse.beat_at(accents[-1])
        assert abs(off - round(off)) < 0.15
        assert abs(pulse.period - 0.62) < 0.05


def test_a_beat_that_was_just_missed_forks() -> None:
    """An onset a quarter late makes a second beat that goes with it; a distant or exact one none."""
    rival = Rival(0.5, 1.0)
    fork = rival.fork(1.625)
    assert fork is not None
    assert fork.beat == 1.625
    assert 0.5 < fork.period < 0.6
    assert fork.evidence < rival.evidence
    assert rival.fork(1.51) is None
    assert rival.fork(1.75) is None


@pytest.mark.parametrize("maker", [makers.scattered, makers.tentative])
def test_playing_without_a_beat_is_not_given_one(maker: object) -> None:
    """Scattered and halting playing: in at most one case of twelve are four beats told in a row."""
    tune = [(float(n), 1.0, 60 + (5 * n) % 12) for n in range(30)]
    false = 0
    for seed in range(24):
        events = maker(tune, seed)  # type: ignore[operator]
        beats: list[Seconds] = []
        for told in outputs(events):
            if isinstance(told, HeardNoPulse):
                beats = [at for at in beats if at <= told.time]
            elif isinstance(told, HeardBeat):
                keep = [at for at in beats if at <= told.time or abs(at - told.at) >= told.period / 2]
                beats = [*keep, told.at]
        gaps = [b - a for a, b in pairwise(sorted(beats))]
        false += any(max(gaps[i : i + 3]) < 1.5 * min(gaps[i : i + 3]) for i in range(len(gaps) - 2))
    assert false <= 2


def test_trust_is_lost_when_the_beat_is() -> None:
    """After even taps, taps at random: within two dozen of them no beat is heard any more, or one that
    nobody would lean on."""
    chance = Chance(4)
    kept = 0
    for _ in range(12):
        listener = tapped(*[0.5] * 16, *(chance.between("gap", 0.25, 1.2) for _ in range(24)))
        kept += listener.pulse is not None and listener.pulse.confidence > 0.4
    assert kept <= 2


@pytest.mark.parametrize("beats", [3, 4])
def test_the_meter_is_heard_once_bars_agree(beats: int) -> None:
    """Low, full first beats: threes are told from twos and fours, with the downbeat on them; and
    nothing is said in the first bars."""
    events = waltz(14, beats)
    early, _ = heard_meter([e for e in events if e.heard < 3.0])
    assert early is None
    meter, pulse = heard_meter(events)
    assert meter is not None
    assert pulse is not None
    assert (meter.beats == 3) == (beats == 3)
    downs = [e.time for e in events if isinstance(e, NoteOn) and e.pitch == 48]
    assert min(abs(meter.downbeat - t) for t in downs) < 0.06


def test_no_meter_where_all_beats_are_alike() -> None:
    """Even taps of one sound, as unequal in force as people's, seldom group into anything."""
    found = [heard_meter(makers.taps(s, count=40, period=0.55, unevenness=0.4)) for s in range(24)]
    assert all(pulse is not None for _, pulse in found)
    assert sum(meter is not None for meter, _ in found) <= 6


def test_a_waltz_is_struck_in_threes() -> None:
    """Synchronising: its strokes are stronger on the first beats of the maker's bars than
    on the others."""
    events = waltz(24, 3, swap=1)
    downs = [e.time for e in events if isinstance(e, NoteOn) and e.pitch == 48]
    strokes = [t for t in played(events, "synchronising").partner if t.onset > 14.0]
    assert len(strokes) > 20
    strong = [t.velocity for t in strokes if min(abs(t.onset - down) for down in downs) < 0.15]
    weak = [t.velocity for t in strokes if min(abs(t.onset - down) for down in downs) >= 0.15]
    assert len(strong) > len(strokes) / 4
    assert fmean(strong) > fmean(weak) + 4
