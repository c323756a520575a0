"""How fast is the running server, and how many duets does one core bear?

    python benchmarks/loop.py [--notes 1500] [--duets 50,100,200,400] [--seconds 20]

One duet: a real ``undersong`` on loopback; every note is followed at once by a clock message, so the
answer to that comes after everything the note brought. Beside it: the clock message alone (the floor), and
those notes that a bass answered, from note to bass.

Many duets: so many stages in one process held to one core, sockets and all; the players are another
process, each sending ten events a second. Twice a second each asks for the time, behind a note: that is
event in to answer out. Logs go to a folder in memory, as for one duet, so that the disk is not what is
measured; name another with --data. Times drift from machine to machine: compare the rows of one run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from tables import table
from undersong.edges.disk import Disk
from undersong.edges.house import Place
from undersong.server.keys import Keys
from undersong.server.run import settle_memory
from undersong.server.socket import serve
from undersong.server.stage import Stage

TUNE = (60, 62, 64, 67, 65, 64, 62, 60, 59, 60, 64, 62)
RATE = 10.0  # events a second and duet
GOAL = 20.0  # ms, p99
MEMORY = Path("/dev/shm")


def percentiles(times: list[float]) -> list[str]:
    """p50, p99 and the longest, in ms."""
    times = sorted(times)
    if not times:
        return ["-", "-", "-"]
    return [f"{times[int(share * (len(times) - 1))] * 1000:.2f}" for share in (0.5, 0.99, 1.0)]


# --- one duet ------------------------------------------------------------------------------------


@contextlib.contextmanager
def one_server(data: Path) -> Iterator[str]:
    """A running undersong; gives its launch address."""
    command = [sys.executable, "-m", "undersong", "--no-browser", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=20)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **named: Any) -> None:
        """The cookie comes with the redirect itself."""


def let_in(launch: str) -> tuple[str, str, str]:
    """Address, cookie and tab token."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    address = launch.partition("/launch")[0]
    try:
        opener.open(launch)
    except urllib.error.HTTPError as answer:
        cookie = str(answer.headers["set-cookie"]).partition(";")[0]
    headers = {"cookie": cookie, "origin": address}
    with opener.open(urllib.request.Request(f"{address}/api/tab", method="POST", headers=headers)) as got:
        return address, cookie, json.load(got)["tab"]


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["type"] == kind:
            return message


