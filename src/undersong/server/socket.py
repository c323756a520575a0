"""The socket: one connected page. Reads its messages, hands over what is said to it.

A page that does not read what it is sent, sends too much, or speaks another version of the protocol
is let go with a code that says so; it may come back and resume.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from undersong.caring.roles import OWNER, Role
from undersong.edges.house import Locked
from undersong.errors import EventError, UndersongError
from undersong.events import THERAPIST, Seconds
from undersong.live import clock_now
from undersong.server import messages
from undersong.server.beside import Seat
from undersong.server.bucket import Bucket
from undersong.server.keys import Keys
from undersong.server.messages import PROTOCOL, Message
from undersong.server.stage import Stage

HELLO_WITHIN: Seconds = 5.0
MOST_WAITING = 4096  # messages that a page may leave unread
MOST_HELD = 16 * 128  # notes, or controllers, of one page: every pitch of every maker
AGAIN: Seconds = 0.05  # after which coalesced controllers are tried again
FROM_BESIDE = ("note", "tap", "steer", "rest", "finish", "mark")  # of an input's types, a therapist's

# Close codes (docs/protocol.md).
STRANGER = 4401  # the first message was no hello with a tab token of ours
STALE = 4409  # another version of the protocol
UNREAD = 4408  # too much was left unread
SILENT = 4400  # no hello came
LOCKED = 4423  # all is locked: unlock it first
BESIDE: tuple[Role, ...] = OWNER  # who may sit beside whoever plays


async def serve(
    websocket: WebSocket,
    arrive: Callable[[], Awaitable[Stage]],
    keys: Keys,
    role_of: Callable[[str], Role],
) -> None:
    """Talk with one page until it goes. ``arrive``: to the stage of now; raises Locked where none is.
    ``role_of``: as whom the page of a tab token asks. Nobody's page waits until somebody is in the room;
    beside whoever plays sits a therapist, or somebody at a machine of one person's."""
    await websocket.accept()
    try:
        hello = await asyncio.wait_for(_hello(websocket), HELLO_WITHIN)
    except TimeoutError:
        await websocket.close(SILENT)
        return
    except (EventError, WebSocketDisconnect, KeyError):
        await _close(websocket, STRANGER)
        return
    if not keys.knows_tab(str(hello.get("tab"))):
        await _close(websocket, STRANGER)
        return
    if hello.get("protocol") != PROTOCOL:
        await websocket.send_text(messages.write({"type": "stale", "protocol": PROTOCOL}))
        await _close(websocket, STALE)
        return
    try:
        stage = await arrive()
    except Locked:
        await _close(websocket, LOCKED)
        return
    role, seat_beside = role_of(str(hello["tab"])), hello.get("therapist") is True
    if seat_beside and role not in BESIDE:
        await _close(websocket, STRANGER)
        return
    if seat_beside:
        try:
            await stage.sits_beside()
        except UndersongError:
            await _close(websocket, STRANGER)
            return
    page = _Page(websocket, stage, str(hello["tab"]), therapist=seat_beside)
    await page.run(take_over=hello.get("take_over") is True, plays=role != "nobody")


async def _hello(websocket: WebSocket) -> Message:
    message = messages.read(await websocket.receive_text())
    if message["type"] != "hello":
        raise EventError("The first message must be hello.")
    return message


async def _close(websocket: WebSocket, code: int) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):  # it has gone already
        await websocket.close(code)


