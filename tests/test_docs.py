"""Docs and pictures in step with the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from playing import outputs
from undersong.events import Chose, Steer
from undersong.plugins import techniques
from undersong.testing.minutes import KINDS, TUNE, minutes

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


def test_the_list_of_sentences_is_in_step() -> None:
    """docs/sentences.md is what its command would write now."""
    command = [sys.executable, "tools/sentences.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_reason_that_is_given_is_listed() -> None:
    """Whatever six makers are answered in ten minutes, and whatever is wished for, every reason is one of
    docs/sentences.md, with its braces filled in."""
    text = (ROOT / "docs" / "sentences.md").read_text(encoding="utf-8")
    part = text.split("## Why the partner plays as it does")[1].split("\n## ")[0]
    known = [line[2:] for line in part.splitlines() if line.startswith("- ")]
    patterns = [re.compile(re.escape(one).replace(r"\{\}", ".+?")) for one in known if one.endswith(".")]
    reasons: set[str] = set()
    for seed, (_, kind) in enumerate(KINDS):
        made = minutes(kind, TUNE, seed)
        wishes = ("more", "less", "change", "undo", "lead", "follow", "rest", "begin", "partner_starts")
        steers = [Steer(60.0 + 45 * n, 60.0 + 45 * n, made[0].maker, what) for n, what in enumerate(wishes)]
        events = sorted([*made, *steers], key=lambda e: e.heard)
        reasons |= {o.because for o in outputs(events, seed=seed) if isinstance(o, Chose)}
    assert len(reasons) > 20
    missing = {r for r in reasons if not any(p.fullmatch(r) for p in patterns)}
    assert not missing
