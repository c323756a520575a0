"""A simulated study: pairs of players of whom it is known who leads, how late the other is, and in what.

The leader plays a rhythm of one of four kinds: free, swinging about a pace, of notes on a beat, even. The
follower plays each onset ``lag`` seconds later with a person's noise, leaves some out and adds some of
their own. Loudness and pitch wander; the follower's wander with the leader's, ``behind`` seconds later
(imitation), at once (integration), or on their own. Unrelated pairs are players of two different pairs.
Chance is an argument; times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.players import Array, Player, of_arrays

Rhythm = Literal["free", "swinging", "beat", "even"]
RHYTHMS: tuple[Rhythm, ...] = ("free", "swinging", "beat", "even")
LAGS: tuple[Seconds, ...] = (0.03, 0.06, 0.12, 0.25, 0.5, 0.9)
NOISE: tuple[Seconds, ...] = (0.01, 0.025, 0.04)  # SD of the follower's onsets
LEFT_OUT, ADDED = 0.15, 0.1  # shares of the notes
BEHIND: Seconds = 6.0  # in imitation
SLOW: Seconds = 5.0  # the wandering of loudness and pitch: SD of its smoothing


@dataclass(frozen=True, eq=False)
class Couple:
    """A pair. ``lag`` from the first player's onsets to the second's; ``leads`` 1 if the first leads, -1 if
    the second does; ``behind`` how much later the second's loudness and pitch come, None: on their own."""

    first: Player
    second: Player
    rhythm: Rhythm
    lag: Seconds
    leads: int
    behind: Seconds | None
    end: Seconds


def couple(rhythm: Rhythm, seconds: Seconds, chance: np.random.Generator, behind: Seconds | None) -> Couple:
    """One pair. ``behind``: negative where the first follows in loudness and pitch."""
    lag, noise = float(chance.choice(LAGS)), float(chance.choice(NOISE))
    leads = 1 if chance.random() < 0.5 else -1
    own = onsets(rhythm, seconds, chance)
    late = own + lag + chance.normal(0.0, noise, len(own))
    late = late[chance.random(len(late)) >= LEFT_OUT]
    more = chance.uniform(own[0], own[-1], int(ADDED * len(own)))
    late = np.sort(np.concatenate((late, more)))
    late = late[(late > 0) & (late < seconds)]
    a, b = (own, late) if leads > 0 else (late, own)
    span = np.arange(0.0, seconds + 1.0, 0.1)
    waves = [(_wander(span, chance), _wander(span, chance)) for _ in range(2)]  # loudness and pitch of each
    if behind is not None:
        waves[1] = (_later(waves[0][0], behind), _later(waves[0][1], behind))
    first, second = (
        _player(name, at, span, wave, chance)
        for name, at, wave in zip(("one", "other"), (a, b), waves, strict=True)
    )
    return Couple(first, second, rhythm, lag * leads, leads, behind, seconds)


def onsets(rhythm: Rhythm, seconds: Seconds, chance: np.random.Generator) -> Array:
    """Onsets of one player."""
    many = int(8 * seconds)
    if rhythm == "free":
        gaps = chance.uniform(0.25, 1.1, many)
    elif rhythm == "swinging":
        gaps = 0.15 + chance.gamma(2.0, 0.2, many)
    elif rhythm == "beat":
        gaps = chance.uniform(0.8, 1.25) * chance.choice([0.25, 0.5, 1.0], many, p=[0.2, 0.6, 0.2])
        gaps = np.maximum(gaps + chance.normal(0.0, 0.015, many), 0.08)
    else:
        gaps = np.maximum(chance.uniform(0.4, 0.8) + chance.normal(0.0, 0.02, many), 0.1)
    times = chance.uniform(0.5, 2.0) + np.cumsum(gaps)
    found: Array = times[times < seconds - 1.0]
    return found


def _wander(span: Array, chance: np.random.Generator) -> Array:
    """Slow changes around 0, about 1 in size."""
    width = int(SLOW / 0.1)
    bell = np.exp(-0.5 * (np.arange(-3 * width, 3 * width + 1) / width) ** 2)
    raw = np.convolve(chance.normal(0.0, 1.0, len(span) + len(bell) - 1), bell, mode="valid")
    found: Array = raw / raw.std()
    return found


def _later(wave: Array, behind: Seconds) -> Array:
    found: Array = np.roll(wave, round(behind / 0.1))
    return found


def _player(
    name: str, at: Array, span: Array, wave: tuple[Array, Array], chance: np.random.Generator
) -> Player:
    loud = 70 + 15 * np.interp(at, span, wave[0]) + chance.normal(0.0, 4.0, len(at))
    pitch = np.round(62 + 7 * np.interp(at, span, wave[1]) + chance.normal(0.0, 2.0, len(at)))
    lasts = np.minimum(np.diff(at, append=at[-1] + 0.5), 0.4)
    return of_arrays(name, at, at + 0.9 * lasts, pitch, np.clip(loud, 1, 127))
