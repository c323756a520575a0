"""Tables and bootstrap intervals for the benchmarks."""

from __future__ import annotations

import random
from collections.abc import Sequence

DRAWS = 1000


def interval(pairs: Sequence[tuple[float, float]]) -> str:
    """Sum of the firsts over sum of the seconds, with a 95% bootstrap interval over the pairs."""
    pairs = [pair for pair in pairs if pair[1]]
    if not pairs:
        return "-"
    chance = random.Random(0)
    draws = []
    for _ in range(DRAWS):
        drawn = chance.choices(pairs, k=len(pairs))
        draws.append(sum(a for a, _ in drawn) / sum(b for _, b in drawn))
    draws.sort()
    share = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
    return f"{share:.3f} [{draws[int(0.025 * DRAWS)]:.3f} {draws[int(0.975 * DRAWS) - 1]:.3f}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns in line, the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = []
    for row in (head, ["-" * w for w in widths], *rows):
        cells = [
            c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
