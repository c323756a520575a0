"""What is installed: the wheel with the page in it, without Node, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from browsing import Tab, launch
from client import Server

ROOT = Path(__file__).parent.parent
LARGEST = 25 * 1024 * 1024  # bytes


def without_node() -> dict[str, str]:
    """An environment in which neither node nor npm can be found."""
    kept = [
        folder
        for folder in os.environ["PATH"].split(os.pathsep)
        if not any((Path(folder) / name).exists() for name in ("node", "npm"))
    ]
    environment = {**os.environ, "PATH": os.pathsep.join(kept)}
    assert shutil.which("npm", path=environment["PATH"]) is None
    return environment


def build(where: Path, what: str, to: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", str(to)],
        cwd=where, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist of this tree."""
    folder = tmp_path_factory.mktemp("built")
    for what in ("wheel", "sdist"):
        assert build(ROOT, what, folder) == ""
    return folder


def test_the_wheel_carries_everything_and_is_small(built: Path) -> None:
    """The wheel is at most 25 MB and holds the page, the sound, the help and the notices of what others
    made; no lock file in the tree names a download address."""
    (wheel,) = built.glob("*.whl")
    assert wheel.stat().st_size <= LARGEST
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("index.html", "help.html", "evidence.html", "notices.txt", "sound/bank.sf3",
                   "sound/NOTICE.txt"):  # fmt: skip
        assert f"undersong/server/static/{needed}" in names
    assert not any("node_modules" in name for name in names)
    notices = zipfile.ZipFile(wheel).read("undersong/server/static/notices.txt").decode()
    for other in ("svelte", "spessasynth_core", "Newsreader", "Atkinson", "MuseScore"):
        assert other in notices
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()


def test_installed_from_the_wheel_it_plays_without_node(built: Path, tmp_path: Path) -> None:
    """In an environment of its own, in another folder, with npm off the path: a key pressed in a real
    browser sounds, a bass comes under it, and no other machine was asked for anything."""
    (wheel,) = built.glob("*.whl")
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "--no-index", "--no-deps", str(wheel)], check=True
    )
    # what it depends on is there already, in the environment of the tests
    (site,) = home.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    server = Server(tmp_path / "data", python=python, environment=without_node())
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            page = Tab(browser.new_context(), server, listening=False)
            page.open()
            page.begin()
            for code in ("KeyA", "KeyS", "KeyD"):
                page.page.keyboard.press(code, delay=300)
            page.wait_until("ears.reports.some((r) => r.who === 'partner')")
            assert page.elsewhere == []
            assert page.errors == []
            browser.close()
        running = subprocess.run(
            [str(python), "-c", "import undersong; print(undersong.__file__)"],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert str(home) in running.stdout
    finally:
        server.stop()


def test_the_sdist_builds_without_node(built: Path, tmp_path: Path) -> None:
    """A wheel can be built from the sdist with no Node; where the page's sources were changed, that fails
    in one sentence that says what is missing."""
    (sdist,) = built.glob("*.tar.gz")
    assert sdist.stat().st_size <= LARGEST
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.glob("undersong-*")
    assert build(tree, "wheel", tmp_path / "one", without_node()) == ""
    (tree / "web" / "src" / "main.ts").write_text("// changed\n")
    said = build(tree, "wheel", tmp_path / "two", without_node())
    assert "Building the page needs Node 20.19 or newer with npm: please install it." in said
    assert "Traceback" not in said


def test_an_editable_install_says_how_to_build(tmp_path: Path) -> None:
    """Where the page has not been built, the server says in one sentence how to."""
    from client import http, let_in

    source = tmp_path / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("static", "__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(source)}
    server = Server(tmp_path / "data", environment=environment)
    try:
        status, _, body = http(server.address + "/", headers={"cookie": let_in(server)})
        assert status == 503
        assert b"python tools/dev.py build" in body
    finally:
        server.stop()
