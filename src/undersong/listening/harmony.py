"""Harmony: which chord the playing implies now, and which comes next. Pitch classes, probabilities.

Expected is what share each pitch class will have of the next half bar: from what followed when this maker
played something like this before (repetition.py), and, the less of that there is, from what scale degrees
follow a note's degree in each likely key (tables/harmony.py). The chord that covers most of it, habits
of the key allowed for, is foreseen. What holds now is weighed likewise on what was just heard. A half bar
is two beats, or HALF_BAR seconds without a pulse. The forecast is renewed at each onset and shortly
before each beat, for the time that begins then.
"""

from __future__ import annotations

from math import log

from undersong.events import Heard, HeardHarmony, Seconds
from undersong.listening.impression import Chord, Harmony, Tonality
from undersong.listening.repetition import Repetition
from undersong.listening.tables.harmony import CHORDS, FOLLOWING
from undersong.notes import Pulse
from undersong.theory.chords import DIMINISHED, MAJOR, MINOR, harte

HALF_BAR: Seconds = 1.1  # without a pulse
BEATS = 2  # of the pulse, in a half bar
KEYS = 3  # likeliest keys that are asked
TRUST = 2.0  # notes of agreement at which repetition and habit weigh alike
PRIOR = 0.045  # weight of a chord's log share in its key
RARE = 0.002  # share of a chord that the table does not name
KEEP = 0.06  # weight of the present chord, of which more is expected
HEARD_FADE = 0.55  # of what was heard, kept at each half bar
NOW = 0.7  # weight of the sounding note against what is expected, for the chord that holds now
BEFORE: Seconds = 0.12  # so long before a beat the forecast is renewed
SOONEST: Seconds = 0.08  # a beat nearer than this is left to the next
GIVEN_UP: Seconds = 6.0  # silence after which nothing is foreseen

TRIADS: tuple[Chord, ...] = tuple(
    Chord(root, pcs) for pcs in (MAJOR, MINOR, DIMINISHED) for root in range(12)
)
_CLASSES = tuple(tuple((chord.root + pc) % 12 for pc in chord.pcs) for chord in TRIADS)
_KIND = {MAJOR: 0, MINOR: 1, DIMINISHED: 2}


def _habits(minor: int) -> tuple[float, ...]:
    """What each triad over a tonic C is worth by habit alone."""
    shares = {(root, kind): share / 1000 for root, kind, share in CHORDS[minor]}
    return tuple(
        round(PRIOR * log(max(RARE, shares.get((chord.root, _KIND[chord.pcs]), 0.0)) / RARE), 6)
        for chord in TRIADS
    )


HABITS = (_habits(0), _habits(1))
MINOR_MODES = ("minor", "dorian", "phrygian")
_MINOR_MODE = (0, 1, 1, 1, 0, 0)  # of theory.keys.MODES


