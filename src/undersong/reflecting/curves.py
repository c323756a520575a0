"""Feature curves: fourteen measures of one player's sound in windows of time, the same for everybody.

After the Music Therapy Toolbox (Erkkila, Ala-Ruona, Punkanen & Fachner 2011), written from the definitions.
A window is [start, start + length) in seconds. A note counts in the windows in which it *starts*, whole,
also where it ends later; only articulation and silence ask where it *sounds*. NaN means that a window has
nothing to say; an empty window has a density of 0 and may be silent, all else is NaN. Nothing depends on
the other player.

- ``density``: notes a second; each note of a chord counts (``features.density`` counts what the ear groups)
- ``recency_density``: notes a second, each weighted from 0 at the window's start to 1 at its end
- ``duration``: mean durational accent, (1 - exp(-d / .5 s))^2 of a note that lasts d (Parncutt 1994); 0-1
- ``mean_pitch``, ``sd_pitch``: MIDI numbers and semitones, over the notes that have a pitch; the deviation
  is that of these notes themselves (divided by n): 0 for one note or a unison, NaN if all are struck
- ``velocity``: mean, 1-127, over the notes whose velocity is known
- ``articulation``: time in which anything sounds over all time, less pauses longer than 2 s within
  the window; 0-1; NaN where all is such a pause; the same as ``features.articulation``
- ``pulse_clarity``, ``tempo``: see ``pulse_curve``
- ``tonal_clarity``, ``majorness``, ``minorness``, ``dissonance``: see ``tonal_curve``
- ``silence``: share of the window that lies more than 2 s after the last sound; of a note at most 5 s count
  as sound; before a player's first note all is silence; 0-1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.features import PAUSE
from undersong.reflecting.players import Array, Places, Player
from undersong.reflecting.pulse_curve import pulse, window_notes
from undersong.reflecting.tonal_curve import dissonance, tonality

FEATURES: tuple[str, ...] = (
    "density", "recency_density", "duration", "mean_pitch", "sd_pitch", "velocity", "articulation",
    "pulse_clarity", "tempo", "tonal_clarity", "majorness", "minorness", "dissonance", "silence",
)  # fmt: skip
SATURATION: Seconds = 0.5  # Parncutt's, after which a longer note hardly weighs more
ACCENT_POWER = 2.0
LONGEST_NOTE: Seconds = 5.0  # of one note, for silence
_SHORTEST: Seconds = 0.05  # of a window that is not pause: less says nothing, as in features.articulation


def curves(
    player: Player, starts: Array, length: Seconds, resonance: bool = False, only: Sequence[str] = FEATURES
) -> dict[str, Array]:
    """Features for each window that begins at one of ``starts``, ascending: all of them, or ``only`` some.

    ``resonance``: weigh the lags of the pulse by how willingly people tap at them. Raises KeyError for a
    feature that there is not.
    """
    where = (player, starts, length)
    measures: tuple[tuple[tuple[str, ...], Callable[[], tuple[Array, ...]]], ...] = (
        (("density", "recency_density"), lambda: _densities(*where)),
        (("duration",), lambda: (np.clip(_of_notes(_accents(player), *where)[0], 0.0, 1.0),)),
        (("mean_pitch", "sd_pitch"), lambda: _of_notes(player.pitch, *where)),
        (("velocity",), lambda: _of_notes(player.velocity, *where)[:1]),
        (("articulation",), lambda: (articulation(*where),)),
        (("pulse_clarity", "tempo"), lambda: pulse(*where, resonance)),
        (("tonal_clarity", "majorness", "minorness"), lambda: tonality(*where)),
        (("dissonance",), lambda: (dissonance(*where),)),
        (("silence",), lambda: (silence(*where),)),
    )
    found: dict[str, Array] = {}
    for names, measure in measures:
        if any(name in only for name in names):
            found |= zip(names, measure(), strict=True)
    return {name: found[name] for name in only}


def _densities(player: Player, starts: Array, length: Seconds) -> tuple[Array, Array]:
    low, high = window_notes(player.onset, starts, length)
    count = high - low
    recent = _sum(player.onset, low, high) - count * starts
    return count / length, np.maximum(recent, 0.0) / length**2


def _accents(player: Player) -> Array:
    accents: Array = (1 - np.exp(-(player.offset - player.onset) / SATURATION)) ** ACCENT_POWER
    return accents


def _sum(values: Array, low: Places, high: Places) -> Array:
    total = np.concatenate(([0.0], np.cumsum(values)))
    found: Array = total[high] - total[low]
    return found


def _of_notes(values: Array, player: Player, starts: Array, length: Seconds) -> tuple[Array, Array]:
    """Mean and deviation of what is known of each window's notes; NaN where nothing is."""
    low, high = window_notes(player.onset, starts, length)
    known = ~np.isnan(values)
    # around a whole number, sums of whole numbers are exact, and equal pitches deviate by exactly 0
    middle = np.round(values[known].mean()) if known.any() else 0.0
    away = np.where(known, values - middle, 0.0)
    number = _sum(known.astype(np.float64), low, high)
    some = np.maximum(number, 1.0)
    mean = _sum(away, low, high) / some
    spread = np.sqrt(np.maximum(_sum(away**2, low, high) / some - mean**2, 0.0))
    return np.where(number > 0, mean + middle, np.nan), np.where(number > 0, spread, np.nan)


