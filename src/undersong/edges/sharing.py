"""A shared file: what a person gives their therapist elsewhere, readable by that practice alone.

Outside it is an age file to the practice's key (X25519). Inside, in this order: a first line that names
the format and its version; four bytes with the length of a manifest, and that, in JSON; the files that it
lists, one behind the other; and the sender's signature (Ed25519) of all that, so that nobody else can add
to what came from them, or withdraw it. The manifest says what is given *now*: what an earlier file of the
same sender held and this one does not is listed as withdrawn, and goes where this one is taken in. Files
are numbered, so that an old one does not bring back what was withdrawn.

It is taken in whole or not at all. What was given away cannot be called back from somebody who kept a copy.
"""

from __future__ import annotations

import json
import re
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from undersong.edges.about import ABOUT, VOICES, About, kind_of
from undersong.edges.takes import ID, LOG
from undersong.errors import EventError, UndersongError
from undersong.events import Seconds
from undersong.measuring.instruments import instrument
from undersong.measuring.questionnaire import score
from undersong.reflecting import words
from undersong.reflecting.duet import duet
from undersong.remembering import log as codec

FORMAT = 1
LARGEST = 12 * 1024 * 1024  # bytes of a shared file: as much as edges.bounded can read
LARGEST_MANIFEST = 1024 * 1024
MOST_TAKES, MOST_ANSWERS, MOST_WITHDRAWN = 200, 1000, 10_000
MOST_MAKERS = 32
LONGEST: Seconds = 24 * 3600.0  # of a take
LONGEST_NAME = 100
_BEGIN = b"undersong shared "
_LENGTH = struct.Struct("<I")
_SIGNATURE = 64  # bytes
_KEY = 32
_ANSWER = re.compile(r"[0-9A-Za-z-]{1,64}")
KINDS = ("take", "answer")

DAMAGED = "This file is damaged, or is no file that was shared from Undersong. Nothing of it was taken in."
NOT_FOR_US = "This file was shared with somebody else, so it cannot be opened here."
NEWER = "This file comes from a later version of Undersong; please update. Nothing of it was taken in."
TOO_LARGE = f"This file is larger than {LARGEST >> 20} MB. Nothing of it was taken in."
TOO_MUCH = f"That is more than {LARGEST >> 20} MB; please share fewer sessions at a time."
NO_RECIPIENT = "This is no address of a practice: it begins with age1 and has 62 letters and digits."


@dataclass(frozen=True, slots=True)
class Take:
    """A take as it is given. ``files``: by name, the log and what was added to it, in their plain form."""

    id: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """A questionnaire that was answered. ``given``: ISO 8601; ``points``: None where one was left out."""

    id: str
    instrument: str
    given: str
    points: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a shared file says. ``sender``: their public key, in base64; ``name``: as they call
    themselves; ``number``: rises with every file to this practice; ``withdrawn``: kinds and items."""

    sender: str
    name: str | None
    recipient: str
    number: int
    at: str
    takes: tuple[Take, ...]
    answers: tuple[Answer, ...]
    withdrawn: tuple[tuple[str, str], ...]


def recipient(text: object) -> pyrage.x25519.Recipient:
    """The address of a practice. Raises EventError if it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(str(text).strip())
    except pyrage.RecipientError:
        raise EventError(NO_RECIPIENT) from None


def written(contents: Contents, key: Ed25519PrivateKey) -> bytes:
    """The file of some contents, signed and sealed. Raises EventError where it would be too large."""
    sealed = pyrage.encrypt(signed(contents, key), [recipient(contents.recipient)])
    if len(sealed) > LARGEST:
        raise EventError(TOO_MUCH)
    return bytes(sealed)


def signed(contents: Contents, key: Ed25519PrivateKey) -> bytes:
    """What stands in the file of some contents, with the sender's signature."""
    manifest = {
        "sender": contents.sender,
        "name": contents.name,
        "recipient": contents.recipient,
        "number": contents.number,
        "at": contents.at,
        "takes": [
            {"id": take.id, "files": {name: len(data) for name, data in take.files.items()}}
            for take in contents.takes
        ],
        "answers": [
            {"id": one.id, "instrument": one.instrument, "given": one.given, "points": list(one.points)}
            for one in contents.answers
        ],
        "withdrawn": [list(one) for one in contents.withdrawn],
    }
    told = json.dumps(manifest, ensure_ascii=False).encode()
    parts = [_BEGIN, b"%d\n" % FORMAT, _LENGTH.pack(len(told)), told]
    parts += [data for take in contents.takes for data in take.files.values()]
    whole = b"".join(parts)
    return whole + key.sign(whole)


def opened(data: bytes, identity: str) -> bytes:
    """What stands in a shared file for this practice. Raises EventError where it cannot be opened."""
    if len(data) > LARGEST:
        raise EventError(TOO_LARGE)
    try:
        return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)]))
    except pyrage.DecryptError as error:
        raise EventError(NOT_FOR_US if "No matching keys" in str(error) else DAMAGED) from None


