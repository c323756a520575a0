"""Together: how several makers who play at once lie to one another in time. Seconds.

Two onsets of different makers nearer than PAIR are a pair; their signed distance is an asynchrony (Repp
2005, as for taps against a metronome). Whoever comes first in the mean leads, if that mean is clear of
its own standard error. Two pulses are one if their periods agree, octaves apart allowed, and their beats
fall together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from undersong.events import MakerId, Seconds
from undersong.listening.impression import Part, Together
from undersong.notes import Pulse

PAIR: Seconds = 0.15  # onsets of two makers nearer than this belong together
SPAN: Seconds = 12.0  # how far back pairs count
MOST = 48  # pairs kept
FEWEST = 6  # pairs from which something is said
CLEAR = 2.5  # standard errors by which the leader comes first
LEAD: Seconds = 0.012  # and this much at least
SAME_PERIOD = 0.06  # share of the period by which two may differ
SAME_PHASE = 0.15  # and of the quicker beat, its phase
OCTAVES = (0.5, 1.0, 2.0)  # ratios of periods that are one pulse


@dataclass(frozen=True, slots=True)
class _Pair:
    first: MakerId
    second: MakerId
    time: Seconds  # of the second
    apart: Seconds


class TogetherListener:
    """Hears how the makers' onsets lie to one another."""

    def __init__(self) -> None:
        self._last: dict[MakerId, Seconds] = {}  # an onset still without its pair
        self._pairs: deque[_Pair] = deque(maxlen=MOST)

    def onset(self, maker: MakerId, time: Seconds) -> None:
        """A group of onsets began."""
        near = [
            (abs(time - earlier), other)
            for other, earlier in self._last.items()
            if other != maker and abs(time - earlier) <= PAIR
        ]
        self._last[maker] = time
        if not near:
            return
        _, other = min(near)
        earlier = self._last.pop(other)
        del self._last[maker]
        first, second = (other, maker) if earlier <= time else (maker, other)
        self._pairs.append(_Pair(first, second, max(time, earlier), abs(time - earlier)))

    def together(self, now: Seconds, parts: Sequence[Part]) -> Together | None:
        """How those who play now (``parts``) are together; None for one alone."""
        if len(parts) < 2:
            return None
        pairs = [pair for pair in self._pairs if now - pair.time <= SPAN]
        enough = len(pairs) >= FEWEST
        return Together(
            pulse=shared([part for part in parts if part.pulse is not None]),
            leader=_leader(pairs, parts) if enough else None,
            asynchrony=round(sum(pair.apart for pair in pairs) / len(pairs), 6) if enough else None,
        )


def _leader(pairs: Sequence[_Pair], parts: Sequence[Part]) -> MakerId | None:
    """The maker whose onsets come before those of all others, if that is clear."""
    for part in parts:
        ahead = [
            pair.apart if pair.first == part.maker else -pair.apart
            for pair in pairs
            if part.maker in (pair.first, pair.second)
        ]
        if len(ahead) < FEWEST:
            continue
        mean = sum(ahead) / len(ahead)
        error = sqrt(sum((x - mean) ** 2 for x in ahead) / (len(ahead) - 1) / len(ahead))
        if round(mean - max(LEAD, CLEAR * error), 6) >= 0:
            return part.maker
    return None


def shared(parts: Sequence[Part]) -> Pulse | None:
    """The steadiest's pulse if all who have one agree with it, and there are two at least."""
    if len(parts) < 2:
        return None
    steadiest = steadier(parts)
    assert steadiest is not None
    others = [part.pulse for part in parts if part.pulse is not None and part.pulse != steadiest]
    return steadiest if all(agree(steadiest, pulse) for pulse in others) else None


def agree(one: Pulse, other: Pulse) -> bool:
    """Whether two pulses are one, an octave apart or not."""
    quick, slow = sorted((one, other), key=lambda pulse: pulse.period)
    ratio = slow.period / quick.period
    if not any(abs(ratio / octave - 1) <= SAME_PERIOD for octave in OCTAVES):
        return False
    # where the slower beat falls among the quicker ones, near the later of the two origins
    at = slow.time_at(round(slow.beat_at(max(one.origin, other.origin))))
    off = quick.beat_at(at)
    return round(abs(off - round(off)), 6) <= SAME_PHASE


def steadier(parts: Sequence[Part]) -> Pulse | None:
    """The pulse of the steadiest, and among equals of the quickest."""
    with_pulse = [part for part in parts if part.pulse is not None]
    if not with_pulse:
        return None
    best = max(
        with_pulse,
        key=lambda part: (round(part.pulse.confidence, 1) if part.pulse else 0.0, part.dynamics.density),
    )
    return best.pulse
