"""The vault: the master key of a locked data folder, and how a person comes by it.

``keys.json`` holds the master key only wrapped, once for each way in: by a passphrase (Argon2id), by a
random key that the system's keyring keeps, and by the printed recovery key. A wrapped key opens with the
right one and tells nothing about a wrong one. Whoever loses all of them has lost what is locked: there is
no other way in.

Whoever holds the master key also finds out whether a way in is as it was written (so that a recovery key
that would open nothing is told before it is needed), and whether the mark that older files are still to be
sealed is ours (else a plain file could be slipped in and would be taken for one of them).
"""

from __future__ import annotations

import json
import os
import unicodedata
from base64 import b32decode, b32encode, b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest, digest
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from undersong.edges import files
from undersong.edges.sealed import KEY, NONCE, derived
from undersong.errors import EventError, UsageError

FILE = "keys.json"
FORMAT = 1
SHORTEST = 8  # characters of a passphrase
LONGEST = 1000
# Argon2id: well above what OWASP asks for at least (19 MiB, 2 passes); .1 to .7 s here.
MEMORY, PASSES, LANES = 64 * 1024, 3, 4  # KiB, passes, lanes
MOST_MEMORY, MOST_PASSES = 1 << 20, 16  # what a file may ask of this machine
RECOVERY = 20  # bytes of a recovery key: 160 bits, 32 letters
WRONG = "That does not open it."
LOCKED_ALREADY = "This is locked with a passphrase already."
NO_KEYRING = "This computer has no keyring that Undersong can use; please choose a passphrase."
SERVICE = "undersong"  # in the keyring
_MISREAD = str.maketrans("01", "OI")  # a recovery key has neither digit
_SEALING = "sealing"


class Wrong(UsageError):
    """What was given opens nothing. No hint how far it was from right."""


class Vault:
    """The keys of one data folder. It holds none itself: what opens it is given the master key."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE

    @property
    def exists(self) -> bool:
        """Whether the folder is locked with keys at all."""
        return os.path.lexists(self._path)

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways in: of passphrase, keyring and recovery those that there are."""
        return tuple(self._read()["ways"]) if self.exists else ()

    def sealing(self, master: bytes) -> bool:
        """Whether older, open files are still to be sealed. Raises EventError where others say so."""
        mark = self._read().get("sealing")
        if mark is None:
            return False
        if not _is_mark(mark, master, _SEALING):
            raise _damaged()
        return True

    def ailing(self, master: bytes) -> tuple[str, ...]:
        """The ways in that are not as they were written, and may open nothing."""
        ways = self._read()["ways"]
        return tuple(name for name, way in ways.items() if not _as_written(master, name, way))

    def make(self, master: bytes, passphrase: str, *, sealing: bool) -> None:
        """Lock with a new master key and a passphrase. ``sealing``: there are files to be sealed yet.

        Raises EventError for a passphrase that is none, or where there is a vault already.
        """
        if self.exists:
            raise EventError(LOCKED_ALREADY)
        ways = {"passphrase": _marked(master, "passphrase", _by_passphrase(master, passphrase))}
        mark = _mark(master, _SEALING) if sealing else None
        self._write({"undersong keys": FORMAT, "sealing": mark, "ways": ways})

    def sealed(self) -> None:
        """All older files are sealed now."""
        self._write({**self._read(), "sealing": None})

    def open(self, passphrase: str) -> bytes:
        """The master key. Raises Wrong where the passphrase is."""
        way = self._way("passphrase")
        memory, passes, lanes = (_number(way, name) for name in ("memory", "passes", "lanes"))
        salt = _bytes(way, "salt")
        possible = 1 <= passes <= MOST_PASSES and 1 <= lanes <= 16 and len(salt) >= 8
        if not (possible and 8 * lanes <= memory <= MOST_MEMORY):
            raise _damaged()
        return _unwrapped(way, "passphrase", _stretched(passphrase, salt, memory, passes, lanes))

    def recover(self, recovery: str) -> bytes:
        """The master key, by the printed recovery key. Raises Wrong where that is wrong."""
        try:
            written = "".join(c for c in recovery.upper() if c.isalnum())
            given = b32decode(written.translate(_MISREAD))
        except ValueError:
            given = b""
        return _unwrapped(self._way("recovery"), "recovery", derived(given or b"\0", "recovery"))

    def change(self, master: bytes, passphrase: str) -> None:
        """Another passphrase for the same master key; the former one opens nothing any more."""
        self._add(master, "passphrase", _by_passphrase(master, passphrase))

    def new_recovery(self, master: bytes) -> str:
        """A new recovery key to be printed: eight groups of four. An older one opens nothing any more."""
        secret = os.urandom(RECOVERY)
        self._add(master, "recovery", _wrapped(master, "recovery", derived(secret, "recovery")))
        letters = b32encode(secret).decode()
        return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))

    def remember(self, master: bytes) -> None:
        """Let the system's keyring open it, too. Raises UsageError where there is none."""
        secret, name = os.urandom(KEY), b64encode(os.urandom(9)).decode()
        _in_keyring(lambda ring: ring.set_password(SERVICE, name, b64encode(secret).decode()))
        self._add(master, "keyring", {"name": name, **_wrapped(master, "keyring", secret)})

    def remembered(self) -> bytes:
        """The master key, by the system's keyring. Raises Wrong where that does not hold it (any more)."""
        way = self._way("keyring")
        held = _in_keyring(lambda ring: ring.get_password(SERVICE, str(way.get("name"))))
        try:
            return _unwrapped(way, "keyring", b64decode(str(held or ""), validate=True))
        except ValueError:
            raise Wrong(WRONG) from None

    def _add(self, master: bytes, name: str, way: dict[str, Any]) -> None:
        read = self._read()
        self._write({**read, "ways": {**read["ways"], name: _marked(master, name, way)}})

    def _way(self, name: str) -> dict[str, Any]:
        way = self._read()["ways"].get(name)
        if way is None:
            raise Wrong(WRONG)
        if not isinstance(way, dict):
            raise _damaged()
        return way

    def _read(self) -> dict[str, Any]:
        if self._path.is_symlink():
            raise _damaged()
        try:
            read = json.loads(files.read_whole(self._path, "file of keys", 1 << 16))
        except (ValueError, RecursionError):
            raise _damaged() from None
        if not isinstance(read, dict) or not isinstance(read.get("ways"), dict):
            raise _damaged()
        if read.get("undersong keys") != FORMAT:
            raise EventError(
                f"{FILE} has format {str(read.get('undersong keys'))[:20]}, and this version of Undersong "
                f"knows format {FORMAT}. Please update Undersong; nothing was changed."
            )
        return read

    def _write(self, content: dict[str, Any]) -> None:
        files.write_whole(self._path, (json.dumps(content, indent=1) + "\n").encode(), files.PRIVATE_FILE)


