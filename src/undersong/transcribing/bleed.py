"""Bleed: the loudspeaker's own sound, heard again through the microphone, told from the maker's.

What the page sounds is known, so its level at any moment is, too, but for one number: the coupling, how
many dB of it arrive. That is learned from the partner's attacks in moments when the maker is silent; a
maker adds sound and never takes any away, so other moments only bound it from above. A note
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

from undersong.events import Seconds, Voice
from undersong.theory.loudness import level
from undersong.transcribing.heard import NoteBegan, PitchFrame, Struck

# The page's voices at one velocity, dB from the bass, and how fast they fade, dB a second: measured on what
# edges/render.py renders (windows of 32 ms). None: what a maker plays on the page.
LOUDER: dict[Voice | None, float] = {
    "bass": 0.0, "chords": 0.0, "melody": 1.0, "percussion": 6.0, None: 1.0,
}  # fmt: skip
FADES: dict[Voice | None, float] = {
    "bass": 0.0, "chords": 0.0, "melody": 9.0, "percussion": 80.0, None: 9.0,
}  # fmt: skip
RELEASED = 60.0  # dB a second after the end: release and room
RINGS: Seconds = 0.6  # after its end a note may still be heard
KEPT: Seconds = 4.0  # of what sounded and what was heard
EARLY: Seconds = 0.06  # a stamp may be wrong by so much, and what is heard a little early
LATE: Seconds = (
    0.18  # the way through air, device and buffers, where the stamps know nothing of it
)
ATTACK: Seconds = 0.15  # in which an attack is at its loudest
SAMPLES = 16  # attacks by which the coupling is known; older ones are forgotten
ENOUGH = 3  # attacks before it is believed
LEAST = -120.0  # dB
MARGIN = 6.0  # dB by which the loudspeaker may be louder than what is known of it explains
OTHER_MARGIN = 0.0  # the same, for pitches that nothing of it sounds
# Semitones between a tone and what a tracker may take it for: itself, its harmonics, what lies an octave,
# a twelfth or two octaves below.
MISTAKEN = (-24, -19, -12, 0, 12, 19, 24, 28, 31, 36)

Key = int | str


@dataclass(slots=True)
class _Own:
    """One note of the loudspeaker's; ``level`` at its attack."""

    at: Seconds
    until: Seconds
    pitch: int | None
    level: float
    fades: float

    def now(self, t: Seconds) -> float:
        if t < self.at or t > self.until + RINGS:
            return LEAST
        faded = self.fades * (t - self.at) + RELEASED * max(0.0, t - self.until)
        return max(LEAST, self.level - faded)


