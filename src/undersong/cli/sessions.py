"""``undersong sessions``: the takes that were kept, for a person and for other programs."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from undersong.cli.shared import (
    INPUT,
    LONG,
    OWNER,
    clock,
    count,
    data_option,
    length,
    open_house,
    person_option,
    progress_of,
    takes_of,
)
from undersong.edges.export import export as export_take
from undersong.edges.shown import with_take
from undersong.edges.takes import Listed, Takes
from undersong.errors import UndersongError, UsageError
from undersong.events import Chose


@click.group()
def sessions() -> None:
    """The sessions that were kept: list, show, note, export, hide, delete."""


@sessions.command("list")
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@person_option
@data_option
def list_sessions(as_json: bool, person: str | None, data: Path | None) -> None:
    """List what was kept, oldest first."""
    kept, faults = _all(takes_of(open_house(data), person, "read takes"))
    if as_json:
        click.echo(json.dumps([take.summary for take in kept], indent=2))
    elif kept:
        for take in kept:
            end = "" if take.kept else "  not kept: erased a day after its last sound"
            name = f"  {take.words.name}" if take.words.name else ""
            click.echo(f"{take.id}  {length(take.seconds)}  {count(take.notes, 'note')}{name}{end}")
    else:
        click.echo("Nothing has been kept yet.")
    for fault in faults:
        click.echo(f"Cannot be read: {fault}", err=True)


@sessions.command()
@click.argument("id_", metavar="ID")
@person_option
@data_option
def show(id_: str, person: str | None, data: Path | None) -> None:
    """Tell what happened in a kept session."""
    take = with_take(takes_of(open_house(data), person, "read takes", id_), id_).get(id_)
    if take.words.name is not None:
        click.echo(take.words.name)
    click.echo(f"{take.id}, begun {take.started or 'at an unknown time'}")
    click.echo(f"{length(take.seconds)}, {count(take.notes, 'note')} by {', '.join(take.makers)}")
    for output in take.log.outputs:
        if isinstance(output, Chose):
            click.echo(f"{clock(output.time)}  {output.technique}: {output.because}")
    for written in take.words.notes:
        when = "  whole" if written.at is None else f"{clock(written.at)}"
        told = "a spoken note" if written.text is None else " ".join(written.text.split())
        click.echo(f"{when}  your words: {told}")
    if take.fault is not None:
        click.echo(take.fault, err=True)


@sessions.command()
@click.argument("id_", metavar="ID")
@click.option("--to", "to", type=INPUT, required=True, metavar="DIR", help="The folder to write to.")
@person_option
@data_option
def export(id_: str, to: Path, person: str | None, data: Path | None) -> None:
    """Write everything of a kept session to a folder: log, duet, report, words; sound where it can be."""
    takes = with_take(takes_of(open_house(data), person, "read takes export", id_), id_)
    take = takes.get(id_)
    if take.fault is not None:
        click.echo(take.fault, err=True)
    with progress_of("Writing sound", take.seconds, LONG) as progress:
        written = export_take(takes, id_, to, progress)
    for path in written:
        click.echo(f"Wrote {path}")


@sessions.command()
@click.argument("id_", metavar="ID")
@click.argument("text", metavar="TEXT")
@click.option("--at", type=float, metavar="SECONDS", help="The moment it is about (default: the whole).")
@data_option
def note(id_: str, text: str, at: float | None, data: Path | None) -> None:
    """Add own words to a kept session, tied to a moment or to the whole."""
    open_house(data).own.takes.about(id_).write(at, text, datetime.now(UTC))
    click.echo(f"Noted in {id_}.")


@sessions.command()
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Hide it without asking again.")
@data_option
def hide(id_: str, yes: bool, data: Path | None) -> None:
    """Never show a kept session again, in any list, view or export; it can still be deleted."""
    takes = open_house(data).own.takes
    takes.folder(id_)
    if not yes:
        raise UsageError(f"This hides {id_} for ever; say so with --yes.")
    takes.hide(id_)
    click.echo(f"Hidden: {id_}. It is shown nowhere any more; 'undersong sessions delete' still erases it.")


@sessions.command()
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Erase it without asking again.")
@person_option
@data_option
def delete(id_: str, yes: bool, person: str | None, data: Path | None) -> None:
    """Erase a kept session for good, also a hidden one, with all words and recordings."""
    house = open_house(data)
    takes, *_ = takes_of(house, person, "erase takes", id_)
    takes.folder(id_, hidden=True)
    if not yes:
        raise UsageError(f"This erases {id_} for good; say so with --yes.")
    if person is None:
        with suppress(UndersongError):  # an audit that cannot be written keeps nobody from erasing
            house.note(OWNER, "erase takes", datetime.now(UTC), item=id_)
    takes.delete(id_)
    house.close()
    click.echo(f"Erased {id_}. Copies that were exported are not touched.")


def _all(sources: tuple[Takes, ...]) -> tuple[list[Listed], list[str]]:
    found: list[Listed] = []
    faults: list[str] = []
    for source in sources:
        some, wrong = source.all()
        found += some
        faults += wrong
    return sorted(found, key=lambda take: take.id), faults
