"""The totals of one questionnaire over time, and which differences count. Pure.

Beside the first total lies a band of the change that is published for the instrument: a later total on its
edge or beyond differs from the first by more than chance is taken to, or by a notable change, as the figure
is meant (Change). Where no such figure is known there is no band, and nothing is said of a difference. That
a total rose or fell is all that is said; why, nobody knows here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from undersong.measuring.questionnaire import Instrument, Part, Points, score


@dataclass(frozen=True, slots=True)
class Answered:
    """A form that was filled in: ``id`` names it, ``given`` is when (ISO 8601)."""

    id: str
    given: str
    points: Points


@dataclass(frozen=True, slots=True)
class Step:
    """One total, None if there is none; ``since_last`` and ``since_first``: how many points it lies above
    the one before and the first, ``counts`` whether the latter is a change by the published figure (None:
    there is none)."""

    id: str
    given: str
    total: float | None
    since_last: float | None
    since_first: float | None
    counts: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """A total's way through time. ``lowest`` and ``highest``: what it can be. ``band``: beyond which two
    totals, or on them, one differs from the first by a change that counts; None where that is not known."""

    name: str
    lowest: int
    highest: int
    band: tuple[float, float] | None
    steps: tuple[Step, ...]


def course(instrument: Instrument, forms: Sequence[Answered]) -> tuple[Line, ...]:
    """A line for every part of the instrument, from forms in the order in which they were given."""
    return tuple(_line(instrument, place, part, forms) for place, part in enumerate(instrument.parts))


def _line(instrument: Instrument, place: int, part: Part, forms: Sequence[Answered]) -> Line:
    # what a change is was published for the whole of a form, not for a part of it
    least = instrument.change.points if instrument.change and len(instrument.parts) == 1 else None
    steps: list[Step] = []
    first = last = None
    for form in forms:
        total = score(instrument, form.points).parts[place].total
        since_first = _above(total, first)
        counts = None if least is None or since_first is None else abs(since_first) >= least
        steps.append(Step(form.id, form.given, total, _above(total, last), since_first, counts))
        if total is not None:
            first, last = total if first is None else first, total
    low, high = (points * len(part.items) * instrument.factor for points in instrument.points)
    band = None if first is None or least is None else (max(low, first - least), min(high, first + least))
    name = instrument.name if len(instrument.parts) == 1 else f"{instrument.name}-{part.name[0].upper()}"
    return Line(name, low, high, band, tuple(steps))


def _above(total: float | None, other: float | None) -> float | None:
    return None if total is None or other is None else round(total - other, 2)
