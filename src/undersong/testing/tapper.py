"""A simulated tapper who hears the partner: taps at a pace of their own, and corrects towards its sounds.

The two-process model reviewed by Repp (2005): a timekeeper with noise, of which a share of each asynchrony
is taken back (and a share of the tempo, if ``keeps_up``), and a hand with noise of its own (Wing &
Kristofferson 1973). Taps come a little before the sounds that they mean. Seconds; noise as shares of an
interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from undersong.chance import Chance
from undersong.events import Output, Play, Retract, Seconds, Tap
from undersong.session import Session
from undersong.testing.makers import MAKER

CORRECTS = 0.5  # share of an asynchrony
NEAR = 0.25  # of a beat: sounds further from a tap are not meant by it
FIRST: Seconds = 0.5  # when the first tap falls
SOONEST: Seconds = 0.1  # between two taps
HEARD = 8  # latest sounds among which the nearest is looked for


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of the timekeeper's interval and of the hand; ``lead``, in seconds."""

    timekeeper: float = 0.04
    hand: float = 0.005
    lead: Seconds = 0.04


class Tapper:
    """Taps from FIRST on. ``keeps_up``: share of an asynchrony by which their own tempo goes along."""

    def __init__(self, pace: Seconds, seed: int, noise: Noise | None = None, keeps_up: float = 0.0) -> None:
        self._chance = Chance(seed)
        self._noise = noise or Noise()
        self._keeps_up = keeps_up
        self._keeper = FIRST
        self.pace = pace
        self.tap = FIRST

    def next(self, sounds: Sequence[Seconds]) -> Seconds:
        """When the next tap falls, given all sounds so far."""
        off = min((self.tap - at for at in sounds[-HEARD:]), key=abs, default=1e9)
        if abs(off) <= NEAR * self.pace:
            self._keeper -= CORRECTS * (off + self._noise.lead)
            self.pace -= self._keeps_up * (off + self._noise.lead)
        self._keeper += self.pace * (1.0 + self._chance.spread("timekeeper", self._noise.timekeeper))
        hand = self._chance.spread("hand", self._noise.hand) * self.pace
        self.tap = max(self.tap + SOONEST, self._keeper + hand)
        return self.tap


def tapping(tapper: Tapper, session: Session, until: Seconds) -> tuple[list[Seconds], list[Output]]:
    """The taps, and all that came out of a session that heard them."""
    out: list[Output] = []
    taps: list[Seconds] = []
    while tapper.tap < until:
        taps.append(tapper.tap)
        out += session.receive(Tap(tapper.tap, tapper.tap, MAKER, 64))
        # a sound that belongs to this tap may come half a beat later; only then is it known
        known = tapper.tap + tapper.pace / 2
        out += session.advance(known)
        tapper.next([at for at in heard(out[-60:]) if at <= known])
    return taps, out


def heard(out: Sequence[Output]) -> list[Seconds]:
    """When the partner sounds, in order."""
    taken = {o.id for o in out if isinstance(o, Retract)}
    return sorted(o.at for o in out if isinstance(o, Play) and o.id not in taken)
