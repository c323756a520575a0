"""The takes over HTTP: list, hear again, keep, let go, hide, take away. All JSON but the files."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges.export import duet_midi
from undersong.edges.looking import chose, sounds
from undersong.edges.shares import Shares
from undersong.reflecting.duet import duet
from undersong.server.answers import Handler, as_json, download, plainly
from undersong.server.home import Home
from undersong.server.stage import Answer


def take_routes(home: Home) -> list[BaseRoute]:
    """The routes under /api/takes that list takes, answer for them and give their plain files."""

    async def listed(request: Request) -> Response:
        live = home.stage.live

        def found() -> tuple[list[dict[str, Any]], list[str]]:
            shared = Shares(home.room.record).items("take")
            takes: list[dict[str, Any]] = []
            faults: list[str] = []
            for number, source in enumerate(home.sources(request)):
                some, wrong = source.all()
                takes += [
                    {**take.summary, "shared": take.id in shared, "outside": number > 0}
                    for take in some
                    if take.notes and not (live and live.id == take.id)
                ]
                faults += wrong
            return sorted(takes, key=lambda take: str(take["id"])), faults

        takes, faults = await asyncio.to_thread(found)
        return JSONResponse({"takes": takes, "faults": faults})

    async def heard_again(request: Request) -> Response:
        def found() -> bytes:
            take = home.takes(request).get(request.path_params["id"])
            made = duet(take.log.inputs, take.log.outputs)
            told = {**take.summary, "sounds": sounds(take.log), "chose": chose(made)}
            return as_json(told)

        return Response(await asyncio.to_thread(found), media_type="application/json")

    def answered(answer: Answer, told: str) -> Handler:
        async def respond(request: Request) -> Response:
            await home.stage.answered(request.path_params["id"], answer)
            return JSONResponse({told: True})

        return respond

    async def log(request: Request) -> Response:
        id_ = request.path_params["id"]
        data = await asyncio.to_thread(home.takes(request).log, id_)
        return download(data, "application/jsonl", f"undersong-{id_}.jsonl")

    async def midi(request: Request) -> Response:
        take = await asyncio.to_thread(home.takes(request).get, request.path_params["id"])
        data = await asyncio.to_thread(duet_midi, take.log)
        return download(data, "audio/midi", f"undersong-{take.id}.mid")

    return [
        Route("/api/takes", plainly(listed), methods=["GET"]),
        Route("/api/takes/{id}", plainly(heard_again), methods=["GET"]),
        Route("/api/takes/{id}", plainly(answered("erase", "erased")), methods=["DELETE"]),
        Route("/api/takes/{id}/keep", plainly(answered("keep", "kept")), methods=["POST"]),
        Route("/api/takes/{id}/hide", plainly(answered("hide", "hidden")), methods=["POST"]),
        Route("/api/takes/{id}/log.jsonl", plainly(log), methods=["GET"]),
        Route("/api/takes/{id}/duet.mid", plainly(midi), methods=["GET"]),
    ]
