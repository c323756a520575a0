"""``undersong lock`` and ``undersong passphrase``: locking what is kept, and with what it opens."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from undersong.cli.shared import OWNER, PASSPHRASE, data_option
from undersong.edges import platform
from undersong.edges.house import House
from undersong.edges.lock import Lock
from undersong.edges.vault import LOCKED_ALREADY
from undersong.errors import UsageError

RUNNING = "Undersong is running with {data}: please close it first, or do this in its page."
KEEP_IT = (
    "Everything here is locked from now on. This is the recovery key; print it, and keep it away from this "
    "computer. Whoever loses both passphrase and recovery key has lost what is kept: nobody can open it."
)
NOT_LOCKED = "Nothing is locked in {data} yet: 'undersong lock' does that."
NOBODY_TYPES = "A passphrase has to be typed, and there is no terminal here."


@click.command("lock")
@data_option
def lock_command(data: Path | None) -> None:
    """Lock all that is kept with a passphrase, and print the recovery key.

    The passphrase is asked for twice, or taken from UNDERSONG_PASSPHRASE.
    """
    folder = platform.data_folder(data)
    ours = _alone(folder)
    try:
        house = House(folder)
        if house.protected:
            raise UsageError(LOCKED_ALREADY)
        given = os.environ.get(PASSPHRASE)
        recovery = house.protect(_new() if given is None else given)
        house.note(OWNER, "lock with a passphrase", datetime.now(UTC))
        house.close()
    finally:
        ours.give_back()
    click.echo(recovery)
    click.echo(KEEP_IT)


@click.command()
@click.option(
    "--recovery", "by_recovery", is_flag=True, help="Ask for the recovery key, not for the old one."
)
@data_option
def passphrase(by_recovery: bool, data: Path | None) -> None:
    """Change the passphrase. The old one is asked for, or taken from UNDERSONG_PASSPHRASE."""
    house = House(platform.data_folder(data))
    if not house.protected:
        raise UsageError(NOT_LOCKED.format(data=house.folder))
    ours = _alone(house.folder)
    try:
        if by_recovery:
            recovery, new = _asked("Recovery key"), _new()
            house.change(recovery=recovery, passphrase=new)
        else:
            known = os.environ.get(PASSPHRASE)
            old = _asked("Old passphrase") if known is None else known
            new = _new()
            house.change(old=old, passphrase=new)
        house.unlock(new)
        house.note(OWNER, "change passphrase", datetime.now(UTC))
        house.close()
    finally:
        ours.give_back()
    click.echo("The passphrase is changed; the recovery key is the same as before.")


def _alone(folder: Path) -> Lock:
    ours = Lock(folder)
    if not ours.take():
        raise UsageError(RUNNING.format(data=folder))
    return ours


def _new() -> str:
    return _asked("New passphrase", twice=True)


def _asked(what: str, twice: bool = False) -> str:
    if not sys.stdin.isatty():
        raise UsageError(NOBODY_TYPES)
    given: str = click.prompt(what, hide_input=True, confirmation_prompt=twice, err=True)
    return given
