"""Questionnaires: counted by their own rules, help before numbers, no words that are not ours to print."""

import ast
import dataclasses
import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client import Run
from undersong.errors import UsageError
from undersong.measuring import instruments
from undersong.measuring.instruments import INSTRUMENTS, instrument
from undersong.measuring.questionnaire import NO_FINDING, Instrument, calls_for_help, read, score

BY_NAME = [pytest.param(one, id=one.id) for one in INSTRUMENTS]
WORDED = ("phq-9", "phq-8", "phq-2", "gad-7")
POINTS_ONLY = {
    "who-5": "who5.py", "madrs": "madrs.py", "madrs-s": "madrs_s.py", "hads": "hads.py",
    "bdi-ii": "bdi2.py", "gaf": "gaf.py",
}  # fmt: skip
# id, answers, total, band. PHQ-9 and GAD-7 in full: examples of the German Medical Informatics Initiative's
# FHIR guide for patient-reported outcomes. The others: the ends of the published ranges, and for WHO-5 what
# its authors say of a raw score of 13.
PUBLISHED = (
    ("phq-9", "3,3,3,3,3,3,3,3,3", 27, "severe"),
    ("gad-7", "1,1,1,2,2,0,0", 7, "mild"),
    ("phq-8", "3,3,3,3,3,3,3,3", 24, "severe"),
    ("phq-2", "3,3", 6, "at or above the cut-off"),
    ("who-5", "5,5,5,5,5", 100, "not low"),
    ("who-5", "3,3,3,2,2", 52, "not low"),
    ("who-5", "3,3,2,2,2", 48, "low"),
    ("madrs", "6,6,6,6,6,6,6,6,6,6", 60, "severe"),
    ("madrs-s", "6,6,6,6,6,6,6,6,6", 54, None),
    ("hads", "3,3,3,3,3,3,3,3,3,3,3,3,3,3", 42, None),
    ("bdi-ii", "3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3", 63, "severe"),
    ("gaf", "61", 61, None),
)
# id and part, where each band begins, and the highest total of all: as published
EDGES = {
    ("phq-9", "total"): (0, 5, 10, 15, 20),
    ("phq-8", "total"): (0, 5, 10, 15, 20),
    ("phq-2", "total"): (0, 3),
    ("gad-7", "total"): (0, 5, 10, 15),
    ("who-5", "total"): (0, 52),
    ("madrs", "total"): (0, 7, 20, 35),
    ("madrs-s", "total"): (),
    ("hads", "anxiety"): (0, 8, 11),
    ("hads", "depression"): (0, 8, 11),
    ("bdi-ii", "total"): (0, 14, 20, 29),
    ("gaf", "total"): (),
}
# which item is about thoughts of not living on (docs/measures.md says how that is known)
WATCHED = {"phq-9": 9, "bdi-ii": 9, "madrs": 10, "madrs-s": 9}
# how many answers of a part may be missing; any more and there is no total
SPARE = {"phq-9": 2, "hads": 1}


@pytest.fixture
def measures(run: Run) -> Run:
    """Run the command ``measures``."""
    return lambda *arguments: run("measures", *arguments)


def answers_to(one: Instrument) -> st.SearchStrategy[list[int | None]]:
    each = st.none() | st.integers(*one.points)
    return st.lists(each, min_size=len(one.items), max_size=len(one.items))


def spread(one: Instrument, places: tuple[int, ...], points: int) -> list[int | None]:
    """Answers that give these points to these items (numbered from 1), and the least to all others."""
    left, filled = points, [one.points[0]] * len(one.items)
    for place in places:
        filled[place - 1] = min(one.points[1], left)
        left -= filled[place - 1]
    assert not left
    return list(filled)


@pytest.mark.parametrize(("id_", "written", "total", "band"), PUBLISHED)
def test_published_examples(measures: Run, id_: str, written: str, total: int, band: str | None) -> None:
    """Published answers give the published total and band, and the command gives what the function does."""
    one = instrument(id_)
    scored = score(one, read(one, written))
    assert (scored.total, scored.band, scored.because) == (total, band, None)
    code, out, err = measures("score", id_, written, "--json")
    told = json.loads(out)
    assert (code, err, told["total"], told["band"]) == (0, "", total, band)
    assert isinstance(told["total"], int)


def test_every_instrument_has_a_published_example() -> None:
    """No instrument is left out of the examples, nor of the edges."""
    assert {id_ for id_, *_ in PUBLISHED} == {one.id for one in INSTRUMENTS}
    assert set(EDGES) == {(one.id, part.name) for one in INSTRUMENTS for part in one.parts}


