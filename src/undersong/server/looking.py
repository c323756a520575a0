"""Looking back over HTTP: a take laid out whole, its report, its fragments as notation, the course."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges import looking
from undersong.server.answers import plainly
from undersong.server.stage import Stage


def looking_routes(stage: Callable[[], Stage]) -> list[BaseRoute]:
    """The routes that look back. All is computed in a thread: a duet that is played meanwhile goes on."""

    async def review(request: Request) -> Response:
        def looked() -> bytes:
            take = stage().takes.get(request.path_params["id"])
            return bytes(JSONResponse(looking.review(take)).body)  # made into text in the thread, too

        return Response(await asyncio.to_thread(looked), media_type="application/json")

    take = "/api/takes/{id}"
    return [Route(f"{take}/review", plainly(review), methods=["GET"])]
