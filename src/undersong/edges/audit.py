"""The audit: who looked at what, and who changed what, in the order in which it happened.

One line of JSON an entry, on the disk before what it tells of is given out. Each carries the SHA-256 of the
one before it and of itself, so that no entry can be changed, taken out or put in without the chain telling
where; how many there are is kept in the record (``count``), so that its end cannot be cut off either. No
names and no content: people by their id, takes by theirs.

Several processes may write it, one at a time (``alone``). Where one that begins to write finds it changed,
it is set aside as it lies, and a new one begins by telling so.
"""

from __future__ import annotations

import json
import secrets
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from undersong.edges import files
from undersong.edges.lock import Lock
from undersong.edges.sealed import Damaged, SealedLog, unseal_log
from undersong.errors import EventError
from undersong.events import Seconds

FILE = "audit.jsonl"
LARGEST = 256 * 1024 * 1024  # bytes
LOCK = "audit.lock"
ASIDE = "audit-aside-"  # before the name of one that was changed by something else
PATIENCE: Seconds = 5.0  # for another program that writes it


class Audit:
    """The audit of one data folder."""

    def __init__(self, data: Path, key: bytes | None) -> None:
        self._path = data / FILE
        self._key = key
        self._lock = Lock(data, LOCK)
        self._file: files.AppendOnly | None = None
        self._count, self._hash = 0, ""
        self._seen = (0, 0)  # which file it was, and how long, after our last entry

    def alone(self) -> AbstractContextManager[None]:
        """As the only one who writes it. Raises EventError where somebody else does for long."""
        return self._lock.held(PATIENCE, "The audit is being written by another program; please try again.")

    def note(
        self,
        who: str,
        what: str,
        now: datetime,
        person: str | None = None,
        item: str | None = None,
        *,
        count: int = 0,
    ) -> int:
        """Write an entry; how many there are now. ``who``: a role; ``what``: a verb and its object,
        as in "read answers"; ``count``: how many there are known to be. Raises OSError if the disk does not
        take it."""
        if self._file is None or self._stands() != self._seen:
            self.close()
            try:
                self._open(count)
            except EventError as error:
                self._set_aside(now)
                self._open(0)
                self._add("house", "set aside an audit", now, None, str(error))
        return self._add(who, what, now, person, item)

    def _add(self, who: str, what: str, now: datetime, person: str | None, item: str | None) -> int:
        assert self._file is not None
        entry = {
            "n": self._count + 1, "at": now.isoformat(timespec="seconds"), "who": who, "what": what,
            "person": person, "item": item,
        }  # fmt: skip
        hash_ = _chained(self._hash, entry)
        self._file.append((json.dumps({**entry, "sha256": hash_}) + "\n").encode())
        self._count, self._hash = self._count + 1, hash_
        self._seen = self._stands()
        return self._count

    def _stands(self) -> tuple[int, int]:
        try:
            status = self._path.lstat()
        except OSError:
            return (0, 0)
        return (status.st_ino, status.st_size)

    def _set_aside(self, now: datetime) -> None:
        aside = self._path.with_name(f"{ASIDE}{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.jsonl")
        with suppress(FileNotFoundError):  # somebody took it away: there is nothing to keep
            self._path.rename(aside)
            files.sync_folder(self._path.parent)

    def entries(self, count: int | None = None) -> list[dict[str, Any]]:
        """Every entry. ``count``: how many there are known to be. Raises EventError that names the first
        entry which is not as it was written."""
        if not self._path.exists():
            data = b""
        elif self._path.is_symlink():
            raise EventError(f"{FILE} is a link to somewhere else, and is not followed.")
        else:
            data = files.read_whole(self._path, "audit", LARGEST)
        try:
            found, broken = _entries(unseal_log(self._key, FILE, data))
        except Damaged as error:
            found, broken = _entries(error.before)
            broken = broken or len(found) + 1
        if broken is None and count is not None and len(found) < count:
            broken = len(found) + 1
        if broken is not None:
            raise EventError(f"The audit was changed: entry {broken} is not as it was written.")
        return found

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, count: int) -> None:
        known = self.entries(count)
        self._count, self._hash = len(known), str(known[-1]["sha256"]) if known else ""
        fresh = not self._path.exists()
        if self._key is not None:
            self._file = SealedLog(self._path, self._key, FILE, go_on=not fresh)
        else:
            size = None if fresh else sum(len(json.dumps(entry)) + 1 for entry in known)
            self._file = files.AppendOnly(self._path, size)


def _chained(before: str, entry: dict[str, Any]) -> str:
    return sha256((before + json.dumps(entry)).encode()).hexdigest()


def _entries(data: bytes) -> tuple[list[dict[str, Any]], int | None]:
    """The entries up to a torn end, and the number of the first that is not as it was written."""
    found: list[dict[str, Any]] = []
    before = ""
    lines = data.split(b"\n")[:-1]
    for line in lines:
        try:
            entry = json.loads(line)
            hash_ = entry.pop("sha256")
            sound = entry["n"] == len(found) + 1 and hash_ == _chained(before, entry)
            sound = sound and json.dumps({**entry, "sha256": hash_}).encode() == line
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            sound = False
        if not sound and line is lines[-1] and b"\0" in line:
            break  # torn: a disk writes sectors in any order, and no entry has zeros
        if not sound:
            return found, len(found) + 1
        before = hash_
        found.append({**entry, "sha256": hash_})
    return found, None
