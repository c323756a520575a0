"""Motif: one maker's short shapes, when one comes back, and the loop they may be in. Seconds, semitones.

Three things are heard. A *return*: four notes whose intervals were heard before and whose durations
agree within RATIO, found by interval (a dictionary look-up), confirmed by rhythm. The *memory* of the
whole session: figures, cut at rests, at long notes and after MOST notes; a new one that is like a
remembered one, transposed, varied or in part, counts as its return; the strongest are kept. And the
*loop*: the maker has played the same notes three times running.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import replace

from undersong.events import HeardMotif, MakerId, Seconds
from undersong.listening.impression import Motif
from undersong.notes import Tone

LENGTH = 4  # notes
RATIO = 1.35  # a duration may differ by this factor after scaling to the same tempo
FEWEST_CLASSES = 2  # a repeated single note is no motif
PLACES = 8  # remembered places of one shape
LATEST = 12  # shapes of which some are new
SHAPES = 512  # different shapes remembered, the newest
FIRST_MOTIF = 5  # notes kept of the very first phrase
FEWEST, MOST = 3, 7  # notes of a figure
LONG = 1.7  # a note this many times the figure's shortest interval closes it
KEPT = 12  # figures remembered, the very first among them
LIKE = 0.7  # likeness from which a figure is a return of an earlier one
LONGEST_LOOP = 16  # notes
REPEATS = 2  # times a loop has come back
STEADY = 1.3  # factor by which an interval may differ from that of the round before
TOGETHER: Seconds = 0.04  # onsets closer than this are one


class MotifListener:
    """Hears one maker's motifs."""

    def __init__(self, maker: MakerId) -> None:
        self._maker = maker
        self._recent: deque[tuple[Seconds, int]] = deque(maxlen=LENGTH)
        self._places: dict[tuple[int, ...], deque[tuple[Seconds, int, tuple[Seconds, ...]]]] = {}
        self._new: deque[bool] = deque(maxlen=LATEST)
        self.first: tuple[Tone, ...] = ()
        self._figure: list[Tone] = []
        self._kept: list[Motif] = []
        self._run: deque[Tone] = deque(maxlen=REPEATS * LONGEST_LOOP + 1)
        self._same = [0] * (LONGEST_LOOP + 1)
        self.loop: tuple[Tone, ...] = ()

    def onset(self, now: Seconds, tone: Tone, phrase_number: int, begins: bool) -> HeardMotif | None:
        """A note with pitch began; ``begins``: a phrase with it."""
        if tone.pitch is None:
            return None
        if phrase_number == 1 and len(self.first) < FIRST_MOTIF:
            self.first += (tone,)
        self._gather(tone, begins)
        self._follow(tone)
        self._recent.append((tone.onset, tone.pitch))
        if len(self._recent) < LENGTH:
            return None
        times, pitches = zip(*self._recent, strict=True)
        gaps = tuple(b - a for a, b in itertools.pairwise(times))
        if len(set(pitches)) < FEWEST_CLASSES or min(gaps) <= 0.03 or max(gaps) > 4.0:
            return None
        shape = tuple(b - a for a, b in itertools.pairwise(pitches))
        places = self._places.setdefault(shape, deque(maxlen=PLACES))
        if len(self._places) > SHAPES:
            del self._places[next(iter(self._places))]
        found: HeardMotif | None = None
        for onset, pitch, earlier in reversed(places):
            # not a note shared with itself: the earlier shape is over before this one begins
            if onset <= times[0] and _same_rhythm(gaps, earlier):
                found = HeardMotif(now, self._maker, times[-1], onset, pitches[0] - pitch)
                break
        self._new.append(not places)
        places.append((times[-1], pitches[0], gaps))
        return found

    @property
    def novelty(self) -> float | None:
        """The share of the latest shapes that had not been heard before, by their intervals."""
        return round(sum(self._new) / len(self._new), 3) if self._new else None

    # --- the memory of the session -----------------------------------------------------------

    def _gather(self, tone: Tone, begins: bool) -> None:
        figure = self._figure
        if figure:
            step = tone.onset - figure[-1].onset
            if step <= TOGETHER:
                return  # of a chord, its first note
            if begins or len(figure) >= MOST or (len(figure) >= FEWEST and step > LONG * self._shortest()):
                self.rest()
        self._figure.append(tone)

    def _shortest(self) -> Seconds:
        """The shortest step of the figure so far."""
        return min([b.onset - a.onset for a, b in itertools.pairwise(self._figure)])

    def rest(self) -> None:
        """The figure is complete: remember it, or count it as the return of an earlier one."""
        figure, self._figure = tuple(self._figure), []
        if len(figure) < FEWEST:
            return
        last = figure[-1].onset
        best, most = 0, 0.0
        for place, motif in enumerate(self._kept):
            alike = likeness(motif.tones, figure)
            if alike > most:
                best, most = place, alike
        if most >= LIKE:
            known = self._kept.pop(best)
            self._kept.insert(0, replace(known, times=known.times + 1, last=last))
            return
        self._kept.insert(0, Motif(figure, 0, last))
        if len(self._kept) > KEPT:
            first = min(motif.tones[0].onset for motif in self._kept)
            weakest = min(
                (motif for motif in self._kept[1:] if motif.tones[0].onset > first),
                key=lambda motif: (motif.times, motif.last),
            )
            self._kept.remove(weakest)

    @property
    def motifs(self) -> tuple[Motif, ...]:
        """The figures remembered, the latest heard first."""
        return tuple(self._kept)

    # --- the loop ----------------------------------------------------------------------------

    def _follow(self, tone: Tone) -> None:
        """Count, for every length, how many notes running were those of the round before."""
        run = self._run
        run.append(tone)
        self.loop = ()
        for length in range(1, min(LONGEST_LOOP, len(run) - 2) + 1):
            step, before = tone.onset - run[-2].onset, run[-1 - length].onset - run[-2 - length].onset
            same = tone.pitch == run[-1 - length].pitch and before < STEADY * step < STEADY**2 * before
            self._same[length] = self._same[length] + 1 if same else 0
            if not self.loop and self._same[length] >= REPEATS * length and len(run) > REPEATS * length:
                self.loop = tuple(itertools.islice(run, len(run) - REPEATS * length - 1, len(run)))