class HarmonyListener:
    """Hears one maker's harmony."""

    def __init__(self) -> None:
        self._memory = Repetition()
        self._heard = [0.0] * 12
        self._heard_at: Seconds = 0.0
        self._last: int | None = None
        self._onset: Seconds = 0.0
        self._renewed: Seconds = -1.0
        self._pulse: Pulse | None = None
        self._tonality: Tonality | None = None
        self._harmony: Harmony | None = None
        self._told: Chord | None = None

    def note(
        self, now: Seconds, onset: Seconds, pitch: int, *, joins: bool, pulse: Pulse | None, key: Tonality
    ) -> list[Heard]:
        """A note began at ``onset``; ``joins``: within the group of the one before."""
        self._memory.note(onset, pitch, joins=joins)
        self._pulse, self._tonality = pulse, key
        half = self._half
        gone = max(0.0, onset - self._heard_at)
        kept = HEARD_FADE ** (gone / half)
        if self._last is not None and not joins:
            self._heard[self._last] += min(gone, half) / half
        self._heard = [kept * share for share in self._heard]
        self._heard_at, self._last, self._onset = onset, pitch % 12, onset
        return self._renew(now)

    @property
    def _half(self) -> Seconds:
        return HALF_BAR if self._pulse is None else BEATS * self._pulse.period

    @property
    def wake_at(self) -> Seconds | None:
        """When the forecast is renewed if nothing is heard before."""
        pulse = self._pulse
        if pulse is None or self._harmony is None:
            return None
        beat = pulse.time_at(int(pulse.beat_at(self._renewed + BEFORE + SOONEST) // 1) + 1)
        return beat - BEFORE if beat < self._onset + GIVEN_UP else None

    def advance(self, now: Seconds) -> list[Heard]:
        """Let time pass to ``now``."""
        wake = self.wake_at
        return self._renew(now) if wake is not None and now >= wake else []

    def pulse_is(self, pulse: Pulse | None) -> None:
        """The maker's pulse now."""
        self._pulse = pulse

    def _renew(self, now: Seconds) -> list[Heard]:
        self._renewed = now
        start = self._next_beat(now)
        expected = self._expected(max(start - self._onset, 0.0))
        habits = habit(self._tonality)
        present = self._told
        present_now = self._now(expected, habits)
        coming, sure = _best(expected, habits, present_now)
        since = now if self._harmony is None or present_now != present else self._harmony.since
        covered = sum(self._heard[pc] for pc in _classes(present_now))
        whole = sum(self._heard)
        fit = round(covered / whole, 6) if whole > 0 else sure
        self._harmony = Harmony(present_now, since, fit, coming, start, sure, tuple(expected))
        told: list[Heard] = []
        if present_now != present:
            told.append(HeardHarmony(now, harte(present_now.root, present_now.pcs), now, False, fit))
            self._told = present_now
        told.append(HeardHarmony(now, harte(coming.root, coming.pcs), start, True, sure))
        return told

    def _next_beat(self, now: Seconds) -> Seconds:
        if self._pulse is None:
            return now + SOONEST
        return self._pulse.time_at(int(self._pulse.beat_at(now + SOONEST) // 1) + 1)

    def _expected(self, after: Seconds) -> list[float]:
        """The share of each pitch class in the half bar that begins so long after the last onset."""
        shares = [0.0] * 12
        if self._tonality is None or self._last is None:
            return shares
        for probability, tonic, mode in self._tonality.likely[:KEYS]:
            row = FOLLOWING[_MINOR_MODE[mode]][(self._last - tonic) % 12]
            for degree in range(12):
                shares[(tonic + degree) % 12] += probability * row[degree] / 1000
        whole = sum(shares)
        shares = [share / whole for share in shares]
        before = self._memory.content(after, self._half)
        if before is not None:
            trust = self._memory.agreement / (self._memory.agreement + TRUST)
            shares = [(1 - trust) * a + trust * b for a, b in zip(shares, before, strict=True)]
        return [round(share, 6) for share in shares]

    def _now(self, expected: list[float], habits: list[float]) -> Chord:
        """The chord that what was just heard, the sounding note and what is expected belong to."""
        mixed = [0.5 * a + 0.5 * b for a, b in zip(self._heard, expected, strict=True)]
        if self._last is not None:
            mixed[self._last] += NOW
        return _best(mixed, habits, self._told)[0]

    @property
    def harmony(self) -> Harmony | None:
        """The present reading; None before the first note with pitch."""
        return self._harmony


def habit(tonality: Tonality | None) -> list[float]:
    """What each of TRIADS is worth by the habits of the likely keys."""
    worth = [0.0] * len(TRIADS)
    if tonality is None:
        return worth
    for probability, tonic, mode in tonality.likely[:KEYS]:
        habits = HABITS[_MINOR_MODE[mode]]
        for kind in (0, 12, 24):
            for root in range(12):
                worth[kind + (root + tonic) % 12] += probability * habits[kind + root]
    return worth


def _classes(chord: Chord) -> tuple[int, ...]:
    return tuple((chord.root + pc) % 12 for pc in chord.pcs)


def _best(content: list[float], habits: list[float], present: Chord | None) -> tuple[Chord, float]:
    """The triad that covers most of a content, and what share of it."""
    best, worth = 0, -1.0
    for number, (a, b, c) in enumerate(_CLASSES):
        value = content[a] + content[b] + content[c] + habits[number]
        if TRIADS[number] == present:
            value += KEEP
        value = round(value, 6)
        if value > worth:
            best, worth = number, value
    a, b, c = _CLASSES[best]
    return TRIADS[best], round(min(1.0, content[a] + content[b] + content[c]), 6)
