"""A practice for the tests: a locked house with people in it, a running server, and whoever asks it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from client import Server, http, let_in
from undersong.edges.house import House

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PASSPHRASE = "a long walk home"


def practice(data: Path, *names: str) -> tuple[House, dict[str, str]]:
    """A locked house, open to us, and the ids of the people in it, who all said yes to everything."""
    data.mkdir(exist_ok=True)
    house = House(data)
    house.protect(PASSPHRASE)
    ids = {}
    for name in names:
        place = house.add(name, NOW)
        for kind in ("play", "keep", "share", "research"):
            place.record.give(kind, NOW)  # type: ignore[arg-type]
        ids[name] = str(place.id)
    return house, ids


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """A server of that house, unlocked as it starts."""
    server = Server(data, environment={**os.environ, "UNDERSONG_PASSPHRASE": PASSPHRASE})
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


class Asking:
    """Somebody at a browser that was let in. ``tab``: the token that goes along, if any."""

    def __init__(self, server: Server, cookie: str | None = None, tab: str | None = None) -> None:
        self.server = server
        self.cookie = cookie or let_in(server)
        self.tab = tab

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status, and what the JSON says, or the bytes where it is none."""
        headers = {"cookie": self.cookie, "origin": self.server.address}
        if self.tab is not None:
            headers["x-undersong-tab"] = self.tab
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        status, told, answer = http(f"{self.server.address}{path}", method, headers, data)
        if told.get("content-type", "") == "application/json":
            return status, json.loads(answer)
        return status, answer

    def in_a_tab(self) -> Asking:
        """The same browser, in a page of its own, as one that was just loaded."""
        status, told = self.ask("POST", "/api/tab")
        assert status == 200
        return Asking(self.server, self.cookie, told["tab"])

    def as_therapist(self) -> Asking:
        """The same browser, in a tab in which the passphrase was given."""
        status, told = self.ask("POST", "/api/therapist", {"passphrase": PASSPHRASE})
        assert status == 200, told
        return Asking(self.server, self.cookie, told["tab"])
