"""Bleed: the loudspeaker's own sound, heard again through the microphone, told from the maker's.

What the page sounds is known, so its level at any moment is, too, but for the coupling: how many dB of it
arrive. There are two, of tones and of strokes, since a small loudspeaker gives little of a low bass and all
of a drum. They are learned from attacks in moments when the maker is silent; a maker adds sound and never
takes any away, so other moments only bound them from above. A note
is taken to be the loudspeaker's if something sounds there whose harmonics could be mistaken for it and
the level is no greater than that explains; a stroke, if an attack was due just then. Whatever is
louder, or different, is the maker's. Headphones make the coupling so small that all passes.

Pure: told by its owner what sounds and what is heard. Times are seconds of the session, levels dB below
full scale. No source: rules and constants are our own, measured by benchmarks/bleed.py.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import log10
from typing import Literal

from undersong.events import Seconds, Voice
from undersong.theory.loudness import level
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed

# The page's voices at one velocity, dB from the bass, and how fast they fade, dB a second: measured on what
# edges/render.py renders (windows of 32 ms). None: what a maker plays on the page.
LOUDER: dict[Voice | None, float] = {
    "bass": 0.0, "chords": -4.0, "melody": -3.0, "percussion": 8.0, None: 1.0,
}  # fmt: skip
FADES: dict[Voice | None, float] = {
    "bass": 0.0, "chords": 0.0, "melody": 9.0, "percussion": 80.0, None: 9.0,
}  # fmt: skip
RELEASED = 60.0  # dB a second after the end: release and room
RINGS: Seconds = 0.6  # after its end a note may still be heard
KEPT: Seconds = 4.0  # of what sounded and what was heard
EARLY: Seconds = 0.1  # a stamp may be wrong by so much, and what is heard a little early
JUST: Seconds = 0.06  # the latest frames
SPEAKS: Seconds = (
    0.18  # a page begins a planned tone so long before its stamp, at most, so as to speak at it
)
LATE: Seconds = 0.18  # the way through air, device and buffers, where the stamps know nothing of it
ATTACK: Seconds = 0.15  # in which an attack is at its loudest
RISING: Seconds = 3.0  # after the first sound: a page begins softly, which would tell of too little
SAMPLES = 16  # attacks by which the coupling is known; older ones are forgotten
ENOUGH = 4  # attacks before they tell anything
CLEARLY = 6.0  # dB by which strokes are louder than tones, or tones than strokes, to be what was heard
LOW_ATTACKS = 0.25  # share of the attacks that are taken to lie below the truth
ENOUGH_BOUNDS = 20  # frames of a steady tone before they do
LEAST = -120.0  # dB
PRIOR = -14.0  # dB, before anything was learned: as loud as it left
BOUNDED: Seconds = 30.0  # the moments that bound the coupling from above
LOWEST = 0.1  # share of them that is taken to be lower than the truth, by chance
SHAKY: Seconds = 0.15  # after its end a note may turn out to have gone on under the loudspeaker's sound
AUDIBLE = 6.0  # dB over the room's own noise
ROOM_RISES = 0.01  # dB a frame, so that a room that grew louder is known after a while
LEAP = 5  # semitones: the loudspeaker's tone is no step of the maker's
STRUCK = (
    2.0  # dB by which a stroke of a maker's is louder than what was before; less is a tone that trembles
)
RISEN = 4.0  # dB by which an attack is louder than what was before
MARGIN = 6.0  # dB by which the loudspeaker may be louder than what is known of it explains
OTHER_MARGIN = 6.0  # the same, for pitches that nothing of it sounds
# Semitones between a tone and what a tracker may take it for: itself, its harmonics, what lies an octave,
# a twelfth or two octaves below.
MISTAKEN = (-24, -19, -12, 0, 12, 19, 24, 28, 31, 36)

Key = int | str
Kind = Literal["tones", "strokes"]
KINDS: tuple[Kind, Kind] = ("tones", "strokes")


@dataclass(slots=True)
class _Own:
    """One note of the loudspeaker's; ``level`` at its attack."""

    at: Seconds
    begins: Seconds  # no later than at
    until: Seconds
    pitch: int | None
    level: float
    fades: float

    @property
    def kind(self) -> Kind:
        return "strokes" if self.pitch is None else "tones"

    def now(self, t: Seconds) -> float:
        if t < self.begins or t > self.until + RINGS:
            return LEAST
        faded = self.fades * max(0.0, t - self.at) + RELEASED * max(0.0, t - self.until)
        return max(LEAST, self.level - faded)

    def steady(self, t: Seconds) -> bool:
        return not self.fades and self.at + ATTACK + LATE <= t <= self.until - EARLY


