"""A practice over HTTP: the therapist's own role, the people, and who is in the room.

The therapist's role belongs to a tab: whoever gives the passphrase gets a token for it, which the page
keeps in memory alone and sends along. Every other page at that machine is the client's.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.caring.counts import LEAST, Counts, of_intake
from undersong.edges import intake
from undersong.errors import EventError, UndersongError, UsageError
from undersong.server.answers import plainly, said
from undersong.server.care import who_asks
from undersong.server.home import NOT_YOURS, TAB, Home

LOCK_FIRST = (
    "First lock what is kept with a passphrase: without one there is nothing that tells you from others."
)


def people_routes(home: Home) -> list[BaseRoute]:
    """The routes of a practice."""
    house = home.house

    async def therapist(request: Request) -> Response:
        passphrase = (await said(request)).get("passphrase")
        if not house.protected:
            raise EventError(LOCK_FIRST)
        if not isinstance(passphrase, str):
            raise EventError("Please give the passphrase.")
        await home.attempts.ask(partial(house.knows, passphrase), who_asks(request))
        await _note(home, "therapist", "came in")
        return JSONResponse({"tab": home.keys.therapist()})

    async def goes(request: Request) -> Response:
        home.keys.forget_therapist(request.headers.get(TAB, ""))
        return JSONResponse({"gone": True})

    async def people(request: Request) -> Response:
        await _note(home, "therapist", "read people")
        found, faults = await asyncio.to_thread(house.people)
        told = [{"id": id_, "name": name} for id_, name in found]
        return JSONResponse({"people": told, "faults": faults, "room": home.room.id})

    async def add(request: Request) -> Response:
        name = (await said(request)).get("name")
        if not house.protected:
            raise EventError(LOCK_FIRST)
        if home.role(request) == "solo":
            return JSONResponse({"error": NOT_YOURS}, 403)
        if not isinstance(name, str):
            raise EventError("Please give a name.")
        try:
            place = await asyncio.to_thread(house.add, name, datetime.now(UTC))
        except UsageError as error:
            raise EventError(str(error)) from error
        await _note(home, "therapist", "add", place.id)
        return JSONResponse({"id": place.id, "name": place.name}, 201)

    async def erase(request: Request) -> Response:
        id_ = request.path_params["id"]
        await asyncio.to_thread(house.place, id_)  # somebody whom nobody knows is not told of
        await _note(home, "therapist", "erase person", id_)
        if home.person == id_:
            await home.enter(None)
        await asyncio.to_thread(house.erase, id_)
        return JSONResponse({"erased": True})

    async def room(request: Request) -> Response:
        words = await said(request)
        person = words.get("person")
        if "person" not in words or not (person is None or isinstance(person, str)):
            raise EventError("Please say who is in the room: an id, or null for nobody.")
        await asyncio.to_thread(house.place, person)
        await _note(home, "therapist", "enter room", person)
        await home.enter(person)
        return JSONResponse({"person": person})

    async def counts(request: Request) -> Response:
        await _note(home, "therapist", "read counts")
        found = await asyncio.to_thread(_counts, home)
        return JSONResponse({"least": LEAST, "people": found.people, "questions": found.questions})

    return [
        Route("/api/counts", plainly(counts), methods=["GET"]),
        Route("/api/therapist", plainly(therapist), methods=["POST"]),
        Route("/api/therapist", plainly(goes), methods=["DELETE"]),
        Route("/api/people", plainly(people), methods=["GET"]),
        Route("/api/people", plainly(add), methods=["POST"]),
        Route("/api/people/{id}", plainly(erase), methods=["DELETE"]),
        Route("/api/room", plainly(room), methods=["PUT"]),
    ]


def _counts(home: Home) -> Counts:
    """What everybody answered who said yes to being counted."""
    said = []
    for id_, _ in home.house.people()[0]:
        with suppress(UndersongError):  # somebody's record that cannot be read is told of in the list
            record = home.house.place(id_).record
            if record.consent("research") is not None:
                said.append(intake.read(record))
    return of_intake(said)


async def _note(home: Home, who: str, what: str, person: str | None = None) -> None:
    await asyncio.to_thread(home.house.note, who, what, datetime.now(UTC), person)
