"""Following: how far the partner's clock goes along with a maker's taps. Seconds; shares 0-1.

Two processes, as in the models reviewed by Repp (2005) and Repp & Su (2013): a share of each asynchrony
moves the next beat (phase), a smaller share moves the tempo (period). A technique says what suits it when
the partner meets the maker; ``adapted`` turns that towards holding or following, as the plan or a wish has
it. Taps come before the beat they mean, by some 20 to 80 ms that hardly change in one person: that lead
is a trait, so it is allowed for, and never corrected.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from undersong.events import Seconds
from undersong.plan import HOLD_ME, MEET_ME
from undersong.turns import Adapt

ALL = 1.0  # adaptivity that follows every tap wholly in phase,
ALL_PERIOD, ALL_MOST = 0.3, 0.1  # with this share of the tempo, and so much of it a beat at most

FIRST_SHARE = 0.9  # where the corrected share begins, from the least to the most
SHARE_GAIN = 0.08  # how fast the corrected share learns, a beat
SIZE_GAIN = 0.2  # how fast the usual size of asynchronies is learned

FIRST_TAPS = 8  # from which a lead is learned
UNSURE = 2.0  # taps' worth of doubt that there is one
LONGEST_LEAD: Seconds = 0.12  # that is learned,
LONGEST_SHARE = 0.18  # and as a share of the beat
CLEAR = 2.0  # standard errors by which a lead must differ from nothing


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
        share = adapt.phase + FIRST_SHARE * (most - adapt.phase) if self._share is None else self._share
        self._size += SIZE_GAIN * (off * off - self._size) if self._size else off * off
        if self._size > 0.0:
            lag = max(-1.0, min(1.0, off * self._last / self._size))
            share += SHARE_GAIN * lag
        self._share = max(adapt.phase, min(most, round(share, 9)))
        self._last = off
        return self._share


class Hand:
    """One maker's habitual lead: as it was measured, or learned from the first taps that met our beats."""

    def __init__(self, measured: Seconds | None = None) -> None:
        self._measured = measured
        self._early: list[Seconds] = []

    @property
    def lead(self) -> Seconds:
        """Seconds by which their taps come before the beat they mean."""
        if self._measured is not None:
            return self._measured
        return self._learned()

    def met(self, early: Seconds, period: Seconds) -> None:
        """A tap came so long before a beat of ours that sounded."""
        if self._measured is None and len(self._early) < FIRST_TAPS:
            most = min(LONGEST_LEAD, LONGEST_SHARE * period)
            self._early.append(max(-most, min(most, early)))

    def _learned(self) -> Seconds:
        count = len(self._early)
        if count < 2:
            return 0.0
        mean = sum(self._early) / count
        error = sqrt(sum((x - mean) ** 2 for x in self._early) / (count - 1) / count)
        if mean < CLEAR * error:
            return 0.0  # who comes late is still finding the beat
        return round(mean * count / (count + UNSURE), 6)
