"""Shares: what of a person's record and takes their therapist may see, one by one.

Nothing is shared by default. An item counts as shared as long as the yes under which it was shared lives,
to the words of now: once that is taken back, nothing is shared any more, at the very next question.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from undersong.edges.record import Record, stamp

Kind = Literal["take", "answer", "intake"]
THE_INTAKE = "intake"  # of which there is one: its item


class Shares:
    """What one person shares."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def items(self, kind: Kind) -> frozenset[str]:
        """The items of a kind that are shared now."""
        living = self._record.consent("share")
        if living is None:
            return frozenset()
        rows = self._record.all(
            "SELECT item FROM shares WHERE kind = ? AND consent = ?", (kind, living.number)
        )
        return frozenset(str(row[0]) for row in rows)

    def share(self, kind: Kind, item: str, now: datetime) -> None:
        """Share an item. Raises EventError without a living consent."""
        with self._record.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO shares VALUES (?, ?, ?, ?)",
                (kind, item, self._record.needed("share"), stamp(now)),
            )

    def take_back(self, kind: Kind, item: str) -> None:
        """Share it no more."""
        with self._record.writing() as db:
            db.execute("DELETE FROM shares WHERE kind = ? AND item = ?", (kind, item))
        self._record.forget()
