"""MIDI and MusicXML of a duet: they open elsewhere with the same notes, and none is lost."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as Xml

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logged import ADA, YOU, log_of, play
from playing import outputs
from undersong.chance import Chance
from undersong.edges import musicxml
from undersong.edges.export import duet_midi
from undersong.errors import EventError
from undersong.events import Control, Input, NoteOff, NoteOn, Output, Tap
from undersong.notes import Tone
from undersong.reflecting.beats import heard_beats
from undersong.reflecting.duet import Duet, PartnerTone, duet
from undersong.testing.scenes import read_playing


def heads(score: Any) -> list[list[tuple[float, int | None, float]]]:
    """Every note of each part as (quarters from the beginning, pitch or None, quarters), ties joined."""
    parts = []
    for part in score.parts:
        found: list[list[Any]] = []
        open_: dict[tuple[float, int], list[Any]] = {}
        flat = [(float(note.getOffsetInHierarchy(part)), note) for note in part.recurse().notes]
        for at, note in sorted(flat, key=lambda pair: pair[0]):
            for one in note.notes if hasattr(note, "notes") else [note]:
                pitch = one.pitch.midi if hasattr(one, "pitch") else None
                length = float(note.quarterLength)
                tie = one.tie.type if one.tie is not None else None
                if tie in ("stop", "continue"):
                    head = open_.pop((at, pitch))
                    head[2] += length
                else:
                    head = [at, pitch, length]
                    found.append(head)
                if tie in ("start", "continue"):
                    open_[at + length, pitch] = head
        assert not open_
        parts.append(sorted((a, p, q) for a, p, q in found if p is not None))
        parts[-1] += sorted((a, p, q) for a, p, q in found if p is None)
    return parts


# --- MIDI --------------------------------------------------------------------------------------


def test_the_duet_opens_in_music21_with_the_same_notes() -> None:
    """Onset, pitch and length of everybody's notes come back as they were logged, to the tick."""
    music21 = pytest.importorskip("music21", reason="This reads with music21, of the extra 'bench'.")
    inputs = read_playing("C4@0.5:0.6!70 E4@0.5:1.25!90 G4@1.3771:0.6!50", maker=YOU)
    sent: list[Output] = [
        play(1, 0.53, "bass", 36, 2.0, 40), play(2, 1.03, "chords", 55, 0.5),
        play(3, 1.03, "chords", 59, 0.5),
        play(4, 1.6, "bass", 36, 0.3, 44),  # the same pitch again while it sounds: the earlier one ends
    ]  # fmt: skip
    data = duet_midi(log_of(inputs, sent))
    file = music21.midi.MidiFile()
    file.readstr(data)
    read = heads(music21.midi.translate.midiFileToStream(file, quantizePost=False))
    maker = [(0.5, 60, 0.6), (0.5, 64, 1.25), (1.377, 67, 0.6)]
    partner = [(0.53, 36, 1.07), (1.03, 55, 0.5), (1.03, 59, 0.5), (1.6, 36, 0.3)]
    for found, logged in zip(read, (maker, partner), strict=True):
        assert [pitch for _, pitch, _ in found] == [pitch for _, pitch, _ in logged]
        for (at, _, quarters), (onset, _, seconds) in zip(found, logged, strict=True):
            assert at / 2 == pytest.approx(onset, abs=0.0011)
            assert quarters / 2 == pytest.approx(seconds, abs=0.0021)
    loud = [m.velocity for t in mido.MidiFile(file=BytesIO(data)).tracks for m in t if m.type == "note_on"]
    assert loud == [70, 90, 50, 40, 50, 50, 44]


def test_taps_pedal_and_makers_stay_apart() -> None:
    """Taps of both sides on channel 10, the pedal with its maker, two makers of one pitch on two tracks."""
    inputs: list[Input] = [
        NoteOn(0.5, 0.5, YOU, 60, 60), Control(0.6, 0.6, YOU, 64, 127), NoteOn(0.7, 0.7, ADA, 60, 40),
        NoteOff(1.0, 1.0, YOU, 60), Tap(1.2, 1.2, ADA, 90), Control(1.4, 1.4, YOU, 64, 0),
        NoteOff(2.0, 2.0, ADA, 60),
    ]  # fmt: skip
    sent: list[Output] = [play(1, 1.25, "percussion", 41, 0.2), play(2, 1.25, "bass", 41, 1.0)]
    file = mido.MidiFile(file=BytesIO(duet_midi(log_of(inputs, sent))), charset="utf-8")
    assert file.ticks_per_beat == 960
    tracks = {track.name: track for track in file.tracks}
    assert set(tracks) == {"", "maker: you", "maker: ada", "partner"}
    you, ada, partner = (tracks[name] for name in ("maker: you", "maker: ada", "partner"))
    assert [m.value for m in you if m.type == "control_change"] == [127, 0]
    assert {m.channel for m in you if not m.is_meta} == {0}
    assert sorted({m.channel for m in ada if not m.is_meta}) == [0, 9]
    assert sorted((m.channel, m.note) for m in partner if m.type == "note_on") == [(1, 41), (9, 41)]


