"""Hearing: what is heard now, brought together in one small message for whoever sits beside the maker.

Taken from what enters and leaves a session, so nothing is heard here that the partner does not hear. The
page makes words of it. Times are seconds of the session, pulses beats a minute, confidences 0 to 1.

Who leads: whoever was asked to keep the tempo; else whoever began most of the latest five times that
something began, at the start and after silences of two seconds (reflecting.summary).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from undersong.events import (
    HeardBeat,
    HeardNoPulse,
    HeardPhrase,
    HeardState,
    HeardTonality,
    Input,
    Leave,
    MakerId,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Seconds,
    Tap,
)
from undersong.reflecting.summary import STILL
from undersong.turns import Wishes

PARTNER = "partner"
BEGINNINGS = 5  # the latest, of which it is told who began them


class Hearing:
    """What is heard of one take."""

    def __init__(self) -> None:
        self._pulses: dict[MakerId, tuple[int, float]] = {}
        self._tonality: dict[str, Any] | None = None
        self._states: dict[MakerId, dict[str, str]] = {}
        self._phrases: dict[MakerId, HeardPhrase] = {}
        self._began: deque[str] = deque(maxlen=BEGINNINGS)
        self._held: set[tuple[MakerId, int]] = set()
        self._reached: Seconds = float("-inf")  # when something of a maker's last sounded
        self._plays: dict[int, tuple[Seconds, Seconds]] = {}  # of the partner: from when to when
        self._settled: Seconds = 0.0  # up to here it is known who began

    def take_in(self, event: Input | None, outputs: Iterable[Output]) -> None:
        """What came in, if anything, and what left."""
        for output in outputs:
            self._left(output)
        if event is not None:
            self._came(event)

    def _came(self, event: Input) -> None:
        now, maker = event.heard, event.maker
        match event:
            case NoteOn() | Tap():
                self._settle(now)
                if not self._sounds(now):
                    self._began.append(maker)
                self._reached = max(self._reached, now)
                if isinstance(event, NoteOn):
                    self._held.add((maker, event.pitch))
            case NoteOff(pitch=pitch):
                self._held.discard((maker, pitch))
                self._reached = max(self._reached, now)
            case Leave():
                self._held = {key for key in self._held if key[0] != maker}
                self._reached = max(self._reached, now)
                for known in (self._pulses, self._states, self._phrases):
                    known.pop(maker, None)
            case _:
                pass

    def _left(self, output: Output) -> None:
        match output:
            case HeardBeat(maker=maker, period=period, confidence=confidence):
                self._pulses[maker] = (round(60.0 / period), round(confidence, 1))
            case HeardNoPulse(maker=maker):
                self._pulses.pop(maker, None)
            case HeardTonality(tonic=tonic, mode=mode, confidence=confidence):
                self._tonality = {"tonic": tonic, "mode": mode, "confidence": round(confidence, 1)}
            case HeardState(maker=maker, name=name, because=because):
                self._states[maker] = {"name": name, "because": because}
            case HeardPhrase(maker=maker):
                self._phrases[maker] = output
            case Play(id=number, at=at, seconds=seconds):
                self._plays[number] = (at, at + seconds)
            case Retract(id=number):
                self._plays.pop(number, None)
            case Release(id=number, at=at) if number in self._plays:
                begun, until = self._plays[number]
                self._plays[number] = (begun, min(until, at))
            case _:
                pass

    # --- who began -----------------------------------------------------------------------------

    def _sounds(self, now: Seconds) -> bool:
        """Whether anything sounds at ``now``, or did less than a silence before."""
        until = max((until for begun, until in self._plays.values() if begun < now), default=float("-inf"))
        return bool(self._held) or now - max(self._reached, until) < STILL

    def _settle(self, now: Seconds) -> None:
        """What the partner has sounded up to ``now`` counts; what is long over is forgotten."""
        for at in sorted(at for at, _ in self._plays.values() if self._settled <= at < now):
            if not self._sounds(at):
                self._began.append(PARTNER)
        self._settled = now
        self._plays = {n: (at, until) for n, (at, until) in self._plays.items() if until > now - 2 * STILL}

    # --- what is told --------------------------------------------------------------------------

    @property
    def phrase_going(self) -> bool:
        """Whether a maker is in the middle of a phrase."""
        return any(phrase.event == "began" for phrase in self._phrases.values())

    def told(self, now: Seconds, wishes: Wishes) -> dict[str, Any]:
        """What is heard at ``now``: docs/protocol.md says what each part is."""
        self._settle(now)
        pulse = max(self._pulses.values(), key=lambda one: one[1], default=None)
        return {
            "pulse": None if pulse is None else {"bpm": pulse[0], "confidence": pulse[1]},
            "tonality": self._tonality,
            "state": dict(self._states),
            "phrase": {
                maker: {"going": phrase.event == "began", "at": round(phrase.at, 3)}
                for maker, phrase in self._phrases.items()
            },
            "leading": self._leading(wishes.tempo),
            "asked": {"tempo": wishes.tempo, "only": wishes.only, "softer": wishes.softer},
        }

    def _leading(self, tempo_asked: str | None) -> dict[str, Any] | None:
        if tempo_asked is not None:
            return {"who": PARTNER if tempo_asked == "lead" else "maker", "because": "asked"}
        counted = Counter(self._began).most_common(2)
        if not counted or (len(counted) > 1 and counted[0][1] == counted[1][1]):
            return None
        who, times = counted[0]
        return {"who": who, "because": "began", "times": times, "of": len(self._began)}
