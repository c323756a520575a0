"""The contract of transition, the maker it is tried on, and its scene."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from undersong.events import Seconds
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts.beats import period_near
from undersong.testing.contracts.contract import ONE_IN, Case, Contract, half, playing
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups
from undersong.theory.loudness import level

JOINED: Seconds = 12.0  # of a loop before the partner must be in it
LED_BY = 16  # bars by which something has moved
LONGEST = 16  # beats that a change may take
REVERT = 8  # bars after which what was not followed has gone back, over two more
TEMPO = 0.03
# What counts as moved, for pitch (semitones), length (share of the time to the next stroke) and level (dB).
MOVED = (0.5, 0.1, 1.5)
NOISE = (0.5, 0.04, 0.9)  # and what does not count as turning back: no two notes are quite alike

Values = tuple[float, float, float]


def _strokes(w: Window) -> list[tuple[Seconds, Values]]:
    """Each of the partner's strokes: when, and its pitch, length and level (of the lowest note)."""
    tones = w.played.duet.voice("bass", "chords", "melody")
    lowest: list[PartnerTone] = []
    for group in onset_groups(t.onset for t in tones):
        lowest.append(min((t for t in tones if 0 <= t.onset - group <= 0.04), key=lambda t: t.pitch))
    usual = median([b.onset - a.onset for a, b in pairwise(lowest)] or [1.0])
    return [
        (t.onset, (float(t.pitch), (t.offset - t.onset) / usual, level(t.velocity, t.voice)))
        for t in lowest
    ]


def _loop(w: Window) -> bool:
    return playing(w) and w.start >= w.played.onsets[0] + JOINED


def _takes_part(w: Window) -> bool:
    beat = w.played.beat or 0.5
    return half(w) and len(onset_groups(t.onset for t in w.begun())) * ONE_IN >= (w.end - w.start) / beat


def _leads(w: Window) -> bool:
    return one_at_a_time(w) and gradual(w) and has_led(w) and goes_back(w) and steady(w)


def _inside(w: Window) -> list[list[tuple[Seconds, Seconds]]]:
    """The moves of each thing that this window lies in."""
    strokes, beat = _strokes(w), w.played.beat or 0.5
    return [[m for m in _moves(strokes, n, beat) if m[0] < w.end and m[1] > w.start] for n in range(3)]


def one_at_a_time(w: Window) -> bool:
    """No two things move during the same stretch."""
    found = [(n, a, b) for n, moves in enumerate(_inside(w)) for a, b in moves]
    return not any(n != m and a < d and c < b for n, a, b in found for m, c, d in found)


def gradual(w: Window) -> bool:
    """Each move takes at most sixteen beats; the length and level more than one stroke."""
    beat = w.played.beat or 0.5
    return all(b - a <= 1.1 * LONGEST * beat for moves in _inside(w) for a, b in moves)


def has_led(w: Window) -> bool:
    """Something has moved by the sixteenth bar."""
    strokes, beat = _strokes(w), w.played.beat or 0.5
    if w.start < w.played.onsets[0] + LED_BY * 4 * beat:
        return True
    return any(a < w.end for n in range(3) for a, _ in _moves(strokes, n, beat))


def _moves(
    strokes: Sequence[tuple[Seconds, Values]], thing: int, beat: Seconds
) -> list[tuple[Seconds, Seconds]]:
    """When one thing moved, from and to: runs of strokes that go one way, pauses of up to four beats and
    steps the other way that are mere noise included; only those that come far enough."""
    found: list[tuple[Seconds, Seconds]] = []
    index = 0
    while index < len(strokes) - 1:
        for way in (1.0, -1.0):
            last, top = index, strokes[index][1][thing]
            for later in range(index + 1, len(strokes)):
                gone = way * (strokes[later][1][thing] - top)
                if gone < -NOISE[thing] or strokes[later][0] - strokes[last][0] > 4.5 * beat:
                    break
                if gone > NOISE[thing] / 2:
                    last, top = later, strokes[later][1][thing]
            if way * (top - strokes[index][1][thing]) > MOVED[thing]:
                found.append((strokes[index][0], strokes[last][0]))
                index = last - 1
                break
        index += 1
    return found


def goes_back(w: Window) -> bool:
    """Nothing stays moved for more than twelve bars, there and back included, under a loop that stays."""
    strokes, beat = _strokes(w), w.played.beat or 0.5
    since = w.start - (REVERT + 4) * 4 * beat
    if len(strokes) < 2 or since < strokes[1][0]:
        return True
    base = strokes[1][1]
    lately = [values for t, values in strokes if since <= t < w.end]
    return all(any(abs(v[thing] - base[thing]) <= MOVED[thing] for v in lately) for thing in range(3))


def steady(w: Window) -> bool:
    """The partner's beat is the maker's, within 3%."""
    beat = w.played.beat or 0.5
    theirs = period_near(w.onsets(), beat)
    ours = period_near(onset_groups(t.onset for t in w.begun()), 2 * (theirs or beat))
    return theirs is None or ours is None or abs(ours / (2 * theirs) - 1.0) <= TEMPO


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    period = makers.pace(seed)
    size = (4, 4, 3, 6, 8)[seed % 5]
    return Case(makers.looping(melody, seed, seconds=80.0, period=period, size=size), period, tonic)


SCENE = Scene(
    "transition",
    "Four notes, again and again, evenly.",
    evenly("C4 E4 G4 E4 " * 24, 0.5, 0.5, 0.34),
    velocity=70,
    technique="transition",
)

CONTRACT = Contract(
    "transition",
    ("insistent",),
    "the partner sounds in half of the window, one stroke for four beats",
    _loop,
    _takes_part,
    _leads,
    _maker,
    SCENE,
)
