"""The ``undersong`` command. Thin: every subcommand reads, asks the layers below, and writes.

Exit codes: 0 done; 1 the answer is no; 2 the command or the file is wrong; 3 our own fault.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

import undersong
from undersong import offline
from undersong.choosing.table import AIMS
from undersong.cli.doctor import doctor
from undersong.cli.locking import lock_command, passphrase
from undersong.cli.measures import measures
from undersong.cli.people import people
from undersong.cli.sessions import sessions
from undersong.cli.shared import (
    INPUT,
    LONG,
    MANY,
    PASSPHRASE,
    data_option,
    house_of,
    open_house,
    printable,
    progress_of,
    unused_data_option,
)
from undersong.edges import files, given, midi, platform, sound, wav
from undersong.edges.house import House
from undersong.errors import UndersongError, UsageError
from undersong.plan import MEET_ME, Plan
from undersong.plugins import policy, techniques
from undersong.reflecting import hearing
from undersong.reflecting.duet import partner_tones
from undersong.remembering import log as codec
from undersong.remembering.replay import melodies
from undersong.remembering.replay import replay as replay_log


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(undersong.__version__, prog_name="undersong")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening a browser.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: any at first, then the same again.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; other than "
              "this machine's own only with a certificate, and once what is kept is locked.")  # fmt: skip
@click.option("--tls-cert", type=INPUT, metavar="FILE", help="A certificate (PEM), for other machines.")
@click.option("--tls-key", type=INPUT, metavar="FILE", help="Its key.")
@data_option
@click.pass_context
def undersong_command(
    ctx: click.Context, no_browser: bool, port: int | None, host: str, tls_cert: Path | None,
    tls_key: Path | None, data: Path | None,
) -> None:  # fmt: skip
    """A musical partner that listens to what a person plays and answers in music.

    Without a command it opens in the browser, to be played with.

    Undersong supports, and does not replace, the people who care for someone's health.
    """
    if ctx.invoked_subcommand is not None:
        return
    from undersong.server import door  # the web's packages load only where they are needed
    from undersong.server.run import start

    def say(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()

    secured = door.tls(tls_cert, tls_key)
    house = house_of(data)
    os.environ.pop(PASSPHRASE, None)  # the browser, and all that it starts, are not to have it
    start(house, host=host, port=port, secured=secured, browser=not no_browser, say=say)


@undersong_command.command()
@click.argument("source", metavar="IN", type=INPUT)
@click.option("-o", "target", metavar="OUT.mid", type=INPUT, required=True, help="The duet.")
@click.option("--technique", metavar="NAME", help="Only this technique, whatever the playing.")
@click.option("--aim", type=click.Choice(tuple(AIMS)), help="What the session is for.")
@click.option("--adaptivity", type=click.FloatRange(0, 1), default=MEET_ME, show_default=True,
              help="How far the partner's beat goes along with the maker's: .1 hold me, .3 meet me, "
              ".7 follow me.")  # fmt: skip
@click.option("--policy", "chooser", metavar="NAME", default="rules", show_default=True,
              help="Who chooses the techniques.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="For the partner's chance.")
@click.option("--maker", "makers", multiple=True, metavar="TRACK", help="A track that one maker "
              "plays, by name or number; repeat it for several makers.")  # fmt: skip
@click.option("--remember", "earlier", multiple=True, type=INPUT, metavar="LOG", help="An earlier session "
              "of the same person, by which harmony is foreseen; repeatable.")  # fmt: skip
@click.option("--log", "log", type=INPUT, metavar="FILE", help="Write the session's log, too.")
@click.option("--partner-starts", is_flag=True, help='The maker says "I\'ll start" to the partner.')
@click.option("--finish", is_flag=True, help="The maker presses Finish at the end.")
@click.option("--keep", is_flag=True, help="Store the take in the data folder; this says yes to "
              "keeping takes there.")  # fmt: skip
@click.option("--reaction-ms", type=click.FloatRange(0, 1000), default=30, show_default=True,
              help="From hearing an onset to the notes decided at it.")  # fmt: skip
@click.option("--correction-ms", type=click.FloatRange(0, 1000), default=0, show_default=True,
              help="Within which a harmony note may be replaced once.")  # fmt: skip
@click.option("--forecast-only", is_flag=True, help="Nothing that sounds at a moment depends on what "
              "the maker does then or later.")  # fmt: skip
@click.option("--lead-ms", type=click.FloatRange(0, 2000), default=250, show_default=True,
              help="By which planned notes leave ahead.")  # fmt: skip
@data_option
def answer(
    source: Path, target: Path, technique: str | None, aim: str | None, adaptivity: float,
    chooser: str, seed: int,
    makers: tuple[str, ...], earlier: tuple[Path, ...], log: Path | None, partner_starts: bool,
    finish: bool, keep: bool, reaction_ms: float, lead_ms: float, correction_ms: float,
    forecast_only: bool, data: Path | None,
) -> None:  # fmt: skip
    """Play IN, a MIDI or a WAV file, to the partner as if live, and write the duet to OUT.mid."""
    if technique is not None and technique not in techniques():
        raise UsageError(f"There is no technique {technique!r}; there are {', '.join(techniques())}.")
    policy(chooser)  # refused before anything is read
    memory = melodies(codec.read(files.read_log(path)) for path in earlier)
    plan = Plan(
        technique=technique,
        policy=chooser,
        aim=aim,
        adaptivity=adaptivity,
        lead=lead_ms / 1000,
        reaction=reaction_ms / 1000,
        correction=correction_ms / 1000,
        forecast_only=forecast_only,
    )
    for path in (target, log):
        if path is not None:
            _not_the_same(path, source)
            files.check_writable(path)
    if log is not None:
        _not_the_same(log, target)
    house = open_house(data) if keep else None
    played = _given(source, makers)
    now = datetime.now(UTC)
    with progress_of("Playing", len(played.events), MANY) as progress:
        take = offline.play(
            played, plan, seed, partner_starts=partner_starts, finish=finish,
            started=now.isoformat(timespec="seconds") if keep else None, memory=memory,
            progress=progress,
        )  # fmt: skip
    duet = midi.duet(played.makers, take.partner)
    id_ = None if house is None else _keep(house, take.log, now)
    if log is not None:
        files.write_whole(log, take.log)
    files.write_whole(target, duet)
    if id_ is not None:
        click.echo(f"Kept as {id_}.")


def _keep(house: House, log: bytes, now: datetime) -> str:
    """Store a take in the owner's own place. Whoever asks for that says yes to keeping."""
    own = house.own
    if own.record.consent("keep") is None:
        house.note("therapist" if house.practice else "solo", "gave consent to keep", now)
        own.record.give("keep", now)
        click.echo("From now on takes may be kept here, until you take that back in the app.", err=True)
    id_ = own.takes.keep_log(log, now)
    house.close()
    return id_


