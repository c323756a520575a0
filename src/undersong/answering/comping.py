"""Comping: which chord a frame stands on with a note, and where its tones lie.

What frameworking decides at a note of the maker's. Pitches are MIDI numbers, chords numbered as in
frames.py. The bass moves to the nearest octave of its note; the other tones stay close to the last chord
and under the maker, whose middle register is left free.
"""

from __future__ import annotations

from undersong.answering.bars import HIGH_DRUM, LOW_DRUM
from undersong.answering.frames import BORROWED, SEVENTHS, Frame, Role, chord
from undersong.events import Voice
from undersong.listening.impression import Impression, Part
from undersong.theory.chords import Chord
from undersong.theory.pitch import highest_at_most, lowest_at_least, rubs
from undersong.theory.voicing import lead
from undersong.turns import Turns

OPEN = 2  # so many pitch classes leave the third open
DEGREES = 7
KINDS = 24  # borrowed triads: twelve roots, major and minor
TONES = 4  # of the maker's notes that count as lately
USUAL, OTHER = 0.9, 0.5  # worth of a chord: the bar's usual degree, or another of its own
STAYS = 0.4  # what sounds already
LATELY = 0.35  # each of the last notes that belongs to it
HEARD = 0.8  # it is the harmony that is heard
BARE, RICH, PASSING = 0.5, 0.25, 1.2  # and what a diminished one, a seventh, a borrowed one loses
BASS_LOW, BASS_HIGH, BASS_FIRST = 40, 52, 46
FIFTH_HIGH = 60
CHORD_LOW, CHORD_HIGH = 62, 66  # where the highest chord tone lies at the lowest, and at the highest
LOW_MAKER, ABOVE_HIGH = 58, 76  # a maker whose middle lies below the first gets the chords above
SPREAD = 11  # semitones that the tones of a chord lie within


def chord_for(
    heard: Impression, part: Part, frame: Frame, segment: int, present: int | None, borrowing: bool
) -> int | None:
    """The chord to stand on with this note: one of the bar's own if it can be, what is heard as the
    harmony, what the last notes belong to, and what sounds already. None if no chord holds the note; a
    chord from outside the key only where too many notes stand alone already."""
    tonality = heard.tonality
    tones = [t.pitch % 12 for t in part.phrase.tones if t.pitch is not None][-TONES:]
    if tonality is None or not tones:
        return None
    options = frame.bars[segment * frame.segment // frame.beats % len(frame.bars)]
    pc, before = tones[-1], tones[:-1]
    best: int | None = None
    most = -99.0
    richer = range(SEVENTHS, SEVENTHS + DEGREES) if frame.shape == 3 else ()
    borrowed = range(BORROWED, BORROWED + KINDS) if borrowing else ()
    for number in (*range(DEGREES), *richer, *borrowed):
        if frame.shape == OPEN and number < BORROWED and not any(number in bar for bar in frame.bars):
            continue
        sound = chord(frame, number, tonality.tonic, tonality.mode)
        if not _belongs(pc, sound):
            continue
        degree = number % SEVENTHS
        worth = USUAL if degree == options[0] else OTHER if degree in options else 0.0
        worth += STAYS if number == present else 0.0
        worth += LATELY * sum(1 for other in before if _belongs(other, sound))
        worth += HEARD if heard.harmony is not None and heard.harmony.chord.root == sound.root else 0.0
        worth -= BARE if 6 in sound.pcs and frame.shape > OPEN else 0.0  # a diminished chord
        worth -= PASSING if number in borrowed else RICH if number in richer else 0.0
        worth = round(worth, 6)
        if worth > most:
            best, most = number, worth
    return best


def _belongs(pc: int, sound: Chord) -> bool:
    if len(sound.pcs) == OPEN:
        return not rubs(pc, sound.root)
    return (pc - sound.root) % 12 in sound.pcs


def tones_of(role: Role, sound: Chord, part: Part, name: str, so_far: Turns) -> list[tuple[Voice, int]]:
    """The voices and pitches of a stroke."""
    if role in ("low drum", "high drum"):
        return [("percussion", LOW_DRUM if role == "low drum" else HIGH_DRUM)]
    if role == "bass":
        last = _last(name, "bass", so_far) or [BASS_FIRST]
        low = lowest_at_least(sound.root, BASS_LOW)
        places = [pitch for pitch in (low, low + 12) if pitch <= BASS_HIGH]
        return [("bass", min(places, key=lambda pitch: (abs(pitch - last[0]), pitch)))]
    if role == "fifth":
        return [("chords", highest_at_most((sound.root + sound.pcs[-1]) % 12, FIFTH_HIGH))]
    high = CHORD_HIGH if part.lowest is None else max(CHORD_LOW, min(CHORD_HIGH, part.lowest - 1))
    if part.middle is not None and part.middle < LOW_MAKER:
        high = ABOVE_HIGH
    upper = Chord(sound.root, sound.pcs[1:])  # the bass has the root
    before = sorted(_last(name, "chords", so_far))
    pitches = lead(upper, before, low=high - SPREAD, high=high, size=len(upper.pcs))
    return [("chords", pitch) for pitch in pitches]


def _last(name: str, voice: Voice, so_far: Turns) -> list[int]:
    """The pitches of this technique's latest stroke of a voice."""
    found: list[int] = []
    at = None
    for one in reversed(so_far.past):
        if one.technique == name and one.play.voice == voice:
            if at is not None and one.play.at != at:
                break
            found.append(one.play.pitch)
            at = one.play.at
    return found
