"""A damaged record: put aside, and what can still be read of it saved into a new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from undersong.edges import files
from undersong.edges.record import Record, only_to_read
from undersong.edges.sealed import derived
from undersong.errors import EventError

ASIDE = ".damaged-"  # after a record's name, with a number: put aside
DRAFT = ".mending"  # the new one, until it is whole


def mend(path: Path, key: bytes | None) -> tuple[Path, int]:
    """A new record with all that can still be read of a damaged one, which is put aside.

    Returns where that lies, and how many rows were saved. Rows without a living consent are not saved.
    """
    aside = next(one for n in count(1) if not (one := path.with_name(f"{path.name}{ASIDE}{n}")).exists())
    draft = path.with_name(f"{path.name}{DRAFT}")
    drop_draft(path)
    saved = 0
    own_key = None if key is None else derived(key, "record")
    with Record(draft, key) as new:
        for table in _tables(new):
            for order in ("", " ORDER BY rowid DESC"):  # from the first row on, and from the last
                # anew each time: once a page was damaged, a connection reads no other
                with suppress(sqlite.Error), closing(only_to_read(path, own_key)) as old:
                    saved += _saved(old.execute(f"SELECT * FROM {table}{order}"), new, table)
    for rest in ("", "-wal"):
        beside = path.with_name(path.name + rest)
        if beside.exists():
            files.write_whole(aside.with_name(aside.name + rest), beside.read_bytes(), files.PRIVATE_FILE)
    for rest in ("-wal", "-shm"):  # else it would be taken for the new one's
        path.with_name(path.name + rest).unlink(missing_ok=True)
    draft.replace(path)
    files.sync_folder(path.parent)
    return aside, saved


def drop_draft(path: Path) -> None:
    """Take away what a fault left of a mending."""
    for rest in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{DRAFT}{rest}").unlink(missing_ok=True)


def _tables(new: Record) -> list[str]:
    """All there are, those first on which others rest."""
    rows = new.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted((str(row[0]) for row in rows), key=lambda name: (name != "consents", name))


def _saved(rows: Iterator[tuple[object, ...]], new: Record, table: str) -> int:
    """Copy rows, as far as they can be read, those that are not there yet; how many were."""
    saved = 0
    with suppress(sqlite.Error):
        for row in rows:
            with suppress(EventError), new.writing() as db:
                put = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})"
                saved += db.execute(put, row).rowcount
    return saved
