"""The takes over HTTP: list, hear again, keep, let go, take away. All JSON but the files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges import files
from undersong.edges.takes import LOG, Kept, export_midi
from undersong.errors import EventError, UndersongError
from undersong.notes import Tone
from undersong.reflecting.duet import PartnerTone, duet
from undersong.server.stage import Stage

Handler = Callable[[Request], Awaitable[Response]]


def take_routes(stage: Callable[[], Stage]) -> list[BaseRoute]:
    """The routes under /api/takes."""

    async def listed(request: Request) -> Response:
        takes, faults = await asyncio.to_thread(stage().takes.all)
        live = stage().live
        shown = [take.summary for take in takes if take.notes and not (live and live.id == take.id)]
        return JSONResponse({"takes": shown, "faults": faults})

    async def heard_again(request: Request) -> Response:
        take = await asyncio.to_thread(stage().takes.get, request.path_params["id"])
        return JSONResponse({**take.summary, "sounds": await asyncio.to_thread(sounds, take)})

    async def kept(request: Request) -> Response:
        await stage().answered(request.path_params["id"], keep=True)
        return JSONResponse({"kept": True})

    async def let_go(request: Request) -> Response:
        await stage().answered(request.path_params["id"], keep=False)
        return JSONResponse({"erased": True})

    async def log(request: Request) -> Response:
        folder = stage().takes.folder(request.path_params["id"])
        data = await asyncio.to_thread(files.read_log, folder / LOG)
        return _file(data, "application/jsonl", f"undersong-{folder.name}.jsonl")

    async def midi(request: Request) -> Response:
        take = await asyncio.to_thread(stage().takes.get, request.path_params["id"])
        data = await asyncio.to_thread(export_midi, take.log)
        return _file(data, "audio/midi", f"undersong-{take.id}.mid")

    return [
        Route("/api/takes", _plainly(listed), methods=["GET"]),
        Route("/api/takes/{id}", _plainly(heard_again), methods=["GET"]),
        Route("/api/takes/{id}", _plainly(let_go), methods=["DELETE"]),
        Route("/api/takes/{id}/keep", _plainly(kept), methods=["POST"]),
        Route("/api/takes/{id}/log.jsonl", _plainly(log), methods=["GET"]),
        Route("/api/takes/{id}/duet.mid", _plainly(midi), methods=["GET"]),
    ]


def sounds(take: Kept) -> list[dict[str, Any]]:
    """Everything that sounded in a take, by onset: who, voice, pitch or null, velocity, from, to."""
    made = duet(take.log.inputs, take.log.outputs)
    makers = [{"who": "maker", "voice": None, **_sound(tone)} for tone in made.tones()]
    partner = [{"who": "partner", "voice": tone.voice, **_sound(tone)} for tone in made.partner]
    return sorted([*makers, *partner], key=lambda sound: sound["from"])


def _sound(tone: Tone | PartnerTone) -> dict[str, Any]:
    return {"pitch": tone.pitch, "velocity": tone.velocity, "from": tone.onset, "to": tone.offset}


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _plainly(handler: Handler) -> Handler:
    """A fault of the request becomes a status and one sentence."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except EventError as error:
            return JSONResponse({"error": str(error)}, 422)
        except UndersongError as error:
            return JSONResponse({"error": str(error)}, 404)

    return answer