class Bleed:
    """What the loudspeaker sounds, and how much of it the microphone hears."""

    def __init__(self) -> None:
        self._own: dict[Key, _Own] = {}
        self._past: deque[_Own] = deque()  # whose key was used again
        self._frames: deque[tuple[Seconds, float]] = deque()
        self._attacks: deque[Seconds] = deque()  # not yet listened to
        self._since: Seconds | None = None  # the first sound
        self._learned: dict[Kind, deque[float]] = {  # dB, of attacks heard alone
            kind: deque(maxlen=SAMPLES) for kind in KINDS
        }
        self._bounds: deque[tuple[Seconds, float]] = deque()  # dB: then the tones' was no greater
        self._room: float = 0.0  # the level of the room without loudspeaker and maker
        self._note: NoteBegan | None = None  # the maker's that sounds
        self._ended: NoteEnded | None = None  # its end, not told yet
        self._broken = False  # the loudspeaker was heard since that end

    def coupling(self, kind: Kind) -> float | None:
        """dB from what the loudspeaker was told to sound to what arrives, at most: the maker's sound only
        adds to it, so the lowest moments are nearest to the truth. None before anything was learned."""
        known = []
        if kind == "tones" and len(self._bounds) >= ENOUGH_BOUNDS:
            known.append(_low([bound for _, bound in self._bounds], LOWEST))
        if len(self._learned[kind]) >= ENOUGH:
            known.append(_low(list(self._learned[kind]), LOW_ATTACKS))
        return min(known, default=None)

    # --- what sounds ---------------------------------------------------------------------------

    def sounds(
        self,
        key: Key,
        at: Seconds,
        seconds: Seconds,
        pitch: int | None,
        velocity: int,
        voice: Voice | None,
        *,
        planned: bool = False,
    ) -> None:
        """The loudspeaker sounds a note from ``at`` for ``seconds`` at most, ``planned`` ahead or at once;
        ``voice`` None: a maker's."""
        former = self._own.pop(key, None)
        if former is not None:
            former.until = min(former.until, at)
            self._past.append(former)
        struck = pitch if voice != "percussion" else None
        loud = level(velocity) + LOUDER[voice]
        fades = FADES[voice] if struck is not None else FADES["percussion"]
        begins = at - SPEAKS if planned and struck is not None else at
        self._own[key] = _Own(at, begins, at + seconds, struck, loud, fades)
        if self._since is None:
            self._since = at
        if at not in self._attacks and at >= self._since + RISING:
            self._attacks.append(at)

    def never(self, key: Key) -> None:
        """A note that was told will not sound."""
        own = self._own.pop(key, None)
        if own is not None and own.at in self._attacks and all(o.at != own.at for o in self._all()):
            self._attacks.remove(own.at)

    def ends(self, key: Key, at: Seconds) -> None:
        """A note is gone at ``at``."""
        own = self._own.get(key)
        if own is not None:
            own.until = min(own.until, max(at, own.at))

    def _told(self, kind: Kind, t: Seconds) -> float:
        """dB of the tones or strokes that sound at ``t``, before the coupling."""
        return _sum([own.now(t) for own in self._all() if own.kind == kind])

    def _all(self) -> list[_Own]:
        return [*self._own.values(), *self._past]

    def _loudest(self, since: Seconds, until: Seconds) -> float:
        """The greatest level that may arrive between two moments, each attack in between included, also
        one that comes EARLY."""
        attacks = [moment for own in self._all() for moment in (own.begins, own.at)]
        looks = [since, until, *(moment for moment in attacks if since < moment < until + EARLY)]
        known = [(kind, self.coupling(kind)) for kind in KINDS]
        arrives = [(kind, PRIOR if coupling is None else coupling) for kind, coupling in known]
        return max(_sum([self._told(kind, t) + coupling for kind, coupling in arrives]) for t in looks)

    def _quiet(self, t: Seconds) -> bool:
        return all(own.now(t) <= LEAST for own in self._all())

    # --- what is heard -------------------------------------------------------------------------

    def hear(self, heard: Transcribed) -> list[Transcribed]:
        """What of it is the maker's, in order. A note's end may come SHAKY seconds late, while the
        loudspeaker could have broken the note in two."""
        match heard:
            case PitchFrame():
                self._frame(heard)
                return self._settled(heard.at - SHAKY)
            case NoteBegan():
                return self._began(heard)
            case NoteEnded():
                if self._note is None or heard.pitch != self._note.pitch or self._ended is not None:
                    return []
                self._ended = heard
                return [] if self.audible(heard.offset) else self._settled(heard.offset)
            case Struck():
                return [] if self._is_own_stroke(heard) else [heard]

    def _began(self, heard: NoteBegan) -> list[Transcribed]:
        if self._is_own_note(heard):
            self._broken = self._ended is not None or self._broken
            return []
        if self._broken and self._note is not None and heard.pitch == self._note.pitch:
            self._ended, self._broken = None, False  # the same note, after a moment of the loudspeaker's
            return []
        out = self._settled(heard.onset)
        self._note = heard
        return [*out, heard]

    def _settled(self, by: Seconds) -> list[Transcribed]:
        """The end that was waited with, if it lies that far back."""
        ended = self._ended
        if ended is None or ended.offset > by:
            return []
        self._note, self._ended, self._broken = None, None, False
        return [ended]

    def _frame(self, frame: PitchFrame) -> None:
        now = frame.at
        self._frames.append((now, frame.level))
        while self._frames[0][0] < now - KEPT:
            self._frames.popleft()
        self._limit(now, frame.level)
        if self._quiet(now) and self._quiet(now - LATE):
            self._room = min(self._room + ROOM_RISES, frame.level)
        while self._attacks and self._attacks[0] + ATTACK + LATE < now:
            self._learn(self._attacks.popleft())
        for key in [key for key, own in self._own.items() if own.until + KEPT < now]:
            del self._own[key]
        while self._past and self._past[0].until + KEPT < now:
            self._past.popleft()

    def _learn(self, at: Seconds) -> None:
        """From one attack of the partner's: how loud was the microphone just then? It tells of the kind
        that is by far the louder."""
        heard = self._peak(at, at + ATTACK + LATE)
        tones, strokes = (max(self._told(kind, at), self._told(kind, at + ATTACK)) for kind in KINDS)
        if heard is None or abs(tones - strokes) < CLEARLY:
            return
        kind: Kind = "tones" if tones > strokes else "strokes"
        self._learned[kind].append(round(heard - max(tones, strokes), 6))

    def _limit(self, now: Seconds, level: float) -> None:
        """Whatever is heard besides, the loudspeaker's share is no greater than all of it."""
        told = _sum([own.now(now) for own in self._all() if own.steady(now) and own.kind == "tones"])
        if told > LEAST and self._since is not None and now >= self._since + RISING:
            self._bounds.append((now, round(level - told, 6)))
        while self._bounds and self._bounds[0][0] < now - BOUNDED:
            self._bounds.popleft()

    def _peak(self, since: Seconds, until: Seconds) -> float | None:
        levels = [level for at, level in self._frames if since <= at <= until]
        return max(levels, default=None)

    # --- whose it is ---------------------------------------------------------------------------

    def audible(self, t: Seconds) -> bool:
        """Whether the loudspeaker may be heard at ``t`` over what the room gives by itself."""
        return self._loudest(t - LATE, t) > self._room + AUDIBLE

    def _is_own_stroke(self, heard: Struck) -> bool:
        first, last = heard.onset - LATE, heard.onset + EARLY
        near = any(own.begins <= last and first <= own.at for own in self._all())
        level = self._peak(heard.onset - JUST / 2, heard.time)
        if level is None or self._louder(level, heard.onset, heard.time, MARGIN):
            return False
        before = self._peak(heard.onset - 2 * JUST, heard.onset - JUST / 2)
        return near or (before is not None and level < before + STRUCK and self.audible(heard.onset))

    def _is_own_note(self, heard: NoteBegan) -> bool:
        since, until = heard.onset - LATE, heard.onset + EARLY
        there = [own for own in self._all() if own.begins <= until and own.until + RINGS >= since]
        if not there or not self._frames:
            return False
        level = self._frames[-1][1]  # the latest: what came before has died away by then
        alike = any(own.pitch is not None and _mistaken(heard.pitch, own.pitch) for own in there)
        # while nothing is known, the prior is high enough for another pitch: the maker is not to be deaf
        margin = MARGIN if alike else 0.0 if self.coupling("tones") is None else OTHER_MARGIN
        if not self._louder(level, heard.time - JUST, heard.time, margin):
            return True
        return self._is_slip(heard, level, there)

    def _is_slip(self, heard: NoteBegan, level: float, there: list[_Own]) -> bool:
        """Whether, under a note of the maker's, the loudspeaker's was followed a moment: its very pitch,
        far from the maker's, without an attack."""
        note = self._note
        if note is None or abs(heard.pitch - note.pitch) < LEAP:
            return False
        if self._ended is not None and self._ended.offset < heard.onset - SHAKY:
            return False
        before = self._peak(heard.onset - 2 * JUST, heard.onset - JUST / 2)
        very = any(own.pitch is not None and abs(own.pitch - heard.pitch) <= 1 for own in there)
        return very and before is not None and level <= before + RISEN

    def _louder(self, level: float, since: Seconds, until: Seconds, margin: float) -> bool:
        """Whether that level is more than the loudspeaker explains between two moments."""
        return level > self._loudest(since - LATE, until) + margin


def _sum(levels: list[float]) -> float:
    whole = sum(10 ** (level / 10) for level in levels)
    return max(LEAST, 10 * log10(whole)) if whole > 0.0 else LEAST


def _low(values: list[float], share: float) -> float:
    return sorted(values)[int(share * len(values))]


def _mistaken(heard: int, own: int) -> bool:
    return any(abs(heard - own - apart) <= 1 for apart in MISTAKEN)
