"""A voice made of arithmetic: glottal pulses through formants, for tests that need somebody to sing.

    sung([(0.5, 1.0, 60), (1.0, 1.6, 64)], rate=48_000)

Notes are (onset, offset, MIDI pitch) in seconds; the onset is where the vowel begins to sound.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Sung = tuple[float, float, float]

# The first four formants (Hz) and their bandwidths, for a grown low voice: F1-F3 after Peterson & Barney
# (1952), men; the fourth is common to all vowels.
VOWELS = {
    "a": ((730, 1090, 2440, 3400), (80, 90, 120, 175)),
    "i": ((270, 2290, 3010, 3600), (60, 90, 120, 175)),
    "u": ((300, 870, 2240, 3300), (60, 80, 110, 175)),
    "o": ((570, 840, 2410, 3300), (70, 80, 110, 175)),
}
BREATH = 0.004  # of full scale, what noise goes with the voice


def sung(
    notes: Sequence[Sung],
    rate: int = 48_000,
    *,
    vowel: str = "a",
    size: float = 1.0,
    level: float = -20.0,
    vibrato: float = 0.0,
    glide: float = 0.04,
    noise: float | None = None,
    tail: float = 0.5,
    seed: int = 0,
) -> Samples:
    """The notes as sung, mono, ending ``tail`` seconds after the last of them.

    ``size``: of the throat, 1 a man's, 1.18 a woman's, 1.35 a child's (formants go up by it).
    ``level``: dB below full scale, the mean over sounding time.  ``vibrato``: semitones to either side,
    5.5 a second.  ``glide``: seconds from one pitch to the next where notes touch.
    ``noise``: dB below full scale of a noise in the room, or None.
    """
    chance = np.random.default_rng(seed)
    length = round((max(off for _, off, _ in notes) + tail) * rate)
    time = np.arange(length) / rate
    pitch = np.full(length, float(notes[0][2]))
    loud = np.zeros(length)
    before = None
    for on, off, midi in notes:
        start = before is not None and abs(on - before[1]) < 1e-6
        pitch[time >= on - (glide / 2 if start else 0)] = midi
        if start and before is not None:
            moving = (time >= on - glide / 2) & (time < on + glide / 2)
            share = (time[moving] - on + glide / 2) / glide
            pitch[moving] = before[2] + (midi - before[2]) * (1 - np.cos(np.pi * share)) / 2
        loud += np.clip((time - on) / 0.02, 0, 1) * np.clip((off - time) / 0.03, 0, 1)
        before = (on, off, midi)
    loud = np.minimum(loud, 1.0)
    hz = 440 * 2 ** ((pitch + vibrato * np.sin(2 * np.pi * 5.5 * time) - 69) / 12)
    voice = _throat(hz, rate, vowel, size) * loud
    power = np.mean(np.square(voice[loud > 0.5]))
    voice *= 10 ** (level / 20) / np.sqrt(power)
    voice += BREATH * 10 ** ((level + 20) / 20) * chance.standard_normal(length) * loud
    if noise is not None:
        voice += 10 ** (noise / 20) * chance.standard_normal(length)
    return np.clip(voice, -1, 1).astype(np.float32)


def wav_bytes(samples: Samples, rate: int) -> bytes:
    """The samples as a WAV file, 16 bits, mono."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def _throat(hz: NDArray[np.float64], rate: int, vowel: str, size: float) -> NDArray[np.float64]:
    """Harmonics of a pulse that falls 12 dB an octave, weighted by the throat's resonances."""
    phase = 2 * np.pi * np.cumsum(hz) / rate
    formants, widths = VOWELS[vowel]
    out = np.zeros(len(hz))
    top = min(5500.0, 0.45 * rate)
    for number in range(1, int(top / hz.min()) + 1):
        at = number * hz
        gain = np.where(at < top, 1.0 / number**1.5, 0.0)
        for formant, width in zip(formants, widths, strict=True):
            centre = formant * size
            gain = gain * centre**2 / np.sqrt((centre**2 - at**2) ** 2 + (at * width * size) ** 2)
        out += gain * np.sin(number * phase)
    return out
