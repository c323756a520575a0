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

from undersong.caring.roles import WHILE_LOCKED, Role, may, of_the_room, told
from undersong.edges.clock import seconds_up
from undersong.edges.disk import Disk
from undersong.edges.house import LOCKED, House, Locked, Place
from undersong.edges.outside import READ_ONLY
from undersong.edges.shares import THE_INTAKE, Shares
from undersong.edges.shown import shown_of, with_take
from undersong.edges.takes import Takes
from undersong.errors import EventError, UndersongError
from undersong.server.answers import LOCKED_STATUS
from undersong.server.gate import SAFE
from undersong.server.keys import Keys
from undersong.server.stage import MOVED, Stage

TAB = "x-undersong-tab"  # the header with a tab's own token
NOT_YOURS = "This is not for everybody at this machine, so it was refused."
NOBODY = "Nobody is in the room. The therapist says on their own page who is."
NOT_SHARED = "This is not shared with you."
INTAKE = "/api/intake"
MOVED_STATUS = 409
ELSEWHERE = "Somebody else may be in the room by now, so nothing was changed. Please load the page again."


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
        return self.role_of(asking.headers.get(TAB, ""))

    def role_of(self, tab: str) -> Role:
        """As whom the page of a tab token asks."""
        if self.house.locked:
            return "nobody"
        empty = self.room.id is None
        if self.keys.is_therapist(tab):
            return "alone" if empty else "therapist"
        if not self.house.practice:
            return "solo"
        return "nobody" if empty else "client"

    def sources(self, asking: HTTPConnection) -> tuple[Takes, ...]:
        """The takes that somebody may see: one's own; of another those that are shared, and behind them
        those that came from elsewhere."""
        return shown_of(self.room) if self.role(asking) == "therapist" else (self.room.takes,)

    def takes(self, asking: Request) -> Takes:
        """Of those the ones with the take that the address names. Raises UsageError where none has it,
        EventError where it is to be changed and came from elsewhere."""
        sources = self.sources(asking)
        if len(sources) == 1:
            return sources[0]
        found = with_take(sources, asking.path_params["id"])
        if found is not sources[0] and asking.method not in SAFE:
            raise EventError(READ_ONLY)
        return found

    async def settled(self) -> None:
        """While somebody comes or goes there is nobody to ask for: wait until they have."""
        if self._stage is None and not self.house.locked:
            async with self._turn:
                pass

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
            await self._close(MOVED)
            self.keys.forget_tabs()
            await self._open(person)

    async def _open(self, person: str | None) -> None:
        assert self._disk is not None  # begun
        await asyncio.to_thread(self.house.sweep, datetime.now(UTC), seconds_up())
        self._stage = Stage(self.house.place(person), self._disk, self._note)
        self._stage.open()

    def _note(self, what: str) -> None:
        """What whoever is in the room did."""
        role: Role = "client" if self.room.id is not None else "alone" if self.house.practice else "solo"
        self.house.note(role, what, datetime.now(UTC), self.room.id)

    async def _close(self, code: int | None = None) -> None:
        stage, self._stage = self._stage, None
        if stage is not None:
            await stage.close(code)

    def guarded(self, routes: Sequence[BaseRoute]) -> list[BaseRoute]:
        """The routes, each only for those who may use it, and while the house is open."""
        return [self._guarded(route) if isinstance(route, Route) else route for route in routes]

    def _guarded(self, route: Route) -> Route:
        answer: Callable[..., object] = route.endpoint

        async def asked(request: Request) -> Response:
            await self.settled()
            if self.house.locked and route.path not in WHILE_LOCKED:
                return JSONResponse({"error": LOCKED}, LOCKED_STATUS)
            role = self.role(request)
            if not may(role, request.method, route.path):
                return JSONResponse({"error": NOBODY if role == "nobody" else NOT_YOURS}, 403)
            if of_the_room(request.method, route.path):
                refused = await self._before(request, role, route.path)
                if refused is not None:
                    return refused
            response = await answer(request)  # type: ignore[misc]  # every one of ours is a coroutine
            assert isinstance(response, Response)
            return response

        return Route(route.path, asked, methods=list(route.methods or ()), name=route.name)

    async def _before(self, request: Request, role: Role, path: str) -> Response | None:
        """Before something is done about whoever is in the room: it must be they whom the page means, and a
        therapist may see it; what a therapist does, and what is erased, stands in the audit. Else the
        refusal."""
        means_somebody_else = role == "client" and not self.keys.knows_tab(request.headers.get(TAB, ""))
        if means_somebody_else and request.method not in SAFE:
            return JSONResponse({"error": ELSEWHERE}, MOVED_STATUS)
        if role == "therapist" and path == INTAKE:
            shared = await asyncio.to_thread(Shares(self.room.record).items, "intake")
            if THE_INTAKE not in shared:
                return JSONResponse({"error": NOT_SHARED}, 404)
        if role != "therapist" and request.method != "DELETE":
            return None
        item = "/".join(map(str, request.path_params.values())) or None
        try:
            await asyncio.to_thread(
                self.house.note, role, told(request.method, path), datetime.now(UTC), self.room.id, item
            )
        except UndersongError as error:
            # an audit that cannot be written keeps nobody from erasing what is their own
            if role == "therapist":
                return JSONResponse({"error": str(error)}, 422)
        return None
