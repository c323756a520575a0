"""Sealed files: what lies in a locked data folder, readable and changeable by nobody without its key.

A sealed file is a first line that says so, then frames: four bytes with the length of what follows them,
four with the CRC-32 of that length and the frame's number (so that a damaged length is not taken for a
torn end), a nonce of twelve random bytes, and the text under AES-256-GCM. Every file has a key of its own,
made from its place's key and the file's name by HKDF-SHA256, and a frame is bound to its number: no file
can stand in for another, no frame for another. What cannot be told from a crash is that the last frames
are missing; the log says so itself (remembering.log), the audit by its count. The last frame may also lie
there with holes: a disk writes sectors in any order, and what it never wrote reads as zeros. Such an end is
torn, not damaged: it was never acknowledged.

Without a key (None: nothing is locked) bytes stay as they are.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from undersong.edges import files
from undersong.errors import EventError, UsageError

KEY = 32  # bytes
NONCE = 12
TAG = 16
SECTOR = 512  # bytes that a disk writes at one go
FEWEST_ZEROS = 4  # of a hole: fewer come about by chance
LONGEST_LAST = 1 << 20  # bytes: more than is appended at one go
_HEAD = struct.Struct("<II")
MAGIC = files.SEALED
MOST_ADDED = 256  # bytes by which one sealed frame is longer than what it says
DAMAGED = "It is damaged, or was changed by something other than Undersong, and is not opened."
NOT_SEALED = (
    "It is not sealed, although everything here is: something else put it there, so it is not opened."
)


class Damaged(EventError):
    """A frame is not as it was written. ``before``: what those before it say."""

    def __init__(self, sentence: str, before: bytes) -> None:
        super().__init__(sentence)
        self.before = before


def derived(key: bytes, use: str) -> bytes:
    """A key for one use, made from another."""
    return HKDF(SHA256(), KEY, None, b"undersong\0" + use.encode()).derive(key)


def is_sealed(data: bytes) -> bool:
    """Whether bytes begin as a sealed file does."""
    return data.startswith(MAGIC)


def seal(key: bytes | None, name: str, data: bytes) -> bytes:
    """A whole file, sealed under its name within its place; without a key as it is."""
    return data if key is None else MAGIC + _Frames(key, name).frame(0, data)


def unseal(key: bytes | None, name: str, data: bytes) -> bytes:
    """What a sealed file says. Raises EventError where that cannot be trusted."""
    if key is None:
        if is_sealed(data):
            raise EventError(f"{name} is sealed, and there is no key for it here.")
        return data
    found, size, frames = _opened(key, name, data)
    if frames != 1 or size != len(data):
        raise EventError(f"{name} cannot be read. {DAMAGED}")
    return found


def unseal_log(key: bytes | None, name: str, data: bytes) -> bytes:
    """What a sealed file that only grows says, up to a torn end. Raises EventError as ``unseal`` does."""
    return unseal(key, name, data) if key is None else _opened(key, name, data)[0]


class SealedLog(files.AppendOnly):
    """A file that only grows, each append one frame.

    A new one, or with ``go_on`` an older one, whose torn end goes.
    """

    def __init__(self, path: Path, key: bytes, name: str, *, go_on: bool = False) -> None:
        self._frames = _Frames(key, name)
        self._number, size = 0, None
        if go_on:
            _, size, self._number = _opened(key, name, files.read_whole(path, "log", files.LARGEST_LOG))
        super().__init__(path, size)
        if not size:  # new, or torn within its first line
            try:
                super().append(MAGIC)
            except OSError as error:
                self.close()
                raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error

    def append(self, data: bytes) -> None:
        """As AppendOnly's, sealed."""
        super().append(self._frames.frame(self._number, data))
        self._number += 1


class _Frames:
    """Seals and opens the frames of one file."""

    def __init__(self, key: bytes, name: str) -> None:
        self._cipher = AESGCM(derived(key, f"file\0{name}"))

    def frame(self, number: int, data: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        body = nonce + self._cipher.encrypt(nonce, data, str(number).encode())
        return _HEAD.pack(len(body), _check(len(body), number)) + body

    def open(self, number: int, body: bytes) -> bytes:
        return self._cipher.decrypt(body[:NONCE], body[NONCE:], str(number).encode())


def _check(length: int, number: int) -> int:
    return zlib.crc32(struct.pack("<IQ", length, number))


def _opened(key: bytes, name: str, data: bytes) -> tuple[bytes, int, int]:
    """What a sealed file says, how many of its bytes are sound, and how many frames."""
    if len(data) <= len(MAGIC) and MAGIC.startswith(data.rstrip(b"\0")):
        return b"", 0, 0  # torn at its very beginning: nothing was acknowledged yet
    if not is_sealed(data):
        raise EventError(f"{name} cannot be read. {NOT_SEALED}")
    frames = _Frames(key, name)
    at, number, found = len(MAGIC), 0, bytearray()
    while at + _HEAD.size <= len(data):
        length, check = _HEAD.unpack_from(data, at)
        known = check == _check(length, number) and length >= NONCE + TAG
        end = at + _HEAD.size + length
        if known and end > len(data):
            break  # torn
        try:
            if not known:
                raise InvalidTag
            found += frames.open(number, data[at + _HEAD.size : end])
        except InvalidTag:
            last = end == len(data) if known else not _goes_on(data, at, number)
            if last and _has_hole(data, at):
                break  # torn
            raise Damaged(f"{name} cannot be read. {DAMAGED}", bytes(found)) from None
        at, number = end, number + 1
    return bytes(found), at, number


def _has_hole(data: bytes, begin: int) -> bool:
    """Whether a sector of a file from ``begin`` on, or what of it lies there, was never written."""
    while begin < len(data):
        end = min(len(data), (begin // SECTOR + 1) * SECTOR)
        if end - begin >= FEWEST_ZEROS and not any(data[begin:end]):
            return True
        begin = end
    return False


def _goes_on(data: bytes, begin: int, number: int) -> bool:
    """Whether a later frame ends where the file does: then what is damaged before it was written once."""
    for at in range(max(begin + 1, len(data) - LONGEST_LAST), len(data) - _HEAD.size - NONCE - TAG + 1):
        length, check = _HEAD.unpack_from(data, at)
        if at + _HEAD.size + length == len(data):
            later = range(number + 1, number + 2 + (at - begin) // (_HEAD.size + NONCE + TAG))
            if any(check == _check(length, one) for one in later):
                return True
    return False
