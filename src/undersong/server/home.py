"""The home: what is open of a house just now, and who is in the room.

While the house is locked there is no stage, so nothing can be played, read or written. A house that has
a passphrase locks itself where nobody has done anything for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime

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
from undersong.edges.vault import Wrong, acceptable, has_keyring
from undersong.errors import EventError, UndersongError, UsageError
from undersong.events import Seconds
from undersong.server.answers import LOCKED_STATUS
from undersong.server.attempts import HERE, Attempts
from undersong.server.gate import SAFE
from undersong.server.keys import Keys
from undersong.server.stage import MOVED, Stage

TAB = "x-undersong-tab"  # the header with a tab's own token
IDLE: Seconds = 900.0  # without a sign of anybody, after which a house locks itself
LEFT: Seconds = 3600.0  # the same while a take is open: one may listen to the partner for long
LOOK: Seconds = 30.0  # how often that is looked at, at least; a machine that slept is seen at once
PROBE: Seconds = 2.0  # from the first page to looking for a keyring, which takes a moment
SAYS_NOTHING = ("/api/tab", "/relaunch")  # what pages and second starts ask for by themselves
LOCKING, AGAIN = 4423, 1012  # close codes: locked; come back at once
FIRST_A_PASSPHRASE = "Nothing is locked here yet: first choose a passphrase."
FINISH_FIRST = "A take is being played. Finish it first, then lock what you keep."
NOT_YOURS = "This is not for everybody at this machine, so it was refused."
NOBODY = "Nobody is in the room. The therapist says on their own page who is."
NOT_SHARED = "This is not shared with you."
INTAKE = "/api/intake"
MOVED_STATUS = 409
ELSEWHERE = "Somebody else may be in the room by now, so nothing was changed. Please load the page again."


_asked_of: ContextVar[Stage | None] = ContextVar("asked of", default=None)  # by the request at hand


class Home:
    """A house with its stage, while a server runs."""

    def __init__(
        self,
        house: House,
        keys: Keys,
        *,
        idle: Seconds = IDLE,
        now: Callable[[], Seconds] = seconds_up,
        attempts: Attempts | None = None,
    ) -> None:
        """``idle``: after which a house locks itself. ``now``: a clock that nobody can set."""
        self.house = house
        self.keys = keys
        self.attempts = attempts or Attempts()
        self._idle = idle
        self._now = now
        self._last = now()  # when somebody last did something
        self._looking: asyncio.TimerHandle | None = None
        self._keyring: bool | None = None  # None: nobody has looked yet
        self._tasks: set[asyncio.Task[None]] = set()
        self._stage: Stage | None = None
        self._disk: Disk | None = None
        self._settled = asyncio.Event()  # cleared while one stage goes and another comes
        self._settled.set()
        self._turn = asyncio.Lock()  # one opening, closing or changing of rooms at a time

    @property
    def stage(self) -> Stage:
        """Where whoever is in the room plays; for a request, where they did when it was let in. Raises
        Locked while the house is."""
        stage = _asked_of.get() or self._stage
        if stage is None or (self._stage is None and self.house.locked):
            raise Locked(LOCKED)
        return stage

    @property
    def person(self) -> str | None:
        """The id of whoever is in the room at this very moment."""
        return None if self._stage is None else self._stage.place.id

    async def arrive(self) -> Stage:
        """The stage, once there is one where another has just gone. Raises Locked while the house is."""
        await self._settled.wait()
        return self.stage

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

    async def begin(self) -> None:
        """The server has started."""
        self._disk = Disk(asyncio.get_running_loop().call_soon_threadsafe)
        await asyncio.to_thread(int)  # threads are there before anybody needs one
        if self.house.locked:
            await asyncio.to_thread(self.house.sweep, datetime.now(UTC), seconds_up())
        else:
            await self._open(None)
        self._look()

    async def end(self) -> None:
        """The server stops: what happened is on the disk afterwards."""
        if self._looking is not None:
            self._looking.cancel()
        async with self._turn:
            await self._close()
            self.house.close()
            if self._disk is not None:
                self._disk.close()

    # --- locking and unlocking ---------------------------------------------------------------------

    async def unlock(self, passphrase: str | None, recovery: str | None, who: str = HERE) -> None:
        """Open a locked house. ``who``: the machine that asks. Raises Wrong where that opens nothing."""

        def opens() -> bool:
            try:
                self.house.unlock(passphrase, recovery)
            except Wrong:
                return False
            return True

        await self.attempts.ask(opens, who)
        async with self._turn:
            self._begin_anew()
            if self._stage is None and not self.house.locked:
                await self._open(None)

    async def lock(self) -> None:
        """End what is open, and forget every key. Raises EventError where there is no passphrase."""
        if not self.house.protected:
            raise EventError(FIRST_A_PASSPHRASE)
        async with self._turn:
            await self._close(LOCKING)
            self.keys.forget_therapists()
            await asyncio.to_thread(self.house.lock)

    async def protect(self, passphrase: str, keyring: bool) -> tuple[str, bool]:
        """Lock with a passphrase what was open; it stays open until it is locked. Returns the recovery key,
        and whether the keyring opens it, too. Raises EventError for a passphrase that is none, and while a
        take is being played."""
        acceptable(passphrase)
        async with self._turn:
            if self.playing:
                raise EventError(FINISH_FIRST)
            room = self.room.id
            self._settled.clear()
            try:
                await self._close(AGAIN)
                recovery = await asyncio.to_thread(self.house.protect, passphrase)
            finally:
                if not self.house.locked:
                    await self._open(room)
                self._settled.set()
            if keyring:
                try:
                    await asyncio.to_thread(self.house.remember)
                except UsageError:
                    return recovery, False
            return recovery, keyring

    @property
    def playing(self) -> bool:
        """Whether a take is open that somebody has begun to play."""
        live = None if self._stage is None else self._stage.live
        return live is not None and live.started and not live.ended

    @property
    def keyring(self) -> bool:
        """Whether this system keeps secrets for programs; looked for a moment after it was first asked."""
        if self._keyring is None:
            self._keyring = False
            asyncio.get_running_loop().call_later(PROBE, lambda: self._soon(self._probe()))
        return self._keyring

    async def _probe(self) -> None:
        self._keyring = await asyncio.to_thread(has_keyring)

    def touched(self) -> None:
        """Somebody did something. Where it was left alone for too long, while the machine slept, say, it is
        locked instead."""
        if self._expired:
            self._soon(self.lock())
        else:
            self._begin_anew()

    def _begin_anew(self) -> None:
        """From now on it may be left alone for as long again."""
        self._last = self._now()

    @property
    def _left_alone(self) -> Seconds:
        """For how long it may still be left alone; below 0: it has to be locked."""
        return self._last + (LEFT if self.playing else self._idle) - self._now()

    @property
    def _expired(self) -> bool:
        return self._left_alone <= 0 and self.house.protected and not self.house.locked

    def _look(self) -> None:
        if self._expired:
            self._soon(self.lock())
        again = max(0.01, min(LOOK, self._left_alone))
        self._looking = asyncio.get_running_loop().call_later(again, self._look)

    def _soon(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- who is in the room ------------------------------------------------------------------------

    async def enter(self, person: str | None) -> None:
        """Somebody comes into the room (None: only the owner is there); a take that is open ends."""
        async with self._turn:
            self.house.place(person)  # somebody whom nobody knows changes nothing
            self._settled.clear()
            try:
                await self._close(MOVED)
                self.keys.forget_tabs()
                await self._open(person)
            finally:
                self._settled.set()

    async def _open(self, person: str | None) -> None:
        assert self._disk is not None  # begun
        await asyncio.to_thread(self.house.sweep, datetime.now(UTC), seconds_up())
        self._stage = Stage(self.house.place(person), self._disk, self._note)
        self._stage.touched, self._stage.ended = self.touched, self._begin_anew
        self._stage.sits_beside = self._sits_beside
        self._stage.open()

    def _note(self, what: str) -> None:
        """What whoever is in the room did."""
        role: Role = "client" if self.room.id is not None else "alone" if self.house.practice else "solo"
        self.house.note(role, what, datetime.now(UTC), self.room.id)

    async def _sits_beside(self) -> None:
        """Who listens to somebody stands in the audit. Raises EventError where that cannot be written."""
        if self.room.id is not None:
            await asyncio.to_thread(
                self.house.note, "therapist", "sit beside", datetime.now(UTC), self.room.id
            )

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
            await self._settled.wait()
            if self._expired:
                await self.lock()  # the machine slept, say, and no timer went by
            if self.house.locked and route.path not in WHILE_LOCKED:
                return JSONResponse({"error": LOCKED}, LOCKED_STATUS)
            # somebody else may come into the room while what the request brings is still on its way
            _asked_of.set(self._stage)
            role = self.role(request)
            if not may(role, request.method, route.path):
                return JSONResponse({"error": NOBODY if role == "nobody" else NOT_YOURS}, 403)
            if route.path not in SAYS_NOTHING:
                self.touched()
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
