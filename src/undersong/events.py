"""Everything that enters or leaves a Session. Read this file first.

All times are seconds on the session's own clock, as floats. Each input carries two:
``time``, when it happened, and ``heard``, when the session received it. Decisions go by
``heard``, so that an event that arrives late plays the same live and in replay; musical
timing goes by ``time``. Pitches are MIDI numbers 0-127, velocities 1-127.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

from undersong.errors import EventError

Seconds = float
MakerId = NewType("MakerId", str)
Voice = Literal["bass", "chords", "melody", "percussion"]
Kind = Literal["planned", "reactive"]
SteerKind = Literal[
    "begin", "partner_starts", "rest", "finish", "technique",
    "more", "less", "change", "undo", "lead", "follow",
]  # fmt: skip

THERAPIST = MakerId("therapist")  # who sits beside a maker: plays along, and steers unseen
TIMBRES = 3  # that a voice of the partner's may take turns with
VOICES: tuple[Voice, ...] = ("bass", "chords", "melody", "percussion")
STEERS: tuple[SteerKind, ...] = (
    "begin", "partner_starts", "rest", "finish", "technique",
    "more", "less", "change", "undo", "lead", "follow",
)  # fmt: skip
EARLIEST_HAND: Seconds = 0.3  # a habitual lead beyond this is no habit but another beat
PACES = (0.15, 3.0)  # seconds between taps that can be felt as a beat, with room
LATEST: Seconds = 7 * 24 * 3600.0  # a session longer than a week is a fault, not music


# --- what enters -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteOn:
    """A maker began a note."""

    time: Seconds
    heard: Seconds
    maker: MakerId
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class NoteOff:
    """A maker let a note go."""

    time: Seconds
    heard: Seconds
    maker: MakerId
    pitch: int


@dataclass(frozen=True, slots=True)
class Tap:
    """A maker struck something without pitch: a tap, a clap, a switch. None: force unknown."""

    time: Seconds
    heard: Seconds
    maker: MakerId
    velocity: int | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A controller moved (MIDI number 0-127, value 0-127); 64 is the sustain pedal."""

    time: Seconds
    heard: Seconds
    maker: MakerId
    control: int
    value: int


@dataclass(frozen=True, slots=True)
class Join:
    """A maker is present and able to play.

    What is known of their hand before they play, where it was measured: ``lead``, the seconds by which
    their taps come before a beat that they mean to meet (negative: after it); ``pace``, the seconds from
    one tap to the next when they tap as they like. None: to be learned from their taps.
    """

    time: Seconds
    heard: Seconds
    maker: MakerId
    lead: Seconds | None = None
    pace: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """A maker is gone (or the connection is): what they held has ended."""

    time: Seconds
    heard: Seconds
    maker: MakerId


@dataclass(frozen=True, slots=True)
class Steer:
    """A wish spoken outside the music.

    ``begin``: "Play anything, I will listen." ``partner_starts``: "I'll start", said to the
    partner. ``rest``: be silent now, until invited again. ``finish``: a shared close.
    ``technique``: only the named technique from now on (None: choose freely again). ``more``: more
    like this. ``less``: softer. ``change``: something else. ``undo``: what was before the last change,
    in the music or of the wishes. ``lead``: the partner keeps the tempo; ``follow``: it goes along.
    """

    time: Seconds
    heard: Seconds
    maker: MakerId
    what: SteerKind
    technique: str | None = None


Input = NoteOn | NoteOff | Tap | Control | Join | Leave | Steer


