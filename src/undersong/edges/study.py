"""A study: many recordings looked back at, each in a process of its own, into tables.

A file is analysed as ``undersong analyse FILE`` does it; the results come in the order in which the files
were named, so the same files give the same tables, however many processes there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from undersong.edges import players
from undersong.errors import EventError, UndersongError
from undersong.events import Seconds
from undersong.reflecting.analysis import analysis


@dataclass(frozen=True, slots=True)
class Looking:
    """How a recording is looked at: who its players are, the windows in seconds, the pulse's weight."""

    wanted: tuple[str, ...] = ()
    length: Seconds = 6.0
    step: Seconds = 1.0
    resonance: bool = False


def look(path: Path, looking: Looking) -> dict[str, Any]:
    """One file's analysis. Raises EventError or UsageError with one sentence if it cannot be read."""
    playing = players.read(path, looking.wanted)
    return analysis(playing, looking.length, looking.step, looking.resonance)


def _try(path: Path, looking: Looking) -> dict[str, Any] | str:
    try:
        return look(path, looking)
    except UndersongError as error:
        return str(error)


def every(
    paths: Sequence[Path], looking: Looking, progress: Callable[[float], None]
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each file's analysis, in order; ``progress`` hears how many are done.

    Raises EventError at the end if any could not be read, with a sentence for each of these.
    """
    faults: list[str] = []
    workers = min(len(paths), os.cpu_count() or 1)
    # a fresh process has no threads of ours to inherit
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        found = pool.map(_try, paths, [looking] * len(paths), chunksize=1)
        for number, (path, result) in enumerate(zip(paths, found, strict=True), 1):
            progress(number)
            if isinstance(result, str):
                faults.append(f"{path}: {result}")
            else:
                yield path, result
    if faults:
        count = "One file" if len(faults) == 1 else f"{len(faults)} files"
        raise EventError(f"{count} could not be read, so no table was written. {' '.join(faults)}")
