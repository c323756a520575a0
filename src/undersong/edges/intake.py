"""What a person answered at intake, in their record."""

from __future__ import annotations

import json
from datetime import datetime

from undersong.caring.intake import Answer, Said, checked
from undersong.edges.record import Record, stamp
from undersong.errors import EventError


def read(record: Record) -> dict[str, Answer]:
    """The answers; none where there are none. Raises EventError where they are damaged."""
    row = record.one("SELECT said FROM intake")
    if row is None:
        return {}
    try:
        return checked(json.loads(str(row[0])))
    except (ValueError, RecursionError) as error:
        raise EventError("What was said of what helps cannot be read; it is left as it lies.") from error


def write(record: Record, said: Said, now: datetime) -> None:
    """Keep answers in place of earlier ones. Raises EventError without a yes to keeping."""
    with record.writing() as db:
        db.execute(
            "INSERT INTO intake (one, consent, changed, said) VALUES (1, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET consent = excluded.consent, changed = excluded.changed, "
            "said = excluded.said",
            (record.needed("keep"), stamp(now), json.dumps(said, ensure_ascii=False)),
        )
    record.forget()  # what was said before
