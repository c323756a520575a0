"""Duo: two Sessions face to face, each the other's maker.

What one sounds the other hears at the moment it sounds, a little unevenly, as between people: each
onset strays by a hand's own unevenness (seeded). Strokes are heard as taps. One of the two has to be
given something to begin with: a wish, or a few notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from undersong.chance import Chance
from undersong.events import Input, MakerId, NoteOff, NoteOn, Output, Play, Release, Retract, Seconds, Tap
from undersong.session import Session

MOTOR: Seconds = 0.008  # standard deviation of an onset, as of a practised hand
SHORTEST: Seconds = 0.03


@dataclass
class _Sound:
    """A note of one player's, on its way or sounding: heard from ``at`` until ``end``."""

    play: Play
    at: Seconds
    end: Seconds
    begun: bool = False


@dataclass
class Player:
    """One of the two: a session, all that it heard and all that it sent."""

    name: MakerId
    session: Session
    inputs: list[Input] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    _sounds: dict[int, _Sound] = field(default_factory=dict)


class Duo:
    """Two players who hear each other. ``unevenness``: standard deviation of an onset, in seconds."""

    def __init__(self, first: Session, second: Session, *, seed: int, unevenness: Seconds = MOTOR) -> None:
        self.players = (Player(MakerId("first"), first), Player(MakerId("second"), second))
        self._chance = Chance(seed)
        self._unevenness = unevenness
        self._given: tuple[list[Input], list[Input]] = ([], [])

    def give(self, who: int, events: Sequence[Input]) -> None:
        """Let one of the two (0 or 1) hear something from outside, in order of time."""
        self._given[who].extend(events)

    def play(self, until: Seconds) -> None:
        """Let both play until a moment."""
        while (now := self._next()) is not None and now <= until:
            for who in (0, 1):
                self._sent(who, self.players[who].session.advance(now))
            for who in (0, 1):
                for event in [*self._heard_from_outside(who, now), *self._heard_by(who, now)]:
                    self.players[who].inputs.append(event)
                    self._sent(who, self.players[who].session.receive(event))
        for who in (0, 1):
            self._sent(who, self.players[who].session.advance(until))

    def _next(self) -> Seconds | None:
        """When anything happens next."""
        times: list[Seconds] = []
        for who, player in enumerate(self.players):
            times += [event.heard for event in self._given[who][:1]]
            times += [sound.end if sound.begun else sound.at for sound in player._sounds.values()]
            if player.session.wake_at is not None:
                times.append(player.session.wake_at)
        return min(times, default=None)

    def _heard_from_outside(self, who: int, now: Seconds) -> list[Input]:
        given = self._given[who]
        due = [event for event in given if event.heard <= now]
        del given[: len(due)]
        return due

    def _heard_by(self, who: int, now: Seconds) -> list[Input]:
        """What begins and ends now of the other's sounds."""
        other = self.players[1 - who]
        events: list[Input] = []
        for id_, sound in list(other._sounds.items()):
            pitch, struck = sound.play.pitch, sound.play.voice == "percussion"
            if not sound.begun and sound.at <= now:
                sound.begun = True
                velocity = sound.play.velocity
                events.append(
                    Tap(now, now, other.name, velocity)
                    if struck
                    else NoteOn(now, now, other.name, pitch, velocity)
                )
            if sound.begun and sound.end <= now:
                del other._sounds[id_]
                if not struck:
                    events.append(NoteOff(now, now, other.name, pitch))
        return events

    def _sent(self, who: int, outputs: list[Output]) -> None:
        player = self.players[who]
        player.outputs += outputs
        for output in outputs:
            match output:
                case Play():
                    at = output.at + self._chance.spread("motor", self._unevenness)
                    at = max(at, player.session.now, self.players[1 - who].session.now)
                    end = max(at + SHORTEST, output.at + output.seconds)
                    player._sounds[output.id] = _Sound(output, at, end)
                case Retract():
                    player._sounds.pop(output.id, None)
                case Release():
                    sound = player._sounds.get(output.id)
                    if sound is not None:
                        sound.end = min(sound.end, max(output.at, sound.at + SHORTEST))
                case _:
                    pass
