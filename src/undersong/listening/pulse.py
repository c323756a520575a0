"""Pulse: the beat in one maker's onsets, or None. Seconds throughout.

Rival predictors run side by side. Each holds a period and a phase, goes with every onset that
falls near its beat, and carries the evidence for itself: the log of how much likelier the
onsets are under its beat than at random times (a wrapped mixture of narrow bells on the beat and
its simple divisions over a uniform floor). Evidence fades, so trust is won over several onsets and
lost within a few. The bells are narrow in absolute time, so that a beat that explains the same
onsets with a longer period explains them better. Phase and period correction as in the
two-process models reviewed by Repp (2005), "Sensorimotor synchronization".
"""

from __future__ import annotations

from collections import deque
from math import exp, log

from undersong.events import Seconds
from undersong.notes import Pulse

SHORTEST: Seconds = 0.28  # a beat is felt between .2 and 1.8 s; below .28 s it is a subdivision
LONGEST: Seconds = 1.75
PREFERRED: Seconds = 0.44  # centre of the preferred tempo
RIVALS = 10  # predictors kept
LOOK_BACK = 5  # onsets to which a new onset proposes periods
REPLAY = 9  # onsets on which a new predictor is tried before it joins

PHASE_GAIN = 1.0  # hearing goes with the last tap; answering smooths it
PERIOD_GAIN = 0.26
ON_BEAT = 0.2  # of a period: nearer onsets correct the predictor

JITTER: Seconds = 0.016  # width of a bell: fixed part
JITTER_SHARE = 0.045  # and its part that grows with the period
# Where onsets fall, as a share of the period from the nearest beat, and how often.
SHARES: tuple[tuple[float, float], ...] = ((0.0, 0.62), (0.5, 0.18), (1 / 3, 0.025), (0.25, 0.05))
NARROW = 3.5  # widths beyond which a bell counts as nothing
ROOT_TWO_PI = 2.506628
FLOOR = 0.05  # share of onsets that fall anywhere
FADE = 0.87  # evidence kept at each onset
MISSED = 0.09  # evidence lost for a beat on which nothing began
PROPOSED = -1.6  # evidence a new predictor starts with, since its period was picked to fit
HEARD_AT = 2.6  # evidence from which there is a pulse
LOST_AT = 1.7  # and below which there is none
LEAD = 2.0  # how much more evidence a rival needs to take over
TEMPO_PRIOR = 1.0  # evidence lost at an octave from PREFERRED, growing with the square

COAST_BEATS = 6.0  # beats without an onset until the pulse is given up
LATE: Seconds = 0.1  # and this long after the last of them


class _Predictor:
    __slots__ = ("beat", "evidence", "onset", "period", "prior", "trust", "width")

    def __init__(self, period: Seconds, beat: Seconds) -> None:
        self.period = period
        self.beat = beat  # when its last beat fell
        self.onset = beat  # the last onset it judged
        self.evidence = PROPOSED
        self._refit()
        self.trust = round(self.evidence + self.prior, 6)

    def _refit(self) -> None:
        octaves = log(self.period / PREFERRED) / 0.6931
        self.prior = -TEMPO_PRIOR * octaves * octaves
        self.width = (JITTER + JITTER_SHARE * self.period) / self.period

    def judge(self, onset: Seconds) -> None:
        """Weigh an onset, and go along with it when it fell on the beat."""
        x = (onset - self.beat) / self.period
        whole = round(x)
        off = x - whole
        # off lies in -.5 to .5 and the divisions are symmetric, so its size is enough
        size, width = abs(off), self.width
        likelihood = 0.0
        for place, share in SHARES:
            distance = (size - place) / width
            if -NARROW < distance < NARROW:
                likelihood += share * exp(-0.5 * distance * distance)
        likelihood = FLOOR + likelihood / (ROOT_TWO_PI * width)
        skipped = max(0, int(x) - int((self.onset - self.beat) / self.period + 1e-9) - 1)
        self.evidence = self.evidence * FADE + log(likelihood) - MISSED * min(skipped, 4)
        self.onset = onset
        if abs(off) < ON_BEAT and whole >= 1:
            error = off * self.period
            self.beat += whole * self.period + PHASE_GAIN * error
            self.period += PERIOD_GAIN * error / whole
            self.period = min(max(self.period, SHORTEST), LONGEST)
            self._refit()
        self.trust = round(self.evidence + self.prior, 6)


class PulseListener:
    """Hears one maker's pulse."""

    def __init__(self) -> None:
        self._onsets: deque[Seconds] = deque(maxlen=REPLAY)
        self._rivals: list[_Predictor] = []
        self._best: _Predictor | None = None
        self._heard = False
        self._pulse: Pulse | None = None

    def onset(self, time: Seconds) -> None:
        """A group of notes began at ``time`` (not before the last)."""
        onsets = self._onsets
        for rival in self._rivals:
            rival.judge(time)
        onsets.append(time)
        if len(onsets) >= 3:
            for back in range(2, min(LOOK_BACK, len(onsets)) + 1):
                self._propose(time - onsets[-back])
        # sort is stable and trust quantised, so equal rivals keep their order everywhere
        self._rivals.sort(key=lambda rival: -rival.trust)
        del self._rivals[RIVALS:]
        self._elect()
        self._pulse = self._read()

    def _propose(self, period: Seconds) -> None:
        while period > LONGEST:
            period /= 2
        if period < SHORTEST:
            return
        onsets = list(self._onsets)
        last = onsets[-1]
        for rival in self._rivals:
            if abs(rival.period - period) < 0.05 * period:
                off = (last - rival.beat) / rival.period
                if abs(off - round(off)) < 0.14:
                    return
        # Start at an onset in the past that lies on this beat, and live through what followed.
        start = 0
        for index, onset in enumerate(onsets[:-2]):
            x = (last - onset) / period
            if abs(x - round(x)) < 0.12:
                start = index
                break
        else:
            start = len(onsets) - 2
        rival = _Predictor(period, onsets[start])
        for onset in onsets[start + 1 :]:
            rival.judge(onset)
        self._rivals.append(rival)

    def _elect(self) -> None:
        best = self._rivals[0] if self._rivals else None
        current = self._best if self._best in self._rivals else None
        if best is None:
            return
        if current is None or best.trust > current.trust + LEAD or not self._heard:
            current = best
        self._best = current
        self._heard = round(current.evidence, 6) > (LOST_AT if self._heard else HEARD_AT)

    @property
    def lost_at(self) -> Seconds | None:
        """When the pulse is given up if nothing more is heard."""
        if not self._heard or self._best is None:
            return None
        return self._best.onset + COAST_BEATS * self._best.period + LATE

    def advance(self, now: Seconds) -> None:
        """Let time pass: a pulse that nobody plays any more is lost."""
        lost = self.lost_at
        if lost is not None and now >= lost:
            self._heard = False
            self._pulse = None
            self._rivals.clear()
            self._onsets.clear()

    @property
    def pulse(self) -> Pulse | None:
        """What is heard now."""
        return self._pulse

    def _read(self) -> Pulse | None:
        if not self._heard or self._best is None:
            return None
        sure = max(0.05, min(1.0, round(self._best.evidence / 9.0, 3)))
        return Pulse(self._best.period, self._best.beat, sure)
