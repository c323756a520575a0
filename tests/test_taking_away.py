"""What is taken away of a take: MIDI and notation that open elsewhere, sound in time, a report to print."""

from __future__ import annotations

import re
import sys
import wave
from array import array
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import pytest

from playing import outputs
from test_looking_back import NOW, spoil  # the same strings, so that they can be searched for
from undersong.edges import looking, musicxml
from undersong.edges.export import duet_midi, export
from undersong.edges.render import RATE, STATIC, Renderer
from undersong.edges.takes import Takes
from undersong.errors import EventError
from undersong.events import Chose, Control, Input, Leave, MakerId, NoteOff, NoteOn, Output, Play, Tap
from undersong.plan import Plan
from undersong.reflecting.beats import heard_beats
from undersong.reflecting.between import rows
from undersong.reflecting.duet import duet
from undersong.remembering import log as codec
from undersong.testing.scenes import read_playing

HEADER = codec.Header("0.1.0", "engine", 7, Plan(), ("holding",), NOW.isoformat())
YOU, ADA = MakerId("you"), MakerId("ada")


def log_of(inputs: list[Input], sent: list[Output]) -> codec.Log:
    """A log by way of its bytes, as it is kept."""
    return codec.read(bytes_of(inputs, sent))


def bytes_of(inputs: list[Input], sent: list[Output]) -> bytes:
    writer = codec.LogWriter(HEADER)
    for event in inputs:
        writer.input(event)
    writer.outputs(sent)
    return writer.seal()


def play(number: int, at: float, voice: Any, pitch: int, seconds: float, velocity: int = 50) -> Play:
    return Play(number, at, "planned", voice, pitch, velocity, seconds)


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


# --- sound -------------------------------------------------------------------------------------

IN_TIME = 0.002  # seconds
HEARD = 0  # of 32767: the samples are exactly silent before a first sound
ATTACK_LOOKED_FOR = 0.3  # seconds, as web/src/sound/measure.ts looks for it


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    pytest.importorskip(
        "py_mini_racer", reason="Rendering needs the extra 'render', which is not installed."
    )
    if not (STATIC / "offline.js").is_file():
        pytest.skip("Rendering needs the built synthesiser, which 'python tools/dev.py build' makes.")
    with Renderer() as ready:
        yield ready


