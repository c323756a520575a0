"""What may be read about Undersong, place by place, and which sentences in it claim an effect on health.

What a program is for is read from everything that is said about it: its site, its README, its screens, its
commands (MDR Art. 2(12)). So every place that people can read is gone through here, but for the one page
that tells what studies of music therapy found.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import click

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = "docs/evidence.md"  # the page that may say what studies found

_ILL = (
    r"(?:depress\w+|anxi\w+|stress\w*|burnout|pain|trauma\w*|insomnia|panic|sadness|grief|loneliness|dementia|"
    r"autism|adhd|ptsd|illness\w*|disease\w*|disorders?|symptoms?|suffering|mental health)"
)
_WELL = r"(?:mood|well-?being|health|sleep|recovery|self-esteem|resilience|quality of life|mind)"
_BETWEEN = r"(?:\W+\w+){0,3}?\W+"
CLAIMS = re.compile(
    "|".join(
        (
            r"\btreat(?:s|ed|ing|ments?|able)?\b",
            r"\bcur(?:e|es|ed|ing|ative)\b",
            r"\bheal(?:s|ed|ing|er|ers)?\b",
            r"\brelie(?:f|ve|ves|ved|ving)\b",
            r"\balleviat\w+",
            r"\bremed(?:y|ies|ial)\b",
            r"\bdiagnos\w+",
            r"\bscreen(?:s|ed|ing)?\s+(?:for|you|people|patients|clients|tool|test)\b|\bscreening\b",
            r"\btherapeutic\w*",
            r"\bantidepressive\b|\bantidepressants? (?:effects?|action)\b",
            r"\bclinically\b|\bclinical(?:ly)?\s+(?:proven|tested|effective|validated)\b",
            r"\b(?:scientifically\s+)?proven\b|\bevidence-based\b",
            r"\bprevent(?:s|ed|ing)?" + _BETWEEN + _ILL,
            r"\b(?:reduc|eas|lower|fight|beat|overcom|manag|lift|soften|lessen|improv|calm|sooth|combat)\w*"
            + _BETWEEN + _ILL,
            r"\b(?:works?|helps?|helped|helping|good|effective|useful)\s+(?:with|against|for|in)"
            + _BETWEEN + _ILL,
            r"\bhelps?" + _BETWEEN + r"(?:feel better|recover|get better|sleep)\b",
            r"\b(?:improv|boost|lift|enhanc|strengthen|restor|rais|better)\w*" + _BETWEEN + _WELL,
            r"\bgood for (?:you|your)\b|\bfeel better\b|\bmakes? you (?:happier|calmer|healthier|better)\b",
            r"\bmusic therapy (?:app|program|software|device)\b|\bmedical device\b",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip


class Allowed(NamedTuple):
    """A sentence that holds such a word and claims nothing: a pattern of the whole of it, and why."""

    sentence: str
    because: str


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        r"Undersong is not a person, a therapist or a medical device\.",
        "It says what Undersong is not, in the words by which others would ask.",
    ),
)


class Read(NamedTuple):
    """A sentence that people can read, and where."""

    where: str
    sentence: str


def claims(read: Iterator[Read]) -> list[Read]:
    """The sentences that claim something and are not among those allowed."""
    return [
        one
        for one in read
        if CLAIMS.search(one.sentence) and not any(re.fullmatch(a.sentence, one.sentence) for a in ALLOWED)
    ]


def sentences(where: str, text: str) -> Iterator[Read]:
    """A text's sentences, each in one line; an item of a list and a cell of a table are one, too."""
    for block in re.split(r"\n\s*\n|\n\s*(?=[-*#|]\s|\d+\. )|\|", text):
        line = " ".join(block.split())
        for part in re.split(r"(?<=[.?!:;])\s+", line):
            if part:
                yield Read(where, part)


# --- the places ------------------------------------------------------------------------------------


def documents(root: Path) -> Iterator[Read]:
    """README, CHANGELOG, SECURITY, what the package index shows, every document but the evidence page."""
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md")]
    for path in sorted(pages):
        name = path.relative_to(root).as_posix()
        if name != EVIDENCE:
            yield from sentences(name, path.read_text(encoding="utf-8"))
    for line in (root / "pyproject.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith(("description", "keywords")):
            yield from sentences("pyproject.toml", line)


def screens(root: Path) -> Iterator[Read]:
    """Every text of the interface, and the crisis contacts."""
    for name in ("en.json", "contacts.json"):
        for key, text in leaves(json.loads((root / "web/src/texts" / name).read_text(encoding="utf-8"))):
            yield from sentences(f"{name}: {key}", text)


def leaves(of: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a catalogue with their keys."""
    if isinstance(of, str):
        yield before.rstrip("."), of
    elif isinstance(of, dict):
        for key, inner in of.items():
            yield from leaves(inner, f"{before}{key}.")
    elif isinstance(of, list):
        for number, inner in enumerate(of):
            yield from leaves(inner, f"{before}{number}.")


def frames(root: Path) -> Iterator[Read]:
    """The pages that need no script, but for what the evidence page says; and the page's own head."""
    for path in (root / "web/index.html", root / "web/public/help.html", root / "web/public/evidence.html"):
        html = path.read_text(encoding="utf-8")
        if path.name == "evidence.html":
            html = re.sub(r"<main>.*</main>", "", html, flags=re.DOTALL)
        html = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
        described = " ".join(re.findall(r'\b(?:content|alt|title|aria-label)="([^"]*)"', html))
        text = re.sub(r"</(?:p|li|h\d|title|span|small)>", ".\n\n", html)
        yield from sentences(path.name, unescape(re.sub(r"<[^>]+>", " ", text) + "\n\n" + described))


def commands(command: click.Command, name: str = "undersong") -> Iterator[Read]:
    """What --help says, of a command and of every one in it."""
    ctx = click.Context(command, info_name=name, max_content_width=10_000)
    yield from sentences(f"{name} --help", command.get_help(ctx))
    if isinstance(command, click.Group):
        for inner, one in command.commands.items():
            yield from commands(one, f"{name} {inner}")


def code(root: Path) -> Iterator[Read]:
    """Every string and docstring of the package: what it says on a terminal, over HTTP, or why it plays."""
    for path in sorted((root / "src").rglob("*.py")):
        where = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from sentences(f"{where}:{node.lineno}", node.value)


PLACES: dict[str, Callable[[Path], Iterator[Read]]] = {
    "documents": documents,
    "screens": screens,
    "frames": frames,
    "code": code,
}
