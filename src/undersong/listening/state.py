"""Playing state: how one maker's playing is, named by its sound.

silent, tentative, flowing, insistent, scattered, storming, fading. The rules read the last eight
seconds (24 for fading) and stand in order: the first that holds names the state. A new state
has to last PERSIST seconds before it is believed, so that one odd note changes nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from undersong.events import Seconds
from undersong.listening.impression import Playing, Trend
from undersong.listening.phrase import median
from undersong.notes import Tone
from undersong.theory.loudness import mean_level

SPAN: Seconds = 8.0
FADING_SPAN: Seconds = 24.0
SHORT: Seconds = 2.5  # rates are never taken over less
PERSIST: Seconds = 1.5
STILL: Seconds = 4.0  # silence that is more than a pause; or twice the maker's own pauses

STORM_RATE = 6.0  # notes a second, at STORM_VELOCITY or louder
STORM_VELOCITY = 84
STORM_RATE_ANY = 9.0  # notes a second at any level above half
SCATTER_LEAP = 6.0  # semitones, mean size of melodic steps
SCATTER_UNEVEN = 0.14  # median relative change from one interval to the next
WIDE_LEAP, WIDE_UNEVEN = 10.0, 0.08  # where leaps are very wide, less unevenness is enough
TAP_UNEVEN = 0.13
SCATTER_RATE = 1.0  # onset groups a second
FLOW_RATE = 1.1
FLOW_PAUSED = 0.4  # share of the time that lies in gaps longer than GAP
GAP: Seconds = 1.3
CELL = 8  # longest repeating cell, in notes
BEFORE: Seconds = 16.0  # before the last SPAN, what a trend is compared with
COMPARED = 4  # notes on either side from which something is compared
HANDS = 12  # semitones between two hands that play at once
HAND_STEP = 5.0  # semitones, mean step within a hand
FADE_SHARE = 0.75  # velocity, late half against early half
FADE_SLOWER = 1.25  # and intervals


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules read: ``notes`` and ``rate`` (onset groups) a second, velocity MIDI, ``leap`` in
    semitones; ``uneven`` and ``paused`` are shares; ``cell`` counts notes."""

    tones: int
    notes: float
    rate: float
    velocity: float
    uneven: float
    leap: float
    paused: float
    pitched: bool
    pulse: bool
    cell: int
    faded: bool


