"""Harmony: which triad the playing implies now, and which holds next. Probabilities, seconds.

Triads are read as degrees of the likeliest key. The present one is kept while it fits; it changes at an
onset it does not hold, at most so often a bar; a sixth or seventh that the playing brings belongs to it.
The next one is foreseen from what this maker's own
playing says comes next (repetition.py), what usually follows a degree, and how triads follow one
another (tables/, learned from lead sheets).
"""

from __future__ import annotations

from math import exp

from undersong.events import HeardHarmony, MakerId, Seconds
from undersong.listening.impression import Harmony, Tonality
from undersong.listening.repetition import Repetition
from undersong.listening.tables.lead_sheets import COMING, MOVES
from undersong.notes import Memory, Pulse
from undersong.theory.chords import DOM7, MAJ, MAJ6, MIN, MIN7, Chord, harte
from undersong.theory.keys import SCALES

CHORDS: tuple[Chord, ...] = tuple(Chord(root, q) for q in (MAJ, MIN) for root in range(12))
NAMES: tuple[str, ...] = tuple(harte(chord) for chord in CHORDS)
# What a triad may be coloured with: tones that stand well on its root or, in minor, on its third.
COLOURS: tuple[tuple[tuple[int, ...], ...], ...] = ((MAJ6, DOM7), (MIN7,))
MINOR_MODES = (1, 2, 3)  # indices into theory.keys.MODES
_MODE = {"major": 0, "minor": 1, "dorian": 2, "phrygian": 3, "lydian": 4, "mixolydian": 5}

NO_PULSE_SPAN: Seconds = 1.2  # half a bar where no pulse is heard
NO_PULSE_BAR: Seconds = 4.0
HALF_BAR, BAR = 2.0, 4.0  # beats
CHANGES = 2.3  # chord changes that a bar allows: most need fewer, so that tunes get some 1.3;
SAVED = 3.0  # and so many in a row, after a calm
FADE: Seconds = 1.2  # what sounded longer ago counts 1/e
NEW = 0.3  # weight in seconds of a note that has just begun
LONGEST: Seconds = 1.5  # of a note that counts

LATELY, SOON, MOVE = 0.5, 0.7, 0.05  # weights of what a triad is chosen by
AHEAD, STEP, STILL = 1.0, 0.03, 0.03  # and a coming one: its content, the move, the present one's own
COLOURED = 0.04  # share of what sounded or is expected from which a tone colours the triad
SLIGHT = 0.01  # what is known less than this tells nothing
ALONE: Seconds = 4.0  # a note that strays so long after another is a slip
ASTRAY: Seconds = 6.0  # so long after a lost key nothing is foreseen by degree
SLIP_SURE = 0.8  # confidence of the key from which a note outside it moves nothing


