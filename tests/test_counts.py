"""Anonymous counts: nothing that is not told can be worked out from what is."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from undersong.caring.counts import LEAST, NOT_SAID, counted, of_intake


def people(numbers: dict[str, int]) -> list[dict[str, object]]:
    return [{"medicine": answer} for answer, number in numbers.items() for _ in range(number)]


def told(numbers: tuple[int, ...], least: int) -> tuple[int | None, tuple[int | None, ...]]:
    """What is told of a question whose answers, and last its "not said", so many people gave."""
    answers = tuple(f"answer {n}" for n in range(len(numbers) - 1))
    said = people({f"answer {n}": number for n, number in enumerate(numbers)})
    found = counted(said, {"medicine": answers}, least)
    cells = found.questions.get("medicine", {})
    return found.people, tuple(cells.get(answer) for answer in (*answers, NOT_SAID))


def tables(cells: int, total: int) -> Iterator[tuple[int, ...]]:
    """Every way to spread so many people over so many answers."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in tables(cells - 1, total - first):
            yield (first, *rest)


def test_whoever_knows_the_rule_cannot_work_out_a_number() -> None:
    """Every table of two to four answers with up to 12 people (a least of 3, so that all can be gone
    through): of those that are told alike, each number that is not told differs; none that is told is below
    the least; and what is told is right."""
    least = 3
    for cells in (2, 3, 4):
        for total in range(13):
            alike: dict[object, list[tuple[int, ...]]] = {}
            for table in tables(cells, total):
                alike.setdefault(told(table, least), []).append(table)
            for (people_told, shown), those in alike.items():
                assert people_told == (total if total >= least else None)
                for cell, number in enumerate(shown):
                    if number is not None:
                        assert number >= least
                        assert {table[cell] for table in those} == {number}
                    elif people_told is not None:
                        assert len({table[cell] for table in those}) >= 2, (shown, those)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_what_is_left_out_is_never_one_and_never_few(numbers: list[int]) -> None:
    """Whatever people answered: numbers not told are none, or at least two, of at least LEAST people
    together; a number that is told is right and at least LEAST."""
    total, shown = told(tuple(numbers), LEAST)
    if total is None:
        assert sum(numbers) < LEAST
        assert not any(shown)
        return
    hidden = [number for number, tells in zip(numbers, shown, strict=True) if tells is None]
    assert not hidden or (len(hidden) >= 2 and sum(hidden) >= LEAST)
    for number, tells in zip(numbers, shown, strict=True):
        assert tells is None or (tells == number >= LEAST)


def test_own_words_and_strange_answers_are_not_counted() -> None:
    """Of the intake only questions with answers to choose from are counted; several answers each by itself;
    whatever else stands there is not said."""
    said = [{"medicine": "now", "aims": f"words of mine {n}", "ears": ("ringing",)} for n in range(6)]
    found = of_intake([*said, *({"medicine": "before"} for _ in range(5)), *({} for _ in range(5))])
    assert found.people == 16
    assert "aims" not in found.questions
    assert found.questions["ears.ringing"] == {"said": 6, NOT_SAID: 10}
    # nobody said "never" or "rather not say": with the two fives, so that none is the difference
    assert found.questions["medicine"] == {
        "now": 6, "before": None, "never": None, "unsaid": None, NOT_SAID: None,
    }  # fmt: skip
    strange: list[dict[str, object]] = [{"medicine": 7}, {"medicine": ["now"]}, {}, {"other": "now"}]
    strange += [{"medicine": "x"}] * 6 + [{"medicine": "now"}] * 10
    assert counted(strange, {"medicine": ("now",)}).questions["medicine"] == {"now": 10, NOT_SAID: 10}
