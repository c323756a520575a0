"""What a person added to a take: a sign for how they came and how they left, its name, own words, fragments
worth keeping, a therapist's ratings.

Pure values and their JSON. Times (``at``, ``from``, ``to``) are seconds of the take; ``at`` is None for
what belongs to the whole of it. Nothing in here is computed, and nothing is ever judged.

The ratings are Autonomy and Variability of Bruscia's Improvisation Assessment Profiles (1987), the two of
six that Wigram (2004) used: words that a therapist chooses, never what a computer found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from undersong.errors import EventError
from undersong.events import LATEST, Seconds

FORMAT = 1
AUTONOMY = ("dependent", "follower", "partner", "leader", "resister")
VARIABILITY = ("rigid", "stable", "variable", "contrasting", "random")
COLOURS = ("sand", "gold", "rust", "rose", "violet", "blue", "green", "grey")  # as the page shows them
LONGEST_NAME = 200  # letters
LONGEST_TEXT = 4000  # letters of one note
MOST = 500  # notes, fragments or ratings of one take
_ID = re.compile(r"[0-9a-f]{8}")
_SHOWN = ("\n", "\t")  # what is not printable, but belongs in a text


@dataclass(frozen=True, slots=True)
class Sign:
    """A word or a sentence, a colour of COLOURS, or both: what somebody chose, with no meaning of ours."""

    word: str | None
    colour: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """Own words, tied to a moment or to the whole. ``text`` is None for a spoken note; ``voice`` is the
    kind of its sound file (webm, ogg, wav, mp4), None for a written one. ``written``: ISO 8601."""

    id: str
    at: Seconds | None
    text: str | None
    voice: str | None
    written: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a take that somebody wants to find again."""

    id: str
    begin: Seconds
    end: Seconds
    name: str


