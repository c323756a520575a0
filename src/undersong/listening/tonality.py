"""Tonality: which key the notes so far belong to. Pitch classes, probabilities.

A naive-Bayes reading of degree profiles (theory.keys) with two cues: the first note of a phrase is
likely one of the tonic's triad, and so is the last, most likely the tonic itself. What lies further back
counts less. One maker's many notes count no more than another's few: each maker's evidence is kept apart
and weighed alike. The weights were fitted to the written keys of lead sheets.
"""

from __future__ import annotations

from math import exp

from undersong.events import MakerId, Seconds
from undersong.listening.impression import Tonality
from undersong.theory.keys import KEYS, LOG, LOG_PRIOR, MODES

FADE_NOTE = 0.99  # evidence kept at each note: half the weight after 69 notes
# Evidence kept at a pause longer than so many seconds, since a new key may begin after it.
PAUSES: tuple[tuple[Seconds, float], ...] = ((6.0, 0.3), (3.0, 0.6))
AT_ONSET = 0.7  # weight of a note of still unknown length
PER_SECOND = 0.13  # and more for each second it lasts
LONGEST: Seconds = 2.8  # up to this length
SHARPNESS = 0.7  # how far the notes' likelihoods are trusted
LIKELY = 8  # keys kept in the Impression

# What it adds to a key's log-probability that a phrase's first or last note is this degree (4 in
# major-like modes, 3 in minor-like ones); all other degrees add nothing.
FIRST: tuple[tuple[int, float], ...] = ((0, 2.1), (7, 2.4), (4, 2.4), (3, 2.4))
LAST: tuple[tuple[int, float], ...] = ((0, 1.0), (7, 0.45), (4, 0.9), (3, 0.9))
CUE_FADE = 0.6  # a cue kept when the next phrase brings its own


class _Evidence:
    __slots__ = ("classes", "first", "keys", "last", "notes")

    def __init__(self) -> None:
        self.notes = 0.0  # summed weight
        self.keys = [0.0] * KEYS
        self.classes = [0.0] * 12
        self.first = [0.0] * KEYS
        self.last = [0.0] * KEYS

    def fade(self, share: float) -> None:
        self.notes *= share
        self.keys = [x * share for x in self.keys]
        self.classes = [x * share for x in self.classes]

    def add(self, pc: int, weight: float) -> None:
        self.notes += weight
        logs = LOG[pc]
        self.keys = [x + weight * y for x, y in zip(self.keys, logs, strict=True)]
        self.classes[pc] += weight


def _cue(pc: int, table: tuple[tuple[int, float], ...]) -> list[float]:
    cue = [0.0] * KEYS
    for degree, gain in table:
        tonic = (pc - degree) % 12
        for mode in range(len(MODES)):
            minor = mode in (1, 2, 3)
            if (degree == 4 and minor) or (degree == 3 and not minor):
                continue
            cue[mode * 12 + tonic] = gain
    return cue


_FIRST_CUE = tuple(_cue(pc, FIRST) for pc in range(12))
_LAST_CUE = tuple(_cue(pc, LAST) for pc in range(12))


class TonalityListener:
    """Hears the key of everything that is played."""

    def __init__(self) -> None:
        self._makers: dict[MakerId, _Evidence] = {}
        self._read: Tonality | None = None
        self._fresh = True

    def note(self, maker: MakerId, pitch: int, *, begins_phrase: bool, pause: Seconds) -> None:
        """A note began, ``pause`` seconds after this maker's last sound."""
        evidence = self._makers.setdefault(maker, _Evidence())
        evidence.fade(FADE_NOTE)
        for longer, kept in PAUSES:
            if pause > longer:
                evidence.fade(kept)
                break
        pc = pitch % 12
        evidence.add(pc, AT_ONSET)
        if begins_phrase:
            cue = _FIRST_CUE[pc]
            evidence.first = [CUE_FADE * x + y for x, y in zip(evidence.first, cue, strict=True)]
        self._fresh = False

    def lasted(self, maker: MakerId, pitch: int, seconds: Seconds) -> None:
        """A note turned out to last so long."""
        evidence = self._makers.get(maker)
        if evidence is not None:
            # read with the next note or rest: nothing is decided when a note ends
            evidence.add(pitch % 12, PER_SECOND * min(max(seconds, 0.0), LONGEST))

    def phrase_ended(self, maker: MakerId, pitch: int) -> None:
        """A phrase came to rest on a note."""
        evidence = self._makers.get(maker)
        if evidence is not None:
            cue = _LAST_CUE[pitch % 12]
            evidence.last = [CUE_FADE * x + y for x, y in zip(evidence.last, cue, strict=True)]
            self._fresh = False

    @property
    def tonality(self) -> Tonality | None:
        """The present reading; None before the first note with pitch."""
        if not self._fresh:
            self._read = self._weigh()
            self._fresh = True
        return self._read

    def _weigh(self) -> Tonality | None:
        parts = [evidence for evidence in self._makers.values() if evidence.notes > 0]
        if not parts:
            return None
        total = sum(part.notes for part in parts)
        score = list(LOG_PRIOR)
        sounded = [0.0] * 12
        many = len(parts)
        for part in parts:
            # alike for each maker: shares of the whole, not counts of notes
            share = SHARPNESS * total / (many * part.notes)
            rows = zip(score, part.keys, part.first, part.last, strict=True)
            score = [so_far + share * k + (f + e) / many for so_far, k, f, e in rows]
            weight = part.notes * many
            sounded = [x + c / weight for x, c in zip(sounded, part.classes, strict=True)]
        top = max(score)
        odds = [exp(x - top) for x in score]
        whole = sum(odds)
        shares = [round(x / whole, 6) for x in odds]
        # sorting is stable in reverse, too: equal shares keep the order of their keys everywhere
        ranked = sorted(range(KEYS), key=shares.__getitem__, reverse=True)[:LIKELY]
        likely = tuple((shares[key], key % 12, key // 12) for key in ranked)
        sure, tonic, mode = likely[0]
        return Tonality(
            tonic=tonic,
            mode=MODES[mode],
            confidence=sure,
            likely=likely,
            sounded=tuple(round(x, 6) for x in sounded),
            classes=sum(1 for x in sounded if x > 0.01),
        )
