"""One rival beat: a period and a phase that go along with the onsets, and the evidence for them.

The evidence is the log of how much likelier the onsets are under this beat than at random times: a
narrow bell on the beat and on its simple divisions, over a uniform floor. How often each of these
places is used is learned as it goes, and so is the width of the bells. Accents weigh, too: a long,
full or loud onset on the beat speaks for it, one off the beat against it. A beat that an onset
just missed forks: one goes with the onset, the other stays. Seconds; widths are shares of a period.
Phase and period correction as in the two-process models reviewed by Repp (2005), "Sensorimotor
synchronization"; forking as in Dixon (2001), "Automatic extraction of tempo and beat".
"""

from __future__ import annotations

from math import exp, log

from undersong.events import Seconds

SHORTEST: Seconds = 0.28  # a beat is felt between .2 and 1.8 s; below .28 s it is a subdivision
LONGEST: Seconds = 1.75
PREFERRED: Seconds = 0.64  # centre of the preferred tempo
TEMPO_PRIOR = 1.0  # evidence lost at an octave from PREFERRED, growing with the square

ON, HALF, QUARTER, THIRD = 0, 1, 2, 3  # places of a beat on which onsets fall
SHARES: tuple[float, float, float, float] = (0.62, 0.18, 0.10, 0.05)  # how often, to begin with
WEIGHTS: tuple[float, float, float, float] = (1.0, -0.95, -1.07, -1.07)  # of an accent there
LEARN = 0.061  # how fast the shares follow
GIVEN = 0.58  # how far the first shares still count
FINE = 0.12  # share of quarters and thirds from which near misses of the beat are taken for these
NEAR_FINE = 0.125  # of a period: how near to the beat an onset then has to be
NEAR = 0.171  # and how near else
ACCENT = 0.69  # evidence of a full accent

JITTER: Seconds = 0.008  # width of a bell: fixed part
JITTER_SHARE = 0.056  # and its part that grows with the period
WIDTH_GAIN = 0.028  # how fast the width follows
NARROWEST, WIDEST = 0.6, 1.38  # bounds of its factor
ROOT_TWO_PI = 2.506628
FLOOR = 0.05  # share of onsets that fall anywhere
MISSED = 0.27  # evidence lost for a beat on which nothing began
MOST_MISSED = 4
PROPOSED = -0.93  # evidence a new beat starts with, since its period was picked to fit

PHASE = 0.96  # share of an asynchrony on the beat that is corrected: hearing goes with the last onset
PHASE_FINE = 0.77  # and on a division of it
PERIOD_FINE = 0.22  # of the period, likewise
PERIOD = 0.15  # of the period, on the beat, to begin with; it learns from whether asynchronies keep sign
PERIOD_STEP = 0.127
PERIOD_LEAST, PERIOD_MOST = 0.05, 0.41
SIZE_GAIN = 0.2
CLEAR = 0.3  # how well an onset must fit a division to correct anything

FORK = 0.93  # evidence a fork costs
FORK_FROM, FORK_TO = 0.10, 0.37  # of a period from the beat: between these an onset forks
FORK_PERIOD = 0.44  # share of the asynchrony by which a fork changes the period


