"""Outside: a practice's side of shared files: what a person gave from elsewhere, to be read only.

What came last lies in a folder of the person's place, named by the number of its file; its list is
written last, so that a folder without one is what a fault left, and counts for nothing. A newer file takes
the place of an older one whole: what it does not hold any more is gone.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage

from undersong.edges import files, sealed, sharing
from undersong.edges.bounded import Worker
from undersong.edges.house import OUTSIDE, House, Place
from undersong.edges.platform import PRIVATE_FOLDER
from undersong.edges.record import stamp
from undersong.edges.takes import Takes
from undersong.errors import EventError, UndersongError, UsageError

LIST = "list.json"
IDENTITY = "practice"  # the use of the practice's own key, in the owner's record
READ_ONLY = "This came from elsewhere: it can be looked at, and not changed."


@dataclass(frozen=True, slots=True)
class Came:
    """What came from outside, and when it was taken in (ISO 8601)."""

    sender: str
    name: str | None
    number: int
    at: str
    takes: tuple[str, ...]
    answers: tuple[sharing.Answer, ...]


def identity(house: House) -> str:
    """The practice's own key, made at its first use. It never leaves the house's record."""
    record = house.own.record
    with record.writing() as db:
        row = record.one("SELECT secret FROM secrets WHERE use = ?", (IDENTITY,))
        if row is not None:
            return str(row[0])
        made = str(pyrage.x25519.Identity.generate())
        db.execute("INSERT INTO secrets VALUES (?, ?)", (IDENTITY, made))
        return made


def address(house: House) -> str:
    """The address of the practice, to be given to whoever shares with it."""
    return str(pyrage.x25519.Identity.from_str(identity(house)).to_public())


class Outside:
    """What came for one person."""

    def __init__(self, place: Place) -> None:
        self._folder = place.folder / OUTSIDE
        self._key = place.key

    def came(self) -> Came | None:
        """What came last; None if nothing did. Raises EventError where that is damaged."""
        number = self._latest()
        return None if number is None else self._read(number)

    @property
    def takes(self) -> Takes | None:
        """The takes that came; None where nothing did."""
        number = self._latest()
        return None if number is None else Takes(self._place(number), self._key_of(number))

    def take_in(self, said: sharing.Contents, now: datetime) -> Came:
        """Take in the contents of a file, whole or not at all. Raises EventError for an older file, or
        one of another sender than what is here."""
        before = self.came()
        if before is not None and before.sender != said.sender:
            raise EventError(
                "This file comes from another sender than what is here. If the person began anew on "
                "another machine, first let go of what came before."
            )
        if before is not None and before.number >= said.number:
            raise EventError("This file, or a newer one, was taken in already. Nothing was changed.")
        came = Came(
            said.sender, said.name, said.number, stamp(now), tuple(take.id for take in said.takes),
            said.answers,
        )  # fmt: skip
        folder = self._place(said.number)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            for take in said.takes:
                self._put(folder / "takes" / take.id, take, said.number)
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            files.sync_folder(self._folder)
            data = json.dumps(_shown(came), ensure_ascii=False).encode()
            files.write_whole(
                folder / LIST, sealed.seal(self._key_of(said.number), LIST, data), files.PRIVATE_FILE
            )
            self._clear(said.number)
        except OSError as error:
            raise UsageError(f"This could not be kept: {error.strerror or error}.") from error
        return came

    def let_go(self) -> None:
        """Erase all that came from outside."""
        try:
            if self._folder.exists():
                shutil.rmtree(self._folder)
        except OSError as error:
            raise UsageError(f"This could not be erased: {error.strerror or error}.") from error

    def _put(self, folder: Path, take: sharing.Take, number: int) -> None:
        for one in (self._folder, folder.parent.parent, folder.parent, folder):
            one.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        key = self._key_of(number)
        for name, data in take.files.items():
            files.write_whole(
                folder / name, sealed.seal(key, f"{take.id}/{name}", data), files.PRIVATE_FILE
            )
        files.sync_folder(folder.parent)

    def _clear(self, number: int) -> None:
        for other in self._folder.iterdir():
            if other.name != str(number):
                shutil.rmtree(other, ignore_errors=True)
        files.sync_folder(self._folder)

    def _latest(self) -> int | None:
        if not self._folder.is_dir() or self._folder.is_symlink():
            return None
        found = [f for f in self._folder.iterdir() if f.name.isdigit() and (f / LIST).is_file()]
        return max((int(f.name) for f in found if not f.is_symlink()), default=None)

    def _read(self, number: int) -> Came:
        data = files.read_whole(self._place(number) / LIST, "list", sharing.LARGEST_MANIFEST * 2)
        try:
            told = json.loads(sealed.unseal(self._key_of(number), LIST, data))
            answers = tuple(
                sharing.Answer(one["id"], one["instrument"], one["given"], tuple(one["points"]))
                for one in told["answers"]
            )
            return Came(told["sender"], told["name"], number, told["at"], tuple(told["takes"]), answers)
        except (ValueError, KeyError, TypeError) as error:
            raise EventError(
                "What came from elsewhere is damaged; please take its file in again."
            ) from error

    def _place(self, number: int) -> Path:
        return self._folder / str(number)

    def _key_of(self, number: int) -> bytes | None:
        # a key of its own for every file, so that nothing of an older one can stand in for it
        return None if self._key is None else sealed.derived(self._key, f"{OUTSIDE}\0{number}")


def take_in(house: House, place: Place, data: bytes, now: datetime) -> Came:
    """Take in a shared file for somebody. Raises EventError with one sentence where it is for others,
    damaged, newer, too large, older than what is here, or from somebody who has another place here."""
    # it comes from elsewhere: nothing of it is looked at here before it is known sound
    with Worker() as worker:
        whole = worker.parse("shared", f"{identity(house)}\n".encode() + data)
    said = sharing.contents(whole)
    if said.recipient != address(house):
        raise EventError(sharing.NOT_FOR_US)
    for id_, name in house.people()[0]:
        if id_ != place.id and _sender(house, id_) == said.sender:
            raise EventError(f"This file comes from {name}. Please say first that they are in the room.")
    return Outside(place).take_in(said, now)


def _sender(house: House, id_: str) -> str | None:
    try:
        came = Outside(house.place(id_)).came()
    except UndersongError:
        return None
    return None if came is None else came.sender


def _shown(came: Came) -> dict[str, object]:
    answers = [
        {"id": one.id, "instrument": one.instrument, "given": one.given, "points": list(one.points)}
        for one in came.answers
    ]
    return {
        "sender": came.sender, "name": came.name, "number": came.number, "at": came.at,
        "takes": list(came.takes), "answers": answers,
    }  # fmt: skip