# --- notation ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parse() -> Any:
    pytest.importorskip("music21", reason="This reads with music21, of the extra 'bench'.")
    from music21 import converter

    return lambda data: converter.parse(data.decode(), format="musicxml")


def test_without_a_pulse_a_fragment_stands_on_sixteenths(parse: Any) -> None:
    """Three notes that make no pulse, over a held bass and two strokes: on sixteenths at 120, worked out by
    hand; what lasts beyond a bar is tied, what lasts beyond the fragment ends with it."""
    made = duet(
        [*read_playing("C4@1.02:0.5 Eb4@2.26:0.23 G4@4.5:3.0", maker=YOU), Tap(3.0, 3.0, YOU, 60)],
        [play(1, 1.13, "bass", 36, 9.0), play(2, 2.0, "chords", 55, 0.5), play(3, 2.0, "chords", 59, 0.5),
         play(4, 4.0, "percussion", 41, 0.3)],
    )  # fmt: skip
    data = musicxml.fragment(made, (), 1.0, 6.0, "A <fragment> & more")
    score = parse(data)
    assert score.metadata.title == "A <fragment> & more"
    you, partner = heads(score)
    assert you == [(0.0, 60, 1.0), (2.5, 63, 0.5), (7.0, 67, 3.0), (4.0, None, 0.25)]
    assert partner == [(0.25, 36, 9.75), (2.0, 55, 1.0), (2.0, 59, 1.0), (6.0, None, 0.5)]
    assert [part.partName for part in score.parts] == ["you", "Undersong"]
    assert b"<per-minute>120</per-minute>" in data


def test_where_a_pulse_was_heard_a_beat_is_a_quarter(parse: Any) -> None:
    """Steady playing at 100 a minute: every note stands on its quarter, and the tempo is told."""
    notes = " ".join(f"{'CDEG'[n % 4]}4@{0.6 * (n + 1):.1f}:0.5" for n in range(40))
    inputs = read_playing(notes, maker=YOU)
    log = log_of(inputs, outputs(inputs))
    beats = heard_beats(log.inputs)
    assert all(abs(b - a - 0.6) < 0.05 for a, b in pairwise(beats[4:]))
    made = duet(log.inputs, log.outputs)
    score = parse(musicxml.fragment(made, beats, 3.55, 20.0, "x"))
    found = [(at, pitch) for at, pitch, _ in heads(score)[0]]
    played = [tone.pitch for tone in made.tones() if 3.55 <= tone.onset < 20.0]
    assert [pitch for _, pitch in found] == played
    offsets = [at for at, _ in found]
    assert offsets == [offsets[0] + n for n in range(len(played))]
    tempo = score.recurse().getElementsByClass("MetronomeMark").first()
    assert tempo.number == pytest.approx(100, abs=2)
    sounded = [t for t in made.partner if 3.55 <= t.onset < 20.0]
    assert len(heads(score)[1]) == len(sounded) > 0


def test_a_fragment_that_is_none_is_refused() -> None:
    """Without length, without notes, or beyond the end: one sentence."""
    made = duet(read_playing("C4@1.0:0.5", maker=YOU), [])
    for begin, end, says in (
        (2.0, 2.0, "ends at a later"),
        (0.0, 0.5, "Nothing begins"),
        (50, 60, "Nothing"),
    ):
        with pytest.raises(EventError, match=says):
            musicxml.fragment(made, (), begin, end, "x")


# --- any duet as notation ----------------------------------------------------------------------

BAR = 16  # sixteenths


def read_score(data: bytes) -> list[list[tuple[int, int | None, int]]]:
    """Every head of each part as (sixteenth, pitch or None, sixteenths), read by the file's own cursor.
    Asserts that no bar is overrun and that ties meet."""
    parts = []
    for part in Xml.fromstring(data.split(b'dtd">\n')[1]).iter("part"):
        heads: list[list[Any]] = []
        tied: dict[tuple[str, int, int | None], list[Any]] = {}
        for number, measure in enumerate(part.iter("measure")):
            cursor, before = 0, 0
            for element in measure:
                length = int(element.findtext("duration", "0"))
                if element.tag == "backup":
                    cursor -= length
                elif element.tag == "forward":
                    cursor += length
                elif element.tag == "note":
                    if element.find("chord") is None:
                        before, cursor = cursor, cursor + length
                    if element.find("rest") is None:
                        _head(element, number * BAR + before, length, heads, tied)
                assert 0 <= cursor <= BAR
        assert not tied
        parts.append(sorted((tuple(head) for head in heads), key=str))
    return parts