def test_the_two_halves_of_hads() -> None:
    """Odd items are added up as anxiety, even ones as depression, each with bands of its own."""
    scored = score(instrument("hads"), [1, 2] * 4 + [0, 1] * 3)
    assert [(part.name, part.total, part.band) for part in scored.parts] == [
        ("anxiety", 4, "low"),
        ("depression", 11, "high"),
    ]
    assert (scored.total, scored.band) == (15, None)


@pytest.mark.parametrize("one", BY_NAME)
def test_bands_begin_where_they_are_published_to(one: Instrument) -> None:
    """Each edge begins a band of its own, the point below it belongs to the one before, to the very top."""
    for place, part in enumerate(one.parts):
        edges = EDGES[one.id, part.name]
        words = [band.word for band in part.bands]
        assert len(edges) == len(words) == len(dict.fromkeys(words))
        if not edges:
            continue
        most = one.points[1] * len(part.items)
        for points in range(most + 1):
            scored = score(one, spread(one, part.items, points)).parts[place]
            expected = max(n for n, edge in enumerate(edges) if edge <= points * one.factor)
            assert (scored.total, scored.band) == (points * one.factor, words[expected])


@pytest.mark.parametrize("one", BY_NAME)
@given(data=st.data())
def test_any_pattern_of_missing_answers(one: Instrument, data: st.DataObject) -> None:
    """A part has a total exactly if no more is missing than may be: its answers' mean times its items."""
    answers = data.draw(answers_to(one))
    scored = score(one, answers)
    assert scored.missing == tuple(n for n, answer in enumerate(answers, start=1) if answer is None)
    assert (scored.because is None) == (not scored.missing)
    for part, told in zip(one.parts, scored.parts, strict=True):
        known = [answers[item - 1] for item in part.items if answers[item - 1] is not None]
        if len(part.items) - len(known) > SPARE.get(one.id, 0) or not known:
            assert (told.total, told.band) == (None, None)
            continue
        exact = Fraction(sum(known), len(known)) * len(part.items) * one.factor
        assert told.total is not None
        assert told.total == pytest.approx(float(exact), abs=0.00501)
        low, high = (points * len(part.items) * one.factor for points in one.points)
        assert low <= told.total <= high
    totals = [part.total for part in scored.parts]
    if None in totals:
        assert (scored.total, scored.band) == (None, None)
    else:
        assert scored.total == pytest.approx(sum(totals), abs=0.011)
        assert scored.band == (scored.parts[0].band if len(totals) == 1 else None)


def test_a_missing_answer_counts_as_the_average_of_the_others() -> None:
    """PHQ-9 with up to two missing: 9 x the mean of the others; 4.5 has not reached the band from 5."""
    phq9 = instrument("phq-9")
    assert score(phq9, [1, 1, 1, 1, 1, 1, 1, None, None]).total == 9
    scored = score(phq9, [1, 1, 1, 1, 0, 0, 0, None, 0])  # 4 x 9/8 = 4.5: not yet 5
    assert (scored.total, scored.band) == (4.5, "minimal")
    assert scored.because is not None
    assert scored.because.startswith("Not answered: 8. Up to two")
    assert score(phq9, [1, 1, 1, 1, 1, 1, None, None, None]).total is None


def patterns(one: Instrument) -> Iterator[tuple[bool, ...]]:
    """Every way in which answers can be missing; of the BDI-II, which has two million, those with at most
    three that are missing, or at most three that are there."""
    if len(one.items) <= 14:
        yield from product((True, False), repeat=len(one.items))
        return
    places = range(len(one.items))
    for few in range(4):
        for chosen in combinations(places, few):
            yield tuple(n in chosen for n in places)
            yield tuple(n not in chosen for n in places)


@pytest.mark.parametrize("one", BY_NAME)
def test_every_pattern_of_missing_answers(one: Instrument) -> None:
    """With each answer its own number of points: a part has its total if no more is missing than may be,
    else none and no band; and what is watched calls for help in each of them, if it was answered at all."""
    low, high = one.points
    full = [low + (3 * n + 1) % (high - low + 1) for n in range(len(one.items))]
    if one.help_item is not None:
        full[one.help_item - 1] = 1
    for there in patterns(one):
        answers = [point if is_there else None for point, is_there in zip(full, there, strict=True)]
        scored = score(one, answers)
        assert scored.help == (one.help_item is not None and there[one.help_item - 1])
        totals = []
        for part, told in zip(one.parts, scored.parts, strict=True):
            known = [full[item - 1] for item in part.items if there[item - 1]]
            if len(part.items) - len(known) <= SPARE.get(one.id, 0) and known:
                exact = Fraction(sum(known) * len(part.items), len(known)) * one.factor
                assert told.total == round(float(exact), 2)
                totals.append(exact)
            else:
                assert (told.total, told.band) == (None, None)
        whole = len(totals) == len(one.parts)
        assert scored.total == (round(float(sum(totals)), 2) if whole else None)


