"""A window of a duet, as a contract sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from undersong.events import Seconds, Voice
from undersong.notes import Tone
from undersong.reflecting import features
from undersong.reflecting.duet import Duet, PartnerTone
from undersong.theory.grouping import ACTIVE_GAP, onset_groups
from undersong.theory.loudness import SILENCE, mean_level

ACTIVE: Seconds = 10.0  # of active playing against which the partner is measured


@dataclass(frozen=True)
class Played:
    """A duet with what is known of the maker: ``beat``, the period they mean to keep, if any;
    ``tonic``, the pitch class of the written key; ``finish``, when Finish was pressed."""

    duet: Duet
    beat: Seconds | None = None
    tonic: int | None = None
    finish: Seconds | None = None

    @cached_property
    def tones(self) -> list[Tone]:
        """All makers' tones by onset."""
        return self.duet.tones()

    @cached_property
    def onsets(self) -> list[Seconds]:
        """The makers' onset groups."""
        return onset_groups(tone.onset for tone in self.tones)

    @cached_property
    def first_phrase_end(self) -> Seconds:
        """The offset before the first gap longer than max(1 s, 2 x the median interval so far)."""
        gaps: list[Seconds] = []
        reached = 0.0
        for index, tone in enumerate(self.tones):
            if index:
                middle = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
                if tone.onset - reached > max(1.0, 2 * middle):
                    return reached
                gaps.append(tone.onset - self.tones[index - 1].onset)
            reached = max(reached, tone.offset or tone.onset)
        return reached

    def active(self, now: Seconds) -> list[Tone]:
        """The maker's tones of the last ten seconds of active playing before ``now``."""
        recent: list[Tone] = []
        active, later = 0.0, None
        for tone in reversed([t for t in self.tones if t.onset < now]):
            if later is not None:
                active += min(later - tone.onset, ACTIVE_GAP)
            if active > ACTIVE:
                break
            recent.append(tone)
            later = tone.onset
        recent.reverse()
        return recent

    def level(self, now: Seconds) -> float:
        """The maker's level in dB over that playing."""
        active = self.active(now)
        return mean_level([tone.velocity for tone in active]) if active else SILENCE

    def windows(self, start: Seconds, end: Seconds) -> Iterator[Window]:
        """Every full window between two times."""
        for begin, finish in features.windows(start, end):
            yield Window(self, begin, finish)


@dataclass(frozen=True)
class Window:
    """Six seconds of a duet."""

    played: Played
    start: Seconds
    end: Seconds

    def tones(self) -> list[Tone]:
        """The makers' tones that begin in it."""
        return [t for t in self.played.tones if self.start <= t.onset < self.end]

    def onsets(self) -> list[Seconds]:
        """The makers' onset groups in it."""
        return [t for t in self.played.onsets if self.start <= t < self.end]

    def partner(self, *voices: Voice) -> list[PartnerTone]:
        """The partner's tones that sound in it (of some voices, if named)."""
        return [
            t
            for t in self.played.duet.partner
            if t.onset < self.end and t.offset > self.start and (not voices or t.voice in voices)
        ]

    def begun(self, *voices: Voice) -> list[PartnerTone]:
        """The partner's tones that begin in it."""
        return [t for t in self.partner(*voices) if t.onset >= self.start]
