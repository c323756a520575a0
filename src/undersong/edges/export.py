"""Export: a take as files of its own, for a person, a therapist or another program to take away.

The plain log, the duet as MIDI, the report as a page made for printing, own words with their
recordings, and, where the extra ``render`` is installed, the duet as sound.
"""

from __future__ import annotations

import json
from pathlib import Path

import mido

from undersong.edges import files, looking, midi
from undersong.edges.takes import LOG, Kept, Takes
from undersong.errors import UsageError
from undersong.reflecting.duet import duet
from undersong.remembering import log as codec

TICKS_A_QUARTER = 960  # of an exported duet, at 120 beats a minute


def export(takes: Takes, id_: str, to: Path) -> list[Path]:
    """Write everything of a take into a folder, which is made if it is missing; returns the files.

    Raises UsageError for an unknown name or a folder that cannot be written, EventError for a damaged log.
    """
    take = takes.get(id_)
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {to} cannot be made: {error.strerror or error}.") from error
    about = takes.about(id_)
    parts: list[tuple[str, bytes]] = [
        (LOG, files.read_log(takes.folder(id_) / LOG)),
        ("duet.mid", duet_midi(take.log)),
        ("report.html", looking.report(looking.look(take))),
    ]
    if take.fault is None:
        parts += [("words.json", words_json(take)), *about.recordings()]
    for name, data in parts:
        files.write_whole(to / name, data)
    return [to / name for name, _ in parts]


def words_json(take: Kept) -> bytes:
    """Own words as a file."""
    told = {"take": take.id, "started": take.started, **take.words.shown}
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def duet_midi(log: codec.Log) -> bytes:
    """The duet of a log: makers on channel 1, the partner on 2, taps on 10, the pedal kept."""
    made = duet(log.inputs, log.outputs)
    maker = [timed for event in log.inputs for timed in midi.messages(event)]
    partner = [
        (time, mido.Message(kind, channel=1, note=tone.pitch, velocity=tone.velocity))
        for tone in made.partner
        for kind, time in (("note_on", tone.onset), ("note_off", tone.offset))
    ]
    return midi.write([("maker", maker), ("partner", partner)], ticks_a_second=2 * TICKS_A_QUARTER)
