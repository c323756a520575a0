"""Two players together, brought into one: synchrony, timing, leading, imitation, roles. Seconds.

``synchrony``: in each window the height of the highest peak of the product of both players' onset
autocorrelations (``pulse_curve``), 0-1; ``common_tempo`` its lag as beats a minute. NaN where one of them
has fewer than two onsets. Both are the same for both players.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from undersong.events import Seconds
from undersong.reflecting import crossing as cross
from undersong.reflecting.coupling import Responses, moved, responses
from undersong.reflecting.imitation import Imitation, imitation
from undersong.reflecting.players import Array, Places, Player
from undersong.reflecting.pulse_curve import autocorrelations, peak
from undersong.reflecting.roles import roles
from undersong.reflecting.timing import Intervals, Timing, intervals, timing

_BATCH = 2048  # windows at once


@dataclass(frozen=True, eq=False)
class Pair:
    """What is measured of two players; ``replayed`` only where the second is Undersong."""

    synchrony: Array
    common_tempo: Array
    timing: Timing
    intervals: Intervals
    crossed: Mapping[str, cross.Crossing]
    imitation: Mapping[str, Imitation]
    roles: Mapping[str, tuple[Places, Places]]
    responses: Responses
    replayed: Responses | None


def pair(
    first: Player,
    second: Player,
    end: Seconds,
    starts: Array,
    length: Seconds,
    step: Seconds,
    curves: tuple[Mapping[str, Array], Mapping[str, Array]],
    *,
    weighted: bool = False,
    coupled: bool = False,
) -> Pair:
    """Everything of a pair. ``curves``: each player's, for windows of ``length`` that begin at ``starts``,
    one every ``step``; ``weighted``: with the resonance weight; ``coupled``: the second is Undersong."""
    together, tempo = synchrony(first, second, starts, length, weighted)
    timed = timing(first, second)
    crossed = cross.crossing(first, second, end)
    against = cross.crossing(first, moved(second, end), end) if coupled else None
    return Pair(
        together,
        tempo,
        timed,
        intervals(timed),
        crossed,
        imitation(curves[0], curves[1], step),
        {name: roles(curves[0][name], curves[1][name], step) for name in curves[0]},
        responses(crossed),
        responses(against) if against is not None else None,
    )


def synchrony(
    first: Player, second: Player, starts: Array, length: Seconds, weighted: bool = False
) -> tuple[Array, Array]:
    """Synchrony and common tempo in each window."""
    height, lag = np.empty(len(starts)), np.empty(len(starts))
    for begin in range(0, len(starts), _BATCH):
        some = slice(begin, begin + _BATCH)
        both = [autocorrelations(one, starts[some], length) for one in (first, second)]
        height[some], lag[some] = peak(both[0] * both[1], weighted)
    return height, 60 / lag
