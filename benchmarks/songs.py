"""Singing whose pitch and notes are known exactly, made in the run; and sounds that are no notes.

Two makes. *Spoken*: syllables of espeak-ng (Debian) are taken apart by WORLD into a throat and its breath,
held as long as a note lasts, and put together again over a pitch curve of our own. *Built*: a pulse of air
through formants. Both sing the same kind of made-up tune: uneven, a little out of tune, with glides,
scoops from below, vibrato, breaths and slurs.

Truth. Voiced: where the curve drives the voice and it is not more than 25 dB under its note. A note's
onset: after silence or a voiceless consonant, the first voiced instant (a voiced consonant lasts 50 ms at
most, and counts); from note to note without one, the beginning of the vowel, which is the middle of the
glide. Its offset: the last voiced instant before the next onset. Its pitch: the one the singer meant, out
of tune as she is.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEP = 0.005  # seconds between points of every curve
MADE_AT = 22_050  # Hz, what espeak-ng speaks at


@dataclass(frozen=True)
class Song:
    """A sound, and what is true of it: ``hz`` every 5 ms (0: unvoiced), notes (onset, offset, MIDI)."""

    name: str
    kind: str
    rate: int
    samples: NDArray[np.float32]
    hz: Array
    notes: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Voice:
    """Who sings: espeak-ng's voice (None: built), range in MIDI, the throat's size, its breath 0-1."""

    kind: str
    speaker: str | None
    low: int
    high: int
    size: float = 1.0
    breath: float = 0.0
    rate: int = 44_100
    hum: bool = False


VOICES = (
    Voice("man", "en-us+m3", 43, 62, rate=48_000),
    Voice("woman", "en-us+f2", 56, 76),
    Voice("child", "en-us+f5", 60, 77, size=1.25, rate=48_000),
    Voice("whispery", "en-us+f2", 55, 72, breath=0.45),
    Voice("hum", "en-us+m1", 45, 65, hum=True, rate=16_000),
    Voice("telephone", "en-us+m3", 47, 66, rate=8_000),
    Voice("built low", None, 40, 60, rate=48_000),
    Voice("built high", None, 62, 84, size=1.2, breath=0.1),
)
VOICELESS = {"t": 1, "s": 1, "h": 1, "k": 1, "S": 1, "p": 1}
CONSONANT = 10  # steps, 50 ms: what a voiced consonant lasts at most
OPEN_FROM = 71  # MIDI: from here on singers open their mouths, or nothing would be heard of them
SYLLABLES = ("lA:", "nA:", "mA:", "dA:", "ti:", "sA:", "hu:", "lu:", "nO:", "kA:", "So:", "bA:", "jA:")


def missing() -> str | None:
    """Why the spoken voices cannot be made here, in a sentence, or None."""
    if shutil.which("espeak-ng") is None:
        return "No spoken voices: the Debian package espeak-ng is not installed."
    try:
        import pyworld  # noqa: F401
    except ImportError:
        return "No spoken voices: pyworld is missing (pip install -e '.[bench]')."
    return None


# --- the tune -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meant:
    """One note as the singer means it; ``slur``: the vowel goes on from the note before."""

    on: float
    off: float
    midi: float
    syllable: str
    loud: float  # dB
    vibrato: float  # semitones to either side
    speed: float  # of the vibrato, Hz
    scoop: float  # semitones under the note that it begins at
    touches: bool  # the note before reaches up to it
    slur: bool
    breath: bool  # a breath is taken before it


def tune(voice: Voice, chance: np.random.Generator, seconds: float) -> list[Meant]:
    """A wandering tune in a major key, in phrases, as an untrained person sings it."""
    tonic = int(chance.integers(voice.low, voice.low + 7))
    steps = [tonic + s + 12 * o for o in (-1, 0, 1, 2) for s in (0, 2, 4, 5, 7, 9, 11)]
    scale = [s for s in steps if voice.low <= s <= voice.high]
    place = len(scale) // 2
    tuning = chance.normal(0, 0.15)
    beat = 60 / chance.uniform(66, 132)
    singer = chance.choice([0.0, 0.0, 0.3, 0.6, 0.95])
    notes: list[Meant] = []
    at, left = 0.6, int(chance.integers(4, 9))
    before: Meant | None = None
    while at < seconds - 0.8:
        if chance.random() > 0.18 or before is None:
            place = int(np.clip(place + chance.choice([-3, -2, -1, -1, 1, 1, 2, 3, 4]), 0, len(scale) - 1))
        long = beat * chance.choice([0.5, 0.5, 1, 1, 1, 1.5, 2])
        long = max(0.16, long * chance.normal(1, 0.06))
        last = left == 1
        touches = before is not None and abs(before.off - at) < 1e-9
        midi = scale[place] + tuning + chance.normal(0, 0.1)
        slur = touches and before is not None and abs(before.midi - midi) > 0.7 and chance.random() < 0.25
        joined = not last and chance.random() < 0.7
        syllable = str(chance.choice([s for s in SYLLABLES if midi < OPEN_FROM or s.endswith("A:")]))
        off = at + (long if joined else max(0.12, long * chance.uniform(0.6, 0.9)))
        note = Meant(
            at,
            off,
            midi,
            before.syllable if slur and before else syllable,
            float(np.clip(chance.normal(0, 3), -8, 6)),
            float(singer) if long > 0.45 else 0.0,
            float(chance.uniform(5, 7)),
            0.0 if touches or chance.random() < 0.6 else float(chance.uniform(0.3, 2.0)),
            touches,
            slur,
            not touches and (before is None or at - before.off > 0.35),
        )
        notes.append(note)
        before = note
        at += long
        left -= 1
        if left == 0:
            at += beat * float(chance.choice([1, 1.5, 2]))
            left = int(chance.integers(4, 9))
    return notes


def curve(notes: list[Meant], count: int, chance: np.random.Generator) -> Array:
    """The pitch in MIDI at each step: glides with a note's onset in their middle, scoops, vibrato."""
    time = np.arange(count) * STEP
    pitch = np.full(count, notes[0].midi)
    for n, note in enumerate(notes):
        until = notes[n + 1].on if n + 1 < len(notes) else count * STEP
        here = (time >= note.on - 1e-9) & (time < until - 1e-9)
        since = time[here] - note.on
        swing = note.vibrato * np.clip((since - 0.2) / 0.2, 0, 1) * np.sin(2 * np.pi * note.speed * since)
        pitch[here] = note.midi + swing - note.scoop * np.exp(-since / 0.045)
    for after in notes[1:]:
        if after.touches:
            glide = float(chance.uniform(0.03, 0.14)) if after.slur else float(chance.uniform(0.02, 0.09))
            moving = (time >= after.on - glide / 2) & (time < after.on + glide / 2)
            if moving.any():
                ends = pitch[moving][0], pitch[moving][-1]
                share = (time[moving] - after.on + glide / 2) / glide
                pitch[moving] = ends[0] + (ends[1] - ends[0]) * (1 - np.cos(np.pi * share)) / 2
    drift = np.cumsum(chance.normal(0, 0.012, count))
    drift -= np.convolve(drift, np.ones(101) / 101, "same")
    return pitch + drift + chance.normal(0, 0.02, count)


