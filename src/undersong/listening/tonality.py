"""Tonality: which key the notes so far belong to. Pitch classes, probabilities.

A softmax over 24 keys. Its weights belong to scale degrees (listening.tables.keys): how often a degree
sounds and how long, which interval is taken from which degree, on what the phrases begin and rest, the
lowest, highest, longest and latest note. What lies further back counts less. Whether a major or minor
key is rather one of the church modes is then read from the degrees in which they differ (theory.keys).

Several makers: each one's evidence is kept apart and counts by its shares, not by its number of notes;
whoever is softer and sparser counts for more, so that a shy one's notes decide.
"""

from __future__ import annotations

from collections import deque
from math import exp, log, sqrt

from undersong.events import MakerId, Seconds
from undersong.listening.impression import Tonality
from undersong.listening.tables import keys as learned
from undersong.theory.grouping import TOGETHER
from undersong.theory.keys import LOG, LOG_PRIOR, MODES

FADE_NOTE = 0.99  # evidence kept at each note: half the weight after 69 notes
PAUSE: Seconds = 3.0  # after a pause longer than this
KEPT = 0.6  # so much of the evidence is kept, for a new key may begin
ANEW: Seconds = 6.0  # and after one longer than this all begins anew, from what was believed,
NEW_KEY = 0.35  # with this probability that any key may follow
KEPT_CLASSES = 0.3  # of what sounded
CUE_FADE = 0.6  # how a phrase was begun or ended, kept when the next one brings its own
SPREAD = 0.5  # notes depend on one another: n of them count as n ** (1 - SPREAD)
WIDEST = 12  # semitones, wider steps count as this
LONGEST = 3.0  # mean intervals; a note that lasts longer counts as this
LONG = 1.4  # mean intervals from which a note is a long one
FADE_LONGEST = 0.97  # how slowly the longest note is forgotten, a note
MEAN_STEP = 0.1  # how quickly the mean interval follows
REGISTER = 24  # last notes of which one is the lowest
SHY = 0.5  # the exponent by which a sparser maker counts for more
ENOUGH = 6.0  # notes; with fewer, a maker counts less
LIKELY = 8  # keys kept in the Impression
SHARED = 0.08  # probability from which a key is parted into church modes
ALONE = 1.2  # log-odds, times the square root of how often it came, that a lone pitch class is the tonic

KEYS = 24  # numbered 12 * minor + tonic
MAJOR_LIKE, MINOR_LIKE = (0, 4, 5), (1, 2, 3)  # indices of MODES
_Rows = tuple[tuple[float, ...], ...]


def mean_interval(mean: Seconds, interval: Seconds) -> Seconds:
    """The running mean of the intervals between notes."""
    return mean + MEAN_STEP * (min(interval, 4 * mean) - mean)


def softmax(scores: list[float]) -> list[float]:
    """Probabilities from log-odds."""
    top = max(scores)
    odds = [exp(x - top) for x in scores]
    whole = sum(odds)
    return [round(x / whole, 6) for x in odds]


def _rows(table: tuple[tuple[float, ...], ...]) -> _Rows:
    """For each pitch class what it adds to each key."""
    return tuple(tuple(row[(pc - tonic) % 12] for row in table for tonic in range(12)) for pc in range(12))


DEGREE, LENGTH, FIRST, RESTED = (
    _rows(table) for table in (learned.DEGREE, learned.LENGTH, learned.FIRST, learned.RESTED)
)
LOWEST, HIGHEST, LONG_NOTE, LATEST = (
    _rows(table) for table in (learned.LOWEST, learned.HIGHEST, learned.LONGEST, learned.LATEST)
)
# STEP[pitch class left][interval + WIDEST]: the step and the note it leads to.
STEP: tuple[_Rows, ...] = tuple(
    tuple(
        tuple(
            round(row[(pc - tonic) % 12][step] + DEGREE[(pc + step - WIDEST) % 12][12 * mode + tonic], 6)
            for mode, row in enumerate(learned.STEP)
            for tonic in range(12)
        )
        for step in range(2 * WIDEST + 1)
    )
    for pc in range(12)
)
# GAINS[mode]: degrees in which it differs from major or minor, and the log-odds of each.
GAINS = tuple(
    tuple(
        (degree, round(LOG[degree][12 * mode] - LOG[degree][12 * (mode in MINOR_LIKE)], 6))
        for degree in range(12)
        if LOG[degree][12 * mode] != LOG[degree][12 * (mode in MINOR_LIKE)]
    )
    for mode in range(len(MODES))
)
MODE = tuple(bias for bias in learned.MODE for _ in range(12))


