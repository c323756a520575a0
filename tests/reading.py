"""How hard a text is to read: the Flesch-Kincaid grade, school years that it takes to follow it.

J. P. Kincaid, R. P. Fishburne, R. L. Rogers and B. S. Chissom, "Derivation of new readability formulas for
Navy enlisted personnel", Research Branch Report 8-75 (1975): 0.39 words a sentence + 11.8 syllables a word
- 15.59. Made for English prose of a hundred words or more; of a short text it says little: few words are
judged by their longest sentence, not by their grade.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.?!:;](?=\s|$|[”\"’)])|\n\s*\n")
_SILENT = re.compile(
    r"(?<=[^laeiouy])e$|(?<=[aeiouy]l)e$|(?<=[^aeiouydt])ed$|(?<=[^aeiouycgszx])(?<![sc]h)es$"
)
_VOWELS = re.compile(r"[aeiouy]+")
# two vowels beside each other that are two syllables
_APART = re.compile(
    r"(?<![tscg])i[ao]|ua|(?<=[bcdfghklmnprstvw])eo(?!p|n)|[^aeiou]ier$|(?<![tcsg])ious|e(?=ing)"
    r"|(?<!r)ie(?=n[ct]|t)"
    r"|(?<=[aeiou].)ea$|(?<=[dr])ea$|eu(?=m)"
)
_UNUSUAL = {
    "every": 2, "everything": 3, "everyone": 3, "something": 2, "sometimes": 2, "someone": 2, "people": 2,
}  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text; what is filled in later counts as one short word."""
    return _WORD.findall(re.sub(r"\{\w+\}", "it", text))


def sentences(text: str) -> list[str]:
    """Its sentences: up to a full stop, a question mark, a colon, a semicolon or a blank line."""
    return [part for part in _END.split(text) if words(part)]


def syllables(word: str) -> int:
    """How many syllables a word has, by the sound of its vowels: near enough for an average."""
    count = 0
    for part in re.split(r"['’-]", word.lower()):
        if part in ("", "s", "t", "ll", "re", "ve", "d", "m"):
            continue
        plain = part.replace("qu", "kw")
        spoken = re.sub(r"(?<=[^aeiouy])le(s?)$", r"el\1", plain) if len(plain) > 3 else plain
        spoken = _SILENT.sub("", spoken) if len(plain) > 2 else spoken
        found = len(_VOWELS.findall(spoken)) + len(_APART.findall(spoken))
        count += _UNUSUAL.get(part, max(1, found))
    return max(1, count)


def grade(text: str) -> float:
    """The grade of a text that has words."""
    all_ = words(text)
    return 0.39 * len(all_) / len(sentences(text)) + 11.8 * sum(map(syllables, all_)) / len(all_) - 15.59
