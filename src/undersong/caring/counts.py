"""Counts: how many people of a practice answered what, told so that nobody can be told from them.

A number below ``LEAST`` is not told, and neither is a total below it. Where one number is not told, it
could be had by subtracting the others from the total; so in every question those that are not told are at
least two, and together at least ``LEAST`` people: the next smallest are left out with them. (The usual rule
of primary and complementary suppression; each question is counted for itself, and none is crossed with
another. Of a question with several answers each answer is one of its own: said, or not.)

Whoever compares the counts of two days can see what changed in between: that is not kept from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from undersong.caring.intake import QUESTIONS, Said

LEAST = 5  # people
NOT_SAID = "not said"
SAID = "said"


@dataclass(frozen=True, slots=True)
class Counts:
    """``people``: how many were counted; None for fewer than LEAST, and then no question is told.
    ``questions``: for each the number of people by answer; None where it is not told."""

    people: int | None
    questions: Mapping[str, Mapping[str, int | None]]


def counted(
    said: Sequence[Mapping[str, object]], questions: Mapping[str, Sequence[str]], least: int = LEAST
) -> Counts:
    """Count what people said. ``said``: one mapping a person, from question to answer; ``questions``: for
    each the answers that there are. Whatever else somebody said, or left out, counts as not said."""
    if len(said) < least:
        return Counts(None, {})
    told = {}
    for question, answers in questions.items():
        numbers = dict.fromkeys((*answers, NOT_SAID), 0)
        for person in said:
            answer = person.get(question)
            known = isinstance(answer, str) and answer in answers
            numbers[str(answer) if known else NOT_SAID] += 1
        told[question] = _suppressed(numbers, least)
    return Counts(len(said), told)


def _suppressed(numbers: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Which are left out depends on their sizes alone, those of one size together: so any two that are left
    out may as well be the other way round, and whoever knows this rule knows no more."""
    hidden = {answer for answer, number in numbers.items() if number < least}
    while hidden and not _enough([numbers[answer] for answer in hidden], least):
        more = [number for answer, number in numbers.items() if answer not in hidden]
        if not more:
            break
        hidden |= {answer for answer, number in numbers.items() if number == min(more)}
    return {answer: None if answer in hidden else number for answer, number in numbers.items()}


def _enough(hidden: Sequence[int], least: int) -> bool:
    # as many of them as there are, all of the largest that is left out at first: their sum would tell it
    largest = all(number == least - 1 for number in hidden)
    return len(hidden) >= 2 and sum(hidden) >= least and not largest


def of_intake(said: Sequence[Said]) -> Counts:
    """The counts of what people answered at intake; own words are never counted."""
    asked: dict[str, Sequence[str]] = {}
    for question in QUESTIONS:
        if question.kind == "one":
            asked[question.id] = question.of
        elif question.kind == "many":
            asked |= {f"{question.id}.{answer}": (SAID,) for answer in question.of}
    return counted([_flat(one) for one in said], asked)


def _flat(said: Said) -> dict[str, object]:
    flat: dict[str, object] = {}
    for question, answer in said.items():
        if isinstance(answer, str):
            flat[question] = answer
        else:
            flat |= {f"{question}.{one}": SAID for one in answer}
    return flat
