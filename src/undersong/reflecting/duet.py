"""The duet as it sounded: everyone's notes, from what entered and left a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from undersong.events import (
    Chose,
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
    Voice,
)
from undersong.notes import Tone
from undersong.theory.loudness import UNKNOWN_VELOCITY

TAP_SECONDS: Seconds = 0.1  # how long a tap is drawn and counted as sounding


@dataclass(frozen=True, slots=True)
class PartnerTone:
    """A partner's note as it sounded, retractions and releases done."""

    onset: Seconds
    offset: Seconds
    pitch: int
    velocity: int
    voice: Voice


@dataclass(frozen=True, slots=True)
class Duet:
    """Who sounded what. Tones ascend by onset; maker tones that were never let go end at ``end``."""

    makers: Mapping[MakerId, tuple[Tone, ...]]
    partner: tuple[PartnerTone, ...]
    chose: tuple[Chose, ...]
    end: Seconds

    def tones(self) -> list[Tone]:
        """All makers' tones, by onset."""
        return sorted((t for part in self.makers.values() for t in part), key=lambda t: t.onset)

    def voice(self, *voices: Voice) -> list[PartnerTone]:
        """The partner's tones of some voices, by onset."""
        return [tone for tone in self.partner if tone.voice in voices]


def partner_tones(outputs: Iterable[Output]) -> tuple[PartnerTone, ...]:
    """What the partner sounded, from everything a session sent."""
    plays: dict[int, Play] = {}
    ends: dict[int, Seconds] = {}
    for output in outputs:
        match output:
            case Play():
                plays[output.id] = output
                ends[output.id] = output.at + output.seconds
            case Retract():
                plays.pop(output.id, None)
            case Release():
                if output.id in ends:
                    ends[output.id] = min(ends[output.id], output.at)
            case _:
                pass
    tones = [PartnerTone(p.at, max(ends[p.id], p.at), p.pitch, p.velocity, p.voice) for p in plays.values()]
    return tuple(sorted(tones, key=lambda t: (t.onset, t.voice, t.pitch)))


def maker_tones(inputs: Iterable[Input], end: Seconds) -> dict[MakerId, tuple[Tone, ...]]:
    """What the makers sounded; notes still held at ``end`` end there."""
    done: dict[MakerId, list[Tone]] = {}
    held: dict[tuple[MakerId, int], Tone] = {}

    def finish(maker: MakerId, pitch: int, time: Seconds) -> None:
        tone = held.pop((maker, pitch), None)
        if tone is not None:
            offset = max(time, tone.onset)
            done[maker].append(Tone(tone.onset, offset, pitch, tone.velocity, maker))

    for event in inputs:
        match event:
            case NoteOn():
                done.setdefault(event.maker, [])
                finish(event.maker, event.pitch, event.time)
                held[event.maker, event.pitch] = Tone(
                    event.time, None, event.pitch, event.velocity, event.maker
                )
            case NoteOff():
                finish(event.maker, event.pitch, event.time)
            case Tap():
                velocity = UNKNOWN_VELOCITY if event.velocity is None else event.velocity
                done.setdefault(event.maker, []).append(
                    Tone(event.time, event.time + TAP_SECONDS, None, velocity, event.maker)
                )
            case Leave():
                for maker, pitch in [key for key in held if key[0] == event.maker]:
                    finish(maker, pitch, event.time)
            case _:
                pass
    for maker, pitch in list(held):
        finish(maker, pitch, end)
    return {maker: tuple(sorted(t, key=lambda t: t.onset)) for maker, t in done.items()}


def duet(inputs: Iterable[Input], outputs: Iterable[Output]) -> Duet:
    """The duet of a whole session."""
    inputs, outputs = list(inputs), list(outputs)
    partner = partner_tones(outputs)
    last_input = max((event.time for event in inputs), default=0.0)
    end = max([last_input, *(tone.offset for tone in partner)])
    return Duet(
        makers=maker_tones(inputs, max(last_input, 0.0)),
        partner=partner,
        chose=tuple(output for output in outputs if isinstance(output, Chose)),
        end=end,
    )
