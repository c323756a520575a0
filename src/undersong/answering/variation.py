"""Answers made of the maker's own notes: when to speak, what was said, and how to say it again.

Shared by the techniques that answer in phrases. Seconds, semitones, MIDI pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from undersong.answering.bars import HIGH_DRUM
from undersong.answering.technique import velocity_under
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression, Part, Tonality
from undersong.notes import After, Note, Tone
from undersong.theory.grouping import TOGETHER, onset_groups
from undersong.theory.keys import MODES, SCALES
from undersong.turns import Turn, Turns

LEAD: Seconds = 0.28  # an answer is planned, not blurted
SOONEST: Seconds = 0.4  # after the last sound
LATEST: Seconds = 2.5
UNKNOWN: Seconds = 1.5  # the wait, while the maker's own breath is not known
OVER_BREATH = 1.2  # times the maker's longest breath
UNLIKELY = 0.6  # probability of an end below which the wait is longer
LONGER = 1.25  # by this factor
DENSER = 1.05  # onset groups to one of the maker's, at most: theirs thin out while the answer sounds
STRETCHES = (1.0, 1.08, 1.16, 1.24)  # how much slower an answer may be, to be no denser than the maker
LONGEST: Seconds = 16.0  # that an answer lasts: of a call without end only the last is answered
FLOOR = 0.5  # onset groups a second that a very sparse maker still allows
WINDOW: Seconds = 6.0  # over which they are counted
OCTAVE = 12
LOWEST, HIGHEST = 45, 88  # MIDI pitch of an answer
HEARD = 2  # notes from which on an answer was heard as one
LEGATO = 0.9  # of the interval to the next note that a note sounds
LAST_NOTE: Seconds = 0.6  # length of a last note whose offset is not known
SOFTEST = 12  # velocity

STABLE_MAJOR, STABLE_MINOR = (0, 4, 7), (0, 3, 7)  # degrees on which a close may rest


def line(tones: Sequence[Tone]) -> tuple[Tone, ...]:
    """The upper line: of notes that begin together, the highest."""
    kept: list[Tone] = []
    for tone in tones:
        if kept and tone.onset - kept[-1].onset <= TOGETHER:
            if tone.pitch is not None and (kept[-1].pitch is None or tone.pitch > kept[-1].pitch):
                kept[-1] = Tone(kept[-1].onset, tone.offset, tone.pitch, tone.velocity, tone.maker)
        else:
            kept.append(tone)
    return tuple(kept)


def answered(part: Part, so_far: Turns, technique: str, kind: str) -> Turn | None:
    """The latest answer that was heard: one that the maker's going on cut off at once is none."""
    until = float("inf")
    for turn in reversed(so_far.turns):
        if (turn.technique, turn.kind) == (technique, kind):
            since = turn.at
            begun = sum(s.technique == technique and since < s.play.at < until for s in so_far.past)
            if part.last_onset <= turn.at or begun >= HEARD:
                return turn
            until = turn.at
    return None


def said(part: Part, answered: Turn | None) -> tuple[Tone, ...]:
    """The line of the maker's present phrase, without what was answered already."""
    tones = part.phrase.tones
    if answered is not None:
        tones = tuple(tone for tone in tones if tone.onset > answered.about + TOGETHER)
    return line(tones)


