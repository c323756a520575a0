"""How well is singing heard, and are strokes told from notes and noise from both, as soon as it matters?

    python benchmarks/voice.py [--most 24]

Singing whose pitch is known exactly, of eight voices (songs.py), instruments and strokes (strokes.py), all
from seeds on which nothing was tuned, taken to 16 kHz by our resampler (whose 1 to 2 ms come on top for
everyone); beside ours, others on the same sound (hearers.py).

Raw pitch: share of the voiced instants, every 16 ms, whose pitch is right within 50 cents, whatever is said
about voicing. Overall: share of all instants that are right, unvoiced ones as well. At a delay, each
instant is judged by the newest frame that is known so long after it: who tells later is judged by what was
told before. Notes: right when within 50 ms of the truth's onset (songs.py says where that lies) and told at
most 80 ms after it; "and pitch": within 50 cents of what the singer meant, too; "any delay": told at
whatever time. Delay: from the true onset until it is told. Strokes: within 25 ms and 80 ms, told as what
they are: a stroke for claps, taps and drums, a note for strings and bars. False: what is told a minute
where nobody sings. Brackets: 95% bootstrap intervals over pieces; the worst voice stands beside them.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from time import process_time

import numpy as np
from numpy.typing import NDArray

import hearers
import results
import songs
import strokes
from hearers import Frames, Note
from tables import interval, table
from undersong.transcribing.heard import NoteBegan, PitchFrame, Struck, Transcribed
from undersong.transcribing.pitch import BEHIND
from undersong.transcribing.resample import HOP, RATE, Resampler, Samples
from undersong.transcribing.transcriber import Transcriber

Told = tuple[float, float, float]  # onset, MIDI, when it was told (0: not asked)
Played = tuple[list[Note], Samples, list[Transcribed]]  # what is true, the sound, what we tell of it

FIRST_SEED = 40_000
SECONDS = 9.0  # a piece
DELAYS = (1, 2, 4)  # hops: 16, 32 and 64 ms
RIGHT_CENTS, NEAR, STRUCK_NEAR, SOON = 50, 0.05, 0.025, 0.0805
TEXT = (
    "The kettle is on, and the window stands open. Somebody walks by with a dog, and a bicycle bell rings. "
    "What would you like to do this morning? We might water the flowers, or look for the photographs that "
    "your brother brought. There is no hurry at all; take the blue chair, it is the softest."
)
SPEAKERS = ("en-us+m1", "en-us+f4", "en-us+m7")


def at_16k(samples: NDArray[np.float32], rate: int) -> Samples:
    resampler = Resampler(rate)
    return np.concatenate([*resampler.feed(samples), *resampler.flush()])


def heard(sound: Samples) -> list[Transcribed]:
    """All that we tell of it."""
    transcriber = Transcriber(RATE)
    return [*transcriber.feed(sound), *transcriber.flush()]


def notes_of(told: Sequence[Transcribed]) -> list[Told]:
    return [(e.onset, float(e.pitch), e.time) for e in told if isinstance(e, NoteBegan)]


def strokes_of(told: Sequence[Transcribed]) -> list[Told]:
    return [(e.onset, 0.0, e.time) for e in told if isinstance(e, Struck)]


def untimed(notes: Sequence[Note]) -> list[Told]:
    return [(onset, pitch, 0.0) for onset, pitch in notes]


def onsets_of_aubio(sound: Samples) -> list[Told]:
    return [(at, 0.0, 0.0) for at in hearers.aubio_onsets(sound)]


# --- pitch ----------------------------------------------------------------------------------------


def judged(frames: Frames, late: int, delay: int, truth: NDArray[np.float64]) -> NDArray[np.int64]:
    """Voiced instants, those with the right pitch, all instants, those that are right."""
    held = max(0, late - delay)
    hz, voiced = np.zeros(len(truth)), np.zeros(len(truth), bool)
    count = min(len(frames[0]), len(truth) - held)
    hz[held : held + count], voiced[held : held + count] = frames[0][:count], frames[1][:count]
    sings = truth > 0
    both = sings & (hz > 0)
    right = both.copy()
    right[both] = np.abs(1200 * np.log2(hz[both] / truth[both])) <= RIGHT_CENTS
    overall = (right & voiced) | (~sings & ~voiced)
    return np.array([sings.sum(), right.sum(), len(truth), overall.sum()])


@dataclass
class Heard:
    """What each hears of the songs, by name: counts of ``judged`` with the voice's kind."""

    pitch: dict[tuple[str, int], list[tuple[str, NDArray[np.int64]]]] = field(default_factory=dict)
    notes: dict[str, list[tuple[songs.Song, list[Told]]]] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)  # milliseconds, hops of all songs
    whole: dict[str, float] = field(default_factory=dict)  # CPU seconds
    seconds: float = 0.0
    false_strokes: int = 0

    def add(self, name: str, song: songs.Song, frames: Frames, late: int, delays: Sequence[int]) -> None:
        """Judge a song's frames at these delays."""
        places = np.arange(int((len(song.hz) - 1) * songs.STEP * RATE / HOP)) * HOP / RATE
        truth = song.hz[np.rint(places / songs.STEP).astype(int)]
        for delay in delays:
            found = judged(frames, late, delay, truth)
            self.pitch.setdefault((name, delay), []).append((song.kind, found))


def hear_song(song: songs.Song, into: Heard) -> None:
    """One song by everybody."""
    sound = at_16k(song.samples, song.rate)
    into.seconds += len(sound) / RATE

    transcriber, told, spent = Transcriber(song.rate), [], []
    block = song.rate * HOP // RATE
    for begins in range(0, len(song.samples), block):
        began = process_time()
        told += transcriber.feed(song.samples[begins : begins + block])
        spent.append(1000 * (process_time() - began))
    told += transcriber.flush()
    into.costs.setdefault("ours", []).extend(spent)
    frames = [e for e in told if isinstance(e, PitchFrame)][BEHIND - 1 :]  # the one at 0 first
    ours = np.array([e.hz or 0.0 for e in frames]), np.array([e.confidence >= 0.5 for e in frames])
    into.add("ours", song, ours, BEHIND, DELAYS)
    into.notes.setdefault("ours", []).append((song, notes_of(told)))
    into.false_strokes += len(strokes_of(told))

    again, spent = hearers.swift_again(sound, DELAYS)
    into.costs.setdefault("swift-f0 run again", []).extend(spent)
    for delay in DELAYS:
        into.add("swift-f0 run again", song, again[delay], delay, (delay,))

    swift, notes = hearers.swift(sound)
    into.add("swift-f0's stream", song, swift, hearers.STREAM_LATE, (*DELAYS, hearers.STREAM_LATE))
    if "swift-f0's stream" not in into.costs:  # each hop costs the same: one song will do
        into.costs["swift-f0's stream"] = hearers.stream_cost(sound)
    into.notes.setdefault("swift-f0's notes, after the end", []).append((song, untimed(notes)))

    began = process_time()
    pyin = hearers.pyin(sound)
    if pyin is not None:
        into.whole["pYIN, after the end"] = (
            into.whole.get("pYIN, after the end", 0.0) + process_time() - began
        )
        into.add("pYIN, after the end", song, pyin, 0, (*DELAYS, hearers.STREAM_LATE))
    if hearers.has_aubio():
        into.add("aubio", song, hearers.aubio_pitch(sound), hearers.AUBIO_LATE, DELAYS)
        into.notes.setdefault("aubio's onsets", []).append((song, onsets_of_aubio(sound)))


def share(found: Sequence[tuple[str, NDArray[np.int64]]], part: int) -> list[str]:
    """A share over all songs with its interval, and the worst voice."""
    by: dict[str, list[float]] = {}
    for kind, counts in found:
        sums = by.setdefault(kind, [0.0, 0.0])
        sums[0] += counts[part + 1]
        sums[1] += counts[part]
    worst = min(by, key=lambda kind: by[kind][0] / by[kind][1])
    value = by[worst][0] / by[worst][1]
    return [interval([(c[part + 1], c[part]) for _, c in found]), f"{value:.3f} {worst}"]


