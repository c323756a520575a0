"""Harmony foreseen, and harmony as it sounds, under written tunes played as people play.

    python benchmarks/harmony.py [--most 60]

Tunes of the half to which nothing was fitted, at 60 to 140 beats a minute, with a person's unevenness and
drift; no meter or key is given. A slot is half a written bar. Forecast: the chord of the last ``harmony``
line known before the slot begins. Fit: share of melody time whose pitch class lies in the slot's chord.
At a change: share of slots with another written chord than before in which it is the written triad.
Sounds: the same share of what sounds when ``accompanying`` is asked for (a correction of 50 ms allowed),
with chord changes a bar. Consonant: melody time at a third, fifth, sixth or unison over the bass. Agree:
time on the written bass's pitch class. Means over tunes with 95% bootstrap intervals. Baselines are told
the slots, the drone also the key; ours is told neither.
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import process_time_ns

import corpora
from tables import interval, table
from undersong import Plan, perform
from undersong.chance import Chance
from undersong.events import HeardHarmony, Input, NoteOn, Output
from undersong.listening.harmony import TRIADS, HarmonyListener
from undersong.listening.repetition import Repetition
from undersong.listening.tonality import TonalityListener
from undersong.offline import make_session
from undersong.reflecting import features
from undersong.reflecting.duet import Duet, PartnerTone, duet
from undersong.testing.makers import MAKER, Stage, Timekeeper
from undersong.theory.chords import QUALITIES, ROOTS
from undersong.theory.voicing import parallels

UNEVEN = 0.7  # of a lay person's
CORRECTION = 0.05  # seconds
CONSONANT = (0, 3, 4, 7, 8, 9)
NAMES = dict(QUALITIES)
Pcs = frozenset[int]


@dataclass(frozen=True)
class Performance:
    """A tune as somebody played it: its events; ``time`` of a quarter."""

    melody: corpora.Melody
    events: list[Input]
    time: Callable[[float], float]

    def slots(self) -> list[tuple[float, float]]:
        """Half bars, in quarters."""
        end = self.melody.notes[-1][0] + self.melody.notes[-1][1]
        half, first = self.melody.bar / 2, self.melody.pickup
        slots = [(first + n * half, first + (n + 1) * half) for n in range(int((end - first) / half) + 1)]
        return [slot for slot in [(0.0, first), *slots] if slot[1] - slot[0] > 0.1 and slot[0] < end - 1e-6]


def play(melody: corpora.Melody, seed: int, up: Callable[[float], int] = lambda quarter: 0) -> Performance:
    """The tune, once through, unquantised; ``up``: semitones by which it is transposed at a quarter."""
    chance = Chance(seed)
    period = 60 / chance.between("tempo", 60, 140)
    keeper = Timekeeper(period, chance, UNEVEN)
    grid: dict[float, float] = {}

    def time(quarter: float) -> float:
        if quarter not in grid:
            grid[quarter] = 0.5 + keeper.time(max(0.0, quarter))
        return grid[quarter]

    stage = Stage(MAKER)
    for onset, length, pitch in melody.notes:
        at, until = time(onset), time(onset + length)
        held = (until - at) * chance.between("held", 0.8, 0.98)
        accent = 6 if onset % 1 == 0 else 0
        stage.note(at, held, pitch + up(onset), 66 + accent + chance.spread("touch", 5))
    return Performance(melody, stage.events(), time)


def content(melody: corpora.Melody, start: float, end: float) -> list[float]:
    """Quarters of each pitch class in a span."""
    shares = [0.0] * 12
    for onset, length, pitch in melody.notes:
        inside = min(onset + length, end) - max(onset, start)
        if inside > 0:
            shares[pitch % 12] += inside
    return shares


def pcs_of(name: str) -> Pcs:
    """The pitch classes of a chord in Harte's syntax, as we write it."""
    root, kind = name.split(":")
    return frozenset((ROOTS.index(root) + pc) % 12 for pc in NAMES[kind])


def triad(root: int, quality: str) -> Pcs:
    """A triad's pitch classes."""
    return frozenset((root + pc) % 12 for pc in NAMES[quality])


def written(melody: corpora.Melody, quarter: float) -> tuple[int, str, int] | None:
    """Root, quality and bass of the chord that was written there."""
    place = bisect_right([c[0] for c in melody.chords], quarter + 1e-6)
    return melody.chords[place - 1][1:] if place else None


