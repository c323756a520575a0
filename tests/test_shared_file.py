"""Files shared with a therapist elsewhere: there and back, whole or not at all, and taken back."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import kept
from practising import NOW, practice
from undersong import Plan
from undersong.edges import giving, outside, sharing
from undersong.edges.house import House, Place
from undersong.edges.outside import Outside
from undersong.edges.shown import shown_of, with_take
from undersong.errors import EventError, UndersongError, UsageError
from undersong.events import MakerId, Tap
from undersong.remembering import log as codec

WEBM = b"\x1a\x45\xdf\xa3" + bytes(200)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class Both:
    """Somebody who plays at home with two kept takes and an answer, and the practice that knows them."""

    def __init__(self, tmp: Path) -> None:
        self.takes = [kept.short(tmp / "home", kept.DAY + timedelta(days=n)) for n in range(2)]
        self.home = House(tmp / "home")
        record = self.home.own.record
        record.give("share", NOW)
        about = self.home.own.takes.about(self.takes[0])
        about.rename("A morning")
        about.write(3.0, "a thing I said", NOW)
        about.speak(4.0, WEBM, NOW)
        with record.writing() as db:
            db.execute(
                "INSERT INTO answers (id, consent, instrument, given, points) VALUES (?, ?, ?, ?, ?)",
                (
                    "a1",
                    record.needed("keep"),
                    "gad-7",
                    NOW.isoformat(),
                    json.dumps([1, 1, None, 0, 2, 0, 0]),
                ),
            )
        self.house, ids = practice(tmp / "practice", "Ada", "Ben")
        self.ada, self.ben = (self.house.place(ids[name]) for name in ("Ada", "Ben"))
        self.address = outside.address(self.house)

    def give(self, *takes: str, answers: tuple[str, ...] = (), name: str | None = "A. at home") -> bytes:
        return giving.give(self.home.own, self.address, takes, answers, name, NOW)

    def take_in(self, data: bytes, place: Place | None = None) -> outside.Came:
        return outside.take_in(self.house, place or self.ada, data, NOW)


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path)


def test_what_is_given_arrives_as_it_was(both: Both) -> None:
    """Log, words and spoken notes of a take, and an answer, are there byte for byte and point for
    point, under the sender's chosen name; the other take is not; and none of it lies there in the
    clear."""
    first, second = both.takes
    came = both.take_in(both.give(first, answers=("a1",)))
    assert (came.name, came.takes) == ("A. at home", (first,))
    assert [(one.instrument, one.points) for one in came.answers] == [("gad-7", (1, 1, None, 0, 2, 0, 0))]
    sources = shown_of(both.ada)
    takes = with_take(sources, first)
    assert takes.log(first) == both.home.own.takes.log(first)
    assert takes.get(first).words == both.home.own.takes.get(first).words
    assert takes.about(first).recordings() == both.home.own.takes.about(first).recordings()
    with pytest.raises(UsageError):
        with_take(sources, second)
    assert Outside(both.ben).came() is None
    for name, data in tree(both.ada.folder).items():
        assert b"a thing I said" not in data, name
        assert b"A. at home" not in data, name


def test_what_is_not_given_any_more_goes(both: Both) -> None:
    """A later file names what is withdrawn; where it is taken in, that is erased; an older one does
    not bring it back; one with nothing in it takes all away."""
    first, second = both.takes
    one = both.give(first, second)
    two = both.give(second, answers=("a1",))
    identity = outside.identity(both.house)
    assert sharing.contents(sharing.opened(two, identity)).withdrawn == (("take", first),)
    both.take_in(one)
    assert both.take_in(two).takes == (second,)
    assert not [name for name in tree(both.ada.folder) if first in name]
    for old in (one, two):
        with pytest.raises(EventError, match="taken in already"):
            both.take_in(old)
    # taking the yes to sharing back does not keep anybody from withdrawing
    both.home.own.record.withdraw("share", NOW)
    nothing = both.give()
    came = both.take_in(nothing)
    assert (came.takes, came.answers) == ((), ())
    assert not [name for name in tree(both.ada.folder) if second in name]
    assert giving.given(both.home.own)[0].items == ()


def test_nothing_is_given_without_a_yes_or_without_being_kept(both: Both) -> None:
    """Without a living consent to share, of a take that there is not, of one that is not kept, to an
    address that is none: refused, and nothing is written down as given."""
    place = both.home.own
    scratch, file = place.takes.begin(NOW)
    with file:
        file.append(place.takes.log(both.takes[0]))
    for takes, to in (([scratch], both.address), (["20200101-000000-0000"], both.address),
                      ([both.takes[0]], "age1nothing"), ([both.takes[0]], both.address + "0"),
                      ([], both.address)):  # fmt: skip
        with pytest.raises(UndersongError):
            giving.give(place, to, takes, (), None, NOW)
    with pytest.raises(EventError):
        giving.give(place, both.address, (), ("nothing",), None, NOW)
    place.record.withdraw("share", NOW)
    with pytest.raises(EventError, match="no consent"):
        both.give(both.takes[0])
    assert giving.given(place) == []


def test_a_file_for_somebody_else_is_refused_as_such(both: Both, tmp_path: Path) -> None:
    """A file to another practice cannot be opened here; one that was opened there and sealed anew for
    us, by whoever could read it, is not taken in either."""
    other, _ = practice(tmp_path / "other")
    theirs = outside.address(other)
    data = giving.give(both.home.own, theirs, [both.takes[0]], (), None, NOW)
    with pytest.raises(EventError, match="shared with somebody else"):
        both.take_in(data)
    inside = sharing.opened(data, outside.identity(other))
    passed_on = pyrage.encrypt(inside, [pyrage.x25519.Recipient.from_str(both.address)])
    with pytest.raises(EventError, match="shared with somebody else"):
        both.take_in(passed_on)
    assert Outside(both.ada).came() is None


def test_a_file_belongs_to_one_person(both: Both, tmp_path: Path) -> None:
    """What comes from the sender whose files Ada has is not taken in for Ben, nor is another sender's
    for Ada; once what came was let go of, it may be."""
    both.take_in(both.give(both.takes[0]))
    later = both.give(both.takes[1])
    with pytest.raises(EventError, match="comes from Ada"):
        both.take_in(later, both.ben)
    kept.short(tmp_path / "else")
    stranger = House(tmp_path / "else")
    stranger.own.record.give("share", NOW)
    take = stranger.own.takes.all()[0][0].id
    file = giving.give(stranger.own, both.address, [take], (), "Ada", NOW)
    before = tree(both.ada.folder)
    with pytest.raises(EventError, match="another sender"):
        both.take_in(file)
    assert tree(both.ada.folder) == before
    Outside(both.ada).let_go()
    assert both.take_in(file).name == "Ada"


def test_every_byte_of_a_file_matters(both: Both) -> None:
    """Each 97th byte changed, and each cut after it: refused with one sentence, and nothing is
    different."""
    data = both.give(both.takes[0], answers=("a1",))
    before = tree(both.ada.folder)
    for at in range(0, len(data), 97):
        for wrong in (data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :], data[:at]):
            with pytest.raises(EventError, match=r"[Nn]othing of it|somebody else"):
                both.take_in(wrong)
    assert tree(both.ada.folder) == before
    both.take_in(data)


def forged(both: Both, change: Callable[[dict[str, Any], bytearray], None]) -> bytes:
    """A file with a manifest or files that Undersong would not write, signed and sealed as it should be."""
    key = Ed25519PrivateKey.generate()
    take = sharing.given_take(
        both.takes[0], both.home.own.takes.log(both.takes[0]), both.home.own.takes.about(both.takes[0])
    )
    answer = sharing.Answer("a1", "gad-7", NOW.isoformat(), (1, 1, None, 0, 2, 0, 0))
    right = sharing.Contents(
        sharing.public_of(key), None, both.address, 1, NOW.isoformat(), (take,), (answer,), ()
    )
    whole = sharing.opened(sharing.written(right, key), outside.identity(both.house))[:-64]
    first, rest = whole.split(b"\n", 1)
    (length,) = struct.unpack_from("<I", rest)
    manifest, files = json.loads(rest[4 : 4 + length]), bytearray(rest[4 + length :])
    change(manifest, files)
    told = json.dumps(manifest).encode()
    body = first + b"\n" + struct.pack("<I", len(told)) + told + bytes(files)
    return bytes(pyrage.encrypt(body + key.sign(body), [pyrage.x25519.Recipient.from_str(both.address)]))


def other_log(manifest: dict[str, Any], files: bytearray, *, makers: int = 1, last: float = 10.0) -> None:
    """Another log in the place of the first take's, whole and by as many makers, up to that second."""
    writer = codec.LogWriter(codec.Header("0", "here", 0, Plan(), ()))
    for number in range(makers):
        writer.input(Tap(last, last, MakerId(f"maker {number}"), 60))
    data = writer.seal()
    sizes = manifest["takes"][0]["files"]
    files[: sizes["log.jsonl"]] = data
    sizes["log.jsonl"] = len(data)


