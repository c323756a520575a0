"""Analyses as rows of tables, for spreadsheets and statistics. Units as in the analysis; None is nothing.

- ``windows``: a row for each player and window; beside their features the pair's synchrony and common tempo
  in that window, and, the same in every row of a file, what is said of the pair as a whole. A player beyond
  the pair (``place`` above 2) has features alone.
- ``imitation``, ``leading``, ``roles``: a row for each feature (and player)
- ``moments``: a row for each
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from undersong.reflecting.curves import FEATURES
from undersong.reflecting.roles import ROLES

Row = tuple[Any, ...]
Head = tuple[tuple[str, str], ...]  # a column's name and what it holds: text, number, count or yes

WHOLE: Head = (
    ("lag", "number"), ("together", "yes"), ("p", "number"), ("leader", "text"),
    ("asynchrony_mean", "number"), ("asynchrony_sd", "number"), ("asynchrony_n", "count"),
)  # fmt: skip
DIAGRAM = ("initiation", "imitation", "integration", "overall")

TABLES: dict[str, Head] = {
    "windows": (
        ("file", "text"), ("player", "text"), ("place", "count"), ("start", "number"),
        *((feature, "number") for feature in FEATURES),
        ("synchrony", "number"), ("common_tempo", "number"), *WHOLE,
    ),
    "imitation": (("file", "text"), ("feature", "text"), *((name, "number") for name in DIAGRAM)),
    "leading": (("file", "text"), ("feature", "text"), ("leader", "text"), ("area", "number")),
    "roles": (
        ("file", "text"), ("feature", "text"), ("player", "text"), *((role, "number") for role in ROLES),
    ),
    "moments": (
        ("file", "text"), ("at", "number"), ("seconds", "number"), ("kind", "text"), ("because", "text"),
    ),
}  # fmt: skip


def rows(file: str, result: dict[str, Any]) -> dict[str, Iterator[Row]]:
    """The rows of every table for one file's analysis, as ``analysis.analysis`` gives it."""
    made = {
        "windows": _windows, "imitation": _imitation, "leading": _leading, "roles": _roles,
        "moments": _moments,
    }  # fmt: skip
    return {name: table(file, result) for name, table in made.items()}


def _windows(file: str, result: dict[str, Any]) -> Iterator[Row]:
    curves, pair = result["features"], result["pair"]
    starts = result["windows"]["start"]
    nothing = [None] * len(starts)
    for place, name in enumerate(curves["density"], 1):
        shared = pair if place <= 2 else None
        columns = [curves[feature][name] for feature in FEATURES]
        columns += [shared[name] if shared else nothing for name in ("synchrony", "common_tempo")]
        whole = _whole(shared, result["leading"])
        for values in zip(starts, *columns, strict=True):
            yield (file, name, place, *values, *whole)


def _whole(pair: dict[str, Any] | None, leading: dict[str, Any] | None) -> Row:
    if pair is None or leading is None:
        return (None,) * len(WHOLE)
    away = pair["asynchrony"]
    return (
        pair["lag"], pair["together"], pair["p"], leading["leader"], away["mean"], away["sd"], away["n"],
    )  # fmt: skip


def _imitation(file: str, result: dict[str, Any]) -> Iterator[Row]:
    for feature, found in (result["pair"] or {"imitation": {}})["imitation"].items():
        yield (file, feature, *(found[name] for name in DIAGRAM))


def _leading(file: str, result: dict[str, Any]) -> Iterator[Row]:
    leading = result["leading"] or {"by_feature": {}}
    for feature, leader in leading["by_feature"].items():
        yield (file, feature, leader, leading["areas"][feature])


def _roles(file: str, result: dict[str, Any]) -> Iterator[Row]:
    for feature, players in result["roles"].items():
        for player, found in players.items():
            yield (file, feature, player, *(found["shares"].get(role) for role in ROLES))


def _moments(file: str, result: dict[str, Any]) -> Iterator[Row]:
    for found in result["moments"]:
        yield (file, found["at"], found["seconds"], found["kind"], found["because"])