def likeness(a: tuple[Tone, ...], b: tuple[Tone, ...]) -> float:
    """How alike two figures are, 0-1: intervals and rhythm at the best place, weighed by their overlap."""
    shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
    steps, rhythm = _shape(shorter)
    others, other_rhythm = _shape(longer)
    count = len(steps)
    if not count:
        return 0.0
    best = 0.0
    for start in range(len(others) - count + 1):
        same = near = 0.0
        for i in range(count):
            away = abs(steps[i] - others[start + i])
            same += 1.0 if away == 0 else 0.5 if away <= 2 and steps[i] * others[start + i] > 0 else 0.0
            ratio = rhythm[i] / other_rhythm[start + i]
            near += 1.0 if 1 / RATIO < ratio < RATIO else 0.0
        best = max(best, (2 * same + near) / (3 * count))
    return round(best * (0.5 + 0.5 * count / len(others)), 6)


def _shape(tones: tuple[Tone, ...]) -> tuple[list[int], list[float]]:
    """Intervals, and the steps in time over their median."""
    gaps = [max(0.01, b.onset - a.onset) for a, b in itertools.pairwise(tones)]
    middle = sorted(gaps)[len(gaps) // 2] if gaps else 1.0
    return (
        [(b.pitch or 0) - (a.pitch or 0) for a, b in itertools.pairwise(tones)],
        [gap / middle for gap in gaps],
    )


def _same_rhythm(a: tuple[Seconds, ...], b: tuple[Seconds, ...]) -> bool:
    scale = sum(a) / sum(b)
    return all(1 / RATIO < round(x / (y * scale), 6) < RATIO for x, y in zip(a, b, strict=True))
