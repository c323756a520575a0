"""Questionnaires over HTTP: what may be asked here, drafts, answers, and whom a person would call.

Where an answer calls for help, no total is told before the page has said that help was shown (``helped``).
Without a living consent to keep nothing is written: a form is counted, and that is all.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges.answers import Answers, Person
from undersong.edges.outside import Outside
from undersong.edges.shares import Shares
from undersong.errors import EventError, UsageError
from undersong.measuring.course import Answered, course
from undersong.measuring.instruments import INSTRUMENTS, instrument
from undersong.measuring.questionnaire import (
    LOOK_AT_THE_ANSWERS,
    NO_FINDING,
    Instrument,
    Points,
    calls_for_help,
    check_begun,
    score,
)
from undersong.server.answers import plainly, said
from undersong.server.home import Home

NOBODY_TO_TELL = (
    "{name} also asks about thoughts of being better off dead or of hurting oneself. It is asked where "
    "somebody can be told: please name whom you would call, or take the PHQ-8."
)


def measure_routes(home: Home) -> list[BaseRoute]:
    """The routes of questionnaires and of whom to call."""

    def answers() -> Answers:
        return Answers(home.room.record)

    def kept() -> bool:
        return home.room.record.consent("keep") is not None

    def told() -> bool:
        """Whether there is somebody to be told: of a client the therapist, else who was named."""
        return home.room.id is not None or answers().person is not None

    def asked(request: Request) -> Instrument:
        one = instrument(request.path_params["id"])
        if _watched(one) and not told():
            raise EventError(NOBODY_TO_TELL.format(name=one.name))
        return one

    def listed() -> dict[str, object]:
        own, person = answers(), answers().person
        forms = []
        for one in INSTRUMENTS:
            given, draft = own.forms(one), own.draft(one)
            forms.append(
                {
                    **_shown(one),
                    "offered": not _watched(one) or told(),
                    "draft": None if draft is None else len(draft.points),
                    "last": given[-1].given if given else None,
                }
            )
        return {"kept": kept(), "person": _named(person), "measures": forms}

    def found(one: Instrument, points: Points, helped: bool) -> dict[str, object]:
        if calls_for_help(one, points) and not helped:
            return {"help": True}
        scored = score(one, points)
        before = answers().forms(one)
        id_ = answers().keep(one, points, datetime.now(UTC)) if kept() else None
        now = Answered(id_ or "", "", points)
        lines = course(one, (*before, now))
        compared = [form for form in before if score(one, form.points).total is not None]
        return {
            "help": scored.help,
            "unsaid": one.help_item in scored.missing,  # the item that is watched was left out
            "kept": id_,
            "total": scored.total,
            "band": scored.band,
            "because": scored.because,
            "look": None if one.worded else LOOK_AT_THE_ANSWERS,
            "is": NO_FINDING,
            "lines": [{**asdict(line), "steps": [asdict(line.steps[-1])]} for line in lines],
            "last": compared[-1].given if compared else None,
            "change": None if one.change is None else asdict(one.change),
        }

    def forms_of(one: Instrument, therapist: bool) -> tuple[Answered, ...]:
        """One's own are all that was kept; a therapist sees what is shared, here or from elsewhere."""
        forms = answers().forms(one)
        if not therapist:
            return forms
        shared = Shares(home.room.record).items("answer")
        came = Outside(home.room).came()
        given = () if came is None else came.answers
        outside = (Answered(a.id, a.given, a.points) for a in given if a.instrument == one.id)
        seen = (*(form for form in forms if form.id in shared), *outside)
        return tuple(sorted({form.id: form for form in seen}.values(), key=lambda form: form.given))

    def over_time(therapist: bool) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for one in INSTRUMENTS:
            if forms := forms_of(one, therapist):
                found.append(
                    {
                        "id": one.id,
                        "name": one.name,
                        "better": one.better,
                        "change": None if one.change is None else asdict(one.change),
                        "lines": [asdict(line) for line in course(one, forms)],
                        "forms": [
                            {**asdict(form), "help": calls_for_help(one, form.points)} for form in forms
                        ],
                    }
                )
        return found

    async def measures(request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(listed))

    async def weeks(request: Request) -> Response:
        therapist = home.role(request) == "therapist"
        return JSONResponse({"measures": await asyncio.to_thread(over_time, therapist)})

    async def answer(request: Request) -> Response:
        words = await said(request)
        one = await asyncio.to_thread(asked, request)
        points = _points(one, words.get("points"))
        if len(points) != len(one.items):
            raise EventError(f"{one.name} has {len(one.items)} answers, and {len(points)} came.")
        return JSONResponse(await asyncio.to_thread(found, one, points, words.get("helped") is True))

    async def draft(request: Request) -> Response:
        one = await asyncio.to_thread(asked, request)
        begun = await asyncio.to_thread(answers().draft, one)
        if begun is None:
            return JSONResponse({"help": False, "points": None, "changed": None})
        return JSONResponse({"help": calls_for_help(one, begun.points), **asdict(begun)})

    async def put_draft(request: Request) -> Response:
        words = await said(request)
        one = await asyncio.to_thread(asked, request)
        points = _points(one, words.get("points"))
        await asyncio.to_thread(answers().put_draft, one, points, datetime.now(UTC))
        return JSONResponse({"help": calls_for_help(one, points)})

    async def drop_draft(request: Request) -> Response:
        await asyncio.to_thread(answers().drop_draft, instrument(request.path_params["id"]))
        return JSONResponse({"erased": True})

    async def erase(request: Request) -> Response:
        await asyncio.to_thread(answers().erase, request.path_params["answer"])
        return JSONResponse({"erased": True})

    async def safety(request: Request) -> Response:
        return JSONResponse({"person": await asyncio.to_thread(lambda: _named(answers().person))})

    async def name_person(request: Request) -> Response:
        words = await said(request)
        person = await asyncio.to_thread(answers().name_person, words.get("name"), words.get("number"))
        return JSONResponse({"person": _named(person)})

    async def forget_person(request: Request) -> Response:
        await asyncio.to_thread(answers().forget_person)
        return JSONResponse({"person": None})

    one = "/api/measures/{id}"
    return [
        Route("/api/measures", plainly(measures), methods=["GET"]),
        Route("/api/measures/course", plainly(weeks), methods=["GET"]),
        Route("/api/measures/given/{answer}", plainly(erase), methods=["DELETE"]),
        Route(one, plainly(answer), methods=["POST"]),
        Route(f"{one}/draft", plainly(draft), methods=["GET"]),
        Route(f"{one}/draft", plainly(put_draft), methods=["PUT"]),
        Route(f"{one}/draft", plainly(drop_draft), methods=["DELETE"]),
        Route("/api/safety", plainly(safety), methods=["GET"]),
        Route("/api/safety", plainly(name_person), methods=["PUT"]),
        Route("/api/safety", plainly(forget_person), methods=["DELETE"]),
    ]


def _watched(one: Instrument) -> bool:
    """Whether it is asked only where somebody can be told. A form on paper is answered already."""
    return one.worded and one.help_item is not None


def _shown(one: Instrument) -> dict[str, object]:
    low, high = one.range
    return {
        "id": one.id, "name": one.name, "title": one.title, "asks": one.asks, "stem": one.stem,
        "items": [item.text for item in one.items], "answers": one.answers, "points": one.points,
        "lowest": low, "highest": high, "better": one.better, "help_item": one.help_item,
        "source": one.source, "licence": one.licence,
    }  # fmt: skip


def _named(person: Person | None) -> dict[str, str] | None:
    return None if person is None else asdict(person)


def _points(one: Instrument, given: object) -> Points:
    """Points as they came. Raises EventError for what is none of this form."""
    if not isinstance(given, list) or not all(point is None or type(point) is int for point in given):
        raise EventError("Answers are whole numbers, in the form's order, null where one was left out.")
    try:
        check_begun(one, given)
    except UsageError as error:
        raise EventError(str(error)) from error
    return tuple(given)
