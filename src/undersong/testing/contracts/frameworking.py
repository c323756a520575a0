"""The contract of frameworking, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.events import Seconds
from undersong.notes import Tone
from undersong.testing import makers
from undersong.testing.contracts.beats import period_near
from undersong.testing.contracts.contract import NO_PULSE_BAR, Case, Contract, half, playing
from undersong.testing.contracts.matching import LASTS
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window
from undersong.theory.pitch import rubs

MATCHING: Seconds = 30.0  # before the first frame
FIT = 0.75
BORDER = 4  # bars; a frame that fits stays for two such groups
SETTLED: Seconds = 0.06  # after a note, by when a chord decided at it sounds
OPEN = 2  # so many pitch classes leave the chord open


def _frames(w: Window) -> list[Seconds]:
    """When the partner began a frame: the first time with its first bass."""
    told = [c.time for c in w.played.duet.chose if "frame" in c.because]
    bass = w.played.duet.voice("bass")
    return told or ([bass[0].onset] if bass else [])


def _bar(w: Window, at: Seconds) -> Seconds:
    """Four beats, as long as they are around a moment."""
    if w.played.beat is None:
        return NO_PULSE_BAR
    near = [t for t in w.played.onsets if at - 4.0 <= t <= at + 4.0]
    return 4 * (period_near(near, w.played.beat) or w.played.beat)


def _in_a_frame(w: Window) -> bool:
    """Half a minute of playing and two bars are over."""
    return playing(w) and w.start >= w.played.onsets[0] + MATCHING + 2 * _bar(w, w.start)


def _frames_it(w: Window) -> bool:
    """The partner sounds in half of the window, and more than one pitch class: a chord or a fifth."""
    return half(w) and len({t.pitch % 12 for t in w.partner("bass", "chords")}) > 1


def counted(w: Window, start: Seconds, end: Seconds) -> list[Tone]:
    """The maker's long notes between two times, and those on the beat: after at least most of one."""
    tones = w.played.tones
    found = []
    beat = _bar(w, (start + end) / 2) / 4
    for index, tone in enumerate(tones):
        long = tone.offset is not None and tone.offset - tone.onset >= 0.85 * beat
        waited = not index or tone.onset - tones[index - 1].onset >= 0.75 * beat
        if tone.pitch is not None and start <= tone.onset < end and (long or waited):
            found.append(tone)
    return found


def fit(w: Window, start: Seconds, end: Seconds) -> float:
    """The share of the maker's counted notes that belong to what the partner sounds with them."""
    notes = counted(w, start, end)
    return sum(_fits(w, tone) for tone in notes) / len(notes) if notes else 1.0


def _fits(w: Window, tone: Tone) -> bool:
    at = tone.onset + SETTLED
    ours = [t.pitch for t in w.played.duet.voice("bass", "chords") if t.onset <= at < t.offset]
    if not ours or tone.pitch is None:
        return False
    if tone.pitch % 12 in [pitch % 12 for pitch in ours]:
        return True
    return len({pitch % 12 for pitch in ours}) == OPEN and not rubs(tone.pitch, min(ours))


def _holds(w: Window) -> bool:
    begun = _frames(w)
    if not begun or begun[0] < w.played.onsets[0] + MATCHING - 0.1:
        return False
    groups = _groups(w, begun)
    return all(_kept(w, n, groups) for n, (a, b, _) in enumerate(groups) if a < w.end and b > w.start)


def _groups(w: Window, begun: list[Seconds]) -> list[tuple[Seconds, Seconds, bool]]:
    """Every group of four bars since the first frame: begin, end, whether another frame follows."""
    found = []
    last = w.played.onsets[-1]
    for start, until in zip(begun, [*begun[1:], last], strict=True):
        while start < until:
            end = start + BORDER * _bar(w, start)
            follows = end > until - 1.5 * _bar(w, until)
            found.append((start, until if follows else end, follows and until < last))
            start = found[-1][1]
    return found


def _kept(w: Window, number: int, groups: list[tuple[Seconds, Seconds, bool]]) -> bool:
    """Three notes in four fit, or the frame changes at the border; where they fit, it stays eight bars."""
    start, end, changes = groups[number]
    if end - start < BORDER / 2 * _bar(w, start):
        return True  # broken off by the end of the playing
    if fit(w, start, end) < FIT - 1e-9:
        return changes or end >= w.played.onsets[-1]
    return not changes or (number > 0 and not groups[number - 1][2])


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    how = makers.character(seed)
    events = makers.in_character(melody, seed, [(2 * LASTS, how)])
    return Case(events, how.period, (tonic + how.shift) % 12)


SCENE = Scene(
    "frameworking",
    "A willing tune that goes on and on; after half a minute a frame comes under it.",
    evenly("C4 E4 G4 E4 F4 A4 G4 E4 D4 F4 E4 C4 D4 E4 D4 G4 " * 6, 0.5, 0.55, 0.48),
    velocity=66,
    technique="frameworking",
)

CONTRACT = Contract(
    "frameworking",
    ("flowing",),
    "the partner sounds in half of the window, more than one pitch class",
    _in_a_frame,
    _frames_it,
    _holds,
    _maker,
    SCENE,
)
