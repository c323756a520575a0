"""Written music turned into performances as people give them: nothing lies on a grid.

Scores (lead-sheet melodies of the development data; pieces in several voices of music21's corpus)
are played at a tempo of their own, with phrases that swell and slow, a drifting beat, hands that
are not quite together, louder melodies and accents that only sometimes fall where the bar says.
The true beats come with them. Nothing of the score (meter, bar lines) is given to a listener.
"""

from __future__ import annotations

import math
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import corpora
from undersong.events import Input, Seconds
from undersong.testing.makers import Stage

QUARTERS = 260.0  # of a piece that are played
SECONDS: Seconds = 90.0  # and of a performance
FASTEST_HANDS = 10.0  # onsets a second that a tempo may lead to
PIECES: tuple[str, ...] = (
    "beach/prayer_of_a_tired_child", "beethoven/opus18no1/movement1.mxl",
    "beethoven/opus18no1/movement2.mxl", "beethoven/opus18no1/movement3.mxl",
    "beethoven/opus18no1/movement4.mxl", "beethoven/opus59no1/movement1",
    "beethoven/opus59no1/movement2", "beethoven/opus59no2/movement2", "beethoven/opus59no2/movement4",
    "chopin/mazurka06-2", "corelli/opus3no1/1grave", "cpebach/h186", "handel/rinaldo/lascia_chio_pianga",
    "haydn/opus1no1/movement1", "haydn/opus1no1/movement2", "haydn/opus1no1/movement3",
    "haydn/opus1no1/movement4", "haydn/opus1no1/movement5", "haydn/opus74no1/movement1",
    "haydn/opus74no1/movement2", "haydn/opus74no1/movement3", "haydn/opus74no1/movement4",
    "johnson_j_r/lift_every_voice", "joplin/maple_leaf_rag", "liliuokalani/aloha_oe",
    "mozart/k155/movement1", "mozart/k155/movement2", "mozart/k155/movement3", "mozart/k156/movement1",
    "mozart/k156/movement2", "mozart/k156/movement3", "mozart/k156/movement4", "mozart/k458/movement1",
    "mozart/k458/movement2", "mozart/k458/movement3", "mozart/k458/movement4",
    "mozart/k545/movement1_exposition", "mozart/k80/movement1", "mozart/k80/movement2",
    "mozart/k80/movement3", "mozart/k80/movement4", "schubert/lindenbaum",
    "schumann_clara/polonaise_op1n1", "schumann_clara/polonaise_op1n2", "schumann_clara/polonaise_op1n3",
    "schumann_clara/polonaise_op1n4", "schumann_robert/dichterliebe_no2",
    "schumann_robert/opus41no1/movement1", "schumann_robert/opus41no1/movement2",
    "schumann_robert/opus41no1/movement3", "schumann_robert/opus41no1/movement4",
    "schumann_robert/opus41no1/movement5", "verdi/ladonnaemobile", "weber/concertino_clarinet",
)  # fmt: skip
CHORALES = 60  # spread over the collection


@dataclass(frozen=True, slots=True)
class Score:
    """Notes as (onset and duration in quarters, pitch, voice from the top); the beats in quarters,
    and of each whether it is the first of its bar; ``division`` 2 or 3; ``bar``, beats in most bars."""

    name: str
    notes: tuple[tuple[float, float, int, int], ...]
    beats: tuple[float, ...]
    downs: tuple[bool, ...]
    bar: int
    division: int


@dataclass(frozen=True, slots=True)
class Manner:
    """How freely something is played; shares of the beat but for ``jitter``, in seconds."""

    name: str
    arch: float  # how much slower the ends of phrases are than their middle
    ritardando: float  # how much slower the last beat of a phrase is
    drift: float  # how far the tempo wanders at each beat
    uneven: float  # standard deviation of a beat
    jitter: Seconds  # of a note
    spread: Seconds  # between the hands and in chords
    lead: Seconds  # of the melody


MANNERS: tuple[Manner, ...] = (
    Manner("strict", 0.02, 0.03, 0.004, 0.012, 0.008, 0.005, 0.005),
    Manner("plain", 0.06, 0.10, 0.008, 0.020, 0.010, 0.008, 0.012),
    Manner("free", 0.12, 0.25, 0.012, 0.030, 0.012, 0.012, 0.020),
    Manner("rubato", 0.22, 0.50, 0.020, 0.055, 0.015, 0.018, 0.028),
)


