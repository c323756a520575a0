"""WAV files in: mono samples block by block, so that an hour-long file needs little memory.

RIFF, RF64 and BW64; whole numbers of 8 to 32 bits, floats of 32 and 64; any rate from 4 to 384 kHz; any
channels, mixed to one. A header is never trusted: lengths are checked against the file, and every fault
becomes one EventError. The chunks' layout: Microsoft and IBM, "Multimedia Programming Interface" 1.0
(1991); WAVE_FORMAT_EXTENSIBLE; ds64 as in EBU Tech 3306 (2009).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from undersong.edges import files
from undersong.errors import EventError
from undersong.events import Seconds

if TYPE_CHECKING:  # numpy loads slowly; a file can be refused without it
    import numpy as np
    from numpy.typing import NDArray

    Mono = NDArray[np.float32]

LONGEST: Seconds = 24 * 3600.0
SLOWEST, FASTEST = 4_000, 384_000  # samples a second
MOST_CHANNELS = 64
MOST_CHUNKS = 1000  # before the sound itself; a file made of chunks alone is nonsense
LOUDEST = 4.0  # full scales: floats beyond are nonsense
BLOCK: Seconds = 0.5  # of sound, read at a time
UNIT: Seconds = 0.002  # the signs of the channels may change once in so long
FORGETS: Seconds = 0.1  # over which channels are compared
AGAINST = -0.5  # a channel whose correlation with the first is less has the opposite sign ...
WITH = 0.0  # ... until it is more than this
INTEGERS, FLOATS, EXTENSIBLE = 1, 3, 0xFFFE
UNKNOWN = (0, 0xFFFFFFFF)  # the length of a sound that was still being written
OTHERS = (
    (b"ID3", "an MP3 recording"), (b"\xff\xfb", "an MP3 recording"), (b"\xff\xf3", "an MP3 recording"),
    (b"fLaC", "a FLAC recording"), (b"OggS", "an Ogg recording"), (b"FORM", "an AIFF recording"),
    (b"\x1aE\xdf\xa3", "a WebM recording"), (b"MThd", "a MIDI file"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wav:
    """What a WAV file says of itself, and where its samples lie.

    ``short``: one sentence if the file ends before its sound does, else None; what is there is read.
    """

    path: Path
    rate: int
    channels: int
    width: int  # bytes of one sample of one channel
    floats: bool
    start: int  # byte of the first sample
    frames: int
    short: str | None

    @property
    def seconds(self) -> Seconds:
        """How long it lasts."""
        return self.frames / self.rate

    def blocks(self) -> Iterator[Mono]:
        """Its samples, full scale 1, mixed to one channel; at most BLOCK seconds at a time."""
        with self.path.open("rb") as file:
            yield from self.blocks_of(file)

    def blocks_of(self, file: BinaryIO) -> Iterator[Mono]:
        """As ``blocks``, of the file's bytes from elsewhere."""
        mixer = _Mixer(self.channels, max(1, round(UNIT * self.rate)))
        size = mixer.unit * max(1, round(BLOCK / UNIT))  # whole units, so that mixing is the same however
        frame = self.width * self.channels
        file.seek(self.start)
        left = self.frames
        while left > 0:
            data = file.read(min(size, left) * frame)
            if len(data) < frame:
                return  # it became shorter while it was read
            samples = _numbers(data[: len(data) // frame * frame], self.width, self.floats)
            yield mixer.mix(samples.reshape(-1, self.channels))
            left -= size


def is_sound(path: Path) -> bool:
    """Whether a file is to be heard, not read as MIDI: by its first bytes, else by its name."""
    if not path.is_file():
        return False  # a pipe would keep us waiting; whoever reads it says what it is
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False  # whoever reads it says why it cannot be read
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return head[8:12] == b"WAVE"
    return head[:4] != b"MThd" and (path.suffix.lower() in (".wav", ".wave") or _other(head) is not None)


def read(path: Path) -> Wav:
    """What a WAV file holds. Raises EventError with one sentence if it cannot be heard."""
    files.check_ordinary(path, "WAV file")
    try:
        with path.open("rb") as file:
            return parse(file, path.stat().st_size, path)
    except OSError as error:
        raise EventError(f"{path} cannot be read: {error.strerror or error}.") from error


def _other(head: bytes) -> str | None:
    for mark, what in OTHERS:
        if head.startswith(mark):
            return what
    return "an MP4 recording" if head[4:8] == b"ftyp" else None


def parse(file: BinaryIO, size: int, path: Path) -> Wav:
    """What a WAV file of so many bytes holds; ``path`` is what refusals call it. Raises EventError."""
    head = file.read(12)
    if not head:
        raise EventError(f"{path.name} is empty; please give a WAV file with sound in it.")
    if head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:12] != b"WAVE":
        what = _other(head) or "not a WAV file"
        raise EventError(f"{path.name} is {what}; please save the sound as WAV (PCM) and give that.")
    form: bytes | None = None
    long: int | None = None  # the true length of the sound, in files past 4 GB
    for _ in range(MOST_CHUNKS):
        chunk = file.read(8)
        if len(chunk) < 8:
            break
        name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if name == b"data":
            if form is None:
                break
            start = file.tell()
            claimed = long if long is not None and length == UNKNOWN[1] else length
            return _wav(path, form, start, size - start, claimed)
        body = file.read(min(length, 64))
        if name == b"fmt ":
            form = body
        elif name == b"ds64" and len(body) >= 16:
            long = struct.unpack("<Q", body[8:16])[0]
        file.seek(length - len(body) + length % 2, 1)
    raise EventError(
        f"{path.name} is damaged: it says that it is a WAV file but holds no sound; "
        "please export it again from the program that made it."
    )


def _wav(path: Path, form: bytes, start: int, present: int, claimed: int) -> Wav:
    name = path.name
    if len(form) < 16:
        raise EventError(f"{name} is damaged: its format cannot be read; please export it again as WAV.")
    tag, channels, rate, _, align, bits = struct.unpack("<HHIIHH", form[:16])
    if tag == EXTENSIBLE and len(form) >= 26:
        tag = struct.unpack("<H", form[24:26])[0]
    if not 1 <= channels <= MOST_CHANNELS:
        raise EventError(
            f"{name} claims to have {channels} channels; please give one with 1 to {MOST_CHANNELS}."
        )
    if not SLOWEST <= rate <= FASTEST:
        raise EventError(
            f"{name} claims {rate} samples a second; please give one with {SLOWEST} to {FASTEST}."
        )
    width = align // channels
    widths = {INTEGERS: (1, 2, 3, 4), FLOATS: (4, 8)}.get(tag)
    if widths is None:
        raise EventError(f"{name} is stored in a compressed way; please save it as plain WAV (PCM).")
    if width not in widths or width * channels != align or not 0 < bits <= 8 * width:
        raise EventError(
            f"{name} has samples of {bits} bits in {align} bytes, which cannot be read; "
            "please save it with 16 bits."
        )
    whole = claimed in UNKNOWN
    frames = (present if whole else min(present, claimed)) // align
    if frames <= 0:
        raise EventError(f"{name} has no sound in it; please give a WAV file with sound in it.")
    if frames / rate > LONGEST:
        raise EventError(f"{name} lasts longer than a day; please give a shorter one.")
    short = None
    if not whole and present < claimed:
        said, there = claimed / align / rate, frames / rate
        short = f"{name} ends early: it has {there:.1f} of its {said:.1f} s, and these are heard."
    return Wav(path, rate, channels, width, tag == FLOATS, start, frames, short)


def _numbers(data: bytes, width: int, floats: bool) -> Mono:
    """Samples as numbers, full scale 1; what is not a number is silence."""
    import numpy as np

    if floats:
        found = np.frombuffer(data, "<f4" if width == 4 else "<f8")
        known: Mono = np.nan_to_num(np.clip(found, -LOUDEST, LOUDEST)).astype(np.float32)
        return known
    if width == 1:  # the only one without a sign
        return (np.frombuffer(data, "u1").astype(np.float32) - 128) / np.float32(128)
    if width == 3:
        padded = np.zeros((len(data) // 3, 4), "u1")
        padded[:, 1:] = np.frombuffer(data, "u1").reshape(-1, 3)
        return padded.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    whole = np.frombuffer(data, "<i2" if width == 2 else "<i4")
    return whole.astype(np.float32) / np.float32(2 ** (8 * width - 1))


class _Mixer:
    """Many channels to one: their mean, a channel of the opposite sign turned over.

    Two microphones, or a cable with its wires exchanged, can make the channels each other's negative, whose
    mean is silence. Each channel's correlation with the first tells; signs follow from what is past alone.
    """

    def __init__(self, channels: int, unit: int) -> None:
        self.unit = unit  # samples
        self._was = self._signs = [1.0] * channels  # during the unit before, and the next
        self._with = [0.0] * channels  # lately, each channel's product with the first ...
        self._power = [0.0] * channels  # ... and its own power

    def mix(self, samples: NDArray[np.float32]) -> Mono:
        """One block of (frames, channels): whole units, but for the last of a sound."""
        import numpy as np

        count, channels = samples.shape
        if channels == 1:
            return np.ascontiguousarray(samples[:, 0])
        units = -(-count // self.unit)
        padded = np.zeros((units, self.unit, channels), np.float32)
        padded.reshape(-1, channels)[:count] = samples
        exact = padded.astype(np.float64)
        products = (exact[:, :, :1] * exact).sum(axis=1).tolist()
        powers = (exact * exact).sum(axis=1).tolist()
        signs = [self._was, self._signs]
        for product, power in zip(products, powers, strict=True):
            signs.append(self._turned(signs[-1], product, power))
        self._was, self._signs = signs[-2:]
        if all(s == signs[0] for s in signs[1:-1]):
            mixed = (padded * np.asarray(signs[0], np.float32)).sum(axis=2)
        else:  # what one unit taught comes about within the next
            before, after = np.asarray(signs[:-2], np.float32), np.asarray(signs[1:-1], np.float32)
            share = (np.arange(1, self.unit + 1, dtype=np.float32) / np.float32(self.unit))[None, :, None]
            mixed = (padded * (before[:, None] + share * (after - before)[:, None])).sum(axis=2)
        return np.ascontiguousarray(mixed.reshape(-1)[:count] / np.float32(channels))

    def _turned(self, signs: list[float], product: list[float], power: list[float]) -> list[float]:
        """The signs once another unit is known."""
        keep = 1 - UNIT / FORGETS
        self._with = [keep * old + new for old, new in zip(self._with, product, strict=True)]
        self._power = [keep * old + new for old, new in zip(self._power, power, strict=True)]
        turned = []
        for sign, with_, own in zip(signs, self._with, self._power, strict=True):
            alike = with_ / max((own * self._power[0]) ** 0.5, 1e-12)
            turned.append(-1.0 if alike < AGAINST else 1.0 if alike > WITH else sign)
        return turned
