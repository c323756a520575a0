"""``undersong people``: who has a place in a practice's data folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from undersong.cli.shared import OWNER, data_option, open_house, printable, somebody
from undersong.errors import UsageError


@click.group()
def people() -> None:
    """The people of a practice: list, add, erase."""


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@data_option
def list_people(as_json: bool, data: Path | None) -> None:
    """List everybody who has a place here, by name."""
    house = open_house(data)
    found, faults = house.people()
    if house.practice:
        house.note(OWNER, "read people", datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([{"id": id_, "name": name} for id_, name in found], indent=2))
    elif found:
        for id_, name in found:
            click.echo(f"{id_}  {printable(name)}")
    else:
        click.echo("Nobody has a place here yet; 'undersong people add NAME' gives one.")
    for fault in faults:
        click.echo(f"Cannot be read: {fault}", err=True)


@people.command()
@click.argument("name", metavar="NAME")
@data_option
def add(name: str, data: Path | None) -> None:
    """Give somebody a place of their own, with a key of its own."""
    house = open_house(data)
    place = house.add(name, datetime.now(UTC))
    house.note(OWNER, "add person", datetime.now(UTC), place.id)
    click.echo(f"{place.id}  {printable(place.name or '')}")
    if not house.protected:
        click.echo(
            "What is kept here is not locked: whoever opens this folder can read it, and nobody can be let "
            "into the room from the page. Open Undersong and lock what is kept.",
            err=True,
        )


@people.command()
@click.argument("name", metavar="NAME|ID")
@click.option("--yes", is_flag=True, help="Erase them without asking again.")
@data_option
def erase(name: str, yes: bool, data: Path | None) -> None:
    """Erase somebody for good: their key first, then all that it opened."""
    house = open_house(data)
    id_, called = somebody(house, name)
    if not yes:
        raise UsageError(f"This erases all that is kept of {printable(called)}; say so with --yes.")
    house.note(OWNER, "erase person", datetime.now(UTC), id_)
    house.erase(id_)
    house.end_practice()
    click.echo(f"Erased {printable(called)}. Copies that were exported, and sealed files, are not reached.")
