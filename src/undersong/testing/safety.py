"""The clauses that always hold, whatever the technique: judged on every window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from undersong.events import Seconds
from undersong.testing.window import Window
from undersong.theory.grouping import active_density, onset_groups
from undersong.theory.loudness import level

DENSER = 1.15
FLOOR = 0.5  # onset groups a second
YIELD: Seconds = 0.15
FRESH: Seconds = 1.0  # silence after which the maker's onset is a re-entry
PULSES = ("rhythmic-grounding", "ending")  # exempt from density: soft pulses, closes asked for


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause and whether a window keeps it."""

    name: str
    holds: Callable[[Window, str], bool]


def _not_denser(w: Window, technique: str) -> bool:
    if technique in PULSES:
        return True
    groups = [t for t in w.played.onsets if t < w.end]
    if not groups:
        return True
    own = max(
        active_density([g for g in groups if g <= at], at) for at in (w.end, *(t.onset for t in w.begun()))
    )
    partner = len(onset_groups(t.onset for t in w.begun()))
    return partner <= DENSER * max(FLOOR, own) * (w.end - w.start) + 1e-9


def _not_louder(w: Window, technique: str) -> bool:
    return all(
        level(t.velocity, t.voice) <= w.played.level(t.onset) + 0.5 or not w.played.active(t.onset)
        for t in w.begun()
    )


def _yields(w: Window, technique: str) -> bool:
    """After a re-entry no melody note of the partner begins later than 150 ms, until a new silence."""
    reached = 0.0
    for tone in w.played.tones:
        if tone.onset - reached >= FRESH and w.start <= tone.onset < w.end:
            until = tone.offset or tone.onset
            for note in w.played.duet.voice("melody"):
                if tone.onset + YIELD + 0.005 < note.onset < until:
                    return False
        reached = max(reached, tone.offset or tone.onset)
    return True


def _reasons(w: Window, technique: str) -> bool:
    """Whatever sounds was preceded by a choice with a reason."""
    return all(any(c.time <= t.onset and c.because for c in w.played.duet.chose) for t in w.begun())


CLAUSES: tuple[Clause, ...] = (
    Clause("not denser", _not_denser),
    Clause("not louder", _not_louder),
    Clause("yields", _yields),
    Clause("reasons", _reasons),
)
