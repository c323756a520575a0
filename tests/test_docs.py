"""Docs and pictures in step with the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from undersong.plugins import techniques

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_generated_files_are_in_step() -> None:
    """Every picture, the example and the table of choices are what their command would write now."""
    command = [sys.executable, "tools/pictures.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_technique_has_its_heading_and_picture() -> None:
    """docs/techniques.md has one heading for each technique, with a picture of that name."""
    text = (ROOT / "docs" / "techniques.md").read_text(encoding="utf-8")
    for name in techniques():
        assert f"\n## {name}\n" in text
        assert f"pictures/{name}.svg" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and every path in back-ticks that names a file of ours exists."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)|(?:src|srcset)=\"([^\"]+)\"", text):
        link = target[0] or target[1]
        assert (page.parent / link).exists(), link
    for path in re.findall(r"`((?:tools|docs|benchmarks|tests|examples)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_architecture_names_every_module() -> None:
    """Each module of the package is named in docs/architecture.md, or belongs to a folder that is."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "undersong"
    modules = {p.stem for p in package.rglob("*.py") if p.stem != "__init__"} - {
        t.replace("-", "_") for t in techniques()
    }
    missing = {m for m in modules if not re.search(rf"\b{m}\b", text)}
    assert missing <= {"grouping", "keys", "loudness", "pitch", "roughness", "policy", "contract",
                       "makers",
                       "safety", "scenes", "score", "window", "platform", "unseen"}, missing  # fmt: skip
