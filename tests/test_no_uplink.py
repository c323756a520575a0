"""Nothing leaves the machine: no part of Undersong opens a connection but to this machine itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from client import Page, Server, http, let_in

ROOT = Path(__file__).resolve().parent.parent
CUT = ROOT / "tools" / "no_uplink.py"

# In the server's own process, before anything of it: every socket that is connected, bound or given a name
# to look up is written down.
HOOK = """
import os, sys

_told = os.open({file!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

def _hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
                 "socket.gethostbyname"):
        where = arguments[0] if event.startswith("socket.get") else arguments[1]
        os.write(_told, (event + " " + repr(where) + "\\n").encode())

sys.addaudithook(_hook)
"""


def _watched(folder: Path) -> tuple[dict[str, str], Path]:
    """An environment in which every Python writes down what it connects to, and where."""
    told = folder / "told"
    told.touch()
    (folder / "sitecustomize.py").write_text(HOOK.format(file=str(told)))
    return {**os.environ, "PYTHONPATH": str(folder)}, told


def _out(told: Path) -> list[str]:
    """What was written down that is not this machine's own."""
    own = ("('127.0.0.1'", "'127.0.0.1'", "('::1'", "None", "''")
    return [line for line in told.read_text().splitlines() if not line.split(" ", 1)[1].startswith(own)]


def test_a_whole_session_connects_to_nothing(tmp_path: Path) -> None:
    """From the start of the server over playing, keeping, looking back, taking away and erasing to its end,
    its process connects to, names and binds nothing but this machine's loopback."""
    environment, told = _watched(tmp_path)
    server = Server(tmp_path / "d", environment=environment)
    cookie = let_in(server)
    page = Page(server, cookie)
    page.begin()
    for pitch in (60, 62, 64):
        page.note(pitch)
    page.until("play")
    page.input({"type": "finish"})
    page.until("ended")
    page.close()
    headers = {"cookie": cookie, "origin": server.address}
    takes = f"{server.address}/api/takes"
    assert http(f"{takes}/{page.take}/keep", "POST", headers)[0] == 200
    as_json = {**headers, "content-type": "application/json"}
    note = http(f"{takes}/{page.take}/notes", "POST", as_json, b'{"at": null, "text": "Low."}')
    assert note[0] in (200, 201), note
    for path in ("", "/review", "/report", "/duet.mid", "/log.jsonl"):
        assert http(f"{takes}/{page.take}{path}", "GET", headers)[0] == 200, path
    assert http(f"{server.address}/api/course", "GET", headers)[0] == 200
    assert http(f"{takes}/{page.take}", "DELETE", headers)[0] == 200
    server.stop()
    written = told.read_text()
    assert "socket.bind ('127.0.0.1'" in written  # the hook was there
    assert _out(told) == []


def test_a_connection_elsewhere_would_be_seen(tmp_path: Path) -> None:
    """A process that connects to another machine, or looks its name up, is found out."""
    environment, told = _watched(tmp_path)
    for code in (
        "import socket; s = socket.socket(); s.settimeout(.01); s.connect_ex(('192.0.2.1', 9))",
        "import socket as s; s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))",
        "import urllib.request as u; u.urlopen('http://undersong.invalid/', timeout=.01)",
    ):
        told.write_text("")
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
        assert _out(told), code


@pytest.mark.parametrize("command", [["--version"], ["--help"], ["measures", "list"], ["doctor"]])
def test_no_command_connects_to_anything(tmp_path: Path, command: list[str]) -> None:
    """Nor do the commands."""
    environment, told = _watched(tmp_path)
    data = ["--data", str(tmp_path / "d")]
    arguments = command if command[0].startswith("--") else [*data, *command]
    subprocess.run(
        [sys.executable, "-m", "undersong", *arguments], env=environment, capture_output=True, check=False
    )
    assert _out(told) == []


def _cut(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CUT), "--must", *command], capture_output=True, text=True, check=False
    )


CAN = _cut(sys.executable, "-c", "").returncode == 0


@pytest.mark.skipif(not CAN, reason="this system gives no network namespace")
def test_where_the_network_is_cut_off_nothing_else_is_reached() -> None:
    """Within, loopback answers and every other address is unreachable at once; the exit code is the
    command's."""
    done = _cut(
        sys.executable, "-c",
        "import errno, socket, sys; l = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(l.getsockname()).close(); "
        "code = socket.socket().connect_ex(('1.1.1.1', 443)); "
        "sys.exit(7 if code == errno.ENETUNREACH else 1)",
    )  # fmt: skip
    assert done.returncode == 7, done.stdout + done.stderr
    assert done.stdout.startswith("The network is cut off")


def test_where_it_cannot_be_cut_off_that_is_said(tmp_path: Path) -> None:
    """Without unshare the command runs all the same, and one line says that the network is there; with
    --must it does not run."""
    nowhere = {**os.environ, "PATH": str(tmp_path)}
    run = [sys.executable, str(CUT)]
    command = [sys.executable, "-c", "print('ran')"]
    done = subprocess.run([*run, *command], env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "The network is not cut off: this system has no network namespaces.", "ran",
    ]  # fmt: skip
    must = subprocess.run(
        [*run, "--must", *command], env=nowhere, capture_output=True, text=True, check=False
    )
    assert must.returncode == 1
    assert "ran" not in must.stdout
