"""Intake: what helps a person and what to avoid in sound, and what follows for the playing.

Every question may be left out. What an answer changes stands in ROWS, each with the reason that is told
to the person. The bounds are our own proposals, made from published cautions for music therapy; they have
to be reviewed by clinicians (docs/sessions.md), and change nothing that nobody said of themselves.

Units as in plan.Limits; ``volume`` is the highest setting of the page's own slider, 0 to 1; minutes from
the beginning of a take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from undersong.errors import EventError
from undersong.plan import HOLD_ME, Limits, Plan

LONGEST = 1000  # letters of an answer in own words
TIMBRES = ("piano", "marimba", "drum", "kalimba", "harp", "flute", "vibraphone", "guitar")  # as in the page
YES_NO = ("yes", "no")
# The maker's own notes given back, at once or later, whole or as the beginning of an answer.
ECHOES = ("imitating", "mirroring", "reflecting", "extending", "incorporating", "dialoguing")
LEADS_ON = ("transition",)
SHORT = 20.0  # minutes
Kind = Literal["one", "many", "words"]
Answer = str | tuple[str, ...]
Said = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """``kind``: one of the answers in ``of``, any number of them, or own words."""

    id: str
    kind: Kind
    of: tuple[str, ...] = ()


QUESTIONS: tuple[Question, ...] = (
    Question("helps", "one", ("calm", "beat", "under", "answer", "alike")),
    Question("loudness", "one", ("usual", "soft", "softest")),
    Question("sounds", "many", TIMBRES),
    Question("startle", "one", YES_NO),
    Question("ears", "many", ("hurt", "ringing", "migraine", "seizures")),
    Question("racing", "one", YES_NO),
    Question("voices", "one", YES_NO),
    Question("memories", "one", YES_NO),
    Question("apart", "one", YES_NO),
    Question("age", "one", ("child", "youth", "adult")),
    # the question of a published trial's own intake; its answer changes nothing in the music
    Question("medicine", "one", ("now", "before", "never", "unsaid")),
    Question("aims", "words"),
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an answer changes; None: not that. Of several answers the tighter bound holds."""

    loudest: int | None = None
    denser: float | None = None
    polyphony: int | None = None
    adaptivity: float | None = None
    aim: str | None = None
    without: tuple[str, ...] = ()
    minutes: float | None = None
    volume: float | None = None
    muted: tuple[str, ...] = ()
    tender: bool = False  # ears for which less sound is advised
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An answer, what it changes, and why."""

    question: str
    answer: str
    effect: Effect
    because: str


# Cautions stand before likings: of two aims the first is taken.
ROWS: tuple[Row, ...] = (
    Row(
        "racing", "yes",
        Effect(denser=1.0, adaptivity=HOLD_ME, aim="contain", without=LEADS_ON, minutes=SHORT,
               advice="When everything goes fast, a short time and long, low notes are enough."),
        "You said that at times everything goes fast, so I keep my own beat, offer long tones, grow no "
        "busier than you, and come to a close after 20 minutes.",
    ),
    Row(
        "voices", "yes",
        Effect(without=ECHOES,
               advice="Undersong is a program on this computer and not a person. Please talk with your "
               "therapist or doctor before you play with it."),
        "You said that you sense things that others do not, so I never give your own tune back to you.",
    ),
    Row(
        "apart", "yes",
        Effect(aim="contain", minutes=SHORT,
               advice="If you find yourself far away: press Finish gently, put both feet on the floor, and "
               "tell somebody near you."),
        "You said that at times you are far away, so I keep something steady under you, and come to a "
        "close after 20 minutes.",
    ),
    Row(
        "ears", "seizures",
        Effect(loudest=64, denser=1.0, without=LEADS_ON, minutes=SHORT, volume=0.5, muted=("drum",),
               advice="Please ask your doctor before you play, and have somebody near you."),
        "You said that music has brought on a seizure, so I play soft and even, leave the drum out, and "
        "come to a close after 20 minutes.",
    ),
    Row(
        "ears", "hurt",
        Effect(loudest=56, polyphony=5, volume=0.4, muted=("drum",), tender=True,
               advice="Stop as soon as it hurts. Rest, or the Escape key, silences me at once."),
        "You said that ordinary sounds can hurt, so I stay soft, play few notes at once, and leave out "
        "the drum.",
    ),
    Row(
        "ears", "ringing",
        Effect(loudest=72, volume=0.5, tender=True,
               advice="If the ringing grows, stop, and give your ears a day of rest."),
        "You said that your ears ring, so I stay soft.",
    ),
    Row(
        "ears", "migraine",
        Effect(loudest=64, denser=1.0, volume=0.5, advice="Stop at the first sign of a migraine."),
        "You said that sound can bring on a migraine, so I stay soft and grow no busier than you.",
    ),
    Row(
        "startle", "yes",
        Effect(loudest=72, denser=1.0, polyphony=5),
        "You said that sudden sounds startle you, so I stay softer, play fewer notes at once, and grow no "
        "busier than you.",
    ),
    Row(
        "memories", "yes",
        Effect(without=LEADS_ON,
               advice="A sound that brings back something bad can be left out here for good. Rest, or the "
               "Escape key, silences me at once."),
        "You said that some sounds bring back something bad, so I change nothing in the music on my own.",
    ),
    Row(
        "age", "child",
        Effect(volume=0.6, tender=True, minutes=SHORT, advice="Please play with an adult beside you."),
        "You said that you are under 16, so I stay soft, and come to a close after 20 minutes.",
    ),
    Row(
        "age", "youth",
        Effect(tender=True, advice="Please play with an adult near you."),
        "You said that you are under 18, so less sound in a week is advised for your ears.",
    ),
    Row("loudness", "soft", Effect(loudest=72, volume=0.5), "You like it soft, so I play no louder."),
    Row("loudness", "softest", Effect(loudest=56, volume=0.35), "You like it very soft, so I stay so."),
    Row("helps", "calm", Effect(aim="contain"), "Long, calm tones help you, so I offer them first."),
    Row("helps", "beat", Effect(aim="enliven"), "A beat helps you, so I look for one with you."),
    Row("helps", "under", Effect(aim="accompany"), "You like something under your tune, so I play it."),
    Row("helps", "answer", Effect(aim="converse"), "You like an answer, so I answer more often."),
    Row("helps", "alike", Effect(aim="validate"), "You like to be joined, so I play in your manner."),
    *(
        Row("sounds", timbre, Effect(muted=(timbre,)), f"You would rather not hear it: no {timbre}.")
        for timbre in TIMBRES
    ),
)  # fmt: skip


def checked(given: object) -> dict[str, Answer]:
    """Answers as they may be kept, in the order of the questions; what is left empty is left out.

    Raises EventError for anything that is no answer to a question of ours.
    """
    if not isinstance(given, Mapping):
        raise EventError("Answers are told by the name of their question.")
    unknown = set(given) - {question.id for question in QUESTIONS}
    if unknown:
        raise EventError("That is an answer to none of the questions, so nothing was kept.")
    told = {question.id: _answer(question, given.get(question.id)) for question in QUESTIONS}
    return {id_: answer for id_, answer in told.items() if answer}


def _answer(question: Question, given: object) -> Answer | None:
    if given is None:
        return None
    if question.kind == "many":
        if not isinstance(given, (list, tuple)) or any(one not in question.of for one in given):
            raise EventError(f"{question.id} is answered with some of {', '.join(question.of)}.")
        return tuple(one for one in question.of if one in given)
    if question.kind == "one":
        if given not in question.of:
            raise EventError(f"{question.id} is answered with one of {', '.join(question.of)}.")
        return str(given)
    if not isinstance(given, str) or len(given) > LONGEST:
        raise EventError(f"Own words are a text of at most {LONGEST} letters.")
    return "".join(c for c in given if c.isprintable() or c in "\n\t").strip()


def limits(said: Said) -> tuple[Row, ...]:
    """What changes by these answers, and why."""
    return tuple(row for row in ROWS if _has(said.get(row.question), row.answer))


def _has(answer: Answer | None, value: str) -> bool:
    return value in answer if isinstance(answer, tuple) else answer == value


def plan(said: Said) -> Plan:
    """The plan of a session with somebody who said this."""
    effects = [row.effect for row in limits(said)]
    usual = Plan()
    bounds = Limits()
    return replace(
        usual,
        aim=next((effect.aim for effect in effects if effect.aim), None),
        adaptivity=_least(usual.adaptivity, (effect.adaptivity for effect in effects)),
        without=_all(effect.without for effect in effects),
        limits=replace(
            bounds,
            loudest=_least(bounds.loudest, (effect.loudest for effect in effects)),
            denser=_least(bounds.denser, (effect.denser for effect in effects)),
            polyphony=_least(bounds.polyphony, (effect.polyphony for effect in effects)),
        ),
    )


def page(said: Said) -> dict[str, Any]:
    """The page's own part: sounds that are left out, the highest volume, the longest take in minutes, and
    whether the ears are tender; None where there is no bound."""
    effects = [row.effect for row in limits(said)]
    return {
        "muted": list(_all(effect.muted for effect in effects)),
        "volume": min((e.volume for e in effects if e.volume is not None), default=None),
        "minutes": min((e.minutes for e in effects if e.minutes is not None), default=None),
        "tender": any(effect.tender for effect in effects),
    }


_Number = TypeVar("_Number", int, float)


def _least(usual: _Number, asked: Iterable[_Number | None]) -> _Number:
    bounds = [bound for bound in asked if bound is not None]
    return min(usual, *bounds) if bounds else usual


def _all(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))
