"""``undersong people``, and somebody's sessions on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kept
from client import Run
from practising import NOW, PASSPHRASE, practice
from undersong.edges.house import House
from undersong.edges.shares import Shares
from undersong.edges.takes import Takes

NAME = "Ada Quillfeather"


def all_files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNDERSONG_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("UNDERSONG_PASSPHRASE", raising=False)
    return tmp_path / "data"


def test_people_of_an_open_folder(run: Run, data: Path) -> None:
    """Added, listed for a person and for programs, erased by name in any case; what is not locked is
    said on standard error, and nowhere else."""
    assert run("people", "list")[1].startswith("Nobody has a place here yet")
    code, out, err = run("people", "add", NAME)
    assert (code, out.split("  ")[1]) == (0, f"{NAME}\n")
    assert "is not locked" in err
    id_ = out.split()[0]
    assert run("people", "list") == (0, f"{id_}  {NAME}\n", "")
    assert json.loads(run("people", "list", "--json")[1]) == [{"id": id_, "name": NAME}]
    code, _, err = run("people", "erase", "ada quillfeather")
    assert (code, "--yes" in err) == (2, True)
    code, out, _ = run("people", "erase", "ada quillfeather", "--yes")
    assert (code, "not reached" in out) == (0, True)
    assert json.loads(run("people", "list", "--json")[1]) == []
    assert not House(data).practice


def test_whoever_is_not_told_apart_is_asked_for_by_id(run: Run, data: Path) -> None:
    """Of two of one name neither is erased by it; an unknown name, and a name that is none, exit with 2."""
    ids = [run("people", "add", "Ben")[1].split()[0] for _ in range(2)]
    code, _, err = run("people", "erase", "Ben", "--yes")
    assert code == 2
    assert all(id_ in err for id_ in ids)
    assert run("people", "erase", ids[0], "--yes")[0] == 0
    assert json.loads(run("people", "list", "--json")[1]) == [{"id": ids[1], "name": "Ben"}]
    unknown = (("erase", "Nobody", "--yes"), ("erase", "../people", "--yes"))
    for words in (*unknown, ("add", ""), ("add", "x" * 101)):
        code, _, err = run("people", *words)
        assert (code, err.count("\n")) == (2, 1), words
    assert run("sessions", "list", "--person", "Nobody")[0] == 2


def test_whoever_is_erased_is_in_no_file(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an open folder and in a locked one: after erasing, the name and a word of theirs are in no
    file, and all that is somebody else's is there as it was."""
    for locked in (False, True):
        where = data.parent / f"data {locked}"
        monkeypatch.setenv("UNDERSONG_DATA", str(where))
        if locked:
            monkeypatch.setenv("UNDERSONG_PASSPHRASE", PASSPHRASE)
        ids = [run("people", "add", name)[1].split()[0] for name in (NAME, "Ben")]
        house = House(where)
        if locked:
            house.unlock(PASSPHRASE)
        for id_ in ids:
            place = house.place(id_)
            place.record.give("keep", NOW)
            take = place.takes.keep_log(a_log(data.parent / f"x{locked}{id_}"), NOW)
            place.takes.about(take).write(1.0, f"a word of {id_}", NOW)
        house.close()
        before = {p: d for p, d in all_files(where).items() if ids[1] in str(p) and "lock" not in p.name}
        assert run("people", "erase", NAME, "--yes")[0] == 0
        after = all_files(where)
        assert {p: d for p, d in after.items() if p in before} == before
        for path, found in after.items():
            assert b"Quillfeather" not in found, path
            assert f"a word of {ids[0]}".encode() not in found, path
            assert ids[0] not in str(path)


def a_log(scratch: Path) -> bytes:
    return Takes(scratch).log(kept.short(scratch))


def test_sessions_of_somebody_are_those_that_they_share(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """List, show, export and delete of somebody's: what is not shared is not there; each look is in
    the audit with the person and the take."""
    house, ids = practice(data, NAME)
    place = house.place(ids[NAME])
    takes = []
    for n in range(2):
        takes.append(place.takes.keep_log(a_log(tmp_path / f"made{n}"), NOW.replace(hour=10 + n)))
    Shares(place.record).share("take", takes[0], NOW)
    house.close()
    monkeypatch.setenv("UNDERSONG_PASSPHRASE", PASSPHRASE)
    told = json.loads(run("sessions", "list", "--json", "--person", NAME)[1])
    assert [one["id"] for one in told] == [takes[0]]
    assert json.loads(run("sessions", "list", "--json")[1]) == []
    assert run("sessions", "show", takes[0], "--person", ids[NAME])[0] == 0
    code, out, _ = run("sessions", "export", takes[0], "--to", tmp_path / "out", "--person", NAME)
    assert (code, "log.jsonl" in out) == (0, True)
    for words in (("show",), ("export", "--to", str(tmp_path / "other")), ("delete", "--yes")):
        assert run("sessions", words[0], takes[1], *words[1:], "--person", NAME)[0] == 2
    assert run("sessions", "delete", takes[0], "--yes", "--person", NAME)[0] == 0
    house = House(data)
    house.unlock(PASSPHRASE)
    assert [take.id for take in house.place(ids[NAME]).takes.all()[0]] == [takes[1]]
    looks = [(e["what"], e["item"]) for e in house.audited() if e["person"] == ids[NAME]]
    for what, item in (("read takes", None), ("read takes", takes[0]), ("read takes export", takes[0]),
                       ("read takes", takes[1]), ("erase takes", takes[0])):  # fmt: skip
        assert (what, item) in looks