def _head(
    note: Xml.Element, at: int, length: int, heads: list[list[Any]], tied: dict[Any, list[Any]]
) -> None:
    ties = {tie.get("type") for tie in note.iter("tie")}
    step, voice = note.findtext("pitch/step"), note.findtext("voice", "")
    pitch = None
    if step is not None:
        alter, octave = int(note.findtext("pitch/alter", "0")), int(note.findtext("pitch/octave", "0"))
        pitch = 12 * (octave + 1) + {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[step] + alter
    head = tied.pop((voice, at, pitch)) if "stop" in ties else [at, pitch, 0]
    head[2] += length
    if "stop" not in ties:
        heads.append(head)
    if "start" in ties:
        tied[voice, at + length, pitch] = head


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(20, 110), st.integers(0, 400)), max_size=25),
    st.lists(st.tuples(st.integers(0, 900), st.integers(20, 70), st.integers(1, 900)), max_size=25),
    st.integers(0, 300), st.integers(1, 700),
)  # fmt: skip
def test_no_note_of_a_fragment_is_lost(
    maker: list[tuple[int, int, int]], partner: list[tuple[int, int, int]], begin: int, lasts: int
) -> None:
    """Whatever overlaps: each note that begins in the fragment is one head, on its sixteenth, in its
    length."""
    tones = [Tone(at / 100, (at + n) / 100, pitch, 60, YOU) for at, pitch, n in sorted(maker)]
    sent = [PartnerTone(at / 100, (at + n) / 100, pitch, 50, "chords") for at, pitch, n in sorted(partner)]
    made = Duet({YOU: tuple(tones)}, tuple(sent), (), 20.0)
    first, last = begin / 100, (begin + lasts) / 100
    expected = []
    for sounds in (tones, sent):
        found = []
        for sound in sounds:
            if first <= sound.onset < last:
                at = round(8 * (sound.onset - first))
                end = round(8 * (min(sound.offset or 0.0, last) - first))
                found.append((at, sound.pitch, max(end, at + 1) - at))
        expected.append(sorted(found, key=str))
    if not any(expected):
        with pytest.raises(EventError):
            musicxml.fragment(made, (), first, last, "x")
        return
    assert read_score(musicxml.fragment(made, (), first, last, "x")) == expected


def test_beats_stop_where_no_pulse_is_heard() -> None:
    """Steady taps, ten seconds of silence, steady taps at another tempo: beats fall with both, none in the
    middle of the silence, and a fragment across it stands on no beats."""
    first = [0.5 + 0.5 * n for n in range(24)]
    second = [first[-1] + 10.0 + 0.7 * n for n in range(24)]
    inputs = read_playing(" ".join(f"x@{at:.2f}" for at in first + second), maker=YOU)
    beats = heard_beats(inputs)
    middle = first[-1] + 5.0
    assert not [beat for beat in beats if abs(beat - middle) < 2.0]
    for taps, period in ((first, 0.5), (second, 0.7)):
        late = [beat for beat in beats if taps[8] < beat <= taps[-1]]
        assert len(late) >= 12
        assert all(abs(b - a - period) < 0.06 for a, b in pairwise(late))
    assert musicxml.grid(beats, first[8], first[-1]).heard
    assert not musicxml.grid(beats, first[8], second[10]).heard


@pytest.mark.parametrize("seed", range(3))
def test_music21_reads_the_same_notes(parse: Any, seed: int) -> None:
    """Thirty-four notes that overlap anyhow, read with what music21 has of its own for voices and ties: the
    same pitches, onsets and lengths."""
    chance = Chance(seed)

    def some(number: int, low: int, high: int, longest: float) -> list[tuple[float, float, int]]:
        found = []
        for _ in range(number):
            at = chance.between("at", 0, 14)
            end = at + chance.between("long", 0.1, longest)
            found.append((at, end, int(chance.between("pitch", low, high))))
        return sorted(found)

    tones = [Tone(at, end, pitch, 60, YOU) for at, end, pitch in some(20, 50, 80, 2.0)]
    sent = [PartnerTone(at, end, pitch, 60, "chords") for at, end, pitch in some(14, 36, 60, 6.0)]
    made = Duet({YOU: tuple(tones)}, tuple(sent), (), 20.0)
    score = parse(musicxml.fragment(made, (), 0.0, 20.0, "x"))
    for part, sounds in zip(score.parts, (tones, sent), strict=True):
        joined = part.voicesToParts().stripTies()
        read = sorted(
            (4 * float(n.getOffsetInHierarchy(joined)), p.midi, 4 * float(n.quarterLength))
            for n in joined.recurse().notes
            for p in n.pitches
        )
        placed = [(round(8 * s.onset), s.pitch, round(8 * (s.offset or 0))) for s in sounds]
        assert read == sorted((at, pitch, max(end, at + 1) - at) for at, pitch, end in placed)
