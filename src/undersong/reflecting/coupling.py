"""Responses to one another, both ways; and with Undersong, beside a partner that cannot respond.

How much of a player's changes follows the other's: the area of the cross-correlation (``crossing``) over
its baseline on the side where this player comes later, over density, velocity and pitch; in correlation x
seconds. Software that listens is coupled by its making, and shuffled surrogates do not take that away. So
where the second player is Undersong, the same maker is also held against the same partner's playing moved
by half the session, begun again at its start: what sounds as before, and cannot have listened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.crossing import EVERY, FARTHEST, Crossing
from undersong.reflecting.players import Player, of_arrays


@dataclass(frozen=True)
class Responses:
    """``second``: how much the second player's changes follow the first's; ``first``: the first's the
    second's. NaN where nothing can be said."""

    second: float
    first: float


def responses(crossed: Mapping[str, Crossing]) -> Responses:
    """From the cross-correlations of two players."""
    over = np.array([one.mean - one.baseline for one in crossed.values()])
    later, earlier = over[:, FARTHEST + 1 :], over[:, :FARTHEST]
    return Responses(_area(later), _area(earlier))


def _area(curves: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    known = np.isfinite(curves).all(axis=1)
    return float((curves[known].sum(axis=1) * EVERY).mean()) if known.any() else float("nan")


def moved(partner: Player, end: Seconds) -> Player:
    """The same playing begun in its middle: each note half of ``end`` later, what passes the end at the
    start."""
    away = end / 2
    onset = np.mod(partner.onset + away, max(end, 1e-9))
    return of_arrays(
        partner.name, onset, onset + (partner.offset - partner.onset), partner.pitch, partner.velocity
    )
