"""Questionnaires: what one consists of, and how its answers become a total. Pure; all numbers are points.

An instrument is a frozen table, one file each in ``instruments/``, with the source of its numbers. The
words of the questions stand there only where everybody may print them; otherwise answers are the points
that a person's own, licensed form gives for them, and nothing of that form is repeated.

A missing answer is None. It is made up for only where a publication says how (``spare``, ``missing``):
everywhere else there is no total. A stricter rule than the published one loses a total; a laxer one would
invent it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from undersong.errors import UsageError

NO_FINDING = (
    "A total is the sum of some answers. It names no illness and says nothing about a person for certain; "
    "what it means is for that person and a health professional to talk about."
)
LOOK_AT_THE_ANSWERS = (
    "What the single answers say is not known here, since the form's words are not: "
    "please look at the form."
)
NOT_GIVEN = ("", "-")  # how a missing answer is written
Points = tuple[int | None, ...]  # one for each item, None where it was not answered
WRITTEN = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Item:
    """One question; ``text`` is None where its words may not be printed by just anybody."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What totals from ``least`` on, up to the next band, are called."""

    least: int
    word: str


@dataclass(frozen=True, slots=True)
class Part:
    """The items (numbered from 1) that are added up together, and the bands of their total, if any."""

    name: str
    items: tuple[int, ...]
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """From how many points on a difference between two totals counts, by whom, and as what: ``reliable``,
    more than chance is taken to bring; ``notable``, enough to mean something, which may still be chance."""

    points: int
    source: str
    kind: Literal["reliable", "notable"] = "reliable"

    @property
    def word(self) -> str:
        """What such a difference is called."""
        return "more than chance" if self.kind == "reliable" else "a notable change"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One questionnaire.

    ``points`` are the least and most that an answer can give, ``answers`` the words for them (one for each,
    or none). A part's total is its sum times ``factor``. ``spare`` is how many answers of a part may be
    missing; each then counts as the average of that part's others. An answer above 0 to ``help_item``
    (numbered from 1) calls for help, whatever the total. ``better`` is which of two totals is.
    """

    id: str
    name: str
    title: str
    asks: str  # who answers, about which time
    items: tuple[Item, ...]
    points: tuple[int, int]
    parts: tuple[Part, ...]
    missing: str
    source: str
    licence: str
    stem: str | None = None
    answers: tuple[str, ...] = ()
    factor: int = 1
    spare: int = 0
    help_item: int | None = None
    change: Change | None = None
    better: Literal["higher", "lower"] = "lower"

    @property
    def worded(self) -> bool:
        """Whether the questions stand here, and not only their points."""
        return self.stem is not None

    @property
    def range(self) -> tuple[int, int]:
        """The least and the most that the total can be."""
        low, high = (points * len(self.items) * self.factor for points in self.points)
        return low, high


@dataclass(frozen=True, slots=True)
class PartScored:
    """One part's total, None if too many of its answers are missing, and what such totals are called."""

    name: str
    total: float | None
    band: str | None


@dataclass(frozen=True, slots=True)
class Scored:
    """What the answers come to.

    ``total`` is whole unless answers are missing (then to two places), None if no total can be given;
    ``because`` says why it is none or an estimate. ``band`` is None where the total has no bands. ``help``
    holds whether or not there is a total. ``missing`` are the numbers, from 1, of what was not answered.
    """

    total: float | None
    band: str | None
    help: bool
    missing: tuple[int, ...]
    parts: tuple[PartScored, ...]
    because: str | None


def read(instrument: Instrument, text: str) -> Points:
    """Answers written ``0,1,,3`` or ``0,1,-,3``; raises UsageError if one is no number of points."""
    given: list[int | None] = []
    for number, written in enumerate((word.strip() for word in text.split(",")), start=1):
        if written in NOT_GIVEN:
            given.append(None)
        elif WRITTEN.fullmatch(written):
            given.append(int(written))
        else:
            raise UsageError(f"Answer {number} is {written[:20]!r}; {_each(instrument)}")
    _check(instrument, given)
    return tuple(given)


def score(instrument: Instrument, answers: Sequence[int | None]) -> Scored:
    """Count the answers, one for each item and None where it is missing, by the instrument's own rule.

    Raises UsageError if there are more or fewer answers than items, or one is outside ``points``.
    """
    _check(instrument, answers)
    exact = [_sum(instrument, part, answers) for part in instrument.parts]
    parts = tuple(
        PartScored(part.name, _plain(total), _band(part.bands, total))
        for part, total in zip(instrument.parts, exact, strict=True)
    )
    known = [total for total in exact if total is not None]
    whole = sum(known, Fraction(0)) if len(known) == len(exact) else None
    missing = tuple(number for number, answer in enumerate(answers, start=1) if answer is None)
    return Scored(
        total=_plain(whole),
        band=parts[0].band if len(parts) == 1 else None,
        help=calls_for_help(instrument, answers),
        missing=missing,
        parts=parts,
        because=_because(instrument, missing, whole is None),
    )


def calls_for_help(instrument: Instrument, answers: Sequence[int | None]) -> bool:
    """Whether the item that is watched was answered above 0. ``answers`` may end early: a form that is not
    filled in to its end."""
    watched = instrument.help_item
    if watched is None or len(answers) < watched:
        return False
    answer = answers[watched - 1]
    return answer is not None and answer > 0


def check_begun(instrument: Instrument, answers: Sequence[int | None]) -> None:
    """Raises UsageError if these cannot be the first answers of a form: too many, or out of range."""
    if len(answers) > len(instrument.items):
        raise UsageError(
            f"{instrument.name} has {_answers(len(instrument.items))}, and {len(answers)} were given."
        )
    _check_points(instrument, answers)


def _check(instrument: Instrument, answers: Sequence[int | None]) -> None:
    if len(answers) != len(instrument.items):
        raise UsageError(
            f"{instrument.name} has {_answers(len(instrument.items))}, and {len(answers)} "
            f"{'was' if len(answers) == 1 else 'were'} given; {_each(instrument)}"
        )
    _check_points(instrument, answers)


def _check_points(instrument: Instrument, answers: Sequence[int | None]) -> None:
    low, high = instrument.points
    for number, answer in enumerate(answers, start=1):
        if answer is not None and not low <= answer <= high:
            raise UsageError(f"Answer {number} is {answer}; {_each(instrument)}")


def _each(instrument: Instrument) -> str:
    low, high = instrument.points
    return f"please give whole numbers from {low} to {high} between commas, nothing where one is missing."


def _answers(number: int) -> str:
    return f"{number} answer" + ("" if number == 1 else "s")


def _sum(instrument: Instrument, part: Part, answers: Sequence[int | None]) -> Fraction | None:
    given = [answer for item in part.items if (answer := answers[item - 1]) is not None]
    if len(part.items) - len(given) > instrument.spare:
        return None
    return Fraction(sum(given) * len(part.items), len(given)) * instrument.factor


def _band(bands: tuple[Band, ...], total: Fraction | None) -> str | None:
    # edges are where a band begins, so that an estimate between two whole numbers belongs to the lower one
    words = [band.word for band in bands if total is not None and total >= band.least]
    return words[-1] if words else None


def _plain(total: Fraction | None) -> float | None:
    if total is None:
        return None
    return total.numerator if total.denominator == 1 else round(float(total), 2)


def _because(instrument: Instrument, missing: tuple[int, ...], none: bool) -> str | None:
    if not missing:
        return None
    which = f"Not answered: {', '.join(map(str, missing))}."
    return f"{which} {'So there is no total. ' if none else ''}{instrument.missing}"