@pytest.mark.parametrize("one", BY_NAME)
@given(data=st.data())
def test_the_watched_item_calls_for_help_whatever_else(one: Instrument, data: st.DataObject) -> None:
    """Help is called for exactly if that item is above 0: with any total, with none, with anything missing,
    also in a form that ends early. Of the other forms no item does."""
    answers = data.draw(answers_to(one))
    begun = answers[: data.draw(st.integers(0, len(answers)))]
    place = WATCHED.get(one.id)
    above = place is not None and (answers[place - 1] or 0) > 0
    assert score(one, answers).help == above
    assert calls_for_help(one, begun) == (above and place is not None and len(begun) >= place)


@pytest.mark.parametrize("written", ["0,0,0,0,0,0,0,0,1", ",,,,,,,,3", "-,1,-,,,,,,2"])
def test_help_is_said_before_any_number(measures: Run, written: str) -> None:
    """On the command line, too: first the help, then the total or why there is none; and in the JSON."""
    code, out, _ = measures("score", "phq-9", written)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("Item 9 is above 0. Before anything else: please talk")
    assert "PHQ-9:" not in lines[0]
    assert json.loads(measures("score", "phq-9", written, "--json")[1])["help"] is True


def test_without_item_9_it_is_asked_about(measures: Run) -> None:
    """Item 9 at 0 says nothing of help; left out, it is said to be so."""
    _, out, _ = measures("score", "phq-9", "3,3,3,3,3,3,3,3,0")
    assert "Item 9" not in out
    _, out, _ = measures("score", "phq-9", "3,3,3,3,3,3,3,3,")
    assert out.startswith("Item 9 was not answered; please ask about it.\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("phq-10", "0,0"), "no questionnaire 'phq-10'; there are phq-9, phq-8"),
        (("phq-9", "0,0,0"), "PHQ-9 has 9 answers, and 3 were given"),
        (("phq-9", ""), "PHQ-9 has 9 answers, and 1 was given"),
        (("phq-9", "0,0,0,0,0,0,0,0,0,0"), "and 10 were given"),
        (("phq-9", "0,0,0,4,0,0,0,0,0"), "Answer 4 is 4; please give whole numbers from 0 to 3"),
        (("phq-9", "0,0,0,-1,0,0,0,0,0"), "Answer 4 is '-1'"),
        (("phq-9", "-1,0,0,0,0,0,0,0,0"), "Answer 1 is '-1'"),
        (("phq-2", "1.5,0"), "Answer 1 is '1.5'"),
        (("phq-2", "a,0"), "Answer 1 is 'a'"),
        (("phq-2", "٣,0"), "Answer 1 is '٣'"),
        (("phq-2", "²,0"), "Answer 1 is '²'"),
        (("phq-2", "1;0"), "Answer 1 is '1;0'"),
        (("phq-2", "9" * 5000 + ",0"), "Answer 1 is '99999999999999999999'"),
        (("phq-2", "\x1b[2J,\n"), "Answer 1 is "),
        (("gaf", "0"), "from 1 to 100"),
        (("gaf", "101"), "from 1 to 100"),
        (("phq-2",), "Missing argument"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused(measures: Run, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2, nothing on standard output, one line that a terminal only shows, and what to do."""
    for extra in ((), ("--json",)):
        code, out, err = measures("score", *arguments, *extra)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert says in err
        assert "\x1b" not in err


@given(text=st.text(max_size=40))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    """Any text is the right number of points in range, or one sentence; never anything between."""
    one = instrument("phq-2")
    try:
        answers = read(one, text)
    except UsageError:
        return
    assert len(answers) == 2
    assert all(answer is None or 0 <= answer <= 3 for answer in answers)
    words = [word.strip() for word in text.split(",")]
    assert answers == tuple(None if word in ("", "-") else int(word) for word in words)


def test_a_missing_first_answer_may_be_a_hyphen(measures: Run) -> None:
    """A hyphen in front is an answer, not an option; blanks around answers do no harm."""
    told = json.loads(measures("score", "PHQ9", "-, 1,1,1,1,1,1,1,0", "--json")[1])
    assert (told["total"], told["missing"]) == (7.88, [1])


@pytest.mark.parametrize("one", BY_NAME)
def test_only_what_everybody_may_print_has_words(measures: Run, one: Instrument) -> None:
    """Of the others no words, no names of items: no text in the table, and no string beside its fields."""
    assert one.worded == (one.id in WORDED)
    if one.worded:
        assert all(item.text for item in one.items)
        assert "Pfizer" in one.licence
        assert len(one.answers) == one.points[1] - one.points[0] + 1
        assert len({item.text for item in one.items}) == len(one.items)
        return
    assert (one.stem, one.answers, {item.text for item in one.items}) == (None, (), {None})
    code, out, _ = measures("show", one.id, "--json")
    told = json.loads(out)
    assert (code, told["stem"], told["items"]) == (0, None, [{"text": None}] * len(one.items))
    fields = [one.id, one.name, one.title, one.asks, one.missing, one.source, one.licence]
    fields += [part.name for part in one.parts] + [band.word for part in one.parts for band in part.bands]
    fields += [one.change.source, one.change.kind] if one.change else []
    fields += [one.better]
    text = Path(instruments.__file__).with_name(POINTS_ONLY[one.id]).read_text(encoding="utf-8")
    strings = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    strings = {value for value in strings if isinstance(value, str)}
    assert strings - set(fields) == {ast.get_docstring(ast.parse(text), clean=False)}
    assert len(text) < 1500
    assert "#" not in text


def test_the_short_ones_are_the_beginning_of_the_long_one() -> None:
    """PHQ-8 and PHQ-2 ask what PHQ-9 asks first, in the same words; its last item is in no other."""
    phq9 = instrument("phq-9")
    assert len(phq9.items) == 9
    for id_, items in (("phq-8", 8), ("phq-2", 2)):
        one = instrument(id_)
        assert (one.items, one.stem, one.answers) == (phq9.items[:items], phq9.stem, phq9.answers)
    assert "hurting yourself" in (phq9.items[8].text or "")


@pytest.mark.parametrize("one", BY_NAME)
def test_tables_are_frozen_and_whole(one: Instrument) -> None:
    """Each item belongs to exactly one part; nothing can be changed; source and licence are there."""
    assert sorted(item for part in one.parts for item in part.items) == [
        n for n, _ in enumerate(one.items, start=1)
    ]
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.spare = 3  # type: ignore[misc]
    assert hash(one)
    assert one.source
    assert one.licence
    assert one.spare == SPARE.get(one.id, 0)


def test_a_change_is_told_only_where_it_is_known_and_as_what_it_is() -> None:
    """Six points for the PHQ-9 and four for the GAD-7 are more than chance; ten for the WHO-5 were
    published as a notable change, which is not that; each with its source, and else none."""
    known = {
        one.id: (one.change.points, one.change.kind)
        for one in INSTRUMENTS
        if one.change and one.change.source
    }
    assert known == {"phq-9": (6, "reliable"), "gad-7": (4, "reliable"), "who-5": (10, "notable")}


def test_the_command_tells_which_way_is_better_and_what_a_change_is(measures: Run) -> None:
    """With its total, and with its rules, a form says whether a higher or a lower one is better: higher for
    the WHO-5 and the GAF, lower for the others; a WHO-5's change is never called more than chance."""
    for one in INSTRUMENTS:
        way = "higher" if one.id in ("who-5", "gaf") else "lower"
        for told in (("show", one.id), ("score", one.id, ",".join(["1"] * len(one.items)))):
            out = measures(*told)[1]
            assert f"A {way} total is better." in out
            assert ("more than chance" in out) == (one.id in ("phq-9", "gad-7"))
            assert ("a notable change" in out) == (one.id == "who-5")


def test_list_and_show(measures: Run) -> None:
    """Every questionnaire is listed, in words and as JSON, and shown with its rules, source and licence."""
    code, out, _ = measures("list")
    assert (code, [line.split()[0] for line in out.splitlines()]) == (0, [one.id for one in INSTRUMENTS])
    told = json.loads(measures("list", "--json")[1])
    assert [(one["id"], one["worded"]) for one in told] == [(one.id, one.worded) for one in INSTRUMENTS]
    for one in INSTRUMENTS:
        code, out, _ = measures("show", one.id)
        assert code == 0
        for part in (one.title, one.missing, one.source, one.licence, NO_FINDING):
            assert part in out
        assert ("1. " in out) == one.worded
    assert measures("show", "nothing")[0] == 2


@pytest.mark.parametrize("one", BY_NAME)
def test_every_total_comes_with_what_it_is_not(measures: Run, one: Instrument) -> None:
    """In words a total is never alone: it ends with the sentence that it is no finding about a person."""
    _, out, _ = measures("score", one.id, ",".join(["1"] * len(one.items)))
    assert out.splitlines()[-1] == NO_FINDING
    assert ("please look at the form" in out) == (not one.worded)
