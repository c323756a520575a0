"""Others that hear pitch, notes and onsets in sound, run beside ours on the same sound at 16 kHz.

swift-f0 as it is made to be used: as a stream, whose frames are known 176 ms after they sounded, and its
notes (``segment_notes``) once all was heard. swift-f0 run again on the last 256 ms every hop, each frame
read as late as asked for, nothing else added. librosa's pYIN, which looks at everything before it says
anything. aubio's command line tools with their defaults, but for
a window of 64 ms and hops of 16 ms for pitch; its notes are left out, since its tool stamps them late.

Frames: Hz every 16 ms, the first at 0, and whether each is voiced.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from functools import cache
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from swift_f0 import SwiftF0, segment_notes

from undersong.transcribing.resample import HOP, RATE, Samples

Array = NDArray[np.float64]
Frames = tuple[Array, NDArray[np.bool_]]
Note = tuple[float, float]  # onset, MIDI

STREAM_LATE = 11  # hops from a frame's middle until swift-f0's stream tells it
AUBIO_LATE = 2
AGAIN = 4096  # samples that are heard again each hop
NO_AUBIO = "aubio is left out; it needs: apt-get install aubio-tools."
NO_PYIN = "pYIN is left out; it needs: pip install librosa."


@cache
def model() -> SwiftF0:
    """swift-f0 on one thread."""
    return SwiftF0(threads=1, spin=False)


def swift(sound: Samples) -> tuple[Frames, list[Note]]:
    """The frames that its stream tells STREAM_LATE hops late, and its notes after the end."""
    found = model().detect(sound, RATE)
    notes = [(n.start, 69 + 12 * float(np.log2(n.pitch_hz / 440))) for n in segment_notes(found)]
    return (found.pitch_hz, found.confidence >= 0.5), notes


def stream_cost(sound: Samples) -> list[float]:
    """CPU milliseconds of its stream for each hop."""
    stream, spent = model().stream(), []
    for hop in range(len(sound) // HOP):
        began = process_time()
        stream.push(sound[hop * HOP : (hop + 1) * HOP], RATE)
        spent.append(1000 * (process_time() - began))
    return spent


def swift_again(sound: Samples, delays: tuple[int, ...]) -> tuple[dict[int, Frames], list[float]]:
    """Frames read so many hops late, from the last AGAIN samples; CPU milliseconds for each hop."""
    heard = np.concatenate([np.zeros(AGAIN, np.float32), sound])
    count = len(sound) // HOP
    hz, odds = {d: np.zeros(count) for d in delays}, {d: np.zeros(count) for d in delays}
    spent = []
    for hop in range(1, count + 1):
        began = process_time()
        found = model().detect(heard[hop * HOP : hop * HOP + AGAIN], RATE)
        spent.append(1000 * (process_time() - began))
        for d in delays:
            if hop >= d:
                hz[d][hop - d], odds[d][hop - d] = found.pitch_hz[-d], found.confidence[-d]
    return {d: (hz[d], odds[d] >= 0.5) for d in delays}, spent


def pyin(sound: Samples) -> Frames | None:
    """librosa's pYIN between 65 and 1050 Hz; None where librosa is missing."""
    try:
        import librosa
    except ImportError:
        return None
    hz, voiced, _ = librosa.pyin(
        sound, fmin=65, fmax=1050, sr=RATE, frame_length=1024, hop_length=HOP, fill_na=None
    )
    return np.asarray(hz, np.float64), np.asarray(voiced, bool)


def has_aubio() -> bool:
    """Whether aubio's tools are here."""
    return all(shutil.which(tool) for tool in ("aubiopitch", "aubioonset"))


def _aubio(tool: str, sound: Samples, *more: str) -> list[list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sound.wav")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        told = subprocess.run([tool, "-i", str(path), *more], check=True, capture_output=True, text=True)
    return [[float(number) for number in line.split()] for line in told.stdout.splitlines()]


def aubio_pitch(sound: Samples) -> Frames:
    """Frames that are known AUBIO_LATE hops late; 0 Hz is unvoiced."""
    rows = _aubio("aubiopitch", sound, "-B", "1024", "-H", str(HOP))
    hz = np.array([row[1] for row in rows][1:])  # a window's middle lies two hops before its end
    return hz, hz > 0


def aubio_onsets(sound: Samples) -> list[float]:
    """Onsets in seconds."""
    return [row[0] for row in _aubio("aubioonset", sound)]
