"""Intake: what a person says of sound changes the playing as the table says, and nothing else does."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client import Asking, Page, Therapist
from undersong.caring import intake
from undersong.caring.intake import ECHOES, QUESTIONS, ROWS, Answer, checked, limits, page, plan
from undersong.choosing.table import AIMS
from undersong.errors import EventError, UsageError
from undersong.events import Chose, MakerId, NoteOn, Play, Retract, Steer, Tap
from undersong.offline import make_session
from undersong.plan import ALWAYS, Limits, Plan
from undersong.plugins import techniques
from undersong.remembering import log as codec
from undersong.session import perform
from undersong.testing import makers
from undersong.testing.minutes import KINDS, TUNE, minutes

WEB = Path(__file__).parent.parent / "web" / "src"


def _answers() -> st.SearchStrategy[dict[str, Answer]]:
    def of(question: intake.Question) -> st.SearchStrategy[Answer]:
        if question.kind == "one":
            return st.sampled_from(question.of)
        if question.kind == "many":
            return st.lists(st.sampled_from(question.of), max_size=3).map(tuple)
        return st.text(max_size=40)

    return st.fixed_dictionaries({}, optional={one.id: of(one) for one in QUESTIONS}).map(checked)


@given(_answers(), _answers())
def test_more_said_is_never_less_careful(one: dict[str, Answer], more: dict[str, Answer]) -> None:
    """Whatever is added to an answer, no bound is let go by it: the tighter holds, what is left out stays
    so."""
    both: dict[str, Answer] = {
        **one,
        **{id_: answer for id_, answer in more.items() if id_ not in one},
    }
    first, second = plan(one), plan(both)
    assert second.limits.loudest <= first.limits.loudest <= Limits().loudest
    assert second.limits.denser <= first.limits.denser <= Limits().denser
    assert second.limits.polyphony <= first.limits.polyphony
    assert second.adaptivity <= first.adaptivity
    assert set(first.without) <= set(second.without)
    few, many = page(one), page(both)
    assert set(few["muted"]) <= set(many["muted"])
    for bound in ("volume", "minutes"):
        assert few[bound] is None or many[bound] <= few[bound]


def test_what_is_not_said_changes_nothing() -> None:
    """No answer, and every answer that has no row, give the plan of everybody."""
    assert plan({}) == Plan()
    quiet: dict[str, Answer] = {
        "loudness": "usual", "startle": "no", "racing": "no", "voices": "no", "memories": "no",
        "apart": "no", "age": "adult", "medicine": "now", "aims": "to play with my hands again",
    }  # fmt: skip
    assert limits(quiet) == ()
    assert plan(quiet) == Plan()
    assert page(quiet) == {"muted": [], "volume": None, "minutes": None, "tender": False}


def test_every_row_is_an_answer_and_says_why() -> None:
    """Rows name answers that there are, aims and techniques that there are, sounds that the page has; each
    has a reason in one plain sentence, and no yes to a caution is without a row."""
    answers = {(question.id, value) for question in QUESTIONS for value in question.of}
    for row in ROWS:
        assert (row.question, row.answer) in answers
        assert row.because.endswith(".")
        assert "!" not in row.because
        assert row.effect.aim in (None, *AIMS)
        assert set(row.effect.without) <= set(techniques())
        assert not set(row.effect.without) & set(ALWAYS)
        assert set(row.effect.muted) <= set(intake.TIMBRES)
    assert len({(row.question, row.answer) for row in ROWS}) == len(ROWS)
    cautions = {"racing", "voices", "memories", "apart", "startle"}
    assert {(caution, "yes") for caution in cautions} <= {(row.question, row.answer) for row in ROWS}
    ears = next(question for question in QUESTIONS if question.id == "ears")
    assert {row.answer for row in ROWS if row.question == "ears"} == set(ears.of)


def test_the_page_has_words_for_every_question_and_these_timbres() -> None:
    """Every question and answer stands in the page's texts, and the sounds are those that the page has."""
    texts = json.loads((WEB / "texts" / "en.json").read_text())
    for question in QUESTIONS:
        assert texts["intake"]["ask"][question.id].endswith("?")
        for answer in question.of:
            own = texts["intake"]["say"].get(f"{question.id}-{answer}")
            assert texts["timbre"][answer] if question.id == "sounds" else own
    voices = (WEB / "sound" / "voices.ts").read_text()
    listed = re.search(r"BANKED: readonly Banked\[\] = \[(.*?)\]", voices, re.S)
    assert listed
    assert set(re.findall(r'"(\w+)"', listed[1])) | {"drum"} == set(intake.TIMBRES)


