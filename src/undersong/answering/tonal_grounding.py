"""Tonal grounding: a bass under the fragment. Our signature.

Clinical term: tonal grounding (Bruscia 1987; Wigram 2004, as cited by teaching texts): a stable
tonal base under a tentative or drifting melody, as a drone, root and fifth, or a slow bass. It
says: what you play has a ground to stand on. It helps at a first phrase, with halting or
wandering melodies. It must never change pitch in silence, chase every note, cover a low voice,
or drown the maker; a slip belongs to the maker's search and is not harmonised.

How it decides. At each of the maker's onsets every possible ground is weighed: how likely an ear
takes it for the tonic or fifth (over all keys still likely), how it sounds with this note, how
often it would chafe with the notes that such a key brings; the present ground has the weight of
habit. With fewer than three pitch classes, the first note heard is held.
"""

from __future__ import annotations

from typing import ClassVar

from undersong.answering.technique import RING_DOWN, bar_seconds, velocity_under
from undersong.answering.under_taps import open_fifth
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part, Tonality
from undersong.notes import After, Note
from undersong.theory.keys import PROFILES, SCALES
from undersong.theory.loudness import level
from undersong.theory.pitch import RUBS, highest_at_most, rubs
from undersong.turns import NOTHING, Answer, LetGo, Sounding, Turn, Turns

UNDER = 6.3  # dB under the maker
LOW, HIGH = 43, 57  # preferred register of the bass, MIDI pitch
DEEPEST = 36  # where a middle-low maker needs the bass to go
BELOW = 7  # semitones, least distance to the maker
LOW_MAKER = 55  # a maker whose middle lies below gets the ground above
ABOVE_LOW, ABOVE_HIGH = 57, 69  # register of a ground above

ENTER_ONSET = 3  # the onset with which the bass enters at the earliest,
ENTER_AFTER: Seconds = 1.4  # this long after the first
ENTER_SURE = 0.6  # and this sure that an ear would accept it
ENTER_ANYWAY: Seconds = 4.5  # or, however unsure, this long after the first
ENTER_SILENCE: Seconds = 1.0  # silence into which it enters otherwise
ENTER_HELD: Seconds = 2.6  # or a single note held so long
NEW_LIGHT = 4  # repeats of one note after which the ground moves once, to its lower fifth
FEW_CLASSES = 3  # pitch classes from which keys are weighed; below, the first note is held

LONG: Seconds = 55.0  # how long a bass may sound if nothing changes
LEVEL_OFF = 1.75  # dB by which it may differ from what the maker's level asks before it is renewed
RENEW: Seconds = 16.0  # a bass fades by itself; it is renewed with an onset after so long
SETTLE: Seconds = 0.6  # a ground that has just entered stays at least so long
SLOWEST_MOVE: Seconds = 2.0  # two moves are never closer, however fast the pulse
FORSAKEN: Seconds = 9.0  # silence after which it lets go by itself

ACCEPTED = 1.1  # weight: likely the tonic or its fifth
FIFTH = 0.8  # of which the fifth counts a little less
NEIGHBOUR = 0.1  # and the fourth and sixth degrees little
CHAFES = 2.0  # weight: rubs with the note that sounds now
WILL_CHAFE = 1.0  # weight: share of coming notes that it would rub with
HEARD_BEFORE, IN_KEY, BY_STEP = 0.42, 0.3, 0.28  # what the coming notes are guessed from
HABIT = 0.28  # weight of what already sounds, when it chafes with this note
FITS = 0.5  # and when it does not: what fits is kept
FIRST_FITS = 0.12  # weight of the first note heard, for a ground that enters
FIRST_HELD = 0.55  # weight of the first note heard, while little is known
SETTLED = (0, 3, 4, 7)  # semitones over the ground of a note that stands well on it
PLAYED = 0.01  # share of a pitch class from which it has been played
FOREIGN = 0.55  # a note less in the key than this is a slip: it moves nothing
FIRST_WORDS = 6  # onsets
HOMEWARD = 0.7  # how sure the tonic must be for a second degree that steps down to it to be waited for


class TonalGrounding:
    """A slow bass that holds what the maker plays."""

    name: ClassVar[str] = "tonal-grounding"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """Enter, stay, move or renew the ground."""
        part, tonality = heard.lead, heard.tonality
        if part is not None and not part.pitched:
            return open_fifth(self.name, heard, so_far)
        if part is None or tonality is None:
            return NOTHING
        held = so_far.held("bass")
        if any(s.play.voice == "chords" for s in so_far.sounding.values()):
            return NOTHING  # a wall of tones still rings: nothing sweet before it is gone
        if not held:
            return self._enter(heard, part, tonality, so_far)
        sounding = held[-1]
        if heard.onset is None or heard.onset.pitch is None:
            forsaken = part.last_sound + FORSAKEN
            if heard.time >= forsaken:
                return Answer(
                    let_go=LetGo(tuple(s.play.id for s in held), RING_DOWN),
                    because="You have been still for a while, so the ground fades.",
                )
            return Answer(until=forsaken)
        return self._stay_or_move(heard, part, tonality, sounding, so_far)

    def _enter(self, heard: Impression, part: Part, tonality: Tonality, so_far: Turns) -> Answer:
        entered = so_far.last(self.name, "entered")
        at_onset = heard.onset is not None and heard.onset.pitch is not None
        if not at_onset and entered is not None:
            return NOTHING  # let go once: it comes back with the maker, not in the silence
        pc, sure = _best_ground(heard, part, tonality, None)
        if at_onset:
            assert heard.onset is not None
            assert heard.onset.pitch is not None
            known = (entered is not None and _welcome(heard.onset.pitch, pc, part)) or (
                entered is None
                and part.onsets >= ENTER_ONSET
                and heard.time - part.first_onset >= ENTER_AFTER
                and (sure >= ENTER_SURE or heard.time - part.first_onset >= ENTER_ANYWAY)
            )
            if known:
                return self._sound(heard, part, pc, "entered", _with_you(entered), softly=_last(so_far))
            return Answer(until=_entry_by(heard, part))
        by = _entry_by(heard, part)
        if heard.time < by:
            return Answer(until=by)
        reason = (
            "You are holding one note, so I put a ground under it."
            if part.holding
            else "You paused, so I hold the note your phrase seems to rest on."
        )
        return self._sound(heard, part, pc, "entered", reason)

    def _stay_or_move(
        self, heard: Impression, part: Part, tonality: Tonality, sounding: Sounding, so_far: Turns
    ) -> Answer:
        assert heard.onset is not None
        assert heard.onset.pitch is not None
        present = sounding.play.pitch % 12
        forsaken = Answer(until=part.last_sound + FORSAKEN)
        moved, latest = so_far.last(self.name, "moved"), so_far.last(self.name)
        bar = max(bar_seconds(heard), SLOWEST_MOVE)
        fresh = latest is not None and latest.kind in ("entered", "moved")
        if latest is not None and fresh and 0.0 < heard.time - latest.at <= so_far.correction:
            return self._correct(heard, part, tonality, sounding)
        if latest is not None and heard.time - latest.at < SETTLE:
            return forsaken
        renewed = so_far.last(self.name, "renewed")  # which may have brought another octave
        may_move = (moved is None or heard.time - moved.at >= bar) and (
            renewed is None or heard.time - renewed.at >= SLOWEST_MOVE
        )
        pc = _best_ground(heard, part, tonality, present)[0] if may_move else present
        if pc != present:
            return self._sound(
                heard, part, pc, "moved",
                _moved_because(tonality),
                leaving=sounding,
            )  # fmt: skip
        wanted = velocity_under(heard.gentlest, UNDER, "bass")
        off = level(wanted, "bass") - level(sounding.play.velocity, "bass")
        faded = may_move and (heard.time - sounding.play.at >= RENEW or off > LEVEL_OFF)
        if faded or off < -LEVEL_OFF:  # too strong a ground does not wait
            return self._sound(
                heard, part, pc, "renewed",
                "I renewed the ground under your note, as soft or strong as you play now.",
                leaving=sounding,
                stays=not may_move,
            )  # fmt: skip
        return forsaken

    def _correct(self, heard: Impression, part: Part, tonality: Tonality, sounding: Sounding) -> Answer:
        """A second note of the same moment: think again, once, about the ground just decided."""
        pc, _ = _best_ground(heard, part, tonality, None)
        if pc == sounding.play.pitch % 12:
            return Answer(until=part.last_sound + FORSAKEN)
        reason = "Your next note came at once, so I corrected the ground under both."
        return self._sound(heard, part, pc, "corrected", reason, leaving=sounding)

    def _sound(
        self,
        heard: Impression,
        part: Part,
        pc: int,
        kind: str,
        because: str,
        leaving: Sounding | None = None,
        softly: int = 127,
        stays: bool = False,
    ) -> Answer:
        """``leaving``: the ground that goes for it; ``stays``: at that one's very pitch."""
        near = leaving.play.pitch if leaving is not None else None
        velocity = min(velocity_under(heard.gentlest, UNDER, "bass"), softly)
        pitch = near if stays and near is not None else _place(pc, part, near)
        note = Note(After(heard.time), "bass", pitch, velocity, LONG)
        return Answer(
            notes=(note,),
            let_go=LetGo((leaving.play.id,), 0.0) if leaving is not None else None,
            until=part.last_sound + FORSAKEN,
            turn=Turn(self.name, kind, heard.time, float(pc)),
            because=because,
        )


def _moved_because(tonality: Tonality) -> str:
    if tonality.classes == 1:
        return "You stay with one note, so I put it in a new light."
    return "Your note leaned away from the ground, so the ground moved with it."


def _welcome(pitch: int, pc: int, part: Part) -> bool:
    """Whether a ground that was let go may come back with this note: at once where the note
    stands well on it, else with a later one, once nothing in the phrase chafes with it."""
    if (pitch - pc) % 12 in SETTLED:
        return True
    tones = [tone.pitch for tone in part.phrase.tones if tone.pitch is not None]
    return len(tones) > 1 and not any(rubs(tone, pc) for tone in tones)


def _last(so_far: Turns) -> int:
    """The velocity of the last ground: one that comes back is never louder than it went."""
    for sounding in reversed(so_far.past):
        if sounding.technique == TonalGrounding.name:
            return sounding.play.velocity
    return 127


def _with_you(entered: Turn | None) -> str:
    if entered is not None:
        return "You play on, so the ground comes back under you."
    return "Your notes began to belong together, so I put a ground under them."


def _entry_by(heard: Impression, part: Part) -> Seconds:
    """When to enter if the maker does not go on."""
    if part.holding:
        return part.last_onset + ENTER_HELD
    return part.last_sound + ENTER_SILENCE


