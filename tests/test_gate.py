"""The gate: every row of the threat model that concerns loopback, tokens, headers and frames."""

from __future__ import annotations

import json
import re
import resource
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from client import Page, Server, http, let_in, running
from undersong.server.app import create_app
from undersong.server.keys import Keys


def routes() -> list[tuple[str, str]]:
    """(method, path) of every route there is, enumerated from the app's own table."""
    gate = create_app(Path("nowhere"), Keys(), ("127.0.0.1:1",))
    found: list[tuple[str, str]] = []
    for route in gate._app.routes:  # type: ignore[attr-defined]
        if isinstance(route, Route):
            path = re.sub(r"{\w+}", "0a0a0a0a", route.path.replace("{id}", "20260101-000000-0000"))
            found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
        elif isinstance(route, Mount):
            found.append(("GET", "/index.html"))
        elif isinstance(route, WebSocketRoute):
            found.append(("WS", route.path))
    return found


ROUTES = routes()


def status_of(server: Server, method: str, path: str, headers: dict[str, str]) -> int:
    if method != "WS":
        return http(server.address + path, method, headers)[0]
    origin = headers.pop("origin", None)
    host = headers.pop("host", None)
    address = f"ws://{host or server.host}{path}"
    try:
        # the name in the address makes the Host header; the connection goes to our server in any case
        with connect(
            address, additional_headers=headers, origin=origin, proxy=None,  # type: ignore[arg-type]
            sock=_connection(server),
        ):  # fmt: skip
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def _connection(server: Server):  # type: ignore[no-untyped-def]
    return socket.create_connection(("127.0.0.1", server.port))


def test_the_table_of_routes_is_not_empty() -> None:
    """The enumeration below sees pages, takes, the socket and the files."""
    assert {"/", "/launch", "/relaunch", "/api/tab", "/socket", "/api/takes"} <= {
        path for _, path in ROUTES
    }


FOREIGN = [
    {"host": "evil.example"},
    {"host": "evil.example", "origin": "http://evil.example"},
    {"host": "127.0.0.1.evil.example"},
    {"host": "127.0.0.1"},
    {"host": "127.0.0.1:1"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_foreign_request_is_refused(
    server: Server, cookie: str, method: str, path: str, headers: dict[str, str]
) -> None:
    """A foreign Host, Origin or Sec-Fetch-Site is answered 403 on every route, cookie or not."""
    assert status_of(server, method, path, {"cookie": cookie, **headers}) == 403


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[1] not in ("/launch", "/relaunch")])
def test_without_the_cookie_nothing_is_given(server: Server, method: str, path: str) -> None:
    """Every route but those with keys of their own answers 401 without a cookie, or with a wrong one."""
    for headers in ({}, {"cookie": "undersong-1=x"}, {"cookie": f"undersong-{server.port}=guess"}):
        assert status_of(server, method, path, {**headers, "origin": server.address}) == 401


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[0] in ("POST", "PUT", "DELETE")])
def test_what_changes_something_must_come_from_our_page(
    server: Server, cookie: str, method: str, path: str
) -> None:
    """A request that changes something and names neither Origin nor Sec-Fetch-Site is refused."""
    expected = 401 if path == "/relaunch" else 403  # which asks for a key that no page can know
    assert status_of(server, method, path, {"cookie": cookie}) == expected


def test_a_launch_token_is_good_once(fresh: Server) -> None:
    """The second use of a launch token is answered 401, and so is a token nobody gave out."""
    status, headers, _ = http(fresh.launch)
    assert status == 303
    assert headers["location"] == "/"
    given = headers["set-cookie"].lower()
    assert "httponly" in given
    assert "samesite=strict" in given
    assert http(fresh.launch)[0] == 401
    assert http(f"{fresh.address}/launch?token=guess")[0] == 401
    assert http(f"{fresh.address}/launch")[0] == 401


