"""The record: what is known about one person besides their takes, in a database of its own.

SQLCipher, with a key of the place's (without one, where nothing is locked, it is plain SQLite). What
``with record.writing()`` returned from is on the disk. No row of what a person said is written without a
living consent to it: triggers see to that, whoever writes. What is erased is overwritten, in the database
and its write-ahead log. A database of a newer version is refused and not touched; before an older one is
brought up to date, a copy is made beside it, which goes once the new one has proved whole. A damaged one is
told, never replaced unasked (edges.mending).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType

from sqlcipher3 import dbapi2 as sqlite

from undersong.caring.consent import KINDS, Consent, Kind, current
from undersong.edges import files
from undersong.edges.sealed import derived
from undersong.errors import EventError, UsageError

FILE = "record.db"
APPLICATION = 0x554E4453  # "UNDS": this is a record of ours
PLAIN = b"SQLite format 3\0"
WAITS = 5.0  # seconds for another process that writes
# Each step brings the one before it up to date; a step that was released is never changed again.
STEPS: tuple[str, ...] = (
    """
    CREATE TABLE person (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, since TEXT NOT NULL);
    CREATE TABLE consents (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('play', 'keep', 'share', 'research')),
        version INTEGER NOT NULL, given TEXT NOT NULL, withdrawn TEXT);
    CREATE UNIQUE INDEX living ON consents (kind) WHERE withdrawn IS NULL;
    CREATE TABLE answers (
        id TEXT PRIMARY KEY, consent INTEGER NOT NULL REFERENCES consents, instrument TEXT NOT NULL,
        given TEXT NOT NULL, points TEXT NOT NULL);
    CREATE TABLE drafts (
        instrument TEXT PRIMARY KEY, consent INTEGER NOT NULL REFERENCES consents,
        changed TEXT NOT NULL, points TEXT NOT NULL);
    CREATE TABLE helped (
        number INTEGER PRIMARY KEY AUTOINCREMENT, consent INTEGER NOT NULL REFERENCES consents,
        instrument TEXT NOT NULL, at TEXT NOT NULL);
    CREATE TABLE safety (
        one INTEGER PRIMARY KEY CHECK (one = 1), consent INTEGER NOT NULL REFERENCES consents,
        name TEXT NOT NULL, number TEXT NOT NULL);
    CREATE TABLE intake (
        one INTEGER PRIMARY KEY CHECK (one = 1), consent INTEGER NOT NULL REFERENCES consents,
        changed TEXT NOT NULL, said TEXT NOT NULL);
    CREATE TABLE shares (
        kind TEXT NOT NULL, item TEXT NOT NULL, consent INTEGER NOT NULL REFERENCES consents,
        given TEXT NOT NULL, PRIMARY KEY (kind, item));
    CREATE TABLE given (
        recipient TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL,
        consent INTEGER NOT NULL REFERENCES consents, at TEXT NOT NULL,
        PRIMARY KEY (recipient, kind, item));
    CREATE TABLE sent (
        recipient TEXT PRIMARY KEY, name TEXT, number INTEGER NOT NULL, at TEXT NOT NULL);
    CREATE TABLE secrets (use TEXT PRIMARY KEY, secret TEXT NOT NULL);
    CREATE TABLE audit (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL);
    """,
    # that an answer had opened help outlived the answer: a form or draft that is kept says it by itself
    "DROP TABLE helped",
)
# Which consent lets a table grow: caring.consent says what each means.
NEEDS: tuple[tuple[str, Kind], ...] = (
    ("answers", "keep"), ("drafts", "keep"), ("safety", "keep"), ("intake", "keep"),
    ("shares", "share"), ("given", "share"),
)  # fmt: skip
COPY = ".before-"  # after its name, with the version that it has
MEND = "'undersong doctor --mend' puts it aside and saves what can still be read."
NO_CONSENT = "There is no consent to this (any more), so nothing was written."


class Record:
    """One person's record. Any thread may use it; one at a time does."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        """Open it, or make it. Raises EventError where it is damaged, newer, or of another key."""
        self._path = path
        self._key = None if key is None else derived(key, "record")
        self._turn = threading.RLock()
        if path.is_symlink():
            raise EventError(f"{path.name} is a link to somewhere else, and is not followed.")
        self._made_private()
        self._look()
        self._db = self._open()
        try:
            self._bring_up_to_date()
        except BaseException:
            self._db.close()
            raise

    # --- people and consent ---------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """What the person is called here; None where nobody said."""
        row = self.one("SELECT name FROM person")
        return None if row is None else str(row[0])

    def call(self, name: str, now: datetime) -> None:
        """Give the person a name here."""
        with self.writing() as db:
            db.execute(
                "INSERT INTO person VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
                (name, stamp(now)),
            )

    def consents(self) -> tuple[Consent, ...]:
        """Every yes that was ever given, oldest first."""
        rows = self.all("SELECT number, kind, version, given, withdrawn FROM consents ORDER BY number")
        return tuple(Consent(*row) for row in rows)  # type: ignore[arg-type]  # as the table has them

    def consent(self, kind: Kind) -> Consent | None:
        """The living yes to the words of now; None where there is none."""
        for one in self.consents():
            if one.kind == kind and one.withdrawn is None and one.version == current(kind):
                return one
        return None

    def give(self, kind: Kind, now: datetime) -> Consent:
        """Say yes to the words of now. One that lives already is the same yes."""
        with self.writing() as db:
            living = self.consent(kind)
            if living is None:
                self._withdraw(db, kind, now)
                db.execute(
                    "INSERT INTO consents (kind, version, given) VALUES (?, ?, ?)",
                    (kind, current(kind), stamp(now)),
                )
                living = self.consent(kind)
            assert living is not None  # it was just written
            return living

    def withdraw(self, kind: Kind, now: datetime) -> None:
        """Take a yes back: from when this returns on nothing is written by it, and every row that was is
        gone. (Files, Place.withdraw erases.)"""
        with self._turn:
            with self.writing() as db:
                self._withdraw(db, kind, now)
                for table in _rests_on(kind):
                    db.execute(f"DELETE FROM {table}")
            self.forget()

    def withdrawn(self, kind: Kind) -> bool:
        """Whether there was a yes, and it was taken back. (An older one, to words that changed since, was
        not: what was written by it stays, and no more is.)"""
        given = [one for one in self.consents() if one.kind == kind]
        return bool(given) and all(one.withdrawn is not None for one in given)

    @staticmethod
    def _withdraw(db: sqlite.Connection, kind: Kind, now: datetime) -> None:
        db.execute(
            "UPDATE consents SET withdrawn = ? WHERE kind = ? AND withdrawn IS NULL", (stamp(now), kind)
        )

    def needed(self, kind: Kind) -> int:
        """The number of the living yes that a row is written by. Raises EventError where there is none."""
        living = self.consent(kind)
        if living is None:
            raise EventError(NO_CONSENT)
        return living.number

    # --- reading and writing --------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[sqlite.Connection]:
        """A transaction: all of it is on the disk afterwards, or nothing of it."""
        with self._turn:
            nested = self._db.in_transaction
            try:
                if not nested:
                    self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                if not nested:
                    self._db.execute("COMMIT")
            except sqlite.Error as error:
                self._roll_back(nested)
                raise self._told(error) from error
            except BaseException:
                self._roll_back(nested)
                raise

    def _roll_back(self, nested: bool) -> None:
        if not nested and self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def all(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Every row that a query finds."""
        with self._turn:
            try:
                return list(self._db.execute(query, values))
            except sqlite.Error as error:
                raise self._told(error) from error

    def one(self, query: str, values: tuple[object, ...] = ()) -> tuple[object, ...] | None:
        """The first row that a query finds."""
        rows = self.all(query, values)
        return rows[0] if rows else None

    def forget(self) -> None:
        """After something was erased: nothing of it is left in the write-ahead log."""
        with self._turn:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> None:
        """Raises EventError where the database is not whole."""
        with self._turn:
            try:
                # a fault may have left pages half brought over: the log still has them whole
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                wrong = [str(row[0]) for row in self._db.execute("PRAGMA quick_check") if row[0] != "ok"]
                if self._key is not None:
                    wrong += [str(row[0]) for row in self._db.execute("PRAGMA cipher_integrity_check")]
            except sqlite.Error as error:
                raise self._told(error) from error
            if wrong:
                raise EventError(self._damaged())

    def close(self) -> None:
        """Close it; its write-ahead log is emptied."""
        with self._turn:
            self._db.close()

    def __enter__(self) -> Record:
        """The record itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # --- opening ---------------------------------------------------------------------------------

    def _made_private(self) -> None:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | files.BINARY, files.PRIVATE_FILE)
            os.close(handle)
            files.sync_folder(self._path.parent)
        except OSError as error:
            raise UsageError(f"{self._path} cannot be written: {error.strerror or error}.") from error

    def _look(self) -> None:
        """Raises EventError for a database that is none of ours, or newer. Only to be read: whoever opens
        it to be written to changes it, and be it by tidying up when it is closed."""
        if self._path.stat().st_size == 0:
            return
        try:
            with closing(only_to_read(self._path, self._key)) as db:
                self._is_ours(db)
        except sqlite.Error as error:
            # a fault in its very first writing, which only whoever may write can undo: nothing newer is in
            # it then, since a record that stands is never written in that way
            if "readonly" not in str(error):
                raise self._told(error) from error

    def _is_ours(self, db: sqlite.Connection) -> None:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        application = int(db.execute("PRAGMA application_id").fetchone()[0])
        if (version or application) and application != APPLICATION:
            raise EventError(self._damaged())
        if version > len(STEPS):
            raise EventError(
                f"{self._path.name} has version {version}, and this Undersong knows version "
                f"{len(STEPS)}. Please update Undersong; nothing was changed."
            )

    def _open(self) -> sqlite.Connection:
        db = sqlite.connect(str(self._path), timeout=WAITS, isolation_level=None, check_same_thread=False)
        try:
            give_key(db, self._key)
            db.execute("PRAGMA trusted_schema = OFF")
            self._is_ours(db)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA foreign_keys = ON")
        except sqlite.Error as error:
            db.close()
            raise self._told(error) from error
        except EventError:
            db.close()
            raise
        return db

    def _bring_up_to_date(self) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version == len(STEPS):
            return
        copy = self._path.with_name(f"{self._path.name}{COPY}{version}")
        try:
            if version:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                files.write_whole(copy, self._path.read_bytes(), files.PRIVATE_FILE)
            with self.writing() as db:
                for number, step in enumerate(STEPS[version:], version + 1):
                    for statement in _statements(step):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {number}")
                db.execute(f"PRAGMA application_id = {APPLICATION}")
                self._guard(db)
            self.check()
        except OSError as error:
            raise UsageError(f"{self._path} cannot be written: {error.strerror or error}.") from error
        # an old copy would outlive what is erased later
        copy.unlink(missing_ok=True)

    @staticmethod
    def _guard(db: sqlite.Connection) -> None:
        for table, kind in NEEDS:
            for when in ("INSERT", "UPDATE"):
                db.execute(f"DROP TRIGGER IF EXISTS {table}_{when}")
                db.execute(
                    f"CREATE TRIGGER {table}_{when} BEFORE {when} ON {table} WHEN NOT EXISTS ("
                    f"SELECT 1 FROM consents WHERE number = NEW.consent AND kind = '{kind}' "
                    f"AND withdrawn IS NULL) BEGIN SELECT RAISE(ABORT, 'consent'); END"
                )

    def _told(self, error: sqlite.Error) -> EventError:
        if str(error) == "consent":
            return EventError(NO_CONSENT)
        if isinstance(error, sqlite.OperationalError) and "locked" in str(error):
            return EventError("Another program writes here just now; please try again.")
        if isinstance(error, sqlite.OperationalError) and "full" in str(error):
            return EventError("The disk is full, so this was not kept.")
        return EventError(self._damaged())

    def _damaged(self) -> str:
        return (
            f"{self._path.name} cannot be read: it is damaged, or was locked with another key. Nothing was "
            f"changed; takes lie in files of their own and can still be opened. {MEND}"
        )


def give_key(db: sqlite.Connection, key: bytes | None) -> None:
    """Tell a connection the key of its database, if that has one."""
    if key is not None:
        db.execute("PRAGMA cipher_log_level = NONE")  # what is wrong is told in our own words
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")


def only_to_read(path: Path, key: bytes | None) -> sqlite.Connection:
    """A connection to a database that changes nothing of it. ``key``: the database's own."""
    db = sqlite.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=WAITS, uri=True)
    give_key(db, key)
    return db


def _rests_on(kind: Kind) -> list[str]:
    """The tables that a yes lets grow. What is shared was kept before."""
    kinds = (kind, "share") if kind == "keep" else (kind,)
    return [table for table, needs in NEEDS if needs in kinds]


def stamp(now: datetime) -> str:
    """A moment as it is written."""
    return now.isoformat(timespec="seconds")


def _statements(step: str) -> list[str]:
    return [part.strip() for part in step.split(";") if part.strip()]


assert {kind for _, kind in NEEDS} <= set(KINDS)
