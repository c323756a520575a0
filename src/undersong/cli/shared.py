"""What several subcommands share: where data lies, progress, and how lengths and moments are written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from undersong.edges import platform
from undersong.edges.house import House, Locked
from undersong.edges.shown import shown_of
from undersong.edges.takes import Takes
from undersong.errors import UndersongError, UsageError

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


PASSPHRASE = "UNDERSONG_PASSPHRASE"
OWNER = "owner"  # who a command is by, in the audit: whoever can open the folder


def house_of(data: Path | None) -> House:
    """The house of a data folder, unlocked where the passphrase lies in the environment, or a key to it in
    the system's keyring.

    With new data that passphrase locks it from the beginning. Raises UsageError where the folder cannot be
    used, Wrong where the passphrase is.
    """
    house = House(platform.data_folder(data))
    given = os.environ.get(PASSPHRASE)
    if given is not None and house.protected:
        house.unlock(given)
    elif given is not None and house.empty:
        house.begin_locked(given)
    elif house.locked:
        with suppress(UndersongError):  # the keys are told of where they are asked for
            if "keyring" in house.vault.ways:
                house.unlock()
    return house


def open_house(data: Path | None) -> House:
    """As ``house_of``, and open: its passphrase is asked for at the terminal. Raises Locked where nobody
    is there to type it."""
    house = house_of(data)
    if house.locked:
        if not sys.stdin.isatty():
            raise Locked(f"{house.folder} is locked. Put its passphrase into {PASSPHRASE} and try again.")
        house.unlock(click.prompt("Passphrase", hide_input=True, err=True))
    return house


def somebody(house: House, named: str) -> tuple[str, str]:
    """The id and the name of somebody who has a place here, named by either.

    Raises UsageError where there is nobody of that name, or where there are several.
    """
    found, _ = house.people()
    those = [one for one in found if one[0] == named] or [
        one for one in found if one[1].casefold() == " ".join(named.split()).casefold()
    ]
    if not those:
        raise UsageError(f"There is nobody called {printable(named)[:100]!r} here.")
    if len(those) > 1:
        ids = ", ".join(id_ for id_, _ in those)
        raise UsageError(f"Several are called {printable(named)[:100]!r}; please give an id: {ids}.")
    return those[0]


person_option = click.option(
    "--person", metavar="NAME|ID", help="Somebody of a practice: what they share of theirs."
)


def takes_of(house: House, person: str | None, what: str, id_: str | None = None) -> tuple[Takes, ...]:
    """The owner's takes; of somebody else those that they share, and behind them what came from elsewhere.
    ``what`` is done with them, as the audit tells."""
    if person is None:
        return (house.own.takes,)
    known, _ = somebody(house, person)
    house.note(OWNER, what, datetime.now(UTC), known, id_)
    return shown_of(house.place(known))


def progress_of(
    what: str, total: float, many: float, quiet: bool = False
) -> AbstractContextManager[Callable[[float], None]]:
    """A bar for what takes long, where somebody watches; ``total`` and what is told of it in one unit."""
    if total < many or quiet or not sys.stderr.isatty():
        return nullcontext(lambda done: None)
    from undersong.edges.terminal import progress_bar

    return progress_bar(what, total)


def length(seconds: float) -> str:
    """``4 min 12 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def clock(seconds: float) -> str:
    """``  4:12``."""
    return f"{int(seconds) // 60:3d}:{int(seconds) % 60:02d}"


def count(number: int, thing: str) -> str:
    """``1 note``, ``2 notes``."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def printable(sentence: str) -> str:
    """One line that a terminal only shows."""
    # a file's name may hold anything, also what would steer the terminal
    return "".join(c if c.isprintable() else "?" for c in " ".join(sentence.split()))
