"""A therapist's marks over HTTP. Who is told of them, and may change them, stands in caring.roles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges.marks import Marks
from undersong.server.answers import plainly, said
from undersong.server.stage import Stage


def mark_routes(stage: Callable[[], Stage]) -> list[BaseRoute]:
    """The routes under /api/takes/ID/marks."""

    def marks(request: Request) -> Marks:
        return stage().takes.marks(request.path_params["id"])

    async def all_(request: Request) -> Response:
        found = await asyncio.to_thread(marks(request).read)
        return JSONResponse({"marks": [mark.shown for mark in found]})

    async def add(request: Request) -> Response:
        words = await said(request)
        made = await asyncio.to_thread(
            marks(request).add, words.get("at"), words.get("text"), datetime.now(UTC)
        )
        return JSONResponse(made.shown, 201)

    async def note(request: Request) -> Response:
        text = (await said(request)).get("text")
        made = await asyncio.to_thread(marks(request).note, request.path_params["mark"], text)
        return JSONResponse(made.shown)

    async def erase(request: Request) -> Response:
        await asyncio.to_thread(marks(request).erase, request.path_params["mark"])
        return JSONResponse({"erased": True})

    every, one = "/api/takes/{id}/marks", "/api/takes/{id}/marks/{mark}"
    return [
        Route(every, plainly(all_), methods=["GET"]),
        Route(every, plainly(add), methods=["POST"]),
        Route(one, plainly(note), methods=["PUT"]),
        Route(one, plainly(erase), methods=["DELETE"]),
    ]
