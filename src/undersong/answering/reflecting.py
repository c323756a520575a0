"""Empathic reflecting: the same character of sound, in other notes.

Clinical term: reflecting, empathic improvisation (Bruscia 1987; Wigram 2004, as cited by teaching
texts): giving back the character of what is played, as dense, as strong, as clear or unclear in key.
It says: this is how it sounds. It must never brighten, hurry, decide between major and minor before
the maker has, or copy their notes. Each onset is answered by one note of a second voice, weighed so that
what it sounded lately is as major, as minor and as clear as what the maker did. While the mode is
unknown only the likely tonic and its fifth sound. After a minute the voice once moves a little higher,
and comes back if the maker does not come along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from undersong.answering import counterpoint as voice
from undersong.answering.technique import velocity_under
from undersong.chance import Chance
from undersong.events import Seconds
from undersong.listening.impression import Impression, Part, Tonality
from undersong.theory.clarity import both, with_each
from undersong.theory.keys import MODES, SCALES
from undersong.theory.loudness import mean_level, velocity_at
from undersong.theory.pitch import RUBS
from undersong.turns import NOTHING, Answer, Turn, Turns

TAPS_UNDER = 0.5  # dB under the maker's taps
STRENGTH = 6  # notes whose level is taken up
FIFTH = 7
TONIC_SURE, MODE_SURE = 0.4, 0.75  # confidence from which the tonic, and major or minor, are known
KEY_SURE = 0.4  # confidence from which notes of the key may come that the maker has not played
MAJOR_LIKE = (0, 4, 5)  # modes
ALIKE = 80.0  # weight of being as major, as minor and as clear in key as the maker
PLAYED, ENOUGH = 0.01, 5  # share from which a note is theirs, and how many of those are enough
FEWEST = 2  # notes of ours and of theirs from which they are compared
SPAN: Seconds = 6.0  # over which that is compared
WEIGHS: Seconds = 2.0  # longer notes weigh no more
LIFT_AFTER: Seconds = 60.0  # since the maker's first sound
LIFT_LASTS: Seconds = 10.0
LIFT = 4  # semitones
FOLLOWED = 2  # semitones by which the maker's middle has then risen
LIFTED = "You have kept this for a minute, so I go a little higher, once."
TAKEN_BACK = "You stayed where you are, so I come back to you."
KEPT = "You came along, so I stay with you there."
BECAUSE = "I answer each of your notes with one of the same kind."


class Reflecting:
    """As it sounds, in other notes."""

    name: ClassVar[str] = "reflecting"
    takes_turns: ClassVar[bool] = False
    inherits: ClassVar[bool] = False

    def answer(self, heard: Impression, so_far: Turns, chance: Chance) -> Answer:
        """One note with the maker's, ending with theirs."""
        part = heard.lead
        if part is None:
            return NOTHING
        if not voice.is_fresh(self.name, heard, so_far):
            lift = _lift(self.name, heard, part, so_far)
            return voice.with_their_end(self.name, heard, part, so_far, lift)
        assert heard.onset is not None
        because = _because(self.name, so_far)
        if heard.onset.pitch is None:
            velocity = velocity_under(heard.gentlest, TAPS_UNDER, "percussion")
            return voice.struck(self.name, heard, so_far, velocity, voice.WITH_TAPS)
        around = voice.middle(self.name, heard, part, so_far, _lifted(self.name, so_far))
        pitch = self._pitch(heard, so_far, around)
        velocity = _as_strong(heard.gentlest or part)
        return voice.sounded(self.name, heard, so_far, pitch, velocity, because)

    def _pitch(self, heard: Impression, so_far: Turns, around: int) -> int:
        tonality = heard.tonality
        if tonality is None or not _mode_known(tonality):
            tonic = 0 if tonality is None else _likely_tonic(tonality)
            fifths = (tonic, (tonic + FIFTH) % 12)
            return voice.best(voice.candidates(self.name, heard, so_far, around, fifths), around)
        found = voice.candidates(self.name, heard, so_far, around, _in_key(tonality))
        theirs = voice.recent(self.name, so_far, heard.time - SPAN)
        ours = voice.own(self.name, so_far, heard.time - SPAN)
        if len(ours) < FEWEST or heard.onset is None or heard.onset.pitch is None:
            return voice.best(found, around)
        times = [*(turn.at for turn in theirs), heard.time]
        usual = (times[-1] - times[0]) / (len(times) - 1)
        wanted = both(_content([*(int(t.about) for t in theirs), heard.onset.pitch], times, usual))
        past = [*(s.play.at for s in ours), heard.time]
        reached = with_each(_content([s.play.pitch for s in ours], past, usual), min(usual, WEIGHS))
        weighed = []
        theirs_now = heard.onset.pitch
        calm = [one for one in found if abs(theirs_now - one.pitch) % 12 not in RUBS]
        for one in calm or found:
            like_major, like_minor = reached[one.pitch % 12]
            apart = abs(like_major - wanted[0]) + abs(like_minor - wanted[1])
            apart += abs(max(like_major, like_minor) - max(wanted))
            weighed.append(voice.Candidate(one.pitch, round(one.cost + ALIKE * apart, 6)))
        return voice.best(weighed, around)


