"""Pulse: the beat in one maker's onsets, or None. Seconds throughout.

Rival beats run side by side (``rival``): new periods are proposed from the intervals between the
latest onsets, the best rivals fork where an onset just missed them, and the likeliest is heard once
there is evidence enough. Evidence fades, so trust is won over several onsets and lost within a few;
sparse onsets need more of it, since fewer of them fall in line by chance. Where onsets come one to a
beat, as taps do, a robust local period tells more than any of them (``tempo``).
"""

from __future__ import annotations

from collections import deque
from math import exp, log

from undersong.events import Seconds
from undersong.listening.rival import LONGEST, SHORTEST, Rival
from undersong.listening.tempo import EVEN_FOR, TempoListener
from undersong.notes import Pulse

RIVALS = 7  # beats kept
FORKING = 2  # the best of them that may fork
LOOK_BACK = 7  # onsets to which a new onset proposes periods; in an odd turn, so that all are met
REPLAY = 7  # onsets on which a new rival is tried before it joins
LIKE = 0.05  # share by which two periods may differ and still be one
IN_PHASE = 0.14  # of a period: likewise two beats
FORK_IN_PHASE = 0.08
LAY_ON = 0.12  # of a period: how near to an earlier onset a proposed beat begins

LOG_FADE = log(0.913)  # of the evidence, kept over FADE_GAP seconds or a longer interval
FADE_GAP: Seconds = 0.56
HEARD_AT = 4.1  # evidence from which there is a pulse, where onsets are USUAL_GAP apart
LOST_AT = 3.7  # and below which there is none
CREDIT = 2.0  # but a pulse that was much surer may lose so much more, as a share of what it had
MOST_KEPT = 0.985  # of that, at each onset
SPARSE = 4.2  # how much more it takes where they are e times as far apart
USUAL_GAP: Seconds = 0.6
LEAD = 0.1  # how much more evidence a rival needs to take over
FULL = 9.0  # evidence of full confidence

# What makes an onset strong: how much longer than usual it lasts (as a log), notes more than usual
# that begin with it, velocity above the usual.
LONG, SIZE, LOUD = 0.88, 0.28, 0.029
USUAL_GAIN = 0.1  # how fast the usual follows
SHORT_GAP: Seconds = 0.1

EVEN_ENOUGH = 6  # even intervals in a row that make a pulse by themselves; of one sound, their beat
SAME_LEVEL = 0.3  # share by which the period of even onsets may differ from the beat's
EVEN_SURE = 0.45  # confidence of a pulse that even onsets make by themselves

COAST_BEATS = 6.0  # beats without an onset until the pulse is given up
LATE: Seconds = 0.1  # and this long after the last of them