def pitch_tables(heard_: Heard) -> list[str]:
    """For each delay a table of everybody, and ours for each voice."""
    found = []
    head = ["", "raw pitch", "worst", "overall", "worst"]
    for delay in (*DELAYS, hearers.STREAM_LATE):
        rows = [
            [name, *share(counts, 0), *share(counts, 2)]
            for (name, at), counts in heard_.pitch.items()
            if at == delay
        ]
        found.append(f"Pitch of singing, {1000 * delay * HOP // RATE} ms later\n\n{table(head, rows)}")
    ours = heard_.pitch["ours", BEHIND]
    rows = []
    for kind in dict.fromkeys(kind for kind, _ in ours):
        mine = [(k, c) for k, c in ours if k == kind]
        rows.append([kind, share(mine, 0)[0], share(mine, 2)[0]])
    found.append("Ours, 32 ms later, by voice\n\n" + table(["", "raw pitch", "overall"], rows))
    return found


# --- notes and strokes ----------------------------------------------------------------------------


def matched(
    true: Sequence[tuple[float, float]], told: Sequence[Told], right: Callable[[Note, Told], bool]
) -> list[tuple[Note, Told]]:
    """Each true note with the first that is told rightly of it and of no other."""
    left, pairs = sorted(told), []
    for note in sorted(true):
        for each in left:
            if right(note, each):
                left.remove(each)
                pairs.append((note, each))
                break
    return pairs


def near(note: Note, told: Told, within: float = NEAR) -> bool:
    return abs(note[0] - told[0]) <= within


def soon(note: Note, told: Told, within: float = NEAR) -> bool:
    return near(note, told, within) and told[2] <= note[0] + SOON


def tuned(note: Note, told: Told) -> bool:
    return soon(note, told) and abs(note[1] - told[1]) <= RIGHT_CENTS / 100


def harmonic(counts: Sequence[tuple[int, int, int]]) -> str:
    """F over pieces of (right, true, told)."""
    return interval([(2 * hits, true + told) for hits, true, told in counts])


def delays(pairs: Sequence[tuple[Note, Told]]) -> str:
    late = sorted(1000 * (told[2] - note[0]) for note, told in pairs if told[2])
    return f"{median(late):.0f}, {late[int(0.95 * (len(late) - 1))]:.0f}" if late else "-"


def note_row(name: str, pieces: Sequence[tuple[Sequence[Note], list[Told]]]) -> list[str]:
    """F, precision, recall, F with the pitch, F at any delay, delays."""
    in_time = [matched(true, told, soon) for true, told in pieces]
    sized = [(len(true), len(told)) for true, told in pieces]
    pitched = [(len(matched(true, told, tuned)), len(true), len(told)) for true, told in pieces]
    late = [matched(true, told, near) for true, told in pieces]
    hits = [len(pairs) for pairs in in_time]
    return [
        name,
        harmonic([(h, *size) for h, size in zip(hits, sized, strict=True)]),
        f"{sum(hits) / max(1, sum(told for _, told in sized)):.3f}",
        f"{sum(hits) / max(1, sum(true for true, _ in sized)):.3f}",
        "-" if "aubio" in name else harmonic(pitched),
        f"{2 * sum(len(p) for p in late) / sum(true + told for true, told in sized):.3f}",
        delays([pair for pairs in late for pair in pairs]),
    ]