def contents(data: bytes) -> Contents:
    """What an opened file says, every part of it checked. Raises EventError with one sentence."""
    if not data.startswith(_BEGIN) or len(data) < len(_BEGIN) + _LENGTH.size + _SIGNATURE:
        raise EventError(DAMAGED)
    first, newline, _ = data[:64].partition(b"\n")
    version = first[len(_BEGIN) :]
    if not newline or not re.fullmatch(rb"[1-9][0-9]{0,5}", version):
        raise EventError(DAMAGED)
    if int(version) > FORMAT:
        raise EventError(NEWER)
    at = len(first) + 1
    (length,) = _LENGTH.unpack_from(data, at)
    body, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
    begin = at + _LENGTH.size
    if length > LARGEST_MANIFEST or begin + length > len(body):
        raise EventError(DAMAGED)
    try:
        manifest = json.loads(body[begin : begin + length])
        _public(manifest["sender"]).verify(signature, body)
        return _read(manifest, body[begin + length :])
    except InvalidSignature:
        raise EventError(DAMAGED) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UndersongError) as error:
        raise EventError(DAMAGED) from error


def _public(sender: object) -> Ed25519PublicKey:
    key = b64decode(_text(sender, 60), validate=True)
    if len(key) != _KEY:
        raise ValueError("no key")
    return Ed25519PublicKey.from_public_bytes(key)


def _read(manifest: Mapping[str, Any], files: bytes) -> Contents:
    takes, at = [], 0
    for one in _list(manifest["takes"], MOST_TAKES):
        if not ID.fullmatch(_text(one["id"], 40)) or not isinstance(one["files"], dict):
            raise ValueError("no take")
        parts: dict[str, bytes] = {}
        for name, size in one["files"].items():
            if type(size) is not int or not 0 <= size <= len(files) - at:
                raise ValueError("no length")
            parts[name] = files[at : at + size]
            at += size
        takes.append(_take(one["id"], parts))
    if at != len(files) or len({take.id for take in takes}) != len(takes):
        raise ValueError("more than is listed")
    answers = tuple(_answer(one) for one in _list(manifest["answers"], MOST_ANSWERS))
    withdrawn = tuple(_withdrawn(one) for one in _list(manifest["withdrawn"], MOST_WITHDRAWN))
    number = manifest["number"]
    if type(number) is not int or not 1 <= number < 1 << 31:
        raise ValueError("no number")
    return Contents(
        manifest["sender"], a_name(manifest["name"]), _text(manifest["recipient"], 100), number,
        _moment(manifest["at"]), tuple(takes), answers, withdrawn,
    )  # fmt: skip


def _take(id_: str, files: Mapping[str, bytes]) -> Take:
    """A take with its log whole, and with nothing else but what was added to it."""
    log = codec.read(files[LOG])
    if log.dropped is not None:
        raise ValueError("no whole log")
    # what is looked back at later takes longer by the minute, and by each two makers
    makers = {event.maker for event in log.inputs}
    if len(makers) > MOST_MAKERS or duet(log.inputs, log.outputs).end > LONGEST:
        raise ValueError("no session that anybody played")
    about = words.decode(files[ABOUT], VOICES) if ABOUT in files else words.Words()
    spoken = {f"voice-{note.id}.{note.voice}": note.voice for note in about.notes if note.voice is not None}
    for name, data in files.items():
        if name not in (LOG, ABOUT) and (name not in spoken or kind_of(data) != spoken[name]):
            raise ValueError("no file of a take")
    return Take(id_, dict(files))


def _answer(one: Mapping[str, Any]) -> Answer:
    points = tuple(_list(one["points"], 100))
    if not _ANSWER.fullmatch(_text(one["id"], 64)):
        raise ValueError("no answer")
    if not all(given is None or type(given) is int for given in points):
        raise ValueError("no points")
    score(instrument(_text(one["instrument"], 40)), points)
    return Answer(one["id"], one["instrument"], _moment(one["given"]), points)


def _withdrawn(one: Sequence[Any]) -> tuple[str, str]:
    kind, item = one
    if kind not in KINDS:
        raise ValueError("no kind")
    return kind, _text(item, 64)


def a_name(given: object) -> str | None:
    """A name of one printed line, or None for none. Raises EventError if it is none."""
    if given is None or given == "":
        return None
    if not isinstance(given, str) or not given.isprintable() or len(given) > LONGEST_NAME:
        raise EventError(f"A name has 1 to {LONGEST_NAME} printed characters.")
    return given.strip() or None


def _list(given: object, most: int) -> list[Any]:
    if not isinstance(given, list) or len(given) > most:
        raise ValueError("no list")
    return given


def _text(given: object, most: int) -> str:
    if not isinstance(given, str) or len(given) > most or not given.isprintable():
        raise ValueError("no text")
    return given


def _moment(given: object) -> str:
    datetime.fromisoformat(_text(given, 40))
    return str(given)


def public_of(key: Ed25519PrivateKey) -> str:
    """The public key of a sender's, as a file names it."""
    return b64encode(key.public_key().public_bytes_raw()).decode()


def given_take(id_: str, log: bytes, about: About) -> Take:
    """A take as it lies here, ready to be given. Raises EventError where what was added is damaged."""
    read = about.read()
    added = {ABOUT: words.encode(read)} if read != words.Words() else {}
    sound = log[: codec.read(log).end.size]  # what a crash left torn is given to nobody
    return Take(id_, {LOG: sound, **added, **dict(about.recordings())})
