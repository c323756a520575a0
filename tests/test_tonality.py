"""The key: drones, modes, new keys, makers of different weight."""

import pytest

from undersong.events import MakerId, NoteOn
from undersong.listening.tonality import TonalityListener
from undersong.testing.makers import MAKER
from undersong.testing.scenes import read_playing

ADA, BELA = MakerId("ada"), MakerId("béla")


def number(note: str) -> int:
    """The MIDI number of a note's name."""
    event = read_playing(f"{note}@0:1")[0]
    assert isinstance(event, NoteOn)
    return event.pitch


def play(
    listener: TonalityListener, tune: str, maker: MakerId = MAKER, *, pause: float = 0.0, velocity: int = 64
) -> None:
    """Half seconds, one after the other, as one phrase."""
    for index, note in enumerate(tune.split()):
        listener.note(
            maker, number(note), begins_phrase=index == 0, pause=pause if index == 0 else 0.0,
            interval=0.5, velocity=velocity,
        )  # fmt: skip
        listener.lasted(maker, number(note), 0.45)


@pytest.mark.parametrize("note", ["C4", "F#3", "A5"])
def test_a_drone_stands_on_itself(note: str) -> None:
    """One note, again and again, is its own tonic, and more surely the longer it goes on."""
    listener = TonalityListener()
    play(listener, note)
    once = listener.tonality
    play(listener, " ".join([note] * 6))
    often = listener.tonality
    assert once is not None
    assert often is not None
    assert often.tonic == number(note) % 12
    assert often.confidence > once.confidence


@pytest.mark.parametrize(
    ("tune", "tonic", "mode"),
    [
        ("D4 F4 G4 A4 B4 A4 G4 F4 E4 D4 C4 D4 A4 B4 C5 A4 G4 F4 E4 D4 D4", 2, "dorian"),
        ("G4 A4 B4 C5 D5 F5 E5 D5 B4 G4 F4 G4 D5 F5 D5 B4 A4 G4 F4 G4 G4", 7, "mixolydian"),
        ("A3 C4 D4 E4 G4 A4 G4 E4 D4 C4 A3 E4 G4 A4 C5 A4 G4 E4 D4 C4 A3", 9, "minor"),
        ("C4 D4 E4 G4 A4 G4 E4 D4 C4 E4 G4 A4 C5 A4 G4 E4 D4 E4 D4 C4 C4", 0, "major"),
    ],
)
def test_modes_and_five_note_scales(tune: str, tonic: int, mode: str) -> None:
    """A tune in a church mode or without half steps is heard on the note it dwells and ends on."""
    listener = TonalityListener()
    play(listener, tune)
    listener.phrase_ended(MAKER, number(tune.split()[-1]))
    read = listener.tonality
    assert read is not None
    assert (read.tonic, read.mode) == (tonic, mode)


def test_a_new_key_may_begin_after_a_long_pause() -> None:
    """A major tune; eight seconds later one a half step up is believed within five notes."""
    listener = TonalityListener()
    play(listener, "E4 G#4 B4 A4 G#4 F#4 E4")
    play(listener, "F4 A4 C5 Bb4 A4", pause=8.0)
    read = listener.tonality
    assert read is not None
    assert read.tonic == 5


def test_the_shy_one_decides() -> None:
    """A quick loud maker in E flat, a soft one with few notes in A: the soft one's key is heard."""
    listener = TonalityListener()
    for _ in range(5):
        play(listener, "Eb4 F4 G4 Ab4 Bb4 C5 D5 Eb5", ADA, velocity=110)
    play(listener, "A4 B4 C#5 E5 D5 C#5 B4 A4", BELA, velocity=40)
    read = listener.tonality
    assert read is not None
    assert read.tonic == 9


def test_nothing_without_pitch() -> None:
    """Before the first note nothing is claimed."""
    assert TonalityListener().tonality is None
