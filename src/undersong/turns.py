"""Turns: what was answered so far; and the shapes of a choice and an answer.

A technique keeps no state of its own: whatever it must remember stands here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from undersong.events import MakerId, Play, Seconds, SteerKind, Voice
from undersong.notes import Note, Pulse
from undersong.plan import FOLLOW_ME, HOLD_ME, MEET_ME

HISTORY = 512  # partner notes and turns remembered


@dataclass(frozen=True, slots=True)
class Choice:
    """Which technique answers; ``beneath`` goes on under it; ``because`` is its reason."""

    technique: str
    because: str
    beneath: str | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """Every technique that answers, the foremost first."""
        return (self.technique,) if self.beneath is None else (self.technique, self.beneath)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for outside the music, by the maker or a therapist.

    ``at``: when the last of them was spoken. ``only``: this technique alone. ``kept``: a choice that stays
    until ``kept_until``. ``avoided``: a technique not to choose until ``avoided_until``. ``softer``: dB
    under what would be played. ``tempo``: ``lead`` or ``follow``, where that was asked of the partner.
    ``before``: the wishes before the last of them. ``beside``: the last was not the maker's own, so no
    reason that the maker reads may say that somebody asked.
    """

    at: Seconds = -1.0
    only: str | None = None
    kept: Choice | None = None
    kept_until: Seconds = -1.0
    avoided: str | None = None
    avoided_until: Seconds = -1.0
    softer: float = 0.0
    tempo: SteerKind | None = None
    before: Wishes | None = None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Adapt:
    """How far the partner's clock goes along with the maker: shares of each asynchrony.

    ``phase`` moves the next beat, ``period`` the tempo; ``most`` caps the change of tempo a beat.
    ``near``: onsets further from a beat, as a share of the period, correct nothing; ``step`` caps
    one correction of phase, likewise a share. ``phase_most``: how far ``phase`` may grow where the
    maker leaves asynchronies uncorrected, as somebody does who plays to nobody; with a maker who
    corrects them too it stays small. ``ready``: how far it has grown before anything is known. ``home``:
    share by which the tempo goes back, a beat, to the one at which both met: two players who each give in a
    little would else run away together. ``pull``: share by which the beat grows quicker by itself.
    """

    phase: float
    period: float
    most: float = 0.05
    phase_most: float = 0.0
    ready: float = 0.9
    home: float = 0.0
    pull: float = 0.0
    near: float = 0.2
    step: float = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Something a technique did and may have to remember: its kind, when, and about what."""

    technique: str
    kind: str
    at: Seconds
    about: float = 0.0


@dataclass(frozen=True, slots=True)
class LetGo:
    """Sounding notes to release: gone ``over`` seconds from now."""

    ids: tuple[int, ...]
    over: Seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What one technique does now.

    ``notes`` are added to what is planned. ``withdraw`` first takes back this technique's notes
    that do not sound yet. ``clock`` starts the partner's clock; ``adapt`` sets how it follows.
    ``until``: when to be asked again if nothing is heard before. ``turn`` is remembered.
    """

    notes: tuple[Note, ...] = ()
    let_go: LetGo | None = None
    withdraw: bool = False
    clock: Pulse | None = None
    adapt: Adapt | None = None
    until: Seconds | None = None
    turn: Turn | None = None
    because: str = ""


NOTHING = Answer()


@dataclass(frozen=True, slots=True)
class Sounding:
    """A partner note that sounds or is about to."""

    play: Play
    technique: str
    ends: Seconds
    released: bool = False


@dataclass(slots=True)
class Turns:
    """What was answered so far. The session writes it; techniques and policies only read it."""

    techniques: tuple[str, ...] = ()  # the names of all that can be chosen
    choice: Choice | None = None
    chosen_at: Seconds = 0.0
    before: Choice | None = None  # the choice before this one
    choices: deque[tuple[Seconds, Choice]] = field(default_factory=lambda: deque(maxlen=HISTORY))
    wishes: Wishes = Wishes()
    first_sound: Seconds | None = None  # the maker's first onset
    opening: SteerKind | None = None  # how the maker opened, if at all
    opened_at: Seconds = 0.0
    aim: str | None = None  # what the session is for, one of choosing.table.AIMS
    adaptivity: float = MEET_ME  # how far the plan lets the clock follow
    minutes: float = 10.0  # how long the form of the playing is thought to be
    timbre: int = 0  # of the partner's voices (events.Play)
    timbre_since: Seconds = 0.0
    resting: bool = False
    finishing: Seconds | None = None  # when Finish was asked for
    silent_together: bool = False  # whether both have been silent for some seconds
    correction: Seconds = 0.0  # how long after an onset its harmony note may still be thought better of
    paces: dict[MakerId, Seconds] = field(default_factory=dict)  # from tap to tap, as was known before
    clock: Pulse | None = None  # the partner's own
    clock_began: Pulse | None = None  # as it was when it began
    clock_since: Seconds = 0.0  # when it began: beats remembered from before lie on another
    sounding: dict[int, Sounding] = field(default_factory=dict)
    past: deque[Sounding] = field(default_factory=lambda: deque(maxlen=HISTORY))
    replying_to: MakerId | None = None  # whose turn the latest voice that takes turns answers
    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=HISTORY))

    @property
    def follows(self) -> float:
        """How far the clock follows now: as the plan has it, or as somebody asked."""
        if self.wishes.tempo == "lead":
            return HOLD_ME
        return FOLLOW_ME if self.wishes.tempo == "follow" else self.adaptivity

    @property
    def holds(self) -> bool:
        """Whether the partner keeps its own tempo, whatever the maker's."""
        return self.follows <= HOLD_ME

    def held(self, voice: Voice) -> list[Sounding]:
        """Notes of a voice that sound or are about to, and were not let go, oldest first."""
        return [s for s in self.sounding.values() if s.play.voice == voice and not s.released]

    def last(self, technique: str, kind: str | None = None) -> Turn | None:
        """The latest turn of a technique, of one kind if named."""
        for turn in reversed(self.turns):
            if turn.technique == technique and kind in (None, turn.kind):
                return turn
        return None

    def onsets(self, since: Seconds, apart_from: tuple[str, ...] = ()) -> list[Seconds]:
        """When partner notes began, from ``since`` on, in the order in which they were decided;
        some techniques' notes left out."""
        recent: list[Seconds] = []
        for one in reversed(self.past):
            if one.play.at >= since:
                if one.technique not in apart_from:
                    recent.append(one.play.at)
            elif one.play.at < since - 10.0:
                break
        recent.reverse()
        return recent
