"""Roles in a feature, after autonomy microanalysis: who comes nearer to the other, who goes their own way.

After Wosch's microanalysis of Bruscia's autonomy profile, as automated by Vobig et al. (CAMII, 2025); the
rules are written from its description. At each step of a feature's curve a player moves toward the other,
away, or neither (less than 1% of their own range a second). Over 5 s the moves are counted, and of the
steps that are a move the share toward the other decides:

- *dependent* at least 95% toward; *follower* more than 60%
- *partner* toward and away within 20% of one another (40 to 60% toward)
- *leader* fewer than 40% toward; *resister* at least 95% away
- *approach* where both players come toward each other (each more than 60%)
- *leader*, too, who stays while the other comes near (more than 60% toward)
- *partner* where both stay within a tenth of their common range
- *solo* where the other has nothing to say; *none* where this player has nothing, or nothing above fits

Exchanging the players exchanges their roles. These are words about curves, not about people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from undersong.events import Seconds
from undersong.reflecting.players import Array, Places

Flags = npt.NDArray[np.bool_]
EPISODE: Seconds = 5.0
STILL = 0.01  # of the own range, a second
ALL, MOSTLY, FEW = 0.95, 0.6, 0.4
NEAR = 0.1  # of the common range
ROLES: tuple[str, ...] = (
    "dependent", "follower", "partner", "leader", "resister", "approach", "solo", "none",
)  # fmt: skip
DEPENDENT, FOLLOWER, PARTNER, LEADER, RESISTER, APPROACH, SOLO, NONE = range(len(ROLES))


def roles(first: Array, second: Array, step: Seconds) -> tuple[Places, Places]:
    """Each player's role, as a place in ROLES, in each episode of EPISODE seconds that begins at a value of
    the two curves, which have one every ``step`` seconds. Too short a curve gives none."""
    long = max(1, round(EPISODE / step))
    if len(first) <= long:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    toward = [_shares(one, other, step, long) for one, other in ((first, second), (second, first))]
    known = [_any(np.isfinite(curve), long) for curve in (first, second)]
    near = _near(first, second, long)
    return (
        _named(toward[0], toward[1], known[0], known[1], near),
        _named(toward[1], toward[0], known[1], known[0], near),
    )


def shares(found: Places) -> dict[str, float]:
    """How much of the time each role was taken, 0-1; of nothing, nothing."""
    if not len(found):
        return {}
    counts = np.bincount(found, minlength=len(ROLES)) / len(found)
    return {role: float(share) for role, share in zip(ROLES, counts, strict=True)}


def _shares(one: Array, other: Array, step: Seconds, long: int) -> Array:
    """Of the moves in each episode the share that goes toward the other; NaN without a move."""
    reach = float(np.nanmax(one) - np.nanmin(one)) if np.isfinite(one).any() else 0.0
    move = np.diff(one)
    gap = (other - one)[:-1]
    moves = np.isfinite(move) & np.isfinite(gap) & (np.abs(move) >= STILL * reach * step) & (move != 0)
    # a move past the other still comes from it: what counts is where the other was
    nearer = moves & (np.sign(move) == np.sign(gap))
    total, count = _moving(nearer, long), _moving(moves, long)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _near(a: Array, b: Array, long: int) -> Flags:
    both = np.concatenate((a, b))
    reach = float(np.nanmax(both) - np.nanmin(both)) if np.isfinite(both).any() else 0.0
    apart = np.abs(a - b)[:-1]
    close = np.isfinite(apart) & (apart <= NEAR * reach)
    known = _moving(np.isfinite(apart), long)
    found: Flags = (known > 0) & (_moving(close, long) == known)
    return found


def _moving(flags: Flags, long: int) -> Array:
    total = np.concatenate(([0.0], np.cumsum(flags.astype(np.float64))))
    found: Array = total[long:] - total[:-long]
    return found


def _any(known: Flags, long: int) -> Flags:
    found: Flags = _moving(known[:-1], long) > 0
    return found


def _named(mine: Array, theirs: Array, known: Flags, other_known: Flags, near: Flags) -> Places:
    moved, other_moved = np.isfinite(mine), np.isfinite(theirs)
    found = np.full(len(mine), NONE, dtype=np.intp)
    cases = (
        (~moved & ~other_moved & near, PARTNER),
        (~moved & (theirs > MOSTLY), LEADER),
        (mine < FEW, LEADER),
        (mine <= 1 - ALL, RESISTER),
        ((mine >= FEW) & (mine <= MOSTLY), PARTNER),
        (mine > MOSTLY, FOLLOWER),
        (mine >= ALL, DEPENDENT),
        ((mine > MOSTLY) & (theirs > MOSTLY), APPROACH),
        (~other_known, SOLO),
        (~known, NONE),
    )
    for where, role in cases:  # the later ones go before
        found[where] = role
    return found
