"""The app: which address answers what. Every route stands behind the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hmac import compare_digest
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket

from undersong.edges.house import House
from undersong.server.api import take_routes
from undersong.server.care import house_routes
from undersong.server.consent import consent_routes
from undersong.server.door import door_routes
from undersong.server.gate import UNKNOWN, App, Gate, cookie_name
from undersong.server.home import Home
from undersong.server.intake import intake_routes
from undersong.server.keys import Keys
from undersong.server.looking import looking_routes
from undersong.server.marks import mark_routes
from undersong.server.measures import measure_routes
from undersong.server.people import people_routes
from undersong.server.plain import page
from undersong.server.shares import share_routes
from undersong.server.socket import serve
from undersong.server.stage import Stage
from undersong.server.words import word_routes

STATIC = Path(__file__).parent / "static"  # the built front end
BUILD_FIRST = (
    "The page has not been built yet. Run 'python tools/dev.py build' in Undersong's own folder "
    "(it needs Node 20.19 or newer), then try again."
)
FOR_EVER = "public, max-age=31536000, immutable"  # of files whose name changes with their content


def create_app(
    house: House, keys: Keys, hosts: tuple[str, ...], *, secure: bool = False, account: bool = False
) -> App:
    """The app of one house. ``hosts``: the names with port under which it may be asked for; ``secure``:
    over TLS; ``account``: also by other machines, with the passphrase."""
    home = Home(house, keys)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await home.begin()
        yield
        await home.end()

    def stage() -> Stage:
        return home.stage

    async def launch(request: Request) -> Response:
        if request.method != "GET":
            return Response(status_code=405)  # looking ahead must not use the token up
        cookie = keys.swap(request.query_params.get("token", ""))
        if cookie is None:
            return _plain(*UNKNOWN)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            cookie_name(hosts), cookie, httponly=True, secure=secure, samesite="strict", path="/"
        )
        return answer

    async def relaunch(request: Request) -> Response:
        given = request.headers.get("x-undersong-start-key", "")
        if not compare_digest(given.encode("utf-8", "surrogatepass"), keys.start_key.encode()):
            return _plain(*UNKNOWN)
        return JSONResponse({"token": keys.launch()})

    async def tab(request: Request) -> Response:
        return JSONResponse({"tab": keys.tab()})

    async def index_page(request: Request) -> Response:
        index = STATIC / "index.html"
        if not index.is_file():
            return _plain(503, BUILD_FIRST)
        return FileResponse(index, headers={"cache-control": "no-store"})

    async def socket(websocket: WebSocket) -> None:
        await serve(websocket, home.arrive, keys, home.role_of)

    routes: list[BaseRoute] = [
        Route("/launch", launch, methods=["GET"]),
        Route("/relaunch", relaunch, methods=["POST"]),
        Route("/", index_page, methods=["GET"]),
        Route("/api/tab", tab, methods=["POST"]),
        *take_routes(home),
        *word_routes(home),
        *looking_routes(home),
        *house_routes(home, hosts),
        *mark_routes(stage),
        *consent_routes(stage),
        *intake_routes(home),
        *measure_routes(home),
        *people_routes(home),
        *share_routes(home),
        *(door_routes(home, hosts) if account else ()),
        WebSocketRoute("/socket", socket),
        Mount("/", _Files(directory=STATIC, check_dir=False)),
    ]
    return Gate(
        Starlette(routes=home.guarded(routes), lifespan=lifespan),
        keys,
        hosts,
        secure=secure,
        account=account,
    )


class _Files(StaticFiles):
    """The built files. Those with their digest in the name may be kept; pages never."""

    async def check_config(self) -> None:
        """Nothing is wrong with a page that has not been built yet: its files are not found."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or 404."""
        answer = await super().get_response(path, scope)
        if path.startswith("assets/") and answer.status_code == 200:
            answer.headers["cache-control"] = FOR_EVER
        elif path.startswith("sound/"):
            answer.headers["cache-control"] = "no-cache"  # asked for again, sent again only when changed
        return answer


def _plain(status: int, sentence: str) -> Response:
    body, style = page(sentence)
    policy = f"default-src 'none'; style-src '{style}'; frame-ancestors 'none'; base-uri 'none'"
    return HTMLResponse(body, status, headers={"content-security-policy": policy})
