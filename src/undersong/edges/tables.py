"""Tables on the disk: CSV files in a folder, or one Parquet file (the extra `research`).

Rows come one by one and are never all in memory. Numbers are written as the analysis rounds them; an empty
cell (null in Parquet) is nothing to say. Files are written whole or not at all.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from undersong.edges import files
from undersong.errors import UsageError
from undersong.reflecting.rows import TABLES, rows

PARQUET = "windows"  # the table that a Parquet file holds
KINDS = {"text": "VARCHAR", "number": "DOUBLE", "count": "BIGINT", "yes": "BOOLEAN"}
INSTALL = "Parquet needs the extra 'research': pip install 'undersong[research]', or use --csv DIR."


def check(folder: Path | None, parquet: Path | None) -> None:
    """Raise UsageError with one sentence if tables could not be written there."""
    if parquet is not None:
        if find_spec("duckdb") is None:
            raise UsageError(INSTALL)
        files.check_writable(parquet)
    if folder is not None and folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; please name a folder for the tables.")


def write(
    results: Iterable[tuple[Path, dict[str, Any]]], folder: Path | None, parquet: Path | None
) -> Iterator[Path]:
    """Write the tables of all results, each with its file; gives the files that were written.

    Nothing is written if ``results`` raises. Raises UsageError if the disk refuses.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="undersong-") as drafts:
            draft = {name: Path(drafts) / f"{name}.csv" for name in TABLES}
            _draft(results, draft)
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                for name, file in draft.items():
                    files.write_whole(folder / f"{name}.csv", file.read_bytes())
                    yield folder / f"{name}.csv"
            if parquet is not None:
                files.write_whole(parquet, _parquet(draft[PARQUET]))
                yield parquet
    except OSError as error:
        raise UsageError(f"The tables cannot be written: {error.strerror or error}.") from error


def _draft(results: Iterable[tuple[Path, dict[str, Any]]], draft: dict[str, Path]) -> None:
    with ExitStack() as open_:
        tables = {}
        for name, path in draft.items():
            file = open_.enter_context(path.open("w", encoding="utf-8", newline=""))
            tables[name] = csv.writer(file, lineterminator="\n")
            tables[name].writerow([column for column, _ in TABLES[name]])
        for path, result in results:
            for name, some in rows(str(path), result).items():
                tables[name].writerows(some)


def _parquet(draft: Path) -> bytes:
    import duckdb

    columns = ", ".join(f"'{name}': '{KINDS[kind]}'" for name, kind in TABLES[PARQUET])
    target = draft.with_suffix(".parquet")
    with duckdb.connect() as database:
        database.execute(
            f"COPY (SELECT * FROM read_csv('{draft}', header=true, delim=',', quote='\"', escape='\"', "
            f"columns={{{columns}}})) TO '{target}' (FORMAT parquet)"
        )
    return target.read_bytes()
