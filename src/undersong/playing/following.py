"""Following: how far the partner's clock goes along with a maker's taps. Seconds; shares 0-1.

Two processes, as in the models reviewed by Repp (2005) and Repp & Su (2013): a share of each asynchrony
moves the next beat (phase), a smaller share moves the tempo (period). A technique says what suits it when
the partner meets the maker; ``adapted`` turns that towards holding or following, as the plan or a wish has
it. Taps come before the beat they mean, by some 20 to 80 ms that hardly change in one person: that lead
is a trait, so it is allowed for, and never corrected.
"""

from __future__ import annotations

from dataclasses import replace

from undersong.events import Seconds
from undersong.plan import HOLD_ME, MEET_ME
from undersong.turns import Adapt

ALL = 1.0  # adaptivity that follows every tap wholly in phase,
ALL_PERIOD, ALL_MOST = 0.3, 0.1  # with this share of the tempo, and so much of it a beat at most

SHARE_GAIN = 0.08  # how fast the corrected share learns, a beat
SIZE_GAIN = 0.2  # how fast the usual size of asynchronies is learned

FIRST_TAPS = 8  # from which a lead is learned,
SLOWLY = 0.04  # and the share by which each later one of somebody who taps moves it
USUAL_LEAD: Seconds = 0.035  # of somebody who taps, before anything is known of them,
UNSURE = 3.0  # which counts as so many taps
LONGEST_LEAD: Seconds = 0.12  # that is learned,
LONGEST_SHARE = 0.18  # and as a share of the beat


def adapted(adapt: Adapt, adaptivity: float) -> Adapt:
    """``adapt``, which is meant for MEET_ME, turned towards holding or following."""
    if adaptivity <= MEET_ME:
        tempo = max(0.0, (adaptivity - HOLD_ME) / (MEET_ME - HOLD_ME))
        return replace(
            adapt,
            phase=adapt.phase * adaptivity / MEET_ME,
            period=adapt.period * tempo,
            phase_most=adapt.phase_most * tempo,
        )
    on = (adaptivity - MEET_ME) / (ALL - MEET_ME)
    return replace(
        adapt,
        phase=adapt.phase + on * (1.0 - adapt.phase),
        period=adapt.period + on * max(0.0, ALL_PERIOD - adapt.period),
        most=adapt.most + on * max(0.0, ALL_MOST - adapt.most),
    )


class Gain:
    """The share of each asynchrony that the partner corrects.

    Asynchronies that keep their sign from beat to beat are too little corrected by both players
    together, those that change it too much: their lag-1 product moves the share. So the partner
    does what the maker leaves open, and no more.
    """

    def __init__(self) -> None:
        self._share: float | None = None
        self._last = 0.0
        self._size = 0.0

    def after(self, off: Seconds, adapt: Adapt) -> float:
        """The share for this asynchrony."""
        most = max(adapt.phase, adapt.phase_most)
        share = adapt.phase + adapt.ready * (most - adapt.phase) if self._share is None else self._share
        self._size += SIZE_GAIN * (off * off - self._size) if self._size else off * off
        if self._size > 0.0:
            lag = max(-1.0, min(1.0, off * self._last / self._size))
            share += SHARE_GAIN * lag
        self._share = max(adapt.phase, min(most, round(share, 9)))
        self._last = off
        return self._share


class Hand:
    """One maker's habitual lead: as it was measured, or learned from their taps that meet our beats: a mean
    of the first of them, which the later ones move slowly.

    Until then somebody who taps is taken to lead as most people do. Of somebody who plays notes nothing is
    learned: not every note of a tune means to meet a beat.
    """

    def __init__(self, *, taps: bool, measured: Seconds | None = None) -> None:
        self._measured = measured
        self._taps = taps
        self._met = UNSURE
        self._mean = USUAL_LEAD if taps else 0.0

    def anew(self) -> None:
        """Another beat begins: how the one before was met counts only as a first guess."""
        self._met = UNSURE

    @property
    def lead(self) -> Seconds:
        """Seconds by which their taps come before the beat they mean."""
        # who comes late is still finding the beat
        return max(0.0, round(self._mean, 6)) if self._measured is None else self._measured

    def met(self, early: Seconds, period: Seconds) -> None:
        """A tap came so long before a beat of ours that sounded."""
        if not self._taps:
            return
        most = min(LONGEST_LEAD, LONGEST_SHARE * period)
        self._met += 1.0
        gain = 1.0 / self._met if self._met - UNSURE <= FIRST_TAPS else SLOWLY
        self._mean += gain * (max(-most, min(most, early)) - self._mean)