Chooser = Callable[[Performance], list[Pcs]]


def human(played: Performance) -> list[Pcs]:
    """The written triad."""
    found = [written(played.melody, start) for start, _ in played.slots()]
    return [triad(c[0], c[1]) if c else frozenset() for c in found]


def clairvoyant(played: Performance) -> list[Pcs]:
    """The triad that covers most of the slot, having heard it."""
    return [_covers(content(played.melody, start, end)) for start, end in played.slots()]


def _covers(shares: Sequence[float]) -> Pcs:
    best = max(TRIADS, key=lambda c: sum(shares[(c.root + pc) % 12] for pc in c.pcs))
    return frozenset((best.root + pc) % 12 for pc in best.pcs)


def drone(played: Performance) -> list[Pcs]:
    """The tonic triad of the written key."""
    home = triad(played.melody.tonic, "min" if played.melody.minor else "maj")
    return [home for _ in played.slots()]


def _key_so_far(played: Performance) -> list[tuple[int, bool]]:
    """The likeliest key before each slot, by our own tonality."""
    listener = TonalityListener()
    found, notes = [], list(played.melody.notes)
    for start, _ in played.slots():
        while notes and notes[0][0] < start - 1e-6:
            _, length, pitch = notes.pop(0)
            listener.note(MAKER, pitch, begins_phrase=False, pause=0.0)
            listener.lasted(MAKER, pitch, length / 2)
        read = listener.tonality
        found.append(
            (0, False) if read is None else (read.tonic, read.mode in ("minor", "dorian", "phrygian"))
        )
    return found


def found_drone(played: Performance) -> list[Pcs]:
    """The tonic triad of the key found so far."""
    return [triad(tonic, "min" if minor else "maj") for tonic, minor in _key_so_far(played)]


def lagging(played: Performance) -> list[Pcs]:
    """The triad that covers most of the slot before."""
    slots = played.slots()
    return [_covers(content(played.melody, a - (b - a), a)) for a, b in slots]


def random_diatonic(played: Performance) -> list[Pcs]:
    """Any triad of the written key."""
    chance = random.Random(0)
    scale = ((0, "min"), (3, "maj"), (5, "min"), (7, "maj"), (8, "maj")) if played.melody.minor else (
        (0, "maj"), (2, "min"), (4, "min"), (5, "maj"), (7, "maj"), (9, "min"))  # fmt: skip
    chosen = [chance.choice(scale) for _ in played.slots()]
    return [triad((played.melody.tonic + root) % 12, kind) for root, kind in chosen]


def heard(played: Performance) -> list[Output]:
    """What a session hears and says, with nobody answering."""
    session = make_session(Plan(technique="giving-space"), 0)
    return perform(session, played.events, played.events[-1].heard + 2.0)


def forecast(played: Performance) -> list[Pcs]:
    """The last harmony line before each slot."""
    lines = [o for o in heard(played) if isinstance(o, HeardHarmony)]
    times = [line.time for line in lines]
    found = []
    for start, _ in played.slots():
        place = bisect_right(times, played.time(start) - 1e-6)
        found.append(pcs_of(lines[place - 1].chord) if place else frozenset())
    return found


def forgetful(played: Performance) -> list[Pcs]:
    """Our forecast from the key's habits alone, without memory of this maker's playing."""
    remembered = Repetition.content
    Repetition.content = lambda self, after, seconds: None  # type: ignore[method-assign]
    try:
        return forecast(played)
    finally:
        Repetition.content = remembered  # type: ignore[method-assign]


def fit(played: Performance, chords: Sequence[Pcs]) -> tuple[float, float]:
    """Melody time that lies in the chords, and all of it."""
    good = whole = 0.0
    for (start, end), pcs in zip(played.slots(), chords, strict=True):
        shares = content(played.melody, start, end)
        good += sum(shares[pc] for pc in pcs)
        whole += sum(shares)
    return good / whole, 1.0


def agrees(played: Performance, chords: Sequence[Pcs]) -> tuple[float, float]:
    """Melody time in which the chord's root is the written bass, and all of it."""
    good = whole = 0.0
    for (start, end), pcs in zip(played.slots(), chords, strict=True):
        chord = written(played.melody, start)
        seconds = sum(content(played.melody, start, end))
        whole += seconds
        good += seconds * (chord is not None and _root(pcs) == chord[2])
    return good / whole, 1.0


