"""``undersong doctor``: whether this installation is well, and what to do where it is not."""

from __future__ import annotations

import importlib.metadata
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import click

from undersong.cli.shared import PASSPHRASE, count, data_option, house_of
from undersong.edges import mending, platform, sound
from undersong.edges import record as records
from undersong.edges.house import House
from undersong.edges.lock import Lock
from undersong.errors import UndersongError, UsageError
from undersong.plugins import techniques

NOT_OPEN = f"not looked at: it is locked (put its passphrase into {PASSPHRASE} to have that done)"
SEVERAL = 3  # names that are told; of more only how many there are
Check = tuple[str, Callable[[], str]]


@click.command()
@click.option("--mend", is_flag=True, help="Put damaged records aside, and save what can be read of them.")
@data_option
def doctor(mend: bool, data: Path | None) -> None:
    """Check this installation and what is kept, and say what to do."""
    checks: list[Check] = [
        ("Python", _python),
        ("Techniques", _techniques),
        ("Engine", platform.engine),
        ("Data folder", lambda: str(platform.data_folder(data))),
        ("Packages", _packages),
        ("Page and sound", _page),
        ("Hearing sound", sound.ready),
    ]
    house: House | None = None
    try:
        house = house_of(data)
    except UndersongError as error:
        checks.append(("Keys", _raising(error)))
    else:
        if mend:
            _mend(house)
        checks += [
            ("Privacy", lambda: _private(house.folder)),
            ("Keys", lambda: _keys(house)),
            ("Audit", lambda: _audit(house)),
            ("Records", lambda: _records(house)),
            ("Takes", lambda: _takes(house)),
        ]
    well = [_is_well(name, check) for name, check in checks]
    if house is not None:
        house.close()
    click.echo("All is well." if all(well) else "Not all is well; please follow the lines above.")
    sys.exit(0 if all(well) else 1)


def _is_well(name: str, check: Callable[[], str]) -> bool:
    try:
        click.echo(f"well   {name}: {check()}")
    except UndersongError as error:
        click.echo(f"ailing {name}: {error}")
        return False
    return True


def _raising(error: UndersongError) -> Callable[[], str]:
    def check() -> str:
        raise error

    return check


def _private(folder: Path) -> str:
    """Whether nobody else who has an account here can read anything."""
    if os.name != "posix":
        return "who may read what is kept is this system's to say"
    open_ = [
        path
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_:
        named = ", ".join(map(str, open_[:SEVERAL])) + (" and more" if len(open_) > SEVERAL else "")
        raise UsageError(f"others may read {named}: run 'chmod -R go= {folder}'.")
    return "all that is kept can be read by this person's own account alone"


def _keys(house: House) -> str:
    if not house.protected:
        return "nothing is locked: whoever has this disk can read what is kept ('undersong lock' locks it)"
    ways = ", ".join(house.vault.ways)
    if house.locked:
        return f"locked; opened by {ways}"
    if house.ailing:
        raise UsageError(f"{', '.join(house.ailing)} may open nothing any more: please make a new one.")
    return f"unlocked just now; opened by {ways}"


def _audit(house: House) -> str:
    if house.locked:
        return NOT_OPEN
    return f"{len(house.audited())} entries, each as it was written"


def _records(house: House) -> str:
    if house.locked:
        return NOT_OPEN
    places = [place for place in house.places() if (place.folder / records.FILE).exists()]
    for place in places:
        place.record.check()
    pattern = f"{records.FILE}{mending.ASIDE}*"
    if aside := sorted(path for place in places for path in place.folder.glob(pattern)):
        raise UsageError(
            f"{aside[0]} was damaged and put aside. What is erased later stays in it: remove it once "
            "nothing in it is missed."
        )
    return f"{count(len(places), 'record')}, whole"


def _takes(house: House) -> str:
    if house.locked:
        return NOT_OPEN
    found = 0
    faults: list[str] = []
    for place in house.places():
        listed, wrong = place.takes.all()
        found += len(listed)
        faults += [*wrong, *(one.fault for one in listed if one.fault)]
    if faults:
        raise UsageError(f"{count(len(faults), 'take')} cannot be read whole: {faults[0]}")
    return f"{count(found, 'take')}, all of which can be read"


def _mend(house: House) -> None:
    if house.locked:
        raise UsageError(f"{house.folder} is locked. Put its passphrase into {PASSPHRASE} and try again.")
    ours = Lock(house.folder)
    if not ours.take():
        raise UsageError(f"Undersong is running with {house.folder}: please close it first.")
    try:
        for told in house.mend():
            click.echo(told)
    finally:
        ours.give_back()


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
