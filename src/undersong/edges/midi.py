"""MIDI files in and out. Times are seconds from the start of the file.

Reading never trusts the file: its size, its length and its notes a second are bounded, and every
fault becomes one EventError. Writing is whole or not at all (see edges.files).
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import mido

from undersong.edges import files
from undersong.errors import EventError, UsageError
from undersong.events import (
    Control,
    Input,
    MakerId,
    NoteOff,
    NoteOn,
    Seconds,
    Tap,
    Voice,
)
from undersong.reflecting.duet import TAP_SECONDS, PartnerTone
from undersong.theory.loudness import UNKNOWN_VELOCITY

LARGEST = 16 * 1024 * 1024  # bytes
LONGEST: Seconds = 24 * 3600.0
MOST_A_SECOND = 2000  # notes; no hands play more
SHORTEST: Seconds = 0.001
MOST_OTHERS = 10_000  # note ends and controller moves in a second: a pedal sends many
DRUMS = 9  # MIDI channel 10 counts from 0
TICKS_A_QUARTER = 500  # at 120 beats a minute one tick is one millisecond
TEMPO = 500_000  # microseconds a quarter
TAP_NOTE = 41  # General MIDI: low floor tom
PROGRAMS: tuple[tuple[Voice, int], ...] = (
    ("bass", 42),  # cello: rich enough in harmonics for small loudspeakers
    ("chords", 89),  # warm pad
    ("melody", 0),  # piano
    ("percussion", 0),
)


Timed = tuple[Seconds, mido.Message]


@dataclass(frozen=True, slots=True)
class Message:
    """A channel message of a track: its time and its bytes, as mido reads them."""

    time: Seconds
    message: mido.Message


@dataclass(frozen=True, slots=True)
class Track:
    """The messages of one track that are played or steer what is played.

    ``title``: its name as the file has it, "" for none; ``name``: what it is called, without "maker: ".
    """

    number: int
    title: str
    messages: tuple[Message, ...]

    @property
    def name(self) -> str:
        """What the track is called, also where the file does not say."""
        return self.title.removeprefix("maker: ") or f"track {self.number}"

    @property
    def notes(self) -> int:
        """How many notes begin in it."""
        return sum(1 for m in self.messages if _begins(m.message))


@dataclass(frozen=True, slots=True)
class MakerTrack:
    """What one maker plays: the name, and the messages of all their tracks in order of time."""

    maker: MakerId
    messages: tuple[Message, ...]


def _begins(message: mido.Message) -> bool:
    return bool(message.type == "note_on" and message.velocity > 0)


def _ends(message: mido.Message) -> bool:
    return bool(message.type == "note_off" or (message.type == "note_on" and message.velocity == 0))


def read(path: Path) -> list[Track]:
    """The tracks of a MIDI file. Raises EventError with one sentence if it cannot be used."""
    return parse(files.read_whole(path, "MIDI file", LARGEST), path.name)


def parse(data: bytes, name: str) -> list[Track]:
    """The tracks of a MIDI file's bytes, all of them or none; ``name`` is what refusals call it."""
    if not data:
        raise EventError(f"{name} is empty; please give a MIDI file with notes.")
    if data[:4] not in (b"MThd", b"RIFF"):
        raise EventError(f"{name} is neither a MIDI file nor a WAV file; please give one of these.")
    try:
        stream = io.BytesIO(data)
        file = mido.MidiFile(file=stream, clip=True)
        if file.ticks_per_beat <= 0:
            raise ValueError("no ticks in a quarter note")
        if stream.read(4) == b"MTrk":
            raise ValueError("more tracks than the head says: some would be left out unheard")
        return _tracks(file)
    except EventError:
        raise
    except Exception as error:  # mido raises at least six kinds on malformed files
        raise EventError(
            f"{name} is damaged or incomplete and cannot be read as MIDI; "
            "please export it again from the program that made it."
        ) from error


def _tracks(file: mido.MidiFile) -> list[Track]:
    tempos = _tempo_map(file.tracks)
    tracks: list[Track] = []
    for number, track in enumerate(file.tracks):
        ticks = 0
        messages: list[Message] = []
        begun: dict[tuple[int, int], Seconds] = {}
        # in format 2 each track is a piece of its own, with tempos of its own
        clock = _Clock(_tempo_map([track]) if file.type == 2 else tempos, file.ticks_per_beat)
        for message in track:
            ticks += message.time
            if message.type in ("note_on", "note_off", "control_change"):
                time = clock.seconds(ticks)
                if time > LONGEST:
                    raise EventError("The file lasts longer than a day; please give a shorter one.")
                if _begins(message):
                    begun[message.channel, message.note] = time
                elif _ends(message) and begun.get((message.channel, message.note)) == time:
                    time += SHORTEST  # a note without length still ends after it began
                messages.append(Message(time, message))
        tracks.append(Track(number, _clean(track.name), tuple(messages)))
    return tracks


