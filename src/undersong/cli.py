"""The ``undersong`` command. Thin: every subcommand reads, asks the layers below, and writes.

Exit codes: 0 done; 1 the answer is no; 2 the command or the file is wrong; 3 our own fault.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

import undersong
from undersong import offline
from undersong.choosing.table import AIMS
from undersong.edges import files, given, midi, platform, sound, wav
from undersong.edges.export import export as export_take
from undersong.edges.takes import Takes
from undersong.errors import UndersongError, UsageError
from undersong.events import Chose
from undersong.plan import MEET_ME, Plan
from undersong.plugins import policy, techniques
from undersong.reflecting import hearing
from undersong.reflecting.duet import partner_tones
from undersong.remembering import log as codec
from undersong.remembering.replay import melodies
from undersong.remembering.replay import replay as replay_log

MANY = 4000  # events from which progress is shown
LONG = 20.0  # seconds of sound from which it is

INPUT = click.Path(path_type=Path)


def _of_the_whole_command(ctx: click.Context, parameter: click.Parameter, data: Path | None) -> Path | None:
    """--data may stand before the subcommand, too."""
    named: Path | None = data or ctx.find_root().params.get("data")
    return named


data_option = click.option(
    "--data", type=INPUT, envvar="UNDERSONG_DATA", metavar="DIR", callback=_of_the_whole_command,
    help="Where everything is kept (default: this person's own data folder).",
)  # fmt: skip


# Every command takes --data, also where nothing is kept: so that scripts can name it once.
unused_data_option = click.option(
    "--data", type=INPUT, envvar="UNDERSONG_DATA", hidden=True, expose_value=False
)


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(undersong.__version__, prog_name="undersong")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening a browser.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: any at first, then the same again.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@data_option
@click.pass_context
def undersong_command(
    ctx: click.Context, no_browser: bool, port: int | None, host: str, data: Path | None
) -> None:
    """A musical partner that listens to what a person plays and answers in music.

    Without a command it opens in the browser, to be played with.

    Undersong supports, and does not replace, the people who care for someone's health.
    """
    if ctx.invoked_subcommand is not None:
        return
    from undersong.server.run import start  # the web's packages load only where they are needed

    def say(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()

    start(platform.data_folder(data), host=host, port=port, browser=not no_browser, say=say)


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
@click.option("--keep", is_flag=True, help="Store the take in the data folder.")
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
    kept = Takes(platform.data_folder(data)) if keep else None
    played = _given(source, makers)
    now = datetime.now(UTC) if keep else None
    with _progress("Playing", len(played.events), MANY) as progress:
        take = offline.play(
            played, plan, seed, partner_starts=partner_starts, finish=finish,
            started=now.isoformat(timespec="seconds") if now else None, memory=memory,
            progress=progress,
        )  # fmt: skip
    duet = midi.duet(played.makers, take.partner)
    id_ = kept.keep_log(take.log, now) if kept is not None and now is not None else None
    if log is not None:
        files.write_whole(log, take.log)
    files.write_whole(target, duet)
    if id_ is not None:
        click.echo(f"Kept as {id_}.")


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
    with _progress("Listening", recording.seconds, LONG, quiet=jsonl and sys.stdout.isatty()) as progress:
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
        with _progress("Looking back", len(sources), 2) as progress:
            for path in tables.write(study.every(sources, looking, progress), folder, parquet):
                click.echo(f"Wrote {path}")
        return
    result = study.look(sources[0], looking)
    if folder is not None or parquet is not None:
        list(tables.write([(sources[0], result)], folder, parquet))
    click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False))


@undersong_command.group()
def sessions() -> None:
    """The sessions that were kept: list, show, note, export, hide, delete."""


@sessions.command("list")
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@data_option
def list_sessions(as_json: bool, data: Path | None) -> None:
    """List what was kept, oldest first."""
    kept, faults = Takes(platform.data_folder(data)).all()
    if as_json:
        click.echo(json.dumps([take.summary for take in kept], indent=2))
    elif kept:
        for take in kept:
            end = "" if take.kept else "  not kept: erased a day after its last sound"
            name = f"  {take.words.name}" if take.words.name else ""
            click.echo(f"{take.id}  {_length(take.seconds)}  {_count(take.notes, 'note')}{name}{end}")
    else:
        click.echo("Nothing has been kept yet.")
    for fault in faults:
        click.echo(f"Cannot be read: {fault}", err=True)


@sessions.command()
@click.argument("id_", metavar="ID")
@data_option
def show(id_: str, data: Path | None) -> None:
    """Tell what happened in a kept session."""
    take = Takes(platform.data_folder(data)).get(id_)
    click.echo(f"{take.id}, begun {take.started or 'at an unknown time'}")
    click.echo(f"{_length(take.seconds)}, {_count(take.notes, 'note')} by {', '.join(take.makers)}")
    for output in take.log.outputs:
        if isinstance(output, Chose):
            click.echo(f"{_clock(output.time)}  {output.technique}: {output.because}")
    for written in take.words.notes:
        when = "  whole" if written.at is None else f"{_clock(written.at)}"
        told = "a spoken note" if written.text is None else " ".join(written.text.split())
        click.echo(f"{when}  your words: {told}")
    if take.fault is not None:
        click.echo(take.fault, err=True)


@sessions.command()
@click.argument("id_", metavar="ID")
@click.option("--to", "to", type=INPUT, required=True, metavar="DIR", help="The folder to write to.")
@data_option
def export(id_: str, to: Path, data: Path | None) -> None:
    """Write everything of a kept session to a folder: log, duet, report, words; sound where it can be."""
    for path in export_take(Takes(platform.data_folder(data)), id_, to):
        click.echo(f"Wrote {path}")


@sessions.command()
@click.argument("id_", metavar="ID")
@click.argument("text", metavar="TEXT")
@click.option("--at", type=float, metavar="SECONDS", help="The moment it is about (default: the whole).")
@data_option
def note(id_: str, text: str, at: float | None, data: Path | None) -> None:
    """Add own words to a kept session, tied to a moment or to the whole."""
    Takes(platform.data_folder(data)).about(id_).write(at, text, datetime.now(UTC))
    click.echo(f"Noted in {id_}.")


@sessions.command()
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Hide it without asking again.")
@data_option
def hide(id_: str, yes: bool, data: Path | None) -> None:
    """Never show a kept session again, in any list, view or export; it can still be deleted."""
    takes = Takes(platform.data_folder(data))
    takes.folder(id_)
    if not yes:
        raise UsageError(f"This hides {id_} for ever; say so with --yes.")
    takes.hide(id_)
    click.echo(f"Hidden: {id_}. It is shown nowhere any more; 'undersong sessions delete' still erases it.")


@sessions.command()
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Erase it without asking again.")
@data_option
def delete(id_: str, yes: bool, data: Path | None) -> None:
    """Erase a kept session for good, also a hidden one, with all words and recordings."""
    takes = Takes(platform.data_folder(data))
    takes.folder(id_, hidden=True)
    if not yes:
        raise UsageError(f"This erases {id_} for good; say so with --yes.")
    takes.delete(id_)
    click.echo(f"Erased {id_}. Copies that were exported are not touched.")


@undersong_command.command()
@data_option
def doctor(data: Path | None) -> None:
    """Check this installation and say what to do."""
    well = True
    for name, check in (
        ("Python", _python),
        ("Techniques", _techniques),
        ("Engine", platform.engine),
        ("Data folder", lambda: str(platform.data_folder(data))),
        ("Packages", _packages),
        ("Page and sound", _page),
        ("Hearing sound", sound.ready),
    ):
        try:
            click.echo(f"well   {name}: {check()}")
        except UndersongError as error:
            well = False
            click.echo(f"ailing {name}: {error}")
    click.echo("All is well." if well else "Not all is well; please follow the lines above.")
    sys.exit(0 if well else 1)


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _techniques() -> str:
    if not techniques():
        raise UsageError("None is registered: run 'pip install undersong' again.")
    return f"{len(techniques())} found: {', '.join(techniques())}"


def _packages() -> str:
    names = ("click", "mido", "numpy", "platformdirs", "rich", "starlette", "uvicorn", "websockets")
    try:
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    except importlib.metadata.PackageNotFoundError as error:
        raise UsageError(f"{error.name} is missing: run 'pip install undersong' again.") from error


def _page() -> str:
    from undersong.server.app import BUILD_FIRST, STATIC

    bank = STATIC / "sound" / "bank.sf3"
    if not (STATIC / "index.html").is_file() or not bank.is_file():
        raise UsageError(BUILD_FIRST)
    return (
        f"built, with a sound bank of {bank.stat().st_size / 1e6:.1f} MB; sound and MIDI are the browser's"
    )


def _not_the_same(written: Path, other: Path) -> None:
    """Raise UsageError if two names mean one file, whether it exists yet or not."""
    # realpath asks nothing that a locked folder could refuse
    if os.path.realpath(written) == os.path.realpath(other):
        raise UsageError(f"{written} would be overwritten by its own answer; please name another.")


def _given(source: Path, makers: tuple[str, ...]) -> given.Given:
    if not wav.is_sound(source):
        return given.of_midi(source, makers)
    recording = _recording(source)
    with _progress("Listening", recording.seconds, LONG) as progress:
        return given.of_sound(recording, makers, progress)


def _recording(source: Path) -> wav.Wav:
    recording = wav.read(source)
    if recording.short is not None:
        click.echo(f"undersong: {_printable(recording.short)}", err=True)
    return recording


def _progress(
    what: str, total: float, many: float, quiet: bool = False
) -> AbstractContextManager[Callable[[float], None]]:
    if total < many or quiet or not sys.stderr.isatty():
        return nullcontext(lambda done: None)
    from undersong.edges.terminal import progress_bar

    return progress_bar(what, total)


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:3d}:{int(seconds) % 60:02d}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


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
    click.echo(f"undersong: {_printable(sentence)}", err=True)
    sys.exit(code)


def _printable(sentence: str) -> str:
    # a file's name may hold anything, also what would steer the terminal
    return "".join(c if c.isprintable() else "?" for c in " ".join(sentence.split()))