def levels(pieces: Iterator[bytes]) -> list[int]:
    """The louder side of every frame of a WAV file that came in pieces."""
    with wave.open(BytesIO(b"".join(pieces))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        both = array("h", file.readframes(file.getnframes()))
    return [max(abs(a), abs(b)) for a, b in zip(both[::2], both[1::2], strict=True)]


def first(sound: list[int], begin: float, above: int) -> float:
    """When it is first louder than so much, seconds."""
    at = round(begin * RATE)
    return next(frame for frame in range(at, len(sound)) if sound[frame] > above) / RATE


def test_the_makers_onsets_sound_in_time(renderer: Renderer) -> None:
    """Notes from low to high and a tap, each out of silence: each begins within 2 ms of the log."""
    inputs: list[Input] = []
    onsets = [0.5077 + 3.0013 * n for n in range(5)]
    for onset, pitch in zip(onsets, (48, 60, 72, 84), strict=False):
        inputs += [NoteOn(onset, onset, YOU, pitch, 70), NoteOff(onset + 0.5, onset + 0.5, YOU, pitch)]
    inputs.append(Tap(onsets[4], onsets[4], YOU, 60))
    log = log_of(inputs, [])
    sound = levels(renderer.stream(log.inputs, log.outputs, onsets[4] + 1.0))
    for onset in onsets:
        assert first(sound, onset - 0.2, HEARD) == pytest.approx(onset, abs=IN_TIME)


def test_the_partners_attacks_sound_in_time(renderer: Renderer) -> None:
    """The partner's melody and drum, planned, out of silence: each reaches its attack (half of its height)
    within 2 ms of its stamp."""
    sent: list[Output] = []
    for voice, pitch in (
        ("melody", 60),
        ("melody", 67),
        ("melody", 74),
        ("percussion", 41),
        ("percussion", 37),
    ):
        sent += [play(len(sent) + 1, 1.0137 + 4.0 * len(sent), voice, pitch, 1.0, 60)]
    log = log_of([], sent)
    sound = levels(renderer.stream(log.inputs, log.outputs, 1.0 + 4.0 * len(sent)))
    for note in log.outputs:
        assert isinstance(note, Play)
        begins = first(sound, note.at - 0.2, HEARD)
        window = sound[round(begins * RATE) : round((begins + ATTACK_LOOKED_FOR) * RATE)]
        assert first(sound, begins, max(window) // 2) == pytest.approx(note.at, abs=IN_TIME)


# --- the report --------------------------------------------------------------------------------


class Words(HTMLParser):
    """The text of a page, and whatever it would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "style", "onload")]

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>&\"'"


def report_of(tmp_path: Path, inputs: list[Input], sent: list[Output]) -> tuple[str, Words]:
    takes = Takes(tmp_path)
    id_ = takes.keep_log(bytes_of(inputs, sent), NOW)
    spoil(tmp_path, id_)
    about = takes.about(id_)
    about.rename(HOSTILE)
    about.write(3, HOSTILE, NOW)
    about.rate(2, HOSTILE, "leader", "rigid")
    page = looking.report(looking.look(takes.get(id_))).decode()
    read = Words()
    read.feed(page)
    return page, read


def test_the_report_tells_everything_and_loads_nothing(tmp_path: Path) -> None:
    """Own words, ratings, curves, techniques with their reasons, a picture with every sound; hostile
    words are words; nothing is loaded from anywhere."""
    inputs = read_playing("C4@0.5:0.6 D4@1.2:0.9 E4@2.3:1.5 G4@9.0:0.5 x@12.0", maker=MakerId(HOSTILE))
    sent: list[Output] = [Chose(0.1, "holding", "Because <it> is."), play(1, 0.53, "bass", 36, 8.0),
                          play(2, 5.0, "melody", 60, 1.0)]  # fmt: skip
    page, read = report_of(tmp_path, inputs, sent)
    for words in (
        "zztext",
        "zzfragment",
        HOSTILE,
        "leader",
        "rigid",
        "holding",
        "Because <it> is.",
        "A spoken note.",
    ):
        assert words in read.text, words
    assert not {"script", "img", "link", "iframe", "object"} & set(read.tags)
    assert not read.loads
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", page)
    # stones and waves: what sounds on both sides of a strip's edge is drawn in both
    assert page.count('rx="3"') == 4
    assert page.count("<figure>") == 8
    assert "@page" in page


def test_an_empty_take_has_an_honest_report(tmp_path: Path) -> None:
    """Nobody played: no picture, no curve, a sentence that says so; own words are there all the same."""
    _, read = report_of(tmp_path, [Leave(1.0, 1.0, YOU)], [])
    assert "Nothing sounded in this take." in read.text
    assert "zztext" in read.text
    assert "svg" not in read.tags


def test_an_export_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log, MIDI, report, words and recordings; sound as well, where it can be rendered."""
    takes = Takes(tmp_path / "data")
    (tmp_path / "data").mkdir()
    data = bytes_of(read_playing("C4@0.5:0.6", maker=YOU), [])
    id_ = takes.keep_log(data, NOW)
    spoil(tmp_path / "data", id_)
    files = {path.name: path for path in export(takes, id_, tmp_path / "away")}
    assert files["log.jsonl"].read_bytes() == data
    assert b"zztext" in files["report.html"].read_bytes()
    assert any(name.startswith("voice-") for name in files)
    rendered = (STATIC / "offline.js").is_file() and pytest.importorskip("py_mini_racer") is not None
    assert ("duet.wav" in files) == rendered
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)  # as if the extra were not installed
    without = {path.name for path in export(takes, id_, tmp_path / "again")}
    assert without == set(files) - {"duet.wav"}


def test_what_is_between_the_two_is_told_in_words() -> None:
    """Every number that there is has a row that says what it is; what is not there has none."""
    pair = {"asynchrony": {"mean": 0.0188, "sd": 0.0229, "n": 514}, "together": True, "p": 0.01}
    leading = {
        "leader": "maker",
        "by_feature": {"density": None, "velocity": "maker", "mean_pitch": "partner"},
    }
    coupling = {
        "maker -> partner": 0.468, "partner -> maker": None, "replayed": {"maker -> partner": 0.166},
    }  # fmt: skip
    told = {"players": ["maker", "partner"], "pair": pair, "leading": leading, "coupling": coupling}
    assert rows(told) == [
        ("Onsets that belong together: how much the maker is before the partner",
         "+19 ms on average, spread 23 ms, 514 pairs"),
        ("Onsets meet", "more often than those of the same playing, shuffled (p = 0.01)"),
        ("Whose onsets come first", "the maker's"),
        ("Whose changes come first", "loudness: the maker's, pitch: the partner's"),
        ("How far the partner's changes follow the maker's",
         "0.47; 0.17 where the partner's part is moved to another time"),
    ]  # fmt: skip
    nothing = {"asynchrony": {"mean": None, "sd": None, "n": 0}, "together": None, "p": None}
    assert rows({"players": ["maker", "partner"], "pair": nothing, "leading": None, "coupling": None}) == []
    assert rows({"players": ["maker"], "pair": None}) == []
