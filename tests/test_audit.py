"""The audit: no entry changed, taken out or cut off without being named; nothing of a person in it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from undersong.edges.audit import FILE
from undersong.edges.house import House
from undersong.errors import EventError

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PASSPHRASE = "a long walk home"


def written(data: Path, *, locked: bool) -> House:
    """A house with an audit of four entries."""
    data.mkdir()
    house = House(data)
    if locked:
        house.protect(PASSPHRASE)
    for number in range(4):
        house.note("therapist", "read takes", NOW, "0123456789ab", f"take {number}")
    return house


def lines(data: bytes) -> list[int]:
    """The number of the entry in which each byte of a plain audit lies."""
    number, found = 1, []
    for byte in data:
        found.append(number)
        number += byte == ord("\n")
    return found


def test_any_byte_that_is_changed_names_its_entry(tmp_path: Path) -> None:
    """In a plain audit every byte in turn, changed in one bit: the entry in which it lies is named."""
    house = written(tmp_path / "data", locked=False)
    path = tmp_path / "data" / FILE
    whole = path.read_bytes()
    for at, number in enumerate(lines(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(EventError, match=rf"entry {number} is not as it was written"):
            house.audited()
    path.write_bytes(whole)
    assert len(house.audited()) == 4


def test_any_byte_of_a_sealed_audit_is_noticed(tmp_path: Path) -> None:
    """In a sealed audit every third byte, changed: refused; within an entry's own frame it is named."""
    house = written(tmp_path / "data", locked=True)
    path = tmp_path / "data" / FILE
    whole = path.read_bytes()
    named = set()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(EventError) as told:
            house.audited()
        if "entry" in str(told.value):
            named.add(str(told.value).split("entry ")[1].split()[0])
    assert named == {"1", "2", "3", "4"}


@pytest.mark.parametrize("locked", [False, True])
def test_an_end_that_was_cut_off_is_missed(tmp_path: Path, locked: bool) -> None:
    """Without its last entry the audit is not whole, although every entry that is left is."""
    house = written(tmp_path / "data", locked=locked)
    path = tmp_path / "data" / FILE
    before = path.read_bytes()
    house.note("therapist", "read takes", NOW)
    path.write_bytes(before)
    with pytest.raises(EventError, match="entry 5 is not as it was written"):
        house.audited()


def test_one_that_was_changed_is_set_aside_and_told_of(tmp_path: Path) -> None:
    """After a change the next process begins a new audit, whose first entry says what was wrong; the old
    one lies beside it, byte for byte."""
    house = written(tmp_path / "data", locked=False)
    house.close()
    path = tmp_path / "data" / FILE
    changed = path.read_bytes().replace(b"take 2", b"take 9")
    path.write_bytes(changed)
    house.note("therapist", "read takes", NOW)
    first, second = house.audited()
    assert first["what"] == "set aside an audit"
    assert "entry 3" in str(first["item"])
    assert second["what"] == "read takes"
    (aside,) = (tmp_path / "data").glob("audit-aside-*")
    assert aside.read_bytes() == changed


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    """A command notes while the app does: the audit has every entry of both, and is whole."""
    house = written(tmp_path / "data", locked=False)
    script = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from undersong.edges.house import House\nhouse = House(Path(sys.argv[1]))\n"
        "[house.note('owner', f'entry {n}', datetime.now(UTC)) for n in range(20)]\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "data")])
    ours = 0
    while other.poll() is None:
        house.note("therapist", "read takes", NOW)
        ours += 1
    assert other.returncode == 0
    found = house.audited()
    assert [entry["n"] for entry in found] == list(range(1, 4 + ours + 20 + 1))
    assert sum(entry["who"] == "owner" for entry in found) == 20


def test_it_holds_no_name(tmp_path: Path) -> None:
    """What stands in it of a person is an id."""
    house = written(tmp_path / "data", locked=False)
    place = house.add("Ada Quillfeather", NOW)
    house.note("therapist", "add person", NOW, place.id)
    assert json.loads((tmp_path / "data" / FILE).read_bytes().splitlines()[-1])["person"] == place.id
    assert b"Quillfeather" not in (tmp_path / "data" / FILE).read_bytes()


@pytest.mark.parametrize("locked", [False, True])
def test_one_that_was_taken_away_is_told_of(tmp_path: Path, locked: bool) -> None:
    """Where the file is gone a new audit begins, whose first entry says so, and everything goes on."""
    house = written(tmp_path / "data", locked=locked)
    (tmp_path / "data" / FILE).unlink()
    house.note("therapist", "read takes", NOW)
    house.note("therapist", "read answers", NOW)
    first, *rest = house.audited()
    assert first["what"] == "set aside an audit"
    assert [entry["what"] for entry in rest] == ["read takes", "read answers"]