def speak_at(heard: Impression, part: Part, call: Sequence[Tone]) -> Seconds:
    """When an answer may begin: after the maker's own long pause, on the beat where there is one."""
    steps = sorted(b.onset - a.onset for a, b in pairwise(call))
    beat = heard.pulse.period if heard.pulse is not None else steps[len(steps) // 2] if steps else 0.0
    phrase = part.phrase
    breath = UNKNOWN if phrase.longest is None else OVER_BREATH * phrase.longest
    if phrase.ends_likely < UNLIKELY:
        breath *= LONGER
    soonest = part.last_sound + min(LATEST, max(SOONEST, beat, breath))
    if heard.pulse is None:
        return soonest
    return heard.pulse.time_at(-(-round(heard.pulse.beat_at(soonest) - 0.02, 6) // 1))


def room(heard: Impression, so_far: Turns, starts: Sequence[Seconds]) -> int:
    """How many of these onsets, from the first on, would leave the partner no denser than the maker."""
    density = max([part.dynamics.density for part in heard.makers.values()], default=0.0)
    most = DENSER * max(FLOOR, density) * WINDOW
    taken = onset_groups(so_far.onsets(heard.time - WINDOW))
    for index, start in enumerate(starts):
        taken.append(start)
        if sum(1 for other in taken if start - WINDOW < other <= start) > most:
            return index
    return len(starts)


def fitted(
    heard: Impression, so_far: Turns, tones: tuple[Tone, ...], begins: Seconds, least: int
) -> tuple[tuple[Tone, ...], list[Seconds]]:
    """The tones and when they sound again from ``begins`` on: in their own rhythm; where that would be
    denser than the maker plays, a little slower; else, as of a call that is very long, only the last of
    them, ``least`` at least."""
    while len(tones) > least and tones[-1].onset - tones[0].onset > LONGEST:
        tones = tones[1:]
    while True:
        for stretch in STRETCHES:
            at = [begins + stretch * (tone.onset - tones[0].onset) for tone in tones]
            if len(tones) <= least or room(heard, so_far, at) == len(tones):
                return tones, at
        tones = tones[1:]


def octave(pitches: Sequence[int], floor: int = LOWEST) -> int:
    """How far to shift a line out of the maker's way: an octave down, else up, else not at all."""
    if not pitches or min(pitches) - OCTAVE >= floor:
        return -OCTAVE
    return OCTAVE if max(pitches) + OCTAVE <= HIGHEST else 0


def scale(tonality: Tonality | None) -> tuple[int, ...]:
    """The pitch classes of the key that is heard (all, where none is)."""
    if tonality is None:
        return tuple(range(OCTAVE))
    degrees = SCALES[MODES.index(tonality.mode)]
    return tuple(pc for pc in range(OCTAVE) if (pc - tonality.tonic) % OCTAVE in degrees)


def stable(tonality: Tonality | None, call: Sequence[int]) -> tuple[int, ...]:
    """The pitch classes on which a close may rest."""
    if tonality is None:
        return tuple(sorted({pitch % OCTAVE for pitch in call}))
    minor = 3 in SCALES[MODES.index(tonality.mode)]
    return tuple((tonality.tonic + degree) % OCTAVE for degree in (STABLE_MINOR if minor else STABLE_MAJOR))


def nearest(pitch: int, classes: Sequence[int], not_this: int | None = None) -> int:
    """The pitch of one of these classes that is nearest (the lower of two), and not ``not_this``."""
    for away in range(OCTAVE):
        for found in (pitch - away, pitch + away):
            if found % OCTAVE in classes and found != not_this:
                return found
    return pitch


def say(
    heard: Impression,
    tones: Sequence[Tone],
    pitches: Sequence[int | None],
    at: Sequence[Seconds],
    under: float,
) -> tuple[Note, ...]:
    """The tones again: these pitches at these times, with the maker's own rise and fall, softer."""
    voice: Voice = "percussion" if pitches[0] is None else "melody"
    loud = velocity_under(heard.gentlest, under, voice)
    strengths = [tone.velocity for tone in tones]
    mean = sum(strengths) / len(strengths)
    factor = min(loud / mean, 1.2 * loud / max(strengths))
    notes = []
    for index, (tone, pitch) in enumerate(zip(tones, pitches, strict=True)):
        length = (tone.offset - tone.onset) if tone.offset is not None else LAST_NOTE
        if index + 1 < len(at):
            gap = at[index + 1] - at[index]
            length = LEGATO * gap if tone.offset is None else min(length, gap)
        notes.append(
            Note(
                After(heard.time, at[index] - heard.time),
                voice,
                HIGH_DRUM if pitch is None else pitch,
                max(SOFTEST, round(round(factor * tone.velocity, 6))),
                max(0.05, length),
            )
        )
    return tuple(notes)


def kept(source: Sequence[int], made: Sequence[int]) -> float:
    """Share of the intervals that both have in the same order (longest common subsequence)."""
    row = [0] * (len(made) + 1)
    for a in source:
        before = list(row)
        for place, b in enumerate(made):
            row[place + 1] = before[place] + 1 if a == b else max(before[place + 1], row[place])
    return row[-1] / max(1, len(source), len(made))
