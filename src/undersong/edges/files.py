"""Files: written whole or not at all; logs appended and fsynced."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType

from undersong.errors import EventError, UsageError

PRIVATE_FILE = 0o600
BINARY: int = getattr(os, "O_BINARY", 0)  # only exists where line ends would else be changed
DRAFT = ".undersong-"  # before the name of a file that is being written
LARGEST_LOG = 512 * 1024 * 1024  # bytes
SEALED = b"undersong sealed 1\n"  # how a sealed file begins (edges.sealed)


def check_writable(path: Path) -> None:
    """Raise UsageError with one sentence if ``path`` could not be written."""
    try:
        _check_writable(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; please name a file in it.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not an ordinary file; please name another to write to.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}; please create it or name another.")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise UsageError(f"{path} cannot be written; please choose a place of your own.")


def write_whole(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Put ``data`` at ``path``: readers see the old file or the new one, never a part.

    ``mode``: who may read a new file, as far as the system's mask lets. Raises UsageError if it
    cannot be written; then an older file is untouched.
    """
    write_pieces(path, (data,), mode)


def write_pieces(path: Path, pieces: Iterable[bytes], mode: int = 0o666) -> None:
    """As ``write_whole``, for what is more than one wants in memory."""
    path = Path(os.path.realpath(path))
    check_writable(path)
    draft = path.parent / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


def check_ordinary(path: Path, what: str) -> None:
    """Raise EventError with one sentence unless ``path`` is an ordinary file; ``what`` was wanted."""
    try:
        if path.is_dir():
            raise EventError(f"{path} is a folder; please name a {what} in it.")
        if not path.exists():
            raise EventError(f"There is no file {path}; please check the name.")
        if not path.is_file():
            raise EventError(f"{path} is not an ordinary file; please name a {what}.")
    except OSError as error:
        raise EventError(f"{path} cannot be read: {error.strerror or error}.") from error


def read_whole(path: Path, what: str, largest: int) -> bytes:
    """The bytes of an ordinary file of at most so many bytes; ``what`` says which kind was wanted.

    Raises EventError with one sentence if it cannot be read.
    """
    check_ordinary(path, what)
    try:
        if path.stat().st_size > largest:
            raise EventError(f"{path.name} is larger than {largest >> 20} MB, too large for a {what}.")
        return path.read_bytes()
    except OSError as error:
        raise EventError(f"{path} cannot be read: {error.strerror or error}.") from error


def read_log(path: Path) -> bytes:
    """The bytes of a session log in its plain form. Raises EventError if there are none."""
    data = read_whole(path, "session log", LARGEST_LOG)
    if data.startswith(SEALED):
        raise EventError(
            f"{path.name} is sealed; 'undersong sessions export ID --to DIR' writes it in its plain form."
        )
    return data


class AppendOnly:
    """A file that only grows; what ``append`` returned from is on the disk.

    A new file, or with ``sound`` an older one of which the first ``sound`` bytes are kept: what a
    fault left torn behind them goes. ``while_writing`` is entered for each append, and may forbid it.
    """

    def __init__(self, path: Path, sound: int | None = None) -> None:
        self.while_writing: Callable[[], AbstractContextManager[None]] = nullcontext
        try:
            fresh = os.O_CREAT | os.O_EXCL if sound is None else 0
            self._handle = os.open(path, os.O_WRONLY | fresh | BINARY, PRIVATE_FILE)
            self._size = sound or 0
            if sound is not None:
                os.ftruncate(self._handle, sound)
                os.lseek(self._handle, sound, os.SEEK_SET)
            sync_folder(path.parent)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error

    def append(self, data: bytes) -> None:
        """Write all of ``data`` and wait until it is on the disk.

        Raises OSError if it cannot be; then nothing of it was written.
        """
        with self.while_writing():
            self._append(data)

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
            os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self._size)
            os.lseek(self._handle, self._size, os.SEEK_SET)
            raise
        self._size += len(data)

    def close(self) -> None:
        """Close it."""
        os.close(self._handle)

    def __enter__(self) -> AppendOnly:
        """The file itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder lasting, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
