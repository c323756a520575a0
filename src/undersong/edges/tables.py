"""Analyses as tables: CSV files in a folder, or one Parquet file (the extra `research`).

Numbers are as the analysis rounds them; an empty cell (null in Parquet) is nothing to say.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from undersong.edges import files
from undersong.errors import UsageError

Row = Sequence[Any]
INSTALL = "Parquet needs the extra 'research': pip install 'undersong[research]', or use --csv DIR."


def text(head: Sequence[str], rows: Iterable[Row]) -> str:
    """A table as CSV, with its head."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return written.getvalue()


def check_parquet(path: Path) -> None:
    """Raise UsageError with one sentence if a Parquet file could not be written there."""
    if find_spec("duckdb") is None:
        raise UsageError(INSTALL)
    files.check_writable(path)
