"""Phrase: where one maker's phrases begin and end, and how they breathe. Seconds.

A phrase has ended at its last offset once the silence after it is longer than
max(1 s, 2 x the median interval between onsets so far). Before that it can be foreseen: a last note
longer than the others, a slowing, a phrase as long as the earlier ones, and a silence longer than this
maker's own breaths inside a phrase each speak for it.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from math import exp

from undersong.events import Seconds
from undersong.listening.impression import Phrase
from undersong.notes import Tone

SILENCE: Seconds = 1.0
INTERVALS = 2.0  # median intervals of silence that end a phrase
REMEMBERED = 24  # intervals, tones and pauses kept
BREATH: Seconds = 0.12  # a silence inside a phrase from which on it is a breath
LONG_BREATHS = 0.8  # quantile of the breaths that is called this maker's breath
FEWEST_BREATHS = 3  # below it the maker's breath is not known
# What each cue adds to the log-odds that the phrase is over.
BIAS, LAST_LONG, SLOWING, AS_LONG, STILL_FOR = -2.2, 0.9, 0.6, 0.7, 2.2
MOST = 3.0  # a ratio beyond it says no more


def median(sorted_values: list[Seconds]) -> Seconds:
    """The middle of an ascending, non-empty list (mean of the middle two)."""
    half = len(sorted_values) // 2
    if len(sorted_values) % 2:
        return sorted_values[half]
    return (sorted_values[half - 1] + sorted_values[half]) / 2


class PhraseListener:
    """Hears one maker's phrases."""

    def __init__(self) -> None:
        self._number = 0
        self._ended: Seconds | None = None
        self._tones: deque[Tone] = deque(maxlen=REMEMBERED)
        self._intervals: deque[Seconds] = deque(maxlen=REMEMBERED)
        self._ranked: list[Seconds] = []
        self._pauses: list[Seconds] = []
        self._breaths: deque[Seconds] = deque(maxlen=REMEMBERED)
        self._ranked_breaths: list[Seconds] = []
        self._lengths: deque[Seconds] = deque(maxlen=REMEMBERED // 3)
        self._began: Seconds = 0.0
        self._last_onset: Seconds | None = None

    def onset(self, tone: Tone, pause: Seconds) -> bool:
        """A note began after so much silence; True if it began a phrase."""
        begins = self._number == 0 or self._ended is not None
        if begins:
            if self._ended is not None:
                insort(self._pauses, max(0.0, tone.onset - self._ended))
                if len(self._pauses) > REMEMBERED:
                    del self._pauses[REMEMBERED // 2]
            self._number += 1
            self._ended = None
            self._began = tone.onset
            self._tones.clear()
        elif self._last_onset is not None and tone.onset - self._last_onset > 0.04:
            self._interval(tone.onset - self._last_onset)
            if pause >= BREATH:
                self._breathed(pause)
        self._last_onset = tone.onset
        self._tones.append(tone)
        return begins

    def _interval(self, seconds: Seconds) -> None:
        if len(self._intervals) == REMEMBERED:
            self._ranked.remove(self._intervals[0])
        self._intervals.append(seconds)
        insort(self._ranked, seconds)

    def _breathed(self, pause: Seconds) -> None:
        if len(self._breaths) == REMEMBERED:
            self._ranked_breaths.remove(self._breaths[0])
        self._breaths.append(pause)
        insort(self._ranked_breaths, pause)

    def offset(self, ended: Tone) -> None:
        """A note of this phrase ended: ``ended`` carries its offset."""
        for index in range(len(self._tones) - 1, -1, -1):
            tone = self._tones[index]
            if tone.pitch == ended.pitch and tone.onset == ended.onset:
                self._tones[index] = ended
                return

    @property
    def patience(self) -> Seconds:
        """How long a silence must be to end the phrase."""
        return max(SILENCE, INTERVALS * median(self._ranked)) if self._ranked else SILENCE

    def ends_at(self, last_sound: Seconds) -> Seconds | None:
        """When it will be known that the phrase ended, if nothing follows ``last_sound``."""
        if self._number == 0 or self._ended is not None:
            return None
        return last_sound + self.patience

    def end(self, last_sound: Seconds) -> None:
        """The silence was long enough."""
        self._ended = last_sound
        self._lengths.append(last_sound - self._began)

    @property
    def number(self) -> int:
        """How many phrases have begun."""
        return self._number

    @property
    def pause(self) -> Seconds | None:
        """The median silence between phrases."""
        return median(self._pauses) if self._pauses else None

    @property
    def breath(self) -> Seconds | None:
        """This maker's long pause inside a phrase, once some were heard."""
        ranked = self._ranked_breaths
        return ranked[int(LONG_BREATHS * (len(ranked) - 1))] if len(ranked) >= FEWEST_BREATHS else None

    def _ends_likely(self, now: Seconds, last_sound: Seconds) -> float:
        """How probable it is that the phrase is over."""
        if self._ended is not None:
            return 1.0
        if not self._ranked or now < last_sound:
            return 0.0
        usual = median(self._ranked)
        silent = now - last_sound
        odds = BIAS + STILL_FOR * min(MOST, silent / max(self.breath or 0.0, usual))
        if self._tones:
            odds += LAST_LONG * min(MOST, (last_sound - self._tones[-1].onset) / usual - 1.0)
        odds += SLOWING * min(MOST, self._intervals[-1] / usual - 1.0)
        if self._lengths:
            expected = sum(self._lengths) / len(self._lengths)
            odds += AS_LONG * min(1.0, (last_sound - self._began) / max(expected, 0.1) - 1.0)
        return round(1.0 / (1.0 + exp(-odds)), 6)

    def phrase(self, now: Seconds, last_sound: Seconds) -> Phrase:
        """The present or the last phrase."""
        return Phrase(
            number=self._number,
            ended=self._ended,
            tones=tuple(self._tones),
            ends_likely=self._ends_likely(now, last_sound),
            breath=self.breath,
            longest=self._ranked_breaths[-1] if self.breath is not None else None,
        )
