"""What is measured of two players, as rows of a report: what it is, and what came out, in plain words.

Only what can be said has a row. Times are milliseconds, responses correlation times seconds (``coupling``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = tuple[str, str]
FEATURES = {"density": "density", "velocity": "loudness", "mean_pitch": "pitch"}


def rows(analysis: Mapping[str, Any]) -> list[Row]:
    """The rows for the object of ``undersong analyse``; none without two players."""
    if not analysis.get("pair") or len(analysis["players"]) < 2:
        return []
    first, second = analysis["players"][:2]
    return [
        *_timing(analysis["pair"], first, second),
        *_together(analysis["pair"]),
        *_leading(analysis.get("leading") or {}),
        *_responses(analysis.get("coupling") or {}, first, second),
    ]


def _timing(pair: Mapping[str, Any], first: str, second: str) -> list[Row]:
    found = pair["asynchrony"]
    if found["mean"] is None:
        return []
    spread = "" if found["sd"] is None else f", spread {1000 * found['sd']:.0f} ms"
    pairs = f"{found['n']} pair" + ("" if found["n"] == 1 else "s")
    earlier = f"{1000 * found['mean']:+.0f} ms on average{spread}, {pairs}"
    return [(f"Onsets that belong together: how much the {first} is before the {second}", earlier)]


def _together(pair: Mapping[str, Any]) -> list[Row]:
    if pair["together"] is None:
        return []
    more = "more" if pair["together"] else "not more"
    chance = "" if pair["p"] is None else f" (p = {pair['p']:.2g})"
    return [("Onsets meet", f"{more} often than those of the same playing, shuffled{chance}")]


def _leading(leading: Mapping[str, Any]) -> list[Row]:
    found = []
    if leading.get("leader") is not None:
        found.append(("Whose onsets come first", f"the {leading['leader']}'s"))
    told = [
        f"{FEATURES[feature]}: the {who}'s"
        for feature, who in leading.get("by_feature", {}).items()
        if who is not None and feature in FEATURES
    ]
    if told:
        found.append(("Whose changes come first", ", ".join(told)))
    return found


def _responses(coupling: Mapping[str, Any], first: str, second: str) -> list[Row]:
    found = []
    beside = coupling.get("replayed") or {}
    for one, other in ((first, second), (second, first)):
        value = coupling.get(f"{one} -> {other}")
        if value is None:
            continue
        told = f"{value:.2f}"
        if beside.get(f"{one} -> {other}") is not None:
            told += f"; {beside[f'{one} -> {other}']:.2f} where the partner's part is moved to another time"
        found.append((f"How far the {other}'s changes follow the {one}'s", told))
    return found
