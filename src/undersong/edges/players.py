"""Players from files: a session log or any MIDI file, for looking back at it. Times in seconds.

A log's first player is everything that makers did, its second the partner. Which tracks of a MIDI file
belong together is asked for by patterns; without any, tracks named ``maker...`` and ``partner...``, else
the two tracks with notes, else the two channels with notes, else channels 1 and 2. Whatever cannot be told
apart is said, never guessed: fewer players, and a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from undersong.edges import files, midi
from undersong.errors import EventError, UsageError
from undersong.events import Seconds, Tap
from undersong.reflecting.duet import TAP_SECONDS, duet
from undersong.reflecting.players import Player, Playing, player
from undersong.remembering import log as codec

LOG_HEAD = b"{"  # a log is lines of JSON
MAKER, PARTNER = "maker", "partner"
FIRST, SECOND = 0, 1  # channels 1 and 2 count from 0

Sound = tuple[Seconds, Seconds, float | None, float | None]  # onset, offset, pitch, velocity


@dataclass(frozen=True, slots=True)
class _Track:
    """Notes under one name, and by which channel; ``title`` as the file has it."""

    number: int
    title: str
    name: str
    notes: tuple[tuple[int, Sound], ...]


def read(path: Path, wanted: Sequence[str] = ()) -> Playing:
    """Who plays in a file. ``wanted``: a pattern for each player, of track names or numbers.

    Raises EventError for a file that cannot be read, UsageError for a pattern that fits no track with notes
    or a track that an earlier pattern has.
    """
    if not _is_log(path):
        tracks = [_of_midi(track) for track in midi.read(path)]
        return _asked(tracks, wanted) if wanted else _found(tracks)
    log = codec.read(files.read_log(path))
    if not wanted:
        return of_log(log)
    playing = _asked(_tracks(log), wanted)
    return replace(playing, missing=(*playing.missing, *_torn(log)))


def _is_log(path: Path) -> bool:
    files.check_ordinary(path, "session log or MIDI file")
    try:
        with path.open("rb") as file:
            return file.read(1) == LOG_HEAD
    except OSError as error:
        raise EventError(f"{path} cannot be read: {error.strerror or error}.") from error


def of_log(log: codec.Log) -> Playing:
    """A session's maker and partner; with several makers the first player is all of them, and each comes
    once more, alone, after the partner."""
    tracks, missing = _tracks(log), _torn(log)
    makers = [track for track in tracks if track.title.startswith(MAKER)]
    both = [_player(MAKER, makers), _player(PARTNER, [t for t in tracks if t not in makers])]
    end = _end(tracks)
    if not len(both[0]) and not len(both[1]):
        return Playing(tuple(both), 0.0, True, (), (*missing, "Nobody played: the session is empty."))
    missing += tuple(f"The {p.name} has no notes." for p in both if not len(p))
    if len(makers) < 2:
        return Playing(tuple(both), end, True, (), missing)
    taken = [MAKER, PARTNER]
    alone = []
    for track in makers:
        alone.append(_player(_unlike(track.name, taken), [track]))
        taken.append(alone[-1].name)
    return Playing((*both, *alone), end, True, _two_by_two(range(2, 2 + len(alone))), missing)


def _torn(log: codec.Log) -> tuple[str, ...]:
    return (log.dropped,) if log.dropped else ()


def _tracks(log: codec.Log) -> list[_Track]:
    """A log's tracks, named as ``undersong answer`` names those of its duet."""
    made = duet(log.inputs, log.outputs)
    # a tap may tell no velocity; the duet draws it with a usual one, which would be made up here
    quiet = {(e.maker, e.time) for e in log.inputs if isinstance(e, Tap) and e.velocity is None}
    named: list[tuple[str, str, list[Sound]]] = [
        (
            f"{MAKER}: {maker}",
            str(maker),
            [
                (
                    tone.onset,
                    made.end if tone.offset is None else tone.offset,
                    tone.pitch,
                    None if tone.pitch is None and (maker, tone.onset) in quiet else tone.velocity,
                )
                for tone in tones
            ],
        )
        for maker, tones in made.makers.items()
    ]
    for voice, _ in midi.PROGRAMS:
        sounds: list[Sound] = [
            (t.onset, t.offset, None if voice == "percussion" else t.pitch, t.velocity)
            for t in made.voice(voice)
        ]
        if sounds:
            named.append((f"{PARTNER}: {voice}", f"{PARTNER}: {voice}", sounds))
    return [
        _Track(number, title, name, tuple((FIRST, _from_zero(sound)) for sound in sounds))
        for number, (title, name, sounds) in enumerate(named)
    ]


def _from_zero(sound: Sound) -> Sound:
    # a microphone may tell of what began just before the session did
    return (max(sound[0], 0.0), max(sound[1], 0.0), sound[2], sound[3])


