"""Giving: a person's side of shared files: what was given to which practice, and the next file for it.

The person has a signing key of their own, so that a practice knows which files come from the same sender.
It lies in their record, as does what was given.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from undersong.edges import sharing
from undersong.edges.house import Place
from undersong.edges.record import stamp
from undersong.errors import EventError

SENDER = "sender"  # the use of the key, in the record


@dataclass(frozen=True, slots=True)
class Given:
    """What a practice was given last. ``items``: kinds and items that it may have still."""

    recipient: str
    name: str | None
    at: str
    items: tuple[tuple[str, str], ...]


def given(place: Place) -> list[Given]:
    """Every practice that was given something, the latest first."""
    rows = place.record.all("SELECT recipient, name, at FROM sent ORDER BY at DESC, recipient")
    return [Given(str(to), None if name is None else str(name), str(at), _items(place, str(to)))
            for to, name, at in rows]  # fmt: skip


def _items(place: Place, to: str) -> tuple[tuple[str, str], ...]:
    rows = place.record.all("SELECT kind, item FROM given WHERE recipient = ? ORDER BY kind, item", (to,))
    return tuple((str(kind), str(item)) for kind, item in rows)


def give(
    place: Place, to: object, takes: Sequence[str], answers: Sequence[str], name: object, now: datetime
) -> bytes:
    """The file that gives a practice these takes and answers, and withdraws what it was given before and is
    not among them. With nothing at all it only withdraws.

    Raises EventError for an address that is none, without a living consent, and for what is too large;
    UsageError for a take that there is not, or that is not kept.
    """
    address, called = str(sharing.recipient(to)), sharing.a_name(name)
    consent = place.record.needed("share") if takes or answers else 0
    told_takes = tuple(_take(place, id_) for id_ in dict.fromkeys(takes))
    told_answers = _answers(place, frozenset(answers))
    items = [("take", one.id) for one in told_takes] + [("answer", one.id) for one in told_answers]
    key = _key(place)
    with place.record.writing() as db:
        before = _items(place, address)
        row = place.record.one("SELECT number FROM sent WHERE recipient = ?", (address,))
        if row is None and not items:
            raise EventError("Please choose what is to be shared.")
        number = 1 if row is None else int(str(row[0])) + 1
        withdrawn = tuple(one for one in before if one not in items)
        said = sharing.Contents(
            sharing.public_of(key), called, address, number, stamp(now), told_takes, told_answers, withdrawn
        )
        data = sharing.written(said, key)
        db.execute("DELETE FROM given WHERE recipient = ?", (address,))
        db.executemany(
            "INSERT INTO given VALUES (?, ?, ?, ?, ?)",
            [(address, kind, item, consent, stamp(now)) for kind, item in items],
        )
        db.execute("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)", (address, called, number, stamp(now)))
    return data


def _take(place: Place, id_: str) -> sharing.Take:
    if not place.takes.get(id_).kept:
        raise EventError("Please keep this session first; then it can be shared.")
    return sharing.given_take(id_, place.takes.log(id_), place.takes.about(id_))


def _answers(place: Place, wanted: frozenset[str]) -> tuple[sharing.Answer, ...]:
    if not wanted:
        return ()
    rows = place.record.all("SELECT id, instrument, given, points FROM answers ORDER BY given, id")
    found = tuple(
        sharing.Answer(str(id_), str(instrument), str(when), tuple(json.loads(str(points))))
        for id_, instrument, when, points in rows
        if id_ in wanted
    )
    if len(found) < len(wanted):
        raise EventError("One of these questionnaires is no longer there.")
    return found


def _key(place: Place) -> Ed25519PrivateKey:
    with place.record.writing() as db:
        row = place.record.one("SELECT secret FROM secrets WHERE use = ?", (SENDER,))
        if row is not None:
            return Ed25519PrivateKey.from_private_bytes(b64decode(str(row[0])))
        key = Ed25519PrivateKey.generate()
        db.execute(
            "INSERT INTO secrets VALUES (?, ?)", (SENDER, b64encode(key.private_bytes_raw()).decode())
        )
        return key
