"""MIDI files: notes unchanged, faults refused in one sentence."""

import io
import struct
from contextlib import suppress
from pathlib import Path

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playing import music
from undersong import EventError, UndersongError, UsageError
from undersong.edges import midi
from undersong.events import Control, Input, NoteOff, NoteOn, Tap
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers


def written(tmp_path: Path, data: bytes, name: str = "in.mid") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def file_of(events: list[Input], name: str = "flute") -> bytes:
    return midi.write([(name, [t for e in events for t in midi.messages(e)])], 1000)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(music())
def test_the_makers_notes_stand_unchanged(tmp_path: Path, events: list[Input]) -> None:
    """Read, answered and written: the maker's onsets within a millisecond, pitches and velocities
    the same, on a track of the maker's name."""
    makers_ = midi.choose_makers(midi.read(written(tmp_path, file_of(events))), [])
    partner = (PartnerTone(1.0, 2.0, 45, 30, "bass"), PartnerTone(2.0, 2.0, 41, 30, "percussion"))
    tracks = midi.read(written(tmp_path, midi.duet(makers_, partner), "out.mid"))
    assert [t.name for t in tracks if t.notes] == ["flute", "partner: bass", "partner: percussion"]
    again = midi.events(midi.choose_makers(tracks, ["flute"]))
    first = [e for e in events if isinstance(e, NoteOn)]
    second = [e for e in again if isinstance(e, NoteOn)]
    assert [(e.pitch, e.velocity) for e in first] == [(e.pitch, e.velocity) for e in second]
    assert all(abs(a.time - b.time) <= 0.001 for a, b in zip(first, second, strict=True))


def test_tempo_changes_are_played_as_they_sound(tmp_path: Path) -> None:
    """Ticks become seconds along the tempo map: a quarter at 60 lasts twice as long as at 120."""
    file = mido.MidiFile(ticks_per_beat=100)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.Message("note_on", note=60, velocity=64, time=0))
    track.append(mido.Message("note_off", note=60, time=100))
    track.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=0))
    track.append(mido.Message("note_on", note=62, velocity=64, time=0))
    track.append(mido.Message("note_on", note=62, velocity=0, time=100))
    path = tmp_path / "tempo.mid"
    file.save(path)
    events = midi.events(midi.choose_makers(midi.read(path), []))
    assert [(type(e), e.time) for e in events] == [
        (NoteOn, 0.0), (NoteOff, 0.5), (NoteOn, 0.5), (NoteOff, 1.5),
    ]  # fmt: skip


def test_channel_ten_is_taps_and_the_pedal_is_kept(tmp_path: Path) -> None:
    """Drums of any pitch are taps; controllers are heard."""
    data = midi.write(
        [("drum", [
            (0.5, mido.Message("note_on", channel=9, note=77, velocity=50)),
            (0.6, mido.Message("note_off", channel=9, note=77)),
            (0.7, mido.Message("control_change", channel=0, control=64, value=127)),
        ])], 1000)  # fmt: skip
    events = midi.events(midi.choose_makers(midi.read(written(tmp_path, data)), []))
    assert [type(e) for e in events] == [Tap, Control]


def test_makers_are_chosen_by_name_or_number(tmp_path: Path) -> None:
    """Tracks by name or number; unknown ones are refused and the known ones named."""
    tune = makers.steady([(n, 1, 60 + n) for n in range(8)], 1)
    timed = [t for e in tune for t in midi.messages(e)]
    path = written(tmp_path, midi.write([("left", timed), ("rechts – oben", timed), ("empty", [])], 1000))
    tracks = midi.read(path)
    chosen = midi.choose_makers(tracks, ["2", "left"])
    assert [m.maker for m in chosen] == ["rechts – oben", "left"]
    with pytest.raises(UsageError, match=r"no track 'x'.*left.*rechts – oben"):
        midi.choose_makers(tracks, ["x"])
    with pytest.raises(EventError, match="has no notes"):
        midi.choose_makers(tracks, ["empty"])


def good_file() -> bytes:
    return file_of(makers.steady([(n, 1, 60 + n % 9) for n in range(12)], 1))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"hello, this is text", "is neither a MIDI file nor a WAV file"),
        (b"MThd", "damaged"),
        (good_file()[:60], "damaged"),
        (good_file()[:12] + b"\0\0" + good_file()[14:], "damaged"),
        (midi.write([("nothing", [])], 1000), "no notes"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    """Each fault has its sentence, which ends in a full stop and has no line break."""
    with pytest.raises(EventError, match=says) as refused:
        midi.choose_makers(midi.read(written(tmp_path, data)), [])
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_more_than_hands_can_play_is_refused(tmp_path: Path) -> None:
    """A hundred thousand notes in one second are refused with their number."""
    timed = [(i / 100_000, mido.Message("note_on", note=i % 128, velocity=64)) for i in range(100_000)]
    with pytest.raises(EventError, match=r"(9999\d|100000) notes within one second"):
        midi.choose_makers(midi.read(written(tmp_path, midi.write([("x", timed)], 20_000))), [])


def test_longer_than_a_day_is_refused(tmp_path: Path) -> None:
    """A file that claims to last for days is refused before it is played."""
    file = mido.MidiFile(ticks_per_beat=1)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.Message("note_on", note=60, velocity=64, time=268_000_000))
    buffer = io.BytesIO()
    file.save(file=buffer)
    with pytest.raises(EventError, match="longer than a day"):
        midi.read(written(tmp_path, buffer.getvalue()))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 400),
)
def test_no_mutant_gets_through_as_anything_but_a_sentence(
    tmp_path: Path, changes: list[tuple[int, int]], cut: int
) -> None:
    """A real file with bytes changed and cut off: it is read, or refused by one of our errors."""
    data = bytearray(good_file())
    for place, value in changes:
        data[place % len(data)] = value
    data = data[: max(1, len(data) - cut)]
    with suppress(UndersongError):
        midi.choose_makers(midi.read(written(tmp_path, bytes(data))), [])


def test_smpte_time_is_refused(tmp_path: Path) -> None:
    """A division in frames, not in ticks a quarter, is refused rather than played wrongly."""
    data = bytearray(good_file())
    data[12:14] = struct.pack(">h", -(25 << 8) + 40)
    with pytest.raises(EventError):
        midi.read(written(tmp_path, bytes(data)))


def test_a_note_without_length_ends_after_it_began(tmp_path: Path) -> None:
    """On and off in one tick: the note is let go, here and in the duet."""
    timed = [
        (0.5, mido.Message("note_on", note=60, velocity=64)),
        (0.5, mido.Message("note_off", note=60, velocity=0)),
    ]
    file = mido.MidiFile(ticks_per_beat=500)
    track = mido.MidiTrack([m.copy(time=0) for _, m in timed])
    file.tracks.append(track)
    path = tmp_path / "zero.mid"
    file.save(path)
    makers_ = midi.choose_makers(midi.read(path), [])
    assert [type(e) for e in midi.events(makers_)] == [NoteOn, NoteOff]
    again = midi.read(written(tmp_path, midi.duet(makers_, ()), "out.mid"))
    assert [m.message.type for t in again for m in t.messages] == ["note_on", "note_off"]


def test_one_pitch_sounds_once_on_a_track(tmp_path: Path) -> None:
    """Overlapping notes of one pitch are written one after the other, so that any reader pairs them."""
    partner = (PartnerTone(1.0, 9.4, 40, 60, "bass"), PartnerTone(9.0, 17.4, 40, 60, "bass"))
    tracks = midi.read(written(tmp_path, midi.duet([], partner)))
    played = [(m.message.type, round(m.time, 3)) for t in tracks for m in t.messages]
    assert played == [("note_on", 1.0), ("note_off", 9.0), ("note_on", 9.0), ("note_off", 17.4)]