def gather(tones: Sequence[Tone], groups: Sequence[Seconds], now: Seconds, pulse: bool) -> Evidence:
    """Measure the last SPAN seconds of one maker's playing (``tones`` and ``groups`` ascending)."""
    since = now - FADING_SPAN
    lately = [tone for tone in tones if tone.onset > since]
    since = now - SPAN
    recent = [tone for tone in lately if tone.onset > since]
    times = [time for time in groups if time > since]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    active = sum([min(gap, 2.0) for gap in gaps]) + (min(now - times[-1], 1.0) if times else 0.0)
    changes = sorted([_change(a, b) for a, b in itertools.pairwise(gaps)])
    pitches = [tone.pitch for tone in recent if tone.pitch is not None]
    span = (times[-1] - times[0]) if len(times) > 1 else 0.0
    return Evidence(
        tones=len(recent),
        notes=round(len(recent) / max(now - recent[0].onset, SHORT), 6) if recent else 0.0,
        rate=round(len(times) / max(active, 1.0), 6),
        velocity=round(sum(tone.velocity for tone in recent) / len(recent), 6) if recent else 0.0,
        uneven=round(changes[len(changes) // 2], 6) if changes else 0.0,
        leap=_leap(pitches),
        paused=round(sum(gap for gap in gaps if gap > GAP) / span, 6) if span else 1.0,
        pitched=bool(pitches),
        pulse=pulse,
        cell=_cell(recent),
        faded=_faded(lately),
    )


@lru_cache(maxsize=256)  # the same gaps are asked about at every onset, as long as they are in SPAN
def _change(a: Seconds, b: Seconds) -> float:
    """One gap against the one before it: slow drift and long-short patterns are not unevenness."""
    return min(abs(b - a), abs(b - 2 * a), abs(2 * b - a)) / max(a, b)


def _leap(pitches: Sequence[int]) -> float:
    """The mean size of melodic steps; within each hand, where two play far apart."""
    whole = _steps(pitches)
    ranked = sorted(pitches)
    gaps = [(b - a, b) for a, b in itertools.pairwise(ranked[1:-1])]
    apart, split = max(gaps, default=(0, 0))
    if apart >= HANDS:
        hands = [p for p in pitches if p < split], [p for p in pitches if p >= split]
        steps = max(_steps(hand) for hand in hands)
        if steps <= HAND_STEP:
            return steps
    return whole


def _steps(pitches: Sequence[int]) -> float:
    steps = [abs(b - a) for a, b in itertools.pairwise(pitches)]
    return round(sum(steps) / len(steps), 6) if steps else 0.0


def trend(tones: Sequence[Tone], now: Seconds, novelty: float | None) -> Trend:
    """The last SPAN seconds of one maker's playing against the BEFORE seconds before them."""
    since, before = now - SPAN, now - SPAN - BEFORE
    late = [tone for tone in tones if tone.onset > since]
    early = [tone for tone in tones if before < tone.onset <= since]
    pitches = [[tone.pitch for tone in part if tone.pitch is not None] for part in (early, late)]
    ranges = [max(part) - min(part) if part else 0 for part in pitches]
    enough = min(len(early), len(late)) >= COMPARED
    pitched = min(len(part) for part in pitches) >= COMPARED
    lasted = min(BEFORE, since - early[0].onset) if early else 0.0
    levels = [mean_level([tone.velocity for tone in part]) if part else 0.0 for part in (early, late)]
    return Trend(
        novelty=novelty,
        range=ranges[1],
        widening=ranges[1] - ranges[0] if pitched else None,
        denser=round(len(late) / SPAN / (len(early) / max(lasted, SHORT)), 3) if enough else None,
        louder=round(levels[1] - levels[0], 3) if enough else None,
    )


def _cell(tones: Sequence[Tone]) -> int:
    """The length of the cell that the last notes repeat at least twice more, 0 if none."""
    latest = tones[-24:]
    for length in range(1, CELL + 1):
        needed = max(3 * length, 6)
        if len(latest) < needed:
            return 0
        window = latest[-needed:]
        if all(a.pitch == b.pitch for a, b in zip(window, window[length:], strict=False)):
            gaps = [b.onset - a.onset for a, b in itertools.pairwise(window)]
            pairs = zip(gaps, gaps[length:], strict=False)
            if all(abs(a - b) <= 0.2 * max(a, b) + 0.02 for a, b in pairs):
                # even taps are a beat, not a figure
                return 0 if length == 1 and window[0].pitch is None else length
    return 0


def _faded(tones: Sequence[Tone]) -> bool:
    """Whether the later half is softer and slower than the earlier."""
    if len(tones) < 8:
        return False
    half = len(tones) // 2
    early, late = tones[:half], tones[half:]
    softer = sum(t.velocity for t in late) / len(late) < FADE_SHARE * (
        sum(t.velocity for t in early) / len(early)
    )
    if not softer:
        return False
    intervals = [sorted(b.onset - a.onset for a, b in itertools.pairwise(part)) for part in (early, late)]
    return median(intervals[1]) > FADE_SLOWER * median(intervals[0])


def name_state(e: Evidence) -> tuple[str, float, str]:
    """The state, a confidence 0-1 and the reason, from the evidence. The rules, in order.

    The confidences are the shares of time in which each was right for simulated makers
    (benchmarks/state.py, rounded)."""
    if (e.notes >= STORM_RATE and e.velocity >= STORM_VELOCITY) or (
        e.notes >= STORM_RATE_ANY and e.velocity >= 64
    ):
        return "storming", min(0.98, 0.4 + e.notes / 10), "many loud notes, close together"
    if e.faded:
        return "fading", 0.9, "softer and slower than before"
    if e.cell and e.rate >= FLOW_RATE:
        return "insistent", 0.97, "the same short figure keeps coming back"
    if not e.pitched and e.tones >= 4 and not e.pulse and e.uneven > TAP_UNEVEN:
        return "scattered", 0.6, "taps at changing distances, with no beat yet"
    if (
        e.pitched
        and e.tones >= 6
        and not e.pulse
        and e.rate >= SCATTER_RATE
        and e.leap > SCATTER_LEAP
        and e.uneven > (WIDE_UNEVEN if e.leap > WIDE_LEAP else SCATTER_UNEVEN)
    ):
        return "scattered", 0.95, "wide leaps at changing distances, with no beat"
    if e.tones >= 5 and e.rate >= FLOW_RATE and e.paused < FLOW_PAUSED:
        return "flowing", 0.9 if e.pulse else 0.65, "notes follow each other with few pauses"
    if not e.pitched and e.pulse:
        return "flowing", 0.95, "taps keep a beat"
    return "tentative", 0.97 if e.tones >= 3 else 0.9, "few notes, with pauses between them"


class StateListener:
    """Names one maker's state, and is slow to change its mind."""

    def __init__(self) -> None:
        self._playing = Playing("silent", 1.0, "nothing has sounded yet")
        self._rival: tuple[str, float, str] | None = None
        self._since: Seconds = 0.0

    @property
    def playing(self) -> Playing:
        """The state believed now."""
        return self._playing

    @property
    def settles_at(self) -> Seconds | None:
        """When a new state will be believed if nothing speaks against it before."""
        return None if self._rival is None else self._since + PERSIST

    def onset(self, now: Seconds, evidence: Evidence) -> bool:
        """Judge the playing at an onset; True if the believed state changed."""
        read = name_state(evidence)
        if self._playing.name == "silent":
            return self._believe(read)  # a first sound ends a silence at once
        if read[0] == self._playing.name:
            self._rival = None
            return False
        if self._rival is None or self._rival[0] != read[0]:
            self._rival, self._since = read, now
            return False
        self._rival = read
        return self.advance(now)

    def advance(self, now: Seconds) -> bool:
        """Let time pass; True if the believed state changed."""
        if self._rival is not None and now >= self._since + PERSIST:
            return self._believe(self._rival)
        return False

    def still(self) -> bool:
        """Nothing has sounded for longer than a pause; True if the believed state changed."""
        self._rival = None
        if self._playing.name == "silent":
            return False
        return self._believe(("silent", 1.0, "nothing has sounded for a while"))

    def _believe(self, read: tuple[str, float, str]) -> bool:
        self._playing = Playing(read[0], round(read[1], 3), read[2])
        self._rival = None
        return True
