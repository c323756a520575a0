"""Frameworking: a style and a harmony to play within.

Clinical term: frameworking (Wigram 2004, as cited by teaching texts): where the maker plays willingly but
without form, the partner gives a musical frame, a style with its meter and its chords. It says: here is
a place for what you play. It must never come before the maker has been met, hurry them, insist on a
frame that does not fit, or change chords in their silence. For half a minute it matches; then it gives a
frame, for at least eight bars where it fits. Its chords move on at the maker's notes on the beat. At
every fourth bar it is counted how many of these fitted: fewer than three in four, and the frame changes.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.bars import SOON, STROKE, agrees
from undersong.answering.comping import OPEN, chord_for, tones_of
from undersong.answering.counterpoint import WITH, WITHOUT, matched
from undersong.answering.frames import BORROWED, FRAMES, SEVENTHS, Frame, Role, chord, fitting, strokes
from undersong.answering.technique import NO_PULSE_BAR, velocity_under
from undersong.answering.under_taps import framed
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part
from undersong.notes import After, Beat, Beats, Note, Pulse
from undersong.theory.grouping import TOGETHER, onset_groups
from undersong.theory.pitch import rubs
from undersong.turns import NOTHING, Adapt, Answer, LetGo, Turn, Turns

MATCHED_UNDER = 1.2  # dB under the maker, while matching
UNDER = 5.0  # dB under the maker, within the frame
MATCHING: Seconds = 30.0  # before the first frame
FOLLOW = Adapt(phase=0.3, period=0.15, phase_most=0.8)
ON_BEAT = 0.22  # of a beat
WAITED = 0.7  # of a beat
COUNTED_BARS = 4  # after which the fit is counted
FIT, OWN_FIT = 0.75, 0.6  # share of notes that must belong to a chord, and to one of the frame
KEEPS = 0.90  # share below which a chord moves for one more note
LATEST = 16  # notes over which that is counted; so many that fitted are counted before the first
BEFORE = 2
SOFTER = 3.0  # dB, of a chord that moves between the frame's own strokes
COAST: Beats = 8.0  # beats after the maker's last sound
RENEWED: Seconds = 60.0  # after which a frame that stays is noted again
RING: Seconds = 0.15  # over which a chord makes room for the next
ENDING: Seconds = 0.1  # a tone that is about to end no longer holds a note
AS_DENSE, SPAN = 0.85, 6.0  # strokes for an onset of the maker's, over so many seconds
GAP: Seconds = 0.35  # without a beat, a note after so long counts
STAYS_ON = 1.7  # segments that the last stroke of each voice rings
RINGS = 1.5  # how much longer than written a tone rings if nothing takes its place
# Turns: "frame" (about: 100 x its first beat + its number); "chord", "kept" and "goes on" (about: 100 x
# segment + chord: with a note of the maker's that belongs to it, with one that does not, without one), or
# "borrowed", a chord from outside the frame; "fits" and "not" (other notes that were counted).
PLACED = ("chord", "borrowed", "kept", "goes on")
COUNTED = ("chord", "borrowed", "kept", "fits", "not")
HELD = ("chord", "borrowed", "fits")  # notes that belonged to a chord,
OWN = ("chord", "fits")  # and to one of the frame


class Frameworking:
    """First matching, then a frame."""

    name: ClassVar[str] = "frameworking"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Match; begin a frame; go on within it; change it."""
        part = heard.lead
        if part is None:
            return NOTHING
        if not part.pitched:
            if so_far.first_sound is None or heard.time - so_far.first_sound < MATCHING:
                return matched(self.name, heard, so_far, MATCHED_UNDER)
            return framed(self.name, heard, so_far)
        given = so_far.last(self.name, "frame")
        if given is not None:
            return self._within(heard, part, so_far, given)
        met = next(
            (t for t in so_far.turns if t.technique == self.name and t.kind in (WITH, WITHOUT)), None
        )
        if met is None or heard.time - met.at < MATCHING or not _counts(heard, part, heard.pulse):
            return matched(self.name, heard, so_far, MATCHED_UNDER)
        return self._give(heard, so_far, None)

    def _give(self, heard: Impression, so_far: Turns, left: Turn | None) -> Answer:
        """A frame from this note on; its first chord follows at once."""
        number = fitting(heard, () if left is None else (int(left.about) % 100,))
        frame, pulse, clock = FRAMES[number], heard.pulse, so_far.clock
        fresh = pulse is not None and (clock is None or not agrees(clock, pulse, heard.time))
        beating = pulse if fresh else clock
        first = round(beating.beat_at(heard.time)) if beating is not None else 0
        words = "I give you a frame to play in" if left is None else "Your notes asked for another frame"
        return Answer(
            withdraw=True,
            clock=pulse if fresh else None,
            adapt=FOLLOW,
            until=heard.time,
            turn=Turn(self.name, "frame", heard.time, 100.0 * first + number),
            because=f"{words}: {frame.name}, {frame.like}.",
        )

    def _within(self, heard: Impression, part: Part, so_far: Turns, given: Turn) -> Answer:
        frame = FRAMES[int(given.about) % 100]
        clock, first = _clock(so_far, given)
        beat = clock.beat_at(heard.time) - first
        if heard.time > part.last_sound + COAST * clock.period and not part.holding:
            return NOTHING
        pulse = heard.pulse
        kept = so_far.clock is not None and pulse is not None and agrees(so_far.clock, pulse, heard.time)
        if pulse is not None and heard.onset is not None and not kept:
            return Answer(withdraw=True, clock=pulse, adapt=FOLLOW, until=heard.time)
        segment = int((beat + ON_BEAT) // frame.segment)
        placed = _last(self.name, so_far, given)
        if placed is None:
            number = chord_for(heard, part, frame, segment, None, False)
            return self._place(heard, part, so_far, given, segment, number or 0, number is not None)
        present = int(placed.about) % 100
        fresh = placed.at < so_far.clock_since or int(placed.about) // 100 != segment
        if _counts(heard, part, clock) and heard.time - placed.at > TOGETHER:
            if fresh and _border(frame, segment):
                if _left_behind(self.name, so_far, clock, first, frame, segment, given):
                    return self._give(heard, so_far, given)
                if heard.time - given.at > RENEWED:  # remembered anew, before it is forgotten
                    about = 100.0 * (first + segment * frame.segment) + int(given.about) % 100
                    return Answer(turn=Turn(self.name, "frame", heard.time, about), until=heard.time)
            fits = _fits(self.name, heard, so_far)
            passes = fits or _may_pass(self.name, so_far, given)
            if fresh or not passes:
                number = chord_for(heard, part, frame, segment, present, not passes)
                return self._place(
                    heard,
                    part,
                    so_far,
                    given,
                    segment,
                    present if number is None else number,
                    number is not None,
                )
            turn = Turn(self.name, "fits" if fits else "not", heard.time)
            return Answer(turn=turn, until=_next(clock, first, frame, segment))
        late = clock.time_at(first + segment * frame.segment + ON_BEAT)
        if not fresh:
            return Answer(until=_next(clock, first, frame, segment))
        if heard.time < late - 1e-6:
            return Answer(until=late)
        return self._place(heard, part, so_far, given, segment, present, None)

    def _place(
        self,
        heard: Impression,
        part: Part,
        so_far: Turns,
        given: Turn,
        segment: int,
        number: int,
        fits: bool | None,
    ) -> Answer:
        """A chord with the maker's note (that ``fits`` it or not), or once more without one (None); and
        what the frame plays until the chord may move on."""
        frame = FRAMES[int(given.about) % 100]
        clock, first = _clock(so_far, given)
        tonality = heard.tonality
        tonic, mode = (tonality.tonic, tonality.mode) if tonality is not None else (0, "major")
        sound = chord(frame, number, tonic, mode)
        start = segment * frame.segment
        bar, at = start // frame.beats, start % frame.beats
        with_them = fits is not None
        now = clock.beat_at(heard.time) - first - start + at  # in beats of this bar
        steps = strokes(frame, bar, at, at + frame.segment)
        if with_them and len(sound.pcs) > OPEN:  # a chord that moves is heard whole
            struck = [step[1] for step in steps if step[0] == at]
            needed: tuple[Role, ...] = ("bass", "chords")
            whole = [
                (float(at), role, SOFTER, float(frame.segment)) for role in needed if role not in struck
            ]
            steps = (*whole, *steps)
        notes: list[Note] = []
        room = AS_DENSE * part.dynamics.density * SPAN - len(onset_groups(so_far.onsets(heard.time - SPAN)))
        room -= 1 if with_them else 0
        taken: dict[Beats, bool] = {}
        for place, role, softer, beats in steps:
            if (place == at and not with_them) or (place != at and (place - now) * clock.period < SOON):
                continue
            if place != at and place not in taken:  # what moves the chord comes before what decorates it
                taken[place] = room - len(taken) >= 1
            if not taken.get(place, True):
                continue
            last = not any(
                role == step[1] and place < step[0] and taken.get(step[0], True) for step in steps
            )
            lasts = max(RINGS * beats, STAYS_ON * frame.segment) if last else beats
            seconds = lasts * clock.period
            beat = first + start - at + place
            when = After(heard.time) if place == at else _when(heard, so_far, clock, beat)
            for voice, pitch in tones_of(role, sound, part, self.name, so_far):
                velocity = velocity_under(heard.gentlest, UNDER + softer, voice)
                notes.append(
                    Note(when, voice, pitch, velocity, STROKE if voice == "percussion" else seconds)
                )
        ids = tuple(
            s.play.id
            for s in so_far.sounding.values()
            if s.technique == self.name and not s.released and s.play.voice != "percussion"
        )
        own = "borrowed" if BORROWED <= number < SEVENTHS else "chord"
        kind = "goes on" if fits is None else own if fits else "kept"
        return Answer(
            notes=tuple(notes),
            withdraw=with_them,
            let_go=LetGo(ids, RING) if ids and with_them else None,
            adapt=FOLLOW,
            until=_next(clock, first, frame, segment),
            turn=Turn(self.name, kind, heard.time, 100.0 * segment + number),
        )


def _clock(so_far: Turns, given: Turn) -> tuple[Pulse, int]:
    """The beat to count by, and the frame's first beat on it. Without a beat, a bar is 4 s."""
    clock = so_far.clock
    if clock is None:
        return Pulse(NO_PULSE_BAR / 4, given.at, 0.0), 0
    return clock, int(given.about) // 100 if given.at >= so_far.clock_since else 0


def _when(heard: Impression, so_far: Turns, clock: Pulse, beat: Beats) -> Beat | After:
    if so_far.clock is not None:
        return Beat(beat)
    return After(heard.time, clock.time_at(beat) - heard.time)


def _next(clock: Pulse, first: int, frame: Frame, segment: int) -> Seconds:
    """When the next segment goes on without the maker, if no note of theirs has begun it."""
    return clock.time_at(first + (segment + 1) * frame.segment + ON_BEAT)


def _border(frame: Frame, segment: int) -> bool:
    """Whether a group of four bars begins with this segment."""
    beat = segment * frame.segment
    return beat > 0 and beat % (COUNTED_BARS * frame.beats) == 0


def _left_behind(
    name: str, so_far: Turns, clock: Pulse, first: int, frame: Frame, segment: int, given: Turn
) -> bool:
    """Whether too few notes of the last four bars belonged to a chord, or to the frame's own chords."""
    start = first + segment * frame.segment - COUNTED_BARS * frame.beats - ON_BEAT
    since = max(given.at, clock.time_at(start))
    held = own = counted = 0
    for turn in reversed(so_far.turns):
        if turn.at < since:
            break
        if turn.technique == name and turn.kind in COUNTED:
            counted += 1
            held += turn.kind in HELD
            own += turn.kind in OWN
    return held < FIT * counted or own < OWN_FIT * counted


def _may_pass(name: str, so_far: Turns, given: Turn) -> bool:
    """Whether so many notes fitted lately that one more may pass by without a chord of its own."""
    fitted = counted = BEFORE
    for turn in reversed(so_far.turns):
        if turn is given or counted == LATEST + BEFORE:
            break
        if turn.technique == name and turn.kind in COUNTED:
            counted += 1
            fitted += turn.kind in HELD
    return fitted >= KEEPS * (counted + 1)


def _last(name: str, so_far: Turns, given: Turn) -> Turn | None:
    """Where the frame's latest chord stands."""
    for turn in reversed(so_far.turns):
        if turn is given:
            return None
        if turn.technique == name and turn.kind in PLACED:
            return turn
    return None


def _counts(heard: Impression, part: Part, clock: Pulse | None) -> bool:
    """Whether a note has just begun on a beat, or after a wait of most of one."""
    if heard.onset is None or heard.onset.pitch is None:
        return False
    tones = part.phrase.tones
    waited = heard.onset.onset - tones[-2].onset if len(tones) > 1 else NO_PULSE_BAR
    if clock is None or clock.confidence == 0.0:
        return waited >= GAP
    beat = clock.beat_at(heard.time)
    return abs(beat - round(beat)) <= ON_BEAT or waited >= WAITED * clock.period


def _fits(name: str, heard: Impression, so_far: Turns) -> bool:
    """Whether the new note belongs to what sounds: to the chord or, where only a fifth or less sounds,
    does not rub with its bass."""
    assert heard.onset is not None
    assert heard.onset.pitch is not None
    ours = [
        s.play.pitch
        for s in so_far.sounding.values()
        if s.technique == name
        and s.play.voice != "percussion"
        and s.play.at <= heard.time < s.ends - ENDING
    ]
    if not ours:
        return False
    classes = {pitch % 12: True for pitch in ours}
    if heard.onset.pitch % 12 in classes:
        return True
    return len(classes) == OPEN and not rubs(heard.onset.pitch, min(ours))
