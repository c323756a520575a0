"""Set up, play and test: ``python tools/dev.py play|test``. The Makefile is its alias.

Needs Python 3.11 or newer and nothing else; makes a virtual environment in .venv, installs what the
project needs into it, and does that again only when pyproject.toml or the tested versions change.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "installed"
OLDEST = (3, 11)
USAGE = "Usage: python tools/dev.py play|test"


def main() -> int:
    """Do what the first argument names; returns the exit code."""
    if sys.version_info < OLDEST:
        print("Undersong needs Python 3.11 or newer; this is", sys.version.split()[0])
        return 2
    commands = {"play": play, "test": test}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(USAGE)
        return 2
    set_up()
    return commands[sys.argv[1]]()


def set_up() -> None:
    """Make the virtual environment hold what the project needs."""
    wanted = sha256()
    for path in (ROOT / "pyproject.toml", ROOT / "tools" / "constraints.txt"):
        wanted.update(path.read_bytes())
    wanted.update(sys.version.encode())
    stamp = wanted.hexdigest()
    if STAMP.is_file() and STAMP.read_text() == stamp:
        return
    print("Setting up (once) ...", flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    constraints = str(ROOT / "tools" / "constraints.txt")
    run("pip", "install", "--quiet", "--disable-pip-version-check", "-c", constraints, "-e", ".[dev]")
    STAMP.write_text(stamp)


def run(tool: str, *arguments: str) -> None:
    """Run a tool of the environment; end with its code if it fails."""
    done = subprocess.run([str(BIN / "python"), "-m", tool, *arguments], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def play() -> int:
    """Answer the shipped example and say how to answer one's own."""
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    example, duet = ROOT / "examples" / "three-steps.mid", out / "three-steps-duet.mid"
    command = [str(BIN / "undersong"), "answer", str(example), "-o", str(duet)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode == 0:
        print(f"The partner answered {example.relative_to(ROOT)}; the duet is {duet.relative_to(ROOT)}.")
        print("Open it in any MIDI player. To hear an answer to your own playing:")
        print(f"  {BIN.relative_to(ROOT) / 'undersong'} answer YOURS.mid -o DUET.mid")
    return done.returncode


def test() -> int:
    """Every check: style, types, layers, tests."""
    run("ruff", "check", "--quiet")
    run("ruff", "format", "--check", "--quiet")
    run("mypy")
    linter = [str(BIN / "lint-imports"), "--no-cache"]
    done = subprocess.run(linter, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr)
        return done.returncode
    run("pytest")
    return 0


if __name__ == "__main__":
    sys.exit(main())
