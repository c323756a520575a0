"""No effect on health is told of but on the evidence page, and there only what was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import claims
from claims import ALLOWED, CLAIMS, EVIDENCE, PLACES, ROOT, Read
from undersong.cli import undersong_command

PLANTED = (
    "Undersong treats depression.",
    "It can cure low mood.",
    "Playing relieves anxiety.",
    "Music heals.",
    "It helps to diagnose depression.",
    "Screens for depression in five minutes.",
    "Alleviate your worries.",
    "It helps with depression.",
    "It will improve your mood.",
    "A therapeutic app.",
    "Clinically proven.",
    "Ten minutes a day reduce stress.",
    "Playing lowers your anxiety.",
    "Good for your mental health.",
    "It works against depression.",
    "Feel better in ten minutes.",
    "It prevents a relapse into depression.",
    "An evidence-based music therapy program.",
)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_claimed(place: str) -> None:
    """No sentence of README, documents, screens, pages or code claims that Undersong does anything for
    anyone's health."""
    assert claims.claims(PLACES[place](ROOT)) == []


def test_no_command_claims_anything() -> None:
    """What --help says, of every command and subcommand, claims nothing."""
    read = list(claims.commands(undersong_command))
    assert len({one.where for one in read}) > 10  # the walk came to the commands
    assert claims.claims(iter(read)) == []


@pytest.mark.parametrize("sentence", PLANTED)
def test_a_claim_is_seen(sentence: str) -> None:
    """Each of these sentences is taken for a claim."""
    assert CLAIMS.search(sentence)


def _tree(root: Path) -> Path:
    """A project with every kind of place, in which nothing is claimed."""
    for folder in ("docs", "web/src/texts", "web/public", "src/undersong/answering"):
        (root / folder).mkdir(parents=True)
    for name in ("README.md", "SECURITY.md", "docs/privacy.md", EVIDENCE, "web/index.html",
                 "web/public/help.html", "web/public/evidence.html"):  # fmt: skip
        (root / name).write_text("It plays along.\n")
    (root / "pyproject.toml").write_text('description = "It plays along."\nkeywords = ["music"]\n')
    for name in ("en.json", "contacts.json"):
        (root / "web/src/texts" / name).write_text('{"a": {"b": "It plays along."}, "c": ["Another."]}')
    (root / "src/undersong/answering/one.py").write_text('"""It plays along."""\n')
    return root


WHERE = {
    "README": ("documents", "README.md", "It plays.\n\n- {}\n"),
    "SECURITY": ("documents", "SECURITY.md", "| {} | x |\n"),
    "a document": ("documents", "docs/privacy.md", "It plays. {} It\nplays.\n"),
    "the package index": ("documents", "pyproject.toml", 'description = "{}"\n'),
    "a text of the interface": ("screens", "web/src/texts/en.json", '{{"a": {{"b": "{}"}}}}'),
    "a contact": ("screens", "web/src/texts/contacts.json", '{{"contacts": [{{"who": "{}"}}]}}'),
    "the help page": ("frames", "web/public/help.html", "<main><p>It plays.</p><p>{}</p></main>"),
    "the evidence page's frame": ("frames", "web/public/evidence.html", "<header><p>{}</p></header>"),
    "the page's head": ("frames", "web/index.html", '<meta name="description" content="{}">'),
    "a docstring": ("code", "src/undersong/answering/one.py", '"""{}"""\n'),
    "a sentence of the partner's": (
        "code",
        "src/undersong/answering/one.py",
        'def because(n):\n    return f"It plays {{n}}. {}"\n',
    ),
}


@pytest.mark.parametrize("where", WHERE)
def test_a_claim_in_any_place_is_found(where: str, tmp_path: Path) -> None:
    """In a project without a claim none is found; with one planted in this place exactly that is."""
    place, name, around = WHERE[where]
    root = _tree(tmp_path)
    assert claims.claims(PLACES[place](root)) == []
    (root / name).write_text(around.format(PLANTED[0]))
    (found,) = claims.claims(PLACES[place](root))
    assert "treats depression" in found.sentence


def test_a_claim_in_a_subcommand_is_found() -> None:
    """A claim in an option's help, two commands deep, is found."""

    @click.group()
    def outer() -> None:
        """It plays."""

    @outer.group()
    def middle() -> None:
        """It plays."""

    @middle.command()
    @click.option("--slow", is_flag=True, help="Slower playing relieves anxiety.")
    def inner(slow: bool) -> None:
        """It plays."""

    (found,) = claims.claims(claims.commands(outer))
    assert found.where == "undersong middle inner --help"


