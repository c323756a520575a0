"""The course: what one take adds to a row of takes over weeks. Each number with how sure it is.

A take is cut into stretches of 30 s; a number's interval is where 95 of 100 numbers lie that are made of
as many stretches drawn from these with replacement (a block bootstrap: within a stretch playing depends on
itself). With fewer than three stretches there is no interval. An interval tells how far a number holds for
this take, not what it means: nothing here is a score, and more is not better.

- ``density``: the makers' sounds a second
- ``range``: the semitones within which the middle nine tenths of the makers' notes lie
- ``velocity``: their mean, 1-127
- ``leading``: of the beginnings, at the start and after silences of 2 s or more, the makers' share less the
  partner's: from -1 (always the partner) over 0 to 1 (always a maker); its interval is Wilson's
- ``interaction``: the share of the time in which both sides play on, neither pausing for more than 2 s
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from undersong.chance import Chance
from undersong.events import Seconds
from undersong.reflecting.duet import Duet
from undersong.reflecting.summary import PARTNER, beginnings, everyone, together

BLOCK: Seconds = 30.0
LEAST_BLOCKS = 3
DRAWS = 400
MIDDLE = (0.05, 0.95)  # of the notes, by pitch
SURE = (0.025, 0.975)  # of the drawn numbers
Z = 1.96  # of a normal distribution, for the same
PITCHES = 128
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sure:
    """A number, and between which two it lies; None where there is nothing to say."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def shown(self) -> dict[str, float | None]:
        """For JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


def of_take(made: Duet, seed: int = 0) -> dict[str, Any]:
    """The numbers of one take, ready for JSON; ``techniques``: for how many seconds each was in force.
    ``seed``: for the draws."""
    makers, partner = made.tones(), list(made.partner)
    count = max(1, int(made.end // BLOCK))  # what is left over belongs to the last one
    sounds, loud, pitches = np.zeros(count), np.zeros(count), np.zeros((count, PITCHES))
    for tone in makers:
        block = min(int(max(tone.onset, 0.0) // BLOCK), count - 1)
        sounds[block] += 1
        loud[block] += tone.velocity
        if tone.pitch is not None:
            pitches[block, tone.pitch] += 1
    edges: Array = np.arange(count + 1, dtype=np.float64) * BLOCK
    edges[-1] = max(made.end, 1e-9)
    shared = _within(together(makers, partner, made.end), edges)
    drawn = _draws(count, seed)
    began = beginnings(everyone(made))
    by_makers = sum(number for name, number in began.items() if name != PARTNER)
    return {
        "density": _ratio(sounds, np.diff(edges), drawn).shown,
        "range": _range(pitches, drawn).shown,
        "velocity": _ratio(loud, sounds, drawn).shown,
        "leading": _leading(by_makers, sum(began.values())).shown,
        "interaction": _ratio(shared, np.diff(edges), drawn).shown,
        "techniques": _techniques(made),
    }


def _draws(count: int, seed: int) -> npt.NDArray[np.int64] | None:
    """How often each stretch is drawn, for every draw."""
    if count < LEAST_BLOCKS:
        return None
    chance = Chance(seed)
    places = [[int(chance.unit("course") * count) for _ in range(count)] for _ in range(DRAWS)]
    return np.array([np.bincount(row, minlength=count) for row in places])


def _ratio(above: Array, below: Array, drawn: npt.NDArray[np.int64] | None) -> Sure:
    total = below.sum()
    if total <= 0:
        return Sure(None)
    value = float(above.sum() / total)
    if drawn is None:
        return _rounded(value)
    bases = drawn @ below
    some = bases > 0
    return _rounded(value, (drawn @ above)[some] / bases[some])


def _range(pitches: Array, drawn: npt.NDArray[np.int64] | None) -> Sure:
    if not pitches.any():
        return Sure(None)
    value = float(_spread(pitches.sum(axis=0)[np.newaxis])[0])
    if drawn is None:
        return _rounded(value)
    every = drawn @ pitches
    return _rounded(value, _spread(every[every.any(axis=1)]))


def _spread(counts: Array) -> Array:
    """The distance between the lowest and the highest of the middle notes, for each row of counts."""
    shares = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    low, high = ((shares >= share - 1e-12).argmax(axis=1) for share in MIDDLE)
    return np.asarray(high - low, dtype=np.float64)


def _rounded(value: float, drawn: Array | None = None) -> Sure:
    if drawn is None or not len(drawn):
        return Sure(round(value, 4))
    low, high = np.quantile(drawn, SURE)
    return Sure(round(value, 4), round(float(low), 4), round(float(high), 4))


def _leading(makers: int, everyone_: int) -> Sure:
    if not everyone_:
        return Sure(None)
    share = makers / everyone_
    spread = Z * sqrt(share * (1 - share) / everyone_ + Z * Z / (4 * everyone_ * everyone_))
    base = 1 + Z * Z / everyone_
    middle = share + Z * Z / (2 * everyone_)
    low, high = (middle - spread) / base, (middle + spread) / base
    return Sure(round(2 * share - 1, 4), round(2 * low - 1, 4), round(2 * high - 1, 4))


def _within(stretches: list[tuple[Seconds, Seconds]], edges: Array) -> Array:
    """For how many seconds of each block the stretches lie in it."""
    found = np.zeros(len(edges) - 1)
    for begin, end in stretches:
        found += np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin), 0.0, None)
    return found


def _techniques(made: Duet) -> dict[str, float]:
    held: dict[str, float] = {}
    for number, chose in enumerate(made.chose):
        after = made.chose[number + 1 : number + 2]
        end = after[0].time if after else made.end
        held[chose.technique] = held.get(chose.technique, 0.0) + max(0.0, end - chose.time)
    return {name: round(seconds, 1) for name, seconds in held.items()}
