"""Harmony: chords and their voices, what is heard and foreseen, and the playing under a soloist."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from playing import MAKERS, outputs
from undersong import Plan, Session, perform
from undersong.choosing.rules import Rules
from undersong.edges import midi
from undersong.events import Chose, HeardHarmony, Input
from undersong.listening.harmony import HarmonyListener
from undersong.listening.impression import Tonality
from undersong.listening.repetition import Repetition
from undersong.notes import Memory
from undersong.offline import make_session
from undersong.plugins import techniques
from undersong.reflecting.duet import Duet, duet
from undersong.remembering import log as codec
from undersong.testing import makers
from undersong.testing.scenes import evenly, read_playing
from undersong.theory.chords import DIM, MAJ, MIN, OPEN, Chord, harte
from undersong.theory.voicing import chorale, lead, parallels

CHORDS = st.builds(Chord, st.integers(0, 11), st.sampled_from((MAJ, MIN, DIM, OPEN, (0, 4, 7, 10))))


def test_chords_have_the_names_that_the_field_reads() -> None:
    """Roots, qualities, inversions and no chord at all, in Harte's syntax."""
    assert harte(Chord(2, MIN)) == "D:min"
    assert harte(Chord(7, MAJ), 50) == "G:maj/5"
    assert harte(Chord(7, (0, 4, 7, 10)), 41) == "G:7/b7"
    assert harte(Chord(0, OPEN)) == "C:5"
    assert harte(None) == "N"
    assert Chord(9, MIN).classes == (9, 0, 4)


def test_parallels_are_counted_where_both_voices_move() -> None:
    """Fifths and octaves in a row are parallels; a held pair, a fourth and contrary motion are not."""
    assert parallels([(48, 50), (55, 57)]) == 1
    assert parallels([(48, 50), (60, 62), (67, 69)]) == 3
    assert parallels([(48, 48), (55, 55)]) == 0
    assert parallels([(48, 50), (53, 55)]) == 0
    assert parallels([(50, 48), (57, 60)]) == 0


@given(st.lists(CHORDS, min_size=2, max_size=12), st.lists(st.integers(36, 47), min_size=12, max_size=12))
def test_voices_are_led_without_parallels(chords: list[Chord], basses: list[int]) -> None:
    """Every chord is sounded by its own notes, within the register, from one to the next in small steps."""
    before: tuple[int, ...] = ()
    for chord in chords:
        now = lead(chord, before, low=52, high=76)
        assert len(now) == 3
        assert all(chord.holds(pitch) and 52 <= pitch <= 76 for pitch in now)
        assert list(now) == sorted(now)
        if before:
            assert parallels(list(zip(before, now, strict=True))) == 0
        before = now


def test_a_cadence_in_four_parts() -> None:
    """C, F, G, C under a tune: common tones stay, nothing runs in parallel with bass or soprano."""
    frame: tuple[int, ...] = ()
    for root, bass, soprano in ((0, 48, 67), (5, 53, 69), (7, 55, 71), (0, 48, 72)):
        following = chorale(Chord(root, MAJ), frame, bass=bass, soprano=soprano)
        assert following is not None
        if frame:
            assert parallels(list(zip(frame, following, strict=True))) == 0
        frame = following


TUNE = [
    (n, 1.0, p) for n, p in enumerate([64, 62, 60, 62, 64, 64, 64, 62, 62, 62, 64, 67, 67, 64, 62, 60] * 3)
]


def harmonies(events: list[Input]) -> list[HeardHarmony]:
    return [o for o in outputs(events) if isinstance(o, HeardHarmony)]


def test_arpeggios_tell_their_chords() -> None:
    """Broken C, F and G: each chord is believed while it sounds."""
    notes = "C4 E4 G4 E4 F4 A4 C5 A4 G4 B4 D5 B4 C4 E4 G4 E4"
    told = harmonies(read_playing(evenly(notes, 0.5, 0.5, 0.45)))
    for end, chord in ((2.5, "C:maj"), (4.5, "F:maj"), (6.5, "G:maj"), (8.5, "C:maj")):
        assert [o.chord for o in told if not o.forecast and o.time < end][-1] == chord


def test_what_came_before_is_foreseen_when_it_comes_again() -> None:
    """A tune comes back a fourth higher: once its beginning is known, the next pitches are expected."""
    repetition = Repetition()
    tune = (60, 64, 62, 65, 67, 72, 71)
    for n, pitch in enumerate(tune):
        repetition.note(0.5 * n, pitch)
    for n, pitch in enumerate(tune[:4]):
        repetition.note(10 + 0.5 * n, pitch + 5)
    content, trust = repetition.expect(0.5)
    assert content[(67 + 5) % 12] == 1.0
    assert trust > 0.5
    kept = Repetition((tuple((0.5 * n, pitch) for n, pitch in enumerate(tune)),))
    for n, pitch in enumerate(tune[:4]):
        kept.note(0.4 * n, pitch + 3)
    assert kept.expect(0.4)[0][(67 + 3) % 12] > 0.4


def test_forecasts_lie_ahead_and_what_is_believed_does_not() -> None:
    """A forecast is told before it holds, a belief when it holds; both with a confidence of 0 to 1."""
    told = harmonies(makers.steady(TUNE, 3))
    assert {o.forecast for o in told} == {True, False}
    for o in told:
        assert o.time < o.from_ if o.forecast else o.time == o.from_
        assert 0.0 <= o.confidence <= 1.0


