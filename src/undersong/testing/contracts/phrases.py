"""Phrases and answers: what the contracts of the techniques that take turns have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from undersong.events import Seconds
from undersong.notes import Tone
from undersong.reflecting.duet import PartnerTone
from undersong.testing.contracts.contract import ONE_IN
from undersong.testing.window import Played, Window
from undersong.theory.grouping import onset_groups

NEXT: Seconds = 3.5  # an answer that began by then belongs to the phrase before
YIELD: Seconds = 0.16  # after a re-entry: what begins until then belongs to the answer before
ROOM: Seconds = 2.8  # after a phrase that is to be answered within the window
SAME_STEP = 1.35  # factor by which an interval in time may differ


class _Sound(Protocol):
    """A tone of either player."""

    @property
    def onset(self) -> Seconds:
        """When it began."""
        ...

    @property
    def pitch(self) -> int | None:
        """Its MIDI pitch."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """A phrase of the maker's, the partner's melody between its end and the next phrase, and when
    the next phrase begins."""

    call: tuple[Tone, ...]
    reply: tuple[PartnerTone, ...]
    following: Seconds

    @property
    def end(self) -> Seconds:
        """When the phrase ended."""
        return max(tone.offset or tone.onset for tone in self.call)


def exchanges(played: Played) -> list[Exchange]:
    """Every phrase: parted by silences longer than max(1 s, 2 x the median interval so far)."""
    phrases: list[list[Tone]] = []
    gaps: list[Seconds] = []
    reached = 0.0
    for tone in played.tones:
        middle = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
        if not phrases or tone.onset - reached > max(1.0, 2 * middle):
            phrases.append([])
        else:
            gaps.append(tone.onset - phrases[-1][-1].onset)
        phrases[-1].append(tone)
        reached = max(reached, tone.offset or tone.onset)
    found = []
    for index, phrase in enumerate(phrases):
        following = phrases[index + 1][0].onset if index + 1 < len(phrases) else float("inf")
        reply = [t for t in played.duet.voice("melody") if phrase[0].onset + YIELD < t.onset < following]
        found.append(Exchange(tuple(phrase), tuple(reply), following))
    return found


def in_window(w: Window) -> list[Exchange]:
    """Phrases of two notes or more that ended in the window, and left room for an answer."""
    return [
        one
        for one in exchanges(w.played)
        if len(one.call) >= 2
        and w.start <= one.end < w.end - ROOM
        and one.following >= one.end + NEXT - 1.0
    ]


def one_in_four(exchange: Exchange, promised: int) -> bool:
    """One of four promised onsets was played at least."""
    return bool(exchange.reply) and len(exchange.reply) * ONE_IN >= promised


def steps(tones: Sequence[_Sound]) -> list[int]:
    """Intervals in semitones."""
    return [(b.pitch or 0) - (a.pitch or 0) for a, b in pairwise(tones)]


def rhythm(tones: Sequence[_Sound]) -> list[Seconds]:
    """Intervals in time."""
    return [max(0.01, b.onset - a.onset) for a, b in pairwise(tones)]


def kept(source: Sequence[float], made: Sequence[float], factor: float = 1.0) -> float:
    """Share of the longer sequence that lies in both in the same order (longest common subsequence)."""
    if not source or not made:
        return 0.0
    row = [0] * (len(made) + 1)
    for a in source:
        before = list(row)
        for j, b in enumerate(made):
            same = a == b if factor == 1.0 else 1 / factor < a / b < factor
            row[j + 1] = before[j] + 1 if same else max(before[j + 1], row[j])
    return row[-1] / max(len(source), len(made))


def likeness(source: Sequence[Tone], made: Sequence[PartnerTone]) -> float:
    """Mean of the intervals kept and the rhythm kept."""
    return (kept(steps(source), steps(made)) + kept(rhythm(source), rhythm(made), SAME_STEP)) / 2


def sound(tones: Sequence[PartnerTone]) -> Seconds:
    """From the first onset to the last offset."""
    return max(t.offset for t in tones) - tones[0].onset if tones else 0.0


def beat_of(tones: Sequence[Tone]) -> Seconds:
    """The median interval."""
    gaps = [b - a for a, b in pairwise(onset_groups(t.onset for t in tones))]
    return sorted(gaps)[len(gaps) // 2] if gaps else 0.5
