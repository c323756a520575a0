"""The power goes: at every change of a file, what a disk was not told to keep is lost or torn.

A real process (tests/power/work.py) does its work, and a shim written in C writes down every call that
changes a file, SQLite's too; a model of a disk (tests/power/disk.py) then says what may lie there when the
power goes after any of them. Everything that was acknowledged before has to be there. It proves that each
promise is preceded by the syncs it needs; that the system and the disk do as they are told, it cannot.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from power.disk import Disk, entries
from secrets_kept import NOW, quick_keys
from undersong.edges.house import House
from undersong.edges.vault import Wrong

__all__ = ["quick_keys"]  # a fixture
HERE = Path(__file__).parent / "power"
PASSPHRASE = "four quiet words here"  # as tests/power/work.py has them
OTHER = "quite another phrase"
WAYS = ("least", "most", "any")
LASTING = ("sync", "syncfolder", "rename", "remove")


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if sys.platform != "linux" or shutil.which("gcc") is None:
        pytest.skip("this system has no compiler for what watches its files")
    made = tmp_path_factory.mktemp("shim") / "watch.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(made), str(HERE / "watch.c"), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return made


def journal_of(shim: Path, folder: Path, *what: str) -> list[tuple[str, int, str, str, bytes]]:
    """What was done to files while that work was done."""
    journal = folder / "journal"
    seen = folder / "seen"
    seen.mkdir()
    watching = {"LD_PRELOAD": str(shim), "WATCH": str(seen), "JOURNAL": str(journal)}
    command = [sys.executable, str(HERE / "work.py"), str(seen / "data"), *what]
    subprocess.run(command, check=True, env={**os.environ, **watching}, timeout=60)
    return entries(journal.read_bytes())


Acks = dict[str, Any]


def acknowledged(acks: bytes) -> Acks:
    """The latest of each kind, all of them under "all"."""
    lines = [json.loads(line) for line in acks.splitlines()]
    return {**dict(lines), "all": lines}


def unlock(house: House, acks: Acks) -> None:
    """With the passphrase that was acknowledged, or, where that is on its way, with the next one."""
    try:
        house.unlock(acks.get("passphrase", PASSPHRASE))
    except Wrong:
        house.unlock(OTHER)


def outages(
    shim: Path, tmp_path: Path, what: tuple[str, ...], look: Callable[[House, Acks], None], every: int = 1
) -> tuple[int, int]:
    """Let the power go before all that makes something lasting, in several ways; how often that was, and
    how often anything lay there then. ``every``: only before one of so many."""
    seen = tmp_path / "seen"
    disk, random, times, there = Disk(seen / "data"), Random(7), 0, 0
    acks_number = moments = 0
    done = journal_of(shim, tmp_path, *what)
    for (kind, number, path, other, data), follows in pairwise([*done, ("sync", 0, "", "", b"")]):
        if path == str(seen / "acks"):
            acks_number = number
        elif number == acks_number and kind == "write":
            disk.acks += data
        if number == acks_number or str(seen) == path or (kind, path) == ("mkdir", str(seen / "data")):
            continue  # not what is looked at
        disk.take(kind, number, path, other, data)
        if follows[0] not in LASTING and follows[1] != acks_number:
            continue
        moments += 1
        if moments % every:
            continue
        acks = acknowledged(disk.acks)
        for how in WAYS:
            folder = tmp_path / "after"
            folder.mkdir(mode=0o700)
            disk.after(folder, how, random)
            house = House(folder)
            try:
                if house.protected:
                    unlock(house, acks)
                look(house, acks)
                there += any(folder.iterdir())
            finally:
                house.close()
            shutil.rmtree(folder)
            times += 1
    assert acknowledged(disk.acks)["all"]
    return times, there


@pytest.mark.parametrize("what", [("takes",), ("takes", "locked")], ids=["open", "locked"])
def test_takes_outlast_an_outage(
    shim: Path, tmp_path: Path, quick_keys: None, what: tuple[str, ...]
) -> None:
    """Every chunk that was acknowledged, the keeping, the name, and the erasing: all there, or all gone."""

    def look(house: House, acks: Acks) -> None:
        own = house.own.takes
        if "chunks" in acks:
            id_, number = acks["chunks"]
            whole = b"".join(f"chunk {n} ".encode() * (n * 17 % 5 * 20 + 1) for n in range(6))
            known = b"".join(f"chunk {n} ".encode() * (n * 17 % 5 * 20 + 1) for n in range(number))
            log = own.log(id_)
            assert log.startswith(known)
            assert not house.protected or whole.startswith(log)  # a plain log's end, its codec looks at
            assert "kept" not in acks or own.folder(id_).parent.name == "takes"
            words = own.about(id_).read()
            if "name" in acks:
                assert words.name in [f"name {n}" for n in range(acks["name"][1], 3)]
            file = own.go_on(id_, len(known)) if own.folder(id_).parent.name == "scratch" else None
            if file is not None:
                with file:
                    file.append(b"more")
                assert own.log(id_).endswith(b"more")
        if "erased" in acks:
            assert not any(acks["erased"] in path.name for path in house.folder.rglob("*/2*"))

    times, there = outages(shim, tmp_path, what, look)
    assert times > 60
    assert there > 30


@pytest.mark.parametrize("what", [("record",), ("record", "locked")], ids=["open", "locked"])
def test_a_record_outlasts_an_outage(
    shim: Path, tmp_path: Path, quick_keys: None, what: tuple[str, ...]
) -> None:
    """Every row that was acknowledged is there, those that were not are there whole or not at all, and the
    database is sound."""

    def look(house: House, acks: Acks) -> None:
        if not (house.folder / "record.db").exists():
            assert "rows" not in acks
            return
        own = house.own.record
        own.check()
        rows = own.all("SELECT id, points FROM answers ORDER BY CAST(id AS INTEGER)")
        assert len(rows) >= acks.get("rows", 0)
        assert rows == [(str(n), f"points {n} " * 60) for n in range(len(rows))]
        assert "rows" not in acks or own.consent("keep") is not None
        assert own.name in (("somebody",) if "called" in acks else ("somebody", None))
        own.call("afterwards", NOW)
        assert own.name == "afterwards"

    times, there = outages(shim, tmp_path, what, look)
    assert times > 60
    assert there > 30


@pytest.mark.parametrize("what", [("audit",), ("audit", "locked")], ids=["open", "locked"])
def test_an_audit_outlasts_an_outage(
    shim: Path, tmp_path: Path, quick_keys: None, what: tuple[str, ...]
) -> None:
    """Every entry that was acknowledged is there, its chain holds, and it can be gone on with."""

    def look(house: House, acks: Acks) -> None:
        assert len(house.audited()) >= acks.get("entries", 0)
        before = len(house.audited())
        house.note("solo", "went on", NOW)
        assert len(house.audited()) == before + 1

    times, there = outages(shim, tmp_path, what, look)
    assert times > 60
    assert there > 30


def test_keys_outlast_an_outage(shim: Path, tmp_path: Path, quick_keys: None) -> None:
    """While a house is locked for the first time, gets another passphrase, and a person comes and goes:
    what was acknowledged opens it, what lay in it is there, and who was erased is not."""

    def look(house: House, acks: Acks) -> None:
        if "open" in acks:
            assert house.own.takes.log(acks["open"]) == b"played in the open"
            assert house.own.takes.about(acks["open"]).read().name == "named in the open"
            assert house.own.name == "somebody"
        if house.protected:
            house.lock()
            given = [value for kind, value in acks["all"] if kind == "passphrase"]
            for old in given[:-1]:
                with pytest.raises(Wrong):
                    house.unlock(old)
            unlock(house, acks)
            clear = b"".join(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())
            assert b"in the open" not in clear
        people = [id_ for id_, _ in house.people()[0]]
        if "gone" in acks:
            house.finish_erasing()
            assert acks["gone"] not in people
            assert not any((house.folder / "people").iterdir())
        elif "person" in acks:
            assert people in ([acks["person"]], [])

    times, there = outages(shim, tmp_path, ("keys",), look, every=4)
    assert times > 60
    assert there > 30