@undersong_command.command()
@click.argument("source", metavar="IN", type=INPUT)
@click.option("--maker", "makers", multiple=True, metavar="TRACK", help="A track that one maker plays.")
@unused_data_option
def listen(source: Path, makers: tuple[str, ...]) -> None:
    """Print what is heard in IN, a MIDI or a WAV file, one JSON object a line, each when it was known."""
    played = _given(source, makers)
    take = offline.play(played, Plan(), 0)
    for line in hearing.lines(take.outputs, several=len(played.makers) > 1):
        click.echo(line)


@undersong_command.command()
@click.argument("source", metavar="IN.wav", type=INPUT)
@click.option("-o", "target", metavar="OUT.mid", type=INPUT, help="The notes and strokes, as a MIDI file.")
@click.option("--jsonl", is_flag=True, help="Print them, one JSON object a line.")
@click.option("--frames", is_flag=True, help="With --jsonl: print the pitch 62.5 times a second, too.")
@unused_data_option
def transcribe(source: Path, target: Path | None, jsonl: bool, frames: bool) -> None:
    """Tell which notes and strokes are heard in IN.wav, each when it was known.

    A note's line is printed once it has ended, so that lines are in the order in which things were known.
    """
    if target is None and not jsonl:
        raise UsageError("Nothing would be written: please add -o OUT.mid, or --jsonl to print.")
    if frames and not jsonl:
        raise UsageError("--frames adds to what --jsonl prints; please give both.")
    if target is not None:
        _not_the_same(target, source)
        files.check_writable(target)
    recording = _recording(source)
    kept: list[sound.Noted] = []
    with progress_of("Listening", recording.seconds, LONG, quiet=jsonl and sys.stdout.isatty()) as progress:
        heard = sound.noted(sound.hear(recording, progress), kept)
        for line in sound.lines(heard, frames):
            if jsonl:
                click.echo(line)
    if target is not None:
        events = sound.inputs(kept, recording)
        files.write_whole(target, midi.duet(midi.from_inputs(events), ()))


@undersong_command.command()
@click.argument("source", metavar="LOG", type=INPUT)
@click.option("-o", "target", metavar="OUT.mid", type=INPUT, help="Write the logged duet.")
@unused_data_option
def replay(source: Path, target: Path | None) -> None:
    """Play a log's inputs to a new session and tell whether the same comes out."""
    read = codec.read(files.read_log(source))
    if target is not None:
        _not_the_same(target, source)
        files.write_whole(target, midi.duet(midi.from_inputs(read.inputs), partner_tones(read.outputs)))
    if read.dropped:
        click.echo(read.dropped, err=True)
    difference = replay_log(read, platform.engine(), techniques(), policy)
    if difference is None:
        click.echo(f"The same: {len(read.inputs)} inputs, {len(read.outputs)} outputs.")
        return
    click.echo(f"Output {difference.number} differs.")
    click.echo(f"  logged:   {difference.logged}")
    click.echo(f"  replayed: {difference.replayed}")
    sys.exit(1)


