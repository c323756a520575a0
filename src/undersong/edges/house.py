"""The house: one data folder, whose it is, and who has a place in it.

Its owner's own place is the folder itself. A therapist's clients have places of their own under
``people/``, each with a key of its own, which lies there sealed with a key of the house: a client is erased
by destroying that key, then all that it opened. Nothing about a client stands anywhere else, but an id in
the audit.

A house is *open* until somebody locks it with a passphrase (``protect``); then everything in it is sealed,
and while it is *locked* nothing of it can be read or written.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from undersong.caring.consent import KINDS, Kind
from undersong.edges import files, mending, sealed, sealing
from undersong.edges import record as records
from undersong.edges.audit import ASIDE, Audit
from undersong.edges.audit import FILE as AUDIT
from undersong.edges.platform import PRIVATE_FOLDER
from undersong.edges.record import Record
from undersong.edges.sealed import KEY, derived
from undersong.edges.takes import ERASING, Takes
from undersong.edges.vault import LOCKED_ALREADY, Vault, Wrong, acceptable
from undersong.errors import EventError, UndersongError, UsageError
from undersong.events import Seconds

PEOPLE = "people"
OUTSIDE = "outside"  # what somebody gave from elsewhere (edges.outside)
PERSON_KEY = "key"
LONGEST_NAME = 100
MOST_PEOPLE = 10_000
_ID = re.compile(r"[0-9a-f]{12}")
OWN = "own"  # the owner's, as a use of the master key
LOCKED = "This is locked. Its passphrase opens it."
MENDED = (
    "A damaged record was put aside as {aside}, and {saved} rows of it were saved. Please look whether "
    "anything is missing: answers, consents, what was said about sound."
)
BEREFT = (
    "Everything in {folder} is locked, but its file keys.json is gone. Without it nothing there can be "
    "opened: please put a copy of it back. Nothing was changed."
)
HALFWAY = (
    "{why} What is here is locked from now on, but not all of it is sealed yet: see to that, and unlock."
)


class Locked(UsageError):
    """Nothing can be read or written: the house is locked."""


class Place:
    """One person's folder: takes and record. ``id``: None for the owner's own. ``key``: None where
    nothing is locked."""

    def __init__(self, folder: Path, key: bytes | None, id_: str | None) -> None:
        self.folder = folder
        self.id = id_
        self.key = key
        self.takes = Takes(folder, key, self._allowed)
        self._record: Record | None = None
        self._opening = threading.Lock()
        self._consenting = threading.RLock()  # nothing is being written while a yes is taken back

    @contextmanager
    def _allowed(self, kind: Kind) -> Iterator[None]:
        """While something is written by a yes. Raises EventError where there is none."""
        with self._consenting:
            self.record.needed(kind)
            yield

    def withdraw(self, kind: Kind, now: datetime) -> None:
        """Take a yes back, and erase all that was written by it. From then on nothing is written by it.
        Nobody may have such a file open. Raises UsageError for what could not be erased."""
        with self._consenting:
            self.record.withdraw(kind, now)
            self._erase(kind)

    def settle(self) -> None:
        """Erase what a fault left behind when a yes was taken back."""
        for kind in KINDS:
            with self._consenting:
                if self.record.withdrawn(kind):
                    self._erase(kind)

    def _erase(self, kind: Kind) -> None:
        self.takes.erase_all(kind)
        outside = self.folder / OUTSIDE
        if kind == "keep" and outside.exists():
            try:
                shutil.rmtree(outside)
            except OSError as error:
                raise UsageError(f"{outside} cannot be erased: {error.strerror or error}.") from error

    @property
    def record(self) -> Record:
        """The person's record, opened at its first use."""
        with self._opening:
            if self._record is None:
                self._record = Record(self.folder / records.FILE, self.key)
            return self._record

    @property
    def name(self) -> str | None:
        """What the person is called here."""
        return self.record.name

    def close(self) -> None:
        """Let the record go."""
        with self._opening:
            if self._record is not None:
                self._record.close()
                self._record = None


