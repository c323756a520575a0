"""The home: what is open of a house just now, and who is in the room.

While the house is locked there is no stage, so nothing can be played, read or written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.caring.roles import WHILE_LOCKED, Role, may
from undersong.edges.disk import Disk
from undersong.edges.house import LOCKED, House, Locked, Place
from undersong.errors import EventError
from undersong.server.answers import LOCKED_STATUS
from undersong.server.keys import Keys
from undersong.server.stage import Stage

TAB = "x-undersong-tab"  # the header with a tab's own token
NOT_YOURS = "This is not for everybody at this machine, so it was refused."


class Home:
    """A house with its stage, while a server runs."""

    def __init__(self, house: House, keys: Keys) -> None:
        self.house = house
        self.keys = keys
        self._stage: Stage | None = None
        self._disk: Disk | None = None
        self._turn = asyncio.Lock()  # one opening, closing or changing of rooms at a time

    @property
    def stage(self) -> Stage:
        """Where whoever is in the room plays. Raises Locked while the house is."""
        if self._stage is None:
            raise Locked(LOCKED)
        return self._stage

    @property
    def room(self) -> Place:
        """The place of whoever is in the room. Raises Locked while the house is."""
        return self.stage.place

    def role(self, asking: HTTPConnection) -> Role:
        """As whom somebody asks."""
        if self.house.locked or not self.house.practice:
            return "solo"
        return "therapist" if self.keys.is_therapist(asking.headers.get(TAB, "")) else "client"

    def may_steer(self, tab: str) -> bool:
        """Whether the page of this tab token may sit beside the maker: at a machine of one person's whoever
        was let in, in a practice the therapist alone."""
        return self.keys.is_therapist(tab) if self.house.practice else self.keys.knows_tab(tab)

    async def begin(self) -> None:
        """The server has started."""
        self._disk = Disk(asyncio.get_running_loop().call_soon_threadsafe)
        await asyncio.to_thread(int)  # threads are there before anybody needs one
        if not self.house.locked:
            await self._open(None)

    async def end(self) -> None:
        """The server stops: what happened is on the disk afterwards."""
        async with self._turn:
            await self._close()
            self.house.close()
            if self._disk is not None:
                self._disk.close()

    async def unlock(self, passphrase: str | None, recovery: str | None) -> None:
        """Open a locked house. Raises Wrong where that opens nothing."""
        async with self._turn:
            await asyncio.to_thread(partial(self.house.unlock, passphrase, recovery))
            if self._stage is None:
                await self._open(None)

    async def lock(self) -> None:
        """End what is open, and forget every key. Raises EventError where there is none to be forgotten."""
        if not self.house.protected:
            raise EventError("There is no passphrase yet, so this cannot be locked.")
        async with self._turn:
            await self._close()
            self.keys.forget_therapists()
            self.house.lock()

    async def enter(self, person: str | None) -> None:
        """Somebody comes into the room (None: only the owner is there); a take that is open ends."""
        async with self._turn:
            self.house.place(person)  # somebody whom nobody knows changes nothing
            await self._close()
            await self._open(person)

    async def _open(self, person: str | None) -> None:
        assert self._disk is not None  # begun
        await asyncio.to_thread(self.house.sweep, datetime.now(UTC))
        self._stage = Stage(self.house.place(person), self._disk, self._note)
        self._stage.open()

    def _note(self, what: str) -> None:
        """What whoever is in the room did."""
        role: Role = "client" if self.house.practice else "solo"
        self.house.note(role, what, datetime.now(UTC), self.room.id)

    async def _close(self) -> None:
        stage, self._stage = self._stage, None
        if stage is not None:
            await stage.close()

    def guarded(self, routes: Sequence[BaseRoute]) -> list[BaseRoute]:
        """The routes, each only for those who may use it, and while the house is open."""
        return [self._guarded(route) if isinstance(route, Route) else route for route in routes]

    def _guarded(self, route: Route) -> Route:
        answer: Callable[..., object] = route.endpoint

        async def asked(request: Request) -> Response:
            if self.house.locked and route.path not in WHILE_LOCKED:
                return JSONResponse({"error": LOCKED}, LOCKED_STATUS)
            if not may(self.role(request), request.method, route.path):
                return JSONResponse({"error": NOT_YOURS}, 403)
            response = await answer(request)  # type: ignore[misc]  # every one of ours is a coroutine
            assert isinstance(response, Response)
            return response

        return Route(route.path, asked, methods=list(route.methods or ()), name=route.name)
