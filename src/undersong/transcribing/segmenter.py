"""Notes from pitch frames, causally: where a sung note begins, which it is, and where it ends.

Pitch in semitones (MIDI, 69 = A4), levels in dB below full scale, one frame each 16 ms. A note is told
once, some 60 ms after it began, and never corrected. Its pitch is where the voice is heading, since singers
come from below. It becomes another when the voice has left it and stays away, farther than its own vibrato
reaches; when the voice stops; or when it begins again on the same pitch, after a dip.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import log2

from undersong.transcribing.pitch import Frame

# Found by a search over simulated voices and noises (benchmarks/songs.py, tuning seeds), but for RETURNS
# and WIDEST: these follow from a vibrato of a semitone to either side, five times a second and faster.
VOICED, STILL = 0.51, 0.2  # confidence to begin with, and to go on with
FEWEST, MOST = 2, 4  # frames from its onset, the preview not counted, until it is told
DUE = 2.05  # frames after an onset that was heard, when a note may be told that has a frame less
NEAR = 3  # frames between that onset and the note's first
STEADY = 0.43  # semitones a frame: while the voice moves faster, it is waited for
TOGETHER = 2.5  # semitones: frames further apart do not belong to one note
FARTHEST = 0.5  # semitones that the voice is taken to go on, past the last frame
FOLLOWS = 0.08  # of the way to each frame that the note's own pitch moves
AWAY = 0.65  # semitones from the note's own pitch before another is thought of,
REACH, MARGIN = 1.07, 0.46  # or so many of its swings so far, and semitones more
REMEMBERS = 32  # frames of swings: half a second
LEAVING = 3  # of them, the last, which may be the way to another note
RETURNS = 9  # frames: who was elsewhere for less, and comes back, swings; nobody sings so short a note
WIDEST = 2.6  # semitones, of such a swing from one side to the other
DIP = 3.8  # dB that the sound falls and rises again between two notes on one pitch
DIP_WITHIN = 8  # frames
RISING = 3.0  # dB a frame: while it still rises so fast, the new note is waited for
SHORTEST = 5  # frames that a note lasts at least before it begins again
GONE = 2  # frames without a voice that end a note


@dataclass(frozen=True, slots=True)
class Began:
    """A note began at a frame, and is this loud (dB)."""

    frame: int
    pitch: int
    level: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The note ended at a frame."""

    frame: int
    pitch: int


Said = list[Began | Ended]


@dataclass(slots=True)
class _Run:
    """Frames that may become a note: since when, their pitches, the loudest level."""

    since: int
    pitches: list[float]
    level: float


