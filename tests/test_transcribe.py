"""Sound files through the commands, as a person or a program meets them."""

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from numpy.typing import NDArray

import strokes
from client import Run
from singing import sung, wav_bytes
from undersong import EventError
from undersong.edges import given, midi, sound, wav
from undersong.events import NoteOff, NoteOn, Play, Tap
from undersong.offline import play
from undersong.plan import Plan
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed

Samples = NDArray[np.float32]
RATE = 48_000
SONG = [
    (0.5, 1.0, 60.0),
    (1.1, 1.6, 64.0),
    (1.7, 2.2, 67.0),
    (2.4, 3.0, 65.0),
    (3.1, 3.6, 62.0),
    (3.7, 4.6, 60.0),
]
CLAPS = [0.5 + 0.5 * n for n in range(8)]


def claps(rate: int = RATE, seconds: float = 5.0) -> Samples:
    """Two hands, every half second."""
    made = np.zeros(round(seconds * strokes.RATE))
    for n, at in enumerate(CLAPS):
        part = strokes.clap(np.random.default_rng(n))
        begins = round(at * strokes.RATE)
        made[begins : begins + len(part)] += 0.3 * part / np.abs(part).max()
    return made[:: strokes.RATE // rate].astype(np.float32)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    path.write_bytes(wav_bytes(sung(SONG, RATE), RATE))
    return path


@pytest.fixture
def hands(tmp_path: Path) -> Path:
    path = tmp_path / "hands.wav"
    path.write_bytes(wav_bytes(claps(), RATE))
    return path


def parsed(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_song_is_written_down(run: Run, song: Path) -> None:
    """Each sung note once, at its pitch, within 50 ms, known within 80 ms; lines in the order of ``time``,
    with exactly the promised keys."""
    code, out, err = run("transcribe", song, "--jsonl")
    lines = parsed(out)
    assert (code, err) == (0, "")
    assert [list(line) for line in lines] == [["time", "onset", "offset", "pitch", "velocity"]] * len(SONG)
    assert [line["pitch"] for line in lines] == [pitch for _, _, pitch in SONG]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    for line, (onset, offset, _) in zip(lines, SONG, strict=True):
        assert abs(line["onset"] - onset) <= 0.05
        assert abs(line["offset"] - offset) <= 0.15
        assert line["onset"] < line["time"] <= onset + 0.1
        assert 1 <= line["velocity"] <= 127


def test_strokes_have_no_pitch(run: Run, hands: Path) -> None:
    """Claps: pitch null, within 25 ms, known within 80 ms; in the file they are taps on channel 10."""
    code, out, _ = run("transcribe", hands, "--jsonl", "-o", "hands.mid")
    lines = parsed(out)
    assert code == 0
    assert [line["pitch"] for line in lines] == [None] * len(CLAPS)
    for line, at in zip(lines, CLAPS, strict=True):
        assert abs(line["onset"] - at) <= 0.025
        assert 0 < line["time"] - line["onset"] <= 0.08
    events = midi.events(midi.choose_makers(midi.read(Path("hands.mid")), []))
    assert [type(e) for e in events] == [Tap] * len(CLAPS)
    assert [e.time for e in events] == pytest.approx([line["onset"] for line in lines], abs=0.001)


def test_frames_tell_the_pitch_all_along(run: Run, song: Path) -> None:
    """With --frames a line at least every 16 ms from the beginning to the end, known soon after, voiced
    while somebody sings and at that pitch, among the notes in the order of ``time``."""
    code, out, _ = run("transcribe", song, "--jsonl", "--frames")
    lines = parsed(out)
    frames = [line for line in lines if "hz" in line]
    assert code == 0
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert len(lines) == len(frames) + len(SONG)
    assert {tuple(line) for line in frames} == {("time", "at", "hz", "confidence")}
    steps = np.diff([line["at"] for line in frames])
    assert steps.max() <= 0.016 + 1e-6
    assert frames[-1]["at"] >= 5.0
    assert all(0 <= line["time"] - line["at"] <= 0.066 for line in frames[5:-5])
    for line in frames:
        inside = [p for on, off, p in SONG if on + 0.06 < line["at"] < off - 0.06]
        if inside:
            assert line["confidence"] >= 0.5
            assert abs(12 * np.log2(line["hz"] / 440) + 69 - inside[0]) < 0.5
    before = [line["confidence"] for line in frames if line["at"] < 0.4]
    assert max(before) < 0.5


def test_the_file_is_as_answer_writes_the_maker(run: Run, song: Path) -> None:
    """One tick a millisecond, a track of the file's name, the same notes as answer puts there."""
    assert run("transcribe", song, "-o", "song.mid") == (0, "", "")
    assert run("answer", song, "-o", "duet.mid") == (0, "", "")
    alone, duet = mido.MidiFile("song.mid"), mido.MidiFile("duet.mid")
    assert (alone.type, alone.ticks_per_beat) == (1, 500)
    assert [t.name for t in alone.tracks[1:]] == ["maker: song"]
    assert list(alone.tracks[1]) == list(duet.tracks[1])
    assert len(duet.tracks) > 2


def test_a_song_is_answered_and_listened_to(run: Run, song: Path) -> None:
    """Sung: the partner answers in the singer's key, and what is heard of it is told in order."""
    run("answer", song, "-o", "duet.mid", "--technique", "tonal-grounding")
    duet = mido.MidiFile("duet.mid")
    (bass,) = [t for t in duet.tracks if t.name == "partner: bass"]
    pitches = {m.note % 12 for m in bass if m.type == "note_on"}
    assert pitches
    assert pitches <= {0, 2, 4, 5, 7, 9, 11}
    code, out, _ = run("listen", song)
    lines = parsed(out)
    assert code == 0
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert any("tonality" in line for line in lines)


def test_hands_are_answered(run: Run, hands: Path) -> None:
    """Clapped evenly: a pulse is heard at two beats a second, and the partner plays to it."""
    code, out, _ = run("listen", hands)
    beats = [line["beat"] for line in parsed(out) if "beat" in line]
    assert code == 0
    assert beats[-1]["period"] == pytest.approx(0.5, abs=0.02)
    assert run("answer", hands, "-o", "duet.mid", "--technique", "rhythmic-grounding")[0] == 0
    assert any(t.name.startswith("partner") for t in mido.MidiFile("duet.mid").tracks)


@pytest.mark.parametrize("cut", [3.013, 4.1])
def test_the_partner_knows_nothing_that_is_to_come(tmp_path: Path, song: Path, cut: float) -> None:
    """A recording cut at t: all that the partner did before t is the same."""
    whole = wav.read(song)
    part = tmp_path / "part.wav"
    part.write_bytes(wav_bytes(sung(SONG, RATE)[: round(cut * RATE)], RATE))
    plays = []
    for recording in (whole, wav.read(part)):
        outputs = play(given.of_sound(recording, ()), Plan(), 0).outputs
        plays.append([o for o in outputs if isinstance(o, Play) and o.at < cut])
    assert plays[0] == plays[1]
    assert plays[0]


def test_what_was_heard_later_is_received_later(song: Path) -> None:
    """Each input carries when it happened and when it was known, which is later; notes pair up."""
    events = given.of_sound(wav.read(song), ()).events
    assert all(e.heard > e.time for e in events)
    assert [e.heard for e in events] == sorted(e.heard for e in events)
    held: list[int] = []
    for event in events:
        if isinstance(event, NoteOn):
            held.append(event.pitch)
        elif isinstance(event, NoteOff):
            held.remove(event.pitch)
    assert held == []


def test_lines_wait_for_the_end_of_a_note() -> None:
    """A stroke during a note is printed after that note's line, which waits for the note's end."""
    heard: list[Transcribed] = [
        NoteBegan(0.6, 0.55, 60, 70),
        PitchFrame(0.61, 0.58, 261.6255, 0.9, -20.0),
        Struck(0.8, 0.75, 90, "high"),
        NoteEnded(1.0, 0.95, 60),
        Struck(1.2, 1.15, 90, "low"),
    ]
    lines = [json.loads(line) for line in sound.lines(heard, frames=True)]
    assert [line["time"] for line in lines] == [0.6, 0.61, 0.8, 1.2]
    assert lines[0]["offset"] == 0.95
    assert lines[1]["hz"] == 261.63
    assert len(list(sound.lines(heard))) == 3


def test_an_early_end_is_said_and_what_is_there_is_heard(run: Run, song: Path) -> None:
    """A file that was cut off while it was copied: its first notes are told, and one sentence says so."""
    Path("cut.wav").write_bytes(song.read_bytes()[: 44 + 2 * RATE * 2])
    code, out, err = run("transcribe", "cut.wav", "--jsonl")
    assert (code, [line["pitch"] for line in parsed(out)]) == (0, [60, 64, 67])
    assert err == "undersong: cut.wav ends early: it has 2.0 of its 5.1 s, and these are heard.\n"


def quiet_room(seconds: float) -> Samples:
    return (0.002 * np.random.default_rng(1).standard_normal(round(seconds * 16_000))).astype(np.float32)


NOTHING = {
    "silence": np.zeros(10 * RATE, np.float32),
    "a constant": np.full(10 * RATE, 0.4, np.float32),
    "noise": (0.1 * np.random.default_rng(2).standard_normal(10 * RATE)).astype(np.float32),
    "clipped noise": np.clip(5 * np.random.default_rng(3).standard_normal(10 * RATE), -1, 1).astype(
        np.float32
    ),
    "hum of the mains": (0.003 * np.sin(2 * np.pi * 50 * np.arange(10 * RATE) / RATE)).astype(np.float32),
}


@pytest.mark.parametrize("what", NOTHING)
def test_nothing_gives_no_storm(run: Run, what: str) -> None:
    """Ten seconds in which nobody plays: two events at most; where there is none, writing is refused in a
    sentence, and nothing is written."""
    Path("in.wav").write_bytes(wav_bytes(NOTHING[what], RATE))
    code, out, err = run("transcribe", "in.wav", "--jsonl")
    assert (code, err) == (0, "")
    assert len(parsed(out)) <= 2
    if not out:
        for command in ("transcribe", "answer"):
            code, _, err = run(command, "in.wav", "-o", "out.mid")
            assert code == 2
            assert err.startswith("undersong: No note and no stroke was heard in in.wav; please ")
            assert not Path("out.mid").exists()


@pytest.mark.parametrize("change", ["8 kHz", "192 kHz", "clipped", "constant", "opposite", "quiet"])
def test_a_poor_recording_is_still_heard(tmp_path: Path, change: str) -> None:
    """The same song at another rate, clipped, with an offset, with channels that cancel each other, or 20
    dB softer: the same pitches."""
    rate = {"8 kHz": 8_000, "192 kHz": 192_000}.get(change, RATE)
    samples = sung(SONG, rate)
    if change == "clipped":
        samples = np.clip(8 * samples, -1, 1)
    elif change == "constant":
        samples = samples + np.float32(0.3)
    elif change == "quiet":
        samples = samples * np.float32(0.1)
    data = wav_bytes(samples, rate)
    if change == "opposite":
        whole = np.frombuffer(data[44:], "<i2")
        both = np.stack([whole, -whole], axis=1).tobytes()
        data = data[:22] + struct.pack("<HIIH", 2, rate, 4 * rate, 4) + data[34:40]
        data += struct.pack("<I", len(both)) + both
    path = tmp_path / "song.wav"
    path.write_bytes(data)
    events = given.of_sound(wav.read(path), ()).events
    assert [e.pitch for e in events if isinstance(e, NoteOn)] == [pitch for _, _, pitch in SONG]
    assert not any(isinstance(e, Tap) for e in events)


def test_long_silence_costs_little_memory_and_stays_still(tmp_path: Path) -> None:
    """Ten minutes of a still room, read and heard block by block: nothing is heard."""
    path = tmp_path / "still.wav"
    path.write_bytes(wav_bytes(quiet_room(600), 16_000))
    told = [each for each in sound.hear(wav.read(path)) if not isinstance(each, PitchFrame)]
    assert told == []


def test_progress_is_told_in_seconds(song: Path) -> None:
    """Progress grows to the length of the sound."""
    told: list[float] = []
    list(sound.hear(wav.read(song), told.append))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(wav.read(song).seconds)
    assert len(told) >= 10


WRONG = (
    (["transcribe", "song.wav"], "add -o OUT.mid, or --jsonl"),
    (["transcribe", "song.wav", "-o", "out.mid", "--frames"], "please give both"),
    (["transcribe", "song.wav", "-o", "song.wav"], "would be overwritten"),
    (["transcribe", "missing.wav", "--jsonl"], "There is no file missing.wav"),
    (["transcribe", ".", "--jsonl"], "is a folder"),
    (["transcribe", "text.wav", "--jsonl"], "text.wav is not a WAV file"),
    (["transcribe", "tune.mid", "--jsonl"], "tune.mid is a MIDI file"),
    (["answer", "text.wav", "-o", "out.mid"], "text.wav is not a WAV file"),
    (["answer", "song.mp3", "-o", "out.mid"], "song.mp3 is an MP3 recording"),
    (["answer", "song.wav", "-o", "out.mid", "--maker", "1"], "leave --maker out"),
    (["listen", "empty.wav"], "empty.wav is empty"),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_cannot_be_heard_is_refused(run: Run, song: Path, arguments: list[str], says: str) -> None:
    """Exit 2, one line that says what is wrong, nothing on standard output, nothing written."""
    Path("text.wav").write_text("Dear diary", encoding="utf-8")
    Path("song.mp3").write_bytes(b"ID3\x04" + bytes(200))
    Path("empty.wav").write_bytes(b"")
    Path("tune.mid").write_bytes(midi.write([("x", [])], 1000))
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert (err.count("\n"), err[-2:]) == (1, ".\n")
    assert not Path("out.mid").exists()


def test_without_the_extra_one_sentence_says_how(tmp_path: Path, song: Path) -> None:
    """Where the network for voices is not installed, the command starts, MIDI files are read, and a sound
    is refused with what to install; doctor says the same and is well."""
    hidden = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('onnxruntime', 'swift_f0')))\n"
        "from undersong import cli\n"
        "cli.main()\n"
    )
    tune = tmp_path / "tune.mid"
    tune.write_bytes(midi.write([("x", [(0.0, mido.Message("note_on", note=60, velocity=64))])], 1000))
    for arguments, code, says in (
        (["transcribe", str(song), "--jsonl"], 2, "pip install 'undersong[voice]'"),
        (["answer", str(song), "-o", str(tmp_path / "out.mid")], 2, "pip install 'undersong[voice]'"),
        (["answer", str(tune), "-o", str(tmp_path / "out.mid")], 0, ""),
        (["doctor", "--data", str(tmp_path)], None, "if they are wanted: pip install 'undersong[voice]'"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", hidden, *arguments], capture_output=True, text=True, check=False
        )
        assert says in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        if code is not None:
            assert done.returncode == code
        else:
            assert "well   Hearing sound: " in done.stdout


def test_nothing_heard_is_an_error_of_what_came_in(tmp_path: Path) -> None:
    """The engine's own error, for whoever uses it without the command."""
    path = tmp_path / "still.wav"
    path.write_bytes(wav_bytes(np.zeros(RATE, np.float32), RATE))
    with pytest.raises(EventError, match="please give a recording in which somebody sings or plays"):
        given.of_sound(wav.read(path), ())
