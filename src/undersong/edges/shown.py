"""What is shown of a person's takes to their therapist: those that are shared, and no word of the others.

To whoever looks through ``Shown`` a take that is not shared does not exist. What the person gave from
elsewhere (edges.outside) is seen beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from undersong.edges.house import Place
from undersong.edges.outside import Outside
from undersong.edges.shares import Shares
from undersong.edges.takes import Takes
from undersong.errors import UsageError


class Shown(Takes):
    """A person's takes, of which those named in ``shared`` are shown; that is asked anew every time."""

    def __init__(self, data: Path, key: bytes | None, shared: Callable[[], frozenset[str]]) -> None:
        super().__init__(data, key)
        self._shared = shared

    def folder(self, id_: str, hidden: bool = False) -> Path:
        """As of Takes; what is not shared, or not kept, is not there."""
        folder = super().folder(id_, hidden) if id_ in self._shared() else None
        if folder is None or folder.parent != self._kept:
            raise UsageError(f"There is no session {id_!r} that is shared with you.")
        return folder

    def _folders(self, parent: Path, hidden: bool = False) -> list[Path]:
        if parent != self._kept:
            return []
        shared = self._shared()
        return [folder for folder in super()._folders(parent, hidden) if folder.name in shared]


def shown_of(place: Place) -> tuple[Takes, ...]:
    """The takes of somebody that their therapist may see: what is shared of those that lie here, then what
    came from elsewhere, if anything did."""
    shares = Shares(place.record)
    shown = Shown(place.folder, place.key, lambda: shares.items("take"))
    came = Outside(place).takes
    return (shown,) if came is None else (shown, came)


def with_take(sources: Sequence[Takes], id_: str) -> Takes:
    """Of several the one that has a take. Raises UsageError where none has."""
    for source in sources[1:]:
        with suppress(UsageError):
            source.folder(id_)
            return source
    sources[0].folder(id_)
    return sources[0]
