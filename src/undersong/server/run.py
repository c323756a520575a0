"""Starting: one server to a data folder, its port remembered; to other machines only by server.door."""

from __future__ import annotations

import gc
import json
import logging
import socket as sockets
import ssl
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn

from undersong.edges import files
from undersong.edges.house import House
from undersong.edges.lock import Lock
from undersong.errors import UndersongError, UsageError
from undersong.server import door
from undersong.server.app import create_app
from undersong.server.keys import Keys
from undersong.server.patience import NotAFault, Patient

LOOPBACK = "127.0.0.1"
WILD = ("0.0.0.0", "::")  # every address of this machine
STATE = "server.json"  # in the data folder: the port, and the key with which a second start asks
BACKLOG = 32  # connections accepted at one go: few, so that silent ones can be let go in between
LARGEST_FRAME = 64 * 1024  # bytes
WAIT_FOR_THE_FIRST = 5.0  # seconds that a second start gives the first one to be ready
Say = Callable[[str], None]


def start(
    house: House,
    *,
    host: str = LOOPBACK,
    port: int | None = None,
    secured: door.Tls | None = None,
    browser: bool,
    say: Say,
) -> None:
    """Run the app until it is stopped; where it runs already, open that one.

    ``say`` is given the launch address if no browser is to be opened. ``secured``: over TLS. Raises
    UsageError if it cannot be started.
    """
    door.check(host, secured, house.protected)
    data = house.folder
    lock = Lock(data)
    if not lock.take():
        _open(_launch_of_the_first(data), browser, say)
        return
    try:
        _run(house, host, port, secured, browser, say)
    finally:
        lock.give_back()


def _run(
    house: House, host: str, port: int | None, secured: door.Tls | None, browser: bool, say: Say
) -> None:
    data = house.folder
    with _listen(host, port, _state(data).get("port")) as listening:
        bound = listening.getsockname()[1]
        keys = Keys()
        hosts = tuple(f"{name}:{bound}" for name in _names(host, secured))
        address = f"{'http' if secured is None else 'https'}://{hosts[0]}"
        certificate = None if secured is None else str(secured.certificate.absolute())
        reach = LOOPBACK if host in WILD else host
        state = _as_bytes(
            {"port": bound, "key": keys.start_key, "address": address, "reach": reach,
             "certificate": certificate}
        )  # fmt: skip
        (data / STATE).unlink(missing_ok=True)  # whatever stood there, also a link to somewhere else
        files.write_whole(data / STATE, state, files.PRIVATE_FILE)
        _open(f"{address}/launch?token={keys.launch()}", browser, say)
        if browser:
            say(f"Undersong is open at {address}. Ctrl+C closes it.")
        account = not door.is_inside(host)
        config = uvicorn.Config(
            create_app(house, keys, hosts, secure=secured is not None, account=account),
            ssl_certfile=None if secured is None else secured.certificate,
            ssl_keyfile=None if secured is None else secured.key,
            http=Patient,
            backlog=BACKLOG,
            ws="websockets-sansio",
            ws_max_size=LARGEST_FRAME,
            ws_per_message_deflate=False,
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            access_log=False,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=3,
            lifespan="on",
        )
        settle_memory()
        logging.getLogger("uvicorn.error").addFilter(NotAFault())
        with suppress(KeyboardInterrupt):  # closed by hand, which is how one closes it
            uvicorn.Server(config).run(sockets=[listening])


def settle_memory() -> None:
    """Look for garbage rarely, and not among what was there from the start: a full search stops every
    duet for tens of milliseconds, and the engine leaves hardly anything to be found."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _names(host: str, secured: door.Tls | None) -> tuple[str, ...]:
    """Under which names one may ask, the one that is told first."""
    own = () if host in WILD else (_written(host),)
    certified = () if secured is None else secured.names
    inside = ("localhost",) if door.is_inside(host) else ()
    return tuple(dict.fromkeys((*own, *certified, *inside)))


def _listen(host: str, port: int | None, remembered: object) -> sockets.socket:
    """A listening socket: on the port that was asked for, else the remembered one, else any."""
    known = remembered if type(remembered) is int and 0 < remembered < 65536 else None
    wanted = [number for number in (port or known,) if number is not None]
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    for number in [*wanted, 0]:
        # TCP by name: only then does asyncio send small frames at once instead of gathering them for 40 ms
        listening = sockets.socket(family, sockets.SOCK_STREAM, sockets.IPPROTO_TCP)
        if sys.platform != "win32":
            listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            listening.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            listening.close()
            if number == port or number == 0:
                why = getattr(error, "strerror", None) or error
                raise UsageError(
                    f"Port {number} on {host} cannot be used: {why}. Choose another with --port."
                ) from error
        else:
            return listening
    raise AssertionError("a port of the system's own choice is always tried")


def _launch_of_the_first(data: Path) -> str:
    """A launch address from the server that runs already."""
    by = time.monotonic() + WAIT_FOR_THE_FIRST
    while True:
        state = _state(data)
        try:
            address = str(state["address"])
            scheme, _, name = address.partition("://")
            request = urllib.request.Request(
                f"{scheme}://{_written(str(state['reach']))}:{state['port']}/relaunch",
                method="POST",
                headers={"host": name, "x-undersong-start-key": str(state["key"])},
            )
            # never by way of a proxy: this is our own machine
            handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
            if state["certificate"] is not None:
                ours = ssl.create_default_context(cafile=str(state["certificate"]))
                ours.check_hostname = False  # it is reached by another name from here
                handlers.append(urllib.request.HTTPSHandler(context=ours))
            opener = urllib.request.build_opener(*handlers)
            with opener.open(request, timeout=2.0) as answer:
                return f"{address}/launch?token={json.load(answer)['token']}"
        except (KeyError, OSError, ValueError, urllib.error.URLError) as error:
            if time.monotonic() > by:
                raise UsageError(
                    f"Undersong runs already with {data}, but does not answer. Close it, or name another "
                    "folder with --data."
                ) from error
            time.sleep(0.1)


def _state(data: Path) -> dict[str, object]:
    try:
        state = json.loads(files.read_whole(data / STATE, "settings file", 1 << 16))
    except (UndersongError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def _as_bytes(state: dict[str, object]) -> bytes:
    return (json.dumps(state) + "\n").encode()


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _open(address: str, browser: bool, say: Say) -> None:
    if not browser:
        say(address)
    elif not webbrowser.open(address):
        say(f"No browser could be opened; please open this address in one: {address}")
