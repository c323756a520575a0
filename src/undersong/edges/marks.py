"""Moments that a therapist marked in a take, on the disk: marks.json beside the log, for a therapist alone.

Written whole or not at all; one writer at a time, also of several processes. Where it is damaged the take
opens all the same, and what is damaged is never written over. It moves with the take, and goes with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from undersong.edges.take_folder import TakeFolder, new_id
from undersong.errors import EventError, UsageError
from undersong.events import Seconds
from undersong.reflecting.words import a_moment, a_name, a_text

MARKS = "marks.json"
FORMAT = 1
MOST = 500  # marks of one take
LARGEST = 16 * 1024 * 1024  # bytes: more than the most marks with the longest text
DAMAGED = "The marks of this take are damaged and cannot be read; they are left as they lie."
_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment (seconds of the take), and what is noted of it, if anything. ``written``: ISO 8601."""

    id: str
    at: Seconds
    text: str | None
    written: str

    @property
    def shown(self) -> dict[str, Any]:
        """As the page is told of it, and as it is kept."""
        return {"id": self.id, "at": self.at, "text": self.text, "written": self.written}


class Marks:
    """The marks of the take in a folder. ``allowed``: entered around everything that is added; raises
    EventError where nothing may be."""

    def __init__(
        self,
        folder: Path,
        key: bytes | None = None,
        allowed: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._folder = folder
        self._allowed = allowed
        self._files = TakeFolder(folder, key)

    def read(self) -> tuple[Mark, ...]:
        """All of them, by their moments. Raises EventError with one sentence if they cannot be read."""
        path = self._folder / MARKS
        if path.is_symlink():
            raise EventError(DAMAGED)  # a link would lead out of the data folder
        if not path.exists():
            return ()
        return decode(self._files.get(MARKS, "file of marks", LARGEST))

    def add(self, at: object, text: object, now: datetime) -> Mark:
        """Mark a moment. Raises EventError if it is none."""
        moment = a_moment(at)
        if moment is None:
            raise EventError("A mark needs its moment, in seconds from the beginning; please give one.")
        mark = Mark(new_id(), moment, _a_note(text), now.isoformat(timespec="seconds"))

        def added(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
            if len(marks) >= MOST:
                raise EventError(f"This take has {MOST} marks; please erase one first.")
            return (*marks, mark)

        with self._allowed():
            self._change(added)
        return mark

    def note(self, id_: str, text: object) -> Mark:
        """Tie a note to a mark, in place of the one it had; with nothing it has none."""
        found = replace(self._known(self.read(), id_), text=_a_note(text))

        def noted(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
            self._known(marks, id_)  # it may have gone meanwhile
            return tuple(found if mark.id == id_ else mark for mark in marks)

        with self._allowed():
            self._change(noted)
        return found

    def erase(self, id_: str) -> None:
        """Erase a mark, with its note."""

        def without(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
            self._known(marks, id_)
            return tuple(mark for mark in marks if mark.id != id_)

        self._change(without)

    @staticmethod
    def _known(marks: tuple[Mark, ...], id_: str) -> Mark:
        for mark in marks:
            if mark.id == id_:
                return mark
        raise UsageError("There is no such mark (any more).")

    def _change(self, change: Callable[[tuple[Mark, ...]], tuple[Mark, ...]]) -> None:
        with self._files.alone():
            marks = sorted(change(self.read()), key=lambda mark: mark.at)
            self._files.put(MARKS, encode(marks))


def _a_note(text: object) -> str | None:
    return None if text is None or text == "" else a_text(text)


def encode(marks: Iterable[Mark]) -> bytes:
    """The bytes of marks.json."""
    kept = {"marks": FORMAT, "all": [mark.shown for mark in marks]}
    return (json.dumps(kept, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def decode(data: bytes) -> tuple[Mark, ...]:
    """What marks.json says. Raises EventError with one sentence if it is damaged, or of a later version."""
    try:
        kept = json.loads(data)
        later = kept["marks"] > FORMAT
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EventError(DAMAGED) from error
    if later:
        raise EventError("The marks of this take come from a later version of Undersong; please update.")
    try:
        if len(kept["all"]) > MOST:
            raise ValueError("more than can have been made")
        return tuple(_mark(one) for one in kept["all"])
    except (EventError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EventError(DAMAGED) from error


def _mark(read: Mapping[str, Any]) -> Mark:
    at = a_moment(read["at"])
    if at is None or not _ID.fullmatch(read["id"]):
        raise ValueError("no mark")
    return Mark(str(read["id"]), at, _a_note(read["text"]), a_name(read["written"]) or "")
