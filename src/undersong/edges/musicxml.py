"""MusicXML: a fragment of a duet as notation, one part for each maker and one for the partner.

Notes stand on sixteenths: of the beats that were heard where a pulse was heard all through the fragment
(each beat a quarter), else at 120 beats a minute. Bars are of four quarters from the first beat on; a
note that lasts beyond the fragment ends with it. Strokes without pitch stand on one line. No key is
written and no meter is claimed: the bars only make it readable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from xml.etree import ElementTree as Xml

from undersong.errors import EventError
from undersong.events import Seconds
from undersong.notes import Tone
from undersong.reflecting.duet import Duet, PartnerTone
from undersong.theory.pitch import NAMES

DIVISIONS = 4  # of a quarter: sixteenths
BAR = 4 * DIVISIONS
NO_PULSE: Seconds = 0.5  # a quarter where none was heard
GAP = 1.6  # of the median beat: a longer way from beat to beat has no pulse in between
LOW = 57  # mean pitch below which a part stands in the bass clef
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
# sixteenths -> type and dots
VALUES = ((16, "whole", 0), (12, "half", 1), (8, "half", 0), (6, "quarter", 1), (4, "quarter", 0),
          (3, "eighth", 1), (2, "eighth", 0), (1, "16th", 0))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the beats of a fragment lie, in seconds, ascending; at least two."""

    beats: tuple[Seconds, ...]
    heard: bool

    def place(self, time: Seconds) -> int:
        """Sixteenths from the first beat to the one nearest to a moment."""
        index = min(max(bisect_right(self.beats, time) - 1, 0), len(self.beats) - 2)
        begin, end = self.beats[index], self.beats[index + 1]
        return round(DIVISIONS * (index + (time - begin) / (end - begin)))

    @property
    def tempo(self) -> float:
        """Quarters a minute."""
        return 60 / median(b - a for a, b in pairwise(self.beats))


@dataclass(frozen=True, slots=True)
class _Chord:
    """Notes of one length that begin together; ``pitches`` None for a stroke. In sixteenths."""

    begin: int
    end: int
    pitches: tuple[int, ...] | None


def grid(beats: Sequence[Seconds], begin: Seconds, end: Seconds) -> Grid:
    """The grid of a fragment: the heard beats if they go all through it, else quarters of half a second."""
    if len(beats) >= 2:
        period = median(b - a for a, b in pairwise(beats))
        inside = [beat for beat in beats if begin - period < beat < end + period]
        whole = all(b - a < GAP * period for a, b in pairwise(inside))
        if len(inside) >= 2 and whole and inside[0] <= begin + period and inside[-1] >= end - period:
            while inside[0] > begin:
                inside.insert(0, inside[0] - period)
            while inside[-1] < end:
                inside.append(inside[-1] + period)
            return Grid(tuple(inside), True)
    count = max(2, int((end - begin) / NO_PULSE) + 2)
    return Grid(tuple(begin + NO_PULSE * number for number in range(count)), False)