class Rival:
    """One rival beat."""

    __slots__ = (
        "_gain", "_last", "_onset", "_place", "_prior", "_scale", "_shares", "_size", "_width",
        "beat", "evidence", "period", "trust",
    )  # fmt: skip

    def __init__(self, period: Seconds, beat: Seconds) -> None:
        self.period = period
        self.beat = beat  # when its last beat fell
        self.evidence = PROPOSED
        self._onset = beat  # the last onset it judged
        self._place = ON
        self._shares = list(SHARES)
        self._scale = 1.0
        self._gain = PERIOD
        self._last = self._size = 0.0
        self.settle()

    def settle(self) -> None:
        """Period or evidence changed: what follows from them."""
        octaves = log(self.period / PREFERRED) / 0.6931
        self._prior = -TEMPO_PRIOR * octaves * octaves
        self._width = (JITTER / self.period + JITTER_SHARE) * self._scale
        self.trust = round(self.evidence + self._prior, 6)

    def weigh(self, accent: float) -> None:
        """How strong the last onset was is known now: -1 to 1, 0 as usual."""
        self.evidence += ACCENT * accent * WEIGHTS[self._place]

    def fork(self, onset: Seconds) -> Rival | None:
        """The beat that this one would be, had it fallen on an onset that just missed it."""
        x = (onset - self.beat) / self.period
        whole = int(x + 0.5)
        off = x - whole
        if whole < 1 or not FORK_FROM < abs(off) < FORK_TO:
            return None
        period = self.period * (1.0 + FORK_PERIOD * off / whole)
        other = Rival(min(max(period, SHORTEST), LONGEST), onset)
        other.evidence = self.evidence - FORK
        other._shares = self._shares[:]
        other._scale, other._gain = self._scale, self._gain
        other._last, other._size = self._last, self._size
        other.settle()
        return other

    def judge(self, onset: Seconds, fade: float) -> None:
        """Weigh an onset, and go along with it; of the evidence so far, ``fade`` is kept. ``settle``
        after the last of them."""
        period, shares = self.period, self._shares
        x = (onset - self.beat) / period
        whole = int(x + 0.5)
        off = x - whole
        size = abs(off)
        if size < (NEAR_FINE if shares[QUARTER] + shares[THIRD] > FINE else NEAR):
            place, error = ON, size
        elif size < 0.2917:
            place, error = QUARTER, size - 0.25
        elif size < 0.4167:
            place, error = THIRD, size - 0.33333
        else:
            place, error = HALF, size - 0.5
        self._place = place
        width = self._width
        odd = error / width
        odd *= odd
        fit = round(exp(-0.5 * odd), 6)
        share = GIVEN * SHARES[place] + (1.0 - GIVEN) * shares[place]
        if place >= QUARTER:
            share *= 0.5  # there are two of them in a beat
        kept = 1.0 - LEARN
        shares[0] *= kept
        shares[1] *= kept
        shares[2] *= kept
        shares[3] *= kept
        shares[place] += LEARN
        scale = self._scale * (1.0 + WIDTH_GAIN * ((odd if odd < 4.0 else 4.0) - 1.0))
        self._scale = NARROWEST if scale < NARROWEST else WIDEST if scale > WIDEST else scale
        missed = int(x + 0.06) - int((self._onset - self.beat) / period + 0.06) - (place == ON)
        self.evidence = (
            self.evidence * fade
            + log(FLOOR + share * fit / (ROOT_TWO_PI * width))
            - MISSED * (0 if missed < 0 else missed if missed < MOST_MISSED else MOST_MISSED)
        )
        self._onset = onset
        if place == ON:
            if whole >= 1:
                self._go_along(off * period, whole)
        elif fit > CLEAR and x > 0.1:
            by = fit * (error if off > 0 else -error) * period
            self.beat += PHASE_FINE * by
            period += PERIOD_FINE * by / max(x, 0.5)
            self.period = min(max(period, SHORTEST), LONGEST)
        self._width = (JITTER / self.period + JITTER_SHARE) * self._scale

    def _go_along(self, error: Seconds, whole: int) -> None:
        """Correct phase and period by an asynchrony, ``whole`` beats after the last one."""
        self.beat += whole * self.period + PHASE * error
        size = self._size
        self._size = size + SIZE_GAIN * (error * error - size) if size else error * error
        if self._size > 1e-9:
            lag = max(-1.0, min(1.0, error * self._last / self._size))
            self._gain = max(PERIOD_LEAST, min(PERIOD_MOST, self._gain + PERIOD_STEP * lag))
        self._last = error
        period = self.period + self._gain * error / whole
        self.period = SHORTEST if period < SHORTEST else LONGEST if period > LONGEST else period
