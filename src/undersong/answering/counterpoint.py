"""A second voice that moves with the maker's: note against note, never the same note.

What matching, reflecting and the meeting before a frame share. A tone of this voice begins with an
onset of the maker's and ends with it, so its pace, its density and its articulation are theirs.
Pitches are weighed as in two-part counterpoint: thirds and sixths before fifths, steps before leaps,
contrary motion, in the key as far as one is heard. Every onset answered ("with") or left alone
("without") is remembered as a turn whose ``about`` is the maker's pitch, 0 for a tap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from undersong.answering.bars import HIGH_DRUM, LOW_DRUM, STROKE
from undersong.answering.technique import velocity_under
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression, Part, Tonality
from undersong.notes import After, Note
from undersong.theory.grouping import TOGETHER
from undersong.theory.keys import MODES, SCALES
from undersong.turns import NOTHING, Answer, LetGo, Sounding, Turn, Turns

WITH, WITHOUT = "with", "without"
VOICE: Voice = "chords"
LISTENS = 2  # onsets heard before the voice joins
SPAN: Seconds = 6.0  # over which its density is counted
LONGEST: Seconds = 8.0  # that one tone may sound
TAIL: Seconds = 0.1  # after the maker's offset, so that a legato line is one,
TAIL_SHARE = 0.12  # but no more than this share of the usual interval
WEAK = 0.75  # an onset sooner than this share of the usual interval is a passing one
ALONE_WEAK, ALONE = 0.70, 0.84  # answered share from which a passing onset, or any, is left alone
FEW = 6  # onsets within SPAN below which each is answered
BECAUSE = "I move as you move, with other notes."
WITH_TAPS = "I strike as you strike, on another drum."

APART = 6  # semitones between the middles of the two voices
LOW_MAKER, HIGH_ENOUGH = 58, 62  # the voice lies above a low maker, until they rise
REACH = 7  # semitones around the middle of the voice
CLOSEST = 3  # semitones between the voices, at least
KEY_SURE = 0.5

# What an interval between the voices costs, in semitones modulo an octave, the lower note first.
INTERVAL = (3.0, 6.0, 6.0, 0.0, 0.0, 1.0, 6.0, 0.6, 0.0, 0.0, 2.0, 6.0)
PERFECT = (0, 7)
STEP = (0.8, 0.0, 0.0, 0.5, 0.5, 0.9, 2.0, 1.2)  # what a move of so many semitones costs
LEAP = 2.5  # and a wider one
OUTSIDE = 3.0  # a note outside the key
UNPLAYED = 1.5  # a note the maker never played, while the key is unclear
CONTRARY = -0.3  # moving against the maker's direction
PARALLEL = 2.0  # two perfect intervals in the same direction
STUCK = 1.0  # the same note a third time
ALSO_THEIRS = 0.6  # a pitch that the maker has just played
OFF_MIDDLE = 0.35  # a semitone away from the middle of the voice


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pitch the voice may take, and what it costs as counterpoint."""

    pitch: int
    cost: float


def matched(name: str, heard: Impression, so_far: Turns, under: float) -> Answer:
    """Sound with the maker's onset, so many dB under them; leave it to them; or end with them."""
    part = heard.lead
    if part is None:
        return NOTHING
    if not is_fresh(name, heard, so_far):
        return with_their_end(name, heard, part, so_far)
    if left_alone(name, heard, so_far):
        return alone(name, heard)
    assert heard.onset is not None
    if heard.onset.pitch is None:
        velocity = velocity_under(heard.gentlest, under, "percussion")
        return struck(name, heard, so_far, velocity, WITH_TAPS)
    around = middle(name, heard, part, so_far)
    pitch = best(candidates(name, heard, so_far, around), around)
    return sounded(name, heard, so_far, pitch, velocity_under(heard.gentlest, under, VOICE), BECAUSE)


def recent(name: str, so_far: Turns, since: Seconds) -> list[Turn]:
    """The onsets of the maker's that this technique answered or left alone, oldest first."""
    found: list[Turn] = []
    for turn in reversed(so_far.turns):
        if turn.at < since:
            break
        if turn.technique == name and turn.kind in (WITH, WITHOUT):
            found.append(turn)
    found.reverse()
    return found


def own(name: str, so_far: Turns, since: Seconds) -> list[Sounding]:
    """The voice's tones from ``since`` on, oldest first."""
    found: list[Sounding] = []
    for one in reversed(so_far.past):
        if one.play.at < since:
            break
        if one.technique == name and one.play.voice == VOICE:
            found.append(one)
    found.reverse()
    return found


def is_fresh(name: str, heard: Impression, so_far: Turns) -> bool:
    """Whether a new group of the maker's has just begun, and enough was heard before it."""
    if heard.onset is None or heard.lead is None or heard.lead.onsets <= LISTENS:
        return False
    last = recent(name, so_far, heard.time - 2 * TOGETHER)
    return not last or heard.time - last[-1].at > TOGETHER


def left_alone(name: str, heard: Impression, so_far: Turns) -> bool:
    """Whether this onset is the maker's alone: passing ones sooner than others, never too many."""
    past = recent(name, so_far, heard.time - SPAN)
    if len(past) + 1 < FEW:
        return False
    answered = sum(1 for turn in past if turn.kind == WITH) / (len(past) + 1)
    usual = _usual([*(turn.at for turn in past), heard.time])
    if heard.time - past[-1].at < WEAK * usual:
        return answered >= ALONE_WEAK
    return answered >= ALONE and bool(_held(name, so_far))  # a tone goes on under it


