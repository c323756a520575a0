"""How a request is answered: a fault becomes a status and one sentence, a file a download."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from undersong.errors import EventError, UndersongError

Handler = Callable[[Request], Awaitable[Response]]
LARGEST_JSON = 64 * 1024  # bytes of what a page says in words
TOO_LARGE = 413


class TooLarge(EventError):
    """More bytes came than are taken in."""


def plainly(handler: Handler) -> Handler:
    """A fault of the request becomes a status and one sentence."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except TooLarge as error:
            # what was not read is not waited for
            return JSONResponse({"error": str(error)}, TOO_LARGE, headers={"connection": "close"})
        except EventError as error:
            return JSONResponse({"error": str(error)}, 422)
        except UndersongError as error:
            return JSONResponse({"error": str(error)}, 404)

    return answer


def download(data: bytes, kind: str, name: str) -> Response:
    """A file to take away."""
    return Response(data, media_type=kind, headers=named(name))


def named(name: str) -> dict[str, str]:
    """The header that makes a download of an answer."""
    return {"content-disposition": f'attachment; filename="{name}"'}


async def body(request: Request, most: int, too_large: str) -> bytes:
    """What a request brings, refused where it is larger than ``most`` bytes, while it comes."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > most:
            raise TooLarge(too_large)
    return bytes(found)


async def said(request: Request) -> Mapping[str, Any]:
    """The JSON object that a request brings. Raises EventError if it brings none."""
    data = await body(request, LARGEST_JSON, "That is more than can be written at once; please shorten it.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EventError("What came is no JSON object, so nothing was changed.")
    return found


def seconds(request: Request, name: str) -> float | None:
    """A moment that is asked for in the address; None for none. Raises EventError if it is no number."""
    given = request.query_params.get(name)
    if given is None or given == "":
        return None
    try:
        return float(given)
    except ValueError:
        raise EventError(f"{name} is a number of seconds from the beginning; please give one.") from None