@pytest.mark.parametrize(
    "given",
    [
        None, [], "yes", {"nothing": "yes"}, {"voices": "perhaps"}, {"voices": ["yes"]}, {"ears": "hurt"},
        {"ears": ["hurt", "everything"]}, {"aims": "x" * 1001}, {"aims": 3}, {"sounds": [["piano"]]},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(given: object) -> None:
    """Nothing is guessed: an answer that is none is refused in a sentence."""
    with pytest.raises(EventError, match=r"\.$"):
        checked(given)


def played(wanted: Plan, seed: int) -> list[object]:
    given_ = [event for event in minutes(KINDS[seed % len(KINDS)][1], TUNE, seed) if event.heard < 240.0]
    return list(perform(make_session(wanted, seed), given_, 250.0))


@pytest.mark.parametrize("seed", range(6))
def test_nobody_who_hears_voices_is_echoed(seed: int) -> None:
    """Through four minutes of playing that otherwise brings echoes, none of the techniques that give the
    maker's own notes back is chosen; and what is left plays on."""
    out = played(plan({"voices": "yes"}), seed)
    chosen = {event.technique for event in out if isinstance(event, Chose)}
    assert not chosen & set(ECHOES)
    assert any(isinstance(event, Play) for event in out)


def given_back(said: dict[str, Answer], seed: int) -> tuple[int, int, float]:
    """Of four minutes of phrases with rests: how many calls there are, how many of them the partner's tune
    gives back after it (their first three intervals in their order, at any height), and the longest time
    in which the partner begins nothing."""
    heard, _ = makers.breathing(TUNE * 12, seed, period=makers.pace(seed))
    heard = [event for event in heard if event.heard < 240.0]
    out = list(perform(make_session(plan(said), seed), heard, 250.0))
    taken_back = {event.id for event in out if isinstance(event, Retract)}
    plays = [event for event in out if isinstance(event, Play) and event.id not in taken_back]
    tune = [play for play in plays if play.voice == "melody"]
    calls: list[list[NoteOn]] = []
    sounds_until = 0.0
    for event in heard:
        if isinstance(event, NoteOn):
            if not calls or event.heard - sounds_until > REST:
                calls.append([])
            calls[-1].append(event)
        sounds_until = event.heard
    begins = [call[0].heard for call in calls[1:]] + [250.0]
    back = 0
    for call, following in zip(calls, begins, strict=True):
        reply = [play.pitch for play in tune if call[-1].heard < play.at < following + REST]
        first = steps([event.pitch for event in call])[:3]
        after = steps(reply)
        back += len(first) == 3 and any(after[at : at + 3] == first for at in range(len(after)))
    times = [0.0, *sorted(play.at for play in plays), 240.0]
    return len(calls), back, max(b - a for a, b in pairwise(times))


REST = 1.0  # seconds without a sound, between two calls


def steps(pitches: list[int]) -> list[int]:
    return [b - a for a, b in pairwise(pitches)]


@pytest.mark.parametrize("helps", [None, "answer", "alike"])
@pytest.mark.parametrize("seed", range(3))
def test_no_answer_to_who_hears_voices_begins_as_their_phrase_did(helps: str | None, seed: int) -> None:
    """Nothing of the partner's after a phrase has the first intervals of that phrase, also where somebody
    said that an answer, or being joined, helps them; and there is never a long time with nothing at all."""
    said: dict[str, Answer] = {"voices": "yes"} if helps is None else {"voices": "yes", "helps": helps}
    calls, back, longest = given_back(said, seed)
    assert calls > 10
    assert back == 0
    assert longest < 30.0


def test_answers_begin_as_the_phrase_did_where_that_is_not_left_out() -> None:
    """The same playing without that answer: so the test above can fail."""
    assert given_back({"helps": "answer"}, 0)[1] > 0


def test_echoes_come_where_they_are_not_left_out() -> None:
    """The same playing without that answer: so the test above can fail."""
    chosen = {
        event.technique for seed in range(6) for event in played(Plan(), seed) if isinstance(event, Chose)
    }
    assert chosen & set(ECHOES)


@pytest.mark.parametrize("answer", ["soft", "softest"])
def test_soft_is_soft(answer: str) -> None:
    """No note is louder than was said."""
    bound = plan({"loudness": answer}).limits.loudest
    out = played(plan({"loudness": answer}), 1)
    velocities = [event.velocity for event in out if isinstance(event, Play)]
    assert velocities
    assert max(velocities) <= bound
    usual = [event.velocity for event in played(Plan(), 1) if isinstance(event, Play)]
    assert max(usual) > bound


def test_the_partner_does_not_race_along() -> None:
    """Taps that grow twice as fast within a minute: the partner drums on, at most half as busily as it does
    for everybody else."""
    time, gap, taps = 1.0, 0.6, []
    while time < 70.0:
        taps.append(Tap(time, time, MakerId("you"), 80))
        gap = max(0.3, gap * 0.994)
        time += gap

    def strokes(wanted: Plan) -> int:
        out = perform(make_session(wanted, 1), taps, 72.0)
        return len({e.at for e in out if isinstance(e, Play) and e.voice == "percussion" and e.at > 40.0})

    calm = strokes(plan({"racing": "yes"}))
    assert 0 < calm <= strokes(Plan()) / 2


def test_what_is_left_out_cannot_be_asked_for_and_what_is_needed_stays() -> None:
    """A technique that is left out is refused where it is steered to, too; the ones on which everything
    falls back cannot be left out."""
    for name in ALWAYS:
        with pytest.raises(UsageError, match="left out"):
            Plan(without=(name,))
    with pytest.raises(UsageError, match="left out"):
        Plan(technique="holding", without=("holding",))
    with pytest.raises(UsageError, match="named"):
        Plan(without="holding")  # type: ignore[arg-type]
    session = make_session(Plan(without=("holding",)), 1)
    with pytest.raises(UsageError, match="left out"):
        session.receive(Steer(0.0, 0.0, MakerId("you"), "technique", "holding"))


@settings(max_examples=30)
@given(_answers())
def test_the_log_knows_the_plan(said: dict[str, Answer]) -> None:
    """What a session was bound by is read back from its log as it was, so that it replays."""
    header = codec.Header("0.1.0", "engine", 1, plan(said), tuple(techniques()))
    writer = codec.LogWriter(header)
    assert codec.read(writer.seal()).header.plan == plan(said)


def test_over_http_and_into_the_take(page: Page) -> None:
    """Nothing is kept without a yes to keeping; with it the answers come back with what follows from them,
    and the next take is played by that plan. Taking the yes back takes the answers along."""
    asking = Asking(page.server, page.cookie)
    status, told = asking("GET", "/api/intake")
    assert (status, told["said"], told["changes"]) == (200, {}, [])
    assert [question["id"] for question in told["questions"]] == [question.id for question in QUESTIONS]
    said = {"voices": "yes", "ears": ["ringing"], "aims": "zz to sleep better"}
    status, refused = asking("PUT", "/api/intake", {"said": said})
    assert (status, "consent" in refused["error"]) == (422, True)
    asking("PUT", "/api/consents/keep", {"given": True})
    status, told = asking("PUT", "/api/intake", {"said": said})
    assert (status, told["said"]) == (200, said)
    assert {change["question"] for change in told["changes"]} == {"voices", "ears"}
    assert told["page"] == {"muted": [], "volume": 0.5, "minutes": None, "tender": True}
    page.begin()
    page.note(60)
    page.all_acknowledged()
    (log,) = page.server.data.rglob("log.jsonl")
    assert codec.read(log.read_bytes()).header.plan == plan(checked(said))
    asking("PUT", "/api/consents/keep", {"given": False})
    assert asking("GET", "/api/intake")[1]["said"] == {}
    left = [p for p in page.server.data.rglob("*") if p.is_file() and b"zz to sleep" in p.read_bytes()]
    assert left == []


def test_a_take_lasts_no_longer_than_was_said(page: Page) -> None:
    """Whoever said that at times everything goes fast is told of a limit of 20 minutes as soon as a take is
    open; who said nothing, of none. A shorter limit holds, from beside or from the page; a longer one, or
    none, does not lift that one. Once it is said no more, the next take has no bound."""
    asking = Asking(page.server, page.cookie)
    beside = Therapist(page.server, page.cookie)
    page.begin()
    page.note(60)
    assert beside.until("hearing")["limit"] is None
    asking("PUT", "/api/consents/keep", {"given": True})
    asking("PUT", "/api/intake", {"said": {"racing": "yes"}})
    page.input({"type": "finish"})
    page.until("ended")
    page.begin()
    page.note(60)
    told = beside.until(lambda m: m["type"] == "hearing" and m["limit"] is not None)
    assert told["limit"] == told["longest"] == 20 * 60.0
    for who in (beside, page):
        for wanted, holds in ((600.0, 600.0), (None, 1200.0), (300.0, 300.0), (3000.0, 1200.0)):
            who.say({"type": "limit", "seconds": wanted})
            beside.until(lambda m, holds=holds: m["type"] == "hearing" and m["limit"] == holds)
    page.input({"type": "finish"})
    page.until("ended")
    asking("PUT", "/api/intake", {"said": {}})
    page.begin()
    page.note(60)
    told = beside.until(lambda m: m["type"] == "hearing" and m["limit"] is None)
    assert told["longest"] is None
    page.say({"type": "limit", "seconds": 3000.0})
    beside.until(lambda m: m["type"] == "hearing" and m["limit"] == 3000.0)
    beside.close()
