"""How a request is answered: a fault becomes a status and one sentence, a file a download."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from undersong.edges.house import Locked
from undersong.edges.vault import Wrong
from undersong.errors import EventError, UndersongError

Made = Generator[bytes, None, None]
Handler = Callable[[Request], Awaitable[Response]]
LARGEST_JSON = 64 * 1024  # bytes of what a page says in words
TOO_LARGE = 413
LOCKED_STATUS = 423
BIT = 400  # elements of a list that are encoded at one go


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
        except Locked as error:
            return JSONResponse({"error": str(error)}, LOCKED_STATUS)
        except Wrong as error:
            return JSONResponse({"error": str(error)}, 403)
        except UndersongError as error:
            return JSONResponse({"error": str(error)}, 404)

    return answer


def download(data: bytes, kind: str, name: str) -> Response:
    """A file to take away."""
    return Response(data, media_type=kind, headers=named(name))


def as_json(value: Any) -> bytes:
    """A large value as JSON, encoded bit by bit: for as long as one bit takes, no other thread can run, and
    a duet may be played meanwhile."""
    return "".join(_bits(value)).encode()


def _bits(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield "{"
        for number, (name, inner) in enumerate(value.items()):
            yield ("," if number else "") + json.dumps(name) + ":"
            yield from _bits(inner)
        yield "}"
    elif isinstance(value, (list, tuple)) and len(value) > BIT:
        yield "["
        for first in range(0, len(value), BIT):
            yield ("," if first else "") + _encoder.encode(value[first : first + BIT])[1:-1]
        yield "]"
    else:
        yield _encoder.encode(value)


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Pieces(StreamingResponse):
    """A large file, made while it is sent, each piece in a thread. Where it is not fetched to its end, its
    making ends there: what it holds (a synthesiser) is let go at once, not when garbage is looked for."""

    def __init__(self, head: bytes, rest: Made, kind: str, headers: Mapping[str, str]) -> None:
        super().__init__(self._all(head), media_type=kind, headers=headers)
        self._rest = rest
        self._making = Lock()  # a piece may still be made in its thread when nobody waits for it any more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as far as it is wanted."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            asyncio.get_running_loop().run_in_executor(None, self._let_go)

    async def _all(self, head: bytes) -> AsyncIterator[bytes]:
        yield head
        while piece := await asyncio.to_thread(self._next):
            yield piece

    def _next(self) -> bytes:
        with self._making:
            return next(self._rest, b"")

    def _let_go(self) -> None:
        with self._making:
            self._rest.close()


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
