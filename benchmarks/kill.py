"""kill -9 of the real server, 1,000 times while it writes: is anything gone that was acknowledged?

Half of them with everything locked. While one plays over the socket another one writes over HTTP; after
each kill all that lies on the disk is read and compared with what was acknowledged. A kill leaves what the
system has taken over: outages of power are looked at in tests/test_power.py.

    python benchmarks/kill.py [HOW_MANY]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from killing import kill  # type: ignore[import-not-found]  # of the tests

TIMES = 1000


def main() -> None:
    """Print what was found, for both halves."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    for locked in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            found = kill(times // 2, Path(folder) / "data", locked=locked)
        print(
            f"{'locked' if locked else 'open'}: {found.kills} kills, nothing acknowledged was gone; names "
            f"answered {found.words}, entries of the audit {found.entries}; from start to resumed "
            f"{median(found.restarts):.2f} s, at most {max(found.restarts):.2f} s"
        )


if __name__ == "__main__":
    main()
