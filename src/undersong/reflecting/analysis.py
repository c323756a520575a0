"""The whole of looking back at players, as the JSON object of ``undersong analyse``.

Numbers are rounded to six decimals; NaN becomes None (JSON null): there is nothing to say. Times are
seconds. What the words mean stands in ``curves``, for the pair in ``pair``, ``timing``, ``crossing``,
``imitation``, ``roles`` and ``coupling``, and in ``moments``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from undersong.events import Seconds
from undersong.reflecting import telling
from undersong.reflecting.curves import FEATURES, curves
from undersong.reflecting.features import LENGTH, STEP
from undersong.reflecting.moments import moments
from undersong.reflecting.pair import Pair, pair
from undersong.reflecting.players import Player, Playing, window_starts
from undersong.reflecting.telling import plain, told
from undersong.reflecting.timing import timing

VERSION = 1


def analysis(
    playing: Playing, length: Seconds = LENGTH, step: Seconds = STEP, resonance: bool = False
) -> dict[str, Any]:
    """Everything that is measured of a playing, ready for JSON; the shape is in the commands' document.

    ``length``, ``step``: of the windows. ``resonance``: weigh the pulse's lags by how willingly people tap
    at them. Beyond that document: ``seconds``, how long it lasts; ``missing``, one sentence for each thing
    that could not be said; ``coupling``, each one's response to the other; ``pairs``, where more than two
    play, each further pair. ``pair`` and ``leading`` are None without two players.
    """
    starts = window_starts(playing.end, length, step)
    found = {player.name: curves(player, starts, length, resonance) for player in playing.players}
    missing = list(playing.missing)
    if playing.players and not len(starts):
        missing.append(f"The music lasts {playing.end:.3g} s, less than one window of {length:g} s.")
    names = [player.name for player in playing.players[:2]]
    both: Pair | None = None
    if len(names) == 2:
        first, second = playing.players[:2]
        both = pair(
            first, second, playing.end, starts, length, step, (found[names[0]], found[names[1]]),
            weighted=resonance, coupled=playing.coupled,
        )  # fmt: skip
    synchrony = np.empty(0) if both is None else both.synchrony
    return {
        "version": VERSION,
        "players": names,
        "seconds": plain(playing.end),
        "windows": {"start": told(starts), "length": length, "step": step},
        "features": {
            feature: {name: told(curve[feature]) for name, curve in found.items()} for feature in FEATURES
        },
        "pair": None if both is None else telling.pair(both),
        "leading": None if both is None else telling.leading(both, names),
        "roles": {} if both is None else telling.roles(both, names),
        "coupling": None if both is None else telling.coupling(both, names),
        "pairs": [_short(playing.players[a], playing.players[b]) for a, b in playing.pairs],
        "moments": telling.moments(moments(playing, starts, length, found, synchrony)),
        "missing": missing,
    }


def _short(first: Player, second: Player) -> dict[str, Any]:
    """What is told of a further pair: the timing of its onsets."""
    found = timing(first, second)
    lead = found.lead
    return {
        "players": [first.name, second.name],
        "lag": plain(found.lag),
        "together": found.together,
        "p": plain(found.p),
        "leader": None if lead == 0 else (first if lead > 0 else second).name,
    }
