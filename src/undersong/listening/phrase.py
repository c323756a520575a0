"""Phrase: where one maker's phrases begin and end. Seconds.

A phrase has ended at its last offset once the silence after it is longer than
max(1 s, 2 x the median interval between onsets so far).
"""

from __future__ import annotations

from bisect import insort
from collections import deque

from undersong.events import Seconds
from undersong.listening.impression import Phrase
from undersong.notes import Tone

SILENCE: Seconds = 1.0
INTERVALS = 2.0  # median intervals of silence that end a phrase
REMEMBERED = 24  # intervals and tones kept


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
        self._last_onset: Seconds | None = None

    def onset(self, tone: Tone) -> bool:
        """A note began; True if it began a phrase."""
        begins = self._number == 0 or self._ended is not None
        if begins:
            if self._ended is not None:
                insort(self._pauses, max(0.0, tone.onset - self._ended))
                if len(self._pauses) > REMEMBERED:
                    del self._pauses[REMEMBERED // 2]
            self._number += 1
            self._ended = None
            self._tones.clear()
        elif self._last_onset is not None and tone.onset - self._last_onset > 0.04:
            self._interval(tone.onset - self._last_onset)
        self._last_onset = tone.onset
        self._tones.append(tone)
        return begins

    def _interval(self, seconds: Seconds) -> None:
        if len(self._intervals) == REMEMBERED:
            self._ranked.remove(self._intervals[0])
        self._intervals.append(seconds)
        insort(self._ranked, seconds)

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

    @property
    def number(self) -> int:
        """How many phrases have begun."""
        return self._number

    @property
    def pause(self) -> Seconds | None:
        """The median silence between phrases."""
        return median(self._pauses) if self._pauses else None

    @property
    def phrase(self) -> Phrase:
        """The present or the last phrase."""
        return Phrase(
            number=self._number,
            ended=self._ended,
            tones=tuple(self._tones),
        )
