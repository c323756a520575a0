"""Accompanying: chords and a bass underneath the maker's tune.

Clinical term: accompanying (Wigram 2004, as cited by teaching texts): supportive music that is dynamically
underneath the client, who is the soloist. It says: go on, I carry you. It must never lead, cover the tune,
change in silence, or follow every note. Decided at the maker's onset; a chord stays while it fits.

How it decides. At each onset every triad is weighed: whether it holds the note that sounds, how much it
covers of what is expected next (listening.harmony), how well it fits the key; the present chord has the
weight of habit, the more the sooner it came. The bass is chosen apart: consonant with the tune, by step or
by fourths and fifths, not in parallel with the tune.
"""

from __future__ import annotations

from math import exp
from typing import ClassVar

from undersong.answering.technique import RING_DOWN, bar_seconds, velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.harmony import MINOR_MODES, TRIADS, habit
from undersong.listening.impression import Chord, Harmony, Impression, Part
from undersong.notes import After, Note
from undersong.theory.chords import MAJOR, MINOR
from undersong.theory.loudness import level
from undersong.theory.voicing import lead
from undersong.turns import NOTHING, Answer, LetGo, Sounding, Turn, Turns

UNDER = 6.0  # dB under the maker, bass and chords alike
LISTENS = 3  # onsets heard before the first chord
ENTERS_BY: Seconds = 2.0  # or so long after the first of them
NOW = 0.55  # weight of the sounding note
COMING = 0.8  # weight of what is expected
KEY = 1.5  # weight of the key's habits
HABIT, YOUNG = 0.2, 0.6  # weight of the chord that sounds; more of it while it is young
GROWS_OLD = 0.3  # share of a bar in which its youth fades
SOONEST = 0.16  # of a bar: two changes are never closer
RENEW: Seconds = 9.0  # a chord fades by itself; it is renewed with an onset after so long
LONG: Seconds = 30.0
LEVEL_OFF = 1.75  # dB by which it may differ from what the maker's level asks before it is renewed
FORSAKEN: Seconds = 4.0  # silence after which it lets go
LOW, HIGH = 50, 69  # register of the chords, MIDI pitch
ROOM = 3  # semitones left free under the maker's lowest note
BASS_LOW, BASS_HIGH = 36, 52
LOW_MAKER = 57  # a maker whose middle lies below gets the chord above
ABOVE_LOW, ABOVE_HIGH = 60, 76
CONSONANT = (0, 3, 4, 7, 8, 9)  # semitones of the tune over the bass
ROOT, THIRD, FIFTH = 0.0, 0.6, 1.0  # what each degree costs as a bass
CONSONANCE = 1.2  # weight of the tune's consonance with the bass
NOTE_CONSONANCE = 0.5
LEAPS = (0.0, 0.0, 0.0, 0.1, 0.15, 0.05, 0.5, 0.05, 0.35, 0.4, 0.5, 0.6, 0.3)  # cost of each interval
SURPRISE_REST: Seconds = 75.0  # between two deceptive turns, while the tune flows
KEY_SURE = 0.5  # confidence of the key from which home is known
TUNE_PARALLEL = 0.4  # cost of a fifth or an octave kept with the tune


