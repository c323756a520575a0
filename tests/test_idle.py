"""Locking at the server: wrong tries, being left alone, sockets seen out, other machines."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import sync_playwright
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed

from browsing import launch
from client import Page, Server, http, let_in
from secrets_kept import PASSPHRASE, quick_keys
from undersong.edges.house import House
from undersong.edges.vault import Wrong
from undersong.errors import EventError
from undersong.live import Live
from undersong.server.attempts import LONGEST, Attempts, pause_after
from undersong.server.care import house_routes
from undersong.server.home import IDLE, LEFT, Home
from undersong.server.keys import Keys
from undersong.server.run import STATE

__all__ = ["quick_keys"]  # a fixture
ENVIRONMENT = {**os.environ, "UNDERSONG_PASSPHRASE": PASSPHRASE}


# --- wrong tries -------------------------------------------------------------------------------------


def test_each_wrong_try_takes_longer(quick_keys: None) -> None:
    """The pause doubles with each wrong try, up to half a minute, and never overflows."""
    pauses = [pause_after(wrong) for wrong in range(1, 2000)]
    assert pauses[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert pauses == sorted(pauses)
    assert max(pauses) == LONGEST


def test_one_try_at_a_time_and_nobody_keeps_the_owner_out() -> None:
    """While a wrong try waits, another of the same machine is refused at once, one of another machine is
    looked at; whoever is let in begins anew."""

    async def tried() -> None:
        attempts = Attempts(first=3600.0)
        waits = asyncio.ensure_future(attempts.ask(lambda: False, "192.0.2.7"))
        for _ in range(200):  # until its thread has answered
            await asyncio.sleep(0)
            if attempts._wrong:
                break
            await asyncio.to_thread(int)
        assert not waits.done()
        with pytest.raises(EventError):
            await attempts.ask(lambda: True, "192.0.2.7")
        await attempts.ask(lambda: True, "192.0.2.8")
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
        quick = Attempts(first=0.0)
        for _ in range(3):
            with pytest.raises(Wrong):
                await quick.ask(lambda: False)
        assert list(quick._wrong.values()) == [3]
        await quick.ask(lambda: True)
        assert not quick._wrong

    asyncio.run(tried())


def test_no_route_waits_for_a_wrong_try(tmp_path: Path) -> None:
    """While tries wait for their answers, the server answers all else; a try meanwhile is told to wait; no
    answer says how near a try was."""
    server = Server(tmp_path / "d", environment=ENVIRONMENT)
    try:
        cookie = let_in(server)
        ours = {"cookie": cookie, "origin": server.address}
        assert http(f"{server.address}/api/lock", "POST", ours)[0] == 200

        def unlock(passphrase: object, name: str = "passphrase") -> tuple[int, dict[str, Any]]:
            body = json.dumps({name: passphrase}).encode()
            status, _, answer = http(f"{server.address}/api/unlock", "POST", ours, body)
            return status, json.loads(answer)

        answers = [unlock(PASSPHRASE[:-1]), unlock("x"), unlock("AAAA-" * 7 + "AAAA", "recovery")]
        assert answers == [(403, {"error": "That does not open it."})] * 3
        for bad in (None, 7, ["x"]):
            assert unlock(bad)[0] == 422
        connection = socket.create_connection(("127.0.0.1", server.port))
        body = json.dumps({"passphrase": "still wrong"})
        head = f"POST /api/unlock HTTP/1.1\r\nHost: {server.host}\r\nOrigin: {server.address}\r\n"
        connection.sendall(f"{head}Cookie: {cookie}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        while True:  # until it is being looked at
            status, told = unlock(PASSPHRASE)
            assert http(f"{server.address}/api/house", headers={"cookie": cookie})[0] == 200
            if status == 422:
                assert "wait" in told["error"]
                break
            assert http(f"{server.address}/api/lock", "POST", ours)[0] == 200
        assert connection.recv(64).startswith(b"HTTP/1.1 403")  # in its own time
        connection.close()
        assert unlock(PASSPHRASE) == (200, {"locked": False})
    finally:
        server.stop()


async def begun(home: Home) -> Live:
    """A take is open."""
    await home.stage.agree("play")
    return await home.stage.begin()


# --- being left alone --------------------------------------------------------------------------------


async def ask(app: Starlette, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
    """One request to an app, without a server."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": [],
             "query_string": b"", "client": ("127.0.0.1", 1), "server": None, "root_path": ""}  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent[1:]))


