"""Strokes on a beat: what the two contracts of the beat share."""

from __future__ import annotations

from undersong.events import Seconds
from undersong.testing.contracts.contract import ONE_IN, playing
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups


def strokes(w: Window) -> list[Seconds]:
    """When the partner strikes."""
    return onset_groups(t.onset for t in w.begun("percussion"))


def needs_beat(w: Window) -> bool:
    """The maker plays, and has for long enough to be joined."""
    return playing(w) and w.start >= w.played.onsets[0] + 8.0


def keeps_striking(w: Window) -> bool:
    """At least one stroke for four beats."""
    beat = w.played.beat or 1.2
    return len(strokes(w)) >= max(2, (w.end - w.start) / beat / ONE_IN)