def note_tables(heard_: Heard, instruments: dict[str, list[Played]]) -> list[str]:
    """Notes of singing by everybody, ours for each voice, and those of instruments."""
    head = ["", "F", "precision", "recall", "F and pitch", "F any delay", "delay ms: median, 95%"]

    def pieces(name: str, kind: str | None = None) -> list[tuple[Sequence[Note], list[Told]]]:
        return [
            ([(on, midi) for on, _, midi in song.notes], told)
            for song, told in heard_.notes[name]
            if kind in (None, song.kind)
        ]

    rows = [note_row(name, pieces(name)) for name in heard_.notes]
    kinds = dict.fromkeys(song.kind for song, _ in heard_.notes["ours"])
    rows += [note_row(f"ours: {kind}", pieces("ours", kind)) for kind in kinds]
    count = sum(len(song.notes) for song, _ in heard_.notes["ours"])
    found = [f"Notes of singing ({count})\n\n{table(head, rows)}"]
    rows = []
    for kind, sounds in instruments.items():
        rows.append(note_row(f"ours: {kind}", [(true, notes_of(told)) for true, _, told in sounds]))
        if hearers.has_aubio():
            theirs = [(true, onsets_of_aubio(sound)) for true, sound, _ in sounds]
            rows.append(note_row(f"aubio's onsets: {kind}", theirs))
    if rows:
        found.append(f"Notes of instruments\n\n{table(head, rows)}")
    return found


def pieces_of(kind: str, count: int) -> list[strokes.Piece]:
    """Pieces of a kind: dry, in a room, in a room with noise 20 dB under the strokes, in turn."""
    make = strokes.synthetic if kind in strokes.SYNTHETIC else strokes.instrument
    found = []
    for n in range(count):
        chance = random.Random(f"voice {kind} {FIRST_SEED + n}")
        piece = make(kind, chance, SECONDS)
        if n % 3:
            piece = strokes.in_a_room(piece, chance)
        found.append(strokes.in_noise(piece, chance, 20.0) if n % 3 == 2 else piece)
    return found


def stroke_table(kinds: dict[str, list[Played]]) -> str:
    rows = []
    for kind, sounds in kinds.items():
        own, as_such, aubio, late = [], [], [], []
        for true, sound, told in sounds:
            notes, struck = notes_of(told), strokes_of(told)
            both, meant = [*notes, *struck], notes if kind in strokes.INSTRUMENTS else struck
            pairs = matched(true, both, lambda a, b: soon(a, b, STRUCK_NEAR))
            late += pairs
            own.append((len(pairs), len(true), len(both)))
            named = matched(true, meant, lambda a, b: soon(a, b, STRUCK_NEAR))
            as_such.append((len(named), len(true), len(both)))
            if hearers.has_aubio():
                theirs = onsets_of_aubio(sound)
                hits = len(matched(true, theirs, lambda a, b: near(a, b, STRUCK_NEAR)))
                aubio.append((hits, len(true), len(theirs)))
        rows.append(
            [kind, harmonic(own), harmonic(as_such), harmonic(aubio) if aubio else "-", delays(late)]
        )
    head = ["", "F", "F as what it is", "aubio's onsets, F", "delay ms: median, 95%"]
    return f"Strokes within 25 ms, dry, in rooms, in noise\n\n{table(head, rows)}"


# --- no notes -------------------------------------------------------------------------------------


def speech(speaker: str) -> Samples:
    told = subprocess.run(["espeak-ng", "-v", speaker, "--stdout", TEXT], capture_output=True, check=True)
    with wave.open(io.BytesIO(told.stdout)) as file:
        said = np.frombuffer(file.readframes(10_000_000), "<i2") / 32768
    said *= 0.08 / np.sqrt(np.mean(np.square(said)))
    return at_16k(said.astype(np.float32), songs.MADE_AT)


def nobody_sings() -> dict[str, Samples]:
    """Sounds without a single sung note, and two people who sing at once."""
    chance = np.random.default_rng(FIRST_SEED)
    count = 20 * RATE
    pink = songs.colour(count, chance)
    time = np.arange(count) / RATE
    found = {
        "silence": np.zeros(count),
        "pink noise, -50 dB": pink * 10 ** (-50 / 20),
        "pink noise, -20 dB": pink * 10 ** (-20 / 20),
        "pink noise that swells": pink * 10 ** ((-45 + 15 * np.sin(2 * np.pi * time / 6)) / 20),
    }
    air = [np.sin(np.pi * np.linspace(0, 1, RATE)) ** 1.5 * chance.standard_normal(RATE) for _ in range(10)]
    breathing = np.concatenate([np.concatenate([part, np.zeros(RATE)]) for part in air])
    found["breath"] = 0.05 * breathing + pink * 10 ** (-60 / 20)
    sounds = {name: sound.astype(np.float32) for name, sound in found.items()}
    if songs.missing() is None:
        sounds |= {f"speech {speaker}": speech(speaker) for speaker in SPEAKERS}
    pair = [songs.song(songs.VOICES[n], FIRST_SEED + 900 + n, 20.0) for n in (-1, -2)]
    both = [at_16k(song.samples, song.rate) for song in pair]
    length = min(len(part) for part in both)
    sung = sum(on < length / RATE for song in pair for on, _, _ in song.notes)
    sounds[f"two at once, who sing {60 * RATE * sung / length:.0f}"] = both[0][:length] + both[1][:length]
    return sounds