def test_harmony_keeps_calm() -> None:
    """The chord changes at most one and a half times a bar of four beats, on the whole."""
    beat = 0.5
    told = [o for o in harmonies(makers.steady(TUNE, 3, period=beat)) if not o.forecast]
    bars = len(TUNE) / 4
    assert len(told) <= 1.5 * bars


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(50, 80), min_size=2, max_size=24), st.integers(1, 11))
def test_harmony_moves_with_the_tune(pitches: list[int], shift: int) -> None:
    """The same notes higher, in the same key higher, are heard as the same chords higher."""
    readings: list[list[tuple[int, int]]] = []
    for up in (0, shift):
        listener, found = HarmonyListener(), []
        for n, pitch in enumerate(pitches):
            key = Tonality(up, "major", 0.9, ((0.9, up, 0),), (0.0,) * 12, 3)
            listener.note(0.5 * n, MAKERS[0], pitch + up, key, None)
            read = listener.harmony
            assert read is not None
            assert read.coming is not None
            found.append(((read.chord.root - up) % 12, (read.coming.root - up) % 12))
        readings.append(found)
    assert readings[0] == readings[1]


def accompanied(events: list[Input]) -> Duet:
    session = Session(Plan(technique="accompanying"), seed=0, techniques=techniques(), policy=Rules())
    return duet(events, perform(session, events, events[-1].heard + 20))


def test_a_chord_never_moves_in_silence() -> None:
    """Every note of the accompaniment begins with a note of the maker's, and all fade after the last."""
    events = makers.steady(TUNE, 5)
    made = accompanied(events)
    onsets = [t.onset for t in made.tones()]
    assert made.partner
    assert all(any(0 < p.onset - on < 0.1 for on in onsets) for p in made.partner)
    assert max(p.offset for p in made.partner) < events[-1].heard + 14


def test_bass_and_chords_stay_underneath() -> None:
    """At most four pitch classes, the bass lowest and at least a fifth below the tune, all of it softer."""
    made = accompanied(makers.steady(TUNE, 5))
    for time in [t.onset + 0.2 for t in made.tones()][4:]:
        now = [p for p in made.partner if p.onset <= time < p.offset]
        assert 0 < len({p.pitch % 12 for p in now}) <= 4
        bass = [p for p in now if p.voice == "bass"]
        assert len(bass) == 1
        assert bass[0].pitch == min(p.pitch for p in now)
        assert bass[0].pitch <= 60 - 7
    assert max(p.velocity for p in made.partner) < min(t.velocity for t in made.tones())


def test_a_low_maker_is_carried_from_above() -> None:
    """Under a low hum nothing sounds: an open fifth lies above it."""
    made = accompanied(makers.steady([(n, d, p - 24) for n, d, p in TUNE], 5))
    assert made.partner
    assert min(p.pitch for p in made.partner) >= 57


def test_one_stray_note_moves_no_chord_and_a_second_does() -> None:
    """In a clear key a note outside it leaves the chord alone; another soon after is taken at its word."""
    listener = HarmonyListener()
    key = Tonality(0, "major", 0.95, ((0.95, 0, 0),), (0.0,) * 12, 5)
    read = []
    for n, pitch in enumerate((60, 64, 67, 64, 60, 66, 68)):
        listener.note(0.5 * n, MAKERS[0], pitch, key, None)
        assert listener.harmony is not None
        read.append(listener.harmony.chord)
    assert read[5] == read[4]
    assert read[6].holds(68)


def test_an_earlier_session_is_remembered(tmp_path: Path) -> None:
    """The same tune twice: with the log of the first time, more of the second is foreseen before it is
    heard; the log of the second replays with what it remembered."""
    events = makers.steady(TUNE, 3)
    source, first, second = tmp_path / "in.mid", tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    source.write_bytes(midi.write([("maker", [m for e in events for m in midi.messages(e)])], 1000))
    undersong("answer", str(source), "-o", str(tmp_path / "out.mid"), "--log", str(first))
    out = str(tmp_path / "out.mid")
    undersong("answer", str(source), "-o", out, "--log", str(second), "--remember", str(first))
    log = codec.read(second.read_bytes())
    assert len(log.header.memory) == 1
    assert len(log.header.memory[0]) == len(TUNE)
    undersong("replay", str(second))

    def surprised(memory: Memory) -> float:
        session = make_session(Plan(technique="giving-space"), 0, memory)
        told = [o for o in perform(session, events, 60.0) if isinstance(o, HeardHarmony) and o.forecast]
        return sum(o.confidence for o in told) / len(told)

    assert surprised(log.header.memory) > surprised(()) + 0.02


def test_a_surprise_now_and_then() -> None:
    """Over minutes of a tune in four chords, home is met a few times by the sixth degree's chord: never
    twice within a minute, and with a reason."""
    tune = " ".join(["C5 E5 G5 E5 F5 A5 F5 D5 B4 D5 G5 B4 C5 E5 C5 C5"] * 30)
    out = outputs(read_playing(evenly(tune, 0.5, 0.5, 0.45)), Plan(technique="accompanying"))
    told = [o for o in out if isinstance(o, Chose) and "another light" in o.because]
    assert 1 <= len(told) <= 5
    assert all(b.time - a.time >= 60.0 for a, b in pairwise(told))


def test_a_folder_without_lead_sheets_is_refused(tmp_path: Path) -> None:
    """The generator of the tables says in one sentence that there is nothing to learn from, and writes
    nothing."""
    root = Path(__file__).resolve().parent.parent
    table = root / "src" / "undersong" / "listening" / "tables" / "lead_sheets.py"
    before = table.read_bytes()
    command = [sys.executable, str(root / "tools" / "fit_harmony.py"), "--corpus", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no lead sheets" in done.stdout
    assert table.read_bytes() == before


def undersong(*arguments: str) -> None:
    command = [sys.executable, "-m", "undersong", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