def _of_midi(track: midi.Track) -> _Track:
    """A track's notes; what is held at its end ends with its last message, channel 10 is struck."""
    held: dict[tuple[int, int], tuple[Seconds, int]] = {}
    notes: list[tuple[int, Sound]] = []

    def end(channel: int, pitch: int, time: Seconds) -> None:
        began = held.pop((channel, pitch), None)
        if began is not None:
            notes.append((channel, (began[0], max(time, began[0]), pitch, began[1])))

    for item in track.messages:
        message, time = item.message, item.time
        if message.type == "control_change":
            continue
        channel, pitch = message.channel, message.note
        begins = message.type == "note_on" and message.velocity > 0
        if channel == midi.DRUMS:
            if begins:
                notes.append((channel, (time, time + TAP_SECONDS, None, message.velocity)))
            continue
        end(channel, pitch, time)
        if begins:
            held[channel, pitch] = (time, message.velocity)
    last = track.messages[-1].time if track.messages else 0.0
    for channel, pitch in list(held):
        end(channel, pitch, last)
    return _Track(track.number, track.title, track.name, tuple(notes))


def _asked(tracks: Sequence[_Track], wanted: Sequence[str]) -> Playing:
    taken: dict[int, str] = {}
    players: list[Player] = []
    for pattern in wanted:
        fitting = [t for t in tracks if t.notes and _fits(t, pattern)]
        if not fitting:
            known = ", ".join(f"{t.number} ({t.title or t.name})" for t in tracks if t.notes)
            there = f"those with notes are {known}" if known else "no track has notes"
            raise UsageError(f"No track with notes fits --player {pattern!r}; {there}.")
        for track in fitting:
            if track.number in taken:
                raise UsageError(
                    f"Track {track.number} would be two players, {taken[track.number]!r} and {pattern!r}; "
                    "please give each track to one."
                )
            taken[track.number] = pattern
        name = (fitting[0].title or fitting[0].name) if len(fitting) == 1 else pattern
        players.append(_player(_unlike(name, [p.name for p in players]), fitting))
    missing = () if len(players) > 1 else ("One --player was named; name a second to compare the two.",)
    others = tuple(pair for pair in _two_by_two(range(len(players))) if pair != (0, 1))
    chosen = [track for track in tracks if track.number in taken]
    return Playing(tuple(players), _end(chosen), False, others, missing)


def _fits(track: _Track, pattern: str) -> bool:
    if pattern == str(track.number) or pattern in (track.title, track.name):
        return True
    return fnmatchcase(track.title, pattern) or fnmatchcase(track.name, pattern)


def _found(tracks: Sequence[_Track]) -> Playing:
    """The pair that a file without --player holds, in the order that the module's docstring tells."""
    playing = [track for track in tracks if track.notes]
    if not playing:
        return Playing((), 0.0, missing=("There are no notes in this file.",))
    sides = {side: [t for t in playing if t.title.startswith(side)] for side in (MAKER, PARTNER)}
    if all(sides.values()):
        named = [track for side in sides.values() for track in side]
        players = tuple(_player(side, tracks) for side, tracks in sides.items())
        return Playing(players, _end(named), missing=_left_out(len(playing) - len(named), "track"))
    if len(playing) == 2:
        first, second = playing
        names = (first.title or first.name, second.title or second.name)
        names = (names[0], _unlike(names[1], names[:1]))
        both = tuple(_player(name, [track]) for name, track in zip(names, playing, strict=True))
        return Playing(both, _end(playing))
    return _by_channel(playing)


def _by_channel(playing: Sequence[_Track]) -> Playing:
    sounding = sorted({channel for track in playing for channel, _ in track.notes})
    pair = sounding if len(sounding) == 2 else [c for c in sounding if c in (FIRST, SECOND)]
    if len(pair) == 2:
        left = _left_out(len(sounding) - 2, "channel")
        players = tuple(_player(f"channel {channel + 1}", playing, channel) for channel in pair)
        return Playing(players, max(float(p.offset.max()) for p in players), missing=left)
    if len(playing) == 1:
        name = playing[0].title or playing[0].name
        told = "Only one player was found, on one track and one channel: there is nobody to compare with."
        return Playing((_player(name, playing),), _end(playing), missing=(told,))
    known = ", ".join(f"{t.number} ({t.title or t.name})" for t in playing)
    told = f"Which tracks are two players cannot be told: name them with --player; with notes are {known}."
    return Playing((_player("all tracks", playing),), _end(playing), missing=(told,))


def _left_out(number: int, thing: str) -> tuple[str, ...]:
    if not number:
        return ()
    words = f"One more {thing} with notes was" if number == 1 else f"{number} more {thing}s with notes were"
    return (f"{words} left out; name players with --player to choose others.",)


def _player(name: str, tracks: Sequence[_Track], only: int | None = None) -> Player:
    """Some tracks as one player, or only one channel of them."""
    notes = [sound for track in tracks for channel, sound in track.notes if only in (None, channel)]
    return player(name, notes)


def _end(tracks: Sequence[_Track]) -> Seconds:
    return max((sound[1] for track in tracks for _, sound in track.notes), default=0.0)


def _two_by_two(places: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple((a, b) for a in places for b in places if a < b)


def _unlike(name: str, taken: Sequence[str]) -> str:
    """The name, with a number if another player has it."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found
