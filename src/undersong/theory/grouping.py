"""Onsets as the ear groups them: what begins within 40 ms is heard as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from undersong.events import Seconds

TOGETHER: Seconds = 0.04  # onsets closer than this are one group
ACTIVE_GAP: Seconds = 2.0  # of a longer interval only this much counts as playing


def onset_groups(onsets: Iterable[Seconds]) -> list[Seconds]:
    """The first onset of each group, ascending."""
    groups: list[Seconds] = []
    for onset in sorted(onsets):
        if not groups or onset - groups[-1] > TOGETHER:
            groups.append(onset)
    return groups


def active_density(groups: Sequence[Seconds], now: Seconds, span: Seconds = 10.0) -> float:
    """Onset groups a second over the last ``span`` seconds of active playing (0 with none).

    Intervals count up to ACTIVE_GAP, so that a pause before ``now`` does not thin the playing out.
    """
    active = 0.0
    count = 0
    later = now
    for onset in reversed(groups):
        gap = later - onset
        active += gap if gap < ACTIVE_GAP else ACTIVE_GAP
        count += 1
        later = onset
        if active >= span:
            break
    return count / active if active > 0.25 else (count / 0.25 if count else 0.0)
