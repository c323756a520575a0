"""The gate: what every request and every socket must pass before anything else looks at it.

In this order: the Host must be one of ours (a foreign name that resolves here is an attack); an
Origin must be ours; what another site or another port caused is refused by Sec-Fetch-Site; a request
that changes something must come from our own page; and all but the launch needs the cookie. The
gate also puts the headers on every answer that keep a page from loading or leaking anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from undersong.server.keys import Keys
from undersong.server.plain import page

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = ("GET", "HEAD")
OPEN = ("/launch", "/relaunch")  # these have keys of their own
SIGN_IN = "/sign-in"  # asks for the passphrase; only where other machines may come in
OURS = ("same-origin", "none")

FORBIDDEN = (403, "This is not a request of Undersong's own page, so it was refused.")
UNKNOWN = (
    401,
    "This browser is not known to Undersong, or Undersong was started anew. "
    "Please open it again with the undersong command.",
)


class Gate:
    """Wraps the app. ``hosts``: the names under which this server may be asked for, with its port;
    ``secure``: over TLS; ``account``: other machines may come in, with the passphrase."""

    def __init__(
        self, app: App, keys: Keys, hosts: tuple[str, ...], *, secure: bool = False, account: bool = False
    ) -> None:
        scheme = "https" if secure else "http"
        self._account = account
        self._app = app
        self._keys = keys
        self._hosts = hosts
        self._origins = tuple(f"{scheme}://{host}" for host in hosts)
        self._cookie = cookie_name(hosts)
        self._headers = _headers(hosts, "wss" if secure else "ws")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await self._refuse(scope, send, *refusal)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                own = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in self._headers if name not in own),
                ]
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        hosts = [value.decode("latin-1").lower() for value in headers.get(b"host", [])]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return FORBIDDEN
        origins = [value.decode("latin-1").lower() for value in headers.get(b"origin", [])]
        if any(origin not in self._origins for origin in origins):
            return FORBIDDEN
        sites = [value.decode("latin-1").lower() for value in headers.get(b"sec-fetch-site", [])]
        if any(site not in OURS for site in sites):
            return FORBIDDEN
        launching = scope["path"] in OPEN
        changes = scope["type"] == "http" and scope["method"] not in SAFE
        if changes and not (origins or sites) and not launching:
            return FORBIDDEN
        signing_in = self._account and scope["path"] == SIGN_IN
        if not launching and not signing_in and not self._known(headers.get(b"cookie", [])):
            return UNKNOWN
        return None

    def _known(self, cookies: list[bytes]) -> bool:
        # by hand: cookies of other programs on this machine come along, in whatever shape
        for header in cookies:
            for part in header.decode("latin-1").split(";"):
                name, _, value = part.strip().partition("=")
                if name == self._cookie and self._keys.knows_cookie(value):
                    return True
        return False

    async def _refuse(self, scope: Scope, send: Send, status: int, why: str) -> None:
        if self._account and status == UNKNOWN[0] and (scope["type"], scope["path"]) == ("http", "/"):
            headers = [*self._headers, (b"location", SIGN_IN.encode())]
            await send({"type": "http.response.start", "status": 303, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        body, style = page(why)
        kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
        own = dict(self._headers)
        own[b"content-type"] = b"text/html; charset=utf-8"
        own[b"content-security-policy"] = (
            f"default-src 'none'; style-src '{style}'; frame-ancestors 'none'; base-uri 'none'"
        ).encode()
        await send({"type": f"{kind}.start", "status": status, "headers": list(own.items())})
        await send({"type": f"{kind}.body", "body": body})


def cookie_name(hosts: tuple[str, ...]) -> str:
    """Cookies go to every port of a machine, so the port is in the name."""
    return "undersong-" + hosts[0].rpartition(":")[2]


def _headers(hosts: tuple[str, ...], scheme: str) -> tuple[tuple[bytes, bytes], ...]:
    # 'self' covers the socket only in newer browsers
    sockets = " ".join(f"{scheme}://{host}" for host in hosts)
    policy = (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; "
        f"img-src 'self'; worker-src 'self'; media-src 'self'; connect-src 'self' {sockets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return (
        (b"content-security-policy", policy.encode()),
        (b"cache-control", b"no-store"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-embedder-policy", b"require-corp"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"microphone=(self), midi=(self), camera=(), geolocation=()"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )
