"""Accompanying: chords and a bass underneath a soloist.

Clinical term: accompanying (Bruscia 1987; Wigram 2004, as cited by teaching texts): the maker is the
soloist and the partner plays a supportive part, dynamically underneath. It says: this is your tune, and
it is carried. It helps where a melody flows and asks for more harmony than a ground can give. It must
never be louder or denser than the maker, never move in silence, never run after each note, and
never put a chord under a slip that makes the slip official.

How it decides. The harmony that is heard (listening/harmony.py) already stays while it fits and changes
at most so often a bar; here it is sounded at the maker's onset. The bass is a melody of its own: root
or third, consonant with the maker's note, by step or by fourths and fifths, on its way to what is
foreseen. The other voices go the shortest way (theory/voicing.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from undersong.answering.technique import RING_DOWN, bar_seconds, velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Harmony, Impression, Part
from undersong.notes import After, Note
from undersong.theory.chords import MAJ, MIN, MIN7, OPEN, QUALITIES, Chord
from undersong.theory.keys import MODES
from undersong.theory.loudness import level
from undersong.theory.voicing import lead, parallels
from undersong.turns import NOTHING, Answer, LetGo, Sounding, Turn, Turns

# dB under the maker, of each note, since notes that sound together add up.
UNDER_BASS, UNDER_CHORDS = 6.3, 8.0
LOW, HIGH = 38, 49  # register of the bass, MIDI pitch
BELOW = 7  # semitones, least distance of the bass to the maker
CHORDS_LOW, CHORDS_HIGH = 48, 69  # register of the chords,
CLEAR = 2  # and so many semitones below the maker
LOW_MAKER = 55  # a maker whose middle lies below is carried from above, by an open fifth
ABOVE_LOW, ABOVE_HIGH = 60, 76

ENTER_ONSET = 3  # the onset with which it enters at the earliest,
ENTER_AFTER: Seconds = 0.6  # so long after the first
SETTLE: Seconds = 0.1  # a chord that has just sounded stays at least so long
LONG: Seconds = 40.0  # how long a chord may sound if nothing changes
RENEW: Seconds = 8.0  # a chord fades by itself; it is renewed with an onset after so long
LEVEL_OFF = 1.5  # dB from what the maker's level asks, from which it is renewed
FORSAKEN: Seconds = 9.0  # silence after which it lets go by itself

CONSONANT = (0, 3, 4, 7, 8, 9)  # melody over bass, octaves aside
DISSONANT, NO_ROOT, FIFTH_LOW = 20.0, 2.5, 12.0  # cost of a bass
PARALLEL = 30.0
BY_STEP, BY_FOURTH, OTHERWISE, STAYS = 0.0, 1.0, 3.0, 1.5  # cost of how it moves
KEY_SURE = 0.5  # confidence of a key from which home is known
SURPRISE_REST: Seconds = 75.0  # between two surprises, while the tune flows
MINOR_MODES = (1, 2, 3)  # of theory.keys.MODES
PREPARES = 1.0  # less cost within a step, fourth or fifth of the root that is foreseen


class Accompanying:
    """Chords that stay underneath, and a bass that sings."""

    name: ClassVar[str] = "accompanying"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Enter, stay, change, renew or let go."""
        part, harmony = heard.lead, heard.harmony
        if part is None or harmony is None or not part.pitched:
            return NOTHING
        held = [s for s in so_far.held("bass") + so_far.held("chords") if s.technique == self.name]
        forsaken = part.last_sound + FORSAKEN
        if heard.onset is None or heard.onset.pitch is None:
            if not held:
                return NOTHING
            if heard.time < forsaken:
                return Answer(until=forsaken)
            reason = "You have been still for a while, so the chord fades."
            return Answer(let_go=LetGo(_ids(held), RING_DOWN), because=reason)
        last = so_far.last(self.name)
        if not held or last is None:
            early = part.onsets < ENTER_ONSET or heard.time - part.first_onset < ENTER_AFTER
            if early and last is None:
                return NOTHING
            return self._sound(heard, part, harmony, [], last, "Your notes make a tune, so I carry it.")
        since = heard.time - last.at
        if since < SETTLE and not 0.0 < since <= so_far.correction:
            return Answer(until=forsaken)
        if round(last.about) != _number(harmony.chord):
            other = _deceptive(heard, harmony, so_far)
            if other is not None:
                reason = "You came home, so for once I put your note in another light."
                return self._sound(heard, part, harmony, held, last, reason, other)
            return self._sound(heard, part, harmony, held, last, _because(harmony))
        off = [
            level(s.play.velocity, s.play.voice)
            - level(velocity_under(heard.gentlest, _under(s), s.play.voice), s.play.voice)
            for s in held
        ]
        far = max(off) > LEVEL_OFF or min(off) < -LEVEL_OFF
        if since >= RENEW or (far and since >= bar_seconds(heard) / 2):
            reason = "I renewed the chord under your note, as soft or strong as you play now."
            return self._sound(heard, part, harmony, held, last, reason)
        return Answer(until=forsaken)

    def _sound(
        self,
        heard: Impression,
        part: Part,
        harmony: Harmony,
        held: list[Sounding],
        last: Turn | None,
        because: str,
        instead: Chord | None = None,
    ) -> Answer:
        """The chord, or another for once, from what sounds now to where it is near."""
        assert heard.onset is not None
        assert heard.onset.pitch is not None
        due = _number(harmony.chord)
        if instead is not None:
            harmony = replace(harmony, chord=instead)
        chord, melody = harmony.chord, heard.onset.pitch
        before = _melody_at(part, last.at if last is not None else heard.time, melody)
        basses = [s.play.pitch for s in held if s.play.voice == "bass"]
        uppers = sorted(s.play.pitch for s in held if s.play.voice == "chords")
        above = part.middle is not None and part.middle < LOW_MAKER
        bass = (
            _above(chord) if above else _bass(harmony, melody, before, basses[-1] if basses else None, part)
        )
        motions = [(basses[-1] if basses else bass, bass), (before, melody)]
        if above:
            fifth = Chord(chord.root, OPEN)
            voices = lead(fifth, (), low=bass + 1, high=ABOVE_HIGH + 7, size=1, others=motions)
        else:
            ceiling = min(CHORDS_HIGH, (part.lowest or melody) - CLEAR)
            low = min(max(CHORDS_LOW, bass + 3), max(bass + 1, ceiling - 14))
            for size in (3, 2):
                voices = lead(
                    chord, uppers, low=low, high=ceiling, size=size, others=motions, sounded=(bass % 12,)
                )
                if voices:
                    break
        strong = velocity_under(heard.gentlest, UNDER_BASS, "bass")
        soft = velocity_under(heard.gentlest, UNDER_CHORDS, "chords")
        return Answer(
            notes=(
                Note(After(heard.time), "bass", bass, strong, LONG),
                *(Note(After(heard.time), "chords", pitch, soft, LONG) for pitch in voices),
            ),
            let_go=LetGo(_ids(held), 0.0) if held else None,
            until=part.last_sound + FORSAKEN,
            # what was due is remembered, so that the next change leaves the surprise like any other chord
            turn=Turn(self.name, "chord" if instead is None else "surprise", heard.time, float(due)),
            because=because,
        )