class _Page:
    """A page after its hello."""

    def __init__(self, websocket: WebSocket, stage: Stage, tab: str, *, therapist: bool) -> None:
        self._websocket = websocket
        self._stage = stage
        self._seat = Seat(tab, self._send, therapist=therapist)
        self._seat.part = self._part
        self._out: asyncio.Queue[Message | int] = asyncio.Queue(MOST_WAITING)
        self._loop = asyncio.get_running_loop()
        self._bucket = Bucket(self._loop.time())
        self._held: set[tuple[str, str]] = set()  # notes that sound: their ends always pass
        self._controls: dict[tuple[str, str], Message] = {}  # the latest of each, for when there is room
        self._unread = False

    async def run(self, *, take_over: bool, plays: bool) -> None:
        """Enter, talk, leave."""
        if plays:
            self._stage.enter(self._seat, take_over)
            self._send(self._stage.welcome(self._seat))
            if self._seat.therapist:
                self._stage.beside.greet(self._seat)
        else:
            self._stage.wait(self._seat)
            self._send({"type": "nobody"})
        sender = asyncio.ensure_future(self._deliver())
        try:
            # a page that leaves too much unread loses its seat, even if it cannot be told so
            while not self._unread:
                message = await self._websocket.receive()
                if message["type"] != "websocket.receive":
                    break
                sound = message.get("bytes")
                if not plays:
                    continue  # there is nothing that it could do here
                if sound is not None:
                    self._sound(sound)
                else:
                    await self._take_in(message["text"])
        except (WebSocketDisconnect, RuntimeError):
            pass  # gone
        finally:
            self._stage.leave(self._seat)
            sender.cancel()
            await _close(self._websocket, UNREAD if self._unread else 1000)

    # --- out -----------------------------------------------------------------------------------

    def _send(self, message: Message) -> None:
        if self._unread:
            return
        try:
            self._out.put_nowait(message)
        except asyncio.QueueFull:
            self._unread = True

    def _part(self, code: int) -> None:
        """Close the socket, once all is said; where that is too much, at once."""
        if code == LOCKED:
            self._send({"type": "locked"})
        try:
            self._out.put_nowait(code)
        except asyncio.QueueFull:
            self._unread = True

    async def _deliver(self) -> None:
        try:
            while True:
                message = await self._out.get()
                if isinstance(message, int):
                    await self._websocket.close(message)
                    return
                await self._websocket.send_text(messages.write(message))
        except (WebSocketDisconnect, RuntimeError):
            return  # it has gone

    # --- in ------------------------------------------------------------------------------------

    async def _take_in(self, text: str) -> None:
        try:
            message = messages.read(text)
            kind = message["type"]
            if kind == "clock":
                self._clock(message)
            elif kind == "limit":
                self._limit(message)
            elif self._seat.therapist:
                self._beside(message)
            elif kind in messages.FIELDS:
                await self._input(message)
            elif kind == "resume":
                await self._resume(message)
            elif kind == "microphone":
                self._microphone(message)
            else:
                raise EventError(f"There is no message of type {kind[:40]!r}.")
        except UndersongError as error:
            self._refuse(text, str(error))
        except OSError as error:
            self._refuse(text, f"That could not be done: {error.strerror or error}.")

    def _refuse(self, text: str, because: str) -> None:
        seq = None
        with suppress(EventError):
            seq = messages.number(messages.read(text), 2**53)
        self._send({"type": "refused", "seq": seq, "because": because})

    def _clock(self, message: Message) -> None:
        sent = message.get("sent")
        if isinstance(sent, bool) or not isinstance(sent, (int, float)):
            raise EventError("A clock message carries what the sender's clock showed, as sent.")
        live = self._stage.live
        now = round(live.now, 6) if live is not None and not live.ended else None
        self._send({"type": "clock", "sent": sent, "now": now, "at": clock_now()})

    def _limit(self, message: Message) -> None:
        if self._stage.role(self._seat) == "viewer":
            raise EventError("Another page plays; this one watches.")
        maker = THERAPIST if self._seat.therapist else messages.MAKER
        self._stage.beside.limit(messages.moment(message), maker)

    def _beside(self, message: Message) -> None:
        """What a therapist does: none of it is numbered or acknowledged."""
        kind = message["type"]
        if kind not in FROM_BESIDE:
            raise EventError(f"The therapist's page sends no {kind[:40]!r}.")
        wanted = message if kind == "mark" else messages.plain({**message, "maker": THERAPIST})
        if not (self._bucket.take(self._loop.time()) if kind == "mark" else self._may_pass(wanted)):
            raise EventError("Too many events at once.")
        if kind == "mark":
            self._stage.beside.mark(self._seat, wanted)
        else:
            self._stage.hear_beside(self._seat, wanted)

    def _microphone(self, message: Message) -> None:
        try:
            self._stage.listen(self._seat, message)
        except EventError as error:
            self._send({"type": "microphone", "on": False, "because": str(error)})
            return
        self._send({"type": "microphone", "on": self._stage.ear is not None, "because": ""})

    def _sound(self, data: bytes) -> None:
        """A frame of the microphone. One that comes after it was closed was on its way already."""
        ear, live = self._stage.ear, self._stage.live
        if ear is not None and live is not None and self._stage.role(self._seat) == "player":
            ear.frame(data, live.now)

    async def _resume(self, message: Message) -> None:
        if self._stage.role(self._seat) != "player":
            raise EventError("Another page plays; this one watches.")
        live = await self._stage.resume(str(message.get("take")))
        times = {"now": round(live.now, 6), "at": clock_now()}
        # silence that was asked for from beside is no rest of the maker's
        resting = live.rested not in (None, THERAPIST)
        state = {"notes": live.notes, "resting": resting}
        self._send({"type": "resumed", "take": live.id, "seq": live.last, **times, **state})
        live.acknowledge()

    async def _input(self, message: Message) -> None:
        stage, seat = self._stage, self._seat
        live = stage.live
        seq = messages.number(message, live.last if live is not None else 0)
        wanted = messages.plain(message)
        opening = wanted["type"] == "steer" and wanted.get("what") in ("begin", "partner_starts")
        if opening and stage.role(seat) == "player" and (live is None or live.ended):
            await stage.agree("play")  # whoever presses Begin under its words says yes to them
            live = await stage.begin()
            self._send({"type": "began", "take": live.id, "now": round(live.now, 6), "at": clock_now()})
        if self._may_pass(wanted):
            stage.hear(seat, wanted, seq)
        elif wanted["type"] != "control":
            raise EventError("Too many events at once.")

    def _may_pass(self, message: Message) -> bool:
        """Whether there is room for an event; ends of notes that sound always pass."""
        key = (message["maker"], str(message.get("pitch", message.get("control"))))
        if message["type"] == "note" and message.get("on") is False and key in self._held:
            self._held.discard(key)
            return True
        if message["type"] in ("rest", "finish"):
            return True
        room = self._bucket.take(self._loop.time())
        if message["type"] == "note" and message.get("on") is not False and room:
            if len(self._held) < MOST_HELD:
                self._held.add(key)
        elif message["type"] == "control":
            self._wait(key, message, room)
        return room

    def _wait(self, key: tuple[str, str], message: Message, room: bool) -> None:
        """A controller's value waits for room, in place of an older one; one that passes leaves none,
        or the older would be taken in after it."""
        if room:
            self._controls.pop(key, None)
        elif key in self._controls or len(self._controls) < MOST_HELD:
            if not self._controls:
                self._loop.call_later(AGAIN, self._catch_up)
            self._controls[key] = message

    def _catch_up(self) -> None:
        """Take in the latest value of each controller for which there was no room."""
        waiting, self._controls = self._controls, {}
        for key, message in waiting.items():
            if not self._bucket.take(self._loop.time()):
                self._controls[key] = message
                continue
            with suppress(EventError):
                self._stage.hear(self._seat, message, None)
        if self._controls:
            self._loop.call_later(AGAIN, self._catch_up)
