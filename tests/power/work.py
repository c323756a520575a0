"""Work that is done while every change of a file is written down: ``python work.py FOLDER WHAT``.

After each thing that is promised to last, a line is written to FOLDER/../acks, which the journal holds in
its order: what was acknowledged before the power went has to be there afterwards.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from undersong.edges import vault
from undersong.edges.house import House

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PASSPHRASE = "four quiet words here"
OTHER = "quite another phrase"
vault.MEMORY, vault.PASSES, vault.LANES = 64, 1, 1  # what is looked at is the disk


def acknowledge(what: str, value: object) -> None:
    os.write(ACKS, (json.dumps([what, value]) + "\n").encode())


def takes(house: House) -> None:
    """A take is played, kept, named; another one is erased."""
    own = house.own.takes
    _agree(house)
    id_, file = own.begin(NOW)
    with file:
        for number in range(6):
            file.append(f"chunk {number} ".encode() * (number * 17 % 5 * 20 + 1))
            acknowledge("chunks", [id_, number + 1])
    own.keep(id_)
    acknowledge("kept", id_)
    for number in range(3):
        own.about(id_).rename(f"name {number}")
        acknowledge("name", [id_, number])
    gone, file = own.begin(NOW)
    with file:
        file.append(b"to be erased")
    own.delete(gone)
    acknowledge("erased", gone)


def record(house: House) -> None:
    """Rows are written, more than fit into a page, and some erased."""
    own = house.own.record
    own.give("keep", NOW)
    acknowledge("rows", 0)
    for number in range(14):
        with own.writing() as db:
            row = (str(number), own.needed("keep"), "phq8", str(number), f"points {number} " * 60)
            db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", row)
        acknowledge("rows", number + 1)
    own.forget()
    own.call("somebody", NOW)
    acknowledge("called", "somebody")


def audit(house: House) -> None:
    """Entries of the audit, each of which is also counted in the record."""
    for number in range(8):
        house.note("therapist", "read answers", NOW, None, str(number))
        acknowledge("entries", number + 1)


def keys(house: House) -> None:
    """What was open is locked, gets another passphrase, and a person comes and goes."""
    _agree(house)
    id_, file = house.own.takes.begin(NOW)
    with file:
        file.append(b"played in the open")
    house.own.takes.keep(id_)
    house.own.takes.about(id_).rename("named in the open")
    house.own.record.call("somebody", NOW)
    acknowledge("open", id_)
    house.begin_locked(PASSPHRASE)
    acknowledge("passphrase", PASSPHRASE)
    house.change(OTHER, old=PASSPHRASE)
    acknowledge("passphrase", OTHER)
    person = house.add("a client", NOW)
    acknowledge("person", person.id)
    assert person.id is not None
    house.erase(person.id)
    acknowledge("gone", person.id)


def _agree(house: House) -> None:
    house.own.record.give("play", NOW)
    house.own.record.give("keep", NOW)


if __name__ == "__main__":
    folder, what = Path(sys.argv[1]), sys.argv[2]
    ACKS = os.open(folder.parent / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    folder.mkdir()
    os.fsync(os.open(folder.parent, os.O_RDONLY))
    house = House(folder)
    if "locked" in sys.argv:
        house.begin_locked(PASSPHRASE)
        acknowledge("passphrase", PASSPHRASE)
    {"takes": takes, "record": record, "audit": audit, "keys": keys}[what](house)
    house.close()