class Segmenter:
    """Feed it frames with what they preview and the level around them; it tells what began and ended."""

    def __init__(self) -> None:
        self._frame = -1
        self._run: _Run | None = None
        self._note: int | None = None
        self._began = 0
        self._centre = 0.0  # the note's own pitch
        self._swings: deque[float] = deque(maxlen=REMEMBERS)
        self._lately: deque[float | None] = deque([None] * RETURNS, maxlen=RETURNS)  # semitones
        self._levels: deque[float] = deque([-100.0] * DIP_WITHIN, maxlen=DIP_WITHIN)
        self._silent = 0
        self._struck: float | None = None

    def feed(self, frame: Frame, preview: Frame, level: float, struck: float | None) -> Said:
        """What this frame decides. ``struck``: at which frame the last onset lay that was heard, if any."""
        self._frame += 1
        self._struck = struck
        self._levels.append(level)
        said = (self._begin if self._note is None else self._go_on)(frame, preview, level)
        sounds = frame.hz > 0 and frame.confidence >= STILL
        self._lately.append(_semitones(frame) if sounds else None)
        return said

    def close(self) -> Said:
        """What ends because the sound does."""
        return self._end(self._frame + 1) if self._note is not None else []

    def _begin(self, frame: Frame, preview: Frame, level: float) -> Said:
        if frame.hz == 0 or frame.confidence < VOICED:
            self._run = None
            return []
        self._add(frame, level)
        return self._decide(preview)

    def _add(self, frame: Frame, level: float) -> None:
        """One more frame of what may become a note, or the first."""
        pitch, run = _semitones(frame), self._run
        if run is None or abs(pitch - run.pitches[-1]) > TOGETHER:
            self._run = run = _Run(self._frame, [], level)
        run.pitches.append(pitch)
        run.level = max(run.level, level)

    def _decide(self, preview: Frame) -> Said:
        """Tell the note once the voice has arrived, or cannot be waited for."""
        run = self._run
        assert run is not None
        count, pitches = len(run.pitches), list(run.pitches)
        if preview.hz > 0 and abs(_semitones(preview) - pitches[-1]) < TOGETHER:
            pitches.append(_semitones(preview))
        struck = self._struck
        due = struck is not None and abs(run.since - struck) < NEAR and self._frame - struck >= DUE
        if count < FEWEST - due or len(pitches) < 2:
            return []
        step = pitches[-1] - pitches[-2]
        if count < MOST and not due and (abs(step) > STEADY or len(pitches) == count):
            return []
        if self._note is not None:
            return [*self._end(run.since), *self._tell(run, pitches[-1])]
        return self._tell(run, pitches[-1] + max(-FARTHEST, min(FARTHEST, step)))

    def _tell(self, run: _Run, pitch: float) -> Said:
        self._note, self._centre, self._began = round(pitch), pitch, run.since
        self._run = None
        self._swings.clear()
        self._silent = 0
        return [Began(run.since, self._note, run.level)]

    def _go_on(self, frame: Frame, preview: Frame, level: float) -> Said:
        if frame.hz == 0 or frame.confidence < STILL:
            self._run = None
            self._silent += 1
            return self._end(self._frame - GONE + 1) if self._silent == GONE else []
        self._silent = 0
        swing = _semitones(frame) - self._centre
        reach = max((abs(s) for s in list(self._swings)[:-LEAVING]), default=0.0)
        away = abs(swing) > max(AWAY, REACH * reach + MARGIN) and not self._returns(swing)
        if away and frame.confidence >= VOICED:
            if self._run is not None and swing * (self._run.pitches[-1] - self._centre) < 0:
                self._run = None
            self._add(frame, level)
            return self._decide(preview)
        for past in [] if self._run is None else self._run.pitches:
            self._swing(past - self._centre)
        self._run = None
        self._swing(swing)
        return self._again(level)

    def _returns(self, swing: float) -> bool:
        """Whether the voice was there a moment ago, before it came here: it swings, and no note began."""
        before = list(self._lately)[: RETURNS - (len(self._run.pitches) if self._run else 0)]
        if abs(swing) >= WIDEST or None in before:
            return False
        offs = [past - self._centre for past in before if past is not None]
        return any(off * swing > 0 and abs(off) > AWAY for off in offs)

    def _swing(self, swing: float) -> None:
        """The note's pitch follows the voice slowly, and how far it swings is remembered."""
        self._swings.append(swing)
        self._centre += FOLLOWS * max(-1.0, min(1.0, swing))

    def _again(self, level: float) -> Said:
        """The same pitch begun again: the sound dipped and has come back."""
        levels = list(self._levels)
        low = min(range(1, len(levels) - 1), key=lambda n: levels[n])
        if self._frame - self._began < SHORTEST + DIP_WITHIN - low:
            return []
        fell = max(levels[:low]) - levels[low]
        rose = level - levels[low]
        if fell < DIP or rose < DIP or levels[-1] - levels[-2] > RISING:
            return []
        since = self._frame - (len(levels) - 1 - low)
        self._levels.extend([level] * DIP_WITHIN)
        return [*self._end(since), *self._tell(_Run(since + 1, [], level), self._centre)]

    def _end(self, frame: int) -> Said:
        assert self._note is not None
        ended = Ended(max(frame, self._began + 1), self._note)
        self._note = None
        return [ended]


def _semitones(frame: Frame) -> float:
    return 69 + 12 * log2(frame.hz / 440)