def acceptable(passphrase: str) -> None:
    """Raises EventError for what is too short for a passphrase, or too long."""
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise EventError(f"A passphrase has at least {SHORTEST} characters; a few words are best.")


def has_keyring() -> bool:
    """Whether this system keeps secrets for programs (a machine without a desktop does not)."""
    try:
        return bool(_in_keyring(lambda ring: ring.get_keyring().priority > 0))
    except UsageError:
        return False


def _in_keyring(use: Callable[[Any], Any]) -> Any:
    import keyring  # slow to load, and seldom needed
    from keyring.errors import KeyringError

    try:
        return use(keyring)
    except (KeyringError, RuntimeError, OSError) as error:
        raise UsageError(NO_KEYRING) from error


def _by_passphrase(master: bytes, passphrase: str) -> dict[str, Any]:
    acceptable(passphrase)
    salt = os.urandom(16)
    key = _stretched(passphrase, salt, MEMORY, PASSES, LANES)
    how = {"salt": b64encode(salt).decode(), "memory": MEMORY, "passes": PASSES, "lanes": LANES}
    return {**how, **_wrapped(master, "passphrase", key)}


def _stretched(passphrase: str, salt: bytes, memory: int, passes: int, lanes: int) -> bytes:
    if len(passphrase) > LONGEST:
        raise Wrong(WRONG)
    stretcher = Argon2id(salt=salt, length=KEY, iterations=passes, lanes=lanes, memory_cost=memory)
    # one keyboard gives an accented letter whole, another in two parts
    return stretcher.derive(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass"))


def _wrapped(master: bytes, way: str, key: bytes) -> dict[str, Any]:
    nonce = os.urandom(NONCE)
    return {"wrapped": b64encode(nonce + AESGCM(key).encrypt(nonce, master, way.encode())).decode()}


def _unwrapped(read: dict[str, Any], way: str, key: bytes) -> bytes:
    wrapped = _bytes(read, "wrapped")
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE], wrapped[NONCE:], way.encode())
    except (InvalidTag, ValueError):
        raise Wrong(WRONG) from None


def _marked(master: bytes, name: str, way: dict[str, Any]) -> dict[str, Any]:
    return {**way, "mark": _mark(master, name + json.dumps(way))}


def _as_written(master: bytes, name: str, way: object) -> bool:
    if not isinstance(way, dict):
        return False
    bare = {key: value for key, value in way.items() if key != "mark"}
    return _is_mark(way.get("mark"), master, name + json.dumps(bare))


def _mark(master: bytes, what: str) -> str:
    return digest(derived(master, "mark"), what.encode("utf-8", "surrogatepass"), sha256).hex()


def _is_mark(given: object, master: bytes, what: str) -> bool:
    return compare_digest(str(given).encode("utf-8", "surrogatepass"), _mark(master, what).encode())


def _bytes(way: dict[str, Any], name: str) -> bytes:
    try:
        return b64decode(str(way[name]), validate=True)
    except (KeyError, ValueError):
        raise _damaged() from None


def _number(way: dict[str, Any], name: str) -> int:
    number = way.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise _damaged()
    return number


def _damaged() -> EventError:
    return EventError(
        f"{FILE} in the data folder is damaged, so nothing here can be opened. Put back a copy of it "
        "if you have one; nothing was changed."
    )
