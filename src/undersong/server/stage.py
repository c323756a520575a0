"""The stage: who plays and who watches, and the take that is being played. One to a data folder.

One page plays; every other page watches until it takes over. A player whose connection is lost
leaves the take open for ten minutes, to be resumed by whichever page comes back first, also after
the server itself was killed: then the session is made again from its log.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

import undersong
from undersong.caring.consent import Kind
from undersong.caring.intake import Said, page, plan
from undersong.edges import intake, platform
from undersong.edges.clock import seconds_up
from undersong.edges.disk import Disk
from undersong.edges.house import Place
from undersong.edges.shares import Shares
from undersong.errors import EventError, UndersongError
from undersong.events import THERAPIST, MakerId, NoteOn, Seconds, Steer, Tap
from undersong.live import Live, Message, rests
from undersong.offline import make_session
from undersong.plugins import policy, techniques
from undersong.remembering import log as codec
from undersong.remembering.replay import restore
from undersong.server.beside import Beside, Seat
from undersong.server.ear import Ear
from undersong.server.messages import PROTOCOL, to_input

PROMOTED: Seconds = 3.0  # after which a watching page takes the place of a player that has gone
HELD: Seconds = 600.0  # how long a take waits for its player to come back
SWEEP: Seconds = 3600.0  # how often old scratch is looked for
MOVED = 4410  # close code: somebody else is in the room now (docs/protocol.md)
ITS_NAME = "That maker's name belongs to the therapist's own page."
Answer = Literal["keep", "erase", "hide"]
Note = Callable[[str], None]  # what was done, for the audit


def _nobody_notes(what: str) -> None:
    """A stage without a house."""


def _nothing() -> None:
    pass


async def _nobody_minds() -> None:
    """Whoever sits beside is told of nowhere."""


class Stage:
    """The take, its player and its watchers."""

    def __init__(self, place: Place, disk: Disk, note: Note = _nobody_notes) -> None:
        self.place = place
        self._note = note
        self.takes = place.takes
        self.live: Live | None = None
        self.player: Seat | None = None
        self.ear: Ear | None = None  # the player's microphone, while it is open
        self.touched: Callable[[], None] = _nothing  # called when somebody plays or asks for something
        self.ended: Callable[[], None] = _nothing  # and when a take has ended, and is to be answered for
        self.sits_beside: Callable[[], Awaitable[None]] = _nobody_minds  # before a therapist is let see
        self._watching: list[Seat] = []
        self._at_play: Seat | None = None  # the player that began the take, or went on with it
        self.beside = Beside(self.takes, self._makers_side, self._attended)
        self._loop = asyncio.get_running_loop()
        self._disk = disk
        self._away: asyncio.TimerHandle | None = None
        self._interrupted: str | None = None  # a take that the last process left open
        self._unanswered: str | None = None  # a take about which the question is still open
        self._turn = asyncio.Lock()  # one opening, resuming or closing at a time
        self._closed = False
        self._waiting: list[Seat] = []  # pages of nobody's, until somebody is in the room
        self._sweeping: asyncio.TimerHandle | None = None

    # --- starting and stopping -----------------------------------------------------------------

    def open(self) -> None:
        """Find what the last process left, and begin to sweep."""
        with suppress(UndersongError):  # it is told where it is looked at
            self.place.settle()
        self._sweep()
        latest = self.takes.latest_scratch()
        if latest is None or abs((datetime.now(UTC) - latest[1]).total_seconds()) >= HELD:
            return
        try:
            take = self.takes.get(latest[0])
        except UndersongError:
            return
        if not take.notes:
            return
        if _finished(take.log):
            self._unanswered = take.id
        else:
            self._interrupted = take.id

    def _sweep(self) -> None:
        self._sweeping = self._loop.call_later(SWEEP, self._sweep)
        self.takes.sweep(datetime.now(UTC), seconds_up())

    async def close(self, code: int | None = None) -> None:
        """End what is open; everything that happened is on the disk afterwards, and nothing is begun
        here any more. ``code``: with which every page's socket is closed."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        if code is not None:
            self._see_out(code)
        async with self._turn:
            self._closed = True
            await self._end_take()

    def _see_out(self, code: int) -> None:
        seats = [*self._makers_side(), *self._waiting, *self.beside.see_out()]
        self.player, self._watching, self._waiting = None, [], []  # nobody plays here any more
        if self._away is not None:
            self._away.cancel()
        if self.live is not None:
            self.live.leave()
        for seat in seats:
            seat.part(code)

    def see_out_beside(self, tab: str, code: int) -> None:
        """Whoever sits beside with this tab token is no therapist any more."""
        for seat in self.beside.see_out(tab):
            seat.part(code)

    # --- who plays -----------------------------------------------------------------------------

    def enter(self, seat: Seat, take_over: bool) -> None:
        """A page has come: it plays if nobody does, if it takes over, or if it is the player again. A
        therapist's never plays."""
        if seat.therapist:
            self.beside.enter(seat)
            return
        player = self.player
        if player is None or take_over or player.tab == seat.tab:
            self._play(seat)
        else:
            self._watching.append(seat)

    def wait(self, seat: Seat) -> None:
        """A page of nobody's: it is told when somebody is in the room, and nothing else."""
        self._waiting.append(seat)

    def _play(self, seat: Seat) -> None:
        former, self.player = self.player, seat
        self._watching = [other for other in self._watching if other is not seat]
        if self._away is not None:
            self._away.cancel()
            self._away = None
        if former is not None and former is not seat:
            self._deafen()
            if self.live is not None:
                self.live.leave()  # what the other page held has ended
            if former.tab != seat.tab:
                self._watching.append(former)
                former.send({"type": "role", "role": "viewer"})
        self.beside.look()

    def leave(self, seat: Seat) -> None:
        """A page has gone. If it played, the partner falls silent and the take waits; where another page
        watches, and nobody comes back within a moment, that one may play."""
        self._watching = [other for other in self._watching if other is not seat]
        self._waiting = [other for other in self._waiting if other is not seat]
        if seat.therapist:
            self.beside.leave(seat)
        if self.player is not seat:
            return
        self._deafen()
        self.player = None
        self._loop.call_later(PROMOTED, self._promote)
        if self.live is not None:
            self.live.leave()
            self.beside.let_go()
            self.beside.look()
            self._away = self._loop.call_later(HELD, self._forsaken)

    def _promote(self) -> None:
        if self.player is None and self._watching:
            seat = self._watching[0]
            self._play(seat)
            seat.send(self.welcome(seat))

    def _forsaken(self) -> None:
        self._ending = asyncio.ensure_future(self._end_if_forsaken())

    async def _end_if_forsaken(self) -> None:
        async with self._turn:
            if self.player is None:
                await self._end_take()

    def welcome(self, seat: Seat) -> Message:
        """What a page is told when it comes, or when it may play."""
        return {
            "type": "welcome",
            "protocol": PROTOCOL,
            "undersong": undersong.__version__,
            "role": self.role(seat),
            "take": self.resumable(),
            "unanswered": self.unanswered(),
        }

    def role(self, seat: Seat) -> str:
        """player, viewer or therapist."""
        if seat.therapist:
            return "therapist"
        return "player" if seat is self.player else "viewer"

    # --- the take ------------------------------------------------------------------------------

    def resumable(self) -> Message | None:
        """The take that can be gone on with."""
        if self.live is not None and not self.live.ended and self.live.started:
            return {"id": self.live.id}
        if self._interrupted is not None:
            return {"id": self._interrupted}
        return None

    def unanswered(self) -> Message | None:
        """The take about which "Keep this?" is still to be answered."""
        if self._unanswered is None:
            return None
        try:
            take = self.takes.get(self._unanswered)
        except UndersongError:
            return None
        return {"id": take.id, "seconds": take.seconds, "notes": take.notes}

    async def resume(self, id_: str) -> Live:
        """The take of that name, gone on with. Raises UndersongError if it cannot be."""
        async with self._turn:
            self._at_play = self.player
            if self.live is not None and self.live.id == id_ and not self.live.ended:
                self.beside.opened(self.live)
                return self.live
            if id_ != self._interrupted or self._closed:
                raise EventError("That take is over; begin another.")
            self._interrupted = None
            self._unanswered = id_  # unless it can be gone on with
            return await self._restore(id_)

    async def _restore(self, id_: str) -> Live:
        """Make the session again from its log, and go on where it stands."""
        log = codec.read(await asyncio.to_thread(self.takes.log, id_))
        session, lost = await asyncio.to_thread(restore, log, platform.engine(), techniques(), policy)
        writer = codec.LogWriter(log.end)
        writer.outputs(lost)
        live = Live(
            id_,
            session,
            writer,
            self.takes.go_on(id_, log.end.size),
            self._disk,
            last=log.last,
            notes=sum(isinstance(event, (NoteOn, Tap)) for event in log.inputs),
            rested=_rested(log),
        )
        self._take_up(live)
        self._bound(await asyncio.to_thread(intake.read, self.place.record))
        for maker in dict.fromkeys(event.maker for event in log.inputs):
            live.left(maker)
        return live

    # --- to what a person said yes -------------------------------------------------------------

    async def agree(self, kind: Kind) -> None:
        """Say yes to the words of now; once is enough."""

        def give() -> None:
            if self.place.record.consent(kind) is None:
                self._note(f"gave consent to {kind}")
                self.place.record.give(kind, datetime.now(UTC))

        await asyncio.to_thread(give)

    async def withdraw(self, kind: Kind) -> None:
        """Take a yes back, with all that was written by it. To *play*: the partner falls silent, and the
        take is gone."""
        async with self._turn:
            if kind == "play":
                await self._drop_take()
            await asyncio.to_thread(self.place.withdraw, kind, datetime.now(UTC))
            # an audit that cannot be written keeps nobody from taking it back
            with suppress(UndersongError):
                await asyncio.to_thread(self._note, f"took back consent to {kind}")

    async def _drop_take(self) -> None:
        self._deafen()
        self._interrupted = self._unanswered = None
        live, self.live = self.live, None
        self.beside.closed()
        if live is not None:
            await live.close()  # what it wrote goes with the yes
        self._tell({"type": "withdrawn"})

    async def begin(self) -> Live:
        """A new take; one that is open ends. Raises EventError without a yes to be listened to."""
        async with self._turn:
            if self._closed:
                raise EventError("Somebody else is in the room by now.")
            await self._end_take()
            self._interrupted = None
            self._at_play = self.player
            now = datetime.now(UTC)
            seed = secrets.randbits(31)
            said = await asyncio.to_thread(intake.read, self.place.record)
            wanted = plan(said)
            id_, file = await asyncio.to_thread(self.takes.begin, now)
            started = now.isoformat(timespec="seconds")
            header = codec.Header(
                undersong.__version__, platform.engine(), seed, wanted, tuple(techniques()), started
            )
            live = Live(id_, make_session(wanted, seed), codec.LogWriter(header), file, self._disk)
            self._take_up(live)
            self._bound(said)
            return live

    def _bound(self, said: Said) -> None:
        """A take lasts no longer than what was said at intake lets it."""
        minutes = page(said)["minutes"]
        self.beside.bound(None if minutes is None else 60.0 * minutes)

    def _take_up(self, live: Live) -> None:
        self.live = live
        self._unanswered = None
        live.tell = self._tell
        self.beside.opened(live)

    async def _end_take(self) -> None:
        """Close what is open. A take without a sound is no take: nobody is asked about it."""
        self._deafen()
        live, self.live = self.live, None
        self.beside.closed()
        if live is None:
            return
        if live.notes:
            self._unanswered = live.id
        await live.close()
        if not live.notes:
            self.takes.delete(live.id)

    async def _end_after(self, live: Live) -> None:
        async with self._turn:
            if self.live is live:
                await self._end_take()

    async def answered(self, id_: str, answer: Answer) -> None:
        """Keep a take, erase it for good, or hide it for ever. To keep one is a yes to keeping.

        Raises UsageError if there is none of that name, EventError while it is being played.
        """
        async with self._turn:
            if self.live is not None and self.live.id == id_:
                if not self.live.ended:
                    raise EventError("That take is being played; finish it first.")
                await self._end_take()
            if answer == "keep":
                await self.agree("keep")
            todo = {"keep": self.takes.keep, "erase": self.takes.delete, "hide": self.takes.hide}[answer]
            await asyncio.to_thread(todo, id_)
            if answer != "keep":
                await asyncio.to_thread(Shares(self.place.record).take_back, "take", id_)
            if self._unanswered == id_:
                self._unanswered = None
            if self._interrupted == id_:
                self._interrupted = None

    # --- what is said --------------------------------------------------------------------------

    def hear(self, seat: Seat, message: Message, number: int | None) -> None:
        """An input of the player's. Raises EventError if it cannot be taken in."""
        if seat is not self.player:
            raise EventError("Another page plays; this one watches.")
        if message["maker"] == THERAPIST:
            raise EventError(ITS_NAME)
        if self.live is None or self.live.ended:
            raise EventError("No take is open: say begin first.")
        self.touched()
        self.live.hear(to_input(message), number)
        if self.ear is not None:
            self.ear.page(message, self.live.now)
        told = {"type": "maker", "event": message}  # as it was checked, not as it came
        for watcher in self._watching:
            watcher.send(told)
        self.beside.tell(told)

    def hear_beside(self, seat: Seat, message: Message) -> None:
        """Something a therapist plays or asks for. Raises EventError if it cannot be taken in."""
        self.touched()
        self.beside.hear(seat, message)
        if self.ear is not None and self.live is not None:
            self.ear.page(message, self.live.now)  # it sounds through the maker's loudspeaker

    def _attended(self) -> bool:
        """Whether the take is played: its page is there, and has gone on with it after a lost line."""
        return self.player is not None and self.player is self._at_play

    def _makers_side(self) -> list[Seat]:
        """The page that plays and those that watch it."""
        return self._watching if self.player is None else [self.player, *self._watching]

    def listen(self, seat: Seat, message: Message) -> None:
        """The player's microphone is opened, or closed. Raises EventError if it cannot be."""
        if seat is not self.player:
            raise EventError("Another page plays; this one watches.")
        if message.get("maker") == THERAPIST:
            raise EventError(ITS_NAME)
        self._deafen()
        if message.get("on") is not True:
            return
        if self.live is None or self.live.ended:
            raise EventError("No take is open: say begin first.")
        self.ear = Ear(message, self._overheard, seat.send)

    def _overheard(self, event: Message) -> None:
        """An input that the microphone gave. Raises EventError if it cannot be taken in."""
        if self.live is None or self.live.ended:
            raise EventError("The take is over.")
        self.touched()
        self.live.hear(to_input(event))
        told = {"type": "maker", "event": event}
        for seat in self._makers_side():
            seat.send(told)
        self.beside.tell(told)

    def _deafen(self) -> None:
        ear, self.ear = self.ear, None
        if ear is not None:
            ear.close()

    def _tell(self, message: Message) -> None:
        if self.player is not None:
            self.player.send(message)
        for seat in self._watching:
            if message["type"] != "ack":
                seat.send(message)
        if message["type"] != "ack":
            self.beside.tell(message)
        if self.ear is not None:
            self.ear.partner(message)
        if message["type"] == "ended" and self.live is not None:
            self.ended()  # there is something to be answered now
            self._ending = asyncio.ensure_future(self._end_after(self.live))


def _finished(log: codec.Log) -> bool:
    """Whether Finish was the last thing that was asked for."""
    asked = _asked(log)
    return bool(asked) and asked[-1].what == "finish"


def _rested(log: codec.Log) -> MakerId | None:
    """Who asked for the rest that goes on where a log ends."""
    rested: MakerId | None = None
    for event in _asked(log):
        rested = rests(rested, event.maker) if event.what == "rest" else None
    return rested


def _asked(log: codec.Log) -> list[Steer]:
    """What was asked for of playing or not playing, in its order."""
    kinds = ("begin", "partner_starts", "rest", "finish")
    return [e for e in log.inputs if isinstance(e, Steer) and e.what in kinds]
