"""A language that nobody speaks, for finding what was not translated and what does not fit.

Every letter gets an accent, every text is two fifths longer, and stands in brackets: so what is still plain
on a page does not come from the catalogue, and where a bracket is missing a text is cut.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "web/src/texts"
LONGER = 0.4
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçðéƒğĥíĵķļḿñóþɋŕšţúṽŵẋýžÁɃÇÐÉƑĞĤÍĴĶĻḾÑÓÞɊŔŠŢÚṼŴẊÝŽ",
)
_KEPT = ("number", "dial", "checked")  # of a contact: these are no words


def pseudo(text: str) -> str:
    """The text in that language; what is filled in later ({name}) stays as it is."""
    if not text:
        return text
    parts = re.split(r"(\{\w+\})", text)
    wanted = round(LONGER * sum(len(part) for part in parts[::2]))
    made: list[str] = []
    for number, part in enumerate(parts):
        if number % 2:
            made.append(part)
            continue
        for letter in part:
            made.append(letter.translate(_ACCENTS))
            if wanted > 0 and letter in "aeiouAEIOU":
                made.append(letter.lower().translate(_ACCENTS))
                wanted -= 1
    longer = "".join(made) + (" " + "ñóó "[: wanted % 4] + "ñóó " * (wanted // 4)).rstrip() * (wanted > 0)
    return f"⟦{longer}⟧"


def catalogue(of: Any) -> Any:
    """A catalogue in that language."""
    if isinstance(of, str):
        return pseudo(of)
    if isinstance(of, dict):
        contact = "dial" in of
        return {k: inner if contact and k in _KEPT else catalogue(inner) for k, inner in of.items()}
    if isinstance(of, list):
        return [catalogue(inner) for inner in of]
    return of


def texts() -> dict[str, Any]:
    """The interface's texts as they are."""
    found: dict[str, Any] = json.loads((TEXTS / "en.json").read_text(encoding="utf-8"))
    return found


def build(folder: Path, *, spoken: bool) -> Path:
    """A copy of the package in a folder, with a page of its own: in that language, or with ``spoken`` in
    the texts that people read. Returns what PYTHONPATH must be for it."""
    made = folder / "texts"
    made.mkdir(parents=True)
    for name in ("en.json", "contacts.json"):
        told = json.loads((TEXTS / name).read_text(encoding="utf-8"))
        (made / name).write_text(json.dumps(told if spoken else catalogue(told), ensure_ascii=False))
    package = folder / "package" / "undersong"
    shutil.copytree(ROOT / "src/undersong", package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    done = subprocess.run(
        ["node_modules/.bin/vite", "build", "--config", "vite.pseudo.ts", "--logLevel", "error",
         "--outDir", str(package / "server/static")],
        cwd=ROOT / "web", env={**os.environ, "UNDERSONG_TEXTS": str(made)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return package.parent
