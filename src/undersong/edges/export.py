"""Export: a take as files of its own, for a person, a therapist or another program to take away.

The plain log, the duet as MIDI, the report as a page made for printing, own words with their
recordings, and, where the extra ``render`` is installed, the duet as sound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import mido

from undersong.edges import files, looking, midi
from undersong.edges.platform import PRIVATE_FOLDER
from undersong.edges.render import BYTES_A_SECOND, Renderer, can_render
from undersong.edges.takes import LOG, Kept, Takes
from undersong.errors import UsageError
from undersong.events import Seconds
from undersong.reflecting.duet import PartnerTone, duet, partner_tones
from undersong.remembering import log as codec

TICKS_A_QUARTER = 960  # of an exported duet, at 120 beats a minute
RINGS: Seconds = 2.0  # how long the last note may ring in its sound
Progress = Callable[[float], None]


def export(takes: Takes, id_: str, to: Path, progress: Progress = lambda done: None) -> list[Path]:
    """Write everything of a take into a folder, which is made if it is missing; returns the files, which
    nobody but their owner may read.

    ``progress`` hears for how many seconds sound was written. Raises UsageError for an unknown name or a
    folder that cannot be written, EventError for a damaged log.
    """
    take = takes.get(id_)
    try:
        to.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {to} cannot be made: {error.strerror or error}.") from error
    parts: list[tuple[str, bytes]] = [
        (LOG, takes.log(id_)),
        ("duet.mid", duet_midi(take.log)),
        ("report.html", looking.report(looking.look(take))),
    ]
    if take.fault is None:
        parts += [("words.json", words_json(take)), *takes.about(id_).recordings()]
    for name, data in parts:
        files.write_whole(to / name, data, files.PRIVATE_FILE)
    written = [to / name for name, _ in parts]
    if can_render():
        files.write_pieces(to / "duet.wav", _told(duet_wav(take), progress), files.PRIVATE_FILE)
        written.append(to / "duet.wav")
    return written


def duet_wav(take: Kept) -> Generator[bytes, None, None]:
    """The duet as a WAV file, piece by piece. Raises UsageError at the first where it cannot be made."""
    until = duet(take.log.inputs, take.log.outputs).end + RINGS
    with Renderer() as renderer:
        yield from renderer.stream(take.log.inputs, take.log.outputs, until)


def _told(pieces: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        progress(done / BYTES_A_SECOND)


def words_json(take: Kept) -> bytes:
    """Own words as a file."""
    told = {"take": take.id, "started": take.started, **take.words.shown}
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def duet_midi(log: codec.Log) -> bytes:
    """The duet of a log: makers on channel 1, a track each, their taps on 10, the pedal kept; the partner
    on 2, its drum in a track of its own, since a stroke is no tone of the bass."""
    tracks: dict[str, list[midi.Timed]] = {}
    for event in log.inputs:
        tracks.setdefault(event.maker, []).extend(midi.messages(event))
    makers = [(name, timed) for name, timed in tracks.items() if timed]
    named = [("maker" if len(makers) == 1 else f"maker: {name}", timed) for name, timed in makers]
    partner: dict[str, list[midi.Timed]] = {"partner": []}
    for tone in _one_at_a_time(partner_tones(log.outputs)):
        track = "partner: percussion" if tone.voice == "percussion" else "partner"
        for kind, time in (("note_on", tone.onset), ("note_off", tone.offset)):
            message = mido.Message(kind, channel=1, note=tone.pitch, velocity=tone.velocity)
            partner.setdefault(track, []).append((time, message))
    return midi.write([*named, *partner.items()], ticks_a_second=2 * TICKS_A_QUARTER)


def _one_at_a_time(tones: Sequence[PartnerTone]) -> list[PartnerTone]:
    """The tones as one channel can hold them: where two of one pitch overlap, the earlier ends as the later
    begins, and two that begin together are one."""
    found: list[PartnerTone] = []
    last: dict[tuple[bool, int], int] = {}  # where the latest of each pitch stands
    for tone in tones:
        key = (tone.voice == "percussion", tone.pitch)
        place = last.get(key)
        before = found[place] if place is not None else None
        if place is not None and before is not None and tone.onset - before.onset < midi.SHORTEST:
            longer, louder = max(before.offset, tone.offset), max(before.velocity, tone.velocity)
            found[place] = replace(before, offset=longer, velocity=louder)
            continue
        if place is not None and before is not None and before.offset > tone.onset:
            found[place] = replace(before, offset=tone.onset)
        last[key] = len(found)
        found.append(replace(tone, offset=max(tone.offset, tone.onset + midi.SHORTEST)))
    return found