def _root(pcs: Pcs) -> int | None:
    found = [c.root for c in TRIADS if frozenset((c.root + pc) % 12 for pc in c.pcs) == pcs]
    return found[0] if found else None


def surprised(melody: corpora.Melody, seed: int) -> dict[str, tuple[float, float]]:
    """The tune in another key from the middle on: fit in the 8 quarters from there, and in the next 16,
    against the tune as it is: forecast, and as it sounds."""
    middle = melody.pickup + melody.bar * int((melody.notes[-1][0] / 2) / melody.bar)
    shift = random.Random(seed).choice((-5, -4, -3, 2, 3, 4, 5))
    plain = play(melody, seed)
    moved = play(melody, seed, up=lambda quarter: shift if quarter >= middle - 1e-6 else 0)
    found: dict[str, tuple[float, float]] = {}
    for name, first, last in (("first 8 quarters", 0, 8), ("then", 8, 24)):
        span = (middle + first, middle + last)
        there = [
            _fit_within(moved, forecast(moved), span, shift),
            _fit_within(plain, forecast(plain), span, 0),
        ]
        found[f"forecast, {name}"] = there[0], there[1]
        sounds = [_sounds_within(moved, span, shift), _sounds_within(plain, span, 0)]
        found[f"as it sounds, {name}"] = sounds[0], sounds[1]
    return found


def _fit_within(played: Performance, chords: Sequence[Pcs], span: tuple[float, float], up: int) -> float:
    good = whole = 0.0
    for (start, end), pcs in zip(played.slots(), chords, strict=True):
        if span[0] - 1e-6 <= start < span[1] - 1e-6:
            shares = content(played.melody, start, end)
            good += sum(shares[(pc - up) % 12] for pc in pcs)
            whole += sum(shares)
    return good / whole if whole else 0.0


def _sounds_within(played: Performance, span: tuple[float, float], up: int) -> float:
    voices = accompanied(played).voice("bass", "chords")
    good = whole = 0.0
    for onset, length, pitch in played.melody.notes:
        if span[0] - 1e-6 <= onset < span[1] - 1e-6:
            begins, ends = played.time(onset), played.time(onset + length)
            whole += ends - begins
            same = [t for t in voices if t.pitch % 12 == (pitch + up) % 12]
            good += features.sounding(same, begins, ends)
    return good / whole if whole else 0.0


def at_changes(played: Performance, chords: Sequence[Pcs]) -> tuple[float, float]:
    """Slots with a new written chord that are met, and all of them."""
    right = changes = 0
    before: tuple[int, str] | None = None
    for (start, _), pcs in zip(played.slots(), chords, strict=True):
        chord = written(played.melody, start)
        if chord is None:
            continue
        if before is not None and chord[:2] != before:
            changes += 1
            right += pcs == triad(chord[0], chord[1])
        before = chord[0], chord[1]
    return right, changes


def accompanied(played: Performance, plan: Plan | None = None) -> Duet:
    """The duet with chords under the tune."""
    plan = plan or Plan(technique="accompanying", correction=CORRECTION)
    out = perform(make_session(plan, 0), played.events, played.events[-1].heard + 6.0)
    return duet(played.events, out)


@dataclass(frozen=True)
class Sounded:
    """Figures of an accompaniment as it sounds, each a share of the melody's time but ``changes``, which
    are a bar's, and ``doubled``, the share of chord tones on the tune's own pitch class."""

    fit: float
    consonant: float
    agree: float
    changes: float
    classes: float
    doubled: float
    parallels: float


