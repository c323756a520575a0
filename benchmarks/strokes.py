"""Struck sounds whose true onsets are known, made in the run: rendered instruments and synthetic strokes.

Rendered: General MIDI through fluidsynth, dry (its reverb and chorus are off). A sample does not begin at
its note-on, so every key and force is first rendered alone, and the truth is the note-on plus the time
after which that sound first exceeds a tenth of the peak of its first 60 ms. Synthetic: noise bursts and
damped modes that begin at their very sample. A person's timing: patterns at 60-150 a minute, off by 12 ms
(SD), drifting; forces over 19 dB. A room: early reflections and exponentially decaying noise (RT60 .3-.7
s, 6 dB under the direct sound). Noise: pink, so many dB under the mean power of the 50 ms after a
stroke.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]

RATE = 48_000
BANK = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
NO_FLUIDSYNTH = (
    "Rendered instruments are left out; they need: apt-get install fluidsynth fluid-soundfont-gm."
)
FORCES = (40, 56, 72, 88, 104, 120)
DRUMS = 9
EVENTS = (0.5, 1.0, 1.0, 1.0, 1.5, 2.0)  # of a beat


@dataclass(frozen=True)
class Stroke:
    """At which second, which key of the kind (a pitch, a drum or a place to strike), how hard (1-127)."""

    at: float
    key: int
    force: int


@dataclass(frozen=True)
class Piece:
    """A sound at RATE, one channel, and the strokes in it at their true onsets."""

    kind: str
    sound: Sound
    strokes: tuple[Stroke, ...]


def rendering() -> bool:
    """Whether instruments can be rendered here."""
    return shutil.which("fluidsynth") is not None and BANK.is_file()


def played(chance: random.Random, keys: Sequence[int], seconds: float) -> list[Stroke]:
    """A person's strokes: a drifting pulse, uneven, with accents."""
    beat, now, strokes = 60 / chance.uniform(60, 150), 0.4 + chance.random() * 0.2, []
    loud = chance.choice(FORCES[1:4])
    while now < seconds - 0.8:
        force = min(FORCES, key=lambda f: abs(f - loud - chance.gauss(0, 18)))
        strokes.append(Stroke(max(0.1, now + chance.gauss(0, 0.012)), chance.choice(keys), force))
        beat *= 1 + chance.gauss(0, 0.01)
        now += beat * chance.choice(EVENTS)
    return strokes


# --- rendered ------------------------------------------------------------------------------------

INSTRUMENTS: dict[str, tuple[int, Sequence[int]]] = {
    "piano": (0, tuple(range(48, 85))),
    "marimba": (12, tuple(range(48, 85))),
    "guitar": (24, tuple(range(40, 77))),
}
KIT = {"claps (kit)": (39,), "drum kit": (36, 38, 41, 45, 50, 54)}


