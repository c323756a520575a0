"""Giving space: less, softer, none.

Clinical term: silence and space as a response (Wigram 2004, as cited by teaching texts): when the
maker falls silent, withdraws or fades, the partner becomes less and then nothing, and waits. It
says: you need not fill this. It must never fill the silence, cheer up, or cut a sounding ground.
After twenty seconds one soft tone from the maker's first motif; after that, nothing.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.technique import RING_DOWN, SILENT_START, velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression
from undersong.notes import After, Note
from undersong.turns import NOTHING, Answer, LetGo, Turn, Turns

REST: Seconds = 1.0  # of silence from which somebody has come to rest
SOFT_TONE: Seconds = 20.0  # into the silence
SOFT_TONE_LASTS: Seconds = 4.0
UNDER = 10.0  # dB under the maker
FROZEN: Seconds = 8.0  # after an invitation that nobody takes up, one soft low note
FROZEN_PITCH = 48
FROZEN_LASTS: Seconds = 6.0
MELODY_LOW, MELODY_HIGH = 55, 76  # the soft tone keeps to the middle


class GivingSpace:
    """Ring down, wait, one soft tone, wait."""

    name: ClassVar[str] = "giving-space"
    takes_turns: ClassVar[bool] = True
    inherits: ClassVar[bool] = True

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Let go of what sounds; later, perhaps, one tone."""
        part = heard.lead
        if part is None:
            return _frozen(self.name, heard, so_far)
        room = so_far.last(self.name, "room")
        if room is None or room.at < part.last_onset:
            held = [s for s in so_far.sounding.values() if not s.released]
            lasting = tuple(s.play.id for s in held if s.technique != self.name)
            still = heard.time - part.last_sound >= REST and not part.holding
            return Answer(
                let_go=LetGo(lasting, RING_DOWN) if lasting else None,
                until=part.last_sound + SOFT_TONE,
                turn=Turn(self.name, "room", heard.time),
                because="You came to rest, so I let go and leave you room." if lasting and still else "",
            )
        if part.holding:
            return NOTHING
        due = part.last_sound + SOFT_TONE
        toned = so_far.last(self.name, "soft tone")
        if toned is not None and toned.at >= part.last_sound:
            return NOTHING
        if heard.time < due:
            return Answer(until=due)
        pitch = _remembered_pitch(part.first_motif[0].pitch if part.first_motif else None)
        if pitch is None:
            return NOTHING
        tone = Note(
            After(heard.time), "melody", pitch, velocity_under(heard.gentlest, UNDER, "melody"),
            SOFT_TONE_LASTS,
        )  # fmt: skip
        return Answer(
            notes=(tone,),
            turn=Turn(self.name, "soft tone", heard.time),
            because="A long silence: one soft tone from your beginning, then I wait.",
        )


def _frozen(name: str, heard: Impression, so_far: Turns) -> Answer:
    """Nobody has played yet: after an invitation, one soft low note, once."""
    if so_far.opening != "begin" or so_far.last(name, "first note") is not None:
        return NOTHING
    due = so_far.opened_at + FROZEN
    if heard.time < due:
        return Answer(until=due)
    note = Note(After(heard.time), "bass", FROZEN_PITCH, SILENT_START, FROZEN_LASTS)
    return Answer(
        notes=(note,),
        turn=Turn(name, "first note", heard.time),
        because="Nothing has sounded yet, so here is one soft low note to begin from.",
    )


def _remembered_pitch(pitch: int | None) -> int | None:
    if pitch is None:
        return None
    while pitch < MELODY_LOW:
        pitch += 12
    while pitch > MELODY_HIGH:
        pitch -= 12
    return pitch
