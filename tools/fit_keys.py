"""Fit the weights by which a key is heard: writes src/undersong/listening/tables/keys.py.

    python tools/fit_keys.py --corpus DIR [--check]

DIR holds the development data (openewld); folk songs, reels and chorales come with music21 (the bench
extra). Only the half of each that benchmarks/tunes.py sets aside for fitting is read. The model is a
softmax over 24 keys whose weights belong to scale degrees, so that one set serves all tonics; the cues
are those of undersong.listening.tonality. ``--check`` writes nothing and says whether the bytes agree.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import tunes  # noqa: E402
from undersong.listening import tonality as ears  # noqa: E402

TARGET = ROOT / "src" / "undersong" / "listening" / "tables" / "keys.py"
MOST = 300  # tunes of each corpus, which count alike
PREFIXES = (5, 8, 12, 16, 24, 40)  # notes after which the key is asked for, and at the end
FROM_WITHIN = 12  # notes of a fragment from the middle of each tune
QUARTER = 0.6  # seconds, for what a pause is
SHRINK = 5e-4  # how strongly weights are drawn to zero
STEPS = 250
# Of so many major and minor tunes one is read in another scale, too, since written ones are rare;
MODAL = (12, 3)
MIXOLYDIAN, LYDIAN, DORIAN = {11: -1}, {5: 1}, {8: 1, 11: -1}  # semitones by which degrees move
FIVE_NOTES = {2: 1, 8: -1, 9: 1, 11: -1}
BLOCKS = ("DEGREE", "LENGTH", "STEP", "FIRST", "LOWEST", "HIGHEST", "LONGEST", "LATEST", "RESTED")
INTERVALS = 2 * ears.WIDEST + 1
SIZES = {"STEP": 12 * INTERVALS}

Notes = Sequence[tuple[float, float, int]]


class Cues:
    """The cues of one tune so far, as undersong.listening.tonality gathers them."""

    def __init__(self) -> None:
        self.notes = 0.0
        self.sums = {block: np.zeros((12, INTERVALS) if block == "STEP" else 12) for block in BLOCKS}
        self.mean = 0.0
        self.longest = (0.0, 0)
        self.pitches: list[int] = []

    def note(self, pitch: int, interval: float, *, begins: bool) -> None:
        """A note begins, so many quarters after the one before."""
        for block in ("DEGREE", "LENGTH", "STEP"):
            self.sums[block] *= ears.FADE_NOTE
        self.notes = self.notes * ears.FADE_NOTE + 1
        self.sums["DEGREE"][pitch % 12] += 1
        if self.pitches:
            step = max(-ears.WIDEST, min(ears.WIDEST, pitch - self.pitches[-1]))
            self.sums["STEP"][self.pitches[-1] % 12, step + ears.WIDEST] += 1
            self.mean = interval if not self.mean else ears.mean_interval(self.mean, interval)
        if begins:
            self.sums["FIRST"] *= ears.CUE_FADE
            self.sums["FIRST"][pitch % 12] += 1
        self.pitches.append(pitch)

    def lasted(self, pitch: int, length: float) -> None:
        """A note ended after so many quarters."""
        share = min(length / self.mean, ears.LONGEST) if self.mean else 1.0
        self.sums["LENGTH"][pitch % 12] += share
        self.longest = (self.longest[0] * ears.FADE_LONGEST, self.longest[1])
        if share > ears.LONG and share >= self.longest[0]:
            self.longest = (share, pitch % 12)

    def rest(self) -> None:
        """The phrase has ended on the last note."""
        self.sums["RESTED"] *= ears.CUE_FADE
        self.sums["RESTED"][self.pitches[-1] % 12] += 1

    def rows(self) -> np.ndarray:
        """For each tonic the cues by scale degree."""
        sums = {block: values.copy() for block, values in self.sums.items()}
        scale = self.notes**-ears.SPREAD
        for block in ("DEGREE", "LENGTH", "STEP"):
            sums[block] *= scale
        lately = self.pitches[-ears.REGISTER :]
        sums["LOWEST"][min(lately) % 12] = 1
        sums["HIGHEST"][max(lately) % 12] = 1
        sums["LATEST"][lately[-1] % 12] = 1
        if self.longest[0]:
            sums["LONGEST"][self.longest[1]] = 1
        rows: np.ndarray = np.array(
            [
                np.concatenate([np.roll(sums[block], -tonic, axis=0).ravel() for block in BLOCKS])
                for tonic in range(12)
            ]
        )
        return rows


def examples(notes: Notes, prefixes: Sequence[int]) -> list[np.ndarray]:
    """The cues after so many notes and, once it has come to rest, after the last."""
    cues, made, intervals = Cues(), [], [1.0]
    for index, (onset, _, pitch) in enumerate(notes):
        interval, begins = 0.0, index == 0
        if index:
            before, lasted, last = notes[index - 1]
            interval = onset - before
            cues.lasted(last, min(lasted, interval))
            middle = sorted(intervals[-24:])[len(intervals[-24:]) // 2]
            intervals.append(interval)
            if QUARTER * (interval - 0.9 * lasted) > max(1.0, 2 * QUARTER * middle):
                cues.rest()
                begins = True
        cues.note(pitch, interval, begins=begins)
        if index + 1 in prefixes:
            made.append(cues.rows())
    cues.lasted(notes[-1][2], notes[-1][1])
    cues.rest()
    return [*made, cues.rows()]


def modal(tune: tunes.Tune) -> Notes:
    """The tune with its tonic kept, in a church mode or, if minor, also in the five-note scale."""
    odd = len(tune.notes) % 2
    moved = (DORIAN, FIVE_NOTES)[odd] if tune.minor else (MIXOLYDIAN, LYDIAN)[odd]
    return [
        (onset, length, pitch + moved.get((pitch - tune.tonic) % 12, 0))
        for onset, length, pitch in tune.notes
    ]


def gather(chosen: Sequence[tunes.Tune]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cues, keys (2 x tonic + minor) and weights."""
    rows, keys, weights = [], [], []
    many = {corpus: sum(tune.corpus == corpus for tune in chosen) for corpus in tunes.CORPORA}
    for number, tune in enumerate(chosen):
        if number % MODAL[tune.minor] == 0:
            made = examples(modal(tune), PREFIXES)
            rows += made
            keys += [2 * tune.tonic + tune.minor] * len(made)
            weights += [1 / (many[tune.corpus] * len(made))] * len(made)
        made = examples(tune.notes, PREFIXES)
        middle = len(tune.notes) // 2
        made += examples(tune.notes[middle : middle + FROM_WITHIN], (FROM_WITHIN // 2,))[:1]
        rows += made
        keys += [2 * tune.tonic + tune.minor] * len(made)
        weights += [1 / (many[tune.corpus] * len(made))] * len(made)
    share = np.array(weights)
    return np.array(rows), np.array(keys), share / share.sum()


def fit(rows: np.ndarray, keys: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (mode, cue) and the bias of each mode, by full-batch gradient steps (Adam)."""
    count, _, size = rows.shape
    flat = rows.reshape(count * 12, size)
    true = np.zeros((count, 24))
    true[np.arange(count), keys] = 1
    params = np.zeros((2, size + 1))
    first, second = np.zeros_like(params), np.zeros_like(params)
    for step in range(1, STEPS + 1):
        scores = (flat @ params[:, :-1].T + params[:, -1]).reshape(count, 24)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        off = ((odds / odds.sum(axis=1, keepdims=True) - true) * share[:, None]).reshape(count * 12, 2)
        slope = np.empty_like(params)
        slope[:, :-1] = off.T @ flat + SHRINK * params[:, :-1]
        slope[:, -1] = off.sum(axis=0)
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        rate = 0.1 if step < 0.6 * STEPS else 0.02
        params -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return params[:, :-1], params[:, -1]


def written(weights: np.ndarray, bias: np.ndarray, digest: str, many: int) -> str:
    """The module's text."""
    lines = [
        '"""How much each cue speaks for a key, by scale degree: generated, do not edit.',
        "",
        f"By tools/fit_keys.py from {many} tunes: lead sheets of OpenEWLD; Essen folk songs, O'Neill's",
        "reels and Bach's sopranos as music21 brings them; of the half that is set aside for fitting, the",
        f"other half being what benchmarks/key.py reports. Corpus digest (SHA-256): {digest[:32]}.",
        "",
        "Each table holds a row for major and one for minor; a row, log-odds for the degrees 0 to 11 in",
        "semitones above the tonic. STEP: for each degree left, the intervals of -12 to 12 semitones.",
        '"""',
        "",
        "# ruff: noqa: E501",
        "# fmt: off",
        f"MODE = ({bias[0]:.2f}, {bias[1]:.2f})",
    ]
    start = 0
    for block in BLOCKS:
        size = SIZES.get(block, 12)
        part = weights[:, start : start + size]
        start += size
        lines.append(f"{block} = (")
        for row in part:
            if block == "STEP":
                lines.append("    (")
                lines += [
                    "        (" + ", ".join(number(x) for x in degrees) + "),"
                    for degrees in row.reshape(12, INTERVALS)
                ]
                lines.append("    ),")
            else:
                lines.append("    (" + ", ".join(number(x) for x in row) + "),")
        lines.append(")")
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Two digits, as short as can be."""
    text = f"{value:.2f}"
    return "0.0" if text == "-0.00" else text.rstrip("0") + "0" * text.rstrip("0").endswith(".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    picked = tunes.tunes(MOST, fitted=True, folder=chosen.corpus)
    digest = hashlib.sha256(repr([(t.corpus, t.name, t.notes, t.tonic, t.minor) for t in picked]).encode())
    text = written(*fit(*gather(picked)), digest.hexdigest(), len(picked))
    if chosen.check:
        same = TARGET.read_text() == text
        print("The same bytes." if same else "The table differs.")
        sys.exit(not same)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