def spans(onset: Array, offset: Array) -> tuple[Array, Array]:
    """Where anything sounds: beginnings and ends of stretches that do not touch, ascending."""
    if not len(onset):
        return np.empty(0), np.empty(0)
    reached = np.maximum.accumulate(offset)
    first = np.concatenate(([True], onset[1:] > reached[:-1]))
    last = np.concatenate((first[1:], [True]))
    return onset[first], reached[last]


def _covered(begins: Array, ends: Array, times: Array) -> Array:
    """How much of all time before each of ``times`` lies within stretches that do not overlap."""
    if not len(begins):
        return np.zeros(len(times))
    before = np.concatenate(([0.0], np.cumsum(ends - begins)))
    place = np.searchsorted(begins, times, side="right")
    inside = np.where(place > 0, np.minimum(times - ends[place - 1], 0.0), 0.0)
    found: Array = before[place] + inside
    return found


def articulation(player: Player, starts: Array, length: Seconds) -> Array:
    """Sounding time over total time, pauses longer than 2 s within the window left out."""
    begins, ends = spans(player.onset, player.offset)
    finishes = starts + length
    sounding = _covered(begins, ends, finishes) - _covered(begins, ends, starts)
    # the silences between stretches, the first and the last without an end
    from_, to = np.concatenate(([-np.inf], ends)), np.concatenate((begins, [np.inf]))
    first = np.searchsorted(to, starts, side="right")  # the first silence that reaches into the window
    last = np.searchsorted(from_, finishes, side="left") - 1  # and the last that begins in it
    pause = np.zeros(len(starts))
    for at, counts in ((first, first <= last), (last, first < last)):
        here = np.minimum(at, len(to) - 1)
        lasts = np.minimum(to[here], finishes) - np.maximum(from_[here], starts)
        pause += np.where(counts & (lasts > PAUSE), lasts, 0.0)
    inner = to[1:-1] - from_[1:-1]
    # those between the first and the last lie in the window whole; place k of inner is silence k + 1
    total = np.concatenate(([0.0, 0.0], np.cumsum(np.where(inner > PAUSE, inner, 0.0))))
    some = first + 1 < last
    whole = np.where(some, total[np.where(some, last, 1)] - total[np.where(some, first + 1, 1)], 0.0)
    rest = length - pause - whole
    return np.where(rest > _SHORTEST, np.clip(sounding / np.maximum(rest, _SHORTEST), 0.0, 1.0), np.nan)


def silence(player: Player, starts: Array, length: Seconds) -> Array:
    """Share of each window more than 2 s after sound, or before any."""
    ends = np.minimum(player.offset, player.onset + LONGEST_NOTE)
    begins, until = spans(player.onset, ends)
    # each stretch of sound, with the 2 s after it, is no silence
    begins, until = spans(begins, until + PAUSE)
    sounded = _covered(begins, until, starts + length) - _covered(begins, until, starts)
    return np.clip(1 - sounded / length, 0.0, 1.0)
