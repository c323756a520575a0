"""Transcribing: what is sung, once, in tune and in time; nothing that is to come; no storm of anything."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import strokes
from singing import Sung, sung
from undersong import UsageError
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed
from undersong.transcribing.transcriber import MOST, Transcriber

Samples = NDArray[np.float32]
RATE = 16_000
SONG: list[Sung] = [(0.4, 0.8, 57.0), (0.8, 1.2, 61.0), (1.3, 1.7, 59.0)]


def told(sound: Samples, rate: int = RATE, cuts: Sequence[int] = (), end: bool = True) -> list[Transcribed]:
    """All that is heard of a sound which comes in blocks cut at these places."""
    transcriber = Transcriber(rate)
    places = [0, *sorted(cuts), len(sound)]
    found = [each for a, b in pairwise(places) for each in transcriber.feed(sound[a:b])]
    return [*found, *transcriber.flush()] if end else found


def notes(sound: Samples, rate: int = RATE) -> list[NoteBegan]:
    return [each for each in told(sound, rate) if isinstance(each, NoteBegan)]


def announced(sound: Samples, rate: int = RATE) -> list[NoteBegan | Struck]:
    return [each for each in told(sound, rate) if isinstance(each, (NoteBegan, Struck))]


def hiss(seconds: float, level: float, seed: int = 5) -> Samples:
    """White noise of that level, dB below full scale."""
    chance = np.random.default_rng(seed)
    return (10 ** (level / 20) * chance.standard_normal(round(seconds * RATE))).astype(np.float32)


@pytest.fixture(scope="module")
def song() -> Samples:
    return sung(SONG, RATE, noise=-60.0)


@settings(max_examples=3, deadline=None)
@given(st.lists(st.integers(0, round(2.2 * RATE)), max_size=30))
def test_blocks_change_nothing(cuts: list[int]) -> None:
    """However a sound is cut into blocks, also empty ones, the same is told to the last digit."""
    sound = sung(SONG, RATE, noise=-60.0)
    assert told(sound, cuts=cuts) == told(sound)


@pytest.mark.parametrize("at", [0.47, 0.83, 0.9, 1.21, 1.36, 1.8])
def test_nothing_depends_on_what_is_to_come(song: Samples, at: float) -> None:
    """A sound cut at t has told by then all that the whole one had told by t, and nothing else."""
    known = [each for each in told(song) if each.time <= at + 1e-9]
    assert told(song[: round(at * RATE)], end=False) == known


def test_time_never_lies_before_what_it_tells(song: Samples) -> None:
    """In order of time, no moment later than it is known; a note ends after it began, before the next."""
    heard = told(song)
    assert [each.time for each in heard] == sorted(each.time for each in heard)
    sounding: NoteBegan | None = None
    for each in heard:
        if isinstance(each, PitchFrame):
            assert each.at <= each.time
        elif isinstance(each, NoteBegan):
            assert sounding is None
            assert each.onset < each.time
            sounding = each
        elif isinstance(each, NoteEnded):
            assert sounding is not None
            assert each.pitch == sounding.pitch
            assert sounding.onset < each.offset <= each.time
            sounding = None
    assert sounding is None


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_any_rate_gives_the_same_notes(rate: int) -> None:
    """The three notes, each within 50 ms, known within 80 ms (and the resampler's 2), whatever the rate."""
    found = notes(sung(SONG, rate, noise=-60.0), rate)
    assert [each.pitch for each in found] == [57, 61, 59]
    for each, (onset, _, _) in zip(found, SONG, strict=True):
        assert abs(each.onset - onset) <= 0.05
        assert each.time - onset <= 0.082


@pytest.mark.parametrize("rate", [0, 3_999, 500_000])
def test_a_rate_that_is_none_is_refused(rate: int) -> None:
    """Such a rate raises a UsageError."""
    with pytest.raises(UsageError):
        Transcriber(rate)


@pytest.mark.parametrize("pitch", [45.0, 57.0, 69.0])
@pytest.mark.parametrize(("vibrato", "most"), [(0.5, 1), (1.0, 2)])
def test_vibrato_does_not_split_a_note(pitch: float, vibrato: float, most: int) -> None:
    """Held for two seconds, swinging by half a semitone: one note. By a whole one from its first moment on:
    the first swing of eleven may be taken for a step."""
    found = notes(sung([(0.4, 2.4, pitch)], RATE, vibrato=vibrato, noise=-60.0))
    assert 1 <= len(found) <= most
    assert all(abs(each.pitch - pitch) <= 1 for each in found)


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_a_note_begun_again_is_another(gap: float) -> None:
    """The same pitch four times, apart or touching with a dip: four notes, at their moments."""
    sings = [(0.4 + 0.4 * n, 0.8 + 0.4 * n - gap, 60.0) for n in range(4)]
    found = notes(sung(sings, RATE, noise=-60.0))
    assert [each.pitch for each in found] == [60] * 4
    for each, (onset, _, _) in zip(found, sings, strict=True):
        assert abs(each.onset - onset) <= 0.05


@pytest.mark.parametrize(
    ("pitch", "size"), [(39.5, 1.0), (45.0, 1.0), (60.0, 1.18), (76.0, 1.35), (83.2, 1.35)]
)
def test_the_octave_is_right_low_and_high(pitch: float, size: float) -> None:
    """Voices from 80 Hz to 1 kHz: the note is told at its own octave, and so is nearly every frame."""
    sound = sung([(0.4, 1.4, pitch)], RATE, size=size, noise=-60.0)
    assert [abs(each.pitch - pitch) <= 0.6 for each in notes(sound)] == [True]
    inside = [e for e in told(sound) if isinstance(e, PitchFrame) and 0.5 < e.at < 1.3]
    right = [e for e in inside if e.hz and abs(69 + 12 * np.log2(e.hz / 440) - pitch) < 0.5]
    assert len(right) >= 0.97 * len(inside)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(3 * RATE, np.float32),
        np.full(3 * RATE, 0.4, np.float32),
        np.full(3 * RATE, np.nan, np.float32),
        hiss(3, -70.0),
        0.4 + hiss(3, -70.0),
    ],
    ids=["silence", "a constant", "no numbers", "a quiet room", "a constant in a quiet room"],
)
def test_nothing_is_heard_in_nothing(sound: Samples) -> None:
    """Silence, a constant, what is no number, a room: no note, no stroke, and no voice."""
    heard = told(sound)
    assert [each for each in heard if not isinstance(each, PitchFrame)] == []
    assert not any(each.confidence >= 0.5 for each in heard if isinstance(each, PitchFrame))


