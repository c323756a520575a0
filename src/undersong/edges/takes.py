"""Takes: sessions on the disk, each a folder with its log, all within the data folder.

What is played live is scratch until somebody says "Keep it": scratch that nobody answers for is
erased after a day. Keeping a take moves its folder; it is never written twice. A take that was hidden
stays on the disk, but is nowhere shown or given out again: all that can still be done is to erase it.

Nothing is written without a yes to it, asked for in the moment of writing: to *play* for scratch, to *keep*
for what is kept.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from undersong.caring.consent import Kind
from undersong.edges import files, sealed
from undersong.edges.about import ABOUT, About
from undersong.edges.marks import Marks
from undersong.edges.platform import PRIVATE_FOLDER
from undersong.errors import EventError, UndersongError, UsageError
from undersong.events import Seconds
from undersong.reflecting.duet import duet
from undersong.reflecting.words import Words
from undersong.remembering import log as codec

LOG = "log.jsonl"
HIDDEN = "hidden"  # an empty file in the folder of a take that is never to be seen again
ERASING = ".erasing-"  # before the name of a folder that goes
SCRATCH_LASTS = timedelta(hours=24)  # after its last sound
CLOCK_SET: Seconds = 600.0  # by more than which a clock does not go wrong by itself between two sweeps
ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}")


Allowed = Callable[[Kind], AbstractContextManager[None]]
Stamp = tuple[tuple[int, int], ...]  # size and time of change of each file that a take is told from


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list of takes tells of one."""

    id: str
    started: str | None
    seconds: Seconds
    notes: int
    makers: tuple[str, ...]
    kept: bool
    words: Words
    fault: str | None  # why what was added to it cannot be read

    @property
    def summary(self) -> dict[str, Any]:
        """All but the log and own words, as other programs are told of it."""
        return {
            "id": self.id,
            "started": self.started,
            "seconds": self.seconds,
            "notes": self.notes,
            "makers": list(self.makers),
            "kept": self.kept,
            "name": self.words.name,
        }


@dataclass(frozen=True, slots=True)
class Kept(Listed):
    """A take with all that happened in it."""

    log: codec.Log


def _nobody_to_ask(kind: Kind) -> AbstractContextManager[None]:
    """A folder of takes that is no person's place."""
    return nullcontext()


