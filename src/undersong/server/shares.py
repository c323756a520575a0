"""Sharing over HTTP: item by item with the therapist here, and as a sealed file with one elsewhere."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges import giving, outside, sharing
from undersong.edges.shares import THE_INTAKE, Kind, Shares
from undersong.errors import EventError, UndersongError, UsageError
from undersong.server.answers import Handler, body, download, plainly, said
from undersong.server.home import Home


def share_routes(home: Home) -> list[BaseRoute]:
    """The routes under which something is shared, or is no longer."""

    async def shared(request: Request) -> Response:
        def found() -> dict[str, Any]:
            shares = Shares(home.room.record)
            return {
                "takes": sorted(shares.items("take")),
                "answers": sorted(shares.items("answer")),
                "intake": THE_INTAKE in shares.items("intake"),
            }

        return JSONResponse(await asyncio.to_thread(found))

    def changed(kind: Kind) -> Handler:
        async def change(request: Request) -> Response:
            wanted = (await said(request)).get("shared")
            if not isinstance(wanted, bool):
                raise EventError("Please say whether it is shared: true or false.")
            item = THE_INTAKE if kind == "intake" else str(request.path_params["id"])
            role, place, now = home.role(request), home.room, datetime.now(UTC)

            def done() -> None:
                shares = Shares(place.record)
                if wanted:
                    _check(home, kind, item)
                if wanted:
                    home.house.note(role, "share", now, place.id, f"{kind} {item}")
                    shares.share(kind, item, now)
                    return
                shares.take_back(kind, item)
                with suppress(UndersongError):  # an audit that cannot be written keeps nothing shared
                    home.house.note(role, "share no more", now, place.id, f"{kind} {item}")

            await asyncio.to_thread(done)
            return JSONResponse({"shared": wanted})

        return change

    # --- with a therapist elsewhere ---------------------------------------------------------------

    async def given(request: Request) -> Response:
        found = await asyncio.to_thread(giving.given, home.room)
        told = [
            {
                "to": one.recipient,
                "name": one.name,
                "at": one.at,
                "items": [list(item) for item in one.items],
            }
            for one in found
        ]
        return JSONResponse({"given": told})

    async def give(request: Request) -> Response:
        words = await said(request)
        takes, answers = (_ids(words.get(name)) for name in ("takes", "measures"))
        place, now = home.room, datetime.now(UTC)

        def made() -> bytes:
            data = giving.give(place, words.get("to"), takes, answers, words.get("name"), now)
            for kind, items in (("take", takes), ("answer", answers)):
                for item in items:
                    home.house.note("solo", "give as a file", now, place.id, f"{kind} {item}")
            return data

        data = await asyncio.to_thread(made)
        return download(data, "application/octet-stream", f"undersong-shared-{now:%Y-%m-%d}.sealed")

    async def practice(request: Request) -> Response:
        return JSONResponse({"recipient": await asyncio.to_thread(outside.address, home.house)})

    async def came(request: Request) -> Response:
        return JSONResponse(_told(await asyncio.to_thread(outside.Outside(home.room).came)))

    async def take_in(request: Request) -> Response:
        place = home.room
        data = await body(request, sharing.LARGEST, sharing.TOO_LARGE)
        found = await asyncio.to_thread(outside.take_in, home.house, place, data, datetime.now(UTC))
        return JSONResponse(_told(found), 201)

    async def let_go(request: Request) -> Response:
        await asyncio.to_thread(outside.Outside(home.room).let_go)
        return JSONResponse({"erased": True})

    return [
        Route("/api/shared", plainly(shared), methods=["GET"]),
        Route("/api/takes/{id}/shared", plainly(changed("take")), methods=["PUT"]),
        Route("/api/answers/{id}/shared", plainly(changed("answer")), methods=["PUT"]),
        Route("/api/intake/shared", plainly(changed("intake")), methods=["PUT"]),
        Route("/api/given", plainly(given), methods=["GET"]),
        Route("/api/share", plainly(give), methods=["POST"]),
        Route("/api/practice", plainly(practice), methods=["GET"]),
        Route("/api/share/in", plainly(came), methods=["GET"]),
        Route("/api/share/in", plainly(take_in), methods=["POST"]),
        Route("/api/share/in", plainly(let_go), methods=["DELETE"]),
    ]


def _check(home: Home, kind: Kind, item: str) -> None:
    """Raises UsageError where there is no such item, EventError for a take that is not kept."""
    place = home.room
    if kind == "take" and not place.takes.get(item).kept:
        raise EventError("Please keep this session first; then it can be shared.")
    if kind == "answer" and place.record.one("SELECT 1 FROM answers WHERE id = ?", (item,)) is None:
        raise UsageError("There is no such questionnaire (any more).")


def _ids(given: object) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given) or len(given) > 1000:
        raise EventError("Please name what is to be shared by its id.")
    return list(given)


def _told(came: outside.Came | None) -> dict[str, Any]:
    if came is None:
        return {"came": None}
    answers = [{"id": one.id, "instrument": one.instrument, "given": one.given} for one in came.answers]
    told = {"name": came.name, "number": came.number, "at": came.at, "takes": list(came.takes)}
    return {"came": {**told, "answers": answers}}