class PulseListener:
    """Hears one maker's pulse."""

    def __init__(self) -> None:
        self._onsets: deque[tuple[Seconds, float]] = deque(maxlen=REPLAY)  # and how strong they were
        self._rivals: list[Rival] = []
        self._best: Rival | None = None
        self._heard = False
        self._most = 0.0  # the evidence that the pulse once had, fading
        self._pulse: Pulse | None = None
        self._tempo = TempoListener()
        self._turn = 0
        self._usual_gap = log(0.5)  # of the latest onsets, as a log
        self._usual_size = 1.0
        self._usual_force = 64.0
        self._pitch: int | None = None
        self._alike = 0  # onsets in a row that struck the same thing
        self._size = 0  # notes of the latest group
        self._force = 64.0
        self.strength = 0.0  # of the onset before the latest: -1 to 1, 0 as usual

    # --- what comes in ---------------------------------------------------------------------

    def onset(self, time: Seconds, velocity: int = 64, pitch: int | None = None) -> None:
        """A group of notes began at ``time`` (not before the last)."""
        self._alike = self._alike + 1 if pitch == self._pitch else 0
        self._pitch = pitch
        onsets, rivals = self._onsets, self._rivals
        gap = FADE_GAP
        if onsets:
            gap = time - onsets[-1][0]
            self._weigh(gap)
        else:
            self._usual_force = float(velocity)
        self._size, self._force = 1, float(velocity)
        fade = round(exp(LOG_FADE * min(1.0, gap / FADE_GAP)), 6)
        forks = [fork for rival in rivals[:FORKING] if (fork := rival.fork(time)) is not None]
        for rival in rivals:
            rival.judge(time, fade)
            rival.settle()
        for fork in forks:
            if not self._known(fork.period, time, FORK_IN_PHASE):
                rivals.append(fork)
        onsets.append((time, 0.0))
        count = len(onsets)
        if count >= 3:
            self._turn += 1
            self._propose(time - onsets[-2][0])
            back = 3 + self._turn % (LOOK_BACK - 2)
            if back <= count:
                self._propose(time - onsets[-back][0])
        # sort is stable and trust quantised, so equal rivals keep their order everywhere
        rivals.sort(key=lambda rival: -rival.trust)
        del rivals[RIVALS:]
        self._tempo.onset(time)
        self._elect()
        self._pulse = self._read()

    def more(self, velocity: int) -> None:
        """Another note of the latest group."""
        self._alike = 0
        self._size += 1
        self._force = max(self._force, float(velocity))

    def _weigh(self, gap: Seconds) -> None:
        """The latest group is complete: how strong it was."""
        length = round(log(max(SHORT_GAP, min(gap, 2.0))), 6)
        strength = (
            LONG * (length - self._usual_gap)
            + SIZE * (self._size - self._usual_size)
            + LOUD * (self._force - self._usual_force)
        )
        self.strength = strength = max(-1.0, min(1.0, strength))
        for rival in self._rivals:
            rival.weigh(strength)
        self._usual_gap += USUAL_GAIN * (length - self._usual_gap)
        self._usual_size += USUAL_GAIN * (self._size - self._usual_size)
        self._usual_force += USUAL_GAIN * (self._force - self._usual_force)
        self._onsets[-1] = (self._onsets[-1][0], strength)

    # --- rivals ----------------------------------------------------------------------------

    def _known(self, period: Seconds, on: Seconds, near: float) -> bool:
        """Whether a rival has this period, and a beat at ``on``."""
        for rival in self._rivals:
            if abs(rival.period - period) < LIKE * period:
                off = (on - rival.beat) / rival.period
                if abs(off - round(off)) < near:
                    return True
        return False

    def _propose(self, period: Seconds) -> None:
        while period > LONGEST:
            period /= 2
        onsets = self._onsets
        last = onsets[-1][0]
        if period < SHORTEST or self._known(period, last, IN_PHASE):
            return
        # Start at an onset in the past that lies on this beat, and live through what followed.
        rival: Rival | None = None
        left = len(onsets)
        before = last
        for onset, strength in onsets:
            left -= 1
            if rival is None:
                x = (last - onset) / period
                if left <= 1 or abs(x - round(x)) < LAY_ON:
                    rival = Rival(period, onset)
                    rival.weigh(strength)
            else:
                rival.judge(onset, round(exp(LOG_FADE * min(1.0, (onset - before) / FADE_GAP)), 6))
                rival.weigh(strength)
            before = onset
        if rival is not None:
            rival.settle()
            self._rivals.append(rival)

    def _elect(self) -> None:
        best = self._rivals[0] if self._rivals else None
        current = self._best if self._best in self._rivals else None
        if best is None:
            return
        if current is None or best.trust > current.trust + LEAD or not self._heard:
            current = best
        self._best = current
        evidence = self._evidence(current)
        self._most = max(evidence, self._most * MOST_KEPT) if self._heard else evidence
        lost_at = LOST_AT - CREDIT * max(0.0, self._most - HEARD_AT)
        self._heard = evidence > (lost_at if self._heard else HEARD_AT)

    def _evidence(self, rival: Rival) -> float:
        return round(rival.evidence + SPARSE * (log(USUAL_GAP) - self._usual_gap), 6)

    def _read(self) -> Pulse | None:
        best, tempo = self._best if self._heard else None, self._tempo
        sure = 0.0 if best is None else max(0.05, min(1.0, round(self._evidence(best) / FULL, 3)))
        tapped = self._alike >= EVEN_ENOUGH
        if best is None or tapped or abs(tempo.period / best.period - 1.0) < SAME_LEVEL:
            enough = EVEN_ENOUGH if best is None or tapped else EVEN_FOR
            if tempo.even_for >= enough and SHORTEST <= tempo.period <= LONGEST:
                even = EVEN_SURE if tempo.even_for >= EVEN_ENOUGH else 0.0
                return Pulse(tempo.period, tempo.beat, max(sure, even))
        return None if best is None else Pulse(best.period, best.beat, sure)

    # --- what time brings ------------------------------------------------------------------

    @property
    def lost_at(self) -> Seconds | None:
        """When the pulse is given up if nothing more is heard."""
        if self._pulse is None:
            return None
        return self._onsets[-1][0] + COAST_BEATS * self._pulse.period + LATE

    def advance(self, now: Seconds) -> None:
        """Let time pass: a pulse that nobody plays any more is lost."""
        lost = self.lost_at
        if lost is not None and now >= lost:
            self._heard = False
            self._pulse = None
            self._best = None
            self._rivals.clear()
            self._onsets.clear()
            self._tempo.forget()

    @property
    def pulse(self) -> Pulse | None:
        """What is heard now."""
        return self._pulse
