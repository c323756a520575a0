"""``undersong measures``: questionnaires counted by their own rules. Nothing given here is kept."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from undersong.cli.shared import unused_data_option
from undersong.measuring.instruments import INSTRUMENTS, instrument
from undersong.measuring.questionnaire import (
    LOOK_AT_THE_ANSWERS,
    NO_FINDING,
    Instrument,
    Part,
    Scored,
    read,
    score,
)

CALLS_FOR_HELP = (
    "Item {item} is above 0. Before anything else: please talk with the person now, or, if it is you, tell "
    "someone you trust. Help in the app lists whom to call; in danger call the local emergency number."
)


@click.group()
def measures() -> None:
    """Questionnaires: list, show, score. They count answers and name no illness."""


@measures.command("list")
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@unused_data_option
def list_measures(as_json: bool) -> None:
    """List the questionnaires that can be counted."""
    if as_json:
        click.echo(json.dumps([_summary(one) for one in INSTRUMENTS], indent=2, ensure_ascii=False))
        return
    for one in INSTRUMENTS:
        low, high = one.range
        words = "with its words" if one.worded else "points only"
        click.echo(f"{one.id:<8}  {one.title}; {low} to {high}, {words}")


@measures.command()
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@unused_data_option
def show(id_: str, as_json: bool) -> None:
    """Tell what a questionnaire asks, how it is counted, where that comes from, and who owns it."""
    one = instrument(id_)
    if as_json:
        click.echo(json.dumps({**_summary(one), **asdict(one)}, indent=2, ensure_ascii=False))
        return
    for line in _told(one):
        click.echo(line)


# an answer that is missing may be a hyphen, also the first
@measures.command("score", context_settings={"ignore_unknown_options": True})
@click.argument("id_", metavar="ID")
@click.argument("answers", metavar="0,1,...")
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@unused_data_option
def score_answers(id_: str, answers: str, as_json: bool) -> None:
    """Count answers, in points, in the order of the form; a missing one is left empty, or is a hyphen."""
    one = instrument(id_)
    scored = score(one, read(one, answers))
    if as_json:
        click.echo(json.dumps({"id": one.id, **asdict(scored)}, indent=2, ensure_ascii=False))
        return
    if scored.help and one.help_item is not None:
        click.echo(CALLS_FOR_HELP.format(item=one.help_item))
    if one.help_item in scored.missing:
        click.echo(f"Item {one.help_item} was not answered; please ask about it.")
    for line in _counted(one, scored):
        click.echo(line)


def _summary(one: Instrument) -> dict[str, object]:
    low, high = one.range
    return {
        "id": one.id, "name": one.name, "title": one.title, "answers_needed": len(one.items),
        "lowest": low, "highest": high, "worded": one.worded,
    }  # fmt: skip


def _told(one: Instrument) -> list[str]:
    low, high = one.range
    lines = [f"{one.name}: {one.title}", f"Answered by {one.asks}."]
    if one.stem is not None:
        lines += ["", one.stem, *(f"  {n}. {item.text}" for n, item in enumerate(one.items, start=1))]
        lines += ["  " + ", ".join(f"{n} {word}" for n, word in enumerate(one.answers, one.points[0])), ""]
    else:
        each = f"{one.points[0]} to {one.points[1]} points"
        lines.append(f"{len(one.items)} times {each}." if len(one.items) > 1 else f"{each}.")
    times = f", the sum times {one.factor}" if one.factor > 1 else ""
    lines.append(f"Total: {low} to {high}{times}. A {one.better} total is better.")
    lines += [_bands(one, part) for part in one.parts if part.bands]
    lines.append(f"Missing answers: {one.missing}")
    if one.help_item is not None:
        lines.append(f"Item {one.help_item} above 0 calls for help, whatever the total.")
    if one.change is not None:
        lines.append(
            f"From {one.change.points} points on a change is {one.change.word} ({one.change.source})."
        )
    lines += [f"Source: {one.source}.", f"Licence: {one.licence}", NO_FINDING]
    return lines


def _bands(one: Instrument, part: Part) -> str:
    name = "Bands" if len(one.parts) == 1 else f"Bands of {part.name}"
    return f"{name}: {', '.join(f'from {band.least} {band.word}' for band in part.bands)}."


def _counted(one: Instrument, scored: Scored) -> list[str]:
    lines = []
    if scored.total is not None:
        band = f": {scored.band}" if scored.band else ""
        lines.append(f"{one.name}: {scored.total:g}, of {one.range[0]} to {one.range[1]}{band}")
    if len(scored.parts) > 1:
        for part in scored.parts:
            counted = "no total" if part.total is None else f"{part.total:g}: {part.band}"
            lines.append(f"  {part.name}: {counted}")
    if scored.because is not None:
        lines.append(scored.because)
    lines.append(f"A {one.better} total is better.")
    if one.change is not None:
        lines.append(
            f"Beside an earlier total: from {one.change.points} points on a change is {one.change.word}."
        )
    if not one.worded:
        lines.append(LOOK_AT_THE_ANSWERS)
    return [*lines, NO_FINDING]
