"""A model of a disk that loses what it was not told to keep, made from a journal of what a process did.

Names (create, rename, remove, mkdir) lie in one ordered journal, as file systems of today have it: syncing
a folder makes all up to the last change in it lasting; of what came later, any first part may last.
Contents last when the file is synced. Of what was written since, every sector of 512 bytes may hold any
state that it had since then, zeros where it never was written, and the file any length that it had.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512


@dataclass
class Content:
    """A file's bytes: what lasts, and every state since then."""

    lasting: bytes = b""
    states: list[bytes] = field(default_factory=list)

    @property
    def now(self) -> bytes:
        return self.states[-1] if self.states else self.lasting

    def after(self, how: str, random: Random) -> bytes:
        """What is there after the power went: the ``least``, the ``most``, or ``any``."""
        if how != "any" or not self.states:
            return self.now if how == "most" else self.lasting
        states = [self.lasting, *self.states]
        size = len(random.choice(states))
        found = bytearray()
        for at in range(0, size, SECTOR):
            part = random.choice(states)[at : at + SECTOR]
            found += part.ljust(min(SECTOR, size - at), b"\0")[: size - at]
        return bytes(found)


@dataclass(frozen=True)
class Change:
    """A change of names. ``number``: of a new file's content."""

    kind: str
    path: str
    other: str = ""
    number: int = 0

    def touches(self, folder: str) -> bool:
        return folder in (str(Path(self.path).parent), self.other and str(Path(self.other).parent))


class Disk:
    """Takes the entries of a journal one by one. ``acks``: what was acknowledged until now; ``root``: the
    folder that is told of."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.acks = b""
        self._changes: list[Change] = []
        self._lasting = 0  # so many of them
        self._contents: dict[int, Content] = {}
        self._current: dict[int, int] = {}  # the system gives a file's number to another one later

    def take(self, kind: str, number: int, path: str, other: str, data: bytes) -> None:
        """One entry."""
        match kind:
            case "create":
                self._current[number] = len(self._contents)
                self._contents[self._current[number]] = Content()
                self._changes.append(Change(kind, path, number=self._current[number]))
            case "rename" | "remove" | "mkdir":
                self._changes.append(Change(kind, path, other))
            case "syncfolder":
                touching = [n for n, change in enumerate(self._changes) if change.touches(path)]
                self._lasting = max([self._lasting, *(n + 1 for n in touching)])
            case "sync":
                content = self._contents[self._current[number]]
                content.lasting, content.states = content.now, []
            case "write":
                content = self._contents[self._current[number]]
                before, at = content.now, int(path)
                content.states.append(before[:at].ljust(at, b"\0") + data + before[at + len(data) :])
            case "truncate":
                content = self._contents[self._current[number]]
                size = int(path or 0)
                content.states.append(content.now[:size].ljust(size, b"\0"))
            case _:
                raise AssertionError(kind)

    def after(self, folder: Path, how: str, random: Random) -> None:
        """Put into a folder what lies there after the power went."""
        more = {"least": self._lasting, "most": len(self._changes)}
        last = more[how] if how in more else random.randint(self._lasting, len(self._changes))
        names: dict[str, int | None] = {}  # None: a folder
        for change in self._changes[:last]:
            match change.kind:
                case "create":
                    names[change.path] = change.number
                case "mkdir":
                    names[change.path] = None
                case "remove":
                    names.pop(change.path, None)
                case "rename":
                    inside = [n for n in names if n == change.path or n.startswith(change.path + "/")]
                    moved = {change.other + name[len(change.path) :]: names.pop(name) for name in inside}
                    names.update(moved)
        for name in sorted(names):
            number = names[name]
            path = folder / Path(name).relative_to(self.root)
            if number is None:
                path.mkdir(mode=0o700, exist_ok=True)
            else:
                path.write_bytes(self._contents[number].after(how, random))


def entries(journal: bytes) -> list[tuple[str, int, str, str, bytes]]:
    """The entries of a journal."""
    found, at = [], 0
    while at < len(journal):
        end = journal.index(b"\n", at)
        kind, number, size, path, other = journal[at:end].decode().split("\t")
        data = journal[end + 1 : end + 1 + int(size)]
        found.append((kind, int(number), path, other, data))
        at = end + 1 + int(size)
    return found
