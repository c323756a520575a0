"""The house over HTTP: whether it is locked, unlocking, locking, passphrase and recovery key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges.vault import Wrong, acceptable
from undersong.errors import EventError, UndersongError
from undersong.server.answers import plainly, said
from undersong.server.attempts import HERE
from undersong.server.gate import cookie_name
from undersong.server.home import Home

GIVE_ONE = "Please give a passphrase or a recovery key."
GIVE_NEW = "Please give a new passphrase."


def house_routes(home: Home, hosts: tuple[str, ...]) -> list[BaseRoute]:
    """The routes of the house itself."""

    async def house(request: Request) -> Response:
        told: dict[str, object] = {"locked": home.house.locked, "protected": home.house.protected}
        if not home.house.locked:
            room = home.room
            told |= {
                "keyring": home.keyring,
                "recovery": "recovery" in home.house.vault.ways,
                "ailing": list(home.house.ailing),
                "practice": home.house.practice,
                "role": home.role(request),
                "person": None if room.id is None else {"id": room.id, "name": room.name},
            }
        return JSONResponse(told)

    async def unlock(request: Request) -> Response:
        words = await said(request)
        passphrase, recovery = _text(words, "passphrase"), _text(words, "recovery")
        if passphrase is None and recovery is None:
            raise EventError(GIVE_ONE)
        await home.unlock(passphrase, recovery, who_asks(request))
        await _note(home, request, "unlock")
        return JSONResponse({"locked": False})

    async def lock(request: Request) -> Response:
        if home.house.protected:
            await _note(home, request, "lock")
        await home.lock()
        return JSONResponse({"locked": True})

    async def protect(request: Request) -> Response:
        words = await said(request)
        passphrase = _text(words, "passphrase")
        if passphrase is None:
            raise EventError(GIVE_NEW)
        recovery, keyring = await home.protect(passphrase, words.get("keyring") is True)
        await _note(home, request, "lock with a passphrase")
        return JSONResponse({"recovery": recovery, "keyring": keyring})

    async def change(request: Request) -> Response:
        words = await said(request)
        old, recovery, new = (_text(words, name) for name in ("old", "recovery", "passphrase"))
        if new is None:
            raise EventError(GIVE_NEW)
        if old is None and recovery is None:
            raise EventError(GIVE_ONE)
        acceptable(new)

        def changed() -> bool:
            try:
                home.house.change(new, old=old, recovery=recovery)
            except Wrong:
                return False
            return True

        await home.attempts.ask(changed, who_asks(request))
        home.keys.forget_others(request.cookies.get(cookie_name(hosts), ""))
        await _note(home, request, "change passphrase")
        return JSONResponse({"changed": True})

    async def new_recovery(request: Request) -> Response:
        # for whoever knows the passphrase: it would open everything for ever
        passphrase = _text(await said(request), "passphrase")
        if passphrase is None:
            raise EventError(GIVE_ONE)
        await home.attempts.ask(partial(home.house.knows, passphrase), who_asks(request))
        recovery = await asyncio.to_thread(home.house.new_recovery)
        await _note(home, request, "make recovery key")
        return JSONResponse({"recovery": recovery})

    return [
        Route("/api/house", plainly(house), methods=["GET"]),
        Route("/api/unlock", plainly(unlock), methods=["POST"]),
        Route("/api/lock", plainly(lock), methods=["POST"]),
        Route("/api/protect", plainly(protect), methods=["POST"]),
        Route("/api/protect", plainly(change), methods=["PUT"]),
        Route("/api/recovery", plainly(new_recovery), methods=["POST"]),
    ]


def who_asks(request: Request) -> str:
    """The address of the machine that a request comes from."""
    return HERE if request.client is None else request.client.host


async def _note(home: Home, request: Request, what: str) -> None:
    """Write into the audit what was done with the house; by whom, their page tells. An audit that cannot
    be written keeps nobody from locking."""
    with suppress(UndersongError):
        await asyncio.to_thread(home.house.note, home.role(request), what, datetime.now(UTC))


def _text(words: Mapping[str, Any], name: str) -> str | None:
    given = words.get(name)
    if given is not None and not isinstance(given, str):
        raise EventError(GIVE_ONE)
    return given