def midi_of(strokes: Sequence[Stroke], channel: int, program: int, lengths: Sequence[float]) -> bytes:
    """The strokes as a MIDI file of one tick a millisecond."""
    file = mido.MidiFile(type=0, ticks_per_beat=500)
    track = mido.MidiTrack([mido.Message("program_change", channel=channel, program=program)])
    timed = []
    for s, length in zip(strokes, lengths, strict=True):
        timed.append((s.at, mido.Message("note_on", channel=channel, note=s.key, velocity=s.force)))
        timed.append((s.at + length, mido.Message("note_off", channel=channel, note=s.key)))
    now = 0
    for at, message in sorted(timed, key=lambda t: t[0]):
        tick = round(at * 1000)
        track.append(message.copy(time=tick - now))
        now = tick
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def render(midi: bytes, seconds: float) -> Sound:
    """A MIDI file as dry sound."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mid"), Path(folder, "out.wav")
        source.write_bytes(midi)
        subprocess.run(
            ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.6", "-r", str(RATE),
             "-F", str(target), str(BANK), str(source)],
            check=True, capture_output=True,
        )  # fmt: skip
        with wave.open(str(target)) as file:
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    sound = np.zeros(round(seconds * RATE))
    mixed = data.mean(axis=1)[: len(sound)] / 32768
    sound[: len(mixed)] = mixed
    return sound


@cache
def delays(channel: int, program: int, keys: tuple[int, ...]) -> dict[tuple[int, int], float]:
    """How long after its note-on each key at each force first sounds, measured alone."""
    alone = [Stroke(0.2 + 1.5 * n, k, f) for n, (k, f) in enumerate((k, f) for k in keys for f in FORCES)]
    sound = render(midi_of(alone, channel, program, [0.2] * len(alone)), 1.5 * len(alone) + 1)
    found = {}
    for s in alone:
        begins = round(s.at * RATE)
        part = np.abs(sound[begins : begins + round(0.06 * RATE)])
        found[s.key, s.force] = float(np.argmax(part > 0.1 * part.max())) / RATE
    return found


def instrument(kind: str, chance: random.Random, seconds: float) -> Piece:
    """A rendered piece; melodic ones move by steps and leaps and let notes ring over."""
    drums = kind in KIT
    program, keys = (0, KIT[kind]) if drums else INSTRUMENTS[kind]
    channel = DRUMS if drums else 0
    strokes = played(chance, keys, seconds)
    if not drums:
        place, moved = len(keys) // 2, []
        for s in strokes:
            place = max(0, min(len(keys) - 1, place + chance.choice((-5, -2, -2, -1, 0, 1, 2, 2, 4))))
            moved.append(Stroke(s.at, keys[place], s.force))
        strokes = moved
    gaps = [b.at - a.at for a, b in pairwise(strokes)] + [1.0]
    lengths = [max(0.08, gap * chance.uniform(0.5, 1.1)) for gap in gaps]
    late = delays(channel, program, tuple(keys))
    sound = render(midi_of(strokes, channel, program, lengths), seconds)
    true = tuple(Stroke(round(s.at, 3) + late[s.key, s.force], s.key, s.force) for s in strokes)
    return Piece(kind, sound, true)


# --- synthetic -----------------------------------------------------------------------------------


def modes(freqs: Sequence[float], decays: Sequence[float], gains: Sequence[float], seconds: float) -> Sound:
    """Damped sines that begin at once; ``decays`` are seconds to 1/e."""
    t = np.arange(round(seconds * RATE)) / RATE
    ends = np.minimum(1.0, t / 0.0008) * np.minimum(1.0, (t[-1] - t) / (0.3 * seconds))
    parts = [
        g * np.exp(-t / d) * np.sin(2 * np.pi * f * t) for f, d, g in zip(freqs, decays, gains, strict=True)
    ]
    return np.asarray(ends * np.sum(parts, axis=0))


def burst(noise: np.random.Generator, low: float, high: float, decay: float, seconds: float) -> Sound:
    """A burst of noise in a band that begins at once."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(noise.standard_normal(count))
    freqs = np.fft.rfftfreq(count, 1 / RATE)
    shape = 1 / (1 + (low / np.maximum(freqs, 1)) ** 4) / (1 + (freqs / high) ** 4)
    return np.asarray(np.fft.irfft(spectrum * shape, count) * np.exp(-np.arange(count) / RATE / decay))


def clap(noise: np.random.Generator) -> Sound:
    """Two hands: one to three bursts within 10 ms, then a short tail."""
    sound = np.zeros(round(0.25 * RATE))
    centre = noise.uniform(900, 2200)
    for n in range(int(noise.integers(1, 4))):
        at = round(n * noise.uniform(0.003, 0.005) * RATE)
        part = burst(noise, centre * 0.6, centre * 2.2, noise.uniform(0.006, 0.025), 0.2)
        sound[at : at + len(part)] += part * noise.uniform(0.6, 1)
    return sound


def finger(noise: np.random.Generator) -> Sound:
    """A finger on a table: wood modes and a click."""
    base = noise.uniform(170, 380)
    freqs = [base, base * 1.9, base * 3.1, base * 4.7]
    wood = modes(freqs, [0.03, 0.02, 0.012, 0.008], [1, 0.6, 0.5, 0.3], 0.25)
    wood[: round(0.02 * RATE)] += burst(noise, 1500, 5000, 0.002, 0.02) * 0.8
    return wood