class _Evidence:
    """What one maker's notes say."""

    __slots__ = (
        "before",
        "classes",
        "first",
        "force",
        "keys",
        "longest",
        "mean",
        "notes",
        "pitches",
        "rested",
    )

    def __init__(self, earlier: _Evidence | None = None) -> None:
        """``earlier``: what was heard before a long pause."""
        self.before: tuple[float, ...] | list[float] = MODE if earlier is None else earlier.carried()
        self.notes = 0.0
        self.keys = [0.0] * KEYS  # of notes, their lengths and steps
        self.classes: list[float] = (
            [0.0] * 12 if earlier is None else [KEPT_CLASSES * x for x in earlier.classes]
        )
        self.first = [0.0] * KEYS
        self.rested = [0.0] * KEYS
        self.pitches: deque[int] = deque(maxlen=REGISTER)
        self.longest = (0.0, 0)  # mean intervals, pitch class
        self.mean: Seconds = 0.0 if earlier is None else earlier.mean
        self.force: float = 0.0 if earlier is None else earlier.force  # running mean of the velocity

    def note(self, pitch: int, interval: Seconds | None, velocity: int) -> None:
        row = DEGREE[pitch % 12]
        if self.pitches and (interval is None or interval > TOGETHER):
            step = max(-WIDEST, min(WIDEST, pitch - self.pitches[-1]))
            row = STEP[self.pitches[-1] % 12][step + WIDEST]
            if interval is not None:
                self.mean = mean_interval(self.mean, interval) if self.mean else interval
        self.keys = [FADE_NOTE * x + y for x, y in zip(self.keys, row, strict=True)]
        self.classes = [FADE_NOTE * x for x in self.classes]
        self.classes[pitch % 12] += 1.0
        self.notes = FADE_NOTE * self.notes + 1.0
        self.pitches.append(pitch)
        self.force += (velocity - self.force) * (0.2 if self.force else 1.0)

    def fade(self, share: float) -> None:
        """Keep only so much of what the notes and the phrases said."""
        self.notes *= share
        self.keys, self.classes, self.first, self.rested = (
            [share * x for x in values] for values in (self.keys, self.classes, self.first, self.rested)
        )

    def lasted(self, pc: int, seconds: Seconds) -> None:
        share = min(seconds / self.mean, LONGEST) if self.mean else 1.0
        self.keys = [x + share * y for x, y in zip(self.keys, LENGTH[pc], strict=True)]
        self.classes[pc] += 0.2 * share
        longest = round(self.longest[0] * FADE_LONGEST, 6)
        self.longest = (longest, self.longest[1])
        if share > LONG and share >= longest:
            self.longest = (share, pc)

    def carried(self) -> list[float]:
        """What is believed of the keys after a long pause, as log-probabilities."""
        notes = self.notes**-SPREAD
        score = [notes * k + c for k, c in zip(self.keys, self.cues(), strict=True)]
        odds = softmax(score)
        return [round(log((1 - NEW_KEY) * x + NEW_KEY / KEYS), 6) for x in odds]

    def cues(self) -> list[float]:
        """What does not grow with the number of notes."""
        long_note = LONG_NOTE[self.longest[1]] if self.longest[0] else (0.0,) * KEYS
        rows = zip(
            self.before, self.first, self.rested, long_note, LOWEST[min(self.pitches) % 12],
            HIGHEST[max(self.pitches) % 12], LATEST[self.pitches[-1] % 12], strict=True,
        )  # fmt: skip
        return [a + b + c + d + e + f + g for a, b, c, d, e, f, g in rows]


