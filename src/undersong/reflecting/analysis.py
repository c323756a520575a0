"""The whole of looking back at two players, as the JSON object of ``undersong analyse``.

Numbers are rounded to six decimals; NaN becomes None (JSON null): there is nothing to say. Times are
seconds. What the words mean stands in ``curves``, and for the pair in ``synchrony``, ``imitation``,
``leading``, ``roles``, ``coupling`` and ``moments``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.curves import FEATURES, curves
from undersong.reflecting.features import LENGTH, STEP
from undersong.reflecting.players import Array, Playing, window_starts

VERSION = 1
DECIMALS = 6


def analysis(
    playing: Playing, length: Seconds = LENGTH, step: Seconds = STEP, resonance: bool = False
) -> dict[str, Any]:
    """Everything that is measured of a playing, ready for JSON; the shape is in the commands' document.

    ``length``, ``step``: of the windows. ``resonance``: weigh the pulse's lags by how willingly people tap
    at them. Beyond that document: ``seconds``, how long it lasts; ``missing``, one sentence for each thing
    that could not be said.
    """
    starts = window_starts(playing.end, length, step)
    features = {player.name: curves(player, starts, length, resonance) for player in playing.players}
    missing = list(playing.missing)
    if playing.players and not len(starts):
        missing.append(f"The music lasts {playing.end:.3g} s, less than one window of {length:g} s.")
    names = [player.name for player in playing.players[:2]]
    return {
        "version": VERSION,
        "players": names,
        "seconds": plain(playing.end),
        "windows": {"start": told(starts), "length": length, "step": step},
        "features": {
            feature: {name: told(found[feature]) for name, found in features.items()}
            for feature in FEATURES
        },
        "missing": missing,
    }


def told(values: Array) -> list[float | None]:
    """A curve for JSON."""
    rounded = np.round(values, DECIMALS) + 0.0  # never -0
    found: list[float | None] = rounded.astype(object).tolist()
    for place in np.flatnonzero(~np.isfinite(values)):
        found[int(place)] = None
    return found


def plain(value: float) -> float | None:
    """A number for JSON."""
    return told(np.array([value], dtype=np.float64))[0]