class Bleed:
    """What the loudspeaker sounds, and how much of it the microphone hears."""

    def __init__(self) -> None:
        self._own: dict[Key, _Own] = {}
        self._past: deque[_Own] = deque()  # whose key was used again
        self._frames: deque[tuple[Seconds, float]] = deque()
        self._attacks: deque[Seconds] = deque()  # not yet listened to
        self._learned: deque[float] = deque(maxlen=SAMPLES)  # dB, of attacks heard alone
        self._bound: float | None = None  # dB: it is no greater
        self._makers = 0  # notes of the maker's that sound
        self._maker_until: Seconds = -KEPT

    @property
    def coupling(self) -> float | None:
        """dB from what the loudspeaker was told to sound to what arrives; None until it is known."""
        if len(self._learned) >= ENOUGH:
            ranked = sorted(self._learned)
            middle = ranked[len(ranked) // 2]
            return middle if self._bound is None else min(middle, self._bound)
        return self._bound

    # --- what sounds ---------------------------------------------------------------------------

    def sounds(
        self, key: Key, at: Seconds, seconds: Seconds, pitch: int | None, velocity: int, voice: Voice | None
    ) -> None:
        """The loudspeaker sounds a note from ``at`` for ``seconds`` at most; ``voice`` None: a maker's."""
        former = self._own.pop(key, None)
        if former is not None:
            former.until = min(former.until, at)
            self._past.append(former)
        struck = pitch if voice != "percussion" else None
        loud = level(velocity) + LOUDER[voice]
        fades = FADES[voice] if struck is not None else FADES["percussion"]
        self._own[key] = _Own(at, at + seconds, struck, loud, fades)
        self._attacks.append(at)

    def never(self, key: Key) -> None:
        """A note that was told will not sound."""
        own = self._own.pop(key, None)
        if own is not None and own.at in self._attacks:
            self._attacks.remove(own.at)

    def ends(self, key: Key, at: Seconds) -> None:
        """A note is gone at ``at``."""
        own = self._own.get(key)
        if own is not None:
            own.until = min(own.until, max(at, own.at))

    def level(self, t: Seconds) -> float:
        """dB of what sounds at ``t``, before the coupling."""
        whole = sum(10 ** (own.now(t) / 10) for own in self._all())
        return max(LEAST, 10 * log10(whole)) if whole > 0.0 else LEAST

    def _all(self) -> list[_Own]:
        return [*self._own.values(), *self._past]

    def _loudest(self, since: Seconds, until: Seconds) -> float:
        """The greatest level between two moments; each attack in between is looked at."""
        looks = [since, until, *(own.at for own in self._all() if since < own.at < until)]
        return max(self.level(t) for t in looks)

    # --- what is heard -------------------------------------------------------------------------

    def frame(self, frame: PitchFrame) -> None:
        """The level of what is heard goes on, in the order of time."""
        now = frame.at
        self._frames.append((now, frame.level))
        while self._frames[0][0] < now - KEPT:
            self._frames.popleft()
        while self._attacks and self._attacks[0] + ATTACK + LATE < now:
            self._learn(self._attacks.popleft())
        for key in [key for key, own in self._own.items() if own.until + KEPT < now]:
            del self._own[key]
        while self._past and self._past[0].until + KEPT < now:
            self._past.popleft()

    def _learn(self, at: Seconds) -> None:
        """From one attack of the partner's: how loud was the microphone just then?"""
        heard = self._peak(at, at + ATTACK + LATE)
        if heard is None:
            return
        told = self._loudest(at, at + ATTACK)
        sample = round(heard - told, 6)
        if self._makers or self._maker_until > at - ATTACK:
            self._bound = sample if self._bound is None else min(self._bound, sample)
            return
        self._learned.append(sample)
        if len(self._learned) >= ENOUGH:
            self._bound = None  # what was heard alone is better than any bound

    def _peak(self, since: Seconds, until: Seconds) -> float | None:
        levels = [level for at, level in self._frames if since <= at <= until]
        return max(levels, default=None)

    def explains(self, heard: NoteBegan | Struck) -> bool:
        """Whether this is the loudspeaker's own sound. One that is not counts as the maker's."""
        if isinstance(heard, Struck):
            return self._explains_stroke(heard)
        if self._explains_note(heard):
            return True
        self._makers += 1
        return False

    def maker_ended(self, at: Seconds) -> None:
        """A note of the maker's ended."""
        self._makers = max(0, self._makers - 1)
        self._maker_until = max(self._maker_until, at)

    def _explains_stroke(self, heard: Struck) -> bool:
        near = any(heard.onset - LATE <= own.at <= heard.onset + EARLY for own in self._all())
        return near and not self._louder(heard.onset, heard.time, MARGIN)

    def _explains_note(self, heard: NoteBegan) -> bool:
        since, until = heard.onset - LATE, heard.onset + EARLY
        there = [own for own in self._all() if own.at <= until and own.until + RINGS >= since]
        if not there:
            return False
        alike = any(own.pitch is not None and _mistaken(heard.pitch, own.pitch) for own in there)
        if alike:
            return not self._louder(heard.onset, heard.time, MARGIN)
        return self.coupling is not None and not self._louder(heard.onset, heard.time, OTHER_MARGIN)

    def _louder(self, onset: Seconds, known: Seconds, margin: float) -> bool:
        """Whether more is heard than the loudspeaker explains. Nobody knows until the coupling is known."""
        heard, coupling = self._peak(onset - EARLY / 2, known), self.coupling
        if heard is None or coupling is None:
            return False
        return heard > self._loudest(onset - LATE, known) + coupling + margin


def _mistaken(heard: int, own: int) -> bool:
    return any(abs(heard - own - apart) <= 1 for apart in MISTAKEN)
