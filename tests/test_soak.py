"""A virtual hour through the live driver: nothing drifts, grows or hangs."""

from __future__ import annotations

from pathlib import Path

from soak import soak


def test_a_virtual_hour_leaves_nothing_behind(tmp_path: Path) -> None:
    """After an hour of every kind of playing no note is left sounding or told to sound too long, the
    session's clock has not drifted, and the log of the whole hour replays."""
    soaked = soak(3600.0, tmp_path)
    assert soaked.inputs > 5000
    assert soaked.plays > 500
    assert soaked.overlong == 0
    assert soaked.left_sounding == 0
    assert abs(soaked.drift) < 1e-6
    assert soaked.growth < 0.25  # of the whole process; the log's own bytes are on the disk
    assert soaked.replays
