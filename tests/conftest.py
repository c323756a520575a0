"""Fixtures that several test files share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import Page, Run, Server, let_in, running
from undersong import cli


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command in an empty folder, with a data folder of its own: code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNDERSONG_DATA", str(tmp_path / "data"))

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["undersong", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return command


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with a data folder of its own, shared by a module's tests."""
    with running(tmp_path_factory.mktemp("data") / "undersong") as started:
        yield started


@pytest.fixture(scope="module")
def cookie(server: Server) -> str:
    """A cookie of the module's server."""
    return let_in(server)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A running server for one test alone."""
    with running(tmp_path / "undersong") as started:
        yield started


@pytest.fixture
def page(fresh: Server) -> Iterator[Page]:
    """A page of that server, connected, nothing begun."""
    connected = Page(fresh, let_in(fresh))
    yield connected
    connected.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--by-hand", action="store_true", help="repeat what chance decides as often as is promised"
    )
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/pages, too")


@pytest.fixture(scope="session")
def by_hand(request: pytest.FixtureRequest) -> bool:
    """Whether somebody has the time for every repetition that is promised."""
    return bool(request.config.getoption("--by-hand"))
