"""Simulated makers: people at an instrument, as far as their timing, touch and pauses go.

Each turns a melody (onset and duration in quarters, pitch) into timed events, seeded. How uneven
they are is taken from taps of 45 people at their own pace (benchmarks/calibration.py prints the
figures): intervals vary by some 4-5% from one to the next on top of a slow drift; they hold a key
for about a fifth of an interval when tapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from undersong.chance import Chance
from undersong.events import Input, MakerId, NoteOff, NoteOn, Seconds, Tap

Melody = Sequence[tuple[float, float, int]]  # onset and duration in quarters, pitch

TIMEKEEPER = 0.038  # standard deviation of an interval, as a share of it
MOTOR = 0.014  # of a single tap against its timekeeper, likewise
DRIFT = 0.015  # how far the tempo wanders at each beat
MAKER = MakerId("maker")


class Stage:
    """Collects what a simulated maker does."""

    def __init__(self, maker: MakerId = MAKER) -> None:
        self.maker = maker
        self._events: list[Input] = []

    def note(self, time: Seconds, seconds: Seconds, pitch: int, velocity: float) -> None:
        """Play a note."""
        force = max(1, min(127, round(velocity)))
        end = time + max(seconds, 0.03)
        self._events.append(NoteOn(time, time, self.maker, pitch, force))
        self._events.append(NoteOff(end, end, self.maker, pitch))

    def tap(self, time: Seconds, velocity: float = 64) -> None:
        """Tap."""
        self._events.append(Tap(time, time, self.maker, max(1, min(127, round(velocity)))))

    def events(self) -> list[Input]:
        """Everything, in order of time; at one moment notes end before others begin."""
        return sorted(self._events, key=lambda e: (e.heard, isinstance(e, (NoteOn, Tap))))


class Timekeeper:
    """Beats as a person keeps them: drifting slowly, uneven from one to the next."""

    def __init__(self, period: Seconds, chance: Chance, unevenness: float = 1.0) -> None:
        self._period = period
        self._chance = chance
        self._share = unevenness
        self._beats: list[Seconds] = [0.0]

    def time(self, beat: float) -> Seconds:
        """When a beat (or a place between two) falls, from 0."""
        while len(self._beats) <= int(beat) + 1:
            self._period *= 1 + self._chance.spread("drift", DRIFT * self._share)
            uneven = self._chance.spread("timekeeper", TIMEKEEPER * self._share)
            self._beats.append(self._beats[-1] + self._period * (1 + uneven))
        low = int(beat)
        early = self._beats[low]
        between = early + (beat - low) * (self._beats[low + 1] - early)
        return between + self._chance.spread("motor", MOTOR * self._share) * self._period


def steady(
    melody: Melody,
    seed: int,
    *,
    period: Seconds = 0.55,
    start: Seconds = 0.5,
    velocity: float = 72,
    unevenness: float = 1.0,
) -> list[Input]:
    """A flowing tune in time: beats of ``period`` seconds with a person's unevenness.

    The tune's own durations, rounded to half beats (always in pairs), beats and double beats, its
    median duration being the beat: so the beat is there to be heard.
    """
    chance = Chance(seed)
    stage, keeper = Stage(), Timekeeper(period, chance, unevenness)
    middle = sorted(length for _, length, _ in melody)[len(melody) // 2]
    beat = 0.0
    for _, length, pitch in melody:
        share = length / middle
        beats = 0.5 if share < 0.75 or beat % 1 else 1.0 if share < 1.75 else 2.0
        accent = 6 if beat % 2 == 0 else 0
        force = velocity + accent + chance.spread("touch", 4)
        stage.note(start + keeper.time(beat), beats * period * 0.92, pitch, force)
        beat += beats
    return stage.events()


def tentative(melody: Melody, seed: int, *, start: Seconds = 0.5) -> list[Input]:
    """Halting: slow, uneven, soft, in little phrases of two to six notes with long silences."""
    chance = Chance(seed)
    stage = Stage()
    time, left = start, 3 + int(chance.unit("phrase") * 3)
    for _, length, pitch in melody:
        step = min(max(length, 0.5), 2.0) * chance.between("pace", 0.65, 1.35)
        held = step * chance.between("held", 0.45, 0.95)
        stage.note(time, held, pitch, 50 + chance.spread("touch", 6))
        left -= 1
        if left <= 0:
            step += chance.between("pause", 1.6, 4.5)
            left = 2 + int(chance.unit("phrase") * 5)
        time += step
    return stage.events()


def gestures(melody: Melody, seed: int, *, start: Seconds = 0.5, period: Seconds = 0.5) -> list[Input]:
    """Short clear gestures of three to six notes, each followed by a pause that invites an echo."""
    chance = Chance(seed)
    stage = Stage()
    time, left = start, 4
    for _, length, pitch in melody:
        step = min(max(length, 0.5), 1.5) * period * (1 + chance.spread("timekeeper", 0.03))
        stage.note(time, step * 0.85, pitch, 70 + chance.spread("touch", 9))
        time += step
        left -= 1
        if left <= 0:
            time += chance.between("pause", 3.4, 5.0)
            left = 3 + int(chance.unit("gesture") * 4)
    return stage.events()


def scattered(melody: Melody, seed: int, *, start: Seconds = 0.5) -> list[Input]:
    """Wide leaps at changing distances, no beat."""
    chance = Chance(seed)
    stage = Stage()
    time = start
    for _, _, pitch in melody:
        leap = 12 * (int(chance.unit("leap") * 3) - 1)
        far = min(90, max(48, pitch + leap))
        stage.note(time, chance.between("held", 0.1, 0.5), far, 66 + chance.spread("touch", 10))
        time += chance.between("gap", 0.18, 1.15)
    return stage.events()


def storming(melody: Melody, seed: int, *, start: Seconds = 0.5) -> list[Input]:
    """Clusters, fast and loud."""
    chance = Chance(seed)
    stage = Stage()
    time = start
    for _, _, pitch in melody:
        for step in range(2 + int(chance.unit("cluster") * 2)):
            stage.note(
                time + chance.between("smear", 0, 0.02), 0.15, min(96, pitch + 2 * step),
                108 + chance.spread("touch", 6),
            )  # fmt: skip
        time += chance.between("gap", 0.11, 0.3)
    return stage.events()


def rests(melody: Melody, seed: int, *, start: Seconds = 0.5) -> list[Input]:
    """A few soft notes, then a long silence, again and again."""
    chance = Chance(seed)
    stage = Stage()
    time = start
    for index, (_, length, pitch) in enumerate(melody):
        step = min(max(length, 0.5), 2.0) * 0.7
        stage.note(time, step * 0.8, pitch, 52 + chance.spread("touch", 5))
        time += step
        if index % 5 == 4:
            time += chance.between("silence", 14.0, 30.0)
    return stage.events()


def taps(seed: int, *, count: int = 40, period: Seconds = 0.7, unevenness: float = 1.0) -> list[Input]:
    """Taps alone, at a pace of one's own."""
    chance = Chance(seed)
    stage, keeper = Stage(), Timekeeper(period, chance, unevenness)
    for beat in range(count):
        stage.tap(0.5 + keeper.time(beat), 64 + chance.spread("touch", 8))
    return stage.events()


