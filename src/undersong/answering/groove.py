"""Groove: the tune with which the partner begins when it is asked to. Data, and the notes of a bar.

Sparse and snappy: a bass that pushes ahead of the middle of the bar, a rim that answers it, and in every
other bar a hook of three notes, three up and later three down; every fourth bar is nearly empty. No more
than one onset a beat, on seven notes that any of the page's scales fits. Whoever joins with pitches of
their own is left those: then only the drum goes on.
"""

from __future__ import annotations

from undersong.answering.bars import HIGH_DRUM, LOW_DRUM, STROKE
from undersong.answering.song import BASS, BEATS, TUNE, key_of, shift
from undersong.answering.technique import SILENT_START, velocity_under
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression
from undersong.notes import Beat, Beats, Note, Pulse
from undersong.theory.loudness import level, velocity_at
from undersong.turns import Turns

UNDER = 7.5  # dB under the maker, of the first beat
PERIOD: Seconds = 60 / 108  # where no pace of theirs is known: most people like 100 to 120 a minute
SLOWEST: Seconds = 0.85  # a slower or faster pace of theirs is taken at twice or half its speed
FASTEST: Seconds = 0.4

Struck = tuple[Beats, Voice, int, float, Beats]  # beat, voice, pitch, dB softer, beats it lasts
_RIM: Struck = (2, "percussion", HIGH_DRUM, 3.0, 0.0)
_LOW: Struck = (0, "percussion", LOW_DRUM, 4.0, 0.0)


DRUM: tuple[Struck, ...] = (
    (0, "percussion", LOW_DRUM, 0.0, 0.0), (1, "percussion", HIGH_DRUM, 3.0, 0.0),
    (1.5, "percussion", LOW_DRUM, 3.0, 0.0), (3, "percussion", HIGH_DRUM, 2.0, 0.0),
)  # fmt: skip


def _push(low: int, between: int, back: int) -> tuple[Struck, ...]:
    """A bass of three notes, the second of them ahead of the middle; semitones over C3."""
    return (
        _LOW, (0, "bass", low, 0.0, 1.1), (1.5, "bass", between, 3.0, 0.8), _RIM,
        (3, "bass", back, 4.0, 0.6),
    )  # fmt: skip


def _hook(low: int, *tune: int) -> tuple[Struck, ...]:
    """A bass note, and over it three notes of the hook; semitones over C3 and C4."""
    first, second, third = tune
    return (
        _LOW, (0, "bass", low, 0.0, 1.4), (1, "melody", first, 2.0, 0.45),
        (1.5, "melody", second, 3.0, 0.9), (3, "melody", third, 1.0, 1.6),
    )  # fmt: skip


BARS: tuple[tuple[Struck, ...], ...] = (
    _push(-3, 4, -3), _hook(-3, 12, 14, 9), _push(-5, 2, -5), (_LOW, (0, "bass", -3, 0.0, 1.6), _RIM),
    _push(0, -5, 0), _hook(-5, 14, 12, 7), _push(2, -3, 2), (_LOW, (0, "bass", -3, 0.0, 1.6), _RIM),
)  # fmt: skip


def pace(heard: Impression, so_far: Turns) -> Seconds:
    """The period to begin with: the maker's own pace, heard or known from before, else a friendly one."""
    known = heard.lead.pace if heard.lead is not None else None
    found = known or next(reversed(so_far.paces.values()), None) or PERIOD
    while found > SLOWEST:
        found /= 2
    while found < FASTEST:
        found *= 2
    return found


def notes(
    heard: Impression, clock: Pulse, first: int, *, joined: bool, since: Seconds = 0.0
) -> tuple[Note, ...]:
    """The bar that begins on beat ``first``, from a moment on: all of it, or, once somebody has ``joined``
    who plays pitches, the drum."""
    part = heard.lead
    pitched = joined and part is not None and part.pitched
    bar = DRUM if pitched else BARS[first // BEATS % len(BARS)]
    key = shift(key_of(heard))
    base: dict[Voice, int] = {"percussion": 0, "bass": BASS + key, "melody": TUNE + key}
    return tuple(
        Note(
            Beat(first + beat),
            voice,
            base[voice] + pitch,
            _velocity(heard, softer, voice),
            max(STROKE, beats * clock.period),
        )
        for beat, voice, pitch, softer, beats in bar
        if clock.time_at(first + beat) >= since
    )


def _velocity(heard: Impression, softer: float, voice: Voice) -> int:
    if heard.gentlest is None:
        return velocity_at(level(SILENT_START) - softer)
    return velocity_under(heard.gentlest, UNDER + softer, voice)
