"""Transition: from a loop towards another feel, one thing at a time.

Clinical term: transition (Wigram 2004, as cited by teaching texts): leading out of playing that has become
rigid, by changing one thing gradually while all else stays. It says: this is yours and safe, and there is
more. It must never change two things at once, jump, hurry, or insist. It joins the loop for eight bars with
a bass on the maker's beat. Then, over eight beats, one thing moves: the bass to other degrees below the
same loop, the length of its notes, or its level. If the maker does not come along it goes back, as
gradually, and tries another thing later; if they do, it stays there.
"""

from __future__ import annotations

import math
from typing import ClassVar

from undersong.answering.bars import agrees, soon
from undersong.answering.technique import BEATS_A_BAR, velocity_under
from undersong.chance import Chance
from undersong.listening.impression import Impression, Part
from undersong.notes import Beat, Beats, Note, Pulse
from undersong.theory.pitch import highest_at_most
from undersong.turns import NOTHING, Adapt, Answer, Turn, Turns

FOLLOW = Adapt(phase=0.3, period=0.15, phase_most=1.0)
COASTING = Adapt(phase=0.1, period=0.0)
COAST: Beats = 4.0  # beats after the maker's last onset
JOINED, LED, WAITED, TAKEN_BACK, RESTED = 8, 2, 6, 2, 4  # bars
STROKES: tuple[Beats, ...] = (0.0, 2.0)  # of a bar
SHORT, LONG = 0.62, 0.98  # how much of the time to the next stroke a note is held
UNDER, SOFTER = 4.5, 6.0  # dB under the maker; and so much more where the level has moved
CEILING = 54  # MIDI pitch of the joined bass
MAJOR_STEPS, MINOR_STEPS = (0, -3, -7), (0, -4, -7)  # where the bass moves: two steps down under the loop
MINOR_LIKE = ("minor", "dorian", "phrygian")
SURE = 0.4  # confidence of a key from which its tonic is the bass
LATELY = 12  # of the maker's notes
LONGER, QUIETER = 0.12, 1.5  # by how much they hold longer, or play softer (dB), if they come along
# What may move, in this order, and what is said.
THINGS: tuple[tuple[str, str], ...] = (
    ("bass", "Your figure stays, so I move only the bass under it."),
    ("length", "Your figure stays, so I only hold my notes longer, little by little."),
    ("level", "Your figure stays, so I only grow softer, little by little."),
)
# Turns: "joined" (about: the pitch class of the bass); "before THING" (about: how the maker played);
# and one for each bar, "join", "lead THING", "wait THING", "back THING", "keep THING" or "rest", about the
# beat on which it ends.


