"""The summary and the course: sentences and numbers, each against a case worked out by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undersong.events import Chose, MakerId, Output, Play
from undersong.reflecting.course import BLOCK, of_take
from undersong.reflecting.duet import Duet, duet
from undersong.reflecting.prompts import ANY, QUESTIONS, SENTENCES, TALK, prompts
from undersong.reflecting.summary import summary
from undersong.testing.scenes import read_playing

YOU = MakerId("you")
ROOT = Path(__file__).resolve().parent.parent


def made(playing: str, *partner: tuple[float, int, float], chose: tuple[Chose, ...] = ()) -> Duet:
    sent: list[Output] = [
        Play(n, at, "planned", "bass", pitch, 40, seconds)
        for n, (at, pitch, seconds) in enumerate(partner, 1)
    ]
    return duet(read_playing(playing, 60, YOU) if playing else [], [*chose, *sent])


# --- sentences ---------------------------------------------------------------------------------


def test_the_summary_says_what_sounded() -> None:
    """Two notes at once and one alone, a bass under them and one after a silence: every sentence by hand.

    The maker sounds from 0 to 4 and from 6 to 10 s, the partner from 1 to 9 and from 16 to 20 s: 8 and 12
    of 20 s, both from 1 to 4 and from 6 to 9, which is 6 of 20. One silence of 2 s or more, from 10 to 16.
    """
    told = summary(made("C4@0:4 E4@0:4 G5@6:4", (1.0, 36, 8.0), (16.0, 40, 4.0)))
    assert told == [
        "It lasted 20 seconds.",
        "You played 3 sounds and Undersong played 2 sounds.",
        "You could be heard for 40% of the time, Undersong for 60%, both at the same time for 30%.",
        "Your notes lay within 1 octave and 7 semitones.",
        "Who began, at the start and after silences: you once and Undersong once.",
        "Both sides played on without long pauses from 0:01 to 0:09.",
    ]


def test_the_summary_of_little() -> None:
    """Nothing, one player, strokes without pitch: a sentence for what there is, none for what is not."""
    assert summary(made("")) == ["Nothing sounded in this take."]
    alone = summary(made("x@0.5 x@0.9"))
    assert alone[1] == "You played 2 sounds and Undersong played 0 sounds."
    assert not [sentence for sentence in alone if "notes lay" in sentence or "played on" in sentence]
    assert "You began; there was no silence of two seconds or more." in alone


# --- the course --------------------------------------------------------------------------------


def test_the_numbers_of_a_take() -> None:
    """A note each second for 120 s, each of .5 s, by turns C4 and G4; the partner holds from 30 to 90 s,
    and comes in alone at 124 s, after a silence: 120 / 125 notes a second, 7 semitones, velocity 60; maker
    and partner began once each; both play on from 30 to 90 s, which is 60 of 125."""
    playing = " ".join(f"{'CG'[n % 2]}4@{n}:0.5" for n in range(120))
    chose = (Chose(0.0, "holding", "a"), Chose(100.0, "imitating", "b"), Chose(110.0, "holding", "a"))
    numbers = of_take(made(playing, (30.0, 36, 60.0), (124.0, 40, 1.0), chose=chose))
    assert numbers["density"]["value"] == pytest.approx(120 / 125, abs=1e-4)
    assert numbers["range"] == {"value": 7.0, "low": 7.0, "high": 7.0}
    assert numbers["velocity"] == {"value": 60.0, "low": 60.0, "high": 60.0}
    assert numbers["leading"]["value"] == 0.0
    assert numbers["leading"]["low"] == pytest.approx(-0.8110, abs=2e-3)  # Wilson, one of two
    assert numbers["interaction"]["value"] == pytest.approx(60 / 125, abs=1e-4)
    assert numbers["interaction"]["low"] < 60 / 125 < numbers["interaction"]["high"]
    assert numbers["techniques"] == {"holding": 115.0, "imitating": 10.0}


def test_an_interval_holds_what_it_promises() -> None:
    """Takes whose stretches differ by chance around a known mean: about 95 of 100 intervals of density
    should hold it. At least 52 of 60 do (with 95 of 100, fewer come about in 3 of 1000 trials)."""
    from undersong.chance import Chance

    chance = Chance(11)
    held = 0
    for _ in range(60):
        counts = [round(chance.between("n", 10, 50)) for _ in range(20)]  # a mean of 30: one a second
        playing = " ".join(
            f"C4@{BLOCK * block + BLOCK * n / count:.3f}:0.05"
            for block, count in enumerate(counts)
            for n in range(count)
        )
        density = of_take(made(playing, (0.0, 36, 20 * BLOCK)))["density"]
        held += density["low"] <= 1.0 <= density["high"]
    assert held >= 52


def test_too_little_has_no_interval() -> None:
    """Under a minute and a half there are less than three stretches: a number, and not how sure it is.
    Nobody played: nothing at all."""
    short = of_take(made("C4@0.5:0.5 E4@2:1"))
    assert short["density"]["value"] is not None
    assert (short["density"]["low"], short["density"]["high"]) == (None, None)
    nothing = of_take(made("", (0.0, 36, 10.0)))
    assert nothing["velocity"] == nothing["range"] == {"value": None, "low": None, "high": None}
    assert nothing["density"]["value"] == 0.0
    assert nothing["leading"]["value"] == -1.0
    empty = of_take(made(""))
    assert empty["leading"] == {"value": None, "low": None, "high": None}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(30, 90), st.integers(1, 40)), max_size=40),
    st.data(),
)
def test_a_number_lies_in_bounds(notes: list[tuple[int, int, int]], data: st.DataObject) -> None:
    """Whatever is played: shares stay shares, an interval is in order, and the same take gives the same."""
    partner = data.draw(st.lists(st.tuples(st.integers(0, 300), st.integers(30, 60)), max_size=10))
    sent: list[Output] = [
        Play(n, float(at), "planned", "bass", p, 40, 3.0) for n, (at, p) in enumerate(partner, 1)
    ]
    from undersong.events import Input, NoteOff, NoteOn

    inputs: list[Input] = []
    for at, pitch, length in sorted(notes):
        inputs += [NoteOn(at / 10, at / 10, YOU, pitch, 64), NoteOff((at + length) / 10, 400.0, YOU, pitch)]
    one = duet(inputs, sent)
    numbers = of_take(one)
    for name, least, most in (
        ("interaction", 0, 1),
        ("leading", -1, 1),
        ("velocity", 1, 127),
        ("range", 0, 127),
    ):
        told = [numbers[name][key] for key in ("low", "value", "high") if numbers[name][key] is not None]
        assert all(least - 1e-9 <= value <= most + 1e-9 for value in told), (name, told)
        if len(told) == 3:
            assert told[0] <= told[2]
    assert of_take(one) == numbers


JUDGING = {"feel", "felt", "feeling", "sad", "happy", "angry", "why", "should", "well", "better"}

# --- questions ---------------------------------------------------------------------------------


def test_every_moment_has_open_questions() -> None:
    """Two or three for each kind, each an open question that says nothing of feelings, and beside
    them always that one can talk with someone; an unknown kind has questions, too."""
    for kind, questions in QUESTIONS.items():
        assert 2 <= len(questions) <= 3
        assert prompts(kind) == (*questions, TALK)
        for sentence in questions.values():
            assert sentence.endswith("?")
            words = set(re.findall(r"\w+", sentence.lower()))
            assert not words & JUDGING
    assert prompts("something new") == prompts(ANY)


def test_the_pages_questions_are_these() -> None:
    """The page's texts under ``prompt`` are the same sentences under the same keys."""
    told = json.loads((ROOT / "web" / "src" / "texts" / "en.json").read_text(encoding="utf-8"))["prompt"]
    for key, sentence in SENTENCES.items():
        at = told
        for part in key.split("."):
            at = at[part]
        assert at == sentence, key
