"""Takes: sessions that were kept, each a folder with its log. All within the data folder."""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import mido

from undersong.edges import files, midi
from undersong.edges.platform import PRIVATE_FOLDER
from undersong.errors import UndersongError, UsageError
from undersong.events import Seconds
from undersong.reflecting.duet import duet
from undersong.remembering import log as codec

LOG = "log.jsonl"
TICKS_A_QUARTER = 960  # of an exported duet, at 120 beats a minute
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


class Takes:
    """The kept takes of one data folder."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "takes"

    def keep(self, log: bytes, now: datetime) -> str:
        """Store a take; returns its name. It is on the disk when this returns."""
        id_ = f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        folder = self._folder / id_
        try:
            self._folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            folder.mkdir(mode=PRIVATE_FOLDER)
            with files.AppendOnly(folder / LOG) as file:
                file.append(log)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise UsageError(
                f"The take could not be kept in {self._folder}: {error.strerror or error}."
            ) from error
        return id_

    def list(self) -> tuple[list[Kept], list[str]]:
        """Every take, oldest first, and a sentence for each that cannot be read."""
        found: list[Kept] = []
        faults: list[str] = []
        if not self._folder.is_dir():
            return found, faults
        for folder in sorted(self._folder.iterdir()):
            if not _ID.fullmatch(folder.name):
                continue
            try:
                found.append(self.get(folder.name))
            except UndersongError as error:
                faults.append(f"{folder.name}: {error}")
        return found, faults

    def get(self, id_: str) -> Kept:
        """One take. Raises UsageError for an unknown name, EventError for a damaged log."""
        log = codec.read(files.read_log(self.folder(id_) / LOG))
        made = duet(log.inputs, log.outputs)
        notes = sum(len(tones) for tones in made.makers.values())
        return Kept(id_, log.header.started, round(made.end, 3), notes, tuple(map(str, made.makers)), log)

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
        folder = self._folder / id_
        if not _ID.fullmatch(id_) or not folder.is_dir():
            raise UsageError(
                f"There is no session {id_!r}; 'undersong sessions list' shows those there are."
            )
        return folder


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
