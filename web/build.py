"""Builds the front end into the Python package, when its sources have changed since the last time.

Used by ``tools/dev.py`` and by the wheel's build hook; needs Python alone to find out that nothing is
to be done, and Node with npm otherwise.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

WEB = Path(__file__).resolve().parent
EVIDENCE = WEB.parent / "docs" / "evidence.md"  # a page of the app as well
STATIC = WEB.parent / "src" / "undersong" / "server" / "static"
STAMP = STATIC / "built-from"
OLDEST_NODE = (20, 19)
GENERATED = (
    "node_modules", "public/sound", "public/help.html", "public/help.css", "public/evidence.html",
    "public/notices.txt",
)  # fmt: skip


class NotBuilt(Exception):
    """The front end cannot be built; the message is one sentence that says what to do."""


def build() -> bool:
    """Build if need be; returns whether anything was done. Raises NotBuilt."""
    wanted = digest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return False
    _run(install(), "run", "build")
    STAMP.write_text(wanted)
    return True


def install() -> str:
    """Install the packages that building and testing need; returns npm. Raises NotBuilt."""
    npm = find_npm()
    lock = sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / "installed-from"
    if not (stamp.is_file() and stamp.read_text() == lock):
        _run(npm, "ci")
        stamp.write_text(lock)
    return npm


def _run(npm: str, *arguments: str) -> None:
    done = subprocess.run([npm, *arguments], cwd=WEB, check=False, capture_output=True, text=True)
    if done.returncode:
        said = " ".join((done.stderr + " " + done.stdout).split())[-800:]
        raise NotBuilt(f"Building the page failed in 'npm {' '.join(arguments)}' (in web/): {said}")


def find_npm() -> str:
    """Where npm is. Raises NotBuilt if it or a new enough Node is missing."""
    npm, node = shutil.which("npm"), shutil.which("node")
    wanted = ".".join(map(str, OLDEST_NODE))
    if npm is None or node is None:
        raise NotBuilt(f"Building the page needs Node {wanted} or newer with npm: please install it.")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NODE:
        raise NotBuilt(f"Building the page needs Node {wanted} or newer; this is {version.strip()}.")
    return npm


def digest() -> str:
    """A digest of everything the page is built from."""
    whole = sha256()
    for path in _sources():
        whole.update(path.relative_to(WEB.parent).as_posix().encode() + b"\0")
        whole.update(path.read_bytes() + b"\0")
    return whole.hexdigest()


def _sources() -> Iterator[Path]:
    found: list[Path] = []
    for folder, folders, names in os.walk(WEB):
        here = Path(folder).relative_to(WEB)
        folders[:] = [f for f in folders if (here / f).as_posix() not in GENERATED and f != "__pycache__"]
        found += [WEB / here / name for name in names if (here / name).as_posix() not in GENERATED]
    yield from sorted(found)
    yield EVIDENCE
