"""The folder of a take, and the files beside its log: written whole or not at all, by one writer at a time,
also of several processes; sealed with the key of the take's place, where it has one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from undersong.edges import files, sealed
from undersong.edges.lock import Lock
from undersong.errors import EventError, UsageError
from undersong.events import Seconds

BUSY = "Somebody else is writing about this take just now; please try again."
_PATIENCE: Seconds = 2.0  # for another process that writes about the same take


class TakeFolder:
    """The folder of one take. ``key``: what seals it, if anything does."""

    def __init__(self, folder: Path, key: bytes | None) -> None:
        self.folder = folder
        self._key = key

    def get(self, name: str, what: str, largest: int) -> bytes:
        """What a file says; ``what``: which kind of file. Raises EventError if it cannot be read."""
        data = files.read_whole(self.folder / name, what, largest + sealed.MOST_ADDED)
        return sealed.unseal(self._key, f"{self.folder.name}/{name}", data)

    def put(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all. Raises EventError if it cannot be written."""
        try:
            whole = sealed.seal(self._key, f"{self.folder.name}/{name}", data)
            files.write_whole(self.folder / name, whole, files.PRIVATE_FILE)
        except UsageError as error:  # the disk is full, say: not the fault of whoever wrote
            raise EventError(f"This could not be kept. {error}") from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """As the only one who writes here. Raises EventError if another does for long."""
        with Lock(self.folder).held(_PATIENCE, BUSY):
            yield


def new_id() -> str:
    """A name for something that was added to a take."""
    return secrets.token_hex(4)