def fragment(made: Duet, beats: Sequence[Seconds], begin: Seconds, end: Seconds, title: str) -> bytes:
    """The notes that begin within ``[begin, end)`` as a MusicXML file.

    ``beats``: those that were heard. Raises EventError for a fragment without length or without notes.
    """
    if not 0 <= begin < end:
        raise EventError("A fragment begins at one moment and ends at a later one; please give both.")
    end = min(end, made.end)
    players: list[tuple[str, Sequence[Tone | PartnerTone]]] = list(made.makers.items())
    players.append(("Undersong", made.partner))
    parts = [(name, [s for s in sounds if begin <= s.onset < end]) for name, sounds in players]
    if not any(sounds for _, sounds in parts):
        raise EventError("Nothing begins in this fragment; please choose one with notes.")
    on = grid(beats, begin, end)
    root = Xml.Element("score-partwise", version="4.0")
    Xml.SubElement(Xml.SubElement(root, "work"), "work-title").text = title
    listed = Xml.SubElement(root, "part-list")
    written = [(name, _voices(sounds, on, end)) for name, sounds in parts]
    length = max(chord.end for _, voices in written for voice in voices for chord in voice)
    bars = -(-length // BAR)
    for number, (name, voices) in enumerate(written, 1):
        entry = Xml.SubElement(listed, "score-part", id=f"P{number}")
        Xml.SubElement(entry, "part-name").text = name
        _part(Xml.SubElement(root, "part", id=f"P{number}"), voices, bars, on if number == 1 else None)
    Xml.indent(root)
    return (HEAD + Xml.tostring(root, encoding="unicode") + "\n").encode()


def _voices(sounds: Sequence[Tone | PartnerTone], on: Grid, until: Seconds) -> list[list[_Chord]]:
    """The notes as voices: in each, one chord ends before the next begins."""
    placed: dict[tuple[int, int, int], list[int | None]] = {}
    for sound in sounds:
        begin = max(on.place(sound.onset), 0)
        offset = until if sound.offset is None else min(sound.offset, until)
        struck = sound.pitch is None or (isinstance(sound, PartnerTone) and sound.voice == "percussion")
        pitch = None if struck else sound.pitch
        end, again = max(on.place(offset), begin + 1), 0
        # what would fall together on one head keeps a head of its own
        while pitch in placed.get((begin, end, again), []) or (pitch is None) != (
            placed.get((begin, end, again), [pitch])[0] is None
        ):
            again += 1
        placed.setdefault((begin, end, again), []).append(pitch)
    voices: list[list[_Chord]] = []
    for (begin, end, _), pitches in sorted(placed.items()):
        known = tuple(sorted(pitch for pitch in pitches if pitch is not None))
        chord = _Chord(begin, end, known or None)
        free = next((voice for voice in voices if voice[-1].end <= begin), None)
        if free is None:
            voices.append([chord])
        else:
            free.append(chord)
    return voices


def _part(part: Xml.Element, voices: list[list[_Chord]], bars: int, tempo: Grid | None) -> None:
    lying = [_by_bar(voice) for voice in voices]
    for bar in range(bars):
        measure = Xml.SubElement(part, "measure", number=str(bar + 1))
        if bar == 0:
            _attributes(measure, voices)
            if tempo is not None:
                _tempo(measure, tempo)
        first, last = bar * BAR, (bar + 1) * BAR
        for number, voice in enumerate(lying or [{}], 1):
            if number > 1:
                _move(measure, "backup", BAR)
            at = first
            for chord in voice.get(bar, []):
                begin, end = max(chord.begin, first), min(chord.end, last)
                _rest(measure, begin - at, number)
                _sound(measure, chord, begin, end, number)
                at = end
            _rest(measure, last - at, number)


def _by_bar(voice: list[_Chord]) -> dict[int, list[_Chord]]:
    """Which of a voice's chords lie in each bar, wholly or in part."""
    found: dict[int, list[_Chord]] = {}
    for chord in voice:
        for bar in range(chord.begin // BAR, (chord.end - 1) // BAR + 1):
            found.setdefault(bar, []).append(chord)
    return found


def _attributes(measure: Xml.Element, voices: list[list[_Chord]]) -> None:
    attributes = Xml.SubElement(measure, "attributes")
    Xml.SubElement(attributes, "divisions").text = str(DIVISIONS)
    time = Xml.SubElement(attributes, "time")
    Xml.SubElement(time, "beats").text = "4"
    Xml.SubElement(time, "beat-type").text = "4"
    pitches = [p for voice in voices for chord in voice for p in chord.pitches or ()]
    low = bool(pitches) and sum(pitches) / len(pitches) < LOW
    clef = Xml.SubElement(attributes, "clef")
    Xml.SubElement(clef, "sign").text = "F" if low else "G"
    Xml.SubElement(clef, "line").text = "4" if low else "2"


def _tempo(measure: Xml.Element, on: Grid) -> None:
    quarters = f"{on.tempo:.1f}".removesuffix(".0")
    direction = Xml.SubElement(measure, "direction", placement="above")
    mark = Xml.SubElement(Xml.SubElement(direction, "direction-type"), "metronome")
    Xml.SubElement(mark, "beat-unit").text = "quarter"
    Xml.SubElement(mark, "per-minute").text = quarters
    Xml.SubElement(direction, "sound", tempo=quarters)


def _move(measure: Xml.Element, how: str, sixteenths: int) -> None:
    Xml.SubElement(Xml.SubElement(measure, how), "duration").text = str(sixteenths)


def _rest(measure: Xml.Element, sixteenths: int, voice: int) -> None:
    """Silence, written out: every voice is whole in every bar, so that readers keep voices apart. Only the
    first one's is to be seen."""
    for length, kind, dots in _values(sixteenths):
        note = Xml.SubElement(measure, "note", {"print-object": "no"} if voice > 1 else {})
        Xml.SubElement(note, "rest")
        _length(note, length, kind, dots, voice)


def _sound(measure: Xml.Element, chord: _Chord, begin: int, end: int, voice: int) -> None:
    """A chord within one bar, in as many tied values as it needs."""
    at = begin
    for length, kind, dots in _values(end - begin):
        back, on = at > chord.begin, at + length < chord.end
        for number, pitch in enumerate(chord.pitches or (None,)):
            note = Xml.SubElement(measure, "note")
            if number:
                Xml.SubElement(note, "chord")
            _head(note, pitch)
            ties = [name for name, tied in (("stop", back), ("start", on)) if tied]
            _length(note, length, kind, dots, voice, ties)
        at += length


def _head(note: Xml.Element, pitch: int | None) -> None:
    if pitch is None:
        head = Xml.SubElement(note, "unpitched")
        Xml.SubElement(head, "display-step").text = "B"
        Xml.SubElement(head, "display-octave").text = "4"
        return
    name = NAMES[pitch % 12]
    head = Xml.SubElement(note, "pitch")
    Xml.SubElement(head, "step").text = name[0]
    if len(name) > 1:
        Xml.SubElement(head, "alter").text = "1" if name[1] == "#" else "-1"
    Xml.SubElement(head, "octave").text = str(pitch // 12 - 1)


def _length(
    note: Xml.Element, length: int, kind: str, dots: int, voice: int, ties: Sequence[str] = ()
) -> None:
    """The rest of a note, in the order that the format wants."""
    Xml.SubElement(note, "duration").text = str(length)
    for tie in ties:
        Xml.SubElement(note, "tie", type=tie)
    Xml.SubElement(note, "voice").text = str(voice)
    Xml.SubElement(note, "type").text = kind
    for _ in range(dots):
        Xml.SubElement(note, "dot")
    if ties:
        notations = Xml.SubElement(note, "notations")
        for tie in ties:
            Xml.SubElement(notations, "tied", type=tie)


def _values(sixteenths: int) -> list[tuple[int, str, int]]:
    """A length as notatable values, the longest first."""
    found = []
    while sixteenths > 0:
        value = next(value for value in VALUES if value[0] <= sixteenths)
        found.append(value)
        sixteenths -= value[0]
    return found
