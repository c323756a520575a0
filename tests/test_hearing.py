"""What is heard, told beside the maker: taken from events and outputs alone, and who leads counted as they
are counted when one looks back."""

from __future__ import annotations

from playing import outputs
from undersong.events import (
    HeardBeat,
    HeardNoPulse,
    HeardPhrase,
    HeardState,
    HeardTonality,
    Input,
    Leave,
    MakerId,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Tap,
)
from undersong.reflecting.duet import duet
from undersong.reflecting.summary import beginnings, everyone
from undersong.server.hearing import BEGINNINGS, Hearing
from undersong.testing import makers
from undersong.turns import Wishes

A, B = MakerId("you"), MakerId("therapist")
NONE = Wishes()


def heard(*what: Input | Output) -> Hearing:
    hearing = Hearing()
    for one in what:
        entered = isinstance(one, (NoteOn, NoteOff, Tap, Leave))
        hearing.take_in(one if entered else None, [] if entered else [one])  # type: ignore[list-item, arg-type]
    return hearing


def test_the_surest_pulse_the_key_states_and_phrases_are_told() -> None:
    """Of two pulses the surer one, in whole beats a minute; a pulse that is lost is not told any more, nor
    anything of a maker who left but what they did to the key."""
    hearing = heard(
        HeardBeat(1.0, A, 1.2, 0.5, 0.71),
        HeardBeat(1.0, B, 1.3, 0.8, 0.44),
        HeardTonality(1.0, 7, "minor", 0.66),
        HeardState(1.0, A, "flowing", 0.9, "notes follow each other"),
        HeardState(1.0, B, "tentative", 0.9, "few notes"),
        HeardPhrase(1.0, A, "began", 0.9),
        HeardPhrase(1.0, B, "began", 0.9),
        HeardPhrase(2.0, B, "ended", 1.8),
    )
    told = hearing.told(2.0, NONE)
    assert told["pulse"] == {"bpm": 120, "confidence": 0.7}
    assert told["tonality"] == {"tonic": 7, "mode": "minor", "confidence": 0.7}
    assert told["state"]["therapist"] == {"name": "tentative", "because": "few notes"}
    assert told["phrase"] == {"you": {"going": True, "at": 0.9}, "therapist": {"going": False, "at": 1.8}}
    assert hearing.phrase_going
    hearing.take_in(None, [HeardNoPulse(3.0, A)])
    assert hearing.told(3.0, NONE)["pulse"] == {"bpm": 75, "confidence": 0.4}
    hearing.take_in(Leave(4.0, 4.0, A), [])
    hearing.take_in(Leave(4.0, 4.0, B), [])
    told = hearing.told(4.0, NONE)
    assert (told["pulse"], told["state"], told["phrase"]) == (None, {}, {})
    assert told["tonality"] is not None
    assert not hearing.phrase_going


def test_whoever_was_asked_to_lead_leads() -> None:
    """A wish comes before what was counted, and what is in force is told."""
    hearing = heard(NoteOn(1.0, 1.0, A, 60, 64))
    assert hearing.told(1.0, NONE)["leading"]["who"] == "you"
    told = hearing.told(1.0, Wishes(tempo="lead", only="holding", softer=4.0))
    assert told["leading"] == {"who": "partner", "because": "asked"}
    assert told["asked"] == {"tempo": "lead", "only": "holding", "softer": 4.0}
    assert hearing.told(1.0, Wishes(tempo="follow"))["leading"] == {"who": "maker", "because": "asked"}


def test_silences_are_counted_from_what_sounds() -> None:
    """A held note, a partner's long note, one that is let go of early, and one that was taken back: only
    after two seconds in which nothing sounded does the next sound begin anything."""
    hearing = heard(
        NoteOn(1.0, 1.0, A, 60, 64), NoteOff(9.0, 9.0, A, 60),  # held for eight seconds
        NoteOn(10.0, 10.0, B, 62, 64), NoteOff(10.5, 10.5, B, 62),  # not a beginning
        Play(1, 11.0, "planned", "bass", 40, 60, 20.0), Release(1, 13.0, 0.5),  # nor this
        Play(2, 20.0, "planned", "bass", 40, 60, 1.0),  # after seven seconds: the partner begins
        Play(3, 30.0, "planned", "bass", 40, 60, 1.0), Retract(3, 30.0),  # never sounded
    )  # fmt: skip
    assert hearing.told(31.0, NONE)["leading"] is None  # one each
    hearing.take_in(Tap(40.0, 40.0, B, None), [])
    hearing.take_in(Tap(50.0, 50.0, B, None), [])
    assert hearing.told(50.0, NONE)["leading"] == {
        "who": "therapist", "because": "began", "times": 2, "of": 4,
    }  # fmt: skip


def test_it_counts_as_looking_back_does() -> None:
    """With a simulated maker whose phrases are far apart, whoever began is whoever the summary of the same
    take says, as far as the latest beginnings go back."""
    events = sorted(
        [e for n in range(5) for e in makers.steady(
            [(k, 1.0, 60 + 2 * k) for k in range(6)], 1, period=0.5, start=1.0 + 12.0 * n)],
        key=lambda e: e.heard,
    )  # fmt: skip
    out = outputs(events)
    hearing = Hearing()
    merged: list[tuple[float, int, Input | Output]] = [(e.heard, 0, e) for e in events]
    merged += [(getattr(o, "time", getattr(o, "at", 0.0) - 0.3), 1, o) for o in out]
    for _, kind, one in sorted(merged, key=lambda m: (m[0], m[1])):
        hearing.take_in(one if kind == 0 else None, [] if kind == 0 else [one])  # type: ignore[arg-type, list-item]
    began = beginnings(everyone(duet(events, out)))
    total = sum(began.values())
    assert 2 <= total <= BEGINNINGS
    told = hearing.told(events[-1].heard + 60.0, NONE)["leading"]
    assert told is not None
    assert (told["times"], told["of"]) == (max(began.values()), total)
