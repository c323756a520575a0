"""What a session is given to hear: a MIDI file's makers, or the one maker of a sound file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from undersong.edges import midi, sound, wav
from undersong.errors import UsageError
from undersong.events import Input


@dataclass(frozen=True, slots=True)
class Given:
    """Who plays what, as tracks, and the same as a session's inputs in the order of ``heard``."""

    makers: tuple[midi.MakerTrack, ...]
    events: tuple[Input, ...]


def of_midi(path: Path, wanted: Sequence[str]) -> Given:
    """A MIDI file's playing; ``wanted``: tracks by name or number, each one maker's.

    Raises EventError or UsageError with one sentence where there is none.
    """
    makers = midi.choose_makers(midi.read(path), wanted)
    return Given(tuple(makers), tuple(midi.events(makers)))


def of_sound(
    recording: wav.Wav, wanted: Sequence[str], progress: sound.Progress = lambda done: None
) -> Given:
    """What is heard in a WAV file; ``progress`` takes seconds of sound.

    Raises EventError where nothing is heard, UsageError without the extra or for a track by name.
    """
    if wanted:
        raise UsageError("A sound file has no tracks to choose from; please leave --maker out.")
    events = sound.inputs(sound.hear(recording, progress), recording)
    return Given(tuple(midi.from_inputs(events)), tuple(events))