def _best_ground(
    heard: Impression, part: Part, tonality: Tonality, present: int | None
) -> tuple[int, float]:
    """The pitch class to stand on, and how surely an ear takes it for tonic or fifth."""
    onset = heard.onset.pitch if heard.onset is not None else None
    accepted = [0.0] * 12
    near = [0.0] * 12
    coming = [HEARD_BEFORE * share for share in tonality.sounded]
    for probability, tonic, mode in tonality.likely:
        accepted[tonic] += probability
        accepted[(tonic + 7) % 12] += FIFTH * probability
        near[(tonic + 5) % 12] += probability
        near[(tonic + (9 if mode in (0, 4, 5) else 8)) % 12] += probability
        for degree, share in enumerate(PROFILES[mode]):
            coming[(tonic + degree) % 12] += IN_KEY * probability * share
        if onset is not None:
            steps = [s for s in (-2, -1, 1, 2) if (onset + s - tonic) % 12 in SCALES[mode]]
            for step in steps:
                coming[(onset + step) % 12] += BY_STEP * probability / len(steps)

    slip = onset is not None and _foreign(onset, tonality) > FOREIGN
    if present is not None and (slip or _leans_home(heard, part, tonality, present)):
        return present, accepted[present]
    first = part.first_pitch % 12 if part.first_pitch is not None else None
    if tonality.classes < FEW_CLASSES and first is not None:
        return _few_notes(part, tonality, first, onset, present, accepted)

    best, best_worth = 0, -99.0
    for pc in range(12):
        if present is None and tonality.sounded[pc] < PLAYED:
            continue  # a ground that enters is one of the maker's own notes
        worth = ACCEPTED * accepted[pc] + NEIGHBOUR * near[pc]
        worth -= WILL_CHAFE * sum(coming[(pc + rub) % 12] for rub in RUBS)
        if onset is not None and rubs(onset, pc):
            worth -= CHAFES
        if pc == present:
            worth += HABIT if onset is not None and rubs(onset, pc) else FITS
        elif present is None and pc == first:
            worth += FIRST_FITS
        worth = round(worth, 6)
        if worth > best_worth:
            best, best_worth = pc, worth
    return best, min(1.0, accepted[best])


def _few_notes(
    part: Part,
    tonality: Tonality,
    first: int,
    onset: int | None,
    present: int | None,
    accepted: list[float],
) -> tuple[int, float]:
    """One or two pitch classes: hold the first note heard, or the one of the two it settles on."""
    if tonality.classes == 1:
        if present == first and onset is not None and part.onsets >= NEW_LIGHT:
            return (first + 5) % 12, 0.6  # the same note in a new light: now it is a fifth
        return (present if present is not None else first), 0.6
    if present is not None:
        return present, accepted[present]  # two notes to and fro: the ground stays through both
    played = [pc for pc in range(12) if tonality.sounded[pc] >= PLAYED]
    candidates = [pc for pc in (first, *played) if onset is None or not rubs(onset, pc)]
    pc = max(candidates, key=lambda c: (round(accepted[c] + FIRST_HELD * (c == first), 6), -c))
    return pc, max(accepted[pc], 0.5)


def _leans_home(heard: Impression, part: Part, tonality: Tonality, present: int) -> bool:
    """Whether the tune steps down from the third to the second degree over its tonic: the next note
    is most likely home, and the ground waits there. Only among the first notes of all: each such D over
    C rubs a little, which a longer tune need not bear."""
    tones = part.phrase.tones
    if part.onsets > FIRST_WORDS:
        return False
    if heard.onset is None or heard.onset.pitch is None or len(tones) != 2 or tones[-2].pitch is None:
        return False
    home = sum(share for share, tonic, _ in tonality.likely if tonic == present)
    down = tones[-2].pitch - heard.onset.pitch
    return home >= HOMEWARD and (heard.onset.pitch - present) % 12 == 2 and down in (1, 2)


def _foreign(pitch: int, tonality: Tonality) -> float:
    """The probability that a note lies outside the key."""
    outside = whole = 0.0
    for probability, tonic, mode in tonality.likely:
        whole += probability
        if (pitch - tonic) % 12 not in SCALES[mode]:
            outside += probability
    return outside / whole if whole else 0.0


def _place(pc: int, part: Part, near: int | None) -> int:
    """The octave: well below the maker, or above a low one."""
    lowest = part.lowest if part.lowest is not None else 60
    middle = part.middle if part.middle is not None else 60
    if middle < LOW_MAKER:
        above = [p for p in range(ABOVE_LOW, ABOVE_HIGH + 1) if p % 12 == pc]
        return min(above, key=lambda p: abs(p - (near if near is not None else 62)))
    ceiling = min(HIGH, lowest - BELOW)
    choices = [p for p in range(DEEPEST, ceiling + 1) if p % 12 == pc]
    if not choices:
        return highest_at_most(pc, DEEPEST + 11)
    preferred = [p for p in choices if p >= LOW] or choices[-1:]
    return min(preferred, key=lambda p: (abs(p - (near if near is not None else 48)), p))
