"""A damaged record: put aside, and what can still be read of it saved into a new one."""

from __future__ import annotations

from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from undersong.edges import files
from undersong.edges.record import NEEDS, Record, only_to_read
from undersong.edges.sealed import derived
from undersong.errors import EventError

ASIDE = ".damaged-"  # after a record's name, with a number: put aside


def mend(path: Path, key: bytes | None) -> tuple[Path, int]:
    """A new record with all that can still be read of a damaged one, which is put aside.

    Returns where that lies, and how many rows were saved. Rows without a living consent are not saved.
    """
    aside = next(one for n in count(1) if not (one := path.with_name(f"{path.name}{ASIDE}{n}")).exists())
    draft = path.with_name(f"{path.name}.mending")
    for rest in ("", "-wal", "-shm"):
        draft.with_name(draft.name + rest).unlink(missing_ok=True)
    saved = 0
    with (
        Record(draft, key) as new,
        closing(only_to_read(path, None if key is None else derived(key, "record"))) as old,
    ):
        for table in ("person", "consents", *(table for table, _ in NEEDS), "audit"):
            saved += _saved(old, new, table)
        new.forget()
    for rest in ("-wal", "-shm"):
        beside = path.with_name(path.name + rest)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + rest))
    path.replace(aside)
    draft.replace(path)
    files.sync_folder(path.parent)
    return aside, saved


def _saved(old: sqlite.Connection, new: Record, table: str) -> int:
    """Copy every row of a table that can be read, from the first on and from the last on."""
    saved = 0
    for order in ("", " ORDER BY rowid DESC"):
        with suppress(sqlite.Error):
            for row in old.execute(f"SELECT * FROM {table}{order}"):
                with suppress(EventError), new.writing() as db:
                    put = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})"
                    saved += db.execute(put, row).rowcount
    return saved
