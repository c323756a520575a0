"""A client of the live protocol, written from docs/protocol.md alone: no code of the server in it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from websockets.sync.client import ClientConnection, connect

Message = dict[str, Any]
Run = Callable[..., tuple[int, str, str]]  # runs the command: its exit code, output and errors
PATIENCE = 20.0  # seconds after which something that should come is taken to have failed


class Server:
    """A running ``undersong``, started as a person would start it."""

    def __init__(
        self,
        data: Path,
        *options: str,
        python: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [
                str(python or sys.executable),
                "-m",
                "undersong",
                "--no-browser",
                "--data",
                str(data),
                *options,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=data.parent,
        )
        assert self.process.stdout is not None
        self.launch = self.process.stdout.readline().strip()
        found = re.fullmatch(r"(http://(127\.0\.0\.1:(\d+)))/launch\?token=\S+", self.launch)
        assert found, (self.launch, self.process.stderr and self.process.stderr.read())
        self.address, self.host, self.port = found[1], found[2], int(found[3])

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@contextmanager
def running(data: Path, *options: str) -> Iterator[Server]:
    server = Server(data, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def http(
    address: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One request, redirects not followed: status, headers with small letters, body."""
    request = urllib.request.Request(address, data=body, method=method, headers=headers or {})
    try:
        with _opener.open(request, timeout=PATIENCE) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def let_in(server: Server, launch: str | None = None) -> str:
    """The cookie that a launch address is swapped for."""
    status, headers, _ = http(launch or server.launch)
    assert status == 303, status
    return headers["set-cookie"].split(";")[0]


class Page:
    """One page: it has a tab token, numbers its inputs, and remembers what is not acknowledged."""

    as_what: ClassVar[Message] = {}  # what it is, besides a page that may play

    def __init__(self, server: Server, cookie: str, *, take_over: bool = False) -> None:
        self.server, self.cookie = server, cookie
        self.new_tab()
        self.seq = 0
        self.unacknowledged: list[Message] = []
        self.heard: list[Message] = []
        self.refused: list[Message] = []
        self.take: str | None = None
        self.offset = 0.0  # session time minus this machine's clock
        self.connect(take_over=take_over)

    def new_tab(self) -> None:
        """Ask for a tab token, as a page does when it is loaded."""
        headers = {"cookie": self.cookie, "origin": self.server.address}
        _, _, body = http(f"{self.server.address}/api/tab", "POST", headers)
        self.tab = json.loads(body)["tab"]

    def connect(self, *, take_over: bool = False, port: int | None = None) -> None:
        """Open the socket, by way of a proxy's ``port`` where one is given."""
        self._open = ExitStack()
        through = None
        if port is not None:
            through = self._open.enter_context(socket.create_connection(("127.0.0.1", port)))
        self.socket: ClientConnection = self._open.enter_context(
            connect(
                f"ws://{self.server.host}/socket",
                additional_headers={"cookie": self.cookie},
                origin=self.server.address,  # type: ignore[arg-type]
                proxy=None,
                close_timeout=1,
                sock=through,
            )
        )
        self.say({"type": "hello", "protocol": 1, "tab": self.tab, "take_over": take_over, **self.as_what})
        self.welcome = self.until(lambda message: message["type"] in ("welcome", "nobody"))

    def say(self, message: Message) -> None:
        self.socket.send(json.dumps(message))

    def input(self, message: Message) -> int:
        """Send an input with the next number; it is remembered until it is acknowledged."""
        self.seq += 1
        numbered = {**message, "seq": self.seq}
        self.unacknowledged.append(numbered)
        self.say(numbered)
        return self.seq

    def begin(self, what: str = "begin") -> None:
        self.input({"type": "steer", "what": what})
        began = self.until("began")
        self.take = began["take"]
        self.offset = began["now"] - time.monotonic()

    def resume(self) -> None:
        """Go on with the take that the welcome offers, and send again what was not acknowledged."""
        self.say({"type": "resume", "take": self.welcome["take"]["id"]})
        resumed = self.until("resumed")
        self.take = resumed["take"]
        self.offset = resumed["now"] - time.monotonic()
        self.seq = max(self.seq, resumed["seq"])
        for message in self.unacknowledged:
            if message["seq"] > resumed["seq"]:
                self.say(message)

    def now(self) -> float:
        return time.monotonic() + self.offset

    def note(self, pitch: int, velocity: int = 64) -> int:
        return self.input(
            {"type": "note", "on": True, "time": self.now(), "pitch": pitch, "velocity": velocity}
        )

    def let_go(self, pitch: int) -> int:
        return self.input({"type": "note", "on": False, "time": self.now(), "pitch": pitch})

    def receive(self, timeout: float = PATIENCE) -> Message:
        message: Message = json.loads(self.socket.recv(timeout=timeout))
        self.heard.append(message)
        if message["type"] == "ack":
            self.unacknowledged = [m for m in self.unacknowledged if m["seq"] > message["seq"]]
        elif message["type"] == "refused":
            self.refused.append(message)
            self.unacknowledged = [m for m in self.unacknowledged if m["seq"] != message["seq"]]
        return message

    def until(self, wanted: str | Callable[[Message], bool], timeout: float = PATIENCE) -> Message:
        """Receive until a message of a type, or one that answers a question, comes."""
        end = time.monotonic() + timeout
        while True:
            message = self.receive(max(0.01, end - time.monotonic()))
            if message["type"] == wanted if isinstance(wanted, str) else wanted(message):
                return message

    def all_acknowledged(self) -> None:
        """Wait until everything that was sent is on the disk."""
        while self.unacknowledged:
            self.receive()

    def close(self) -> None:
        self._open.close()


class Therapist(Page):
    """A therapist's page: it sits beside the one that plays, and numbers nothing."""

    as_what: ClassVar[Message] = {"therapist": True}

    def steer(self, what: str, **more: Any) -> None:
        self.say({"type": "steer", "what": what, **more})

    def key(self, pitch: int, velocity: int = 64, *, on: bool = True) -> None:
        told = {"type": "note", "on": on, "pitch": pitch}
        self.say({**told, "velocity": velocity} if on else told)

    def ask(
        self, path: str, method: str = "GET", body: Message | None = None, tab: str | None = None
    ) -> tuple[int, Message]:
        """A request as this page makes it, with its tab token, or with another."""
        headers = {"cookie": self.cookie, "origin": self.server.address, "content-type": "application/json"}
        headers["x-undersong-tab"] = self.tab if tab is None else tab
        data = None if body is None else json.dumps(body).encode()
        status, _, answer = http(self.server.address + path, method, headers, data)
        return status, json.loads(answer)


class Asking:
    """The address space over HTTP, asked as a page asks: status and JSON."""

    def __init__(self, server: Server, cookie: str) -> None:
        self.server = server
        self.headers = {"cookie": cookie, "origin": server.address}

    def __call__(self, method: str, path: str, said: object = None) -> tuple[int, Any]:
        body = None if said is None else json.dumps(said).encode()
        status, _, answer = http(self.server.address + path, method, self.headers, body)
        return status, json.loads(answer)