def false_table(heard_: Heard) -> str:
    aubio = hearers.has_aubio()
    rows = []
    for name, sound in nobody_sings().items():
        results.progress(name)
        told = heard(sound)
        counts = [len(notes_of(told)), len(strokes_of(told)), len(hearers.swift(sound)[1])]
        counts += [len(hearers.aubio_onsets(sound))] if aubio else []
        rows.append([name, *(f"{60 * RATE * count / len(sound):.1f}" for count in counts)])
    struck = 60 * heard_.false_strokes / heard_.seconds
    rows.append(["the songs above", "-", f"{struck:.1f}", "-", *["-"] * aubio])
    head = ["", "notes", "strokes", "swift-f0's notes", *["aubio's onsets"] * aubio]
    return f"Told a minute where it should be nothing\n\n{table(head, rows)}"


def cost_table(heard_: Heard) -> str:
    rows = []
    for name, spent in heard_.costs.items():
        usual = sorted(spent)
        rows.append([
            name, f"{fmean(spent):.2f}", f"{usual[int(0.95 * len(usual))]:.2f}",
            f"{fmean(spent) / 1000 / (HOP / RATE):.3f}",
        ])  # fmt: skip
    rows += [[name, "-", "-", f"{cpu / heard_.seconds:.3f}"] for name, cpu in heard_.whole.items()]
    head = ["one thread", "CPU ms a hop of 16 ms", "95%", "CPU s a second of sound"]
    return f"What hearing costs\n\n{table(head, rows)}"


def sections(most: int) -> list[str]:
    """The tables, each as text; of every voice a tune for each six of ``most``, and as many pieces."""
    each = max(1, most // 6)
    left_out = [songs.missing(), None if strokes.rendering() else strokes.NO_FLUIDSYNTH]
    left_out.append(None if hearers.has_aubio() else hearers.NO_AUBIO)
    heard_ = Heard()
    hearers.pyin(np.zeros(RATE, np.float32))  # what it compiles at first is no part of its cost
    for song in songs.songs(each, FIRST_SEED, SECONDS):
        results.progress(song.name)
        hear_song(song, heard_)
    if not heard_.whole:
        left_out.append(hearers.NO_PYIN)
    kinds: dict[str, list[Played]] = {}
    drawn = (*strokes.INSTRUMENTS, *strokes.KIT) if strokes.rendering() else ()
    for kind in (*strokes.SYNTHETIC, *drawn):
        results.progress(kind)
        for piece in pieces_of(kind, each + 1):
            sound = at_16k(piece.sound.astype(np.float32), strokes.RATE)
            true = [(stroke.at, float(stroke.key)) for stroke in piece.strokes]
            kinds.setdefault(kind, []).append((true, sound, heard(sound)))
    instruments = {kind: sounds for kind, sounds in kinds.items() if kind in strokes.INSTRUMENTS}
    told = f"Seeds {FIRST_SEED} and on: {each} tunes a voice, {heard_.seconds / 60:.1f} min"
    return [
        "\n".join([told, *(reason for reason in left_out if reason)]),
        *pitch_tables(heard_),
        *note_tables(heard_, instruments),
        stroke_table(kinds),
        false_table(heard_),
        cost_table(heard_),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=24, help="for every six, a tune of each voice")
    for section in sections(parser.parse_args().most):
        print(f"{section}\n", flush=True)


if __name__ == "__main__":
    main()