class House:
    """A data folder. Any thread may use it."""

    def __init__(self, data: Path) -> None:
        """Raises EventError where everything is sealed and the keys are gone."""
        self.folder = data
        self.vault = Vault(data)
        self._master: bytes | None = None
        self._places: dict[str | None, Place] = {}
        self._audit: Audit | None = None
        self._turn = threading.RLock()
        if not self.vault.exists and self._bereft():
            raise EventError(BEREFT.format(folder=data))

    def _bereft(self) -> bool:
        # without this a house without its keys would pass for an open one, and go on unlocked
        witnesses = [self.folder / AUDIT]
        for pattern in (f"{PEOPLE}/*/{PERSON_KEY}", "takes/*/log.jsonl", "scratch/*/log.jsonl"):
            witnesses += sorted(self.folder.glob(pattern))[-1:]
        return any(path.is_file() and _begins_sealed(path) for path in witnesses)

    # --- locked, open ------------------------------------------------------------------------------

    @property
    def protected(self) -> bool:
        """Whether a passphrase is needed at all."""
        return self.vault.exists

    @property
    def locked(self) -> bool:
        """Whether one is needed now."""
        return self.protected and self._master is None

    @property
    def empty(self) -> bool:
        """Whether nothing was ever kept here."""
        return not any((self.folder / name).exists() for name in ("takes", "scratch", PEOPLE, records.FILE))

    def unlock(self, passphrase: str | None = None, recovery: str | None = None) -> None:
        """Open it: with the passphrase, the recovery key, or, with neither, what the keyring holds.

        Slow on purpose. Raises Wrong where that opens nothing, EventError where the keys are damaged.
        """
        if not self.protected:
            return
        if passphrase is not None:
            master = self.vault.open(passphrase)
        elif recovery is not None:
            master = self.vault.recover(recovery)
        else:
            master = self.vault.remembered()
        with self._turn:
            self._master = master
            try:
                if self.vault.sealing(master):
                    self._seal_all()
            except BaseException:
                self.lock()
                raise

    def lock(self) -> None:
        """Forget every key. Whoever holds a place still must be done with it."""
        with self._turn:
            for place in self._places.values():
                place.close()
            self._places.clear()
            if self._audit is not None:
                self._audit.close()
                self._audit = None
            self._master = None

    close = lock

    def protect(self, passphrase: str) -> str:
        """Lock what is open from now on, with everything in it; the house stays open until ``lock``.

        Returns the recovery key, to be printed: it is shown once. Raises as ``begin_locked`` does.
        """
        with self._turn:
            self.begin_locked(passphrase)
            return self.new_recovery()

    def begin_locked(self, passphrase: str) -> None:
        """As ``protect``, where nobody is there to print a recovery key.

        Raises EventError for a passphrase that is none, where there is one already, or where not all can be
        sealed. A crash on the way is made good when it is next opened.
        """
        with self._turn:
            acceptable(passphrase)
            if self.protected:
                raise EventError(LOCKED_ALREADY)
            self.lock()
            master = os.urandom(KEY)
            self.vault.make(master, passphrase, sealing=True)
            self._master = master
            try:
                self._seal_all()
            except (UndersongError, OSError) as error:
                self.lock()
                raise EventError(HALFWAY.format(why=error)) from error

    def change(self, passphrase: str, *, old: str | None = None, recovery: str | None = None) -> None:
        """Another passphrase, for whoever knows the old one or the recovery key. Else raises Wrong."""
        master = self.vault.recover(recovery or "") if old is None else self.vault.open(old)
        self.vault.change(master, passphrase)

    def new_recovery(self) -> str:
        """A new recovery key; the one before opens nothing any more."""
        return self.vault.new_recovery(self._key())

    def remember(self) -> None:
        """Let the system's keyring open it."""
        self.vault.remember(self._key())

    @property
    def ailing(self) -> tuple[str, ...]:
        """The ways in that are damaged, and may open nothing when they are needed."""
        return self.vault.ailing(self._key()) if self.protected else ()

    def knows(self, passphrase: str) -> bool:
        """Whether this is the passphrase. Slow on purpose."""
        try:
            self.vault.open(passphrase)
        except Wrong:
            return False
        return True

    def derived(self, use: str) -> bytes | None:
        """A key of the house for one use; None where nothing is locked. Raises Locked while it is."""
        return derived(self._key(), use) if self.protected else None

    def _key(self) -> bytes:
        if self._master is None:
            raise Locked(LOCKED)
        return self._master

    # --- places ------------------------------------------------------------------------------------

    @property
    def own(self) -> Place:
        """The owner's own place: of the person who plays alone, or of the therapist."""
        return self.place(None)

    def place(self, id_: str | None) -> Place:
        """A person's place. Raises UsageError for an unknown id, Locked while all is locked."""
        with self._turn:
            if self.locked:
                raise Locked(LOCKED)
            if id_ not in self._places:
                if id_ is None:
                    self._places[None] = Place(self.folder, self.derived(OWN), None)
                else:
                    self._places[id_] = Place(self._folder(id_), self._key_of(id_), id_)
            return self._places[id_]

    @property
    def practice(self) -> bool:
        """Whether somebody was ever given a place here besides the owner. With the last of them gone it is
        one still: no window that was a client's becomes the owner's by that."""
        return (self.folder / PEOPLE).is_dir()

    def people(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Everybody who has a place here, by name: ids with names; and a sentence for each that cannot be
        read."""
        found, faults = [], []
        for id_ in self._ids():
            try:
                found.append((id_, self.place(id_).name or "Somebody without a name"))
            except Locked:
                raise
            except UndersongError as error:
                faults.append(f"{id_}: {error}")
        return sorted(found, key=lambda one: (one[1].casefold(), one[0])), faults

    def places(self) -> list[Place]:
        """Every place, the owner's own first. Raises EventError for a damaged key."""
        return [self.place(id_) for id_ in (None, *self._ids())]

    def mend(self) -> list[str]:
        """Put every damaged record aside, and save what can be read of it; a sentence for each."""
        told = []
        for place in self.places():
            try:
                place.record.check()
            except EventError:
                place.close()
                aside, saved = mending.mend(place.folder / records.FILE, place.key)
                told.append(MENDED.format(aside=aside, saved=saved))
        return told

    def add(self, name: str, now: datetime) -> Place:
        """A place for somebody. Raises UsageError for a name that is none."""
        called = " ".join(name.split())
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise UsageError(f"A name has 1 to {LONGEST_NAME} printed characters.")
        with self._turn:
            if self.locked:
                raise Locked(LOCKED)
            if len(self._ids()) >= MOST_PEOPLE:
                raise UsageError(f"There are {MOST_PEOPLE} people here; please erase somebody first.")
            id_ = secrets.token_hex(6)
            folder = self.folder / PEOPLE / id_
            try:
                folder.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
                folder.mkdir(mode=PRIVATE_FOLDER)
                files.sync_folder(folder.parent)
            except OSError as error:
                raise UsageError(f"{folder} cannot be made: {error.strerror or error}.") from error
            if self.protected:
                self._make_key(id_)
            place = self.place(id_)
            place.record.call(called, now)
            return place

    def erase(self, id_: str) -> None:
        """Erase somebody: destroy their key, then everything that it opened. Raises UsageError for an
        unknown id. Copies that were exported are not reached."""
        with self._turn:
            if self.locked:
                raise Locked(LOCKED)
            folder = self._folder(id_)
            place = self._places.pop(id_, None)
            if place is not None:
                place.close()
            going = folder.with_name(f"{ERASING}{id_}")
            try:
                folder.rename(going)  # at once and for everybody
                files.sync_folder(going.parent)
                _erase(going)
            except OSError as error:
                raise UsageError(f"{id_} cannot be erased: {error.strerror or error}.") from error

    def end_practice(self) -> None:
        """It is the owner's alone again, where nobody else has a place here any more."""
        with suppress(OSError):  # somebody has
            (self.folder / PEOPLE).rmdir()

    def finish_erasing(self) -> None:
        """Erase what a fault kept from being erased to its end. Needs no key."""
        for left in (self.folder / PEOPLE).glob(f"{ERASING}*"):
            with suppress(OSError):  # it is tried again the next time
                _erase(left)

    def sweep(self, now: datetime, up: Seconds) -> None:
        """Erase scratch that nobody answered for within a day, and what a fault kept from being erased.
        Needs no key. ``up``: for how long the machine has run."""
        self.finish_erasing()
        for id_ in (None, *self._ids()):
            try:
                takes = Takes(self.folder if id_ is None else self._folder(id_))
                (takes if self.locked else self.place(id_).takes).sweep(now, up)
            except UndersongError:
                continue  # it is told where it is looked at

    def _ids(self) -> list[str]:
        parent = self.folder / PEOPLE
        if not parent.is_dir() or parent.is_symlink():
            return []
        return sorted(f.name for f in parent.iterdir() if _ID.fullmatch(f.name) and not f.is_symlink())

    def _folder(self, id_: str) -> Path:
        if not _ID.fullmatch(id_) or id_ not in self._ids():
            raise UsageError("There is nobody of that id here; 'undersong people list' shows who there is.")
        return self.folder / PEOPLE / id_

    def _make_key(self, id_: str) -> None:
        path = self._folder(id_) / PERSON_KEY
        if not path.exists():
            data = sealed.seal(self.derived(PEOPLE), f"{id_}/{PERSON_KEY}", os.urandom(KEY))
            files.write_whole(path, data, files.PRIVATE_FILE)

    def _key_of(self, id_: str) -> bytes | None:
        if not self.protected:
            return None
        data = files.read_whole(self._folder(id_) / PERSON_KEY, "key", 1 << 12)
        key = sealed.unseal(self.derived(PEOPLE), f"{id_}/{PERSON_KEY}", data)
        if len(key) != KEY:
            raise EventError(f"The key of {id_} is damaged.")
        return key

    # --- the audit ---------------------------------------------------------------------------------

    def note(
        self, who: str, what: str, now: datetime, person: str | None = None, item: str | None = None
    ) -> None:
        """Write down who did what, before it is done: see edges.audit."""
        with self._turn:
            if self._audit is None:
                self._audit = Audit(self.folder, self.derived(AUDIT))
            with self._audit.alone():
                try:
                    count = self._audit.note(who, what, now, person, item, count=self._entries())
                except OSError as error:
                    raise EventError(f"The audit cannot be written: {error.strerror or error}.") from error
                with self.own.record.writing() as db:
                    db.execute("INSERT OR REPLACE INTO audit VALUES (1, ?)", (count,))

    def audited(self) -> list[dict[str, object]]:
        """Every entry of the audit. Raises EventError that names the first that was changed."""
        if not any((self.folder / name).exists() for name in (AUDIT, records.FILE)):
            return []
        return Audit(self.folder, self.derived(AUDIT)).entries(self._entries())

    def _entries(self) -> int:
        row = self.own.record.one("SELECT count FROM audit")
        return row[0] if row is not None and isinstance(row[0], int) else 0

    # --- sealing what was open ---------------------------------------------------------------------

    def _seal_all(self) -> None:
        self.finish_erasing()
        sealing.seal_place(self.folder, _sure(self.derived(OWN)))
        for path in (self.folder / AUDIT, *self.folder.glob(f"{ASIDE}*")):
            sealing.seal_file(path, _sure(self.derived(AUDIT)), path.name)
        for id_ in self._ids():
            self._make_key(id_)
            sealing.seal_place(self._folder(id_), _sure(self._key_of(id_)))
        self.vault.sealed()


def _sure(key: bytes | None) -> bytes:
    assert key is not None  # there is one wherever it is locked with keys
    return key


def _begins_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return sealed.is_sealed(file.read(len(files.SEALED)))


def _erase(folder: Path) -> None:
    """Destroy a person's key, then all that it opened."""
    _destroy(folder / PERSON_KEY)
    shutil.rmtree(folder)
    files.sync_folder(folder.parent)


def _destroy(path: Path) -> None:
    """Overwrite a small file, then take it away."""
    if path.is_symlink() or not path.exists():
        return
    with path.open("rb+") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    files.sync_folder(path.parent)
