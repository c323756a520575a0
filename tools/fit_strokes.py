"""Fit the weights by which a stroke is told from a note (transcribing/strokes.py), and print them.

    python tools/fit_strokes.py        (needs the extras voice and bench; some minutes)

A logistic regression over what Strokes weighs of each onset that it hears in simulated strokes, rendered
instruments, singing, and strokes over singing (benchmarks/strokes.py, songs.py). Its seeds are not those of
the benchmarks. Every kind counts the same; notes taken for strokes count three times, since a partner that
hears strokes in a song plays to what nobody did.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import songs
import strokes
from undersong.transcribing.onsets import Onset
from undersong.transcribing.resample import Resampler
from undersong.transcribing.strokes import Strokes
from undersong.transcribing.transcriber import Transcriber

Array = NDArray[np.float64]
NEAR = 0.03  # seconds: an onset so near to a true one is it
NOTES_COUNT = 3.0
PULL = 0.5  # of the weights towards 0
FIRST_SEED = 9000
Row = tuple[str, bool, tuple[float, ...]]


class Watched(Strokes):
    """Strokes that remember what they weighed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, tuple[float, ...]]] = []

    def features(self, onset: Onset) -> tuple[float, ...]:
        """The same, remembered."""
        found = super().features(onset)
        self.seen.append((onset.at, found))
        return found


def rows(kind: str, sound: NDArray[np.float32], rate: int, struck: list[float] | None) -> list[Row]:
    """What was weighed of each onset; ``struck``: when something was, None for notes only."""
    hearing, watched = Transcriber(rate), Watched()
    hearing._strokes = watched
    hearing.feed(sound)
    if struck is None:
        return [(kind, False, found) for _, found in watched.seen]
    return [(kind, True, f) for at, f in watched.seen if min(abs(at - s) for s in struck) < NEAR]


def material() -> list[Row]:
    """All of it. Where onsets of strokes over singing are not near a stroke, they may be anybody's."""
    found: list[Row] = []
    for kind in (*strokes.INSTRUMENTS, *strokes.KIT, *strokes.SYNTHETIC):
        for n in range(3):
            chance = Random(f"fit {kind} {n}")
            make = strokes.synthetic if kind in strokes.SYNTHETIC else strokes.instrument
            piece = strokes.in_a_room(make(kind, chance, 12.0), chance)
            if n:
                piece = strokes.in_noise(piece, chance, (25.0, 15.0)[n - 1])
            struck = None if kind in strokes.INSTRUMENTS else [s.at for s in piece.strokes]
            found += rows(kind, piece.sound.astype(np.float32), strokes.RATE, struck)
    for song in songs.songs(5, FIRST_SEED):
        found += rows("song", song.samples, song.rate, None)
    for n, song in enumerate(songs.songs(1, FIRST_SEED + 500)):
        chance = Random(f"fit over {n}")
        piece = strokes.in_a_room(strokes.synthetic(tuple(strokes.SYNTHETIC)[n % 4], chance, 9.0), chance)
        low = Resampler(strokes.RATE), Resampler(song.rate)
        played = np.concatenate(list(low[0].feed(piece.sound.astype(np.float32))))
        sung = np.concatenate(list(low[1].feed(song.samples)))
        length = min(len(played), len(sung))
        played = played[:length] * np.sqrt(np.mean(sung**2)) / 0.05
        found += rows("over", played + sung[:length], 16_000, [s.at for s in piece.strokes])
    return found


def fitted(found: list[Row]) -> tuple[Array, Array]:
    """The weights, the constant first, and how likely each row is a stroke's."""
    kinds = [kind for kind, _, _ in found]
    true = np.array([struck for _, struck, _ in found], float)
    data = np.array([(1.0, *features) for _, _, features in found])
    counts = np.array([100 / kinds.count(k) * (1.0 if s else NOTES_COUNT) for k, s, _ in found])
    weights = np.zeros(data.shape[1])
    pull = PULL * np.eye(len(weights))
    pull[0, 0] = 0
    for _ in range(50):
        likely = 1 / (1 + np.exp(-data @ weights))
        slope = data.T @ (counts * (likely - true)) + pull @ weights
        bend = (data.T * (counts * likely * (1 - likely))) @ data + pull
        weights = weights - np.linalg.solve(bend, slope)
    return weights, 1 / (1 + np.exp(-data @ weights))


def main() -> None:
    found = material()
    weights, likely = fitted(found)
    print("WEIGHTS =", tuple(round(float(w), 2) for w in weights))
    for kind in dict.fromkeys(kind for kind, _, _ in found):
        wrong = [(p > 0.5) != s for (k, s, _), p in zip(found, likely, strict=True) if k == kind]
        print(f"  {kind}: {sum(wrong)} of {len(wrong)} wrong")


if __name__ == "__main__":
    main()
