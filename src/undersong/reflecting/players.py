"""Players: who sounded what, as arrays, for looking back at any length of music.

Times are seconds from the start. Whoever plays, a maker, the partner or another program's track, is
described in the same way, so that every measure is the same for both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from undersong.events import Seconds
from undersong.reflecting.features import LENGTH, STEP

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
_NEARLY: Seconds = 1e-9  # a window is full although the last bits of its end differ


@dataclass(frozen=True, eq=False)
class Player:
    """One player's notes: four arrays of one length, ascending by onset (then by pitch).

    ``onset`` and ``offset`` in seconds, offset >= onset; ``pitch`` in MIDI numbers, NaN for what is
    struck and has none; ``velocity`` 1-127, NaN where the instrument tells none.
    """

    name: str
    onset: Array
    offset: Array
    pitch: Array
    velocity: Array

    def __len__(self) -> int:
        """How many notes."""
        return len(self.onset)


@dataclass(frozen=True, eq=False)
class Playing:
    """Everything that is looked back at. Nought, one, two or more players; the first two are the pair.

    ``end``: when the last sound ended, in seconds. ``coupled``: the second player is Undersong, whose
    synchrony is built in. ``pairs``: further pairs, as places in ``players``. ``missing``: one plain
    sentence for whatever could not be read or told apart.
    """

    players: tuple[Player, ...]
    end: Seconds
    coupled: bool = False
    pairs: tuple[tuple[int, int], ...] = ()
    missing: tuple[str, ...] = ()


def player(name: str, notes: Sequence[tuple[float, float, float | None, float | None]]) -> Player:
    """A player from notes (onset, offset, pitch or None, velocity or None), in any order.

    Raises ValueError for a note that ends before it begins or a time that is not finite.
    """
    table = np.array(
        [[np.nan if x is None else float(x) for x in note] for note in notes], dtype=np.float64
    ).reshape(-1, 4)
    return of_arrays(name, table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def of_arrays(name: str, onset: Any, offset: Any, pitch: Any, velocity: Any) -> Player:
    """A player from four arrays of one length, in any order. Raises ValueError as ``player`` does."""
    columns = [np.asarray(column, dtype=np.float64) for column in (onset, offset, pitch, velocity)]
    begin, end = columns[:2]
    if not (np.isfinite(begin).all() and np.isfinite(end).all() and (end >= begin).all()):
        raise ValueError("Every note needs a beginning and an end, the end not before the beginning.")
    order = np.lexsort((columns[2], begin))
    return Player(name, *(column[order] for column in columns))


def window_starts(end: Seconds, length: Seconds = LENGTH, step: Seconds = STEP) -> Array:
    """Where every full window between 0 and ``end`` begins; none if the music is shorter than one."""
    count = int(np.floor((end - length + _NEARLY) / step)) + 1
    return np.arange(max(count, 0), dtype=np.float64) * step
