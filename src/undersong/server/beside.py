"""Beside: whoever sits beside the maker with a page of their own, a therapist: what that page is told, and
what may be done from it.

It never plays the take: it steers the partner, plays along as a maker of its own, and marks moments. Of
steering the maker's page is told nothing but what the partner then does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from undersong.edges.marks import Marks
from undersong.edges.takes import Takes
from undersong.errors import EventError, UndersongError
from undersong.events import THERAPIST, Input, Output, Seconds
from undersong.live import Live, Message, clock_now
from undersong.reflecting.words import a_moment
from undersong.server.hearing import Hearing
from undersong.server.limit import Limit
from undersong.server.messages import MAKER, STEERED, to_input

SELDOM: Seconds = 0.25  # between two messages of what is heard
STEERS = tuple(what for what in STEERED if what != "partner_starts")


def _to_nobody(code: int) -> None:
    """A page without a socket."""


class Seat:
    """One connected page. ``send`` hands a message over to its socket and never waits. ``therapist``:
    it sits beside the maker, and never plays the take."""

    def __init__(self, tab: str, send: Callable[[Message], None], *, therapist: bool = False) -> None:
        self.tab = tab
        self.send = send
        self.therapist = therapist
        self.part: Callable[[int], None] = _to_nobody  # closes its socket with a code


class Beside:
    """The therapists' seats at a stage. ``others``: the seats of all who watch or play; ``attended``:
    whether the take is played just now."""

    def __init__(
        self, takes: Takes, others: Callable[[], list[Seat]], attended: Callable[[], bool]
    ) -> None:
        self._hearing = Hearing()
        self._limit = Limit()
        self._longest: Seconds | None = None  # whatever is asked for, the take lasts no longer
        self._takes = takes
        self._others = others
        self._attended = attended
        self._seats: list[Seat] = []
        self._live: Live | None = None
        self._chose: Message | None = None  # what the partner does now
        self._held: set[int] = set()  # pitches that are held from beside
        self._told: Message = {}
        self._told_at: Seconds = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._marking: set[asyncio.Task[None]] = set()

    # --- who is there --------------------------------------------------------------------------

    def enter(self, seat: Seat) -> None:
        """A therapist's page has come."""
        self._seats.append(seat)

    @property
    def seats(self) -> tuple[Seat, ...]:
        """All of them."""
        return tuple(self._seats)

    def greet(self, seat: Seat) -> None:
        """After its welcome it is told what is the case."""
        if self._live is None:
            return
        self._began(seat, self._live)
        if self._chose is not None:
            seat.send(self._chose)
        seat.send(self._now(self._live))

    def leave(self, seat: Seat) -> None:
        """It has gone: what was held from it has ended."""
        self._seats = [other for other in self._seats if other is not seat]
        self.let_go()
        if self._live is not None and not self._live.ended and self._live.present(THERAPIST):
            self._live.left(THERAPIST)

    def see_out(self, tab: str | None = None) -> list[Seat]:
        """They are to go, or those of one tab token; returns them."""
        going = [seat for seat in self._seats if tab in (None, seat.tab)]
        self._seats = [seat for seat in self._seats if seat not in going]
        return going

    def opened(self, live: Live) -> None:
        """A take was opened, or is gone on with."""
        if self._live is not live:
            self._live, self._hearing, self._chose, self._told = live, Hearing(), None, {}
            self._held.clear()
            live.overhear = self._overheard
        for seat in self._seats:
            self._began(seat, live)
        self.look()

    def closed(self) -> None:
        """The take is over."""
        self._limit.cancel()
        self._live = self._longest = None
        self._held.clear()

    @staticmethod
    def _began(seat: Seat, live: Live) -> None:
        seat.send({"type": "began", "take": live.id, "now": round(live.now, 6), "at": clock_now()})

    # --- what is told --------------------------------------------------------------------------

    def tell(self, message: Message, but: Seat | None = None) -> None:
        """Say something to all of them, or to all ``but`` one."""
        if message["type"] == "chose":
            self._chose = message
        for seat in self._seats:
            if seat is not but:
                seat.send(message)

    def _overheard(self, event: Input | None, outputs: list[Output]) -> None:
        self._hearing.take_in(event, outputs)
        self.look()

    def look(self) -> None:
        """If something else is heard than was told, it is told, at most so often."""
        live = self._live
        if live is None or live.ended or not self._seats or self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._told_at + SELDOM - loop.time()
        if wait > 0.0:
            self._timer = loop.call_later(wait, self._look_again)
            return
        told = self._heard(live)
        if told != self._told:
            self._told, self._told_at = told, loop.time()
            self.tell(self._now(live))

    def _look_again(self) -> None:
        self._timer = None
        self.look()

    def _heard(self, live: Live) -> Message:
        heard = self._hearing.told(live.now, live.wishes)
        rested = None if live.rested is None else "beside" if live.rested == THERAPIST else "maker"
        state = {"resting": rested, "finishing": live.finishing, "player": self._attended()}
        return {**heard, **state, "limit": self._limit.at, "longest": self._longest}

    def _now(self, live: Live) -> Message:
        return {"type": "hearing", "now": round(live.now, 3), **self._heard(live)}

    # --- what is done --------------------------------------------------------------------------

    def hear(self, seat: Seat, message: Message) -> None:
        """Something played or asked for from beside. Raises EventError if it cannot be taken in."""
        live = self._open()
        if message["type"] == "steer":
            _check_steer(message, live)
        if not self._attended() and message["type"] not in ("finish", "rest"):
            raise EventError("The page that plays is not there just now; what you did was left out.")
        live.hear(to_input(message))
        if message["type"] in ("note", "tap"):
            self._sound(message, seat)
        self.look()

    def _sound(self, message: Message, but: Seat | None) -> None:
        """The maker's page sounds what is played from beside, and all who look on see it."""
        if message["type"] == "note":
            change = self._held.discard if message.get("on") is False else self._held.add
            change(message["pitch"])
        for other in self._others():
            other.send({"type": "maker", "event": message})
        self.tell({"type": "maker", "event": message}, but)

    def let_go(self) -> None:
        """What is held from beside has ended for the session: so it has for those who look on."""
        for pitch in sorted(self._held):
            self._sound({"type": "note", "on": False, "pitch": pitch, "maker": THERAPIST}, None)

    def bound(self, longest: Seconds | None) -> None:
        """The open take lasts so long at the most, whatever anybody asks for; None: it has no bound."""
        self._longest = longest
        self.limit(None, MAKER)

    def limit(self, seconds: Seconds | None, maker: str) -> None:
        """A maker, or a therapist, asks that the take come to its close at a moment of the session; None:
        whenever somebody finishes it, or at its bound. Raises EventError where no take is open."""
        live = self._open()
        if self._longest is not None and (seconds is None or seconds > self._longest):
            seconds, maker = self._longest, MAKER
        if seconds is None:
            self._limit.cancel()
        else:
            self._limit.set(live, seconds, maker, lambda: self._hearing.phrase_going)
        self.look()

    def mark(self, seat: Seat, message: Message) -> None:
        """A moment is marked, now or at one that is given; it is told once it is on the disk."""
        live = self._open()
        at = a_moment(message.get("at", live.now))
        marks = self._takes.marks(live.id)
        task = asyncio.ensure_future(self._mark(seat, live.id, marks, at, message.get("text")))
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)

    async def _mark(self, seat: Seat, take: str, marks: Marks, at: object, text: object) -> None:
        try:
            made = await asyncio.to_thread(marks.add, at, text, datetime.now(UTC))
        except UndersongError as error:
            seat.send({"type": "refused", "seq": None, "because": str(error)})
            return
        self.tell({"type": "marked", "take": take, "mark": made.shown})

    def _open(self) -> Live:
        if self._live is None or self._live.ended:
            raise EventError("Nobody is playing just now.")
        return self._live


def _check_steer(message: Message, live: Live) -> None:
    what = message.get("what")
    if what not in STEERS:
        raise EventError(f"From beside, a steer's what is one of {', '.join(STEERS)}.")
    if what == "begin" and live.rested != THERAPIST:
        raise EventError("From beside, begin asks the partner back after a rest that was asked for there.")
    if what == "technique" and message.get("technique") == "ending":
        raise EventError("A close is asked for with finish.")
