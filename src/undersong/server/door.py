"""The door to other machines: what must be there before they are let near, and how a person comes in.

Others reach Undersong only over TLS, by a name that its certificate has, and only where what is kept is
locked: its passphrase is the account. They have no launch address, so ``/sign-in`` asks for the passphrase,
on a page without any script.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs

from cryptography import x509
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from undersong.edges import files
from undersong.edges.vault import Wrong
from undersong.errors import EventError, UsageError
from undersong.server.answers import body
from undersong.server.care import who_asks
from undersong.server.gate import SIGN_IN, cookie_name
from undersong.server.home import Home
from undersong.server.plain import form

ALONE = "frame-ancestors 'none'; base-uri 'none'"
LARGEST_FORM = 16 * 1024  # bytes
LARGEST_CERTIFICATE = 1 << 20
NO_TLS = (
    "Undersong listens on this machine alone unless it has a certificate, so --host {host} is refused: "
    "add --tls-cert FILE and --tls-key FILE, or leave --host out."
)
NO_ACCOUNT = (
    "Undersong listens on this machine alone while nothing is locked, so --host {host} is refused: "
    "run 'undersong lock' first, or leave --host out."
)
BOTH = "--tls-cert and --tls-key belong together; please give both."


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate and its key, and the names that it has."""

    certificate: Path
    key: Path
    names: tuple[str, ...]


def tls(certificate: Path | None, key: Path | None) -> Tls | None:
    """A certificate that can be used, if one was named. Raises UsageError if it cannot be."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError(BOTH)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key, password=lambda: b"")  # nobody is asked for one
    except (OSError, ValueError) as error:  # also ssl.SSLError
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise UsageError(
            f"{certificate} with {key} cannot be used as certificate and key: {why}."
        ) from error
    return Tls(certificate, key, _names(certificate))


def _names(certificate: Path) -> tuple[str, ...]:
    data = files.read_whole(certificate, "certificate", LARGEST_CERTIFICATE)
    try:
        extensions = x509.load_pem_x509_certificate(data).extensions
        known = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound) as error:
        raise UsageError(f"{certificate} names no machine (subjectAltName), so it is of no use.") from error
    addresses = [str(one) for one in known.get_values_for_type(x509.IPAddress)]
    names = [*known.get_values_for_type(x509.DNSName), *(f"[{a}]" if ":" in a else a for a in addresses)]
    return tuple(dict.fromkeys(name.lower() for name in names if "*" not in name))


def is_inside(host: str) -> bool:
    """Whether only this machine itself can ask under an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check(host: str, secured: Tls | None, protected: bool) -> None:
    """Raises UsageError where other machines could come in and must not."""
    if is_inside(host):
        return
    if secured is None:
        raise UsageError(NO_TLS.format(host=host))
    if not protected:
        raise UsageError(NO_ACCOUNT.format(host=host))
    if not secured.names:
        raise UsageError(f"{secured.certificate} has no name without a star, so nobody could ask for it.")


def door_routes(home: Home, hosts: tuple[str, ...]) -> list[BaseRoute]:
    """The routes by which a person of another machine comes in."""

    async def asked(request: Request) -> Response:
        return _page()

    async def given(request: Request) -> Response:
        try:
            sent = await body(request, LARGEST_FORM, "That is more than a passphrase.")
            passphrase = parse_qs(sent.decode("utf-8", "replace")).get("passphrase", [""])[0]
            await _open(home, passphrase, who_asks(request))
        except (EventError, Wrong) as error:
            return _page(str(error), 403)
        answer = RedirectResponse("/", status_code=303)
        name, value = cookie_name(hosts), home.keys.cookie()
        answer.set_cookie(name, value, httponly=True, secure=True, samesite="strict", path="/")
        return answer

    return [Route(SIGN_IN, asked, methods=["GET"]), Route(SIGN_IN, given, methods=["POST"])]


async def _open(home: Home, passphrase: str, who: str) -> None:
    if home.house.locked:
        await home.unlock(passphrase, None, who)
    else:
        await home.attempts.ask(lambda: home.house.knows(passphrase), who)


def _page(said: str = "", status: int = 200) -> Response:
    page, style = form("Undersong is locked. Please give its passphrase.", "Passphrase", "Open", said)
    policy = f"default-src 'none'; style-src '{style}'; form-action 'self'; {ALONE}"
    # under the gate's own "no-referrer" a browser sends the form without saying from where
    headers = {"content-security-policy": policy, "referrer-policy": "same-origin"}
    return HTMLResponse(page, status, headers=headers)
