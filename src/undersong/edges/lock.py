"""One process to a data folder: a lock that ends with the process, whatever ends it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from undersong.edges.files import PRIVATE_FILE
from undersong.errors import EventError, UsageError
from undersong.events import Seconds

NAME = "lock"


class Lock:
    """Holds a data folder while the process lives. ``take`` tells whether it was free."""

    def __init__(self, data: Path, name: str = NAME) -> None:
        self._path = data / name
        self._handle: int | None = None

    def take(self) -> bool:
        """True if the folder is ours now; False if another process has it."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as error:
            raise UsageError(f"{self._path} cannot be written: {error.strerror or error}.") from error
        if not _lock(handle):
            os.close(handle)
            return False
        self._handle = handle
        return True

    @contextmanager
    def held(self, patience: Seconds, busy: str) -> Iterator[None]:
        """While it is ours. Raises EventError that says ``busy`` where it is not within so many seconds."""
        by = time.monotonic() + patience
        while not self.take():
            if time.monotonic() > by:
                raise EventError(busy)
            time.sleep(0.02)
        try:
            yield
        finally:
            self.give_back()

    def give_back(self) -> None:
        """Let the folder go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


if os.name == "nt":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
