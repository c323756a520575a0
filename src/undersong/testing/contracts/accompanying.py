"""The contract of accompanying, the maker it is tried on, and its scene."""

from __future__ import annotations

from itertools import pairwise

from undersong.events import Seconds
from undersong.reflecting import features
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts.contract import HALF, Case, Contract, levels, playing
from undersong.testing.scenes import Scene, evenly
from undersong.testing.window import Window

NOTES = 64  # of each melody
SETTLED: Seconds = 6.0  # after the first onset
FITS = 0.7  # share of the tune's time that lies in the chords, over the whole playing
AT_ONSET: Seconds = 0.1  # a chord this soon after a maker's onset was decided at it
MOST_CLASSES = 4


def _accompanied(w: Window) -> bool:
    """The maker plays throughout, and has for long enough to be followed."""
    return playing(w) and w.start >= w.played.onsets[0] + SETTLED


def _chords(w: Window) -> bool:
    return features.sounding(w.partner("chords", "bass"), w.start, w.end) >= HALF * (w.end - w.start)


def _beneath(w: Window) -> bool:
    sparse = features.density(w.partner(), w.start, w.end) <= features.density(w.tones(), w.start, w.end)
    with_them = all(
        any(0 <= tone.onset - onset <= AT_ONSET for onset in w.played.onsets) for tone in w.begun()
    )
    under = levels(w, w.partner("chords", "bass"), 3.0, 8.0)
    return under and sparse and with_them and _fit(w) >= FITS


def _fit(w: Window) -> float:
    """Share of the tune's time, over the whole playing, that lies in what sounds under it."""
    good = whole = 0.0
    voices = w.played.duet.voice("chords", "bass")
    for tone in w.played.tones:
        if tone.pitch is None or tone.offset is None or tone.onset < w.played.onsets[0] + SETTLED:
            continue
        for start, end, sounding in _spans(voices, tone.onset, tone.offset):
            classes = {t.pitch % 12 for t in sounding}
            whole += end - start
            good += (end - start) * (tone.pitch % 12 in classes and len(classes) <= MOST_CLASSES)
    return good / whole if whole else 0.0


def _spans(
    tones: list[PartnerTone], start: Seconds, end: Seconds
) -> list[tuple[Seconds, Seconds, list[PartnerTone]]]:
    """The stretches between two times in which the same partner tones sound."""
    near = [t for t in tones if t.onset < end and t.offset > start]
    edges = sorted({start, end, *(e for t in near for e in (t.onset, t.offset) if start < e < end)})
    return [(a, b, [t for t in near if t.onset <= a and t.offset >= b]) for a, b in pairwise(edges)]


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    period = makers.pace(seed)
    return Case(makers.steady(melody[:NOTES], seed, period=period), period, tonic)


SCENE = Scene(
    "accompanying",
    "A tune in even notes, with a turn in the middle.",
    evenly("E4 G4 C5 B4 A4 C5 G4 E4 F4 A4 G4 E4 D4 F4 E4 C4 E4 G4 C5 B4 A4 F4 G4 B4 C5", 0.5, 0.5, 0.45),
    velocity=72,
    technique="accompanying",
)

CONTRACT = Contract(
    "accompanying",
    ("flowing",),
    "chords or bass sound in half of the window",
    _accompanied,
    _chords,
    _beneath,
    _maker,
    SCENE,
)
