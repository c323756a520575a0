"""Write docs/sentences.md: what the engine itself says to people, in English, sentence by sentence.

    python tools/sentences.py [--check]

The page's own texts all stand in web/src/texts/en.json. These here do not: they are made where the decision
is made, with what it was made of. They are found in the code, as strings of several words that are no
documentation; what is filled in stands in braces. ``--check`` writes nothing, and fails where the document
is not what would be written.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "undersong"
TARGET = ROOT / "docs" / "sentences.md"
PLACES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Why the partner plays as it does", "On the play page, in reviews, reports and logs (`because`).",
     ("answering", "choosing", "session.py")),
    ("How somebody plays", "On the therapist's page and on the command line.",
     ("listening/state.py", "listening/together.py", "listening/moving.py", "reflecting/hearing.py")),
    ("What could be heard in a take", "In reviews and reports.",
     ("reflecting/summary.py", "reflecting/moments.py", "reflecting/report.py", "reflecting/between.py")),
    ("What follows from what helps somebody", "On the page of what helps.", ("caring/intake.py",)),
)  # fmt: skip
HEAD = """# What the engine says

Written by `python tools/sentences.py`; a test keeps it in step with the code. Every text of the page
stands in one catalogue, `web/src/texts/en.json`, and can be translated there. The sentences below are
made in the engine, in English, where the decision that they tell of is made; the page shows them as they
come, and marks them as English. To translate them, each has to get a key and its fillings beside the
sentence, in what the engine gives out and in the log; until then this is the list of what there is. {}
stands for what is filled in.

Errors are not in it: every `EventError` and `UsageError` says one English sentence, on the command line
and where a request was refused, on the page. Nor are the words of questionnaires, which are their
authors'.
"""
_TALK = re.compile(r"[a-z][a-z'’,;:.]* [a-z{]", re.IGNORECASE)

_MARKUP = re.compile(r"<|margin:|'none'|-src ")


def spoken(path: Path) -> Iterator[str]:
    """The strings of a module that can be part of a sentence, in their order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent: set[int] = set()  # documentation, and what is only raised
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.Raise):
            silent.update(map(id, ast.walk(node)))
    for node in _outermost(tree, silent):
        text = _text(node)
        if _TALK.search(text.replace("{}", "x")) and len(text.split()) > 2 and not _MARKUP.search(text):
            yield " ".join(text.split())


def _outermost(tree: ast.AST, silent: set[int]) -> Iterator[ast.expr]:
    """Strings and filled-in strings, none of them a part of another."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop(0)
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node
            if isinstance(node, ast.JoinedStr):  # what is filled in may hold words of its own
                waiting = [
                    part.value for part in node.values if isinstance(part, ast.FormattedValue)
                ] + waiting
            continue
        waiting = list(ast.iter_child_nodes(node)) + waiting


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def modules(place: str) -> list[Path]:
    """The modules of a place: one, or all in a folder."""
    path = PACKAGE / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def listed() -> dict[str, list[str]]:
    """The sentences of each heading, each once."""
    return {
        heading: list(dict.fromkeys(s for place in places for path in modules(place) for s in spoken(path)))
        for heading, _, places in PLACES
    }


def document() -> str:
    """The whole document."""
    parts = [HEAD]
    where = {heading: words for heading, words, _ in PLACES}
    for heading, sentences in listed().items():
        lines = "\n".join(f"- {sentence}" for sentence in sentences)
        parts.append(f"## {heading}\n\n{where[heading]}\n\n{lines}\n")
    return "\n".join(parts)


def main() -> int:
    """Write it, or with --check compare; returns 1 where it is out of step."""
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(document(), encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == document():
        return 0
    print("docs/sentences.md is out of step with the code; run python tools/sentences.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
