"""The disk: one thread that appends to session logs and waits until they are on it.

The event loop hands over bytes and goes on; it is told when they are safe, or that they are not.
Whatever comes while the thread waits for the disk is written in the next round, so a slow disk
makes the rounds longer and never delays a note.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial

from undersong.edges.files import AppendOnly

Done = Callable[[OSError | None], None]


class Disk:
    """Appends in the background. ``tell`` must hand a call over to the caller's own thread."""

    def __init__(self, tell: Callable[[Callable[[], None]], object]) -> None:
        self._tell = tell
        self._queue: queue.SimpleQueue[tuple[AppendOnly, bytes, Done] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
        self._thread.start()

    def append(self, file: AppendOnly, data: bytes, done: Done) -> None:
        """Append ``data``; ``done`` is then told None once it is on the disk, or what went wrong."""
        self._queue.put((file, data, done))

    def close(self) -> None:
        """Write what was handed over, then stop."""
        self._queue.put(None)
        self._thread.join(timeout=10.0)

    def _run(self) -> None:
        while True:
            round_ = [self._queue.get()]
            while not self._queue.empty():
                round_.append(self._queue.get())
            jobs = [job for job in round_ if job is not None]
            results = [(done, _append(file, data)) for file, data, done in jobs]
            if results:
                self._tell(partial(_report, results))
            if None in round_:
                return


def _report(results: list[tuple[Done, OSError | None]]) -> None:
    for done, fault in results:
        done(fault)


def _append(file: AppendOnly, data: bytes) -> OSError | None:
    try:
        file.append(data)
    except OSError as error:
        return error
    return None
