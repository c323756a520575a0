"""Analyses as rows of tables, for spreadsheets and statistics. Units as in the analysis; None is nothing.

``windows``: a row for each player and window, with the pair's curves beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from undersong.reflecting.curves import FEATURES

Row = tuple[Any, ...]
Head = tuple[tuple[str, str], ...]  # a column's name and what it holds: text, number, count or yes

TABLES: dict[str, Head] = {
    "windows": (
        ("file", "text"), ("player", "text"), ("place", "count"), ("start", "number"),
        *((feature, "number") for feature in FEATURES),
    ),
}  # fmt: skip


def rows(file: str, result: dict[str, Any]) -> dict[str, Iterator[Row]]:
    """The rows of every table for one file's analysis, as ``analysis.analysis`` gives it."""
    return {"windows": _windows(file, result)}


def _windows(file: str, result: dict[str, Any]) -> Iterator[Row]:
    curves = result["features"]
    starts = result["windows"]["start"]
    for place, name in enumerate(curves["density"], 1):
        columns = [curves[feature][name] for feature in FEATURES]
        for values in zip(starts, *columns, strict=True):
            yield (file, name, place, *values)
