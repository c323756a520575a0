"""Harmony: what is foreseen from repetition, and chords that stay while they fit."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from playing import outputs, played
from undersong import Plan
from undersong.events import Chose, HeardHarmony, Input, NoteOff, NoteOn
from undersong.listening.repetition import Repetition
from undersong.testing.makers import MAKER
from undersong.testing.scenes import evenly, read_playing
from undersong.theory.chords import harte
from undersong.theory.voicing import lead, parallels

ROOT = Path(__file__).resolve().parent.parent
TUNE = "C5 E5 G5 E5 F5 A5 F5 D5 B4 D5 G5 B4 C5 E5 C5 C5"


def test_what_followed_before_is_foreseen_in_any_key() -> None:
    """A figure heard before, now a fourth higher and slower: what followed is foreseen a fourth higher."""
    memory = Repetition()
    figure = [60, 64, 62, 65, 69, 67]
    for n, pitch in enumerate(figure):
        memory.note(0.5 * n, pitch, joins=False)
    for n, pitch in enumerate(figure[:4]):
        memory.note(10.0 + 0.6 * n, pitch + 5, joins=False)
    content = memory.content(0.6, 0.6)
    assert content is not None
    assert max(range(12), key=content.__getitem__) == (69 + 5) % 12


def test_what_was_never_heard_is_not_foreseen() -> None:
    """Without a place that the last notes repeat, the memory says nothing."""
    memory = Repetition()
    for n, pitch in enumerate([60, 61, 64, 58, 70]):
        memory.note(0.5 * n, pitch, joins=False)
    assert memory.content(0.5, 0.5) is None


def test_a_forecast_comes_before_what_it_tells_of() -> None:
    """Every forecast is told before it begins to hold; what holds now is told when it does."""
    told = [o for o in outputs(read_playing(evenly(TUNE, 0.5, 0.5, 0.45))) if isinstance(o, HeardHarmony)]
    assert len(told) > 20
    assert all(line.time < line.from_ for line in told if line.forecast)
    assert all(line.time == line.from_ for line in told if not line.forecast)


def test_the_second_time_round_is_foreseen_better() -> None:
    """Of a tune in four chords played three times, more of the last round lies in what was foreseen
    before each half bar than of the first."""
    tune = " ".join([TUNE] * 3)
    told = [o for o in outputs(read_playing(evenly(tune, 0.5, 0.5, 0.45))) if isinstance(o, HeardHarmony)]
    names = {harte(root, pcs): {(root + pc) % 12 for pc in pcs} for root in range(12) for pcs in
             ((0, 4, 7), (0, 3, 7), (0, 3, 6))}  # fmt: skip
    pitches = [p for p in read_playing(evenly(tune, 0.5, 0.5, 0.45)) if isinstance(p, NoteOn)]

    def share(first: int) -> float:
        good = 0
        for slot in range(first, first + 16, 2):
            start = 0.5 + 0.5 * slot
            known = [line for line in told if line.time < start]
            classes = names[known[-1].chord] if known else set()
            good += sum(note.pitch % 12 in classes for note in pitches[slot : slot + 2])
        return good / 16

    assert share(32) > share(0) + 0.1


def test_modulation_is_followed() -> None:
    """The tune comes back a minor third higher: within eight notes the chords are of the new key."""
    higher = [NoteOn(e.time + 9.0, e.heard + 9.0, MAKER, e.pitch + 3, 66) if isinstance(e, NoteOn)
              else NoteOff(e.time + 9.0, e.heard + 9.0, MAKER, e.pitch + 3)
              for e in read_playing(evenly(TUNE, 0.5, 0.5, 0.45))
              if isinstance(e, (NoteOn, NoteOff))]  # fmt: skip
    events: list[Input] = [*read_playing(evenly(TUNE, 0.5, 0.5, 0.45)), *higher]
    made = played(events, "accompanying")
    late = [t.pitch % 12 for t in made.voice("bass", "chords") if 13.6 < t.onset < 17.5]
    own = {(pc + 3) % 12 for pc in (0, 2, 4, 5, 7, 9, 11)}
    assert late
    assert sum(pc in own for pc in late) >= 0.8 * len(late)


def test_a_chord_stays_while_it_fits_and_never_moves_in_silence() -> None:
    """An arpeggio over one chord moves nothing; every chord begins with one of the maker's notes."""
    still = played(read_playing(evenly("C5 E5 G5 E5 " * 5, 0.5, 0.5, 0.45)), "accompanying")
    assert len({t.onset for t in still.voice("chords")}) <= 2
    events = read_playing(evenly(f"{TUNE} {TUNE}", 0.5, 0.55, 0.4))
    made = played(events, "accompanying")
    onsets = [e.heard for e in events if isinstance(e, NoteOn)]
    assert len({t.onset for t in made.voice("chords")}) >= 4
    for tone in made.voice("bass", "chords"):
        assert any(0.0 <= tone.onset - onset <= 0.05 for onset in onsets)
    ended = events[-1].heard
    assert max(t.offset for t in made.partner) <= ended + 4.0 + 3.1


def test_chords_are_underneath() -> None:
    """Softer than the tune and, for a tune in the middle, below it; at most four pitch classes."""
    made = played(read_playing(evenly(f"{TUNE} {TUNE}", 0.5, 0.5, 0.45), 72), "accompanying")
    chords = made.voice("bass", "chords")
    assert chords
    assert all(t.velocity < 72 and t.pitch < 71 for t in chords)
    for onset in {t.onset for t in chords}:
        assert len({t.pitch % 12 for t in chords if t.onset <= onset < t.offset}) <= 4


def test_voices_lead_without_parallels() -> None:
    """Through a circle of fifths, three upper voices over a bass keep no fifth or octave in parallel, and
    move three semitones at most on average."""
    chords = [((root * 5) % 12, 4) for root in range(12)]
    voicing: tuple[int, ...] = ()
    bass = 48
    steps: list[float] = []
    for root, third in chords:
        following = 36 + root
        now = lead([root, (root + third) % 12, (root + 7) % 12], voicing, 52, 71, (bass, following))
        assert len(now) == 3
        if voicing:
            assert parallels((bass, *voicing), (following, *now)) == 0
            steps += [abs(a - b) for a, b in zip(voicing, now, strict=True)]
        voicing, bass = now, following
    assert sum(steps) / len(steps) <= 3.0


def test_a_folder_without_lead_sheets_is_refused(tmp_path: Path) -> None:
    """The generator of the table says in one sentence that there is nothing there, and writes nothing."""
    table = ROOT / "src" / "undersong" / "listening" / "tables" / "harmony.py"
    before = table.read_bytes()
    command = [sys.executable, "tools/fit_harmony.py", "--corpus", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no lead sheets" in done.stdout
    assert table.read_bytes() == before


def test_a_surprise_now_and_then() -> None:
    """Over minutes of the same tune the tonic is met a few times by the sixth degree's chord, never twice
    within a minute, and with a reason."""
    tune = " ".join([TUNE] * 30)
    out = outputs(read_playing(evenly(tune, 0.5, 0.5, 0.45)), Plan(technique="accompanying"))
    told = [o for o in out if isinstance(o, Chose) and "another light" in o.because]
    assert 1 <= len(told) <= 4
    assert all(b.time - a.time >= 60.0 for a, b in pairwise(told))