def pace(seed: int) -> Seconds:
    """A beat of one's own, .45 to .7 s, drawn by seed."""
    return Chance(seed).between("pace", 0.45, 0.7)


# --- playing of one character, and loops: for the techniques that meet and lead ----------------


@dataclass(frozen=True, slots=True)
class Character:
    """A way of playing: seconds a beat, MIDI velocity, how much of an interval a note is held, semitones
    by which the tune is moved."""

    period: Seconds
    velocity: float
    held: float
    shift: int = 0


def character(seed: int) -> Character:
    """A way of playing of one's own: slow or quick, soft or strong, short or long, low or high."""
    chance = Chance(seed)
    return Character(
        pace(seed),
        chance.between("velocity", 48, 86),
        chance.between("held", 0.45, 0.95),
        (-5, 0, 0, 5)[int(chance.unit("shift") * 4)],
    )


def in_character(
    melody: Melody, seed: int, stretches: Sequence[tuple[Seconds, Character]], *, start: Seconds = 0.5
) -> list[Input]:
    """A tune in time, again and again, so many seconds in one character and then in the next."""
    chance = Chance(seed)
    stage = Stage()
    middle = sorted(length for _, length, _ in melody)[len(melody) // 2]
    notes = cycle(melody)
    begins = start
    for seconds, how in stretches:
        keeper = Timekeeper(how.period, chance, 0.7)
        beat = 0.0
        while begins + keeper.time(beat) < start + seconds:
            _, length, pitch = next(notes)
            share = length / middle
            beats = 0.5 if share < 0.75 or beat % 1 else 1.0 if share < 1.75 else 2.0
            time = begins + keeper.time(beat)
            accent = 4 if beat % 2 == 0 else 0
            force = how.velocity + accent + chance.spread("touch", 4)
            stage.note(time, beats * how.period * how.held, pitch + how.shift, force)
            beat += beats
        begins += keeper.time(beat)
        start += seconds
    return stage.events()


def looping(
    melody: Melody, seed: int, *, seconds: Seconds = 75.0, period: Seconds = 0.5, size: int = 4
) -> list[Input]:
    """The first few notes of a tune, evenly, again and again, and nothing else."""
    chance = Chance(seed)
    stage, keeper = Stage(), Timekeeper(period, chance, 0.4)
    beat = 0
    while (time := 0.5 + keeper.time(beat)) < seconds:
        force = 70 + (4 if beat % size == 0 else 0) + chance.spread("touch", 2)
        stage.note(time, period * 0.7, melody[beat % size][2], force)
        beat += 1
    return stage.events()


# --- in phrases, with a breath of one's own -------------------------------------------------------


def coming_round(
    melody: Melody, seed: int, *, start: Seconds = 0.5, period: Seconds = 0.5, rounds: int = 12
) -> list[Input]:
    """A figure of three to six notes, again and again without a pause, with a person's unevenness."""
    chance = Chance(seed)
    stage, keeper = Stage(), Timekeeper(period, chance)
    first = int(chance.unit("figure") * max(1, len(melody) - 8))
    figure = melody[first : first + 3 + int(chance.unit("length") * 4)]
    lengths = [1.0 if length >= 1.0 else 0.5 for _, length, _ in figure]
    beat = 0.0
    for _ in range(rounds):
        for length, (_, _, pitch) in zip(lengths, figure, strict=True):
            held = 0.85 * length * period
            stage.note(start + keeper.time(beat), held, pitch, 70 + chance.spread("touch", 4))
            beat += length
    return stage.events()


def breathing(
    melody: Melody,
    seed: int,
    *,
    start: Seconds = 0.5,
    period: Seconds = 0.5,
    breath: Seconds = 0.5,
    uneven: float = 0.04,
    answered: bool = True,
) -> tuple[list[Input], list[Seconds]]:
    """Phrases of five to ten notes with breaths of about ``breath`` seconds inside them, and a
    silence after each: long enough for an answer, where one is waited for. Also the phrases' ends."""
    chance = Chance(seed)
    stage = Stage()
    time, left, began = start, 7, start
    ends: list[Seconds] = []
    for index, (_, length, pitch) in enumerate(melody):
        step = min(max(length, 0.5), 1.5) * period * (1 + chance.spread("timekeeper", uneven))
        left -= 1
        if left <= 0:
            step *= 1.4
        stage.note(time, 0.9 * step, pitch, 68 + chance.spread("touch", 6))
        end = time + 0.9 * step
        time += step
        if left <= 0 or index == len(melody) - 1:
            ends.append(end)
            reply = (end - began) if answered else 0.0
            time = end + reply + chance.between("pause", 2.8, 4.0)
            left, began = 5 + int(chance.unit("phrase") * 6), time
        elif chance.unit("breathes") < 0.25:
            time = end + breath * chance.between("breath", 0.5, 1.2)
    return stage.events(), ends