def test_left_alone_it_locks_itself(tmp_path: Path, quick_keys: None) -> None:
    """A quarter of an hour without a sign it stays open, a moment later it is locked, for whoever asks
    next, though no timer went by (it slept); each sign begins the time anew; an open take has an hour.
    Where there is no passphrase nothing is locked."""

    async def left() -> None:
        clock = [1000.0]
        house = House(tmp_path)
        home = Home(house, Keys(), now=lambda: clock[0])
        app = Starlette(routes=home.guarded(house_routes(home, ("localhost:1",))))
        await home.begin()
        clock[0] += 10 * IDLE
        assert (await ask(app, "GET", "/api/house"))[1]["locked"] is False
        assert (await ask(app, "POST", "/api/lock"))[0] == 422
        words = json.dumps({"passphrase": PASSPHRASE}).encode()
        assert (await ask(app, "POST", "/api/protect", words))[0] == 200
        for _ in range(3):
            clock[0] += IDLE - 1
            assert (await ask(app, "GET", "/api/house"))[1]["locked"] is False
        clock[0] += IDLE + 1
        assert (await ask(app, "GET", "/api/house"))[1] == {"locked": True, "protected": True}
        assert (await ask(app, "POST", "/api/recovery", words))[0] == 423
        assert house.locked
        assert (await ask(app, "POST", "/api/unlock", words))[0] == 200
        clock[0] += IDLE + 1
        home.touched()  # by an open socket: it comes too late to keep it open
        while not house.locked:
            await asyncio.sleep(0)
            await asyncio.to_thread(int)
        assert (await ask(app, "POST", "/api/unlock", words))[0] == 200
        live = await begun(home)
        live.last = 1  # somebody has begun to play
        clock[0] += LEFT - 1
        assert (await ask(app, "GET", "/api/house"))[1]["locked"] is False
        assert (await ask(app, "POST", "/api/protect", words))[0] == 422
        clock[0] += LEFT + 1
        home._look()  # as the timer does
        while not house.locked:
            await asyncio.sleep(0)
            await asyncio.to_thread(int)
        await home.end()

    asyncio.run(left())


def test_protecting_needs_a_moment_of_quiet_and_a_passphrase(tmp_path: Path, quick_keys: None) -> None:
    """What is no passphrase is refused and changes nothing; while a take is played nothing is locked; a
    second passphrase is none; new recovery key and new passphrase are only for whoever knows the old."""

    async def protecting() -> None:
        house = House(tmp_path)
        home = Home(house, Keys(), attempts=Attempts(first=0.0))
        app = Starlette(routes=home.guarded(house_routes(home, ("localhost:1",))))
        await home.begin()

        async def post(path: str, method: str = "POST", **words: object) -> int:
            return (await ask(app, method, path, json.dumps(words).encode()))[0]

        for bad in ("", "short", "x" * 2000, None, 7):
            assert await post("/api/protect", passphrase=bad) == 422
        live = await begun(home)
        live.last = 1
        assert await post("/api/protect", passphrase=PASSPHRASE) == 422
        assert not house.protected
        await home.stage._end_take()
        assert await post("/api/protect", passphrase=PASSPHRASE) == 200
        assert await post("/api/protect", passphrase="another one here") == 422
        assert await post("/api/recovery", passphrase="another one here") == 403
        assert await post("/api/protect", "PUT", old="another one", passphrase="yet another one") == 403
        assert await post("/api/protect", "PUT", old=PASSPHRASE, passphrase="short") == 422
        assert house.knows(PASSPHRASE)
        assert await post("/api/protect", "PUT", old=PASSPHRASE, passphrase="yet another one") == 200
        assert house.knows("yet another one")
        done = [entry["what"] for entry in house.audited()]
        assert done[-2:] == ["lock with a passphrase", "change passphrase"]
        await home.end()

    asyncio.run(protecting())


