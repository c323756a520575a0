"""``undersong doctor``: whether this installation is well, and what to do where it is not."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import click

from undersong.cli.shared import data_option
from undersong.edges import platform, sound
from undersong.errors import UndersongError, UsageError
from undersong.plugins import techniques


@click.command()
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