async def one_duet(launch: str, notes: int) -> list[list[str]]:
    """The table's rows for one duet."""
    address, cookie, tab = await asyncio.to_thread(let_in, launch)
    floor: list[float] = []
    each: list[float] = []
    bass: list[float] = []
    async with connect(
        re.sub("^http", "ws", address) + "/socket",
        additional_headers={"cookie": cookie},
        origin=address,  # type: ignore[arg-type]
        proxy=None,
        compression=None,
    ) as socket:
        await socket.send(json.dumps({"type": "hello", "protocol": 1, "tab": tab}))
        await until(socket, "welcome")
        await socket.send(json.dumps({"type": "steer", "what": "begin", "seq": 1}))
        await until(socket, "began")
        seq = 1
        for number in range(notes):
            sent = time.perf_counter()
            await socket.send(json.dumps({"type": "clock", "sent": 0}))
            await until(socket, "clock")
            floor.append(time.perf_counter() - sent)
            pitch = TUNE[number % len(TUNE)] + 12 * (number // 96 % 2)
            for on in (True, False):
                seq += 1
                note = {"type": "note", "on": on, "pitch": pitch, "velocity": 64, "seq": seq}
                sent = time.perf_counter()
                await socket.send(json.dumps(note))
                await socket.send(json.dumps({"type": "clock", "sent": seq}))
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == "play" and message["kind"] == "reactive":
                        bass.append(time.perf_counter() - sent)
                    if message["type"] == "clock":
                        break
                each.append(time.perf_counter() - sent)
                await asyncio.sleep(0.03)
    return [
        ["clock alone (floor)", str(len(floor)), *percentiles(floor)],
        ["note and all it brings", str(len(each)), *percentiles(each)],
        ["note to the bass under it", str(len(bass)), *percentiles(bass)],
    ]


# --- many duets ----------------------------------------------------------------------------------


def host(port: int, many: int, data: Path) -> None:
    """So many stages in this process; answers /cpu with what it has spent."""
    stages: list[Stage] = []
    keys = Keys()
    tab = keys.tab()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        disk = Disk(asyncio.get_running_loop().call_soon_threadsafe)
        for number in range(many):
            folder = data / str(number)
            folder.mkdir(parents=True)
            stages.append(Stage(Place(folder, None, None), disk))
        settle_memory()  # as the server itself does
        yield
        disk.close()

    async def socket(websocket: WebSocket) -> None:
        async def arrive() -> Stage:
            return stages[int(websocket.path_params["number"])]

        await serve(websocket, arrive, keys, lambda tab: "solo")

    async def cpu(request: Any) -> JSONResponse:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE")
        return JSONResponse({"cpu": time.process_time(), "memory": memory, "tab": tab})

    app = Starlette(routes=[Route("/cpu", cpu), WebSocketRoute("/{number:int}", socket)], lifespan=lifespan)
    uvicorn.run(
        app, port=port, ws="websockets-sansio", ws_per_message_deflate=False, ws_ping_interval=None,
        access_log=False, log_level="error",
    )  # fmt: skip


async def player(address: str, number: int, tab: str, seconds: float, late: list[float]) -> None:
    """One maker: ten events a second, and twice a second the time behind a note."""
    async with connect(f"{address}/{number}", proxy=None, compression=None, open_timeout=60) as socket:
        await socket.send(json.dumps({"type": "hello", "protocol": 1, "tab": tab}))
        await until(socket, "welcome")
        await socket.send(json.dumps({"type": "steer", "what": "begin", "seq": 1}))
        await until(socket, "began")
        asked: dict[float, float] = {}

        async def listen() -> None:
            async for text in socket:
                if '"clock"' in str(text):
                    late.append(time.perf_counter() - asked.pop(json.loads(text)["sent"]))

        listening = asyncio.ensure_future(listen())
        loop = asyncio.get_running_loop()
        start = loop.time() + number % 97 / 97 / RATE
        seq = 1
        for step in range(int(seconds * RATE)):
            await asyncio.sleep(max(0.0, start + step / RATE - loop.time()))
            seq += 1
            pitch = TUNE[step // 2 % len(TUNE)]
            note = {"type": "note", "on": step % 2 == 0, "pitch": pitch, "velocity": 64, "seq": seq}
            await socket.send(json.dumps(note))
            if (step + number) % 5 == 0 and step > RATE:
                asked[seq] = time.perf_counter()
                await socket.send(json.dumps({"type": "clock", "sent": seq}))
        await asyncio.sleep(0.5)
        listening.cancel()


def asked(port: int) -> dict[str, Any]:
    """What the host says of itself; waits until it is there."""
    for _ in range(400):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/cpu") as answer:
                read: dict[str, Any] = json.load(answer)
                return read
        except OSError:
            time.sleep(0.05)
    raise SystemExit("The host of many duets did not start.")


async def many_duets(many: int, seconds: float, data: Path) -> list[str]:
    """One row of the table."""
    port = 18765
    command = [sys.executable, __file__, "--host", str(port), "--many", str(many), "--data", str(data)]
    process = subprocess.Popen(command)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[-1]})
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[:-1]))
    try:
        before = await asyncio.to_thread(asked, port)
        late: list[float] = []
        began = time.perf_counter()
        address = f"ws://127.0.0.1:{port}"
        await asyncio.gather(*(player(address, n, before["tab"], seconds, late) for n in range(many)))
        spent = time.perf_counter() - began
        after = await asyncio.to_thread(asked, port)
    finally:
        process.terminate()
        process.wait(timeout=60)
        os.sched_setaffinity(0, set(cores))
    cpu = (after["cpu"] - before["cpu"]) / spent
    per = (after["memory"] - before["memory"]) / many / 1024
    return [str(many), str(len(late)), *percentiles(late), f"{cpu:.0%}", f"{per:.0f} kB"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--notes", type=int, default=1500)
    parser.add_argument("--duets", default="50,100,200,400")
    parser.add_argument("--seconds", type=float, default=20.0, help="of playing, for each row")
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--host", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--many", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.host:
        host(chosen.host, chosen.many, chosen.data)
        return
    parent = chosen.data or (MEMORY if MEMORY.is_dir() else None)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        with one_server(Path(folder) / "one") as launch:
            rows = asyncio.run(one_duet(launch, chosen.notes))
        print("One duet through the running server, ms (goal: p99 at most 10)\n")
        print(table(["what", "times", "p50", "p99", "max"], rows), "\n")
        rows = []
        for many in map(int, chosen.duets.split(",")):
            rows.append(asyncio.run(many_duets(many, chosen.seconds, Path(folder) / str(many))))
            shutil.rmtree(Path(folder) / str(many), ignore_errors=True)
        print(f"Duets on one core at {RATE:.0f} events a second each, ms (goal: p99 at most {GOAL:.0f})\n")
        print(table(["duets", "times", "p50", "p99", "max", "CPU", "memory a duet"], rows))


if __name__ == "__main__":
    main()
