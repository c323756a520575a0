"""Onsets: every stroke once, near its very moment, soon; nothing where nothing begins."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import strokes
from singing import sung
from undersong.transcribing.onsets import RATE, Onset, Onsets

Samples = NDArray[np.float32]
STEP = strokes.RATE // RATE


def lowered(sound: NDArray[np.float64]) -> Samples:
    """From the rate of the strokes to that of the onsets, nothing folded over."""
    count = len(sound) // STEP * STEP
    spectrum = np.fft.rfft(sound[:count])[: count // STEP // 2 + 1]
    spectrum[round(7600 * count / strokes.RATE) :] = 0
    found: Samples = (np.fft.irfft(spectrum, count // STEP) / STEP).astype(np.float32)
    return found


def piece(kind: str, seed: int = 0, seconds: float = 10.0) -> strokes.Piece:
    return strokes.synthetic(kind, Random(f"test {kind} {seed}"), seconds)


def heard(sound: Samples, *cuts: int) -> list[Onset]:
    """What is heard of a sound that comes in blocks cut at these places."""
    onsets = Onsets()
    places = [0, *sorted(cuts), len(sound)]
    return [onset for a, b in pairwise(places) for onset in onsets.feed(sound[a:b])]


def alone(kind: str, *strokes_: tuple[float, float], seconds: float = 2.0, noise: float = 1e-5) -> Samples:
    """Strokes at (second, gain) in a quiet room."""
    sound = noise * np.random.default_rng(3).standard_normal(round(seconds * strokes.RATE))
    for at, gain in strokes_:
        part = strokes.SYNTHETIC[kind](np.random.default_rng(1))
        part *= gain / np.abs(part).max()
        begins = round(at * strokes.RATE)
        part = part[: len(sound) - begins]
        sound[begins : begins + len(part)] += part
    return lowered(sound)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3 * RATE), max_size=40))
def test_blocks_change_nothing(cuts: list[int]) -> None:
    """However a sound is cut into blocks, also empty ones, the same is heard at the same times."""
    sound = lowered(strokes.in_noise(piece("claps", seconds=3.0), Random(1), 20).sound)
    assert heard(sound, *cuts) == heard(sound)
    assert len(heard(sound)) >= 2


@pytest.mark.parametrize("kind", strokes.SYNTHETIC)
def test_nothing_depends_on_what_is_to_come(kind: str) -> None:
    """A sound cut at t gives what the whole one had made known by t, all of it and nothing else."""
    sound = lowered(piece(kind, seconds=2.5).sound)
    whole = heard(sound)
    for at in (0.5, *(o.time for o in whole), *(o.time - 0.001 for o in whole)):
        known = [o for o in whole if o.time <= at + 1e-9]
        assert heard(sound[: round(at * RATE)]) == known


@pytest.mark.parametrize("room", [False, True])
@pytest.mark.parametrize("kind", strokes.SYNTHETIC)
def test_every_stroke_is_heard_once_and_soon(kind: str, room: bool) -> None:
    """Claps, fingers, feet and frame drums, dry and in a room: F at least .97 within 25 ms, known
    within 35 ms, most within 25."""
    right, told, true = 0, 0, 0
    lateness: list[float] = []
    for seed in range(3):
        played = piece(kind, seed)
        if room:
            played = strokes.in_a_room(played, Random(seed))
        found = heard(lowered(played.sound))
        onsets = np.array([o.at for o in found])
        right += sum(bool((np.abs(onsets - s.at) <= 0.025).any()) for s in played.strokes)
        told += len(found)
        true += len(played.strokes)
        lateness += [o.time - o.at for o in found]
    assert 2 * right / (told + true) >= 0.97
    assert max(lateness) <= 0.035
    assert np.median(lateness) <= 0.025


@pytest.mark.parametrize("kind", strokes.SYNTHETIC)
def test_a_soft_stroke_after_a_loud_one_is_heard(kind: str) -> None:
    """A tenth of the force's amplitude, 400 ms later: heard, and with less velocity."""
    loud, soft = heard(alone(kind, (0.5, 0.5), (0.9, 0.05)))
    assert abs(loud.at - 0.5) <= 0.025
    assert abs(soft.at - 0.9) <= 0.025
    assert soft.velocity < 0.5 * loud.velocity


