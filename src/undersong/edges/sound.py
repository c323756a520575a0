"""Sound files heard: a WAV file through the transcriber, exactly as a microphone would be.

Needs the extra `voice`. What is heard becomes a session's inputs, each with the time when it happened and,
in ``heard``, when it was known: so nothing the partner does depends on sound that was still to come.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from undersong.edges.wav import Wav
from undersong.errors import EventError, UsageError
from undersong.events import Input, MakerId, NoteOff, NoteOn, Seconds, Tap
from undersong.reflecting.duet import TAP_SECONDS
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed

if TYPE_CHECKING:
    from undersong.transcribing.transcriber import Transcriber

ADD = "pip install 'undersong[voice]'"
NO_EXTRA = f"Hearing sound needs a few more packages: {ADD}."
PACKAGES = ("onnxruntime", "swift_f0")  # what the extra brings

Noted = NoteBegan | NoteEnded | Struck
Progress = Callable[[Seconds], None]


def transcriber(rate: int) -> Transcriber:
    """One that hears at this rate. Raises UsageError where the extra is not installed."""
    try:
        from undersong.transcribing.transcriber import Transcriber
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in PACKAGES:
            raise
        raise UsageError(NO_EXTRA) from None
    return Transcriber(rate)


def ready() -> str:
    """What is installed to hear with, in words for whoever asks. Raises UsageError if it does not work."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return f"microphone and sound files are not installed; if they are wanted: {ADD}"
    try:
        import numpy as np

        list(transcriber(16_000).feed(np.zeros(16_000, np.float32)))
    except Exception as error:
        raise UsageError(f"It does not start ({error}); please install it again: {ADD}.") from error
    return "microphone and sound files can be heard"


def hear(wav: Wav, progress: Progress = lambda done: None) -> Iterator[Transcribed]:
    """What is heard in a WAV file, in the order in which it is known; ``progress`` takes seconds."""
    hearing = transcriber(wav.rate)
    done = 0
    for block in wav.blocks():
        yield from hearing.feed(block)
        done += len(block)
        progress(done / wav.rate)
    yield from hearing.flush()


def noted(heard: Iterable[Transcribed], kept: list[Noted]) -> Iterator[Transcribed]:
    """All of it, of which the notes and strokes are kept."""
    for each in heard:
        if not isinstance(each, PitchFrame):
            kept.append(each)
        yield each


def inputs(heard: Iterable[Transcribed], wav: Wav) -> list[Input]:
    """What one maker did, in the order in which it was heard; the maker is named after the file.

    Raises EventError if nothing was played in it.
    """
    maker = MakerId(_name(wav.path))
    found: list[Input] = []
    for each in heard:
        match each:
            case NoteBegan():
                found.append(NoteOn(each.onset, each.time, maker, each.pitch, each.velocity))
            case NoteEnded():
                found.append(NoteOff(each.offset, each.time, maker, each.pitch))
            case Struck():
                found.append(Tap(each.onset, each.time, maker, each.velocity))
            case PitchFrame():
                pass
    if not found:
        raise EventError(
            f"No note and no stroke was heard in {wav.path.name}; "
            "please give a recording in which somebody sings or plays, closer to the microphone."
        )
    return found


def lines(heard: Iterable[Transcribed], frames: bool = False) -> Iterator[str]:
    """What is heard as JSON objects, in the order of ``time``.

    A note's line waits for its end, and later ones wait for it. A stroke counts as sounding for a tenth
    of a second. ``frames``: pitch frames, too.
    """
    waiting: deque[dict[str, object]] = deque()
    sounding: dict[int, dict[str, object]] = {}
    for each in heard:
        match each:
            case NoteBegan(time=time, onset=onset, pitch=pitch, velocity=velocity):
                sounding[pitch] = _line(time, onset, None, pitch, velocity)
                waiting.append(sounding[pitch])
            case NoteEnded(offset=offset, pitch=pitch):
                if pitch in sounding:
                    sounding.pop(pitch)["offset"] = offset
            case Struck(time=time, onset=onset, velocity=velocity):
                waiting.append(_line(time, onset, round(onset + TAP_SECONDS, 6), None, velocity))
            case PitchFrame() if frames:
                hz = None if each.hz is None else round(each.hz, 2)
                waiting.append({"time": each.time, "at": each.at, "hz": hz, "confidence": each.confidence})
            case _:
                pass
        while waiting and waiting[0].get("offset", 0) is not None:
            yield json.dumps(waiting.popleft())
    assert not sounding, "the transcriber ends every note"


def _line(
    time: Seconds, onset: Seconds, offset: Seconds | None, pitch: int | None, velocity: int
) -> dict[str, object]:
    return {"time": time, "onset": onset, "offset": offset, "pitch": pitch, "velocity": velocity}


def _name(path: Path) -> str:
    return "".join(c for c in path.stem if c.isprintable()).strip()[:100] or "sound"