class Accompanying:
    """Chords underneath, moving when the tune leans away."""

    name: ClassVar[str] = "accompanying"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Enter, keep, change, renew or let go."""
        part, harmony = heard.lead, heard.harmony
        if part is None or harmony is None or not part.pitched:
            return NOTHING
        held = [s for s in so_far.sounding.values() if s.technique == self.name and not s.released]
        if heard.onset is None or heard.onset.pitch is None:
            return self._wait(heard, part, held)
        changed = so_far.last(self.name)
        if not held:
            if part.onsets < LISTENS and heard.time - part.first_onset < ENTERS_BY:
                return NOTHING
            chord = _best(heard, harmony, None, 0.0)
            return self._sound(
                heard, part, harmony, chord, held, so_far, "Your tune goes on, so I put chords under it."
            )
        assert changed is not None
        present = TRIADS[int(changed.about)]
        bar = bar_seconds(heard)
        age = heard.time - changed.at
        wait = Answer(until=part.last_sound + FORSAKEN)
        if so_far.correction > 0.0 and 0.0 < age <= so_far.correction:
            chord = _best(heard, harmony, None, 0.0)
            if chord == present:
                return wait
            return self._sound(
                heard,
                part,
                harmony,
                chord,
                held,
                so_far,
                "Your next note came at once, so I corrected the chord.",
            )
        chord = _best(heard, harmony, present, YOUNG * exp(-age / (GROWS_OLD * bar)))
        if chord != present and age >= SOONEST * bar:
            other = _deceptive(heard, chord, so_far)
            if other is not None:
                because = "You came home, so for once I put your note in another light."
                return self._sound(heard, part, harmony, other, held, so_far, because, "surprise")
            return self._sound(
                heard,
                part,
                harmony,
                chord,
                held,
                so_far,
                "Your tune leaned away from the chord, so I moved with it.",
            )
        wanted = velocity_under(heard.gentlest, UNDER, "chords")
        off = level(wanted, "chords") - level(held[-1].play.velocity, "chords")
        if age >= RENEW or (abs(off) > LEVEL_OFF and age >= SOONEST * bar):
            return self._sound(
                heard,
                part,
                harmony,
                present,
                held,
                so_far,
                "I renewed the chord under your note, as soft or strong as you play now.",
            )
        return wait

    def _wait(self, heard: Impression, part: Part, held: list[Sounding]) -> Answer:
        if not held:
            return NOTHING
        forsaken = part.last_sound + FORSAKEN
        if heard.time < forsaken:
            return Answer(until=forsaken)
        return Answer(
            let_go=LetGo(tuple(s.play.id for s in held), RING_DOWN),
            because="You have come to rest, so the chord fades.",
        )

    def _sound(
        self, heard: Impression, part: Part, harmony: Harmony, chord: Chord, held: list[Sounding],
        so_far: Turns, because: str, kind: str = "chord",
    ) -> Answer:  # fmt: skip
        before = tuple(sorted(s.play.pitch for s in held if s.play.voice == "chords"))
        low, high = _register(part)
        was = next((s.play.pitch for s in held if s.play.voice == "bass"), None)
        bass = (
            None
            if part.middle is not None and part.middle < LOW_MAKER
            else _bass(heard, harmony, chord, was, part)
        )
        over = (was, bass) if was is not None and bass is not None else None
        pitches = lead(_classes(chord), before, low, high, over)
        velocity = velocity_under(heard.gentlest, UNDER, "chords")
        notes = [Note(After(heard.time), "chords", pitch, velocity, LONG) for pitch in pitches]
        if bass is not None:
            notes.append(
                Note(After(heard.time), "bass", bass, velocity_under(heard.gentlest, UNDER, "bass"), LONG)
            )
        return Answer(
            notes=tuple(notes),
            let_go=LetGo(tuple(s.play.id for s in held), 0.0) if held else None,
            until=part.last_sound + FORSAKEN,
            turn=Turn(self.name, kind, heard.time, float(TRIADS.index(chord))),
            because=because,
        )


def _classes(chord: Chord) -> tuple[int, ...]:
    return tuple((chord.root + pc) % 12 for pc in chord.pcs)


def _best(heard: Impression, harmony: Harmony, present: Chord | None, youth: float) -> Chord:
    """The triad for this moment."""
    assert heard.onset is not None
    assert heard.onset.pitch is not None
    note = heard.onset.pitch % 12
    habits = habit(heard.tonality)
    best, worth = TRIADS[0], -9.0
    for number, chord in enumerate(TRIADS):
        classes = _classes(chord)
        value = COMING * sum(harmony.expected[pc] for pc in classes) + KEY * habits[number]
        if note in classes:
            value += NOW
        if chord == present:
            value += HABIT + youth
        value = round(value, 6)
        if value > worth:
            best, worth = chord, value
    return best


def _deceptive(heard: Impression, chord: Chord, so_far: Turns) -> Chord | None:
    """Now and then, where the tune comes home on a note that both share: the sixth degree's chord for
    the tonic's. If the tune does not go along, the next change leaves it as any other chord."""
    tonality = heard.tonality
    if heard.playing.name != "flowing" or tonality is None or tonality.confidence < KEY_SURE:
        return None
    last = so_far.last(Accompanying.name, "surprise")
    first = next((turn.at for turn in so_far.turns if turn.technique == Accompanying.name), heard.time)
    if heard.time - (first if last is None else last.at) < SURPRISE_REST:
        return None
    minor = tonality.mode in MINOR_MODES
    home = Chord(tonality.tonic, MINOR if minor else MAJOR)
    sixth = Chord((tonality.tonic + (8 if minor else 9)) % 12, MAJOR if minor else MINOR)
    assert heard.onset is not None
    assert heard.onset.pitch is not None
    return sixth if chord == home and heard.onset.pitch % 12 in _classes(sixth) else None


def _register(part: Part) -> tuple[int, int]:
    """Between which pitches the chords lie."""
    if part.middle is not None and part.middle < LOW_MAKER:
        return ABOVE_LOW, ABOVE_HIGH
    lowest = part.lowest if part.lowest is not None else 72
    high = max(LOW + 11, min(HIGH, lowest - ROOM))
    return high - (HIGH - LOW), high


def _bass(heard: Impression, harmony: Harmony, chord: Chord, was: int | None, part: Part) -> int:
    """A note of the chord that sounds well under the tune and moves well from the last."""
    assert heard.onset is not None
    assert heard.onset.pitch is not None
    note = heard.onset.pitch
    earlier = [t.pitch for t in part.phrase.tones[-2:-1] if t.pitch is not None]
    best, least = BASS_LOW, float("inf")
    for degree, cost in zip(chord.pcs, (ROOT, THIRD, FIFTH), strict=True):
        pc = (chord.root + degree) % 12
        sounds = sum(harmony.expected[(pc + over) % 12] for over in CONSONANT)
        value = cost - CONSONANCE * sounds
        if (note - pc) % 12 in CONSONANT:
            value -= NOTE_CONSONANCE
        for pitch in range(BASS_LOW + (pc - BASS_LOW) % 12, BASS_HIGH + 1, 12):
            total = value + 0.01 * abs(pitch - 43)
            if was is not None:
                total += LEAPS[min(12, abs(pitch - was))]
                if earlier and pitch != was and note != earlier[0]:
                    kept = (note - pitch) % 12
                    if kept in (0, 7) and kept == (earlier[0] - was) % 12:
                        total += TUNE_PARALLEL
            total = round(total, 6)
            if total < least:
                best, least = pitch, total
    return best
