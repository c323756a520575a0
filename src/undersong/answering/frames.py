"""Harmonic frames: a few styles of accompaniment, each small enough to be learned by heart.

A frame is data: its meter, the scale degrees that each bar may stand on (the first is the usual one), and
what bass, chords and drums play in a bar. ``fitting`` picks the frame for what is heard, ``chord`` the
triad on a degree, ``strokes`` the notes of a bar. Beats are counted from the bar's first; degrees from
0, the tonic. Bars go round; the fourth of every four is left nearly empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from undersong.listening.impression import Impression
from undersong.notes import Beats
from undersong.theory.chords import MAJ, MIN, OPEN, Chord
from undersong.theory.keys import MODES, SCALES

Role = Literal["bass", "fifth", "chords", "low drum", "high drum"]
Step = tuple[Beats, Role, float, Beats]  # beat, role, dB softer than the first, length
Mood = Literal["bright", "dark", "any"]

KEY_SURE = 0.35  # confidence below which no third is sounded
SOFT = -14.0  # dB below full: soft from here
STRONG = -7.0  # and strong
QUICK = 2.2  # onset groups a second
BRIGHT = (0, 4, 5)  # modes with a major third
MINOR_DEGREES = (0, 2, 3, 5, 7, 8, 10)  # a minor key's chords take the low seventh
PRESENCE = 2  # how many frames are kept from coming back
BORROWED = 10  # chord numbers from here on: 10 + 2 x semitones over the tonic + 1 if minor
SEVENTHS = 40  # and from here on: the degree's chord with its seventh


@dataclass(frozen=True, slots=True)
class Frame:
    """A style. ``tempo`` in beats a minute; ``shape`` how many notes a chord has: 2 an open fifth,
    3 a triad, 4 with its seventh; ``segment`` the beats after which the chord may move on."""

    name: str
    like: str
    beats: int
    division: int
    bars: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]
    tempo: tuple[int, int]
    mood: Mood
    shape: int = 3
    segment: int = 2
    needs_pulse: bool = True


FRAMES: tuple[Frame, ...] = (
    Frame(
        "drone and open fifths", "one low fifth that stays", 4, 2,
        ((0,), (0,), (0,), (0,)),
        ((0, "bass", 0.0, 8.0), (0, "fifth", 2.0, 8.0)),
        (30, 200), "any", 2, 4, False,
    ),
    Frame(
        "modal vamp", "two chords a step apart, to and fro", 4, 2,
        ((0,), (6, 3, 1), (0,), (6, 3, 0)),
        ((0, "bass", 0.0, 4.0), (0, "chords", 3.0, 3.0), (3, "chords", 5.0, 1.5),
         (2, "low drum", 4.0, 0.25)),
        (60, 130), "dark",
    ),
    Frame(
        "folk song", "a bass that walks by turns, three chords and their neighbours", 4, 2,
        ((0, 5), (3, 1, 5), (4, 6, 1, 0), (0, 5)),
        ((0, "bass", 0.0, 2.5), (0, "chords", 4.0, 1.0), (1, "chords", 5.0, 2.0), (2, "bass", 1.5, 2.5),
         (3, "chords", 5.0, 1.5)),
        (72, 132), "bright",
    ),
    Frame(
        "slow chorale", "a full, quiet chord for every half bar", 4, 2,
        ((0, 5), (3, 1), (4, 2), (0, 5)),
        ((0, "bass", 0.0, 2.5), (0, "chords", 2.0, 2.5), (2, "bass", 1.0, 2.5), (2, "chords", 3.0, 2.5)),
        (40, 84), "any",
    ),
    Frame(
        "lullaby in three", "a low note and two soft ones, rocking", 3, 2,
        ((0, 5), (3, 0), (4, 1), (0, 5)),
        ((0, "bass", 0.0, 3.5), (0, "chords", 4.0, 1.0), (1, "chords", 4.0, 1.0), (2, "chords", 6.0, 1.5)),
        (50, 110), "any", 3, 3,
    ),
    Frame(
        "lullaby in six", "rocking in two, three notes to a beat", 2, 3,
        ((0, 5), (3, 5), (4, 1), (0, 5)),
        ((0, "bass", 0.0, 2.5), (0, "chords", 4.0, 1.0), (1, "chords", 5.0, 1.5)),
        (36, 80), "any", 3, 2,
    ),
    Frame(
        "blues", "three chords with their sevenths, leaning back", 4, 3,
        ((0,), (3, 0), (0, 3), (4, 0)),
        ((0, "bass", 0.0, 2.5), (0, "chords", 4.0, 1.5), (1.667, "chords", 4.0, 1.5), (2, "bass", 1.5, 2.5),
         (3, "chords", 4.0, 1.5), (1, "high drum", 4.0, 0.25), (3, "high drum", 4.0, 0.25)),
        (66, 130), "any", 4,
    ),
    Frame(
        "snappy groove", "short chords off the beat over a dancing bass", 4, 2,
        ((0, 5), (0, 3), (3, 1, 5), (4, 0)),
        ((0, "bass", 0.0, 1.4), (0, "chords", 4.0, 1.5), (1.5, "chords", 5.0, 1.0), (2, "bass", 1.0, 1.4),
         (2.5, "chords", 4.0, 1.5), (1, "high drum", 3.0, 0.25), (3, "high drum", 3.0, 0.25)),
        (90, 180), "any",
    ),
    Frame(
        "free and dark", "low open fifths that move seldom", 4, 2,
        ((0,), (0, 5), (0, 3), (0,)),
        ((0, "bass", 0.0, 8.0), (0, "fifth", 1.0, 8.0)),
        (30, 200), "dark", 2, 4, False,
    ),
)  # fmt: skip


def fitting(heard: Impression, left: tuple[int, ...] = ()) -> int:
    """The number of the frame that fits what is heard; not one of those just ``left``."""
    part, tonality, pulse = heard.lead, heard.tonality, heard.pulse
    clear = tonality is not None and part is not None and part.pitched and tonality.confidence >= KEY_SURE
    bright = tonality is not None and MODES.index(tonality.mode) in BRIGHT
    tempo = 60 / pulse.period if pulse is not None else None
    level = part.dynamics.level if part is not None else SOFT
    density = part.dynamics.density if part is not None else 0.0
    three = heard.meter is not None and heard.meter.beats == 3
    by_three = heard.meter is not None and heard.meter.division == 3
    best, most = 0, -99.0
    for number, frame in enumerate(FRAMES):
        if frame.needs_pulse and (tempo is None or not clear):
            continue
        worth = 0.0
        if tempo is not None:
            low, high = frame.tempo
            worth -= 0.02 * max(low - tempo, tempo - high, 0.0)
        worth -= 1.5 if (frame.beats == 3) != three else 0.0
        worth -= 1.0 if (frame.division == 3) != by_three else 0.0
        worth += {"any": 0.0, "bright": 0.4 if bright else -0.8, "dark": -0.6 if bright else 0.4}[
            frame.mood
        ]
        worth += 0.5 if frame.needs_pulse else 0.0  # what gives more is worth more, where it fits
        if frame.name == "slow chorale":
            worth += 0.5 if level <= SOFT and density < QUICK else -0.3
        if frame.name == "snappy groove":
            worth += 0.6 if level >= STRONG and density >= QUICK else -0.6
        if number in left[-PRESENCE:]:
            worth -= 10.0
        worth = round(worth, 6)
        if worth > most:
            best, most = number, worth
    return best


def chord(frame: Frame, number: int, tonic: int, mode: str) -> Chord:
    """The chord on a degree of the key (0-6), as the frame builds it; that with its seventh (from 40 on);
    or a borrowed triad (from 10 on)."""
    if BORROWED <= number < SEVENTHS:
        over, minor = divmod(number - BORROWED, 2)
        return Chord((tonic + over) % 12, MIN if minor else MAJ)
    scale = MINOR_DEGREES if mode == "minor" else tuple(sorted(SCALES[MODES.index(mode)]))
    degree = number % SEVENTHS
    root = scale[degree]
    if frame.shape == 2:
        return Chord((tonic + root) % 12, OPEN)
    steps = (0, 2, 4, 6) if number >= SEVENTHS else (0, 2, 4)
    pcs = tuple((scale[(degree + step) % 7] - root) % 12 for step in steps)
    if frame.shape == 4:
        third = 3 if mode in ("minor", "phrygian") and degree != 4 else 4
        pcs = (0, third, 7, 10)
    return Chord((tonic + root) % 12, pcs)


def strokes(frame: Frame, bar: int, start: Beats, end: Beats) -> tuple[Step, ...]:
    """What is played of a bar between two of its beats; of every fourth bar only the first."""
    empty = bar % 4 == 3
    return tuple(step for step in frame.steps if start <= step[0] < end and not (empty and step[0] >= 2))
