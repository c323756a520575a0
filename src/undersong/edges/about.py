"""What a person added to a take, on the disk: about.json beside the log, and spoken notes as sound files.

Written whole or not at all; one writer at a time, also of several processes. Where it is damaged the
take opens all the same, and what is damaged is never written over.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

from undersong.edges.take_folder import TakeFolder, new_id
from undersong.errors import EventError, UsageError
from undersong.reflecting import words as codec
from undersong.reflecting.words import Fragment, Note, Rating, Words

ABOUT = "about.json"
LARGEST_ABOUT = 16 * 1024 * 1024  # bytes: more than the most notes of the longest text
LARGEST_VOICE = 5 * 1024 * 1024  # bytes of one spoken note
MOST_VOICES = 40  # spoken notes of one take
_KINDS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    # what browsers record; told from their first bytes, not from what they are called
    ("webm", "audio/webm", lambda data: data.startswith(b"\x1a\x45\xdf\xa3")),
    ("ogg", "audio/ogg", lambda data: data.startswith(b"OggS")),
    ("wav", "audio/wav", lambda data: data.startswith(b"RIFF") and data[8:12] == b"WAVE"),
    ("mp4", "audio/mp4", lambda data: data[4:8] == b"ftyp"),
)
VOICES = tuple(kind for kind, _, _ in _KINDS)


class About:
    """What was added to the take in a folder. ``allowed``: entered around everything that is added; raises
    EventError where nothing may be."""

    def __init__(
        self,
        folder: Path,
        key: bytes | None = None,
        allowed: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._folder = folder
        self._files = TakeFolder(folder, key)
        self._allowed = allowed

    def read(self) -> Words:
        """All of it. Raises EventError with one sentence if it cannot be read."""
        path = self._folder / ABOUT
        if path.is_symlink():
            raise EventError(codec.DAMAGED)  # a link would lead out of the data folder
        if not path.exists():
            return Words()
        return codec.decode(self._files.get(ABOUT, "file of notes", LARGEST_ABOUT), VOICES)

    def rename(self, name: object) -> str | None:
        """Give the take a name, or with nothing take it away; returns it."""
        given = codec.a_name(name)
        self._change(lambda words: replace(words, name=given))
        return given

    def sign(self, when: Literal["arrived", "left"], word: object, colour: object) -> codec.Sign | None:
        """How somebody came to a take, or left it; without word and colour it is taken away."""
        sign = codec.a_sign(word, colour)

        def with_it(words: Words) -> Words:
            return replace(words, arrived=sign) if when == "arrived" else replace(words, left=sign)

        (self._alter if sign is None else self._change)(with_it)
        return sign

    def write(self, at: object, text: object, now: datetime) -> Note:
        """Add a note in words."""
        note = Note(new_id(), codec.a_moment(at), codec.a_text(text), None, _written(now))
        self._change(lambda words: replace(words, notes=_with(words.notes, note, "notes")))
        return note

    def speak(self, at: object, sound: bytes, now: datetime) -> Note:
        """Add a spoken note: the bytes of a webm, ogg, wav or mp4 file."""
        kind = kind_of(sound)
        if kind is None:
            raise EventError("This is no recording that can be kept: please give WebM, Ogg, WAV or MP4.")
        if len(sound) > LARGEST_VOICE:
            raise EventError(TOO_LONG)
        note = Note(new_id(), codec.a_moment(at), None, kind, _written(now))

        def added(words: Words) -> Words:
            if sum(other.voice is not None for other in words.notes) >= MOST_VOICES:
                raise EventError(f"This take has {MOST_VOICES} spoken notes; please erase one first.")
            with_it = replace(words, notes=_with(words.notes, note, "notes"))
            self._files.put(self._voice(note).name, sound)
            return with_it

        try:
            self._change(added)
        except EventError:
            self._voice(note).unlink(missing_ok=True)  # nobody would find it again
            raise
        return note

    def forget(self, id_: str) -> None:
        """Erase a note, and what was spoken."""

        def without(words: Words) -> Words:
            note = self._known(words, id_)
            if note.voice is not None:
                self._voice(note).unlink(missing_ok=True)
            return replace(words, notes=tuple(other for other in words.notes if other.id != id_))

        self._alter(without)

    def voice(self, id_: str) -> tuple[bytes, str]:
        """The bytes of a spoken note, and their media type."""
        note = self._known(self.read(), id_)
        if note.voice is None:
            raise UsageError("This note was written, not spoken.")
        path = self._voice(note)
        if path.is_symlink() or not path.is_file():
            raise UsageError("The recording of this note is no longer there.")
        kind = next(media for kind, media, _ in _KINDS if kind == note.voice)
        return self._files.get(path.name, "recording", LARGEST_VOICE), kind

    def mark(self, begin: object, end: object, name: object) -> Fragment:
        """Keep a stretch of the take to be found again."""
        fragment = Fragment(new_id(), *codec.a_stretch(begin, end), codec.a_name(name) or "")
        self._change(lambda w: replace(w, fragments=_with(w.fragments, fragment, "fragments")))
        return fragment

    def unmark(self, id_: str) -> None:
        """Let go of a fragment; the music stays."""

        def without(words: Words) -> Words:
            if all(fragment.id != id_ for fragment in words.fragments):
                raise UsageError("There is no such fragment (any more).")
            return replace(words, fragments=tuple(f for f in words.fragments if f.id != id_))

        self._alter(without)

    def rate(self, at: object, by: object, autonomy: object, variability: object) -> Rating:
        """What a therapist says of a moment. It takes the place of what the same one said of it before;
        without any word that is taken back."""
        rating = codec.a_rating(at, by, autonomy, variability)

        def rated(words: Words) -> Words:
            others = tuple(r for r in words.ratings if (r.at, r.by) != (rating.at, rating.by))
            if rating.autonomy is None and rating.variability is None:
                return replace(words, ratings=others)
            return replace(words, ratings=_with(others, rating, "ratings"))

        self._change(rated)
        return rating

    def recordings(self) -> list[tuple[str, bytes]]:
        """Every spoken note that is there, as a file's name and its bytes."""
        found = [self._voice(note) for note in self.read().notes if note.voice is not None]
        return [(p.name, self._files.get(p.name, "recording", LARGEST_VOICE)) for p in found if p.is_file()]

    @staticmethod
    def _known(words: Words, id_: str) -> Note:
        for note in words.notes:
            if note.id == id_:
                return note
        raise UsageError("There is no such note (any more).")

    def _voice(self, note: Note) -> Path:
        return self._folder / f"voice-{note.id}.{note.voice}"

    def _change(self, change: Callable[[Words], Words]) -> None:
        with self._allowed():
            self._alter(change)

    def _alter(self, change: Callable[[Words], Words]) -> None:
        """Also without a yes: what is only taken away."""
        with self._files.alone():
            changed = codec.encode(change(self.read()))
            self._files.put(ABOUT, changed)


def kind_of(sound: bytes) -> str | None:
    """Which kind of sound file this is, of those that a spoken note can be."""
    return next((kind for kind, _, fits in _KINDS if fits(sound)), None)


TOO_LONG = f"A spoken note can have {LARGEST_VOICE >> 20} MB; please speak a shorter one."


_T = TypeVar("_T")


def _with(those: tuple[_T, ...], one: _T, what: str) -> tuple[_T, ...]:
    if len(those) >= codec.MOST:
        raise EventError(f"This take has {codec.MOST} {what}; please erase one first.")
    return (*those, one)


def _written(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
