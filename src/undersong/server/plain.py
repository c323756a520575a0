"""A plain page of one sentence, for whoever cannot be let in, or not yet: then with one field. It needs
nothing from the server."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

_STYLE = (
    "body{background:#141a22;color:#ece6da;font:1.25rem/1.6 Georgia,serif;margin:0}"
    "main{max-width:34rem;margin:20vh auto 0;padding:0 1.5rem}"
    "h1{font-weight:400;font-size:1.75rem}"
    "form{display:grid;gap:1rem;justify-items:start}label{display:grid;gap:.4rem}"
    "input,button{min-height:48px;font:inherit;color:inherit;background:none;border:1px solid currentColor;"
    "border-radius:1.5rem;padding:.3rem 1.2rem}button{cursor:pointer}"
    "@media(prefers-color-scheme:light){body{background:#f7f2e8;color:#2a2b33}}"
)
STYLE_HASH = "sha256-" + b64encode(sha256(_STYLE.encode()).digest()).decode()


def page(sentence: str) -> tuple[bytes, str]:
    """The page's bytes, and the hash that a content policy must name for its style."""
    return _whole(f"<p>{escape(sentence)}</p>"), STYLE_HASH


def form(sentence: str, label: str, button: str, said: str) -> tuple[bytes, str]:
    """As ``page``, with a field for a secret that is sent to the page's own address. ``said``: what was
    wrong with the one before."""
    return _whole(
        f'<p>{escape(sentence)}</p><form method="post"><label>{escape(label)}'
        '<input type="password" name="passphrase" autocomplete="current-password" required autofocus>'
        f"</label><button>{escape(button)}</button></form>"
        f'<p role="alert">{escape(said)}</p>'
    ), STYLE_HASH


def _whole(inner: str) -> bytes:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Undersong</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>undersong</h1>{inner}</main></body></html>"
    )
    return html.encode()
