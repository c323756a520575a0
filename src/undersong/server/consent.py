"""Consent over HTTP: to what whoever is in the room said yes; saying it; taking it back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.caring.consent import KINDS, Kind, current
from undersong.errors import EventError, UsageError
from undersong.server.answers import plainly, said
from undersong.server.stage import Stage


def consent_routes(stage: Callable[[], Stage]) -> list[BaseRoute]:
    """The routes under /api/consents."""

    def all_of_them() -> dict[str, object]:
        """The latest living yes of each kind, also one to words that have changed since."""
        living = {one.kind: one for one in stage().place.record.consents() if one.withdrawn is None}
        return {
            kind: {
                "given": living[kind].given if kind in living else None,
                "version": living[kind].version if kind in living else None,
                "current": current(kind),
            }
            for kind in KINDS
        }

    async def consents(request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(all_of_them))

    async def change(request: Request) -> Response:
        kind = _kind(request.path_params["kind"])
        given = (await said(request)).get("given")
        if not isinstance(given, bool):
            raise EventError("Please say with given, true or false, whether it is a yes.")
        await (stage().agree(kind) if given else stage().withdraw(kind))
        return JSONResponse(await asyncio.to_thread(all_of_them))

    return [
        Route("/api/consents", plainly(consents), methods=["GET"]),
        Route("/api/consents/{kind}", plainly(change), methods=["PUT"]),
    ]


def _kind(given: str) -> Kind:
    for kind in KINDS:
        if kind == given:
            return kind
    raise UsageError(f"There is no such thing to agree to; there are {', '.join(KINDS)}.")