def test_nothing_is_allowed_for_nothing() -> None:
    """Each sentence that is allowed stands somewhere, would else be found, and has a reason."""

    def everywhere() -> Iterator[Read]:
        for place in PLACES.values():
            yield from place(ROOT)
        yield from claims.commands(undersong_command)

    read = [one.sentence for one in everywhere()]
    for allowed in ALLOWED:
        stands = [sentence for sentence in read if re.fullmatch(allowed.sentence, sentence)]
        assert stands, allowed.sentence
        assert all(CLAIMS.search(sentence) for sentence in stands)
        assert len(allowed.because) > 20


# --- the evidence page -----------------------------------------------------------------------------

# Every figure on the page but years and volumes, as it was read: where it belongs, and what it is.
FIGURES = {
    "CD004517.pub3": {"nine", "411", "6", "12", "−0.98", "−1.69", "−0.27", "219", "−0.85", "−1.37",
                      "−0.34", "142", "0.32", "−0.17", "0.80"},
    "e0240862": {"55", "−0.27", "−0.49", "−0.05", "−0.66", "−1.41"},
    "199, 132": {"20", "79", "three", "six"},
    "51, 33": {"58", "12"},
    "10.1080/08098131.2021.1934088": {"11", "38", "99"},
    "12, 613821": {"12", "6", "0.50", "0.07", "0.93", "0.62", "0.16", "1.08"},
    "10.1080/08098131.2023.2291434": {"14", "32", "58"},
}  # fmt: skip
OURS = {"0", "4.5", "7"}  # what an even comparison would be; the range of the breathing, our own choice
NAMES = {"2011", "2017", "2020", "2021", "2022", "15", "33", "51", "132", "199", "613821"}


def test_the_evidence_page_has_only_figures_that_were_read() -> None:
    """Every number on the page is one of a study's as it was read, a name, or our own; each is named."""
    text = (ROOT / EVIDENCE).read_text(encoding="utf-8")
    known = set().union(*FIGURES.values(), OURS, NAMES)
    for name in FIGURES:
        assert name in " ".join(text.split()), name
        text = text.replace(name, " ")
    found = set(re.findall(r"−?\d+(?:\.\d+)?", text))
    assert found <= known, found - known
    spelt = {"nine", "three", "six"}
    assert spelt <= set(re.findall(r"\w+", text))


def test_the_evidence_page_says_that_nothing_tested_this() -> None:
    """It says so before the first figure; every part with a figure of a study has its doubts."""
    text = " ".join((ROOT / EVIDENCE).read_text(encoding="utf-8").split())
    said = text.index("No study has tested Undersong")
    assert said < text.index("SMD")
    parts = text.split(" ## ")
    for part in parts[1:]:
        if re.search(r"SMD|\bd 0|\d+ people|\d+ students", part) and not part.startswith("Listening back"):
            assert "*Doubts:*" in part, part[:40]


def test_the_page_of_the_app_is_the_document() -> None:
    """evidence.html, which the app shows, holds every sentence of docs/evidence.md."""
    html = (ROOT / "web/public/evidence.html").read_text(encoding="utf-8")
    plain = " ".join(re.sub(r"<[^>]+>", "", html).replace("&quot;", '"').split())
    for block in (ROOT / EVIDENCE).read_text(encoding="utf-8").split("\n\n"):
        for line in re.split(r"\n- ", block):
            words = re.sub(r"^[#-]+ |\*", "", " ".join(line.split()))
            assert words in plain, words[:60]


# --- the crisis contacts ---------------------------------------------------------------------------


def test_every_contact_is_dated_and_says_where_it_was_read() -> None:
    """Each number has a day on which it was read, a source, and whether that was its own page; where it was
    not, the page says so; and there is a rule for whoever is in none of these countries. What everybody in
    danger is told, wherever they are, stands before the first number."""
    told = json.loads((ROOT / "web/src/texts/contacts.json").read_text(encoding="utf-8"))
    for contact in told["contacts"]:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", contact["checked"])
        assert re.search(r"\w+\.\w{2,}", contact["source"]), contact
        assert isinstance(contact["seen"], bool)
        assert re.fullmatch(r"\d{3,}", contact["dial"])
    assert "emergency number" in told["first"]
    assert "helplines by country" in told["rule"]
    assert "emergency number" in told["honest"]
    help_ = (ROOT / "web/public/help.html").read_text(encoding="utf-8")
    unseen = [c for c in told["contacts"] if not c["seen"]]
    assert help_.count(told["unseen"]) == len(unseen) > 0
    assert 0 < help_.index(told["first"]) < help_.index("tel:")
