"""A technique and a policy in a package of their own, installed for real."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from undersong.edges import midi
from undersong.testing.scenes import read_playing
from undersong.theory.loudness import level

ROOT = Path(__file__).resolve().parent.parent
SOFT = 50


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example package was installed, as pip does it."""
    target = tmp_path_factory.mktemp("plugin")
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "--no-index", "--target", str(target), str(ROOT / "examples" / "plugin"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def undersong(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "undersong", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Twelve soft notes, five a second at the end."""
    playing = read_playing(" ".join(f"C4@{0.5 + 0.7 * n:.1f}:0.5" for n in range(12)), SOFT)
    path = tmp_path / "in.mid"
    path.write_bytes(midi.write([("maker", [m for e in playing for m in midi.messages(e)])], 1000))
    return path


@pytest.mark.parametrize("choice", [("--technique", "high-fifth"), ("--policy", "high-only")])
def test_a_plugin_is_found_used_and_held_to_the_limits(
    installed: Path, source: Path, tmp_path: Path, choice: tuple[str, str]
) -> None:
    """Named by technique or by policy it plays, at no note louder than the maker, whatever it asks for."""
    target, log = tmp_path / "out.mid", tmp_path / "log.jsonl"
    done = undersong(installed, "answer", str(source), "-o", str(target), "--log", str(log), *choice)
    assert done.returncode == 0, done.stderr
    makers = {track.maker: track for track in midi.choose_makers(midi.read(target), ("partner: melody",))}
    notes = [e for e in midi.events(list(makers.values())) if getattr(e, "velocity", None)]
    assert len(notes) >= 6
    assert all(note.pitch == 67 for note in notes)  # type: ignore[union-attr]
    assert all(level(note.velocity) <= level(SOFT) for note in notes)  # type: ignore[union-attr]
    replayed = undersong(installed, "replay", str(log))
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def test_without_it_the_names_are_refused(source: Path, tmp_path: Path) -> None:
    """Not installed, neither name is known: one sentence, exit code 2."""
    for choice in (("--technique", "high-fifth"), ("--policy", "high-only")):
        done = undersong(tmp_path, "answer", str(source), "-o", str(tmp_path / "out.mid"), *choice)
        assert done.returncode == 2
        assert choice[1] in done.stderr
        assert "Traceback" not in done.stderr