# --- what leaves -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """The partner sounds a note at ``at``, for at most ``seconds``. ``timbre``: which of the voice's sounds
    (0 to TIMBRES - 1), for whoever has several."""

    id: int
    at: Seconds
    kind: Kind
    voice: Voice
    pitch: int
    velocity: int
    seconds: Seconds
    timbre: int = 0


@dataclass(frozen=True, slots=True)
class Retract:
    """The note ``id``, announced but not yet sounding, will not sound."""

    id: int
    at: Seconds


@dataclass(frozen=True, slots=True)
class Release:
    """The note ``id`` is gone at ``at``; it fades over the ``over`` seconds before that."""

    id: int
    at: Seconds
    over: Seconds


@dataclass(frozen=True, slots=True)
class Chose:
    """Which technique answers from now on, or what it decided, and the reason in plain words."""

    time: Seconds
    technique: str
    because: str


@dataclass(frozen=True, slots=True)
class HeardBeat:
    """A beat is expected at ``at``; it replaces an unfallen beat within half a ``period``."""

    time: Seconds
    maker: MakerId
    at: Seconds
    period: Seconds
    confidence: float


@dataclass(frozen=True, slots=True)
class HeardNoPulse:
    """No pulse is heard (any more); beats announced and not yet fallen are cancelled."""

    time: Seconds
    maker: MakerId


@dataclass(frozen=True, slots=True)
class HeardTonality:
    """The key the playing seems to be in: tonic as a pitch class, mode, confidence 0-1."""

    time: Seconds
    tonic: int
    mode: str
    confidence: float


@dataclass(frozen=True, slots=True)
class HeardPhrase:
    """A phrase began or ended at ``at``; ``time`` is when that could be known."""

    time: Seconds
    maker: MakerId
    event: Literal["began", "ended"]
    at: Seconds


@dataclass(frozen=True, slots=True)
class HeardState:
    """How the playing is, as a claim about sound, with the reason."""

    time: Seconds
    maker: MakerId
    name: str
    confidence: float
    because: str


@dataclass(frozen=True, slots=True)
class HeardMotif:
    """A shape that ended at ``at`` was played before, ending at ``like``, so far transposed."""

    time: Seconds
    maker: MakerId
    at: Seconds
    like: Seconds
    transposed: int


@dataclass(frozen=True, slots=True)
class HeardHarmony:
    """Which chord (in Harte's syntax) is believed to hold from ``from_`` on; a forecast lies ahead of
    ``time``."""

    time: Seconds
    chord: str
    from_: Seconds
    forecast: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class HeardTogether:
    """Two ``makers`` move together, more than chance would have it, or do not any more."""

    time: Seconds
    makers: tuple[MakerId, MakerId]
    together: bool
    because: str


Heard = (
    HeardBeat | HeardNoPulse | HeardTonality | HeardHarmony | HeardPhrase | HeardState | HeardMotif
    | HeardTogether
)  # fmt: skip
Sounded = Play | Retract | Release
Output = Heard | Chose | Sounded


def check(event: Input) -> None:
    """Raise EventError unless every field of ``event`` is within its range."""
    _moment("time", event.time)
    _moment("heard", event.heard)
    if event.heard < 0:
        raise EventError("An event cannot be heard before the session starts.")
    if not isinstance(event.maker, str) or not 0 < len(event.maker) <= 200:
        raise EventError("A maker needs a name of 1 to 200 characters.")
    if not event.maker.isprintable():
        raise EventError("A maker's name can hold only characters that can be printed.")
    if isinstance(event, (NoteOn, NoteOff)):
        _within("pitch", event.pitch, 0, 127)
    if isinstance(event, NoteOn):
        _within("velocity", event.velocity, 1, 127)
    elif isinstance(event, Tap):
        if event.velocity is not None:
            _within("velocity", event.velocity, 1, 127)
    elif isinstance(event, Join):
        _known("lead", event.lead, -EARLIEST_HAND, EARLIEST_HAND)
        _known("pace", event.pace, *PACES)
    elif isinstance(event, Control):
        _within("control", event.control, 0, 127)
        _within("value", event.value, 0, 127)
    elif isinstance(event, Steer):
        if event.what not in STEERS:
            raise EventError(f"A session cannot be steered by {event.what!r}: {', '.join(STEERS)}.")
        if event.technique is not None and not isinstance(event.technique, str):
            raise EventError("A technique is named in words.")


def check_output(output: Sounded | Chose) -> None:
    """Raise EventError unless every field of an output that was read is within its range."""
    if isinstance(output, Chose):
        _moment("time", output.time)
        if not isinstance(output.technique, str) or not isinstance(output.because, str):
            raise EventError("A choice needs a technique and a reason in words.")
        if not (output.technique.isprintable() and output.because.isprintable()):
            raise EventError("A reason can hold only characters that can be printed.")
        return
    _moment("at", output.at)
    _within("id", output.id, 0, 2**53)
    if isinstance(output, Play):
        _moment("length", output.seconds)
        _within("pitch", output.pitch, 0, 127)
        _within("velocity", output.velocity, 1, 127)
        _within("timbre", output.timbre, 0, TIMBRES - 1)
        if output.voice not in VOICES:
            raise EventError(f"There is no voice called {output.voice!r}.")
    elif isinstance(output, Release):
        _moment("fade", output.over)


def _moment(name: str, moment: object) -> None:
    number = isinstance(moment, (int, float)) and not isinstance(moment, bool)
    if not number or not isinstance(moment, (int, float)) or not abs(moment) <= LATEST:
        raise EventError(f"An event's {name} must be a number of seconds within a week of the start.")


def _known(name: str, value: object, low: Seconds, high: Seconds) -> None:
    """What was measured of a hand, or None."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if value is not None and not number:
        raise EventError(f"A maker's {name} must lie between {low} and {high} seconds, or be unknown.")


def _within(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise EventError(f"A {name} must be a whole number from {low} to {high}, not {value!r}.")