class TonalityListener:
    """Hears the key of everything that is played."""

    def __init__(self) -> None:
        self._makers: dict[MakerId, _Evidence] = {}
        self._read: Tonality | None = None
        self._fresh = True

    def note(
        self,
        maker: MakerId,
        pitch: int,
        *,
        begins_phrase: bool,
        pause: Seconds,
        interval: Seconds | None = None,
        velocity: int = 64,
    ) -> None:
        """A note began, ``pause`` seconds after this maker's last sound, ``interval`` after the last
        onset, if there was one."""
        evidence = self._makers.setdefault(maker, _Evidence())
        if pause > ANEW and evidence.notes:
            evidence = self._makers[maker] = _Evidence(evidence)
        elif pause > PAUSE:
            evidence.fade(KEPT)
        evidence.note(pitch, interval, velocity)
        if begins_phrase:
            row = FIRST[pitch % 12]
            evidence.first = [CUE_FADE * x + y for x, y in zip(evidence.first, row, strict=True)]
        self._fresh = False

    def lasted(self, maker: MakerId, pitch: int, seconds: Seconds) -> None:
        """A note turned out to last so long."""
        evidence = self._makers.get(maker)
        if evidence is not None:
            # read with the next note or rest: nothing is decided when a note ends
            evidence.lasted(pitch % 12, max(seconds, 0.0))

    def phrase_ended(self, maker: MakerId, pitch: int) -> None:
        """A phrase came to rest on a note."""
        evidence = self._makers.get(maker)
        if evidence is not None:
            row = RESTED[pitch % 12]
            evidence.rested = [CUE_FADE * x + y for x, y in zip(evidence.rested, row, strict=True)]
            self._fresh = False

    @property
    def tonality(self) -> Tonality | None:
        """The present reading; None before the first note with pitch."""
        if not self._fresh:
            self._read = self._weigh()
            self._fresh = True
        return self._read

    def _weigh(self) -> Tonality | None:
        parts = list(self._makers.values())
        if not parts:
            return None
        total = sum(part.notes for part in parts)
        score, sounded = [0.0] * KEYS, [0.0] * 12
        for part, share in zip(parts, _shares(parts), strict=True):
            notes = share * total / part.notes * total**-SPREAD
            rows = zip(score, part.keys, part.cues(), strict=True)
            score = [so_far + notes * k + share * c for so_far, k, c in rows]
            weight = share / sum(part.classes)
            sounded = [x + weight * c for x, c in zip(sounded, part.classes, strict=True)]
        classes = [pc for pc in range(12) if sounded[pc] > 0.01]
        if len(classes) == 1:  # a drone stands on itself
            score[classes[0]] += ALONE * sqrt(total)
            score[12 + classes[0]] += ALONE * sqrt(total)
        likely = _likely(softmax(score), sounded, total)
        sure, tonic, mode = likely[0]
        return Tonality(
            tonic=tonic,
            mode=MODES[mode],
            confidence=sure,
            likely=likely,
            sounded=tuple(round(x, 6) for x in sounded),
            classes=len(classes),
        )


def _shares(parts: list[_Evidence]) -> list[float]:
    """How much each maker counts, summing to 1: the sparser and softer for more."""
    if len(parts) == 1:
        return [1.0]
    weights = [
        min(part.notes, ENOUGH) / ENOUGH / (part.notes**SHY * max(part.force, 1.0)) for part in parts
    ]
    whole = sum(weights)
    return [round(weight / whole, 6) for weight in weights]


def _against(degrees: list[float], mode: int) -> float:
    """How much likelier the scale degrees are in a church mode than in plain major or minor."""
    return sum([gain * degrees[degree] for degree, gain in GAINS[mode]])


def _likely(shares: list[float], sounded: list[float], notes: float) -> tuple[tuple[float, int, int], ...]:
    """The likeliest keys as (probability, tonic, mode index), best first."""
    found: list[tuple[float, int, int]] = []
    # sorting is stable in reverse, too: equal shares keep the order of their keys everywhere
    for key in sorted(range(KEYS), key=shares.__getitem__, reverse=True)[:LIKELY]:
        share, minor, tonic = shares[key], key // 12, key % 12
        if share < SHARED:
            found.append((share, tonic, minor))
            continue
        modes = MINOR_LIKE if minor else MAJOR_LIKE
        degrees = sounded[tonic:] + sounded[:tonic]
        shared = softmax([LOG_PRIOR[12 * mode] + notes * _against(degrees, mode) for mode in modes])
        found += [(round(share * x, 6), tonic, mode) for x, mode in zip(shared, modes, strict=True)]
    return tuple(sorted(found, key=lambda read: read[0], reverse=True)[:LIKELY])
