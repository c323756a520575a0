"""The pair, its leading, roles and places as plain objects for JSON, with players by name.

Numbers are rounded to six decimals; NaN becomes None. Times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from undersong.reflecting.coupling import Responses
from undersong.reflecting.crossing import LAGS
from undersong.reflecting.moments import Moment
from undersong.reflecting.pair import Pair
from undersong.reflecting.players import Array
from undersong.reflecting.roles import ROLES, shares

DECIMALS = 6


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


def pair(found: Pair) -> dict[str, Any]:
    """Everything of a pair but leading and roles."""
    away = found.timing.asynchronies
    count = len(away)
    return {
        "synchrony": told(found.synchrony),
        "common_tempo": told(found.common_tempo),
        "asynchrony": {
            "mean": plain(float(away.mean())) if count else None,
            "sd": plain(float(away.std(ddof=1))) if count > 1 else None,
            "n": count,
        },
        "lag": plain(found.timing.lag),
        "together": found.timing.together,
        "p": plain(found.timing.p),
        "intervals": {
            "at_once": plain(found.intervals.at_once),
            "second_after_first": plain(found.intervals.second_after_first),
            "first_after_second": plain(found.intervals.first_after_second),
            "n": found.intervals.count,
        },
        "imitation": {
            name: {
                "initiation": plain(one.initiation),
                "imitation": plain(one.imitation),
                "integration": plain(one.integration),
                "overall": plain(one.overall),
            }
            for name, one in found.imitation.items()
        },
        "cross_correlation": {
            "lags": told(LAGS),
            **{
                name: {"mean": told(one.mean), "baseline": told(one.baseline)}
                for name, one in found.crossed.items()
            },
        },
    }


def leading(found: Pair, names: Sequence[str]) -> dict[str, Any]:
    """Whose onsets come first, and whose changes in each feature; None where that cannot be said."""
    return {
        "leader": _who(found.timing.lead, names),
        "by_feature": {name: _who(one.lead, names) for name, one in found.crossed.items()},
        "areas": {name: plain(one.area) for name, one in found.crossed.items()},
    }


def _who(lead: int, names: Sequence[str]) -> str | None:
    return None if lead == 0 else names[0 if lead > 0 else 1]


def roles(found: Pair, names: Sequence[str]) -> dict[str, Any]:
    """For each feature and player: the share of each role, and the role at each window."""
    return {
        feature: {
            name: {
                "shares": {role: plain(share) for role, share in shares(places).items()},
                "at": [ROLES[place] for place in places.tolist()],
            }
            for name, places in zip(names, both, strict=True)
        }
        for feature, both in found.roles.items()
    }


def coupling(found: Pair, names: Sequence[str]) -> dict[str, Any]:
    """How much of each one's changes follows the other's, beside a partner that cannot have listened."""
    return {
        "software_coupled": found.replayed is not None,
        **_responses(found.responses, names),
        "replayed": None if found.replayed is None else _responses(found.replayed, names),
    }


def _responses(found: Responses, names: Sequence[str]) -> Mapping[str, float | None]:
    return {
        f"{names[0]} -> {names[1]}": plain(found.second),
        f"{names[1]} -> {names[0]}": plain(found.first),
    }


def moments(found: Iterable[Moment]) -> list[dict[str, Any]]:
    """Places worth hearing again, in their order."""
    return [
        {"at": plain(one.at), "seconds": plain(one.seconds), "kind": one.kind, "because": one.because}
        for one in found
    ]
