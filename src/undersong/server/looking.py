"""Looking back over HTTP: a take laid out whole, its report, its sound, a fragment as notation, the course.

All is computed in threads: a duet that is played meanwhile goes on.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from undersong.edges import looking, musicxml
from undersong.edges.export import duet_wav
from undersong.edges.takes import Kept, Stamp
from undersong.errors import UndersongError
from undersong.reflecting.beats import heard_beats
from undersong.reflecting.duet import duet
from undersong.reflecting.report import POLICY
from undersong.server.answers import Made, Pieces, as_json, download, named, plainly, seconds
from undersong.server.home import Home

AFTER = 4.0  # seconds: what comes later than that after a fragment says nothing of its beats


def looking_routes(home: Home) -> list[BaseRoute]:
    """The routes that look back."""

    def take(request: Request) -> Kept:
        return home.takes(request).get(request.path_params["id"])

    async def review(request: Request) -> Response:
        def looked() -> bytes:
            return as_json(looking.review(looking.look(take(request))))

        return Response(await asyncio.to_thread(looked), media_type="application/json")

    async def report(request: Request) -> Response:
        def looked() -> bytes:
            return looking.report(looking.look(take(request)))

        page = await asyncio.to_thread(looked)
        return Response(page, media_type="text/html", headers={"content-security-policy": POLICY})

    async def notation(request: Request) -> Response:
        begin = seconds(request, "from") or 0.0
        end = seconds(request, "to")

        def written() -> tuple[str, bytes]:
            one = take(request)
            made = duet(one.log.inputs, one.log.outputs)
            title = one.words.name or "A fragment"
            until = made.end if end is None else end
            heard = [event for event in one.log.inputs if event.heard <= until + AFTER]
            return one.id, musicxml.fragment(made, heard_beats(heard), begin, until, title)

        id_, data = await asyncio.to_thread(written)
        return download(data, "application/vnd.recordare.musicxml+xml", f"undersong-{id_}.musicxml")

    async def sound(request: Request) -> Response:
        def begun() -> tuple[str, Made, bytes]:
            one = take(request)
            pieces = duet_wav(one)
            return one.id, pieces, next(pieces)  # what is missing is said before anything is sent

        id_, pieces, head = await asyncio.to_thread(begun)
        return Pieces(head, pieces, "audio/wav", named(f"undersong-{id_}.wav"))

    known: dict[str, tuple[Stamp, dict[str, Any]]] = {}  # what was worked out stays until its take changes

    async def course(request: Request) -> Response:
        def weeks() -> bytes:
            told: dict[str, tuple[Stamp, dict[str, Any]]] = {}
            faults: list[str] = []
            for takes in home.sources(request):
                listed, wrong = takes.all()
                faults += wrong
                for one in listed:
                    if not one.kept or not one.notes:
                        continue
                    with suppress(UndersongError):  # it was erased meanwhile
                        stamp, before = takes.stamp(one.id), known.get(one.id)
                        if before is None or before[0] != stamp:
                            before = (stamp, looking.week(takes.get(one.id)))
                        told[one.id] = before
            known.clear()
            known.update(told)  # what is gone is forgotten
            return as_json({"sessions": [told[id_][1] for id_ in sorted(told)], "faults": faults})

        return Response(await asyncio.to_thread(weeks), media_type="application/json")

    one = "/api/takes/{id}"
    return [
        Route("/api/course", plainly(course), methods=["GET"]),
        Route(f"{one}/review", plainly(review), methods=["GET"]),
        Route(f"{one}/report", plainly(report), methods=["GET"]),
        Route(f"{one}/fragment.musicxml", plainly(notation), methods=["GET"]),
        Route(f"{one}/duet.wav", plainly(sound), methods=["GET"]),
    ]
