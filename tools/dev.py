"""Set up, play, test, build, measure: ``python tools/dev.py COMMAND``. The Makefile is its alias.

Needs Python 3.11 or newer and Node 20.19 or newer; makes a virtual environment in .venv, installs what
the project needs into it, and does that again only when pyproject.toml or the tested versions change.
``play`` starts the app; ``test`` runs every check, and also needs Chromium; it cuts the tests off from the
network where the system can (tools/no_uplink.py); ``build`` builds the page alone; ``bench`` measures what
is claimed, ``conformance`` whether every technique keeps its contract.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import venv
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "installed"
LOCK = ROOT / "tools" / "lock.txt"
OLDEST = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
USAGE = "Usage: python tools/dev.py play|test|build|bench|conformance"


def main() -> int:
    """Do what the first argument names; returns the exit code."""
    if sys.version_info < OLDEST:
        print("Undersong needs Python 3.11 or newer; this is", sys.version.split()[0])
        return 2
    commands = {"play": play, "test": test, "build": build, "bench": bench, "conformance": conformance}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(USAGE)
        return 2
    set_up()
    return commands[sys.argv[1]]()


def set_up() -> None:
    """Make the virtual environment hold what the project needs."""
    wanted = sha256()
    for path in (ROOT / "pyproject.toml", LOCK):
        wanted.update(path.read_bytes())
    wanted.update(sys.version.encode())
    stamp = wanted.hexdigest()
    if STAMP.is_file() and STAMP.read_text() == stamp:
        return
    print("Setting up (once) ...", flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    # a package that is not the one that was tested, to the byte, is not installed
    pip("--require-hashes", "-r", str(LOCK))
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(stamp)


def pip(*arguments: str) -> None:
    """Install into the environment."""
    run("pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def run(tool: str, *arguments: str) -> None:
    """Run a tool of the environment; end with its code if it fails."""
    done = subprocess.run([str(BIN / "python"), "-m", tool, *arguments], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def page(function: str) -> str | bool:
    """Do what web/build.py offers; end with its sentence if that fails."""
    builder = runpy.run_path(str(ROOT / "web" / "build.py"))
    try:
        done: str | bool = builder[function]()
    except builder["NotBuilt"] as error:
        print(error)
        sys.exit(2)
    return done


def build() -> int:
    """Build the page."""
    print("The page is built." if page("build") else "The page was built already.")
    return 0


def play() -> int:
    """Start the app and open it in the browser."""
    print("Getting the page ready ...", flush=True)
    page("build")
    command = [str(BIN / "undersong")]
    with suppress(KeyboardInterrupt):
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    return 0


def bench() -> int:
    """Measure what is claimed of hearing, answering and speed."""
    return measure("bench")


def conformance() -> int:
    """Measure whether every technique keeps its contract."""
    return measure("conformance")


def measure(benchmark: str) -> int:
    """Run a benchmark, with the packages that it judges with."""
    pip("-c", str(ROOT / "tools" / "constraints.txt"), "-e", ".[bench]")
    command = [str(BIN / "python"), str(ROOT / "benchmarks" / f"{benchmark}.py")]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def test() -> int:
    """Every check: style, types, layers, the page, tests."""
    if not any(shutil.which(browser) for browser in BROWSERS):
        print(
            "The tests play in a real browser: please install Chromium (Debian: apt-get install chromium)."
        )
        return 2
    run("ruff", "check", "--quiet")
    run("ruff", "format", "--check", "--quiet")
    run("mypy")
    linter = [str(BIN / "lint-imports"), "--no-cache"]
    done = subprocess.run(linter, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr)
        return done.returncode
    page("build")
    npm = page("install")
    for script in ("check", "test"):
        checked = subprocess.run([str(npm), "run", "--silent", script], cwd=ROOT / "web", check=False)
        if checked.returncode:
            return checked.returncode
    # what the tests need is here by now: whatever still asks for something from elsewhere fails
    cut_off = [
        str(BIN / "python"),
        str(ROOT / "tools" / "no_uplink.py"),
        str(BIN / "python"),
        "-m",
        "pytest",
    ]
    return subprocess.run(cut_off, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
