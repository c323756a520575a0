"""Intake over HTTP: the questions, what was answered, and what follows from it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.caring.intake import QUESTIONS, checked, limits, page
from undersong.edges import intake
from undersong.edges.house import Place
from undersong.server.answers import plainly, said
from undersong.server.home import Home


def intake_routes(home: Home) -> list[BaseRoute]:
    """The routes under /api/intake."""

    def noted(request: Request, what: str) -> Place:
        if home.role(request) == "therapist":
            home.house.note("therapist", what, datetime.now(UTC), home.room.id)
        return home.room

    def told(place: Place) -> dict[str, Any]:
        answers = intake.read(place.record)
        changes = [
            {
                "question": row.question,
                "answer": row.answer,
                "because": row.because,
                "advice": row.effect.advice,
            }
            for row in limits(answers)
        ]
        questions = [{"id": one.id, "kind": one.kind, "of": one.of} for one in QUESTIONS]
        return {"questions": questions, "said": answers, "changes": changes, "page": page(answers)}

    async def asked(request: Request) -> Response:
        place = await asyncio.to_thread(noted, request, "read intake")
        return JSONResponse(await asyncio.to_thread(told, place))

    async def answered(request: Request) -> Response:
        answers = checked((await said(request)).get("said"))
        place = await asyncio.to_thread(noted, request, "wrote intake")
        await asyncio.to_thread(intake.write, place.record, answers, datetime.now(UTC))
        return JSONResponse(await asyncio.to_thread(told, place))

    return [
        Route("/api/intake", plainly(asked), methods=["GET"]),
        Route("/api/intake", plainly(answered), methods=["PUT"]),
    ]