def foot(noise: np.random.Generator) -> Sound:
    """A foot on a floor: a low thud with a little of the shoe."""
    base = noise.uniform(55, 110)
    thud = modes([base, base * 1.7, base * 2.9], [0.07, 0.05, 0.03], [1, 0.5, 0.25], 0.4)
    thud[: round(0.03 * RATE)] += burst(noise, 300, 1500, 0.005, 0.03) * 0.25
    return thud


def frame_drum(noise: np.random.Generator) -> Sound:
    """A frame drum struck at the middle or near the rim: modes of a circular membrane."""
    base, rim = noise.uniform(85, 150), noise.uniform(0.1, 1)
    ratios = (1, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.5)
    gains = [
        1 - 0.6 * rim,
        0.1 + 0.7 * rim,
        0.5 * rim,
        0.5 - 0.5 * rim,
        0.4 * rim,
        0.3,
        0.3 * rim,
        0.3 * rim,
    ]
    drum = modes([base * r for r in ratios], [0.35 / r for r in ratios], gains, 2.0)
    drum[: round(0.02 * RATE)] += burst(noise, 800, 4000, 0.003, 0.02) * (0.2 + 0.6 * rim)
    return drum


SYNTHETIC: dict[str, Callable[[np.random.Generator], Sound]] = {
    "claps": clap,
    "finger taps": finger,
    "foot taps": foot,
    "frame drum": frame_drum,
}


def synthetic(kind: str, chance: random.Random, seconds: float) -> Piece:
    """A synthetic piece: one person, whose strokes resemble one another without being the same."""
    noise = np.random.default_rng(chance.getrandbits(32))
    strokes = played(chance, (0,), seconds)
    sound = np.zeros(round((seconds + 2) * RATE))
    true = []
    for s in strokes:
        part = SYNTHETIC[kind](noise)
        begins = round(s.at * RATE)
        gain = 0.5 * (s.force / 127) ** 2 / float(np.abs(part).max())  # 40 dB for a factor of ten
        sound[begins : begins + len(part)] += gain * part
        true.append(Stroke(begins / RATE, 0, s.force))
    return Piece(kind, sound[: round(seconds * RATE)], tuple(true))


# --- rooms ---------------------------------------------------------------------------------------


def in_a_room(piece: Piece, chance: random.Random) -> Piece:
    """The piece with early reflections and a tail."""
    noise = np.random.default_rng(chance.getrandbits(32))
    seconds = chance.uniform(0.3, 0.7)
    count = round(seconds * RATE)
    tail = noise.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    tail[: round(0.004 * RATE)] = 0
    for _ in range(6):
        tail[round(chance.uniform(0.004, 0.03) * RATE)] += chance.uniform(-12, 12)
    tail *= 0.5 / float(np.sqrt((tail**2).sum()))
    tail[0] = 1
    return Piece(piece.kind, convolved(piece.sound, tail), piece.strokes)


def convolved(sound: Sound, with_: Sound) -> Sound:
    """Their convolution, as long as the first."""
    size = 1 << (len(sound) + len(with_)).bit_length()
    product = np.fft.rfft(sound, size) * np.fft.rfft(with_, size)
    return np.asarray(np.fft.irfft(product, size)[: len(sound)])


def pink(noise: np.random.Generator, count: int) -> Sound:
    """Noise with the same power in each octave from 50 Hz, of power 1."""
    spectrum = np.fft.rfft(noise.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 50))
    sound = np.fft.irfft(spectrum, count)
    return np.asarray(sound / np.sqrt((sound**2).mean()))


def in_noise(piece: Piece, chance: random.Random, decibels: float) -> Piece:
    """The piece with noise so many dB under its strokes."""
    noise = np.random.default_rng(chance.getrandbits(32))
    begins = [round(s.at * RATE) for s in piece.strokes]
    power = np.mean([(piece.sound[b : b + RATE // 20] ** 2).mean() for b in begins])
    hiss = pink(noise, len(piece.sound)) * np.sqrt(power / 10 ** (decibels / 10))
    return Piece(piece.kind, piece.sound + hiss, piece.strokes)