@dataclass(frozen=True, slots=True)
class Rating:
    """What a therapist (``by``) said of a moment or of the whole; None where nothing was said."""

    at: Seconds | None
    by: str
    autonomy: str | None
    variability: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """All that was added to one take."""

    name: str | None = None
    notes: tuple[Note, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    ratings: tuple[Rating, ...] = ()
    arrived: Sign | None = None
    left: Sign | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """As the page and other programs are told of it."""
        return {
            "arrived": shown_sign(self.arrived),
            "left": shown_sign(self.left),
            "name": self.name,
            "notes": [shown_note(note) for note in self.notes],
            "fragments": [shown_fragment(fragment) for fragment in self.fragments],
            "ratings": [shown_rating(rating) for rating in self.ratings],
        }


def shown_sign(sign: Sign | None) -> dict[str, Any] | None:
    """A sign, or None where none was given."""
    return None if sign is None else {"word": sign.word, "colour": sign.colour}


def shown_note(note: Note) -> dict[str, Any]:
    """A note, without where its sound lies."""
    return {
        "id": note.id,
        "at": note.at,
        "text": note.text,
        "voice": note.voice is not None,
        "written": note.written,
    }


def shown_fragment(fragment: Fragment) -> dict[str, Any]:
    """A fragment."""
    return {"id": fragment.id, "from": fragment.begin, "to": fragment.end, "name": fragment.name}


def shown_rating(rating: Rating) -> dict[str, Any]:
    """A rating."""
    return {
        "at": rating.at,
        "by": rating.by,
        "autonomy": rating.autonomy,
        "variability": rating.variability,
    }


# --- what may be said --------------------------------------------------------------------------


def a_name(given: object) -> str | None:
    """A name in one line; None for an empty one. Raises EventError if it is none."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise EventError("A name is a line of text; please write one.")
    line = " ".join(_clean(given).split())
    if len(line) > LONGEST_NAME:
        raise EventError(f"That name is longer than {LONGEST_NAME} letters; please shorten it.")
    return line or None


def a_sign(word: object, colour: object) -> Sign | None:
    """What somebody chose; None for nothing. Raises EventError for no word and no colour of ours."""
    sign = Sign(a_name(word), _one_of(colour, COLOURS))
    return None if sign == Sign(None, None) else sign


def a_text(given: object) -> str:
    """Own words. Raises EventError if there are none, or too many for one note."""
    text = _clean(given).strip() if isinstance(given, str) else ""
    if not text:
        raise EventError("There are no words in this note; please write some.")
    if len(text) > LONGEST_TEXT:
        raise EventError(f"This note is longer than {LONGEST_TEXT} letters; please make two of it.")
    return text


def a_moment(given: object) -> Seconds | None:
    """A time of the take; None for the whole of it. Raises EventError if it is none."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given <= LATEST:
        raise EventError("A moment is a number of seconds from the beginning; please give one.")
    return round(float(given), 3)  # NaN and infinity lie in no range


def a_stretch(begin: object, end: object) -> tuple[Seconds, Seconds]:
    """From when to when. Raises EventError unless it has a length."""
    first, last = a_moment(begin), a_moment(end)
    if first is None or last is None or not first < last:
        raise EventError("A fragment begins at one moment and ends at a later one; please give both.")
    return first, last


def a_rating(at: object, by: object, autonomy: object, variability: object) -> Rating:
    """What a therapist said. Raises EventError for words that are not of the profiles."""
    who = a_name(by)
    if who is None:
        raise EventError("A rating needs the name of who gives it; please write yours.")
    return Rating(a_moment(at), who, _one_of(autonomy, AUTONOMY), _one_of(variability, VARIABILITY))


def _one_of(given: object, words: Sequence[str]) -> str | None:
    if given is not None and given not in words:
        raise EventError(f"{_clean(str(given))[:40]!r} is none of {', '.join(words)}.")
    return None if given is None else str(given)


def _clean(text: str) -> str:
    """Without what steers a terminal or a page, and without what no file can hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c.isprintable() or c in _SHOWN)


# --- its file ----------------------------------------------------------------------------------

DAMAGED = "What was written about this take is damaged and cannot be read; it is left as it lies."


def encode(words: Words) -> bytes:
    """The bytes of about.json."""
    kept = {
        "about": FORMAT,
        "arrived": shown_sign(words.arrived),
        "left": shown_sign(words.left),
        "name": words.name,
        "notes": [{**shown_note(note), "voice": note.voice} for note in words.notes],
        "fragments": [shown_fragment(fragment) for fragment in words.fragments],
        "ratings": [shown_rating(rating) for rating in words.ratings],
    }
    return (json.dumps(kept, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def decode(data: bytes, voices: Sequence[str]) -> Words:
    """What about.json says; ``voices``: the kinds of sound that a spoken note can have.

    Raises EventError with one sentence if it is damaged, or was written by a later version.
    """
    try:
        kept = json.loads(data)
        later = kept["about"] > FORMAT
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EventError(DAMAGED) from error
    if later:
        raise EventError(
            "What was written about this take comes from a later version of Undersong; please update."
        )
    try:
        return Words(
            a_name(kept["name"]),
            _each(kept["notes"], lambda read: _note(read, voices)),
            _each(kept["fragments"], _fragment),
            _each(kept["ratings"], _rating),
            _sign(kept.get("arrived")),
            _sign(kept.get("left")),
        )
    except (EventError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EventError(DAMAGED) from error


_T = TypeVar("_T")


def _each(read: Sequence[Mapping[str, Any]], of: Callable[[Mapping[str, Any]], _T]) -> tuple[_T, ...]:
    if len(read) > MOST:
        raise ValueError("more than can have been written")
    return tuple(of(one) for one in read)


def _sign(read: Mapping[str, Any] | None) -> Sign | None:
    return None if read is None else a_sign(read["word"], read["colour"])


def _note(read: Mapping[str, Any], voices: Sequence[str]) -> Note:
    voice = read["voice"]
    if voice is not None and voice not in voices:
        raise ValueError("no such sound")
    text = None if voice is not None and read["text"] is None else a_text(read["text"])
    return Note(_id(read), a_moment(read["at"]), text, voice, a_name(read["written"]) or "")


def _fragment(read: Mapping[str, Any]) -> Fragment:
    begin, end = a_stretch(read["from"], read["to"])
    return Fragment(_id(read), begin, end, a_name(read["name"]) or "")


def _rating(read: Mapping[str, Any]) -> Rating:
    return a_rating(read["at"], read["by"], read["autonomy"], read["variability"])


def _id(read: Mapping[str, Any]) -> str:
    if not _ID.fullmatch(read["id"]):  # it becomes part of a file's name
        raise ValueError("no such name")
    return str(read["id"])
