"""The page's texts, and what people should read about privacy, are easy to read (tests/reading.py)."""

from __future__ import annotations

import json

import pytest

from claims import ROOT, leaves
from reading import grade, sentences, syllables, words

HARDEST = 8.0  # school years, of one text with words enough to tell
ALL = 4.0  # of all of them together
ENOUGH = 10  # words
LONGEST = 25  # words in one sentence

TEXTS = {
    f"{name}: {key}": text
    for name in ("en.json", "contacts.json")
    for key, text in leaves(json.loads((ROOT / "web/src/texts" / name).read_text(encoding="utf-8")))
    if words(text) and not key.endswith("source")
}
PAGES = ("docs/privacy.md", "docs/evidence.md")


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_easy(name: str) -> None:
    """No sentence is longer than 25 words, and no text of ten words or more takes more than eight years of
    school."""
    text = TEXTS[name]
    for sentence in sentences(text):
        assert len(words(sentence)) <= LONGEST, sentence
    if len(words(text)) >= ENOUGH:
        assert grade(text) <= HARDEST, (grade(text), text)


def test_all_of_it_is_easy() -> None:
    """All texts of ten words or more together take at most four years of school."""
    assert grade("\n\n".join(text for text in TEXTS.values() if len(words(text)) >= ENOUGH)) <= ALL


@pytest.mark.parametrize("page", PAGES)
def test_what_people_should_read_is_easy(page: str) -> None:
    """The pages about privacy and evidence take at most eight years of school."""
    assert grade((ROOT / page).read_text(encoding="utf-8")) <= HARDEST


SPOKEN = {
    1: "play played used closed whole notes makes key keys eyes the times there's don't breathe pause does",
    2: "sounded wanted table little people music quiet wishes pages changes finished being every",
    3: "musical therapist computer microphone idea piano area loudspeaker questionnaire together video",
    4: "variation recovery usually",
    5: "administrator",
}


def test_syllables_are_counted_as_they_are_spoken() -> None:
    """Words counted by ear."""
    for count, those in SPOKEN.items():
        for word in those.split():
            assert syllables(word) == count, word


def test_the_grade_is_the_formula() -> None:
    """Six words of one syllable in a sentence are grade -1.45; twelve words with eighteen syllables in one
    sentence are 6.79; long words in long sentences are hard."""
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    twelve = "Music sounded little table people wishes the cat sat on the mat."
    assert grade(twelve) == pytest.approx(0.39 * 12 + 11.8 * 18 / 12 - 15.59)
    hard = (
        "The administrator's variation of the questionnaire is usually a recovery of musical microphones."
    )
    assert grade(hard) > HARDEST