@pytest.mark.parametrize("level", [-45.0, -25.0, -10.0, 6.0])
def test_noise_is_hardly_a_song(level: float) -> None:
    """Five seconds of noise, soft to clipped: no more than one note or stroke."""
    assert len(announced(np.clip(hiss(5, level), -1, 1))) <= 1


@pytest.mark.parametrize("gain", [4.0, 20.0])
def test_a_clipped_voice_is_heard(song: Samples, gain: float) -> None:
    """Far too loud for the microphone: the same three pitches, nothing struck."""
    found = announced(np.clip(gain * song, -1, 1))
    assert [each.pitch for each in found if isinstance(each, NoteBegan)] == [57, 61, 59]
    assert len(found) == 3


@pytest.mark.parametrize(("level", "room"), [(-40.0, -70.0), (-50.0, -80.0)])
def test_a_quiet_microphone_still_hears(level: float, room: float) -> None:
    """Singing at -40 dB over a room at -70, and 10 dB below that: each note, at its pitch."""
    sings = [(on + 1.0, off + 1.0, pitch) for on, off, pitch in SONG]
    assert [each.pitch for each in notes(sung(sings, RATE, level=level, noise=room))] == [57, 61, 59]


def storm(kind: str) -> Samples:
    """Three seconds of a voice that changes far faster than anybody sings."""
    chance = np.random.default_rng(11)
    time = np.arange(3 * RATE) / RATE
    steps = chance.uniform(45, 75, 150)
    midi = steps[(time * {"leaps": 50, "jumps": 20, "flutter": 14}[kind]).astype(int)]
    if kind == "flutter":
        midi = 60 + 6 * np.sign(np.sin(2 * np.pi * 14 * time))
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((midi - 69) / 12)) / RATE
    return (0.1 * sum(np.sin(n * phase) / n for n in range(1, 8))).astype(np.float32)


