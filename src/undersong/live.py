"""Live: one duet as it happens. The one asyncio loop between a session, its clock and its log.

Driven by what comes in and by the session's ``wake_at``; an idle duet is never ticked. What a client
sent is acknowledged once it is on the disk. If the disk is full the music goes on, and what could
not be written is kept in memory and tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from undersong.edges.clock import SessionClock
from undersong.edges.disk import Disk
from undersong.edges.files import AppendOnly
from undersong.errors import EventError, UndersongError
from undersong.events import (
    THERAPIST,
    Chose,
    HeardTogether,
    Input,
    Leave,
    MakerId,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Seconds,
    Steer,
    Tap,
)
from undersong.remembering.log import LogWriter
from undersong.session import Session
from undersong.turns import Wishes

FLUSH: Seconds = 0.15  # from something new to the disk: within the 250 ms that a crash may cost
RETRY: Seconds = 2.0  # after the disk refused
MOST_UNWRITTEN = 16 * 1024 * 1024  # bytes kept in memory for a full disk: far more than ten minutes
LATEST_TOLD: Seconds = 30.0  # an event is taken to be at most this old
CLOSED_AFTER: Seconds = 0.4  # silence after the close before the take has ended
CLOSE_LASTS: Seconds = 20.0  # a close never takes longer
EARLY: Seconds = 1e-6  # by which an alarm may ring before its time
LOOK_AGAIN: Seconds = 0.25  # at whether the close has rung out

Message = dict[str, Any]
Tell = Callable[[Message], None]
Overhear = Callable[[Input | None, list[Output]], None]  # what came in, if anything, and what left
_NAMES: dict[type, str] = {
    Play: "play", Retract: "retract", Release: "release", Chose: "chose", HeardTogether: "together",
}  # fmt: skip


class Live:
    """A take that is being played. ``tell`` is given everything that leaves, as the protocol's messages."""

    def __init__(
        self,
        id_: str,
        session: Session,
        writer: LogWriter,
        file: AppendOnly,
        disk: Disk,
        *,
        clock: SessionClock | None = None,
        last: int = 0,
        notes: int = 0,
        rested: MakerId | None = None,
    ) -> None:
        self.id = id_
        self.last = last  # the number of the last input that was taken in
        self.notes = notes  # what the makers sounded
        self.ended = False
        self.tell: Tell = _to_nobody
        self.overhear: Overhear = _nothing_of_it
        self._session = session
        self._clock = clock or SessionClock(begins=session.now)
        self._loop = asyncio.get_running_loop()
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at: Seconds | None = None
        self._makers: dict[MakerId, None] = {}  # who is present, in the order of coming
        self._finishing: Seconds | None = None
        self._rested = rested
        self._log = _Log(writer, file, disk, last, self._acknowledge, self._disk)

    @property
    def now(self) -> Seconds:
        """The session's time."""
        return self._look()

    @property
    def rested(self) -> MakerId | None:
        """Who asked the partner to rest, where it has not been asked back since."""
        return self._rested

    @property
    def finishing(self) -> bool:
        """Whether a close was asked for."""
        return self._finishing is not None

    @property
    def wishes(self) -> Wishes:
        """What was asked of the partner, and is in force."""
        return self._session.wishes

    def present(self, maker: MakerId) -> bool:
        """Whether a maker has come and not left."""
        return maker in self._makers

    @property
    def started(self) -> bool:
        """Whether a client has played or asked for anything yet."""
        return self.last > 0

    def hear(self, event_at: Callable[[Seconds], Input], number: int | None = None) -> None:
        """Take in one event, made for the moment at which it is heard.

        ``number``: the client's, ascending; one that was taken in already counts once. Raises
        EventError if the event is malformed; then nothing of it is remembered but its number.
        """
        if number is not None:
            if number <= self.last:
                self.acknowledge()
                return
            self.last = number
        now = self._look()
        event = event_at(now)
        before = self._session.advance(now)
        self._log.writer.outputs(before)
        try:
            after = self._session.receive(event)
        except UndersongError as error:
            self._emit(before)
            self._log.soon(self.last)
            raise EventError(str(error)) from error
        self._log.writer.input(event, number)
        self._log.writer.outputs(after)
        self._follow(event, now)
        self._emit(before + after)
        self.overhear(event, before + after)
        self._log.soon(self.last)
        self._arm()

    def _follow(self, event: Input, now: Seconds) -> None:
        """What the driver itself must know of an event."""
        match event:
            case Leave(maker=maker):
                self._makers.pop(maker, None)
                return
            case NoteOn() | Tap():
                self.notes += 1
            case Steer(what="finish"):
                if self._finishing is None:
                    self._finishing = now
                    self._loop.call_later(LOOK_AGAIN, self._look_for_the_end)
            case Steer(what="begin" | "partner_starts"):
                self._finishing = None
                self._rested = None
            case Steer(what="rest"):
                self._rested = rests(self._rested, event.maker)
            case _:
                pass
        self._makers[event.maker] = None

    def acknowledge(self) -> None:
        """Tell the client again which inputs are on the disk."""
        self._log.acknowledge()

    def leave(self) -> None:
        """Everybody is gone, or the connection is: the partner falls silent, what was held has ended."""
        for maker in list(self._makers):
            self.left(maker)

    def left(self, maker: MakerId) -> None:
        """A maker who was there before the session was made again is not there any more."""
        self._makers[maker] = None
        self.hear(lambda now: Leave(now, now, maker))

    async def close(self) -> None:
        """End the take: all that happened is on the disk when this returns, if the disk lets it be."""
        self.leave()
        self.ended = True
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        await self._log.close()

    # --- time --------------------------------------------------------------------------------

    def _look(self) -> Seconds:
        """The time now. After a gap everybody is taken to have left, so that nothing comes in a burst."""
        look = self._clock.look(self._wake_at)
        if look.gap:
            times = {"now": round(look.now, 6), "at": clock_now()}
            self.tell({"type": "pause", **times, "seconds": round(look.gap, 3)})
            self.leave()
        return max(look.now, self._session.now)

    def _arm(self) -> None:
        """Wake when the session must be advanced. A later wish waits for the earlier alarm."""
        wake = self._session.wake_at
        if wake is None or self.ended:
            return
        if self._wake is not None:
            if self._wake_at is not None and self._wake_at <= wake:
                return
            self._wake.cancel()
        self._wake_at = wake
        self._wake = self._loop.call_later(self._clock.until(wake), self._woken)

    def _woken(self) -> None:
        now, due = self._look(), self._wake_at
        self._wake = self._wake_at = None
        if due is not None and 0.0 < due - now < EARLY:
            now = due  # the alarm rang a rounding error early: do not set it again for nothing
        out = self._session.advance(now)
        if out:
            self._log.writer.outputs(out)
            self._emit(out)
            self.overhear(None, out)
            self._log.soon(self.last)
        self._arm()

    def _look_for_the_end(self) -> None:
        if self._finishing is None or self.ended:
            return
        now = self.now
        wake = self._session.wake_at
        quiet = now >= self._session.sounds_until + CLOSED_AFTER and (wake is None or wake > now + 1.0)
        if quiet or now >= self._finishing + CLOSE_LASTS:
            self.ended = True
            self.tell({"type": "ended", "take": self.id, "seconds": round(now, 3), "notes": self.notes})
        else:
            self._loop.call_later(LOOK_AGAIN, self._look_for_the_end)

    # --- what leaves -------------------------------------------------------------------------

    def _emit(self, outputs: list[Output]) -> None:
        for output in outputs:
            name = _NAMES.get(type(output))
            if name is not None:
                self.tell({"type": name, **as_message(output)})

    def _acknowledge(self, number: int) -> None:
        self.tell({"type": "ack", "seq": number})

    def _disk(self, fault: str | None) -> None:
        self.tell({"type": "disk", "well": fault is None, "because": fault or ""})