def test_a_second_start_opens_the_first(fresh: Server) -> None:
    """A second start with the same data prints an address of the first server, which lets in."""
    second = subprocess.run(
        [sys.executable, "-m", "undersong", "--no-browser", "--data", str(fresh.data)],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert second.stdout.startswith(f"{fresh.address}/launch?token=")
    assert second.stdout.strip() != fresh.launch
    assert http(second.stdout.strip())[0] == 303
    headers = {"x-undersong-start-key": "guess", "origin": fresh.address}
    assert http(f"{fresh.address}/relaunch", "POST", headers)[0] == 401


def test_the_port_is_remembered(tmp_path: Path) -> None:
    """The second session has the port of the first, so that the browser's permissions last."""
    with running(tmp_path / "d") as first:
        port = first.port
    with running(tmp_path / "d") as second:
        assert second.port == port


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org"])
def test_other_machines_are_kept_out(tmp_path: Path, host: str) -> None:
    """An address that other machines could reach is refused before anything listens."""
    done = subprocess.run(
        [sys.executable, "-m", "undersong", "--no-browser", "--data", str(tmp_path), "--host", host],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_only_loopback_is_listened_on(server: Server) -> None:
    """The listening socket is bound to 127.0.0.1."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("this system keeps no table of its sockets in a file")
    listening = [line.split()[1] for line in table.read_text().splitlines()[1:] if line.split()[3] == "0A"]
    ours = [address for address in listening if address.endswith(f":{server.port:04X}")]
    assert ours == [f"0100007F:{server.port:04X}"]


def test_what_is_kept_is_private(fresh: Server) -> None:
    """The data folder and every folder in it are 0700, every file 0600."""
    playing = Page(fresh, let_in(fresh))
    playing.begin()
    playing.note(60)
    playing.all_acknowledged()
    playing.close()
    folders = [fresh.data, *(p for p in fresh.data.rglob("*") if p.is_dir())]
    kept = [p for p in fresh.data.rglob("*") if p.is_file()]
    assert any(p.name == "log.jsonl" for p in kept)
    assert {stat.S_IMODE(p.stat().st_mode) for p in folders} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in kept} == {0o600}


def test_headers_keep_a_page_to_itself(server: Server, cookie: str) -> None:
    """Every answer carries a policy without inline code or foreign origins; HTML is never cached."""
    for path in ("/", "/api/takes", "/launch?token=x", "/nowhere"):
        _, headers, _ = http(server.address + path, headers={"cookie": cookie})
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert "*" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_files_outside_the_page_cannot_be_had(server: Server, cookie: str) -> None:
    """No way of writing a path leads out of the built page or out of the takes."""
    for path in (
        "/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/assets/../../app.py",
        "/api/takes/..%2f..%2fserver.json", "/api/takes/../server.json", "/api/takes/%2e%2e/log.jsonl",
    ):  # fmt: skip
        status, _, body = http(server.address + path, headers={"cookie": cookie})
        assert status == 404, path
        assert b"def create_app" not in body
        assert b'"key"' not in body


def closed_with(server: Server, cookie: str, *frames: str | bytes) -> int:
    headers = {"cookie": cookie}
    with connect(
        f"ws://{server.host}/socket", additional_headers=headers, origin=server.address, proxy=None  # type: ignore[arg-type]
    ) as socket:  # fmt: skip
        for frame in frames:
            socket.send(frame)
        try:
            while True:
                socket.recv(timeout=20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0


def a_tab(server: Server, cookie: str) -> str:
    headers = {"cookie": cookie, "origin": server.address}
    tab: str = json.loads(http(f"{server.address}/api/tab", "POST", headers)[2])["tab"]
    return tab


def test_the_socket_asks_for_a_tab_token(server: Server, cookie: str) -> None:
    """A cookie alone, as another program on another port receives it, does not open the socket."""
    hello = {"type": "hello", "protocol": 1}
    assert closed_with(server, cookie, json.dumps(hello)) == 4401
    assert closed_with(server, cookie, json.dumps({**hello, "tab": "guess"})) == 4401
    assert closed_with(server, cookie, json.dumps({"type": "clock", "sent": 1})) == 4401
    assert closed_with(server, cookie, "no JSON") == 4401
    assert closed_with(server, cookie, b"\x00") == 4401


def test_another_version_is_told_so(server: Server, cookie: str) -> None:
    """A page that speaks another version of the protocol is closed with 4409, so that it reloads."""
    hello = {"type": "hello", "protocol": 2, "tab": a_tab(server, cookie)}
    assert closed_with(server, cookie, json.dumps(hello)) == 4409


def test_a_giant_frame_closes_the_socket(server: Server, cookie: str) -> None:
    """A frame past 64 KiB closes the socket with 1009; one just below does not."""
    hello = json.dumps({"type": "hello", "protocol": 1, "tab": a_tab(server, cookie)})
    assert closed_with(server, cookie, hello, "x" * (64 * 1024 + 1)) == 1009
    page = Page(server, cookie)
    page.socket.send(json.dumps({"type": "clock", "sent": 1, "filler": "x" * 60_000}))
    assert page.until("clock")["sent"] == 1
    page.close()


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", '"hello"', '{"type": 7}', '{"type": "nonsense"}', "[" * 20_000,
        '{"type": "note"}', '{"type": "note", "seq": 1.5}', '{"type": "note", "seq": true}',
        '{"type": "note", "seq": -1}', '{"type": "clock"}', '{"type": "clock", "sent": "x"}',
        '{"type": "resume"}', '{"type": "resume", "take": "../../x"}', '{"type": "hello"}',
        '{"type": "note", "seq": 1, "on": true, "pitch": 60, "velocity": 64}',
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_nonsense_is_refused_in_one_sentence(server: Server, cookie: str, text: str) -> None:
    """A malformed message, or one out of place, is answered `refused`, and the socket stays open."""
    page = Page(server, cookie)
    page.socket.send(text)
    assert page.until("refused")["because"]
    page.say({"type": "clock", "sent": 3})
    assert page.until("clock")["sent"] == 3
    page.close()


@pytest.mark.parametrize(
    "message",
    [
        {"type": "note", "on": True, "pitch": 128, "velocity": 64},
        {"type": "note", "on": True, "pitch": 60, "velocity": 0},
        {"type": "note", "on": True, "pitch": "60", "velocity": 64},
        {"type": "note", "on": True, "pitch": 60},
        {"type": "note", "on": True, "pitch": 60, "velocity": 64, "maker": ["x"]},
        {"type": "note", "on": True, "pitch": 60, "velocity": 64, "maker": "x" * 300},
        {"type": "note", "on": True, "pitch": 60, "velocity": 64, "maker": "a\u202eb"},
        {"type": "note", "on": True, "pitch": 60, "velocity": 64, "time": "now"},
        {"type": "tap", "velocity": 1e9},
        {"type": "control", "control": 64, "value": None},
        {"type": "steer", "what": "rule the world"},
        {"type": "steer", "what": "technique", "technique": "no such thing"},
        {"type": "steer", "what": "technique", "technique": 7},
    ],
    ids=str,
)  # fmt: skip
def test_an_impossible_input_is_refused(page: Page, message: dict[str, object]) -> None:
    """An input out of its range is refused by its number, and the take goes on."""
    page.begin()
    number = page.input(message)
    assert page.until("refused")["seq"] == number
    page.note(60)
    page.all_acknowledged()


def test_times_that_cannot_be_are_not_believed(page: Page) -> None:
    """A time in the future or of another day is taken as near as can be, and the log stays readable."""
    page.begin()
    for told in (1e300, -1e300, 5e5, -3.0):
        page.input({"type": "note", "on": True, "pitch": 60, "velocity": 64, "time": told})
    page.all_acknowledged()
    assert not page.refused


ALONE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from client import Page, let_in, running
with running(Path(sys.argv[2]) / "undersong") as server:
    page = Page(server, let_in(server))
    page.begin()
    for pitch in (60, 62, 64):
        page.note(pitch)
    page.until("play")
    page.all_acknowledged()
    page.close()
print("met")
"""


def test_it_needs_no_network(tmp_path: Path) -> None:
    """In a network namespace that has a loopback and nothing else, a person is met all the same."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("this system has no network namespaces to shut it into")
    inside = 'ip link set lo up && exec "$0" -c "$1" "$2" "$3"'
    command = ["unshare", "--map-root-user", "--net", "sh", "-c", inside]
    done = subprocess.run(
        [*command, sys.executable, ALONE, str(Path(__file__).parent), str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("this system lets nobody make a network namespace")
    assert done.stdout.strip() == "met", done.stderr


def test_cookies_of_other_programs_do_not_lock_anybody_out(server: Server, cookie: str) -> None:
    """Cookies are shared by all ports of a machine: whatever else comes along, ours is found."""
    for other in ('prefs={"theme":"dark"}', "a", "=x", "bad key=1", 'q="open', "expires=Mon, 01 Jan 2030"):
        for both in (f"{other}; {cookie}", f"{cookie}; {other}", f"{other};{cookie}"):
            status, _, _ = http(f"{server.address}/api/takes", headers={"cookie": both})
            assert status == 200, both


def test_looking_ahead_does_not_use_a_token_up(fresh: Server) -> None:
    """HEAD, as link previews send it, leaves the launch token good."""
    assert http(fresh.launch, "HEAD")[0] == 405
    assert http(fresh.launch)[0] == 303


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "clock", "sent": 1e999}', '{"type": "clock", "sent": NaN}',
        '{"type": "note", "seq": 2, "on": true, "pitch": 60, "velocity": 64, "time": Infinity}',
        '{"type": "note", "seq": 2, "on": true, "pitch": 60, "velocity": 64, "time": 1' + "0" * 400 + "}",
        '{"type": "note", "seq": 2, "on": false, "pitch": 60, "maker": "\\ud800"}',
        '{"type": "note", "seq": 9007199254740992, "on": true, "pitch": 60, "velocity": 64}',
        '{"type": "control", "seq": 2, "control": {"a": [1]}, "value": 1}',
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_numbers_that_are_none_deafen_nobody(page: Page, text: str) -> None:
    """A number that is not finite, too long, or a leap of seq is refused; player and watcher hear on."""
    page.begin()
    watcher = Page(page.server, page.cookie)
    page.socket.send(text)
    assert page.until("refused")["because"]
    page.note(62)
    page.all_acknowledged()
    assert watcher.until("maker")["event"]["pitch"] == 62
    watcher.close()


def test_silent_connections_are_let_go(tmp_path: Path) -> None:
    """Far more connections that say nothing than the server has descriptors for: those who speak are
    answered all the same."""
    with running(tmp_path / "d") as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (256, 256))
        silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(400)]
        try:
            page = Page(server, let_in(server))
            page.begin()
            page.note(60)
            page.all_acknowledged()
            page.close()
        finally:
            for one in silent:
                one.close()