@pytest.mark.parametrize("kind", ["leaps", "jumps", "flutter"])
def test_there_is_never_a_storm(kind: str) -> None:
    """Whatever comes, never more notes in any second than somebody could sing."""
    times = [each.time for each in notes(storm(kind))]
    assert all(late - early >= 1.0 for early, late in zip(times, times[MOST:], strict=False))


def test_two_at_once_are_no_storm() -> None:
    """Two who sing different tunes together: not many more notes than both sang."""
    low: list[Sung] = [(0.4 + 0.5 * n, 0.85 + 0.5 * n, 48.0 + (0, 4, 7, 5)[n % 4]) for n in range(8)]
    high: list[Sung] = [(0.55 + 0.7 * n, 1.2 + 0.7 * n, 67.0 - (0, 2, 5, 3)[n % 4]) for n in range(6)]
    voices = [sung(low, RATE), sung(high, RATE, size=1.18, seed=1)]
    length = min(len(each) for each in voices)
    found = announced(voices[0][:length] + voices[1][:length] + hiss(length / RATE, -60.0)[:length])
    assert 6 <= len(found) <= 1.4 * (len(low) + len(high))


def test_hands_are_strokes_and_singing_is_not(song: Samples) -> None:
    """Claps: each one stroke, within 25 ms, known within 80 ms, and no note. Sung notes: no stroke."""
    sound = hiss(4, -70.0).astype(np.float64)
    claps = [0.5 + 0.4 * n for n in range(8)]
    for n, at in enumerate(claps):
        part = strokes.clap(np.random.default_rng(n))[:: strokes.RATE // RATE]
        begins = round(at * RATE)
        sound[begins : begins + len(part)] += 0.3 * part / np.abs(part).max()
    found = announced(sound.astype(np.float32))
    assert len(found) == len(claps)
    for each, at in zip(found, claps, strict=True):
        assert isinstance(each, Struck)
        assert abs(each.onset - at) <= 0.025
        assert each.time - at <= 0.082
    assert not any(isinstance(each, Struck) for each in announced(song))


def test_louder_singing_has_more_velocity() -> None:
    """Velocity grows with the level of the voice."""
    velocities = [notes(sung(SONG, RATE, level=level))[0].velocity for level in (-40.0, -28.0, -16.0)]
    assert velocities == sorted(set(velocities))


def test_what_the_gate_refuses_is_not_told(song: Samples) -> None:
    """The gate is asked of every note with its level; a note it refuses has no end, the others stay."""
    asked: list[tuple[int, float]] = []

    def gate(heard: NoteBegan | Struck, level: float) -> bool:
        assert isinstance(heard, NoteBegan)
        asked.append((heard.pitch, level))
        return heard.pitch != 61

    transcriber = Transcriber(RATE, gate=gate)
    heard = [*transcriber.feed(song), *transcriber.flush()]
    assert [pitch for pitch, _ in asked] == [57, 61, 59]
    assert all(-35 < level < -15 for _, level in asked)
    assert [each.pitch for each in heard if isinstance(each, NoteBegan)] == [57, 59]
    assert [each.pitch for each in heard if isinstance(each, NoteEnded)] == [57, 59]
