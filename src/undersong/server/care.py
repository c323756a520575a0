"""The house over HTTP: whether it is locked, unlocking, locking."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.errors import EventError
from undersong.server.answers import plainly, said
from undersong.server.home import Home


def house_routes(home: Home) -> list[BaseRoute]:
    """The routes of the house itself."""

    async def house(request: Request) -> Response:
        told: dict[str, object] = {"locked": home.house.locked, "protected": home.house.protected}
        if not home.house.locked:
            room = home.room
            told |= {
                "recovery": "recovery" in home.house.vault.ways,
                "practice": home.house.practice,
                "role": home.role(request),
                "person": None if room.id is None else {"id": room.id, "name": room.name},
            }
        return JSONResponse(told)

    async def unlock(request: Request) -> Response:
        words = await said(request)
        given = [words.get(name) for name in ("passphrase", "recovery")]
        if not all(one is None or isinstance(one, str) for one in given) or given == [None, None]:
            raise EventError("Please give a passphrase or a recovery key.")
        await home.unlock(*given)
        return JSONResponse({"locked": False})

    async def lock(request: Request) -> Response:
        await home.lock()
        return JSONResponse({"locked": home.house.locked})

    return [
        Route("/api/house", plainly(house), methods=["GET"]),
        Route("/api/unlock", plainly(unlock), methods=["POST"]),
        Route("/api/lock", plainly(lock), methods=["POST"]),
    ]
