"""Where the figures of a run are written: benchmarks/RESULTS.md, with its command, date and versions."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic

import undersong

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
PEERS = ("mido", "mir_eval", "music21", "numpy")
HEAD = """# Results

What the benchmarks printed last, each run under its own heading with its command, date and versions.
Definitions stand in each benchmark's own text; goals and what was tried in ../docs/measurements.md.
"""


def progress(what: str) -> None:
    """Say on the terminal what is being measured."""
    print(f"  {what} ...", file=sys.stderr, flush=True)


def write(name: str, measure: Callable[[], list[str]]) -> list[str]:
    """Measure, and put the tables into RESULTS.md in place of an earlier run of the same name."""
    began = monotonic()
    found = measure()
    seconds = monotonic() - began
    parts = [HEAD]
    if RESULTS.is_file():
        for part in RESULTS.read_text(encoding="utf-8").split("\n## ")[1:]:
            if not part.startswith(f"{name}\n"):
                parts.append(f"## {part.rstrip()}\n")
    peers = [f"{peer} {number}" for peer in PEERS if (number := _version(peer))]
    own = f"Undersong {undersong.__version__} ({_commit()})"
    told = ", ".join([own, f"Python {platform.python_version()}", *peers])
    command = " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])
    body = "\n\n".join(f"```text\n{section}\n```" for section in found)
    parts.append(
        f"## {name}\n\n`{command}`, {datetime.now(UTC):%Y-%m-%d}, {seconds:.0f} s.\n{told}.\n\n{body}\n"
    )
    RESULTS.write_text("\n".join([parts[0], *sorted(parts[1:])]), encoding="utf-8")
    return found


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=RESULTS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.strip() or "no commit"