# --- spoken: espeak-ng through WORLD --------------------------------------------------------------


@cache
def spoken(speaker: str, syllable: str) -> tuple[Array, Array, int, int, int]:
    """Spectrum and breath of a syllable every 5 ms, and where its voicing, its vowel and its end lie."""
    import pyworld

    command = ["espeak-ng", "-v", speaker, "-s", "120", "--stdout", f"[[{syllable}]]"]
    said = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(said)) as file:
        raw = np.frombuffer(said[44:], "<i2")[: file.getnframes()] / 32768
        assert file.getframerate() == MADE_AT
    lowest = 120.0 if "+f" in speaker else 60.0
    f0, time = pyworld.harvest(raw, MADE_AT, lowest, 400.0)
    throat = pyworld.cheaptrick(raw, f0, time, MADE_AT)
    breath = pyworld.d4c(raw, f0, time, MADE_AT)
    whole = 10 * np.log10(throat.sum(axis=1) + 1e-12)
    under = 10 * np.log10(throat[:, : int(1000 / MADE_AT * 2 * throat.shape[1])].sum(axis=1) + 1e-12)
    peak = int(np.argmax(whole))
    begins = int(np.argmax(whole > whole[peak] - 20))
    after = np.flatnonzero(whole[peak:] < whole[peak] - 9)
    ends = peak + int(after[0]) if len(after) else len(whole)
    vowel = int(np.argmax(under > under[peak] - 6))
    voiced = int(np.argmax(under > under[peak] - 12)) if syllable[0] in VOICELESS else begins
    vowel = max(vowel, voiced)
    kept = np.arange(begins, ends)
    if vowel - voiced > CONSONANT:  # voiced consonants are sung shorter than they are spoken
        inside = np.linspace(voiced, vowel, CONSONANT, endpoint=False).astype(int)
        kept = np.concatenate([np.arange(begins, voiced), inside, np.arange(vowel, ends)])
        vowel, peak = voiced + CONSONANT, peak - (vowel - voiced - CONSONANT)
    return throat[kept], breath[kept], voiced - begins, vowel - begins, peak - begins


