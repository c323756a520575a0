"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from client import Page, Server, let_in, running


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
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/pages, too")