def _as_strong(part: Part) -> int:
    """As strong as the maker's last few notes together; never stronger than they are for longer."""
    level = mean_level([tone.velocity for tone in part.phrase.tones[-STRENGTH:]])
    return velocity_at(min(level, part.dynamics.level), voice.VOICE)


def _content(pitches: Sequence[int], times: Sequence[Seconds], usual: Seconds) -> list[float]:
    """Pitch-class weights of notes that each last until the next; the last one as long as usual."""
    content = [0.0] * 12
    for index, pitch in enumerate(pitches):
        lasts = times[index + 1] - times[index] if index + 1 < len(times) else usual
        content[pitch % 12] += min(lasts, WEIGHS)
    return content


def _in_key(tonality: Tonality) -> tuple[int, ...]:
    """The notes of a sure key; else those of its notes that the maker has played, unless they are few."""
    scale = SCALES[MODES.index(tonality.mode)]
    inside = tuple(pc for pc in range(12) if (pc - tonality.tonic) % 12 in scale)
    theirs = tuple(pc for pc in inside if tonality.sounded[pc] > PLAYED)
    sure = tonality.confidence >= KEY_SURE or len(theirs) < ENOUGH
    return inside if sure else theirs


def _mode_known(tonality: Tonality) -> bool:
    """Whether the tonic is sure enough, and its third has been played, to sound a third."""
    here = [(p, mode) for p, tonic, mode in tonality.likely if tonic == tonality.tonic]
    whole = sum(p for p, _ in here)
    major = sum(p for p, mode in here if mode in MAJOR_LIKE)
    sure = round(max(major, whole - major) / whole, 6) >= MODE_SURE
    third = 4 if major > whole - major else 3
    played = tonality.sounded[(tonality.tonic + third) % 12] > PLAYED
    return round(whole, 6) >= TONIC_SURE and sure and played


def _likely_tonic(tonality: Tonality) -> int:
    """The likeliest tonic that was played together with its fifth; else the likeliest."""
    for _, tonic, _ in tonality.likely:
        if min(tonality.sounded[tonic], tonality.sounded[(tonic + FIFTH) % 12]) > PLAYED:
            return tonic
    return tonality.tonic


def _lift(name: str, heard: Impression, part: Part, so_far: Turns) -> Turn | None:
    """Whether the one lift is to be offered now, or has run its time."""
    offered = so_far.last(name, "lift")
    if part.middle is None or not voice.recent(name, so_far, heard.time - SPAN):
        return None
    if offered is None:
        due = heard.time - part.first_onset >= LIFT_AFTER
        return Turn(name, "lift", heard.time, float(part.middle)) if due else None
    if heard.time - offered.at < LIFT_LASTS or _settled(name, so_far) is not None:
        return None
    came_along = part.middle - offered.about >= FOLLOWED
    return Turn(name, "kept" if came_along else "back", heard.time)


def _settled(name: str, so_far: Turns) -> Turn | None:
    return so_far.last(name, "kept") or so_far.last(name, "back")


def _lifted(name: str, so_far: Turns) -> int:
    """Semitones by which the voice lies higher than usual: only while the lift is on offer, for a maker
    who came along is higher themselves."""
    return LIFT if so_far.last(name, "lift") is not None and _settled(name, so_far) is None else 0


def _because(name: str, so_far: Turns) -> str:
    if so_far.last(name, "back") is not None:
        return TAKEN_BACK
    if so_far.last(name, "kept") is not None:
        return KEPT
    return BECAUSE if so_far.last(name, "lift") is None else LIFTED