def spoken_voice(
    voice: Voice, notes: list[Meant], pitch: Array, chance: np.random.Generator
) -> tuple[Array, Array]:
    """The tune sung with spoken syllables: samples at 22.05 kHz, and Hz every 5 ms (0 where unvoiced)."""
    import pyworld

    assert voice.speaker is not None
    count = len(pitch)
    bins = spoken(voice.speaker, "lA:")[0].shape[1]
    throat, breath = np.full((count, bins), 1e-12), np.ones((count, bins))
    voiced = np.zeros(count, bool)
    for n, note in enumerate(notes):
        source, air, voicing, vowel, peak = spoken(voice.speaker, "mA:" if voice.hum else note.syllable)
        on, off = round(note.on / STEP), round(note.off / STEP)
        hold = (voicing + vowel) // 2 if voice.hum else peak + (len(source) - peak) // 3
        start = vowel if note.touches and not voice.hum else voicing
        first = on if note.slur or voice.hum else max(0, on - start)  # where its consonant begins
        if not (note.slur or voice.hum) and note.touches and note.syllable[0] in VOICELESS:
            first, start = max(0, on - voicing), voicing
            voiced[first:on] = False
        frames = np.arange(first, off)
        since = frames - first + (hold if note.slur or voice.hum else 0)
        tremble = np.abs((since - hold) % 24 - 12)  # to and fro in the held part: no loop is heard
        index = np.where(since <= hold, since, np.minimum(hold + tremble // 3, len(source) - 1)).astype(int)
        after = notes[n + 1] if n + 1 < len(notes) else None
        shape = np.full(len(frames), note.loud - 10 * np.log10(source[peak].sum()))
        since_on = (frames - on) * STEP
        if not note.touches:
            shape += np.clip(since_on / 0.02, -1, 0) * 6
        if voice.hum:  # lips closed: a re-begun note dips
            shape -= 14 * np.exp(-np.abs(since_on) / 0.025) if note.touches and not note.slur else 0
        if after is None or not after.touches:
            shape -= 40 * np.clip(1 - (off - frames) * STEP / 0.07, 0, 1)
        throat[frames] = source[index] * 10 ** (shape / 10)[:, None]
        breath[frames] = 1 - (1 - air[index]) * (1 - voice.breath)
        heard = (frames >= (on if start == voicing else first)) & (shape > shape.max() - 25)
        voiced[frames] = heard
        if start == voicing:
            breath[frames[frames < on]] = 1.0
    if voice.size != 1.0:
        grid = np.arange(bins)
        for n in range(count):
            throat[n] = np.interp(grid / voice.size, grid, throat[n])
    hz = np.where(voiced, 440 * 2 ** ((pitch - 69) / 12), 0.0)
    return pyworld.synthesize(hz, throat, breath, MADE_AT, STEP * 1000), hz


# --- built: a pulse of air through formants -------------------------------------------------------

OPEN = ((0.0, 0.0), (650, 80), (1080, 90), (2650, 120), (2900, 130), (3250, 140))  # Hz, width: an "a"


def built_voice(
    voice: Voice, notes: list[Meant], pitch: Array, chance: np.random.Generator
) -> tuple[Array, Array]:
    """The tune sung by a pulse that rises slowly and falls fast, jittered, through five resonances."""
    from scipy.signal import lfilter

    count = len(pitch)
    loud = np.full(count, -80.0)
    noise = np.full(count, -80.0)
    time = np.arange(count) * STEP
    for n, note in enumerate(notes):
        after = notes[n + 1] if n + 1 < len(notes) else None
        here = (time >= note.on - 1e-9) & (time < note.off - 1e-9)
        since = time[here] - note.on
        shape = np.full(since.shape, note.loud)
        if not note.slur:
            shape -= 25 * np.exp(-since / 0.012)
        if after is None or not after.touches:
            shape -= 40 * np.clip(1 - (note.off - time[here]) / 0.06, 0, 1)
        elif not after.slur:
            shape -= 18 * np.exp(-(note.off - time[here]) / 0.015)
        loud[here] = shape
        if note.syllable[0] in VOICELESS and not note.slur:
            hiss = (time >= note.on - 0.07) & (time < note.on)
            loud[hiss], noise[hiss] = -80.0, note.loud - 22
    grid = np.arange(int(count * STEP * MADE_AT)) / MADE_AT
    hz = 440 * 2 ** ((np.interp(grid, time, pitch) - 69) / 12)
    phase = np.cumsum(hz * (1 + 0.004 * chance.standard_normal(len(grid)))) / MADE_AT % 1.0
    flow = np.where(
        phase < 0.45,
        np.sin(np.pi * phase / 0.9) ** 2,
        np.where(phase < 0.6, np.cos(np.pi * (phase - 0.45) / 0.3), 0.0),
    )
    air = chance.standard_normal(len(grid))
    pulse = np.diff(flow, prepend=0.0) * MADE_AT / hz * 0.2 + (0.01 + 0.2 * voice.breath) * air * flow
    sound = pulse * 10 ** (np.interp(grid, time, loud) / 20)
    for centre, width in OPEN[1:]:
        radius = np.exp(-np.pi * width * voice.size / MADE_AT)
        angle = 2 * np.pi * min(centre * voice.size, 0.46 * MADE_AT) / MADE_AT
        poles = [1.0, -2 * radius * np.cos(angle), radius**2]
        sound = lfilter([sum(poles)], poles, sound)
    hiss = np.diff(air, prepend=0.0) * 10 ** (np.interp(grid, time, noise) / 20)
    peaks = np.array([max((n.loud for n in notes if n.on <= t < n.off), default=0.0) for t in time])
    voiced = loud > peaks - 25
    scale = np.sqrt(np.mean(np.square(sound[np.abs(sound) > 1e-6]))) + 1e-12
    return sound / scale + hiss, np.where(voiced, 440 * 2 ** ((pitch - 69) / 12), 0.0)


# --- the room -------------------------------------------------------------------------------------


def colour(count: int, chance: np.random.Generator, slope: float = 1.0) -> Array:
    """Noise whose power falls with frequency (slope 1: pink), of unit power."""
    spectrum = np.fft.rfft(chance.standard_normal(count))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1 + count // 800) ** (slope / 2)
    sound = np.fft.irfft(spectrum, count)
    power: Array = sound / np.sqrt(np.mean(np.square(sound)))
    return power


def breaths(notes: list[Meant], count: int, rate: int, chance: np.random.Generator) -> Array:
    """Breaths drawn in before phrases: noise around 1-4 kHz that swells and stops."""
    from scipy.signal import butter, sosfilt

    out = np.zeros(count)
    around = butter(2, [700, min(4000, 0.45 * rate)], "band", fs=rate, output="sos")
    for note in notes:
        if note.breath:
            long = float(chance.uniform(0.18, 0.35))
            stop = round((note.on - chance.uniform(0.08, 0.14)) * rate)
            start = max(0, stop - round(long * rate))
            swell = np.sin(np.pi * np.linspace(0, 1, stop - start)) ** 1.5
            air = sosfilt(around, chance.standard_normal(stop - start))
            out[start:stop] += air * swell * 10 ** (chance.uniform(-24, -12) / 20) * 2
    return out


def song(voice: Voice, seed: int, seconds: float = 9.0, snr: float | None = None) -> Song:
    """One tune of one voice. ``snr``: dB of the sung parts over the room; None draws 15 or 35."""
    from scipy.signal import resample_poly

    chance = np.random.default_rng([seed, *voice.kind.encode()])
    notes = tune(voice, chance, seconds)
    count = round((notes[-1].off + 0.8) / STEP)
    pitch = curve(notes, count, chance)
    make = built_voice if voice.speaker is None else spoken_voice
    sound, hz = make(voice, notes, pitch, chance)
    sound = resample_poly(sound, voice.rate // 50, MADE_AT // 50)
    sung = np.repeat(hz > 0, round(STEP * voice.rate))[: len(sound)]
    power = np.mean(np.square(sound[: len(sung)][sung]))
    sound /= np.sqrt(power)
    sound += breaths(notes, len(sound), voice.rate, chance)
    over = float(chance.choice([15.0, 35.0])) if snr is None else snr
    sound += colour(len(sound), chance) * 10 ** (-over / 20)
    sound *= 10 ** (chance.uniform(-28, -16) / 20)
    truth = []
    for n, note in enumerate(notes):
        until = notes[n + 1].on if n + 1 < len(notes) else count * STEP
        inside = np.flatnonzero(hz[round(note.on / STEP) : round(min(note.off, until) / STEP)])
        if len(inside):
            truth.append((note.on, note.on + (inside[-1] + 1) * STEP, note.midi))
    samples = np.clip(sound, -1, 1).astype(np.float32)
    return Song(f"{voice.kind} {seed}", voice.kind, voice.rate, samples, hz, tuple(truth))


def songs(each: int, first_seed: int, seconds: float = 9.0) -> list[Song]:
    """``each`` tunes of every voice that can be made here."""
    spoken_too = missing() is None
    return [
        song(voice, first_seed + n, seconds)
        for voice in VOICES
        if voice.speaker is None or spoken_too
        for n in range(each)
    ]
