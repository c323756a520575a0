"""Sealing what lay open: every file of a person's folder, when their house is locked for the first time.

Each file is written whole in its sealed form and put in the place of the open one, so that a crash leaves
either; what is sealed already stays as it is, so that one can begin again. What lay open before may have
left traces on the disk: no program can reach those.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from undersong.edges import files, lock, sealed
from undersong.edges import record as records
from undersong.edges.mending import ASIDE, drop_draft, mend
from undersong.edges.record import APPLICATION, MEND, PLAIN, STEPS, WAITS, Record
from undersong.edges.sealed import derived
from undersong.edges.takes import ERASING, HIDDEN
from undersong.errors import EventError

BARE = (HIDDEN, lock.NAME)  # files that say nothing


def seal_place(folder: Path, key: bytes) -> None:
    """Seal all of one person's folder, and take away what was left of erasing and writing there."""
    for left in (*folder.glob(f"{files.DRAFT}*"), *folder.glob(f"*/*/{files.DRAFT}*")):
        left.unlink()  # what a fault left of a writing: nobody would find it, but it can be read
    for parent in ("takes", "scratch"):
        for left in (folder / parent).glob(f"{ERASING}*"):
            shutil.rmtree(left)
        for path in sorted((folder / parent).glob("*/*")):
            if path.name not in BARE:
                seal_file(path, key, f"{path.parent.name}/{path.name}")
    drop_draft(folder / records.FILE)
    _seal_record(folder / records.FILE, key)
    for old in folder.glob(f"{records.FILE}{records.COPY}*"):
        old.unlink()
    for aside in folder.glob(f"{records.FILE}{ASIDE}*"):
        seal_file(aside, key, aside.name)


def seal_file(path: Path, key: bytes, name: str) -> None:
    """Seal a file that is not, in its place."""
    if path.is_symlink() or not path.is_file():
        return
    data = files.read_whole(path, "file", files.LARGEST_LOG)
    if not sealed.is_sealed(data):
        before = path.stat()
        files.write_whole(path, sealed.seal(key, name, data), files.PRIVATE_FILE)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # when it was last played tells its age


def _seal_record(path: Path, key: bytes) -> None:
    """Make a plain record a sealed one, if it is not: exported beside it, then put in its place."""
    if path.is_symlink() or not path.is_file():
        return
    with path.open("rb") as file:
        if file.read(len(PLAIN)) != PLAIN:
            return
    try:
        with Record(path, None) as record:  # which brings it up to date
            record.check()
    except EventError:
        mend(path, None)  # what is put aside is sealed with all else
    draft = path.with_name(f"{path.name}.sealing")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | files.BINARY, files.PRIVATE_FILE))
    try:
        with closing(sqlite.connect(str(path), timeout=WAITS, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = DELETE")  # nothing is left beside it
            db.execute("PRAGMA temp_store = MEMORY")
            hex_key = derived(key, "record").hex()
            db.execute(f"ATTACH DATABASE ? AS locked KEY \"x'{hex_key}'\"", (str(draft),))
            db.execute("SELECT sqlcipher_export('locked')")
            db.execute(f"PRAGMA locked.user_version = {len(STEPS)}")
            db.execute(f"PRAGMA locked.application_id = {APPLICATION}")
            db.execute("DETACH DATABASE locked")
    except sqlite.Error as error:
        if "locked" in str(error):
            raise EventError(f"Another program has {path.name} open: please close it.") from error
        raise EventError(f"{path.name} cannot be sealed: {error}. {MEND}") from error
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    files.sync_folder(path.parent)
