"""A house with known strings wherever words of a person can lie, and looking for them on the disk."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kept import keep, note
from undersong.edges import vault
from undersong.edges.house import House, Place
from undersong.events import MakerId

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PASSPHRASE = "four quiet words here"


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is stretched in no time: what is tested is what becomes of the bytes."""
    monkeypatch.setattr(vault, "MEMORY", 64)
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "LANES", 1)


def strings(who: str) -> list[str]:
    """What is said of one person; no string is part of another."""
    kinds = (
        "named",
        "title",
        "wrote",
        "spoke",
        "answered",
        "drafted",
        "asked",
        "called",
        "maker",
        "scratch",
    )
    return [f"Zq{kind}-{who}-7tr0ub4dor" for kind in kinds]


def fill(place: Place, who: str) -> str:
    """Everything that can be known of somebody, with those strings in it; returns the take's name."""
    named, title, wrote, spoke, answered, drafted, asked, called, maker, scratch = strings(who)
    place.record.call(named, NOW)
    place.record.give("play", NOW)
    place.record.give("keep", NOW)
    keeps = place.record.needed("keep")
    with place.record.writing() as db:
        db.execute("INSERT INTO answers VALUES ('1', ?, 'phq8', ?, ?)", (keeps, "2026", answered))
        db.execute("INSERT INTO drafts VALUES ('phq8', ?, ?, ?)", (keeps, "2026", drafted))
        db.execute("INSERT INTO intake VALUES (1, ?, ?, ?)", (keeps, "2026", asked))
        db.execute("INSERT INTO safety VALUES (1, ?, ?, '1')", (keeps, called))
    with tempfile.TemporaryDirectory() as elsewhere:
        plain = keep(Path(elsewhere), note(0.5, 0.4, 60, maker=MakerId(maker)), [])
        log = (Path(elsewhere) / "takes" / plain / "log.jsonl").read_bytes()
    id_ = place.takes.keep_log(log, NOW)
    about = place.takes.about(id_)
    about.rename(title)
    about.write(0.5, wrote, NOW)
    about.speak(0.5, b"OggS" + spoke.encode() * 4, NOW)
    _, file = place.takes.begin(NOW)
    with file:
        file.append(scratch.encode() + b"\n")
    return id_


def found(wanted: list[str], *folders: Path) -> set[str]:
    """Which of these strings lie in any file below these folders, or in the name of one."""
    there = set()
    for path in (path for folder in folders for path in [folder, *folder.rglob("*")]):
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        for one in wanted:
            if one.encode() in data or one in path.name or one.encode("utf-16-le") in data:
                there.add(one)
    return there


def told(place: Place) -> dict[str, object]:
    """All that can be read of somebody."""
    takes, faults = place.takes.all()
    (listed,) = [take for take in takes if take.kept]
    tables = ("person", "consents", "answers", "drafts", "intake", "safety")
    return {
        "log": place.takes.log(listed.id),
        "words": place.takes.about(listed.id).read(),
        "voice": place.takes.about(listed.id).recordings(),
        "rows": [place.record.all(f"SELECT * FROM {table}") for table in tables],
        "faults": faults,
    }


def opened(folder: Path) -> House:
    """The house there, unlocked."""
    house = House(folder)
    house.unlock(PASSPHRASE)
    return house