def _deceptive(heard: Impression, harmony: Harmony, so_far: Turns) -> Chord | None:
    """Now and then, where a flowing tune comes home on a note that both hold, the chord of the sixth
    degree for the tonic's."""
    tonality = heard.tonality
    if heard.playing.name != "flowing" or tonality is None or tonality.confidence < KEY_SURE:
        return None
    mine = [turn for turn in so_far.turns if turn.technique == Accompanying.name]
    last = so_far.last(Accompanying.name, "surprise") or (mine[0] if mine else None)
    if last is None or heard.time - last.at < SURPRISE_REST:
        return None
    minor = MODES.index(tonality.mode) in MINOR_MODES
    sixth = Chord((tonality.tonic + (8 if minor else 9)) % 12, MAJ if minor else MIN)
    assert heard.onset is not None
    assert heard.onset.pitch is not None
    home = harmony.chord.root == tonality.tonic and harmony.chord.pcs[1] == (3 if minor else 4)
    return sixth if home and sixth.holds(heard.onset.pitch) else None


def _ids(held: list[Sounding]) -> tuple[int, ...]:
    return tuple(s.play.id for s in held)


def _number(chord: Chord) -> int:
    return chord.root + 12 * [pcs for _, pcs in QUALITIES].index(chord.pcs)


def _under(sounding: Sounding) -> float:
    return UNDER_BASS if sounding.play.voice == "bass" else UNDER_CHORDS


def _because(harmony: Harmony) -> str:
    if harmony.coming is not None and harmony.coming != harmony.chord:
        return "Your note leaned out of the chord, so the chord moved, on its way to the next."
    return "Your note leaned out of the chord, so the chord moved with it."


def _melody_at(part: Part, time: Seconds, otherwise: int) -> int:
    """The note of the maker's that sounded then."""
    for tone in reversed(part.phrase.tones):
        if tone.pitch is not None and tone.onset <= time:
            return tone.pitch
    return otherwise


def _above(chord: Chord) -> int:
    return ABOVE_LOW + (chord.root - ABOVE_LOW) % 12


def _bass(harmony: Harmony, melody: int, before: int, present: int | None, part: Part) -> int:
    """The next note of the bass line."""
    ceiling = max(LOW + 11, min(HIGH, (part.lowest or melody) - BELOW))
    best, least = LOW, 1e9
    for pitch in range(LOW, ceiling + 1):
        if not harmony.chord.holds(pitch):
            continue
        degree = (pitch - harmony.chord.root) % 12
        cost = _inversion(harmony.chord, degree)
        if (melody - pitch) % 12 not in CONSONANT:
            cost += DISSONANT
        if present is None:
            cost += abs(pitch - (LOW + HIGH) / 2) / 4
        else:
            cost += _motion(abs(pitch - present)) + abs(pitch - present) / 12
            cost += PARALLEL * parallels([(present, pitch), (before, melody)])
        if harmony.coming is not None and _motion((harmony.coming.root - pitch) % 12) <= BY_FOURTH:
            cost -= PREPARES
        if round(cost - least, 6) < 0:
            best, least = pitch, cost
    return best


def _inversion(chord: Chord, degree: int) -> float:
    """The cost of a degree in the bass: the best one stands well under all of the chord."""
    if degree not in (0, chord.pcs[1]):
        return FIFTH_LOW
    under_all = chord.pcs[1] if chord.pcs == MIN7 else 0
    return 0.0 if degree == under_all else NO_ROOT


def _motion(semitones: int) -> float:
    if semitones == 0:
        return STAYS
    if semitones in (1, 2, 10, 11):
        return BY_STEP
    return BY_FOURTH if semitones in (5, 7) else OTHERWISE