def test_a_new_passphrase_is_a_new_beginning(tmp_path: Path) -> None:
    """Whoever came in before it was changed is not known any more, but for the browser that changed it; a
    change that is refused shuts nobody out."""
    server = Server(tmp_path / "d", environment=ENVIRONMENT)
    try:
        start_key = json.loads((server.data / STATE).read_text())["key"]
        headers = {"x-undersong-start-key": start_key}
        token = json.loads(http(f"{server.address}/relaunch", "POST", headers)[2])["token"]
        own, other = let_in(server), let_in(server, f"{server.address}/launch?token={token}")
        ours = {"cookie": own, "origin": server.address}

        def known(cookie: str) -> bool:
            return http(f"{server.address}/api/house", headers={"cookie": cookie})[0] == 200

        def change(old: str) -> int:
            words = json.dumps({"old": old, "passphrase": "yet another one"}).encode()
            return http(f"{server.address}/api/protect", "PUT", ours, words)[0]

        assert change("not it at all") == 403
        assert known(other)
        assert change(PASSPHRASE) == 200
        assert known(own)
        assert not known(other)
    finally:
        server.stop()


def test_whoever_is_connected_is_seen_out(tmp_path: Path) -> None:
    """When all is locked, every open socket is told so and closed with 4423, in the middle of a take too,
    which ends as it was acknowledged; nothing is given out, no socket is let in, until it is unlocked."""
    server = Server(tmp_path / "d", environment=ENVIRONMENT)
    try:
        page = Page(server, let_in(server))
        watcher = Page(server, page.cookie)
        page.begin()
        page.note(60)
        page.all_acknowledged()
        ours = {"cookie": page.cookie, "origin": server.address}
        assert http(f"{server.address}/api/lock", "POST", ours)[0] == 200
        for one in (page, watcher):
            one.until("locked")
            with pytest.raises(ConnectionClosed) as closed:
                one.until("nothing more")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4423
            one.close()
        for path in ("/api/takes", f"/api/takes/{page.take}", "/api/course"):
            assert http(server.address + path, headers={"cookie": page.cookie})[0] == 423
        assert http(f"{server.address}/api/house", headers={"cookie": page.cookie})[2] == (
            b'{"locked":true,"protected":true}'
        )
        with pytest.raises(ConnectionClosed) as closed:
            page.connect()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4423
        page.close()
        words = json.dumps({"passphrase": PASSPHRASE}).encode()
        assert http(f"{server.address}/api/unlock", "POST", ours, words)[0] == 200
        page.connect()
        assert page.welcome["take"]["id"] == page.take
        page.resume()
        page.note(62)
        page.all_acknowledged()
        page.close()
    finally:
        server.stop()
    house = House(server.data)
    house.unlock(PASSPHRASE)
    (take,) = house.own.takes.all()[0]
    assert take.notes == 2
    house.close()


