"""kill -9 of a server whose house is locked with a passphrase (tests/test_faults.py kills an open one)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from killing import kill

KILLS = 50  # by hand 1,000: python benchmarks/kill.py


def test_a_kill_loses_nothing_that_was_acknowledged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whenever it is killed while notes, names and keys are written, every note and name that was
    acknowledged is there, the audit holds, the record is whole, and the same take goes on."""
    report = kill(KILLS, tmp_path / "d", locked=True)
    assert report.kills == KILLS
    assert report.words > KILLS
    assert report.notes > KILLS
    assert report.entries > 0
    with capsys.disabled():
        sys.stdout.write(f"[{KILLS} kills; {report.words} names, {report.entries} entries] ")
