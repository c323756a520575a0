"""Takes: sessions on the disk, each a folder with its log, all within the data folder.

What is played live is scratch until somebody says "Keep it": scratch that nobody answers for is
erased after a day. Keeping a take moves its folder; it is never written twice.
"""

from __future__ import annotations

import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mido

from undersong.edges import files, midi
from undersong.edges.platform import PRIVATE_FOLDER
from undersong.errors import EventError, UndersongError, UsageError
from undersong.events import Seconds
from undersong.reflecting.duet import duet
from undersong.remembering import log as codec

LOG = "log.jsonl"
TICKS_A_QUARTER = 960  # of an exported duet, at 120 beats a minute
SCRATCH_LASTS = timedelta(hours=24)  # after its last sound
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a list of takes tells of one."""

    id: str
    started: str | None
    seconds: Seconds
    notes: int
    makers: tuple[str, ...]
    log: codec.Log
    kept: bool

    @property
    def summary(self) -> dict[str, Any]:
        """All but the log, as other programs are told of it."""
        return {
            "id": self.id,
            "started": self.started,
            "seconds": self.seconds,
            "notes": self.notes,
            "makers": list(self.makers),
            "kept": self.kept,
        }


class Takes:
    """The takes of one data folder, kept or scratch."""

    def __init__(self, data: Path) -> None:
        self._kept = data / "takes"
        self._scratch = data / "scratch"

    def keep_log(self, log: bytes, now: datetime) -> str:
        """Store a whole log as a kept take; returns its name. It is on the disk when this returns."""
        id_ = _new_id(now)
        with _make(self._kept, id_) as file:
            try:
                file.append(log)
            except OSError as error:
                shutil.rmtree(self._kept / id_, ignore_errors=True)
                raise _cannot(f"The take could not be kept in {self._kept}", error) from error
        return id_

    def begin(self, now: datetime) -> tuple[str, files.AppendOnly]:
        """A new take of which nobody has said that it is to be kept: its name and its empty log."""
        id_ = _new_id(now)
        return id_, _make(self._scratch, id_)

    def go_on(self, id_: str, sound: int) -> files.AppendOnly:
        """The log of a scratch take again, of which the first ``sound`` bytes are sound."""
        return files.AppendOnly(self._scratch / id_ / LOG, sound)

    def keep(self, id_: str) -> None:
        """Keep a scratch take. Raises UsageError if there is none of that name."""
        folder = self.folder(id_)
        if folder.parent == self._kept:
            return
        try:
            self._kept.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            folder.rename(self._kept / id_)
            files.sync_folder(self._kept)
            files.sync_folder(self._scratch)
        except OSError as error:
            raise _cannot(f"The take could not be kept in {self._kept}", error) from error

    def sweep(self, now: datetime) -> None:
        """Erase scratch that nobody answered for within a day of its last sound."""
        for folder in self._folders(self._scratch):
            touched = _touched(folder)
            if touched is not None and now.timestamp() - touched > SCRATCH_LASTS.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)

    def latest_scratch(self) -> tuple[str, datetime] | None:
        """The scratch take that was written to last, and when."""
        touched = [(_touched(folder), folder.name) for folder in self._folders(self._scratch)]
        known = [(when, name) for when, name in touched if when is not None]
        if not known:
            return None
        when, name = max(known)
        return name, datetime.fromtimestamp(when, UTC)

    def all(self) -> tuple[list[Kept], list[str]]:
        """Every take, oldest first, and a sentence for each that cannot be read."""
        found: list[Kept] = []
        faults: list[str] = []
        folders = [*self._folders(self._kept), *self._folders(self._scratch)]
        for folder in sorted(folders, key=lambda folder: folder.name):
            try:
                found.append(self.get(folder.name))
            except UndersongError as error:
                faults.append(f"{folder.name}: {error}")
        return found, faults

    @staticmethod
    def _folders(parent: Path) -> list[Path]:
        if not parent.is_dir():
            return []
        found = [folder for folder in parent.iterdir() if _ID.fullmatch(folder.name)]
        # a link would lead out of the data folder
        return sorted(folder for folder in found if folder.is_dir() and not folder.is_symlink())

    def get(self, id_: str) -> Kept:
        """One take. Raises UsageError for an unknown name, EventError for a damaged log."""
        folder = self.folder(id_)
        log = codec.read(files.read_log(folder / LOG))
        made = duet(log.inputs, log.outputs)
        notes = sum(len(tones) for tones in made.makers.values())
        return Kept(
            id_, log.header.started, round(made.end, 3), notes, tuple(map(str, made.makers)), log,
            folder.parent == self._kept,
        )  # fmt: skip

    def export(self, id_: str, to: Path) -> tuple[Path, ...]:
        """Write a take's plain log and its duet into a folder; returns the files."""
        kept = self.get(id_)
        try:
            to.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"The folder {to} cannot be made: {error.strerror or error}.") from error
        written = (to / LOG, to / "duet.mid")
        files.write_whole(written[0], files.read_log(self.folder(id_) / LOG))
        files.write_whole(written[1], export_midi(kept.log))
        return written

    def delete(self, id_: str) -> None:
        """Erase a take for good."""
        try:
            shutil.rmtree(self.folder(id_))
        except OSError as error:
            raise UsageError(f"The take {id_} cannot be erased: {error.strerror or error}.") from error

    def folder(self, id_: str) -> Path:
        """The folder of a take. Raises UsageError for an unknown name."""
        for folder in (self._kept / id_, self._scratch / id_):
            if _ID.fullmatch(id_) and folder.is_dir() and not folder.is_symlink():
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


def _new_id(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _make(parent: Path, id_: str) -> files.AppendOnly:
    folder = parent / id_
    try:
        parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        folder.mkdir(mode=PRIVATE_FOLDER)
        files.sync_folder(parent)
    except OSError as error:
        raise _cannot(f"A take could not be begun in {parent}", error) from error
    return files.AppendOnly(folder / LOG)


def _cannot(what: str, error: OSError) -> UsageError:
    return UsageError(f"{what}: {error.strerror or error}.")


def export_midi(log: codec.Log) -> bytes:
    """The duet of a log: makers on channel 1, the partner on 2, taps on 10, the pedal kept."""
    made = duet(log.inputs, log.outputs)
    maker = [timed for event in log.inputs for timed in midi.messages(event)]
    partner = [
        (time, mido.Message(kind, channel=1, note=tone.pitch, velocity=tone.velocity))
        for tone in made.partner
        for kind, time in (("note_on", tone.onset), ("note_off", tone.offset))
    ]
    return midi.write([("maker", maker), ("partner", partner)], ticks_a_second=2 * TICKS_A_QUARTER)
