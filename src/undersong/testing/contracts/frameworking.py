"""The contract of frameworking, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.events import Seconds
from undersong.notes import Tone
from undersong.testing import makers
from undersong.testing.contracts.contract import NO_PULSE_BAR, Case, Contract, half, playing
from undersong.testing.contracts.matching import LASTS
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window
from undersong.theory.pitch import rubs

MATCHING: Seconds = 30.0  # before the first frame
STABLE = 8  # bars
FIT = 0.75
BORDER = 4  # bars
SETTLED: Seconds = 0.06  # after a note, by when a chord decided at it sounds
OPEN = 2  # so many pitch classes leave the chord open


def _frames(w: Window) -> list[Seconds]:
    """When the partner began a frame: the first time with its first bass."""
    told = [c.time for c in w.played.duet.chose if "frame" in c.because]
    bass = w.played.duet.voice("bass")
    return told or ([bass[0].onset] if bass else [])


def _bar(w: Window) -> Seconds:
    return NO_PULSE_BAR if w.played.beat is None else 4 * w.played.beat


def _in_a_frame(w: Window) -> bool:
    """Half a minute of playing and two bars are over."""
    return playing(w) and w.start >= w.played.onsets[0] + MATCHING + 2 * _bar(w)


def _frames_it(w: Window) -> bool:
    """The partner sounds in half of the window, and more than one pitch class: a chord or a fifth."""
    return half(w) and len({t.pitch % 12 for t in w.partner("bass", "chords")}) > 1


def counted(w: Window, start: Seconds, end: Seconds) -> list[Tone]:
    """The maker's long notes between two times, and those on the beat: after at least most of one."""
    beat = w.played.beat or 0.6
    tones = w.played.tones
    found = []
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
    begun, bar = _frames(w), _bar(w)
    if not begun or begun[0] < w.played.onsets[0] + MATCHING - 0.1:
        return False
    return all(_kept(w, start, bar, begun) for start in _borders(begun, w, bar))


def _borders(begun: list[Seconds], w: Window, bar: Seconds) -> list[Seconds]:
    """Where groups of four bars began that this window lies in."""
    found = []
    for index, start in enumerate(begun):
        until = begun[index + 1] if index + 1 < len(begun) else w.played.onsets[-1]
        group = start
        while group < until - bar:
            if group < w.end and group + BORDER * bar > w.start:
                found.append(group)
            group += BORDER * bar
    return found


def _kept(w: Window, start: Seconds, bar: Seconds, begun: list[Seconds]) -> bool:
    """Three notes in four fit, and the frame stays for eight bars; else it has changed by the next border."""
    end = start + BORDER * bar
    changed = [b for b in begun if start + bar < b <= end + 1.5 * bar]
    if fit(w, start, min(end, changed[0] if changed else end)) < FIT - 1e-9:
        return bool(changed) or end > w.played.onsets[-1] - bar
    return not changed or any(
        fit(w, b, c) < FIT or c - b >= (STABLE - 1) * bar
        for b, c in zip(begun, begun[1:], strict=False)
        if c == changed[0]
    )


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