class Transition:
    """Join, lead, wait, go back or stay."""

    name: ClassVar[str] = "transition"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Plan the next bar when it is due."""
        part, pulse, clock = heard.lead, heard.pulse, so_far.clock
        if part is None:
            return NOTHING
        if pulse is None:
            return Answer(adapt=COASTING) if clock is not None else NOTHING
        joined = so_far.last(self.name, "joined")
        if joined is None:
            return Answer(
                turn=Turn(self.name, "joined", heard.time, float(_ground(heard, part))), until=heard.time
            )
        if clock is None or not agrees(clock, pulse, heard.time):
            return self._bar(heard, part, so_far, pulse, soon(pulse, heard.time), joined, start=True)
        if heard.time > part.last_onset + COAST * clock.period:
            return NOTHING
        last = so_far.last(self.name)
        here = last is not None and last.kind != "joined" and last.at >= so_far.clock_since
        first = soon(clock, heard.time)
        if last is not None and here and not last.kind.startswith("before"):
            due = clock.time_at(last.about - 1.0)
            if heard.time < due - 1e-6:
                return Answer(until=due, adapt=FOLLOW)
            first = max(first, round(last.about))
        elif here:
            first = max(first, round(_bars(self.name, so_far)[-1].about))
        return self._bar(heard, part, so_far, clock, first, joined, start=False)

    def _bar(
        self,
        heard: Impression,
        part: Part,
        so_far: Turns,
        clock: Pulse,
        first: int,
        joined: Turn,
        start: bool,
    ) -> Answer:
        planned = _bars(self.name, so_far)
        kind = _next(self.name, planned, heard, part, so_far)
        stage, _, thing = kind.partition(" ")
        before = so_far.last(self.name, f"before {thing}")
        begins = stage == "lead" and planned[-1].kind != kind
        if begins and (before is None or before.at < planned[-1].at):
            # first of all: how the maker plays before anything moves
            return Answer(
                turn=Turn(self.name, f"before {thing}", heard.time, _now(thing, part)), until=heard.time
            )
        done = 0  # bars of this stage before this one
        for turn in reversed(planned):
            if turn.kind != kind:
                break
            done += 1
        root = int(joined.about)
        steps = (
            MINOR_STEPS if heard.tonality is not None and heard.tonality.mode in MINOR_LIKE else MAJOR_STEPS
        )
        notes = []
        for place in STROKES:
            moved = {
                name: _moved(name, stage, thing, done * BEATS_A_BAR + place, planned) for name, _ in THINGS
            }
            step = math.ceil(round(moved["bass"] * (len(steps) - 1), 6))
            pitch = highest_at_most(root, CEILING) + steps[step]
            held = (SHORT + (LONG - SHORT) * moved["length"]) * (BEATS_A_BAR / len(STROKES)) * clock.period
            velocity = velocity_under(heard.gentlest, UNDER + SOFTER * moved["level"], "bass")
            notes.append(Note(Beat(first + place), "bass", pitch, velocity, held))
        return Answer(
            notes=tuple(notes),
            withdraw=start,
            clock=clock if start else None,
            adapt=FOLLOW,
            until=clock.time_at(first + BEATS_A_BAR - 1.0),
            turn=Turn(self.name, kind, heard.time, float(first + BEATS_A_BAR)),
            because=_because(stage, thing),
        )


def _bars(name: str, so_far: Turns) -> list[Turn]:
    """The bars planned so far, oldest first."""
    return [
        turn
        for turn in so_far.turns
        if turn.technique == name and turn.kind != "joined" and not turn.kind.startswith("before")
    ]


def _next(name: str, planned: list[Turn], heard: Impression, part: Part, so_far: Turns) -> str:
    """What the next bar is."""
    if not planned:
        return "join"
    kind = planned[-1].kind
    stage, _, thing = kind.partition(" ")
    count = 0
    for turn in reversed(planned):
        if turn.kind != kind:
            break
        count += 1
    if stage == "join":
        return kind if count < JOINED else _lead(planned)
    if stage == "lead":
        return kind if count < LED else f"wait {thing}"
    if stage == "wait":
        before = so_far.last(name, f"before {thing}")
        if before is not None and _came_along(thing, before.about, part):
            return f"keep {thing}"
        return kind if count < WAITED else f"back {thing}"
    if stage == "back":
        return kind if count < TAKEN_BACK else "rest"
    if stage == "keep":
        return "rest"
    return kind if count < RESTED else _lead(planned)


def _lead(planned: list[Turn]) -> str:
    """The thing to move next: after the last one, leaving out what the maker has taken up."""
    names = [thing for thing, _ in THINGS]
    led = [turn.kind[len("lead ") :] for turn in planned if turn.kind.startswith("lead")]
    after = names.index(led[-1]) + 1 if led else 0
    for step in range(len(names)):
        thing = names[(after + step) % len(names)]
        if not any(turn.kind == f"keep {thing}" for turn in planned):
            return f"lead {thing}"
    return "join"


def _moved(name: str, stage: str, thing: str, beat: Beats, planned: list[Turn]) -> float:
    """How far one thing has moved, 0 to 1, on a beat of the present stage."""
    if name == thing:
        if stage == "lead":
            return min(1.0, (beat / 2.0 + 1.0) * 2.0 / (LED * BEATS_A_BAR))
        if stage == "back":
            return max(0.0, 1.0 - (beat / 2.0 + 1.0) * 2.0 / (TAKEN_BACK * BEATS_A_BAR))
        return 1.0
    return 1.0 if any(turn.kind == f"keep {name}" for turn in planned) else 0.0


def _now(thing: str, part: Part) -> float:
    """How the maker plays now, as far as this thing goes."""
    tones = part.phrase.tones[-LATELY:]
    if thing == "bass":
        classes = {tone.pitch % 12: True for tone in tones if tone.pitch is not None}
        return float(sum([1 << pc for pc in sorted(classes)]))
    if thing == "level":
        return part.dynamics.level
    held = [b.offset - b.onset for b in tones if b.offset is not None and b.pitch is not None]
    gap = (tones[-1].onset - tones[0].onset) / max(1, len(tones) - 1) if tones else 0.0
    return round(sum(held) / len(held) / gap, 6) if held and gap > 0.0 else 0.0


def _came_along(thing: str, before: float, part: Part) -> bool:
    """Whether the maker has gone the same way: new notes, longer ones, or softer ones."""
    now = _now(thing, part)
    if thing == "bass":
        return int(now) & ~int(before) != 0
    if thing == "level":
        return before - now >= QUIETER
    return now - before >= LONGER


def _ground(heard: Impression, part: Part) -> int:
    """The pitch class to join on: the tonic, or while no key is sure the loop's lowest note."""
    if heard.tonality is not None and heard.tonality.confidence >= SURE:
        return heard.tonality.tonic
    return (part.lowest if part.lowest is not None else 0) % 12


def _because(stage: str, thing: str) -> str:
    if stage == "join":
        return "Your figure comes back again and again, so I join it from below."
    if stage == "lead":
        return next(words for name, words in THINGS if name == thing)
    if stage == "keep":
        return "You came along, so I stay here with you."
    return "You stay with your figure, so I go back to it." if stage == "back" else ""