def alone(name: str, heard: Impression) -> Answer:
    """Leave an onset to the maker; what sounds goes on with them."""
    assert heard.onset is not None
    return Answer(turn=Turn(name, WITHOUT, heard.time, float(heard.onset.pitch or 0)))


def sounded(name: str, heard: Impression, so_far: Turns, pitch: int, velocity: int, because: str) -> Answer:
    """Sound ``pitch`` with the maker's onset; the tone before it makes room."""
    assert heard.onset is not None
    ids = _held(name, so_far)
    return Answer(
        notes=(Note(After(heard.time), VOICE, pitch, velocity, LONGEST),),
        let_go=LetGo(ids, 0.0) if ids else None,
        turn=Turn(name, WITH, heard.time, float(heard.onset.pitch or 0)),
        because=because,
    )


def struck(name: str, heard: Impression, so_far: Turns, velocity: int, because: str) -> Answer:
    """A stroke with the maker's tap: the low drum after a wait, the high one in passing."""
    past = recent(name, so_far, heard.time - SPAN)
    usual = _usual([*(turn.at for turn in past), heard.time])
    passing = bool(past) and heard.time - past[-1].at < WEAK * usual
    drum = HIGH_DRUM if passing else LOW_DRUM
    return Answer(
        notes=(Note(After(heard.time), "percussion", drum, velocity, STROKE),),
        turn=Turn(name, WITH, heard.time, 0.0),
        because=because,
    )


def with_their_end(
    name: str, heard: Impression, part: Part, so_far: Turns, turn: Turn | None = None
) -> Answer:
    """Between onsets: the tone ends when the maker's does."""
    ids = _held(name, so_far)
    if not ids or part.holding or heard.onset is not None:
        return Answer(turn=turn)
    usual = _usual([t.at for t in recent(name, so_far, heard.time - SPAN)])
    ends = part.last_sound + min(TAIL, TAIL_SHARE * usual)
    if heard.time < ends - 1e-6:
        return Answer(until=ends, turn=turn)
    return Answer(let_go=LetGo(ids, 0.0), turn=turn)


def middle(name: str, heard: Impression, part: Part, so_far: Turns, lifted: int = 0) -> int:
    """Around which pitch the voice lies: a fifth to a sixth under the maker, or over a low one."""
    theirs = part.middle if part.middle is not None else 67
    last = own(name, so_far, heard.time - SPAN)
    above = theirs < (HIGH_ENOUGH if last and last[-1].play.pitch > theirs else LOW_MAKER)
    return theirs + (APART if above else -APART) + lifted


def candidates(
    name: str, heard: Impression, so_far: Turns, around: int, allowed: Sequence[int] | None = None
) -> list[Candidate]:
    """Every pitch the voice may take with this onset (of the ``allowed`` pitch classes)."""
    assert heard.onset is not None
    theirs = heard.onset.pitch
    assert theirs is not None
    past = own(name, so_far, heard.time - 4.0)
    last = past[-1].play.pitch if past else None
    before = past[-2].play.pitch if len(past) > 1 else None
    turns = recent(name, so_far, heard.time - SPAN)
    played = [int(turn.about) for turn in turns]
    rose = theirs - played[-1] if played else 0
    held_interval = abs(played[-1] - last) % 12 if played and last is not None else None
    found = []
    for pitch in range(around - REACH, around + REACH + 1):
        pc = pitch % 12
        if abs(pitch - theirs) < CLOSEST or (allowed is not None and pc not in allowed):
            continue
        interval = abs(theirs - pitch) % 12
        cost = INTERVAL[interval] + _foreign(pc, heard.tonality) + OFF_MIDDLE * abs(pitch - around)
        if pitch in played:
            cost += ALSO_THEIRS
        if last is not None:
            move = pitch - last
            cost += STEP[abs(move)] if abs(move) < len(STEP) else LEAP
            if move == 0 and before == last:
                cost += STUCK
            if move * rose < 0:
                cost += CONTRARY
            elif move * rose > 0 and interval in PERFECT and held_interval == interval:
                cost += PARALLEL
        found.append(Candidate(pitch, round(cost, 6)))
    return found


def best(found: Sequence[Candidate], otherwise: int) -> int:
    """The cheapest pitch, or another if there is none."""
    return min(found, key=lambda one: (one.cost, -one.pitch)).pitch if found else otherwise


def _foreign(pc: int, tonality: Tonality | None) -> float:
    if tonality is None:
        return 0.0
    if tonality.confidence >= KEY_SURE:
        mode = MODES.index(tonality.mode)
        return 0.0 if (pc - tonality.tonic) % 12 in SCALES[mode] else OUTSIDE
    return 0.0 if tonality.sounded[pc] > 0.01 else UNPLAYED


def _held(name: str, so_far: Turns) -> tuple[int, ...]:
    return tuple(s.play.id for s in so_far.held(VOICE) if s.technique == name)


def _usual(times: Sequence[Seconds]) -> Seconds:
    """The median interval; half a second while there is none."""
    gaps = sorted(b - a for a, b in pairwise(times))
    return gaps[len(gaps) // 2] if gaps else 0.5
