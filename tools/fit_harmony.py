"""Fits the tables of listening/harmony.py to lead sheets: melody and chord symbols.

python tools/fit_harmony.py --corpus ../shared/data

The same corpus gives the same bytes. Tunes that the benchmarks hold out are left out here, too.
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

OUT = ROOT / "src" / "undersong" / "listening" / "tables" / "lead_sheets.py"
SMOOTH = 0.5  # count added to each cell
DEGREES = range(12)
Table = list[list[float]]


def main() -> None:
    """Count, and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    corpus = parser.parse_args().corpus
    tunes = [tune for tune in corpora.melodies(corpus) if tune.chords and not tune.held_out]
    digest = sha256(repr([(t.name, t.notes, t.chords) for t in tunes]).encode()).hexdigest()[:16]
    moves = [[[SMOOTH] * 24 for _ in range(24)] for _ in range(2)]
    coming = [[[SMOOTH] * 12 for _ in DEGREES] for _ in range(2)]
    for tune in tunes:
        count_moves(tune, moves[tune.minor])
        count_coming(tune, coming[tune.minor])
    OUT.write_text(
        f'"""Learned from the melodies and chord symbols of {len(tunes)} lead sheets (OpenEWLD, public\n'
        f"domain; digest {digest}) by tools/fit_harmony.py. Do not edit.\n\n"
        "First index: 0 major, 1 minor. Chords are numbered by degree in semitones over the tonic, major\n"
        "0-11, minor 12-23. Values are hundredths: of a natural logarithm in MOVES, of 1 in COMING.\n"
        '"""\n\n'
        "from __future__ import annotations\n\n"
        + written("MOVES", "log-probability of the chord half a bar after a chord", moves, True)
        + written("COMING", "share of each degree in the half bar after a degree", coming, False),
        encoding="utf-8",
    )
    print(f"Wrote {OUT.relative_to(ROOT)} from {len(tunes)} tunes")


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


def count_coming(tune: corpora.Melody, table: Table) -> None:
    """After each note, the degrees that sound in the half bar after its end, by duration."""
    half = tune.bar / 2
    for index, (on, length, pitch) in enumerate(tune.notes):
        start = on + length
        row = table[(pitch - tune.tonic) % 12]
        for later, lasts, other in tune.notes[index + 1 :]:
            if later >= start + half:
                break
            row[(other - tune.tonic) % 12] += min(lasts, start + half - later)


def written(name: str, what: str, tables: list[Table], logs: bool) -> str:
    """A table as Python."""
    lines = [f"# {what}", f"{name}: tuple[tuple[tuple[int, ...], ...], ...] = ("]
    for table in tables:
        lines.append("    (")
        for row in table:
            whole = sum(row)
            cells = [round(100 * (log(x / whole) if logs else x / whole)) for x in row]
            lines.append("        (" + ", ".join(map(str, cells)) + "),")
        lines.append("    ),")
    return "\n".join([*lines, ")", "", ""])


if __name__ == "__main__":
    main()