def _clean(name: str) -> str:
    # mido reads names as Latin-1; most programs write UTF-8
    with suppress(UnicodeError):
        name = name.encode("latin-1").decode("utf-8")
    return "".join(c for c in name if c.isprintable()).strip()[:100]


def _tempo_map(tracks: Sequence[mido.MidiTrack]) -> list[tuple[int, int]]:
    """(tick, microseconds a quarter), ascending."""
    tempos = [(0, TEMPO)]
    for track in tracks:
        ticks = 0
        for message in track:
            ticks += message.time
            if message.type == "set_tempo":
                tempos.append((ticks, message.tempo))
    return sorted(tempos, key=lambda t: t[0])


class _Clock:
    """Ticks to seconds along a tempo map; asked with ticks that never decrease."""

    def __init__(self, tempos: list[tuple[int, int]], ticks_per_beat: int) -> None:
        self._tempos = tempos
        self._per_beat = ticks_per_beat
        self._index = 0
        self._tick = 0
        self._seconds = 0.0
        self._tempo = TEMPO

    def seconds(self, tick: int) -> Seconds:
        while self._index < len(self._tempos) and self._tempos[self._index][0] <= tick:
            at, tempo = self._tempos[self._index]
            self._seconds += (at - self._tick) * self._tempo / self._per_beat / 1e6
            self._tick, self._tempo = at, tempo
            self._index += 1
        return self._seconds + (tick - self._tick) * self._tempo / self._per_beat / 1e6


def choose_makers(tracks: Sequence[Track], wanted: Sequence[str]) -> list[MakerTrack]:
    """Who plays what. ``wanted``: tracks by name or number; with none, all notes are one maker's.

    Raises UsageError for an unknown track, EventError for a file without notes or too many.
    """
    playing = [track for track in tracks if track.notes]
    if not playing:
        raise EventError("There are no notes in this file; please give one in which somebody plays.")
    if not wanted:
        messages = sorted((m for track in playing for m in track.messages), key=_order)
        makers = [MakerTrack(MakerId(playing[0].name), tuple(messages))]
    else:
        chosen = {_wanted(tracks, name).number: _wanted(tracks, name) for name in wanted}
        makers = [MakerTrack(MakerId(track.name), track.messages) for track in chosen.values()]
        names = Counter(maker.maker for maker in makers)
        if any(count > 1 for count in names.values()):
            makers = [MakerTrack(MakerId(f"{m.maker} {n}"), m.messages) for n, m in enumerate(makers, 1)]
    _bounded(makers)
    return makers


def _wanted(tracks: Sequence[Track], name: str) -> Track:
    for track in tracks:
        if name.removeprefix("maker: ") == track.name or name == str(track.number):
            if not track.notes:
                raise EventError(f"The track {name!r} has no notes; please name another.")
            return track
    known = ", ".join(f"{t.number} ({t.name})" for t in tracks if t.notes)
    raise UsageError(f"There is no track {name!r} in this file; those with notes are {known}.")


def _order(message: Message) -> tuple[Seconds, bool]:
    return (message.time, _begins(message.message))


def _bounded(makers: Sequence[MakerTrack]) -> None:
    """Raise EventError for more notes or other messages in one second than people bring about."""
    notes: Counter[int] = Counter()
    others: Counter[int] = Counter()
    for maker in makers:
        for item in maker.messages:
            (notes if _begins(item.message) else others)[int(item.time)] += 1
    for found, most, what in ((notes, MOST_A_SECOND, "notes"), (others, MOST_OTHERS, "controls")):
        fullest = max(found.values(), default=0)
        if fullest > most:
            raise EventError(
                f"There are {fullest} {what} within one second, more than anyone can play; "
                f"please give a file with at most {most}."
            )


def events(makers: Sequence[MakerTrack]) -> list[Input]:
    """What the makers do, in order of time, heard as it happens. Channel 10 is taps."""
    found: list[Input] = []
    for maker in makers:
        for item in maker.messages:
            event = _event(item, maker.maker)
            if event is not None:
                found.append(event)
    rank = {NoteOff: 0, Control: 1, Tap: 2, NoteOn: 2}
    return sorted(found, key=lambda e: (e.heard, rank[type(e)]))


def _event(item: Message, maker: MakerId) -> Input | None:
    message, time = item.message, item.time
    if message.type == "control_change":
        return Control(time, time, maker, message.control, message.value)
    if message.channel == DRUMS:
        return Tap(time, time, maker, message.velocity) if _begins(message) else None
    if _begins(message):
        return NoteOn(time, time, maker, message.note, message.velocity)
    return NoteOff(time, time, maker, message.note) if _ends(message) else None


def from_inputs(inputs: Sequence[Input]) -> list[MakerTrack]:
    """The makers' tracks of a session's inputs."""
    found: dict[MakerId, list[Message]] = {}
    for event in inputs:
        for time, message in messages(event):
            found.setdefault(event.maker, []).append(Message(time, message))
    return [MakerTrack(maker, tuple(sorted(m, key=_order))) for maker, m in found.items()]


def messages(event: Input) -> list[Timed]:
    """An input as messages: notes and controllers on channel 1, taps on 10."""
    match event:
        case NoteOn(time=time, pitch=pitch, velocity=velocity):
            return [(time, mido.Message("note_on", channel=0, note=pitch, velocity=velocity))]
        case NoteOff(time=time, pitch=pitch):
            return [(time, mido.Message("note_off", channel=0, note=pitch, velocity=0))]
        case Tap(time=time, velocity=velocity):
            force = UNKNOWN_VELOCITY if velocity is None else velocity
            on = mido.Message("note_on", channel=DRUMS, note=TAP_NOTE, velocity=force)
            off = mido.Message("note_off", channel=DRUMS, note=TAP_NOTE, velocity=0)
            return [(time, on), (time + TAP_SECONDS, off)]
        case Control(time=time, control=control, value=value):
            return [(time, mido.Message("control_change", channel=0, control=control, value=value))]
        case _:
            return []


# --- writing -----------------------------------------------------------------------------------


def duet(makers: Sequence[MakerTrack], partner: Sequence[PartnerTone]) -> bytes:
    """The duet as a MIDI file, format 1, one tick a millisecond.

    The makers' notes stand unchanged on tracks ``maker: NAME``; the partner's on tracks
    ``partner: bass`` and so on, only those used.
    """
    tracks: list[tuple[str, list[Timed]]] = [
        (f"maker: {maker.maker}", [(m.time, m.message) for m in maker.messages]) for maker in makers
    ]
    for channel, (voice, program) in enumerate(PROGRAMS):
        tones = [tone for tone in partner if tone.voice == voice]
        if not tones:
            continue
        at = DRUMS if voice == "percussion" else channel + 1
        timed: list[Timed] = [(0.0, mido.Message("program_change", channel=at, program=program))]
        for number, tone in enumerate(tones):
            # one pitch sounds once on a track: the earlier note ends where the later begins
            again = [t.onset for t in tones[number + 1 :] if t.pitch == tone.pitch][:1]
            end = max(min([tone.offset, *again]), tone.onset + SHORTEST)
            on = mido.Message("note_on", channel=at, note=tone.pitch, velocity=tone.velocity)
            off = mido.Message("note_off", channel=at, note=tone.pitch, velocity=0)
            timed += [(tone.onset, on), (end, off)]
        tracks.append((f"partner: {voice}", timed))
    return write(tracks, ticks_a_second=2 * TICKS_A_QUARTER)


def write(tracks: Sequence[tuple[str, Sequence[Timed]]], ticks_a_second: int) -> bytes:
    """Named tracks of timed messages as a MIDI file of format 1 at 120 beats a minute."""
    file = mido.MidiFile(type=1, ticks_per_beat=ticks_a_second // 2, charset="utf-8")
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=TEMPO, time=0))
    file.tracks.append(head)
    for name, timed in tracks:
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("track_name", name=name, time=0))
        now = 0
        # an event may have happened before it was heard, and so before the start
        ticked = [(max(0, round(time * ticks_a_second)), message) for time, message in timed]
        # at one tick, notes end before others begin; sorting is stable, so order is kept
        for tick, message in sorted(ticked, key=lambda t: (t[0], _begins(t[1]))):
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