@pytest.mark.parametrize("gain", [0.9, 0.1, 0.01])
@pytest.mark.parametrize("kind", strokes.SYNTHETIC)
def test_one_stroke_is_one_onset_whatever_its_tail(kind: str, gain: float) -> None:
    """Loud or soft, decaying in a room: one onset, and none in its decay."""
    dry = strokes.Piece(kind, np.zeros(3 * strokes.RATE), ())
    part = strokes.SYNTHETIC[kind](np.random.default_rng(2))
    dry.sound[24_000 : 24_000 + len(part)] = gain * part / np.abs(part).max()
    assert [round(o.at, 1) for o in heard(lowered(strokes.in_a_room(dry, Random(4)).sound))] == [0.5]


def test_a_foot_is_low_and_a_clap_is_high() -> None:
    """The register tells a foot, a big drum from hands and clicks."""
    for kind, register in (("foot taps", "low"), ("frame drum", "low"), ("claps", "high")):
        found = heard(lowered(piece(kind).sound))
        assert sum(o.register == register for o in found) >= 0.9 * len(found)


def test_a_stronger_stroke_has_more_velocity() -> None:
    """Velocity grows with the stroke over 40 dB, and a factor of ten in amplitude is 20 dB of level."""
    found = [heard(alone("claps", (0.5, gain)))[0] for gain in (0.009, 0.03, 0.09, 0.3, 0.9)]
    velocities = [o.velocity for o in found]
    assert velocities == sorted(set(velocities))
    assert found[-1].level - found[0].level == pytest.approx(40, abs=1)


def test_an_even_sound_has_no_onsets() -> None:
    """A held tone, one with vibrato, slow glides, pulses of a low voice, noise soft and loud, clipped
    noise, a constant: nothing is heard but the beginning."""
    noise = np.random.default_rng(7)
    time = np.arange(8 * RATE) / RATE
    bend = 6.0 / 5.5 * 220 * 0.06 * np.sin(2 * np.pi * 5.5 * time)
    hiss = noise.standard_normal(len(time))
    for sound in (
        0.2 * np.sin(2 * np.pi * 220 * time),
        0.2 * np.sin(2 * np.pi * 220 * time + bend),
        0.2 * np.sin(2 * np.pi * np.cumsum(200 + 100 * np.sin(2 * np.pi * 0.7 * time)) / RATE),
        np.where(np.arange(len(time)) % 200 == 0, 0.3, 0.0),
        0.001 * hiss,
        0.1 * hiss,
        np.clip(3 * hiss, -1, 1),
        np.full(len(time), 0.3),
        np.zeros(len(time)),
    ):
        found = heard(sound.astype(np.float32))
        assert [o for o in found if o.at > 0.1] == []
        assert len(found) <= 1


def test_a_room_that_was_there_is_not_a_stroke_but_a_clap_at_once_is() -> None:
    """Sound that is there from the first sample is taken for a room, unless it is as loud as a stroke."""
    noise = 0.003 * np.random.default_rng(7).standard_normal(RATE).astype(np.float32)
    assert heard(noise) == []
    first = heard(alone("claps", (0.0, 0.6)))
    assert [round(o.at, 2) for o in first] == [0.0]


def test_a_held_voice_gives_no_more_onsets_than_notes() -> None:
    """Sung notes with vibrato: an onset where a note begins at most, none within one."""
    notes = [(0.5, 2.0, 50.0), (2.1, 3.9, 57.0), (4.0, 6.0, 62.0)]
    found = heard(sung(notes, RATE, vibrato=0.8, noise=-60.0))
    for onset in found:
        assert min(abs(onset.at - on) for on, _, _ in notes) <= 0.06
    assert len(found) <= len(notes)


def test_noise_of_a_room_is_learned() -> None:
    """Strokes 25 dB over a room's noise are heard, and nothing else, however loud the recording."""
    for gain in (0.02, 1.0):
        played = strokes.in_noise(piece("finger taps", 5), Random(5), 25)
        found = heard(lowered(gain * played.sound))
        assert len(found) <= len(played.strokes)
        assert sum(min(abs(o.at - s.at) for s in played.strokes) <= 0.025 for o in found) == len(found)
        assert len(found) >= 0.9 * len(played.strokes)
