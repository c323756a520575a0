"""Tonality in windows, and how much a player's tones rub against each other.

Tonal clarity, majorness and minorness: the highest correlation of a window's pitch-class content with the
key profiles of ``theory.clarity`` (Krumhansl & Kessler 1982), over all keys, the major, the minor. The
content is the seconds that the notes which start in the window last, by pitch class. From -1 to 1; NaN
without pitched notes that last, and where all twelve weigh the same.

Dissonance: each note's roughness (``theory.roughness``: Plomp & Levelt as fitted by Sethares, six partials
that fall by x.8) against each tone of the same player that sounds or is remembered at its onset, summed; a
window's value is the mean over the pitched notes that start in it, NaN without any. Unitless; only ratios
mean anything. A tone alone gives 0: its own partials are left out. A pair counts by the strength of the
older tone, which dies away while it sounds, the higher the faster, and is remembered for a second after its
end, fading evenly. The rates of dying away are our choice, near a piano's. Of notes that begin together
each pair counts once.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.players import Array, Player
from undersong.reflecting.pulse_curve import window_notes
from undersong.theory import clarity
from undersong.theory.roughness import roughness

MEMORY: Seconds = 1.0  # for which a tone that ended is remembered
FADES: Seconds = 2.5  # in which a tone of pitch FADES_AT falls to 1/e
FADES_AT, FADES_HALF = 48.0, 18.0  # and in half of it so many semitones above
LONGEST: Seconds = 5.0  # of a held tone only this long is heard, as for silence
REACH = 48  # semitones: beyond four octaves six partials hardly meet
MOST = 64  # tones before a note that are looked at: no hands hold more


def tonality(player: Player, starts: Array, length: Seconds) -> tuple[Array, Array, Array]:
    """Tonal clarity, majorness and minorness of each window."""
    low, high = window_notes(player.onset, starts, length)
    pitched = ~np.isnan(player.pitch)
    lasting = np.where(pitched, player.offset - player.onset, 0.0)
    classes = np.where(pitched, np.round(np.nan_to_num(player.pitch)) % 12, 0).astype(np.int64)
    content = np.empty((12, len(starts)))
    for pc in range(12):
        # each class by itself: what never sounded stays exactly 0
        total = np.concatenate(([0.0], np.cumsum(np.where(classes == pc, lasting, 0.0))))
        content[pc] = total[high] - total[low]
    away = content - content.mean(axis=0)
    size = np.sqrt((away**2).sum(axis=0))
    clear = size > 1e-9
    scale = np.where(clear, size, 1.0)
    major, minor = (
        np.where(clear, (np.array(keys) @ away).max(axis=0) / scale, np.nan) for keys in clarity.KEYS
    )
    return np.maximum(major, minor), major, minor


@cache
def rubbing(low: int, high: int) -> float:
    """How two tones rub, by their pitches 0-127: roughness of both less that of each alone."""
    if high - low > REACH:
        return 0.0
    return max(roughness([low, high]) - _own(low) - _own(high), 0.0)


@cache
def _own(pitch: int) -> float:
    return roughness([pitch])


def dissonance(player: Player, starts: Array, length: Seconds) -> Array:
    """The mean roughness of the notes of each window against what sounds and is remembered."""
    rough = note_roughness(player)
    low, high = window_notes(player.onset, starts, length)
    pitched = ~np.isnan(player.pitch)
    count = np.concatenate(([0], np.cumsum(pitched)))
    total = np.concatenate(([0.0], np.cumsum(np.where(pitched, rough, 0.0))))
    number = count[high] - count[low]
    return np.where(number > 0, (total[high] - total[low]) / np.maximum(number, 1), np.nan)


def note_roughness(player: Player) -> Array:
    """Each note's roughness against the player's earlier tones; 0 for what is struck."""
    known = ~np.isnan(player.pitch)
    onset = player.onset[known]
    offset = np.minimum(player.offset[known], onset + LONGEST)
    pitch = np.clip(np.round(player.pitch[known]), 0, 127).astype(np.int64)
    fades = FADES * 2.0 ** ((FADES_AT - pitch) / FADES_HALF)
    found = np.zeros(len(onset))
    table, known_pairs = np.zeros(128 * 128), np.zeros(128 * 128, dtype=bool)
    for back in range(1, min(MOST, len(onset) - 1) + 1):
        now, then = onset[back:], onset[:-back]
        near = np.flatnonzero(now - then < LONGEST + MEMORY)
        if not len(near):
            break
        ended = offset[near]
        here = now[near]
        held = np.minimum(here, ended) - onset[near]
        left = np.clip(1 - (here - ended) / MEMORY, 0.0, 1.0)
        strength = np.exp(-held / fades[near]) * left
        pair = pitch[near + back] * 128 + pitch[near]
        met = np.zeros_like(known_pairs)
        met[pair] = True
        for new in np.flatnonzero(met & ~known_pairs):
            table[new] = rubbing(*sorted(divmod(int(new), 128)))
        known_pairs |= met
        found[near + back] += strength * table[pair]
    rough = np.zeros(len(player))
    rough[known] = found
    return rough