def rests(before: MakerId | None, by: MakerId) -> MakerId | None:
    """Whose rest it is once ``by`` has asked for one: a maker's own is not taken over from beside."""
    return by if before is None or by != THERAPIST else before


def clock_now() -> Seconds:
    """The machine's own clock, which goes on whatever a session does; only differences mean anything."""
    return round(asyncio.get_running_loop().time(), 6)


def as_message(output: Output) -> Message:
    """An output's fields, times to the microsecond."""
    return {
        name: round(value, 6) if isinstance(value, float) else value
        for name in output.__slots__
        for value in (getattr(output, name),)
    }


def _to_nobody(message: Message) -> None:
    """Nobody is connected."""


def _nothing_of_it(event: Input | None, outputs: list[Output]) -> None:
    """Nobody looks on."""


class _Log:
    """The take's log on its way to the disk: gathered, handed over, tried again, acknowledged."""

    def __init__(
        self,
        writer: LogWriter,
        file: AppendOnly,
        disk: Disk,
        number: int,
        acknowledge: Callable[[int], None],
        health: Callable[[str | None], None],
    ) -> None:
        self.writer = writer
        self._file = file
        self._disk = disk
        self._loop = asyncio.get_running_loop()
        self._acknowledge = acknowledge
        self._health = health
        self._unwritten = b""
        self._timer: asyncio.TimerHandle | None = None
        self._busy = False
        self._number = number  # the last input that was gathered
        self._safe = number  # and the last that is on the disk
        self._ailing = False
        self._full = False  # more was kept back than memory may hold: the log ends there
        self._idle = asyncio.Event()
        self._idle.set()

    def soon(self, number: int) -> None:
        """Something new was gathered, up to this input: to the disk with it, soon."""
        self._number = number
        if self._timer is None and not self._busy:
            self._timer = self._loop.call_later(FLUSH, self._flush)

    def acknowledge(self) -> None:
        """Tell where the disk stands."""
        self._acknowledge(self._safe)

    def _flush(self) -> None:
        self._timer = None
        if self._busy:
            return
        data = self.writer.seal()
        self._full = self._full or len(self._unwritten) + len(data) > MOST_UNWRITTEN
        data = self._unwritten if self._full else self._unwritten + data
        self._busy = True
        self._idle.clear()
        number = self._number
        self._disk.append(self._file, data, lambda fault: self._done(fault, data, number))

    def _done(self, fault: OSError | None, data: bytes, number: int) -> None:
        self._busy = False
        self._idle.set()
        if self._ailing != (fault is not None):
            self._ailing = fault is not None
            self._health(None if fault is None else fault.strerror or str(fault))
        if fault is not None:
            self._unwritten = data
            self._timer = self._timer or self._loop.call_later(RETRY, self._flush)
            return
        self._unwritten = b""
        if self._full:
            return
        if number != self._safe:
            self._safe = number
            self._acknowledge(number)
        if self._number > number:
            self.soon(self._number)

    async def close(self) -> None:
        """Hand over what is left, wait for it, and close the file."""
        await self._idle.wait()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._flush()
        await self._idle.wait()
        if self._timer is not None:
            self._timer.cancel()
        self._file.close()
