"""What a person adds to a take, over HTTP: how they came and left, its name, notes in words or spoken,
fragments, ratings."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges.about import LARGEST_VOICE, TOO_LONG, About
from undersong.reflecting.words import shown_fragment, shown_note, shown_rating, shown_sign
from undersong.server.answers import Handler, body, plainly, said, seconds
from undersong.server.home import Home

JSON_TYPES = ("", "application/json", "text/json")


def word_routes(home: Home) -> list[BaseRoute]:
    """The routes under /api/takes/ID that add to a take, or take back what was added."""

    def about(request: Request) -> About:
        return home.takes(request).about(request.path_params["id"])

    async def name(request: Request) -> Response:
        wanted = (await said(request)).get("name")
        return JSONResponse({"name": await asyncio.to_thread(about(request).rename, wanted)})

    def sign(when: Literal["arrived", "left"]) -> Handler:
        async def told(request: Request) -> Response:
            words = await said(request)
            made = await asyncio.to_thread(
                about(request).sign, when, words.get("word"), words.get("colour")
            )
            return JSONResponse({when: shown_sign(made)})

        return told

    async def note(request: Request) -> Response:
        now = datetime.now(UTC)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in JSON_TYPES:
            words = await said(request)
            made = await asyncio.to_thread(about(request).write, words.get("at"), words.get("text"), now)
        else:
            sound = await body(request, LARGEST_VOICE, TOO_LONG)
            at = seconds(request, "at")
            made = await asyncio.to_thread(about(request).speak, at, sound, now)
        return JSONResponse(shown_note(made), 201)

    async def forget(request: Request) -> Response:
        await asyncio.to_thread(about(request).forget, request.path_params["note"])
        return JSONResponse({"erased": True})

    async def voice(request: Request) -> Response:
        data, kind = await asyncio.to_thread(about(request).voice, request.path_params["note"])
        return Response(data, media_type=kind)

    async def mark(request: Request) -> Response:
        words = await said(request)
        made = await asyncio.to_thread(
            about(request).mark, words.get("from"), words.get("to"), words.get("name")
        )
        return JSONResponse(shown_fragment(made), 201)

    async def unmark(request: Request) -> Response:
        await asyncio.to_thread(about(request).unmark, request.path_params["fragment"])
        return JSONResponse({"erased": True})

    async def rate(request: Request) -> Response:
        words = await said(request)
        made = await asyncio.to_thread(
            about(request).rate,
            *(words.get(name) for name in ("at", "by", "autonomy", "variability")),
        )
        return JSONResponse(shown_rating(made))

    take = "/api/takes/{id}"
    return [
        Route(f"{take}/arrived", plainly(sign("arrived")), methods=["PUT"]),
        Route(f"{take}/left", plainly(sign("left")), methods=["PUT"]),
        Route(f"{take}/name", plainly(name), methods=["PUT"]),
        Route(f"{take}/notes", plainly(note), methods=["POST"]),
        Route(f"{take}/notes/{{note}}", plainly(forget), methods=["DELETE"]),
        Route(f"{take}/notes/{{note}}/voice", plainly(voice), methods=["GET"]),
        Route(f"{take}/fragments", plainly(mark), methods=["POST"]),
        Route(f"{take}/fragments/{{fragment}}", plainly(unmark), methods=["DELETE"]),
        Route(f"{take}/ratings", plainly(rate), methods=["PUT"]),
    ]
