"""Melodies and taps from the development data, read with the standard library.

The data is not part of the repository. Where it is absent, ``data`` ends the benchmark with one
plain sentence.
"""

from __future__ import annotations

import ast
import csv
import sys
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from zlib import crc32

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True)
class Melody:
    """A tune: (onset, duration, pitch) in quarters, its tonic as written, quarters a bar; the written
    chords as (onset, root, semitones of the triad over it, pitch class of the bass)."""

    name: str
    notes: tuple[tuple[float, float, int], ...]
    tonic: int
    minor: bool
    bar: float
    downbeat: float = 0.0  # where the second written bar begins: the first may be an upbeat
    chords: tuple[tuple[float, int, tuple[int, ...], int], ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether the tune is kept for testing: a third of them, by a hash of the name."""
        return not fitted(self.name)


def data() -> Path:
    """The folder of development data, or an end with one sentence."""
    for base in (Path.cwd(), Path(__file__).resolve().parent.parent):
        folder = base.parent / "shared" / "data"
        if folder.is_dir():
            return folder
    print("Skipped: the development data is not on this machine (expected beside the checkout).")
    sys.exit(0)


def fitted(name: str) -> bool:
    """Whether weights may be fitted to this lead sheet: two thirds of them, by a hash of the name."""
    return crc32(name.encode()) % 3 != 0


def melodies(folder: Path, most: int | None = None) -> list[Melody]:
    """The lead sheets of the development data that hold at least 16 notes, in order of name."""
    return lead_sheets(folder / "openewld", most)


def lead_sheets(folder: Path, most: int | None = None) -> list[Melody]:
    """The lead sheets (*.mxl) of a folder that hold at least 16 notes, in order of name."""
    found: list[Melody] = []
    for path in sorted(folder.glob("*.mxl")):
        melody = _melody(path)
        if melody is not None and len(melody.notes) >= 16:
            found.append(melody)
        if most is not None and len(found) >= most:
            break
    return found


def _melody(path: Path) -> Melody | None:
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith("xml") and "META" not in n)
        root = ElementTree.fromstring(archive.read(name))
    return read(root, path.stem)


def read(root: ElementTree.Element, name: str) -> Melody | None:
    """The melody of a score's first part."""
    part = root.find("part")
    if part is None:
        return None
    divisions, now, bar = 1.0, 0.0, 4.0
    fifths, mode = 0, "major"
    notes: list[list[float]] = []
    roots: list[tuple[int, bool]] = []
    chords: list[tuple[float, int, tuple[int, ...], int]] = []
    downbeat = 0.0
    for number, measure in enumerate(part.findall("measure")):
        downbeat = now if number == 1 else downbeat
        for element in measure:
            if element.tag == "attributes":
                divisions = float(element.findtext("divisions") or divisions)
                if element.find("key") is not None and not notes:
                    fifths = int(element.findtext("key/fifths") or 0)
                    mode = element.findtext("key/mode") or "major"
                if element.find("time") is not None and not notes:
                    beats = float(element.findtext("time/beats") or 4)
                    bar = beats * 4 / float(element.findtext("time/beat-type") or 4)
            elif element.tag == "harmony":
                step = element.findtext("root/root-step")
                if step is not None:
                    alter = int(float(element.findtext("root/root-alter") or 0))
                    kind = element.findtext("kind") or ""
                    root_pc = (STEPS[step] + alter) % 12
                    roots.append((root_pc, kind.startswith("min")))
                    chords.append((now, root_pc, _triad(kind), _bass(element, root_pc)))
            elif element.tag in ("backup", "forward"):
                sign = -1 if element.tag == "backup" else 1
                now += sign * float(element.findtext("duration") or 0) / divisions
            elif element.tag == "note":
                length = float(element.findtext("duration") or 0) / divisions
                if element.find("chord") is not None or element.find("grace") is not None:
                    continue
                pitch = element.find("pitch")
                if pitch is not None and (element.findtext("voice") or "1") == "1":
                    midi = (
                        12 * (int(pitch.findtext("octave") or 4) + 1)
                        + STEPS[pitch.findtext("step") or "C"]
                        + int(float(pitch.findtext("alter") or 0))
                    )
                    tied = any(t.get("type") == "stop" for t in element.findall("tie"))
                    if tied and notes and notes[-1][2] == midi:
                        notes[-1][1] += length
                    else:
                        notes.append([now, length, midi])
                now += length
    if not notes:
        return None
    home, minor = _key(fifths, mode, roots, int(notes[-1][2]) % 12)
    return Melody(
        name,
        tuple((on, length, int(pitch)) for on, length, pitch in notes if length > 0),
        home,
        minor,
        bar,
        downbeat,
        tuple(chords),
    )


def _triad(kind: str) -> tuple[int, ...]:
    """The triad of a MusicXML kind, as semitones over the root."""
    if kind.startswith(("diminished", "half")):
        return (0, 3, 6)
    if kind.startswith("aug"):
        return (0, 4, 8)
    return (0, 3, 7) if kind.startswith("min") else (0, 4, 7)


def _bass(harmony: ElementTree.Element, root: int) -> int:
    step = harmony.findtext("bass/bass-step")
    if step is None:
        return root
    return (STEPS[step] + int(float(harmony.findtext("bass/bass-alter") or 0))) % 12


def _key(fifths: int, mode: str, roots: list[tuple[int, bool]], last: int) -> tuple[int, bool]:
    """Tonic, and whether the tune is minor.

    Signatures here are often missing (no accidentals) or of the relative key: where the tune ends on
    a note of its last chord, that chord names the key; else the signature does.
    """
    if roots:
        root, minor = roots[-1]
        if (last - root) % 12 in ((0, 3, 7) if minor else (0, 4, 7)):
            return root, minor
    tonic = (fifths * 7) % 12
    return ((tonic + 9) % 12, True) if mode == "minor" else (tonic, False)


def self_paced_taps(folder: Path) -> list[list[float]]:
    """Tap times in seconds of people who tapped at a pace of their own."""
    found: list[list[float]] = []
    for path in sorted((folder / "tapping_illusorymotor_e1").glob("*.csv")):
        with path.open(encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if row["event"] == "SPR":
                    found.append([t / 1000 for t in ast.literal_eval(row["tap_times"])])
    return found


def root_seconds(melody: Melody) -> list[float]:
    """For how long (in quarters) each root of a tune's chords holds."""
    held = [0.0] * 12
    end = melody.notes[-1][0] + melody.notes[-1][1]
    for chord, until in zip(melody.chords, [*(c[0] for c in melody.chords[1:]), end], strict=True):
        held[chord[1]] += max(0.0, until - chord[0])
    return held


def lower_voices(most: int = 24, quarter: float = 0.6) -> list[list[float]]:
    """Intervals between onsets of what lies under the tune in written pieces: in seconds, a quarter lasting
    ``quarter``. Chorales and quartets of music21's corpus; an empty list where music21 is not installed."""
    try:
        from music21 import corpus
    except ImportError:
        return []
    found: list[list[float]] = []
    quartets = [*corpus.getComposer("mozart")[:4], *corpus.getComposer("haydn")[:4]]
    for path in [*corpus.getComposer("bach")[:most], *quartets]:
        parts = list(corpus.parse(path).parts)[1:]
        notes = [(note, part) for part in parts for note in part.flatten().notes]
        onsets = sorted({round(float(note.getOffsetInHierarchy(part)), 3) for note, part in notes})
        gaps = [quarter * (b - a) for a, b in pairwise(onsets)]
        if len(gaps) > 16:
            found.append(gaps)
    return found