@undersong_command.command()
@click.argument("sources", metavar="FILE...", type=INPUT, nargs=-1, required=True)
@click.option("--player", "players", multiple=True, metavar="PATTERN", help="A player: a track's name or "
              "number, or a pattern such as 'partner:*'; repeat it for the other.")  # fmt: skip
@click.option("--window", type=click.FloatRange(0.5, 600), default=6.0, show_default=True,
              help="The length of a window in seconds.")  # fmt: skip
@click.option("--step", type=click.FloatRange(0.1, 600), default=1.0, show_default=True,
              help="From one window to the next, in seconds.")  # fmt: skip
@click.option("--resonance", is_flag=True, help="Weigh a pulse by how willingly people tap at its tempo.")
@click.option("--csv", "folder", type=INPUT, metavar="DIR", help="Write tables to this folder.")
@click.option("--parquet", type=INPUT, metavar="FILE", help="Write one table of all windows.")
@unused_data_option
def analyse(
    sources: tuple[Path, ...], players: tuple[str, ...], window: float, step: float, resonance: bool,
    folder: Path | None, parquet: Path | None,
) -> None:  # fmt: skip
    """Look back at two players in FILE, a session log or a MIDI file, and print one JSON object.

    Several files at once go into tables only (--csv, --parquet).
    """
    # arrays load only where they are needed
    from undersong.edges import study, tables

    if len(sources) > 1 and folder is None and parquet is None:
        raise UsageError("Several files go into tables: please add --csv DIR or --parquet FILE.")
    tables.check(folder, parquet)
    if parquet is not None:
        for source in sources:
            _not_the_same(parquet, source)
    looking = study.Looking(players, window, step, resonance)
    if len(sources) > 1:
        with progress_of("Looking back", len(sources), 2) as progress:
            for path in tables.write(study.every(sources, looking, progress), folder, parquet):
                click.echo(f"Wrote {path}")
        return
    result = study.look(sources[0], looking)
    if folder is not None or parquet is not None:
        list(tables.write([(sources[0], result)], folder, parquet))
    click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False))


undersong_command.add_command(sessions)
undersong_command.add_command(measures)
undersong_command.add_command(people)
undersong_command.add_command(doctor)
undersong_command.add_command(lock_command)
undersong_command.add_command(passphrase)


def _not_the_same(written: Path, other: Path) -> None:
    """Raise UsageError if two names mean one file, whether it exists yet or not."""
    # realpath asks nothing that a locked folder could refuse
    if os.path.realpath(written) == os.path.realpath(other):
        raise UsageError(f"{written} would be overwritten by its own answer; please name another.")


def _given(source: Path, makers: tuple[str, ...]) -> given.Given:
    if not wav.is_sound(source):
        return given.of_midi(source, makers)
    recording = _recording(source)
    with progress_of("Listening", recording.seconds, LONG) as progress:
        return given.of_sound(recording, makers, progress)


def _recording(source: Path) -> wav.Wav:
    recording = wav.read(source)
    if recording.short is not None:
        click.echo(f"undersong: {printable(recording.short)}", err=True)
    return recording


def main() -> None:
    """The command's entry point: every fault becomes one sentence and an exit code."""
    try:
        # not click's own main: it answers a closed pipe with exit code 1
        with undersong_command.make_context("undersong", sys.argv[1:]) as context:
            undersong_command.invoke(context)
        sys.stdout.flush()
        sys.exit(0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except UndersongError as error:
        _fail(str(error), 2)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        _fail(error.format_message().replace("\n", " "), 2)
    except click.exceptions.Abort:
        _fail("Stopped.", 130)
    except BrokenPipeError:
        _let_go_of_output()  # whoever read it has had enough
        sys.exit(0)
    except OSError as error:
        _let_go_of_output()
        _fail(f"The output cannot be written: {error.strerror or error}.", 2)
    except Exception as error:
        _fail(
            "This is our own fault, and nothing was written: "
            f"{type(error).__name__}: {error}. Please report it with the command you gave.",
            3,
        )


def _let_go_of_output() -> None:
    """Nothing more can be written to standard output, also not when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _fail(sentence: str, code: int) -> None:
    click.echo(f"undersong: {printable(sentence)}", err=True)
    sys.exit(code)