class Takes:
    """The takes of one person's folder, kept or scratch. ``key``: what seals them, if anything does.

    ``allowed``: entered with a kind of consent around everything that is written; raises EventError where
    there is none.
    """

    def __init__(self, data: Path, key: bytes | None = None, allowed: Allowed = _nobody_to_ask) -> None:
        self._allowed = allowed
        self._kept = data / "takes"
        self._scratch = data / "scratch"
        self._key = key
        self._swept: tuple[Seconds, Seconds] | None = None  # the clock, and how long the machine ran then
        self._listed: dict[str, tuple[Stamp, Listed]] = {}  # so that no log is read twice for a list

    def about(self, id_: str) -> About:
        """What was added to a take. Raises UsageError for an unknown name."""
        folder = self.folder(id_)
        return About(folder, self._key, lambda: self._allowed(self._needs(folder)))

    def log(self, id_: str) -> bytes:
        """A take's log in its plain form. Raises UsageError for an unknown name, EventError for damage."""
        data = files.read_whole(self.folder(id_) / LOG, "session log", files.LARGEST_LOG)
        return sealed.unseal_log(self._key, f"{id_}/{LOG}", data)

    def marks(self, id_: str) -> Marks:
        """What a therapist marked in a take. Raises UsageError for an unknown name."""
        folder = self.folder(id_)
        return Marks(folder, self._key, lambda: self._allowed(self._needs(folder)))

    def _needs(self, folder: Path) -> Kind:
        """The yes by which something is written into a take's folder."""
        return "keep" if folder.parent == self._kept else "play"

    def keep_log(self, log: bytes, now: datetime) -> str:
        """Store a whole log as a kept take; returns its name. It is on the disk when this returns."""
        id_ = _new_id(now)
        with self._allowed("keep"), self._make(self._kept, id_) as file:
            try:
                file.append(log)
            except OSError as error:
                shutil.rmtree(self._kept / id_, ignore_errors=True)
                raise _cannot(f"The take could not be kept in {self._kept}", error) from error
        return id_

    def begin(self, now: datetime) -> tuple[str, files.AppendOnly]:
        """A new take of which nobody has said that it is to be kept: its name and its empty log."""
        id_ = _new_id(now)
        with self._allowed("play"):
            return id_, self._played(self._make(self._scratch, id_))

    def go_on(self, id_: str, sound: int) -> files.AppendOnly:
        """The log of a scratch take again; of its plain form the first ``sound`` bytes are sound."""
        path = self._scratch / id_ / LOG
        with self._allowed("play"):
            if self._key is None:
                return self._played(files.AppendOnly(path, sound))
            return self._played(sealed.SealedLog(path, self._key, f"{id_}/{LOG}", go_on=True))

    def _played(self, file: files.AppendOnly) -> files.AppendOnly:
        """A scratch log, which grows only while its maker wants to be listened to."""

        @contextmanager
        def while_writing() -> Iterator[None]:
            try:
                with self._allowed("play"):
                    yield
            except EventError as error:
                raise OSError(errno.EPERM, str(error)) from error

        file.while_writing = while_writing
        return file

    def _make(self, parent: Path, id_: str) -> files.AppendOnly:
        """A new take's folder with its empty log."""
        folder = parent / id_
        try:
            parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            folder.mkdir(mode=PRIVATE_FOLDER)
            files.sync_folder(parent)
        except OSError as error:
            raise _cannot(f"A take could not be begun in {parent}", error) from error
        if self._key is None:
            return files.AppendOnly(folder / LOG)
        return sealed.SealedLog(folder / LOG, self._key, f"{id_}/{LOG}")

    def keep(self, id_: str) -> None:
        """Keep a scratch take. Raises UsageError if there is none of that name."""
        folder = self.folder(id_)
        if folder.parent == self._kept:
            return
        with self._allowed("keep"):
            self._move_to_kept(folder)

    def _move_to_kept(self, folder: Path) -> None:
        try:
            self._kept.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            folder.rename(self._kept / folder.name)
            files.sync_folder(self._kept)
            files.sync_folder(self._scratch)
        except OSError as error:
            raise _cannot(f"The take could not be kept in {self._kept}", error) from error

    def sweep(self, now: datetime, up: Seconds | None = None) -> None:
        """Erase scratch that nobody answered for within a day of its last sound, and what a fault kept from
        being erased to the end.

        ``up``: for how long the machine has run. Where the clock was set in between, a take's day goes by
        that; one that seems to lie in the future has its day from now on.
        """
        leapt = self._leapt(now.timestamp(), up)
        for folder in self._folders(self._scratch, hidden=True):
            touched = _touched(folder)
            if touched is None:
                continue
            since = min(touched + leapt, now.timestamp())
            if now.timestamp() - since > SCRATCH_LASTS.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)
            elif since != touched:
                with suppress(OSError):
                    os.utime(folder / LOG, (since, since))
        for parent in (self._kept, self._scratch):
            for left in parent.glob(f"{ERASING}*"):
                shutil.rmtree(left, ignore_errors=True)

    def _leapt(self, now: Seconds, up: Seconds | None) -> Seconds:
        """By how much the clock was set forward since the last sweep."""
        if up is None:
            return 0.0
        last, self._swept = self._swept, (now, up)
        leapt = 0.0 if last is None else (now - last[0]) - (up - last[1])
        return leapt if leapt > CLOCK_SET else 0.0

    def latest_scratch(self) -> tuple[str, datetime] | None:
        """The scratch take that was written to last, and when."""
        touched = [(_touched(folder), folder.name) for folder in self._folders(self._scratch)]
        known = [(when, name) for when, name in touched if when is not None]
        if not known:
            return None
        when, name = max(known)
        return name, datetime.fromtimestamp(when, UTC)

    def all(self) -> tuple[list[Listed], list[str]]:
        """Every take, oldest first, and a sentence for each that cannot be read."""
        found: dict[str, tuple[Stamp, Listed]] = {}
        faults: list[str] = []
        folders = [*self._folders(self._kept), *self._folders(self._scratch)]
        for folder in sorted(folders, key=lambda folder: folder.name):
            try:
                stamp = self.stamp(folder.name)
                known = self._listed.get(folder.name)
                if known is None or known[0] != stamp:
                    take = self.get(folder.name)
                    told = {field.name: getattr(take, field.name) for field in fields(Listed)}
                    known = (stamp, Listed(**told))
                found[folder.name] = known
            except UndersongError as error:
                faults.append(f"{folder.name}: {error}")
        self._listed = found  # what is gone is forgotten
        return [listed for _, listed in found.values()], faults

    def stamp(self, id_: str) -> Stamp:
        """What changes whenever a take does. Raises UsageError for an unknown name."""
        folder = self.folder(id_)
        found = [(int(folder.parent == self._kept), 0)]
        for name in (LOG, ABOUT):
            try:
                status = (folder / name).lstat()
                found.append((status.st_size, status.st_mtime_ns))
            except OSError:
                found.append((0, 0))
        return tuple(found)

    def _folders(self, parent: Path, hidden: bool = False) -> list[Path]:
        if not parent.is_dir():
            return []
        found = [folder for folder in parent.iterdir() if ID.fullmatch(folder.name)]
        # a link would lead out of the data folder
        found = [folder for folder in found if folder.is_dir() and not folder.is_symlink()]
        return sorted(folder for folder in found if hidden or not _is_hidden(folder))

    def get(self, id_: str) -> Kept:
        """One take. Raises UsageError for an unknown name, EventError for a damaged log."""
        folder = self.folder(id_)
        log = codec.read(self.log(id_))
        made = duet(log.inputs, log.outputs)
        notes = sum(len(tones) for tones in made.makers.values())
        words, fault = Words(), None
        try:
            words = About(folder, self._key).read()
        except EventError as error:
            fault = str(error)
        return Kept(
            id_, log.header.started, round(made.end, 3), notes, tuple(map(str, made.makers)),
            folder.parent == self._kept, words, fault, log,
        )  # fmt: skip

    def hide(self, id_: str) -> None:
        """Never show or give out a take again. Raises UsageError for an unknown name."""
        folder = self.folder(id_)
        try:
            with (folder / HIDDEN).open("xb"):
                pass
            files.sync_folder(folder)
        except OSError as error:
            raise _cannot(f"The take {id_} could not be hidden", error) from error

    def delete(self, id_: str) -> None:
        """Erase a take for good, also a hidden one: its log, own words, recordings, everything."""
        folder = self.folder(id_, hidden=True)
        going = folder.with_name(f"{ERASING}{id_}")
        try:
            shutil.rmtree(going, ignore_errors=True)
            folder.rename(going)  # at once and for everybody; a fault in between is made good by sweep
            shutil.rmtree(going)
            files.sync_folder(going.parent)
        except OSError as error:
            raise UsageError(f"The take {id_} cannot be erased: {error.strerror or error}.") from error

    def erase_all(self, kind: Kind) -> None:
        """Erase for good what was written by a yes, hidden ones too: to *play*, all scratch; to *keep*, all
        that was kept. What cannot be erased does not hold up the rest; then raises UsageError."""
        parent = {"play": self._scratch, "keep": self._kept}.get(kind)
        faults: list[UsageError] = []
        for folder in self._folders(parent, hidden=True) if parent else []:
            try:
                self.delete(folder.name)
            except UsageError as error:
                faults.append(error)
        if faults:
            raise faults[0]

    def folder(self, id_: str, hidden: bool = False) -> Path:
        """The folder of a take, ``hidden`` too if so asked. Raises UsageError for an unknown name."""
        for folder in (self._kept / id_, self._scratch / id_):
            if ID.fullmatch(id_) and folder.is_dir() and not folder.is_symlink():
                if _is_hidden(folder) and not hidden:
                    break
                if (folder / LOG).is_symlink():
                    raise EventError(f"The log of {id_} is a link to somewhere else, and is not followed.")
                return folder
        raise UsageError(f"There is no session {id_!r}; 'undersong sessions list' shows those there are.")


def _touched(folder: Path) -> float | None:
    """When a take was last written to; None where that cannot be told."""
    try:
        return (folder / LOG).lstat().st_mtime
    except OSError:
        with suppress(OSError):
            return folder.lstat().st_mtime
    return None


def _is_hidden(folder: Path) -> bool:
    return os.path.lexists(folder / HIDDEN)


def _new_id(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _cannot(what: str, error: OSError) -> UsageError:
    return UsageError(f"{what}: {error.strerror or error}.")