# --- other machines ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "undersong")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, how = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, how, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def refused(data: Path, *options: str | Path, environment: dict[str, str] | None = None) -> str:
    """What the command says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "undersong", "--no-browser", "--data", str(data), *map(str, options)],
        capture_output=True, text=True, timeout=30, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_others_come_in_only_over_tls_and_once_it_is_locked(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    """An address that other machines can reach is refused without a certificate, with one that is none, and
    while nothing is locked; each in one sentence that says what to do."""
    cert, key = certificate
    tls = ("--tls-cert", cert, "--tls-key", key)
    everywhere = ("--host", "0.0.0.0")
    data = tmp_path / "d"
    assert "--tls-cert" in refused(data, *everywhere, environment=ENVIRONMENT)
    assert "both" in refused(data, *everywhere, "--tls-cert", cert)
    assert "cannot be used" in refused(data, *everywhere, "--tls-cert", key, "--tls-key", key)
    assert "cannot be used" in refused(data, *everywhere, "--tls-cert", cert, "--tls-key", tmp_path / "no")
    assert "undersong lock" in refused(tmp_path / "open", *everywhere, *tls)


@pytest.fixture
def network(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[tuple[str, ssl.SSLContext]]:
    """A server for other machines, its passphrase given and everything locked: its address."""
    cert, key = certificate
    process = subprocess.Popen(
        [sys.executable, "-m", "undersong", "--no-browser", "--data", str(tmp_path / "d"),
         "--host", "0.0.0.0", "--tls-cert", str(cert), "--tls-key", str(key)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout is not None
    launch = process.stdout.readline()
    assert launch.startswith("https://localhost:")
    context = ssl.create_default_context(cafile=str(cert))
    yield launch.partition("/launch")[0], context
    process.terminate()
    process.communicate(timeout=20)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def over(
    context: ssl.SSLContext, address: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirect)
    request = urllib.request.Request(address, data=body, headers=headers or {})
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=40) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def test_a_person_of_another_machine_signs_in(network: tuple[str, ssl.SSLContext]) -> None:
    """Without a cookie the page leads to signing in, on a page without scripts; only the passphrase, sent
    by that very page, gives a cookie, which goes over TLS alone, as the page's socket does."""
    address, context = network
    status, headers, _ = over(context, f"{address}/")
    assert (status, headers["location"]) == (303, "/sign-in")
    assert over(context, f"{address}/api/house")[0] == 401
    status, headers, page = over(context, f"{address}/sign-in")
    assert status == 200
    assert "script" not in headers["content-security-policy"]
    assert b"<script" not in page
    right = f"passphrase={PASSPHRASE.replace(' ', '+')}".encode()
    ours = {"origin": address}
    assert over(context, f"{address}/sign-in", {}, right)[0] == 403
    assert over(context, f"{address}/sign-in", {"origin": "https://evil.example"}, right)[0] == 403
    assert over(context, f"{address}/sign-in", {"host": "evil.example", **ours}, right)[0] == 403
    for wrong in (b"", b"passphrase=", b"passphrase=not+it", b"\xff", b"x" * 20_000):
        status, headers, page = over(context, f"{address}/sign-in", ours, wrong)
        assert status == 403
        assert "set-cookie" not in headers
    status, headers, _ = over(context, f"{address}/sign-in", ours, right)
    assert status == 303
    given = headers["set-cookie"].lower()
    assert all(mark in given for mark in ("secure", "httponly", "samesite=strict"))
    cookie = headers["set-cookie"].split(";")[0]
    status, headers, _ = over(context, f"{address}/api/house", {"cookie": cookie})
    assert status == 200
    assert " ws://" not in headers["content-security-policy"]


def test_a_browser_signs_in(network: tuple[str, ssl.SSLContext]) -> None:
    """A real browser on its way to the page: a wrong passphrase is said to be one, the right one opens
    the page, in which one can begin."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(ignore_https_errors=True)
        page.goto(network[0])
        page.get_by_label("Passphrase").fill("not it at all")
        page.get_by_role("button", name="Open").click()
        page.get_by_text("That does not open it.").wait_for()
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Open").click()
        page.get_by_role("button", name="Begin").wait_for()
        browser.close()


def test_nothing_is_said_without_tls(network: tuple[str, ssl.SSLContext]) -> None:
    """A request in the clear is not answered with anything but an end."""
    port = int(network[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(f"GET /sign-in HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        plain.settimeout(20)
        try:
            answer = plain.recv(100)
        except ConnectionError:
            answer = b""
        assert b"HTTP" not in answer


def test_here_there_is_no_signing_in(tmp_path: Path) -> None:
    """On this machine alone a passphrase gives no cookie: the launch address does, and nothing else."""
    server = Server(tmp_path / "d", environment=ENVIRONMENT)
    try:
        headers = {"origin": server.address}
        assert http(f"{server.address}/sign-in", "POST", headers, b"passphrase=x")[0] == 401
        assert http(f"{server.address}/sign-in", headers={"cookie": let_in(server)})[0] == 404
    finally:
        server.stop()
