"""The playing state where it is easily mistaken, and where the playing is going."""

import pytest

from undersong.events import Input, NoteOn, Tap
from undersong.listening.impression import Part
from undersong.listening.listener import Listener
from undersong.testing import makers
from undersong.testing.makers import MAKER, Stage


def heard(events: list[Input]) -> Part:
    """The part at the last event."""
    listener = Listener()
    for event in events:
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            listener.advance(wake)
        listener.hear(event)
    return listener.impression(events[-1].heard).makers[MAKER]


def two_hands(far: int) -> list[Input]:
    """A tune in uneven time; under every other note one of two low notes, ``far`` semitones below."""
    stage, time = Stage(), 0.5
    for index in range(40):
        pitch = (64, 65, 67, 65, 64, 62)[index % 6]
        step = (0.42, 0.71, 0.33, 0.55, 0.62, 0.37, 0.49)[index % 7]
        stage.note(time, 0.9 * step, pitch, 66)
        if index % 2 == 0:
            stage.note(time + 0.45 * step, 0.4 * step, 64 - far + 2 * (index // 2 % 2), 60)
        time += step
    return stage.events()


def test_two_hands_far_apart_are_no_leaps() -> None:
    """A low hand under a tune, both going by step, is not heard as scattered."""
    assert heard(two_hands(24)).playing.name == "flowing"


def test_wide_leaps_are_still_scattered() -> None:
    """Leaps in all registers at changing distances are scattered, as before."""
    pitches = [60, 77, 52, 84, 63, 48, 71, 89, 55, 80, 66, 50, 75, 58, 86, 69]
    stage, time = Stage(), 0.5
    for index, pitch in enumerate(pitches):
        stage.note(time, 0.2, pitch, 66)
        time += (0.35, 1.02, 0.51, 0.23, 0.84, 0.41, 0.19, 1.1, 0.62, 0.3, 0.97)[index % 11]
    assert heard(stage.events()).playing.name == "scattered"


def test_even_taps_flow() -> None:
    """Taps that keep a beat are a beat, not a figure that comes back; a rhythm of taps is one."""
    assert heard(makers.taps(3)).playing.name == "flowing"
    times = [0.5 + 0.9 * (n // 2) + (0.6 if n % 2 else 0.0) for n in range(30)]
    assert heard([Tap(t, t, MAKER, 64) for t in times]).playing.name == "insistent"


def notes(pitches: list[int], velocities: list[int], step: float = 0.5) -> list[Input]:
    """Notes at even distances."""
    stage = Stage()
    for index, (pitch, velocity) in enumerate(zip(pitches, velocities, strict=True)):
        stage.note(0.5 + step * index, 0.8 * step, pitch, velocity)
    return stage.events()


def test_what_comes_back_is_not_new() -> None:
    """A loop has little novelty; a tune that never repeats a shape is all new."""
    loop = heard(notes([60, 64, 67, 64] * 8, [64] * 32)).trend.novelty
    fresh = heard(notes([60, 61, 63, 66, 70, 69, 65, 72, 74, 71, 75, 62, 68], [64] * 13)).trend.novelty
    assert loop == 0.0
    assert fresh == 1.0


@pytest.mark.parametrize("sign", [1, -1])
def test_growing_and_shrinking(sign: int) -> None:
    """Wider and louder than before, or narrower and softer: the trend tells which."""
    small, large = [60, 62, 64, 62] * 4, [52, 64, 76, 67] * 4
    pitches = small + large if sign > 0 else large + small
    velocities = [40] * 16 + [90] * 16 if sign > 0 else [90] * 16 + [40] * 16
    trend = heard(notes(pitches, velocities)).trend
    assert trend.widening is not None
    assert trend.louder is not None
    assert sign * trend.widening > 12
    assert sign * trend.louder > 6
    assert trend.denser == pytest.approx(1.0, abs=0.1)


def test_little_to_compare_with_says_little() -> None:
    """After three notes nothing is claimed of the way it goes."""
    events = notes([60, 62, 64], [64] * 3)
    assert isinstance(events[0], NoteOn)
    trend = heard(events).trend
    assert (trend.novelty, trend.widening, trend.denser, trend.louder) == (None, None, None, None)
