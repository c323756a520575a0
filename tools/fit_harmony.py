"""Fits the tables of listening/harmony.py to lead sheets: melody and chord symbols.

python tools/fit_harmony.py --corpus DIR

DIR holds lead sheets with chord symbols as compressed MusicXML (*.mxl). The same corpus gives the same
bytes. Tunes that the benchmarks hold out are left out here, too.
"""

from __future__ import annotations

import argparse
import sys
from hashlib import sha256
from math import log
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import corpora  # noqa: E402  the reader of lead sheets lies beside the benchmarks
from undersong.listening.harmony import HarmonyListener  # noqa: E402
from undersong.listening.impression import Tonality  # noqa: E402
from undersong.testing.makers import MAKER  # noqa: E402

OUT = ROOT / "src" / "undersong" / "listening" / "tables" / "lead_sheets.py"
SMOOTH = 0.5  # count added to each cell
RIDGE = 10.0  # half bars
QUARTER = 0.6  # seconds at which the tunes are read
SPAN = 1.2  # seconds, two quarters
DEGREES = range(12)
Table = list[list[float]]


def main() -> int:
    """Count, and write the tables; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    corpus = parser.parse_args().corpus
    tunes = [tune for tune in corpora.lead_sheets(corpus) if tune.chords and not tune.held_out]
    if not all(any(tune.minor == minor for tune in tunes) for minor in (False, True)):
        print(f"There are no lead sheets (*.mxl with chord symbols) in major and in minor in {corpus}.")
        return 2
    digest = sha256(repr([(t.name, t.notes, t.chords) for t in tunes]).encode()).hexdigest()[:16]
    moves = [[[SMOOTH] * 24 for _ in range(24)] for _ in range(2)]
    rows: list[list[tuple[list[float], list[float]]]] = [[], []]
    for tune in tunes:
        count_moves(tune, moves[tune.minor])
        observe(tune, rows[tune.minor])
    coming = [regress(rows[0]), regress(rows[1])]
    OUT.write_text(
        f'"""Learned from the melodies and chord symbols of {len(tunes)} lead sheets (OpenEWLD, public\n'
        f"domain; digest {digest}) by tools/fit_harmony.py. Do not edit.\n\n"
        "First index: 0 major, 1 minor. Chords are numbered by degree in semitones over the tonic, major\n"
        "0-11, minor 12-23. Values: hundredths of a natural logarithm in MOVES, thousandths in COMING.\n"
        '"""\n\n'
        "from __future__ import annotations\n\n"
        + written("MOVES", "log-probability of the chord half a bar after a chord", moves, True)
        + written(
            "COMING",
            "what each thing known adds to a degree's share of the coming half bar",
            coming,
            False,
        ),
        encoding="utf-8",
    )
    print(f"Wrote {OUT.relative_to(ROOT)} from {len(tunes)} tunes")
    return 0


def count_moves(tune: corpora.Melody, table: Table) -> None:
    """From half bar to half bar, the chord that holds at its middle."""
    end = max(on + length for on, length, _ in tune.notes)
    half, before = tune.bar / 2, None
    for slot in range(int(end / half)):
        at = tune.downbeat % half + (slot + 0.5) * half
        held = [c for c in tune.chords if c[0] <= at]
        if not held:
            continue
        _, root, pcs, _ = held[-1]
        now = (root - tune.tonic) % 12 + 12 * (pcs[1] == 3)
        if before is not None:
            table[before][now] += 1
        before = now


def observe(tune: corpora.Melody, rows: list[tuple[list[float], list[float]]]) -> None:
    """For each half bar: what was known before it, and the share of each degree in it."""
    half, first = tune.bar / 2, tune.downbeat % (tune.bar / 2)
    listener = HarmonyListener()
    key = Tonality(tune.tonic, "minor" if tune.minor else "major", 1.0, (), (), 0)
    end = max(on + length for on, length, _ in tune.notes)
    index = 0
    for slot in range(int((end - first) / half) + 1):
        start = first + slot * half
        while index < len(tune.notes) and tune.notes[index][0] < start - 1e-6:
            on, _, pitch = tune.notes[index]
            listener.note(on * QUARTER, MAKER, pitch, key, None)
            index += 1
        content = [0.0] * 12
        for on, length, pitch in tune.notes[max(0, index - 4) : index + 24]:
            inside = min(on + length, start + half) - max(on, start)
            content[(pitch - tune.tonic) % 12] += max(0.0, inside)
        whole = sum(content)
        if index and whole > 0:
            known = listener.known(MAKER, tune.tonic, SPAN)
            rows.append(([1.0 * x for x in known], [x / whole for x in content]))


def regress(rows: list[tuple[list[float], list[float]]]) -> Table:
    """Ridge regression of every degree's share on what was known: a row of 12 for each thing known."""
    size = len(rows[0][0])
    square = [[RIDGE * (a == b) for b in range(size)] for a in range(size)]
    right = [[0.0] * 12 for _ in range(size)]
    for known, content in rows:
        there = [(n, x) for n, x in enumerate(known) if x]
        for a, x in there:
            row, aim = square[a], right[a]
            for b, y in there:
                row[b] += x * y
            for degree in DEGREES:
                aim[degree] += x * content[degree]
    for n in range(size):  # Gauss and Jordan: positive definite, so no pivoting
        scale = square[n][n]
        square[n] = [x / scale for x in square[n]]
        right[n] = [x / scale for x in right[n]]
        for other in range(size):
            if other != n and square[other][n]:
                factor = square[other][n]
                square[other] = [x - factor * y for x, y in zip(square[other], square[n], strict=True)]
                right[other] = [x - factor * y for x, y in zip(right[other], right[n], strict=True)]
    return right


def written(name: str, what: str, tables: list[Table], logs: bool) -> str:
    """A table as Python."""
    lines = [f"# {what}", f"{name}: tuple[tuple[tuple[int, ...], ...], ...] = ("]
    for table in tables:
        lines.append("    (")
        for row in table:
            whole = sum(row)
            cells = [round(100 * log(x / whole)) if logs else round(1000 * x) for x in row]
            lines.append("        (" + ", ".join(map(str, cells)) + "),")
        lines.append("    ),")
    return "\n".join([*lines, ")", "", ""])


if __name__ == "__main__":
    sys.exit(main())
