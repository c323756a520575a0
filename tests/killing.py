"""kill -9 of the real server while everything that it can write is being written, again and again."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from random import Random

from client import Message, Page, Server, http, let_in
from undersong.edges.house import House
from undersong.events import NoteOff, NoteOn
from undersong.remembering import log as codec

PASSPHRASE = "four quiet words here"


@dataclass
class Report:
    """What became of it. ``notes`` and ``words`` were acknowledged before a kill, and found after it."""

    kills: int = 0
    notes: int = 0
    words: int = 0
    entries: int = 0
    restarts: list[float] = field(default_factory=list)


class Writer:
    """Somebody who writes over HTTP while another one plays: names for a kept take, and recovery keys, each
    with an entry in the audit."""

    def __init__(self, page: Page, kept: str, locked: bool, number: int) -> None:
        self.number = number  # of the latest name that was answered
        self.keys = 0  # new recovery keys that were
        self._going = True
        ours = {"cookie": page.cookie, "origin": page.server.address}
        self._ours = {**ours, "content-type": "application/json"}
        self._answered = threading.Semaphore(0)
        self._address, self._kept, self._locked = page.server.address, kept, locked
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while self._going:
            try:
                name = {"name": f"name {self.number + 1}"}
                if self._put("PUT", f"/api/takes/{self._kept}/name", name):
                    self.number += 1
                if self._locked and self.number % 4 == 0:
                    self.keys += self._put("POST", "/api/recovery", {"passphrase": PASSPHRASE})
                self._answered.release()
            except (OSError, HTTPException):
                return  # it was killed

    def _put(self, method: str, path: str, words: Message) -> bool:
        status, _, _ = http(f"{self._address}{path}", method, self._ours, json.dumps(words).encode())
        return status == 200

    def reach(self, rounds: int) -> None:
        """Wait until so much was answered."""
        for _ in range(rounds):
            self._answered.acquire(timeout=20.0)

    def stop(self) -> None:
        self._going = False
        self._thread.join()


def kill(times: int, data: Path, *, locked: bool, seed: int = 1) -> Report:
    """Kill a server so often while it is written to; after each time look at all that lies there, and go on
    with the same take. Raises AssertionError where anything that was acknowledged is gone."""
    environment = dict(os.environ, **({"UNDERSONG_PASSPHRASE": PASSPHRASE} if locked else {}))
    server = Server(data, environment=environment)
    page = Page(server, let_in(server))
    try:
        return _kill(times, page, environment, locked, Random(seed))
    finally:
        if page.server.process.poll() is None:
            page.server.kill()


def _kill(times: int, page: Page, environment: dict[str, str], locked: bool, chance: Random) -> Report:
    report, server, data = Report(), page.server, page.server.data
    kept = _keep_one(page)
    page.begin()
    page.input({"type": "rest"})  # the maker's own notes are what is counted
    page.all_acknowledged()
    sent: list[tuple[bool, int]] = []
    name = entries = 0
    for _ in range(times):
        writer = Writer(page, kept, locked, name)
        for _ in range(chance.randrange(3, 25)):
            pitch = 48 + chance.randrange(24)
            for on in (True, False):
                page.input({"type": "note", "on": on, "pitch": pitch, "velocity": 64})
                sent.append((on, pitch))
            if chance.random() < 0.4:
                page.receive()
        writer.reach(chance.randrange(6))
        owed = sum(message["type"] == "note" for message in page.unacknowledged)
        server.kill()
        writer.stop()
        house = House(data)
        if locked:
            house.unlock(PASSPHRASE)
            assert house.ailing == ()
        log = codec.read(house.own.takes.log(str(page.take)))
        safe = [(isinstance(e, NoteOn), e.pitch) for e in log.inputs if isinstance(e, (NoteOn, NoteOff))]
        assert safe == sent[: len(safe)]
        assert len(safe) >= len(sent) - owed
        named = house.own.takes.about(kept).read().name
        known = [f"name {writer.number + more}" for more in (0, 1)]
        assert named in (known if writer.number else [None, *known])
        name = int(str(named).rpartition(" ")[2]) if named else 0
        found = len(house.audited())
        assert found >= entries + writer.keys
        entries = found
        if (data / "record.db").exists():
            house.own.record.check()
        house.close()
        report.kills += 1
        report.notes += len(sent) - owed
        report.words = writer.number
        began = time.monotonic()
        server = Server(data, environment=environment)
        page.server, page.cookie = server, let_in(server)
        page.new_tab()
        page.connect()
        page.resume()
        report.restarts.append(time.monotonic() - began)
    page.all_acknowledged()
    page.close()
    server.stop()
    report.entries = entries
    return report


def _keep_one(page: Page) -> str:
    page.begin()
    page.note(60)
    page.let_go(60)
    page.input({"type": "rest"})
    page.input({"type": "finish"})
    page.until("ended")
    ours = {"cookie": page.cookie, "origin": page.server.address}
    take = str(page.take)
    assert http(f"{page.server.address}/api/takes/{take}/keep", "POST", ours)[0] == 200
    page.seq, page.unacknowledged = 0, []
    return take