class HarmonyListener:
    """Hears the harmony of everything that is played. ``memory``: the maker's earlier playing."""

    def __init__(self, memory: Memory = ()) -> None:
        self._memory = memory
        self._repetitions: dict[MakerId, Repetition] = {}
        self._lately = [0.0] * 12
        self._last: tuple[Seconds, int] | None = None
        self._before = 0  # the pitch class before the last
        self._saved = SAVED
        self._strayed: Seconds = -ALONE  # when a note last strayed from the key
        self._lost: Seconds = -ASTRAY  # when the key was last found not to hold
        self._gap: Seconds = 0.5
        self._harmony: Harmony | None = None
        self._told: tuple[str, str] | None = None

    @property
    def harmony(self) -> Harmony | None:
        """The present reading; None before the first note with pitch."""
        return self._harmony

    def note(
        self, now: Seconds, maker: MakerId, pitch: int, tonality: Tonality, pulse: Pulse | None
    ) -> list[HeardHarmony]:
        """A note began, in this key."""
        pc = pitch % 12
        repetition = self._repetitions.get(maker)
        if repetition is None:
            repetition = self._repetitions[maker] = Repetition(self._memory)
        repetition.note(now, pitch)
        self._fade(now, pc, pulse)
        soon = self._soon(maker, tonality, pulse)
        held = _sums(soon)
        minor = int(_MODE[tonality.mode] in MINOR_MODES)
        before = self._harmony
        chord, since = self._present(now, pc, held, tonality, minor)
        coloured = before.chord if before is not None and since == before.since else None
        coloured = coloured or self._coloured(chord, soon, tonality)
        share = self._share(chord)
        coming = self._coming(chord, held, tonality.tonic, minor)
        starts = now + self._gap if pulse is None else _beat_after(pulse, now + 0.5 * self._gap)
        sure = round(min(1.0, held[coming]), 3)
        self._harmony = Harmony(coloured, since, share, CHORDS[coming], starts, sure)
        return self._tell(now, chord, coming, before)

    def _fade(self, now: Seconds, pc: int, pulse: Pulse | None) -> None:
        """What sounded before counts less, for as long as it lasted."""
        if self._last is not None:
            passed = max(0.0, now - self._last[0])
            self._lately[self._last[1]] += min(passed, LONGEST) - NEW if passed > NEW else 0.0
            kept = exp(-passed / FADE)
            self._lately = [round(x * kept, 6) for x in self._lately]
            if 0.04 < passed < 3.0:
                self._gap += 0.3 * (passed - self._gap)
            bar = NO_PULSE_BAR if pulse is None else BAR * pulse.period
            self._saved = min(SAVED, self._saved + CHANGES * passed / bar)
            self._before = self._last[1]
        else:
            self._before = pc
        self._lately[pc] += NEW
        self._last = (now, pc)

    def known(self, maker: MakerId, tonic: int, span: Seconds) -> list[float]:
        """What the coming half bar is foreseen from, by degree: the last note, the one before it, the
        share of what sounded lately, and what followed such a turn before, as far as it is trusted."""
        again, trust = self._repetitions[maker].expect(span)
        whole = sum(self._lately)
        known = [0.0] * 24
        assert self._last is not None
        known[(self._last[1] - tonic) % 12] = 1.0
        known[12 + (self._before - tonic) % 12] = 1.0
        known += [x / whole for x in self._lately[tonic:] + self._lately[:tonic]]
        known += [trust * x for x in again[tonic:] + again[:tonic]]
        return known

    def _soon(self, maker: MakerId, tonality: Tonality, pulse: Pulse | None) -> list[float]:
        """The share of each pitch class expected in the next half bar."""
        span = NO_PULSE_SPAN if pulse is None else HALF_BAR * pulse.period
        tonic = tonality.tonic
        if self._astray:
            again, trust = self._repetitions[maker].expect(span)
            rest = (1.0 - trust) / sum(self._lately)
            return [rest * x + trust * y for x, y in zip(self._lately, again, strict=True)]
        table = COMING[_MODE[tonality.mode] in MINOR_MODES]
        known = self.known(maker, tonic, span)
        weights = [x / 1000 for x in known if x > SLIGHT]
        rows = [row for x, row in zip(known, table, strict=True) if x > SLIGHT]
        soon: list[float] = []
        for column in zip(*rows, strict=True):
            share = 0.0
            for x, y in zip(weights, column, strict=True):
                share += x * y
            soon.append(max(0.0, share))
        return soon[12 - tonic :] + soon[: 12 - tonic]

    def _present(
        self, now: Seconds, pc: int, held: list[float], tonality: Tonality, minor: int
    ) -> tuple[int, Seconds]:
        """The triad that holds now, and since when: it is kept while it fits."""
        before, tonic = self._harmony, tonality.tonic
        number = None
        if before is not None:
            number = before.chord.root + 12 * (before.chord.pcs[1] == 3)
            slipped = self._slipped(now, pc, tonality)
            if slipped or self._saved < 1.0 or before.chord.holds(pc):
                return number, before.since
        moves = MOVES[minor][0 if number is None else _degree(number, tonic)]
        lately = _sums(self._lately)
        whole = sum(self._lately)
        best, most = 0, -99.0
        for root, quality in ((0, 0), (8, 0), (5, 0), (0, 1), (9, 1), (5, 1)):
            chord = (pc + root) % 12 + 12 * quality
            worth = LATELY * lately[chord] / whole + SOON * held[chord]
            worth += MOVE * moves[_degree(chord, tonic)] / 100
            # what is not above the best unrounded is not above it rounded
            if worth > most and (worth := round(worth, 6)) > most:
                best, most = chord, worth
        if number is not None:
            self._saved -= 1.0
        return best, now

    @property
    def _astray(self) -> bool:
        """Whether the key that is still believed has just been left."""
        return self._last is not None and self._last[0] - self._lost < ASTRAY

    def _slipped(self, now: Seconds, pc: int, tonality: Tonality) -> bool:
        """Whether a note strays from a clear key; a second one soon after is no slip but a new key."""
        scale = SCALES[_MODE[tonality.mode]]
        if tonality.confidence <= SLIP_SURE or (pc - tonality.tonic) % 12 in scale:
            return False
        alone = now - self._strayed > ALONE
        self._lost = self._lost if alone else now
        self._strayed = now
        return alone

    def _coloured(self, number: int, soon: list[float], tonality: Tonality) -> Chord:
        """The triad with the sixth or seventh of the key that the playing brings most, if it does."""
        root = number % 12
        scale = SCALES[_MODE[tonality.mode]]
        whole = sum(self._lately)
        best, most = CHORDS[number], COLOURED
        for pcs in COLOURS[number // 12]:
            added = (root + pcs[-1]) % 12
            share = round((self._lately[added] / whole + soon[added]) / 2, 6)
            if (added - tonality.tonic) % 12 in scale and share > most:
                best, most = Chord(root, pcs), share
        return best

    def _share(self, chord: int) -> float:
        """How much of what sounded lately the triad holds."""
        whole = sum(self._lately)
        return round(_sums(self._lately)[chord] / whole, 3)

    def _coming(self, present: int, held: list[float], tonic: int, minor: int) -> int:
        """The triad that will hold next."""
        moves = MOVES[minor][_degree(present, tonic)]
        best, most = present, -99.0
        step = 0.0 if self._astray else STEP
        for degree in range(24):  # counted from the tonic, so that ties fall alike in every key
            chord = (degree + tonic) % 12 + 12 * (degree // 12)
            worth = AHEAD * held[chord] + step * moves[degree] / 100
            worth += STILL * (chord == present)
            if worth > most and (worth := round(worth, 6)) > most:  # as in _present
                best, most = chord, worth
        return best

    def _tell(self, now: Seconds, chord: int, coming: int, before: Harmony | None) -> list[HeardHarmony]:
        read = self._harmony
        assert read is not None
        assert read.coming_from is not None
        told: list[HeardHarmony] = []
        if before is None or before.since != read.since:
            told.append(HeardHarmony(now, NAMES[chord], now, False, read.confidence))
        pair = (NAMES[chord], NAMES[coming])
        if pair != self._told:
            # also where the chord goes on: the last line known is what is foreseen
            told.append(HeardHarmony(now, NAMES[coming], read.coming_from, True, read.coming_confidence))
        self._told = pair
        return told


def _degree(chord: int, tonic: int) -> int:
    return (chord % 12 - tonic) % 12 + (12 if chord >= 12 else 0)


def _sums(content: list[float]) -> list[float]:
    """How much of each triad's pitch classes is there."""
    c = content + content
    return [c[r] + c[r + 4] + c[r + 7] for r in range(12)] + [c[r] + c[r + 3] + c[r + 7] for r in range(12)]


def _beat_after(pulse: Pulse, time: Seconds) -> Seconds:
    return pulse.time_at(int(pulse.beat_at(time) // 1) + 1)