@dataclass(frozen=True, slots=True)
class Performance:
    """A played score: events, the true beats in seconds, and which are downbeats."""

    score: Score
    manner: str
    events: tuple[Input, ...]
    beats: tuple[Seconds, ...]
    downs: tuple[bool, ...]


# --- scores ----------------------------------------------------------------------------------------


def tunes(folder: Path, most: int) -> list[Score]:
    """Lead-sheet melodies, every so-manieth of the collection."""
    found = corpora.melodies(folder)
    found = found[:: max(1, len(found) // most)][:most]
    scores = []
    for melody in found:
        bars = _bars(folder / "openewld" / f"{melody.name}.mxl")
        notes = tuple((on, length, pitch, 0) for on, length, pitch in melody.notes)
        scores.append(_score(melody.name, notes, bars))
    return scores


def _bars(path: Path) -> list[tuple[float, float, int, int]]:
    """Start and length of each bar in quarters, with its time signature."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith("xml") and "META" not in n)
        part = ElementTree.fromstring(archive.read(name)).find("part")
    assert part is not None
    bars: list[tuple[float, float, int, int]] = []
    divisions, now, over, under = 1.0, 0.0, 4, 4
    for measure in part.findall("measure"):
        start, end = now, now
        for element in measure:
            if element.tag == "attributes":
                divisions = float(element.findtext("divisions") or divisions)
                over = int(element.findtext("time/beats") or over)
                under = int(element.findtext("time/beat-type") or under)
            length = float(element.findtext("duration") or 0) / divisions
            if element.tag == "backup":
                now -= length
            elif element.tag == "forward" or (
                element.tag == "note" and element.find("chord") is None and element.find("grace") is None
            ):
                now += length
            end = max(end, now)
        bars.append((start, end - start, over, under))
    return bars


def pieces(most: int) -> list[Score]:
    """Pieces in several voices: quartets, keyboard music, songs, chorales. Reads music21's corpus."""
    from music21 import corpus  # slow to load, and only needed here

    chorales = sorted(str(p) for p in corpus.getComposer("bach") if "bwv" in p.name.lower())
    step = max(1, len(chorales) // CHORALES)
    names = [*PIECES, *chorales[::step][:CHORALES]]
    random.Random(0).shuffle(names)
    scores = []
    for name in names[:most]:
        read = corpus.parse(name)
        parts = list(getattr(read, "parts", [])) or [read]
        notes = []
        for voice, part in enumerate(parts):
            for note in part.stripTies().flatten().notes:
                if note.quarterLength > 0:
                    notes += [
                        (float(note.offset), float(note.quarterLength), p.midi, voice) for p in note.pitches
                    ]
        bars = []
        signature = None
        for measure in parts[0].getElementsByClass("Measure"):
            signature = measure.timeSignature or signature
            over, under = (signature.numerator, signature.denominator) if signature else (4, 4)
            length = float(measure.duration.quarterLength)
            bars.append((float(measure.offset), length, over, under))
        if notes and bars:
            short = Path(name).stem if name.startswith("/") else name
            scores.append(_score(short, tuple(sorted(notes)), bars))
    return scores


def _score(
    name: str, notes: Sequence[tuple[float, float, int, int]], bars: Sequence[tuple[float, float, int, int]]
) -> Score:
    """With beats from the bars: dotted beats in compound time, else those the signature counts."""
    beats: list[float] = []
    downs: list[bool] = []
    sizes: dict[tuple[int, int], float] = {}
    for number, (start, length, over, under) in enumerate(bars):
        compound = over in (6, 9, 12) and under >= 8
        unit = 4.0 / under * (3 if compound else 1)
        count = over // 3 if compound else over
        sizes[(count, 3 if compound else 2)] = sizes.get((count, 3 if compound else 2), 0.0) + length
        full = count * unit
        if start >= QUARTERS:
            break
        origin = start if length > full - 1e-6 or number else start + length - full  # an upbeat ends full
        for beat in range(max(count, round(length / unit))):
            at = origin + beat * unit
            if start - 1e-6 <= at < start + length - 1e-6:
                beats.append(at)
                downs.append(beat == 0)
    bar, division = max(sizes, key=lambda size: sizes[size])
    kept = tuple(note for note in notes if note[0] < min(QUARTERS, beats[-1] + 1e-6))
    return Score(name, kept, tuple(beats), tuple(downs), bar, division)


# --- playing ---------------------------------------------------------------------------------------


def play(score: Score, manner: Manner, seed: int) -> Performance:
    """One performance, drawn by seed."""
    chance = random.Random(f"{score.name} {manner.name} {seed}")
    keeper = _Keeper(score, manner, chance)
    stage = Stage()
    legato, accent, touch = chance.uniform(0.45, 1.05), chance.uniform(-2, 10), chance.uniform(3, 9)
    long_accent, base = chance.uniform(0, 8), chance.uniform(50, 85)
    down = {round(b, 3) for b, first in zip(score.beats, score.downs, strict=True) if first}
    voices = max(note[3] for note in score.notes) + 1
    late = [
        0.0 if voice == 0 else chance.uniform(0, manner.lead) + chance.gauss(0, manner.spread / 2)
        for voice in range(voices)
    ]
    by_onset: dict[float, list[tuple[float, float, int, int]]] = {}
    for note in score.notes:
        by_onset.setdefault(round(note[0], 4), []).append(note)
    for onset, chord in sorted(by_onset.items()):
        at = keeper.time(onset)
        rolled = len(chord) > 2 and chance.random() < 0.04 * (manner.arch > 0.1)
        for place, (_, length, pitch, voice) in enumerate(sorted(chord, key=lambda n: n[2])):
            own = max(-2.5, min(2.5, chance.gauss(0, 1))) * manner.jitter
            time = at + own + late[voice] + abs(chance.gauss(0, manner.spread)) * (len(chord) > 1)
            time += 0.045 * place * rolled
            held = (keeper.time(onset + length) - at) * min(1.1, legato + chance.gauss(0, 0.08))
            force = base + keeper.swell(onset) + chance.gauss(0, touch) + (8 if voice == 0 else 0)
            force += accent * (round(onset, 3) in down) + long_accent * (length >= 1.5)
            if time > 0:
                stage.note(time, held, pitch, max(12, min(122, force)))
    beats = [keeper.time(b) for b in score.beats]
    end = min(SECONDS, keeper.time(score.notes[-1][0]) + 0.05)
    kept = [(t, d) for t, d in zip(beats, score.downs, strict=True) if 0 <= t <= end]
    events = tuple(event for event in stage.events() if event.heard <= end)
    return Performance(score, manner.name, events, tuple(t for t, _ in kept), tuple(d for _, d in kept))


class _Keeper:
    """When each place of a score falls."""

    def __init__(self, score: Score, manner: Manner, chance: random.Random) -> None:
        beats = list(score.beats)
        onsets = sorted({round(note[0], 3) for note in score.notes})
        length = (beats[-1] - beats[0]) / max(1, len(beats) - 1)
        rate = len(onsets) / max(1.0, (onsets[-1] - onsets[0]) / length)  # onsets a beat
        tempo = min(180.0, max(50.0, math.exp(chance.gauss(math.log(98), 0.32))))
        period = max(60 / tempo, rate / FASTEST_HANDS, 60 / 180)
        bar = max(1, score.bar)
        phrase = bar * chance.choice((2, 4, 4, 8))
        self._places = [beats[0] - length, *beats, beats[-1] + length]
        self._loud: list[float] = []
        self._times = [0.5]
        wander = 0.0
        for number in range(len(self._places) - 1):
            inside = ((number - 1) % phrase) / phrase
            self._loud.append(8 * math.sin(math.pi * inside))
            wander = 0.97 * wander + chance.gauss(0, manner.drift)
            bow = manner.arch * ((2 * inside - 1) ** 2 - 0.33)
            slow = manner.ritardando * chance.uniform(0.2, 1.2) * ((number - 1) % phrase == phrase - 1)
            slow += 0.4 * manner.ritardando * ((number - 1) % phrase == phrase - 2)
            if number >= len(self._places) - 6:
                slow += manner.ritardando * 0.25 * (number - (len(self._places) - 6))
            share = (self._places[number + 1] - self._places[number]) / length
            uneven = max(-0.4, min(0.4, chance.gauss(0, manner.uneven)))
            self._times.append(
                self._times[-1] + period * share * math.exp(wander + bow) * (1 + slow + uneven)
            )
        self._last = 0

    def _place(self, quarter: float) -> int:
        places = self._places
        low = self._last if places[self._last] <= quarter else 0
        while low < len(places) - 2 and places[low + 1] <= quarter:
            low += 1
        self._last = low
        return low

    def time(self, quarter: float) -> Seconds:
        """When a place falls."""
        low = self._place(quarter)
        share = (quarter - self._places[low]) / (self._places[low + 1] - self._places[low])
        return self._times[low] + share * (self._times[low + 1] - self._times[low])

    def swell(self, quarter: float) -> float:
        """How much louder the middle of a phrase is."""
        return self._loud[min(self._place(quarter), len(self._loud) - 1)]
