"""What is far too large: refused while it comes, on every address that takes anything in."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import pytest

from client import PATIENCE, Server, let_in
from undersong.caring.roles import TABLE

GIB = 1 << 30
PIECE = b"x" * (1 << 16)
GROWS = 32 << 20  # bytes by which the server's memory may grow at most
TAKING = sorted(
    {(verb, path) for verb, path, _ in TABLE if verb in ("POST", "PUT") and path != "/relaunch"}
)


def memory(process: int) -> int:
    """The bytes of memory that a process has had at most."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError("Linux tells how much memory a process has had")


def flood(server: Server, cookie: str, verb: str, path: str) -> tuple[bytes, int]:
    """Send a GiB in chunks, until it is refused: the answer's first line, and how many bytes were sent."""
    head = (
        f"{verb} {path} HTTP/1.1\r\nHost: {server.host}\r\nOrigin: {server.address}\r\nCookie: {cookie}\r\n"
        "Content-Type: audio/webm\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(head.encode())
        answer = b""
        with suppress(ConnectionError, BrokenPipeError):
            while sent < GIB:
                line.setblocking(False)
                with suppress(BlockingIOError):
                    answer += line.recv(4096)
                line.settimeout(PATIENCE)
                if answer:
                    break
                line.sendall(chunk)
                sent += len(PIECE)
        with suppress(ConnectionError, TimeoutError):
            answer = answer or line.recv(4096)
    return answer.split(b"\r\n", 1)[0], sent


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Only Linux tells a process's memory here."
)
def test_a_gibibyte_is_refused_while_it_comes(fresh: Server) -> None:
    """Whatever the address: long before a GiB has come, it is answered or the line is closed, the server's
    memory hardly grows, and it answers others as before."""
    cookie = let_in(fresh)
    before = memory(fresh.process.pid)
    for verb, path in TAKING:
        wanted = path.replace("{id}", "20260101-000000-abcd")
        answer, sent = flood(fresh, cookie, verb, wanted.split("{")[0] + "x" if "{" in wanted else wanted)
        assert sent < 64 << 20, (verb, path, answer, sent)
        assert not answer.startswith(b"HTTP/1.1 5"), (verb, path, answer)
    assert memory(fresh.process.pid) - before < GROWS
    assert let_in_again(fresh, cookie)


def let_in_again(server: Server, cookie: str) -> bool:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        head = f"GET /api/takes HTTP/1.1\r\nHost: {server.host}\r\nCookie: {cookie}\r\n\r\n"
        line.sendall(head.encode())
        return line.recv(64).startswith(b"HTTP/1.1 200")
