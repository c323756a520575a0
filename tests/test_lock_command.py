"""The commands that lock: lock, passphrase, doctor; a passphrase typed, in the environment, or neither."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from client import Run
from secrets_kept import NOW, PASSPHRASE, fill, quick_keys, strings
from undersong.edges import record
from undersong.edges.house import House

__all__ = ["quick_keys"]  # a fixture


def typed(data: Path, lines: str, *arguments: str) -> tuple[int, str]:
    """Run the command at a terminal where somebody answers each question with one of these lines."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "undersong", *arguments, "--data", str(data)],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in lines.splitlines():
            asked = ""
            while not asked.endswith(": "):  # what is typed before it is asked for is thrown away
                letter = process.stderr.read(1)
                if not letter:
                    break
                asked += letter
            os.write(ours, f"{line}\n".encode())
        out, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    return process.returncode, out


@pytest.mark.skipif(os.name != "posix", reason="this system has no terminals that a test can type at")
def test_a_passphrase_is_typed_twice_and_changed(tmp_path: Path) -> None:
    """Typed twice the same it locks, and the recovery key is printed; old passphrase or key change it."""
    data = tmp_path / "d"
    code, out = typed(data, f"{PASSPHRASE}\n{PASSPHRASE}\n", "lock")
    assert code == 0
    recovery = out.splitlines()[0]
    assert len(recovery.split("-")) == 8
    assert typed(data, "not it, really\nanother phrase\nanother phrase\n", "passphrase")[0] == 2
    assert typed(data, f"{PASSPHRASE}\nanother phrase\nanother phrase\n", "passphrase")[0] == 0
    house = House(data)
    house.unlock("another phrase")
    house.lock()
    assert typed(data, f"{recovery}\n{PASSPHRASE}\n{PASSPHRASE}\n", "passphrase", "--recovery")[0] == 0
    house.unlock(PASSPHRASE)
    assert PASSPHRASE not in out
    told = [entry["what"] for entry in house.audited()]
    assert told == ["lock with a passphrase", "change passphrase", "change passphrase"]


def test_where_nobody_types(
    run: Run, tmp_path: Path, quick_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UNDERSONG_PASSPHRASE locks what is open, opens what is locked, and locks new data from the beginning;
    without it, what is locked is not opened, and nothing is locked; each time one sentence says so."""
    data = tmp_path / "data"
    for command in ("lock", "passphrase"):
        code, out, err = run(command)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert not House(data).protected
    house = House(data)
    fill(house.own, "own")
    house.close()
    monkeypatch.setenv("UNDERSONG_PASSPHRASE", PASSPHRASE)
    code, out, _ = run("lock")
    assert code == 0
    assert run("lock")[0] == 2
    assert run("sessions", "list")[1].count(strings("own")[1]) == 1
    monkeypatch.setenv("UNDERSONG_PASSPHRASE", "not it, really")
    assert run("sessions", "list")[:2] == (2, "")
    monkeypatch.delenv("UNDERSONG_PASSPHRASE")
    assert run("sessions", "list")[:2] == (2, "")
    monkeypatch.setenv("UNDERSONG_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("UNDERSONG_DATA", str(tmp_path / "new"))
    assert run("sessions", "list")[0] == 0
    assert House(tmp_path / "new").locked


def test_the_doctor_looks_at_what_is_kept(
    run: Run, tmp_path: Path, quick_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open, locked, and unlocked it is well; a file that others may read, a wrong entry in the audit, a
    damaged way in, record or take is named with what to do; --mend saves the record."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    house = House(data)
    fill(house.own, "own")
    shutil.rmtree(data / "scratch")  # what is begun there is no music
    house.note("solo", "lock", NOW)
    house.close()

    def says(*more: str) -> str:
        return run("doctor", *more)[1]

    assert "nothing is locked" in says()
    House(data).protect(PASSPHRASE)
    assert "Keys: locked; opened by passphrase, recovery" in says()
    assert says().count("not looked at") == 3
    monkeypatch.setenv("UNDERSONG_PASSPHRASE", PASSPHRASE)
    assert "well   Audit: 1 entr" in says()
    assert "well   Records: 1 record, whole" in says()
    assert "ailing" not in says().replace("ailing Page", "").replace("ailing Hearing", "")
    if os.name == "posix":
        (data / "keys.json").chmod(stat.S_IRUSR | stat.S_IROTH)
        assert f"run 'chmod -R go= {data}'" in says()
        (data / "keys.json").chmod(stat.S_IRUSR | stat.S_IWUSR)
    audit = data / "audit.jsonl"
    whole = audit.read_bytes()
    audit.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "ailing Audit: The audit was changed: entry 1" in says()
    audit.write_bytes(whole)
    path = data / record.FILE
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 3 + 100] ^= 1
    path.write_bytes(damaged)
    assert "ailing Records: " in says()
    assert "doctor --mend" in says()
    told = says("--mend")
    assert "was put aside" in told
    assert f"ailing Records: {path}.damaged-1 was damaged" in told
    for left in data.glob(f"{record.FILE}.damaged-*"):
        left.unlink()
    assert "well   Records: 1 record, whole" in says()
    (log,) = (data / "takes").glob("*/log.jsonl")
    log.write_bytes(b"x")
    assert "ailing Takes: 1 take cannot be read whole" in says()