WRONG: dict[str, Callable[[dict[str, Any], bytearray], None]] = {
    "a take named as a way out": lambda m, f: m["takes"][0].update(id="../../../../x"),
    "a file named as a way out": lambda m, f: m["takes"][0]["files"].update({"../../key": 0}),
    "a file that belongs to no take": lambda m, f: m["takes"][0]["files"].update({"key": 0}),
    "two takes of one name": lambda m, f: m["takes"].append({**m["takes"][0], "files": {}}),
    "a take without a log": lambda m, f: m["takes"][0]["files"].pop("log.jsonl"),
    "a length below nothing": lambda m, f: m["takes"][0]["files"].update({"log.jsonl": -1}),
    "a length beyond the end": lambda m, f: m["takes"][0]["files"].update({"log.jsonl": 1 << 40}),
    "a length that is a yes": lambda m, f: m["takes"][0]["files"].update({"log.jsonl": True}),
    "more than is listed": lambda m, f: f.extend(b"more"),
    "a log that is none": lambda m, f: f.__setitem__(slice(0, 5), b"xxxxx"),
    "more makers than play together": lambda m, f: other_log(m, f, makers=33),
    "a session of two days": lambda m, f: other_log(m, f, last=2 * 24 * 3600.0),
    "a spoken note that is none": lambda m, f: f.__setitem__(slice(-204, None), bytes(204)),
    "an unknown questionnaire": lambda m, f: m["answers"][0].update(instrument="none"),
    "too many points": lambda m, f: m["answers"][0].update(points=[9] * 7),
    "points of another form": lambda m, f: m["answers"][0].update(points=[1]),
    "points that are words": lambda m, f: m["answers"][0].update(points=["1"] * 7),
    "an answer named as a way out": lambda m, f: m["answers"][0].update(id="../x"),
    "a date that is none": lambda m, f: m["answers"][0].update(given="yesterday"),
    "a name that steers a terminal": lambda m, f: m.update(name="\x1b[2J"),
    "a number that is none": lambda m, f: m.update(number=0),
    "a number that is huge": lambda m, f: m.update(number=1 << 60),
    "a sender that is no key": lambda m, f: m.update(sender="AAAA"),
    "another sender": lambda m, f: m.update(sender=sharing.public_of(Ed25519PrivateKey.generate())),
    "takes that are no list": lambda m, f: m.update(takes={"a": 1}),
    "too many takes": lambda m, f: m.update(takes=m["takes"] * 201),
    "no takes at all": lambda m, f: m.pop("takes"),
    "withdrawn that is a word": lambda m, f: m.update(withdrawn=["take"]),
    "nested without end": lambda m, f: m.update(withdrawn=[json.loads("[" * 900 + "]" * 900)]),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_whoever_may_sign_may_still_not_lie(both: Both, what: str) -> None:
    """A file rightly sealed and signed whose contents are not what Undersong writes is refused whole."""
    before = tree(both.ada.folder)
    with pytest.raises(EventError, match="damaged"):
        both.take_in(forged(both, WRONG[what]))
    assert tree(both.ada.folder) == before


@pytest.mark.parametrize("change", [lambda m, f: None, lambda m, f: other_log(m, f, makers=32)])
def test_a_forged_file_that_says_nothing_wrong_is_taken_in(
    both: Both, change: Callable[[dict[str, Any], bytearray], None]
) -> None:
    """The test above refuses for what was changed, not for how its files are made."""
    assert both.take_in(forged(both, change)).takes == (both.takes[0],)


def test_a_later_version_and_a_large_file_are_refused_as_such(both: Both) -> None:
    """Each with its own sentence."""
    to = [pyrage.x25519.Recipient.from_str(both.address)]
    with pytest.raises(EventError, match="later version"):
        both.take_in(pyrage.encrypt(b"undersong shared 2\n" + bytes(200), to))
    with pytest.raises(EventError, match="larger than"):
        both.take_in(bytes(sharing.LARGEST + 1))
    for nonsense in (b"", b"undersong shared 1\n", b"undersong shared 1" + bytes(200), bytes(300)):
        with pytest.raises(EventError, match="damaged"):
            both.take_in(pyrage.encrypt(nonsense, to))


def test_a_fault_while_it_is_taken_in_leaves_what_was_there(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails at each file in turn: what came before is still there, whole, and the file can be
    taken in again."""
    first, second = both.takes
    both.take_in(both.give(first))
    later = both.give(second, answers=("a1",))
    write, count = outside.files.write_whole, 0
    for failing in range(2):

        def fails(path: Path, data: bytes, mode: int = 0o666, failing: int = failing) -> None:
            nonlocal count
            count += 1
            if count > failing:
                raise UsageError("The disk is full.")
            write(path, data, mode)

        count = 0
        monkeypatch.setattr(outside.files, "write_whole", fails)
        with pytest.raises(UndersongError):
            both.take_in(later)
        monkeypatch.setattr(outside.files, "write_whole", write)
        came = Outside(both.ada).came()
        assert came is not None
        assert came.takes == (first,)
        assert with_take(shown_of(both.ada), first).get(first).notes == 20
    assert both.take_in(later).takes == (second,)


def test_what_came_goes_with_the_person(both: Both) -> None:
    """Erased with them, and with their yes to keeping anything here."""
    both.take_in(both.give(both.takes[0]))
    both.ada.withdraw("keep", datetime.now(UTC))
    assert Outside(both.ada).came() is None
    assert not [name for name in tree(both.ada.folder) if both.takes[0] in name]


def test_contents_are_frozen(both: Both) -> None:
    """Reading a file twice gives the same."""
    inside = sharing.opened(both.give(both.takes[0]), outside.identity(both.house))
    assert sharing.contents(inside) == replace(sharing.contents(inside))