def sounded(played: Performance, made: Duet) -> Sounded:
    """Judge an accompaniment."""
    voices = made.voice("bass", "chords")
    edges = sorted({e for t in voices for e in (t.onset, t.offset)})
    spans: list[tuple[float, float, list[PartnerTone]]] = []
    for start, end in pairwise(edges):
        sounding = [t for t in voices if t.onset <= start + 1e-9 and t.offset >= end - 1e-9]
        if end - start > 0.005 and sounding:
            spans.append((start, end, sounding))
    good = sweet = agree = whole = doubled = together = 0.0
    for onset, length, pitch in played.melody.notes:
        begins, ends = played.time(onset), played.time(onset + length)
        whole += ends - begins
        chord = written(played.melody, onset)
        for start, end, sounding in spans:
            inside = min(end, ends) - max(start, begins)
            if inside <= 0:
                continue
            classes = {t.pitch % 12 for t in sounding}
            low = min(sounding, key=lambda t: t.pitch)
            good += inside * (pitch % 12 in classes and len(classes) <= 4)
            sweet += inside * ((pitch - low.pitch) % 12 in CONSONANT)
            agree += inside * (chord is not None and low.pitch % 12 == chord[2])
            together += inside
            doubled += inside * sum(t.pitch % 12 == pitch % 12 for t in sounding) / len(sounding)
    sets = [frozenset(t.pitch % 12 for t in s) for _, _, s in spans]
    changes = sum(a != b for a, b in pairwise(sets))
    end = played.melody.notes[-1][0] + played.melody.notes[-1][1]
    chords = [tuple(sorted(t.pitch for t in s)) for _, _, s in spans]
    pairs = [(a, b) for a, b in pairwise(chords) if a != b and len(a) == len(b)]
    moved = sum(max(1, len(a) - 1) for a, _ in pairs)
    return Sounded(
        good / whole, sweet / together if together else 0.0, agree / whole,
        changes / (end / played.melody.bar), len(set(sets)), doubled / together if together else 0.0,
        sum(parallels(a, b) for a, b in pairs) / moved if moved else 0.0,
    )  # fmt: skip


def as_sounds(name: str, found: Sequence[Sounded]) -> list[str]:
    """One line of the second table."""
    columns = [[(getattr(s, field), 1.0) for s in found] for field in FIGURES]
    return [name, *(interval(column) for column in columns)]


FIGURES = ("fit", "changes", "consonant", "agree", "classes", "doubled", "parallels")

FORESEEN: tuple[tuple[str, Chooser], ...] = (
    ("written, one triad a slot", human),
    ("best triad, having heard the slot", clairvoyant),
    ("Undersong, forecast", forecast),
    ("the same without memory", forgetful),
    ("tonic drone, key given", drone),
    ("tonic drone, key found", found_drone),
    ("best triad of the slot before", lagging),
    ("random diatonic, key given", random_diatonic),
)


def tunes(most: int) -> list[corpora.Melody]:
    """Tunes with chords that nothing was fitted to, drawn by name."""
    found = [m for m in corpora.melodies(corpora.data()) if m.chords and not corpora.fitted(m.name)]
    random.Random(0).shuffle(found)
    return found[:most]


def sections(most: int) -> list[str]:
    """The tables."""
    performances = [play(melody, seed) for seed, melody in enumerate(tunes(most))]
    rows = []
    for name, choose in FORESEEN:
        chosen = [choose(played) for played in performances]
        pairs = list(zip(performances, chosen, strict=True))
        rows.append([
            name,
            interval([fit(*pair) for pair in pairs]),
            interval([at_changes(*pair) for pair in pairs]),
            interval([agrees(*pair) for pair in pairs]),
        ])  # fmt: skip
    return [
        f"Harmony foreseen: {len(performances)} tunes\n\n"
        + table(["", "fit", "right at a change", "agrees"], rows),
        "Harmony as it sounds\n\n"
        + table(
            ["", *FIGURES],
            [as_sounds("Undersong, accompanying", [sounded(p, accompanied(p)) for p in performances])],
        ),
        "The tune in another key from its middle on: fit against that of the tune as it is\n\n"
        + table(["", "share of the level"], _after_surprise(performances)),
        _cost(performances),
    ]


def _after_surprise(performances: Sequence[Performance]) -> list[list[str]]:
    found = [surprised(played.melody, seed) for seed, played in enumerate(performances)]
    return [[name, interval([one[name] for one in found])] for name in found[0]]


def _cost(performances: Sequence[Performance]) -> str:
    """Microseconds a note, of the harmony heard and of the memory in it."""
    spent = notes = 0
    for played in performances[:20]:
        tonality, harmony = TonalityListener(), HarmonyListener()
        for event in played.events:
            if isinstance(event, NoteOn):
                tonality.note(MAKER, event.pitch, begins_phrase=False, pause=0.0)
                read = tonality.tonality
                assert read is not None
                began = process_time_ns()
                harmony.note(event.heard, event.time, event.pitch, joins=False, pulse=None, key=read)
                spent += process_time_ns() - began
                notes += 1
    return f"Hearing harmony costs {spent / notes / 1000:.0f} microseconds of CPU a note."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=60)
    for section in sections(parser.parse_args().most):
        print(f"{section}\n")


if __name__ == "__main__":
    main()
