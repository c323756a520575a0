"""The Impression: a frozen snapshot of what is heard now.

Every estimate carries a confidence (0-1) or is None. Nothing here says what anyone feels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from undersong.events import MakerId, Seconds
from undersong.notes import Pulse, Tone
from undersong.theory.chords import Chord
from undersong.theory.loudness import SILENCE, velocity_at

STATES: tuple[str, ...] = (
    "silent", "tentative", "flowing", "insistent", "scattered", "storming", "fading",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tonality:
    """What key the playing may be in.

    ``tonic`` (pitch class), ``mode`` and ``confidence`` name the likeliest; ``likely`` holds the
    likeliest few as (probability, tonic, mode index), best first; ``sounded`` the share of each
    pitch class in what was heard lately; ``classes`` how many different ones there were.
    """

    tonic: int
    mode: str
    confidence: float
    likely: tuple[tuple[float, int, int], ...]
    sounded: tuple[float, ...]
    classes: int


@dataclass(frozen=True, slots=True)
class Meter:
    """How beats group. ``beats`` to a bar, a downbeat at ``downbeat`` (a time that has passed or will
    come), ``division`` 2 or 3 notes to a beat."""

    beats: int
    downbeat: Seconds
    division: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Harmony:
    """Which chord the playing implies from ``since`` on, and which is expected next.

    ``coming`` is expected to hold from ``coming_from`` on (None: nothing is foreseen).
    """

    chord: Chord
    since: Seconds
    confidence: float
    coming: Chord | None
    coming_from: Seconds | None
    coming_confidence: float


@dataclass(frozen=True, slots=True)
class Motif:
    """A short shape of one maker's, remembered: the tones of its first statement, how often it has come
    back (transposed, varied, or in part), when last."""

    tones: tuple[Tone, ...]
    times: int
    last: Seconds


@dataclass(frozen=True, slots=True)
class Together:
    """Two or more makers who play: ``pulse`` they share, if any; ``leader``, whose onsets come first,
    if one's do; ``asynchrony``, the mean distance of paired onsets in seconds."""

    pulse: Pulse | None
    leader: MakerId | None
    asynchrony: Seconds | None


@dataclass(frozen=True, slots=True)
class Phrase:
    """The phrase a maker is in, or the last one. ``ended`` is its last offset, once that is known;
    ``number`` counts from 1; ``tones`` are its notes so far, the latest 24. ``ends_likely``: the
    probability that it is over now. ``breath``: this maker's 80th-percentile pause inside phrases,
    ``longest`` the longest of the last 24."""

    number: int
    ended: Seconds | None
    tones: tuple[Tone, ...]
    ends_likely: float = 0.0
    breath: Seconds | None = None
    longest: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How loud and how dense the last ten seconds of active playing were.

    ``level`` in dB below full (see theory.loudness), and ``velocity`` the MIDI velocity of it;
    ``recent`` the level of the last few notes alone; ``density`` in onset groups a second.
    """

    level: float
    velocity: int
    recent: float
    density: float


@dataclass(frozen=True, slots=True)
class Playing:
    """How the playing is: one of STATES, with the reason in words about sound."""

    name: str
    confidence: float
    because: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Where one maker's playing is going: the last eight seconds against the sixteen before.

    ``novelty`` (0-1): share of the latest short shapes not heard before; None before there are any.
    ``range`` in semitones lately and ``widening`` by how many more than before; ``denser``, ratio of
    notes a second; ``louder`` in dB. The comparisons are None while there is nothing to compare with.
    """

    novelty: float | None = None
    range: int = 0
    widening: int | None = None
    denser: float | None = None
    louder: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One maker's part. ``lowest`` and ``middle`` are of the last notes with pitch.

    ``last_onset`` and ``last_sound`` (end of the last note; now, while one is held) tell how long
    it has been still. ``onsets`` counts onset groups since the start. ``motifs``: shapes worth
    remembering, the latest heard first. ``loop``: where the maker has played the same notes three times
    running, the last note and the two rounds before it. ``pace``: the period of their latest pulse, also
    when it is over. ``pitched`` is whether
    notes with pitch were heard lately, not only taps.
    """

    maker: MakerId
    playing: Playing
    pulse: Pulse | None
    phrase: Phrase
    dynamics: Dynamics
    onsets: int
    first_onset: Seconds
    last_onset: Seconds
    last_sound: Seconds
    holding: bool
    pitched: bool
    lowest: int | None
    middle: int | None
    first_pitch: int | None
    first_motif: tuple[Tone, ...]
    motifs: tuple[Motif, ...] = ()
    trend: Trend = Trend()
    loop: tuple[Tone, ...] = ()
    pace: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Impression:
    """Everything heard, at ``time``. ``onset`` is the note that has just begun, if one has.

    ``pulse`` is the one the makers share, or else the steadiest's, among equals the quickest's.
    ``playing`` speaks for all who play.
    ``lead`` is the part that the answer attends to: the one heard last, or the most fragile.
    ``gentlest`` is the softest of those who play: nobody is drowned.
    """

    time: Seconds
    onset: Tone | None
    pulse: Pulse | None
    tonality: Tonality | None
    makers: Mapping[MakerId, Part]
    playing: Playing
    lead: Part | None
    gentlest: Part | None
    meter: Meter | None = None
    harmony: Harmony | None = None
    together: Together | None = None

    @property
    def led(self) -> Tone | None:
        """The note that has just begun, if it is the lead's own."""
        theirs = self.onset is not None and self.lead is not None and self.onset.maker == self.lead.maker
        return self.onset if theirs else None


def softened(heard: Impression, decibels: float) -> Impression:
    """The same, with every maker so many dB softer: what is asked of the partner that plays too loud."""

    def softer(part: Part | None) -> Part | None:
        return None if part is None else makers[part.maker]

    makers = {maker: replace(part, dynamics=_softer(part.dynamics, decibels))
              for maker, part in heard.makers.items()}  # fmt: skip
    return replace(heard, makers=makers, lead=softer(heard.lead), gentlest=softer(heard.gentlest))


def _softer(dynamics: Dynamics, decibels: float) -> Dynamics:
    if not dynamics.velocity:
        return dynamics
    level = max(SILENCE, dynamics.level - decibels)
    return replace(dynamics, level=level, velocity=velocity_at(level), recent=dynamics.recent - decibels)
