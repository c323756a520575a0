"""Write tools/lock.txt: the Python packages that the tests use, by the hashes of their files.

    python tools/lock.py

Run it after a change of pyproject.toml or tools/constraints.txt. It needs a package index, and gets uv
(which works out what every system needs) into an environment that it throws away. ``tools/dev.py`` installs
from the lock and refuses whatever has another hash. Names, versions and hashes only: any mirror may serve
them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "tools" / "lock.txt"
HEAD = "# Written by tools/lock.py: what tools/dev.py installs, by name, version and hash.\n"
OLDEST = "3.11"


def main() -> int:
    """Write it; returns 0, or uv's exit code with what it said."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        bin_ = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([str(bin_ / "python"), "-m", "pip", "install", "--quiet", "uv"], check=True)
        done = subprocess.run(
            [str(bin_ / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST,
             "--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url",
             "--no-emit-find-links", "--extra", "dev", "-c", "tools/constraints.txt", "pyproject.toml"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        print(done.stderr)
        return done.returncode
    LOCK.write_text(HEAD + done.stdout, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
