"""What a person answered to questionnaires, in their record: forms, drafts, and whom they would call.

Every row needs the living consent to keep (edges.record): without it each of these functions that writes
raises EventError, and nothing is written. Points are stored as JSON, null where an item was left out. A
draft has as many as were come to, so that its length says where to go on.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from undersong.edges.record import Record, stamp
from undersong.errors import EventError, UndersongError, UsageError
from undersong.measuring.course import Answered
from undersong.measuring.questionnaire import Instrument, Points, check_begun, score

LONGEST_NAME = 100  # letters
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{1,38}")
DAMAGED = "These answers cannot be read: they are damaged. They were left as they are."


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was not filled in to its end: what was come to so far, and when."""

    changed: str
    points: Points


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to call: a name and a telephone number."""

    name: str
    number: str


class Answers:
    """The answers of one person. Any thread may use it."""

    def __init__(self, record: Record) -> None:
        self._record = record

    # --- forms -----------------------------------------------------------------------------------

    def keep(self, one: Instrument, points: Points, now: datetime) -> str:
        """Keep a form; its draft has done its work. Returns the form's id. Raises UsageError for points
        that are none of this form."""
        score(one, points)
        id_ = secrets.token_hex(8)
        with self._record.writing() as db:
            db.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?)",
                (id_, self._record.needed("keep"), one.id, stamp(now), json.dumps(points)),
            )
            db.execute("DELETE FROM drafts WHERE instrument = ?", (one.id,))
        self._record.forget()
        return id_

    def forms(self, one: Instrument) -> tuple[Answered, ...]:
        """Every form of an instrument that was kept, oldest first."""
        rows = self._record.all(
            "SELECT id, given, points FROM answers WHERE instrument = ? ORDER BY given, rowid", (one.id,)
        )
        forms = tuple(Answered(str(id_), str(given), _read(points)) for id_, given, points in rows)
        for form in forms:
            _whole(one, form.points)
        return forms

    def erase(self, id_: str) -> None:
        """Erase one form for good. Raises UsageError if there is none of that id."""
        with self._record.writing() as db:
            if db.execute("DELETE FROM answers WHERE id = ?", (id_,)).rowcount == 0:
                raise UsageError("There are no answers of that id here.")
            db.execute("DELETE FROM shares WHERE kind = 'answer' AND item = ?", (id_,))
        self._record.forget()

    # --- drafts ----------------------------------------------------------------------------------

    def draft(self, one: Instrument) -> Draft | None:
        """What was come to so far; None where nothing is begun."""
        row = self._record.one("SELECT changed, points FROM drafts WHERE instrument = ?", (one.id,))
        if row is None:
            return None
        points = _read(row[1])
        try:
            check_begun(one, points)
        except UndersongError as error:
            raise EventError(DAMAGED) from error
        return Draft(str(row[0]), points)

    def put_draft(self, one: Instrument, points: Points, now: datetime) -> None:
        """Keep how far a form has come. Raises UsageError for points that are none of this form."""
        check_begun(one, points)
        with self._record.writing() as db:
            db.execute(
                "INSERT INTO drafts VALUES (?, ?, ?, ?) ON CONFLICT (instrument) DO UPDATE SET "
                "consent = excluded.consent, changed = excluded.changed, points = excluded.points",
                (one.id, self._record.needed("keep"), stamp(now), json.dumps(points)),
            )

    def drop_draft(self, one: Instrument) -> None:
        """Erase what was begun, if anything was."""
        with self._record.writing() as db:
            db.execute("DELETE FROM drafts WHERE instrument = ?", (one.id,))
        self._record.forget()

    # --- whom to call ----------------------------------------------------------------------------

    @property
    def person(self) -> Person | None:
        """Whom the person would call; None where nobody was named."""
        row = self._record.one("SELECT name, number FROM safety")
        return None if row is None else Person(str(row[0]), str(row[1]))

    def name_person(self, name: object, number: object) -> Person:
        """Name whom to call. Raises EventError where either is none."""
        called = " ".join(name.split()) if isinstance(name, str) else ""
        if not 0 < len(called) <= LONGEST_NAME or not called.isprintable():
            raise EventError(f"Please give a name of 1 to {LONGEST_NAME} letters.")
        dialled = " ".join(number.split()) if isinstance(number, str) else ""
        if not _NUMBER.fullmatch(dialled):
            raise EventError("Please give a telephone number: digits, with spaces between if you like.")
        with self._record.writing() as db:
            db.execute(
                "INSERT INTO safety VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "consent = excluded.consent, name = excluded.name, number = excluded.number",
                (self._record.needed("keep"), called, dialled),
            )
        self._record.forget()  # who was named before
        return Person(called, dialled)

    def forget_person(self) -> None:
        """Nobody is named any more."""
        with self._record.writing() as db:
            db.execute("DELETE FROM safety")
        self._record.forget()


def _read(stored: object) -> Points:
    try:
        found = json.loads(str(stored))
    except (ValueError, RecursionError) as error:
        raise EventError(DAMAGED) from error
    if not isinstance(found, list) or not all(one is None or type(one) is int for one in found):
        raise EventError(DAMAGED)
    return tuple(found)


def _whole(one: Instrument, points: Points) -> None:
    try:
        score(one, points)
    except UndersongError as error:
        raise EventError(DAMAGED) from error
