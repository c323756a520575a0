"""The machine: where data lives, and which engine this is."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path

import platformdirs

import undersong
from undersong.errors import UsageError

PRIVATE_FOLDER = 0o700
# The code that decides what sounds. A change of a comment counts too: strict is safe here.
ENGINE = (
    "events.py", "chance.py", "plan.py", "notes.py", "turns.py", "session.py", "theory",
    "listening", "answering", "choosing", "playing",
)  # fmt: skip


def data_folder(named: Path | None) -> Path:
    """Where everything is kept: the named folder, or this person's own. Made if it is missing.

    Raises UsageError if it cannot be used.
    """
    folder = named or Path(platformdirs.user_data_dir("undersong", appauthor=False))
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The data folder {folder} cannot be made: {error.strerror or error}. Name another with --data."
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise UsageError(f"The data folder {folder} cannot be written; name another with --data.")
    return folder


@cache
def engine() -> str:
    """The version and a digest of the code that decides what sounds."""
    package = Path(undersong.__file__).parent
    digest = sha256()
    for name in ENGINE:
        path = package / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(package).as_posix().encode() + b"\0")
            digest.update(file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{undersong.__version__}+{digest.hexdigest()[:16]}"
