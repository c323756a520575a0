"""WAV files: every honest form gives the same sound; faults are refused in one sentence."""

import os
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from undersong import EventError, UndersongError
from undersong.edges import wav

Samples = NDArray[np.float64]
EXTENSIBLE_TAIL = struct.pack("<HHI", 22, 0, 0)
GUID = b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def form(tag: int, channels: int, rate: int, width: int, *, extensible: bool = False) -> bytes:
    kind = 0xFFFE if extensible else tag
    body = struct.pack(
        "<HHIIHH", kind, channels, rate, rate * channels * width, channels * width, 8 * width
    )
    return body + EXTENSIBLE_TAIL + struct.pack("<H", tag) + GUID if extensible else body


def riff(*chunks: bytes, mark: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return mark + struct.pack("<I", len(body) if mark == b"RIFF" else 0xFFFFFFFF) + body


def coded(sound: Samples, width: int, floats: bool) -> bytes:
    """Samples (full scale 1) as bytes."""
    if floats:
        return sound.astype(f"<f{width}").tobytes()
    whole = np.round(sound * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    if width == 1:
        return (whole + 128).astype("u1").tobytes()
    data = whole.astype("<i4" if width == 3 else f"<i{width}")
    return data.reshape(-1, 1).view("u1")[:, :3].tobytes() if width == 3 else data.tobytes()


def file_of(sound: Samples, rate: int = 48_000, width: int = 2) -> bytes:
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    return riff(chunk(b"fmt ", form(1, channels, rate, width)), chunk(b"data", coded(sound, width, False)))


def written(tmp_path: Path, data: bytes, name: str = "in.wav") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def heard(path: Path) -> NDArray[np.float32]:
    return np.concatenate(list(wav.read(path).blocks()))


def tone(seconds: float = 1.3, rate: int = 48_000, hz: float = 220) -> Samples:
    sine: Samples = 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return sine


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("mark", [b"RIFF", b"RF64"])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(
    ("width", "floats"), [(1, False), (2, False), (3, False), (4, False), (4, True), (8, True)]
)
def test_every_form_gives_the_same_sound(
    tmp_path: Path, width: int, floats: bool, channels: int, mark: bytes, extensible: bool
) -> None:
    """Whole numbers and floats of every width, any channels, behind other chunks: the same samples, as
    exactly as the width allows."""
    sound = tone(0.7)
    data = coded(np.repeat(sound, channels), width, floats)
    chunks = [chunk(b"LIST", b"odd"), chunk(b"fmt ", form(3 if floats else 1, channels, 48_000, width,
                                                          extensible=extensible))]  # fmt: skip
    if mark == b"RF64":
        chunks.insert(0, chunk(b"ds64", struct.pack("<QQQI", 0, len(data), len(sound), 0)))
        chunks.append(b"data" + struct.pack("<I", 0xFFFFFFFF) + data)
    else:
        chunks.append(chunk(b"data", data))
    path = written(tmp_path, riff(*chunks, mark=mark))
    read = wav.read(path)
    assert (read.rate, read.channels, read.frames, read.short) == (48_000, channels, len(sound), None)
    exact = 2 ** (1 - 8 * min(width, 3)) * 1.6
    assert np.abs(heard(path) - sound).max() <= exact


@pytest.mark.parametrize("rate", [4_000, 44_100, 384_000])
def test_a_long_file_is_read_in_short_blocks(tmp_path: Path, rate: int) -> None:
    """No block is longer than half a second, and together they are all there is."""
    read = wav.read(written(tmp_path, file_of(tone(2.34, rate), rate)))
    lengths = [len(block) for block in read.blocks()]
    assert sum(lengths) == read.frames == round(2.34 * rate)
    assert max(lengths) <= 0.5 * rate + 1


def test_opposite_channels_do_not_vanish(tmp_path: Path) -> None:
    """One channel the other's negative: the sound is there from its first hundredth of a second on;
    channels that agree keep their level, and one silent channel halves it."""
    left = np.concatenate([np.zeros(4800), tone()])
    start = slice(4800 + 480, None)
    loud = float(np.sqrt((left[start] ** 2).mean()))
    for right, share in ((-left, 1.0), (left, 1.0), (0 * left, 0.5), (-0.4 * left, 0.7)):
        sound = heard(written(tmp_path, file_of(np.stack([left, right], axis=1))))[start]
        assert float(np.sqrt((sound.astype(float) ** 2).mean())) == pytest.approx(share * loud, rel=0.02)


def test_mixing_depends_on_nothing_to_come(tmp_path: Path) -> None:
    """A file cut anywhere gives the very samples of the whole one up to there, also where the channels
    turn against each other and back; and nowhere does it click."""
    left = tone(2.0)
    turning = np.where((np.arange(len(left)) // 24_000) % 2, -1.0, 1.0)
    both = np.stack([left, turning * left], axis=1)
    whole = heard(written(tmp_path, file_of(both)))
    assert np.abs(np.diff(whole)).max() < 0.03
    for cut in (1, 95, 96, 23_990, 24_100, 30_011, 72_050):
        part = heard(written(tmp_path, file_of(both[:cut]), "part.wav"))
        assert np.array_equal(part, whole[:cut])


def test_a_file_that_ends_early_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    """A data chunk that is shorter than it says: what is there is read, and a sentence says so; one whose
    length was never filled in is simply read to its end."""
    data = file_of(tone(2.0))
    read = wav.read(written(tmp_path, data[: 44 + 96_001]))
    assert read.frames == 48_000
    assert read.short == "in.wav ends early: it has 1.0 of its 2.0 s, and these are heard."
    for unknown in (0, 0xFFFFFFFF):
        open_ended = data[:40] + struct.pack("<I", unknown) + data[44:]
        read = wav.read(written(tmp_path, open_ended))
        assert (read.frames, read.short) == (96_000, None)


FMT = chunk(b"fmt ", form(1, 1, 48_000, 2))
BAD = (
    (b"", "is empty"),
    (b"ID3\x03" + bytes(100), "is an MP3 recording"),
    (b"fLaC" + bytes(100), "is a FLAC recording"),
    (b"OggS" + bytes(100), "is an Ogg recording"),
    (b"MThd\0\0\0\x06", "is a MIDI file"),
    (b"\0\0\0\x20ftypM4A " + bytes(100), "is an MP4 recording"),
    (b"Dear diary, today I sang.", "is not a WAV file"),
    (b"RIFF\0\0\0\0AVI " + bytes(100), "is not a WAV file"),
    (b"RIFF", "is not a WAV file"),
    (riff(), "holds no sound"),
    (riff(FMT), "holds no sound"),
    (riff(chunk(b"data", bytes(100)), FMT), "holds no sound"),
    (riff(FMT, chunk(b"data", b"")), "has no sound in it"),
    (riff(FMT, chunk(b"data", b"\0")), "has no sound in it"),
    (riff(chunk(b"fmt ", b"\1\0"), chunk(b"data", bytes(100))), "format cannot be read"),
    (riff(chunk(b"fmt ", form(1, 0, 48_000, 2)), chunk(b"data", bytes(100))), "have 0 channels"),
    (riff(chunk(b"fmt ", form(1, 5000, 48_000, 2)), chunk(b"data", bytes(100))), "have 5000 channels"),
    (riff(chunk(b"fmt ", form(1, 1, 0, 2)), chunk(b"data", bytes(100))), "claims 0 samples a second"),
    (riff(chunk(b"fmt ", form(1, 1, 4_000_000, 2)), chunk(b"data", bytes(100))), "claims 4000000 samples"),
    (riff(chunk(b"fmt ", form(85, 1, 48_000, 2)), chunk(b"data", bytes(100))), "in a compressed way"),
    (riff(chunk(b"fmt ", form(1, 1, 48_000, 5)), chunk(b"data", bytes(100))), "40 bits in 5 bytes"),
    (riff(chunk(b"fmt ", form(3, 1, 48_000, 2)), chunk(b"data", bytes(100))), "16 bits in 2 bytes"),
    (riff(*[chunk(b"junk", b"")] * 2000, FMT, chunk(b"data", bytes(100))), "holds no sound"),
)  # fmt: skip


@pytest.mark.parametrize(("data", "says"), BAD, ids=[says for _, says in BAD])
def test_a_bad_file_is_refused_in_a_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    """Each fault has its sentence, which ends in a full stop and has no line break."""
    path = written(tmp_path, data)
    with pytest.raises(EventError, match=says) as refused:
        wav.read(path)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_longer_than_a_day_is_refused(tmp_path: Path) -> None:
    """A day and a second of sound is refused from its header; the disk holds nothing of it."""
    count = (24 * 3600 + 1) * 4000
    path = written(
        tmp_path, riff(chunk(b"fmt ", form(1, 1, 4_000, 1))) + b"data" + struct.pack("<I", count)
    )
    with path.open("r+b") as file:
        file.truncate(44 + count)
    with pytest.raises(EventError, match="longer than a day"):
        wav.read(path)


def test_what_is_no_number_is_silence(tmp_path: Path) -> None:
    """Floats that are not numbers, infinite or beyond all sense come out finite and bounded."""
    sound = tone(0.1)
    sound[10:14] = (np.nan, np.inf, -np.inf, 1e300)
    for width in (4, 8):
        with np.errstate(over="ignore"):
            data = coded(sound, width, floats=True)
        path = written(tmp_path, riff(chunk(b"fmt ", form(3, 1, 48_000, width)), chunk(b"data", data)))
        found = heard(path)
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 4
        assert found[10] == 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 4000),
)
def test_no_mutant_gets_through_as_anything_but_a_sentence(
    tmp_path: Path, changes: list[tuple[int, int]], cut: int
) -> None:
    """A real file with bytes of its head changed and its end cut off: it is read, or refused by one of
    our errors; what is read is finite."""
    sound = np.stack([tone(0.05), tone(0.05, hz=330)], axis=1)
    data = bytearray(riff(chunk(b"fmt ", form(3, 2, 48_000, 4, extensible=True)),
                          chunk(b"data", coded(sound, 4, floats=True))))  # fmt: skip
    for place, value in changes:
        data[place] = value
    with suppress(UndersongError), np.errstate(all="ignore"):
        assert np.isfinite(heard(written(tmp_path, bytes(data[: max(1, len(data) - cut)])))).all()


def test_a_sound_is_told_from_midi_by_what_it_holds(tmp_path: Path) -> None:
    """A WAV file of any name is a sound, a MIDI file named .wav is not; other recordings are sounds, so
    that they are refused as such."""
    for name, data, sound in (
        ("a.mid", file_of(tone(0.1)), True), ("a.wav", b"MThd\0\0\0\x06", False),
        ("a.mp3", b"ID3\x03" + bytes(20), True), ("a.wav", b"text", True), ("a.txt", b"text", False),
    ):  # fmt: skip
        assert wav.is_sound(written(tmp_path, data, name)) is sound
    assert not wav.is_sound(tmp_path / "missing.wav")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="This system has no named pipes.")
@pytest.mark.parametrize("command", ["transcribe", "answer", "listen"])
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path, command: str) -> None:
    """A named pipe that nobody writes to: each command ends at once, in one sentence, with 2."""
    os.mkfifo(tmp_path / "in.wav")
    target = [] if command == "listen" else ["-o", "out.mid"]
    ended = subprocess.run(
        [sys.executable, "-m", "undersong", "--data", "data", command, "in.wav", *target],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "not an ordinary file" in ended.stderr
