"""What is installed is what was tested: every package is locked by hash, none by where it comes from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?:|git\+|file:|ssh:|--(?:extra-)?index-url|--find-links|-i\b|-f\b")


def named(requirement: str) -> str:
    """A package's name as indexes compare it."""
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def locked(text: str) -> dict[str, tuple[str, list[str]]]:
    """Name to version and hashes, of a lock for pip."""
    found: dict[str, tuple[str, list[str]]] = {}
    for entry in re.split(r"\n(?=[A-Za-z])", re.sub(r"^#.*\n", "", text, flags=re.M)):
        if not entry.strip():
            continue
        name, version = re.match(r"([\w.\[\]-]+)==([^\s;]+)", entry.strip()).groups()  # type: ignore[union-attr]
        found[named(name)] = (version, re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry))
    return found


def lock() -> dict[str, tuple[str, list[str]]]:
    return locked((ROOT / "tools/lock.txt").read_text(encoding="utf-8"))


def needed() -> set[str]:
    """What the project and its tests name: its own dependencies, and those of the extra ``dev``."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    found: set[str] = {named(one) for one in project["dependencies"]}
    waiting = ["dev"]
    while waiting:
        for one in extras[waiting.pop()]:
            own = re.fullmatch(r"undersong\[([\w,]+)\]", one)
            if own:
                waiting += own[1].split(",")
            else:
                found.add(named(one))
    return found


def test_every_python_package_is_locked_by_hash() -> None:
    """Each package that is named is in the lock, in the version that was tested, and each that is in it has
    a SHA-256. (After a change: python tools/lock.py.)"""
    found = lock()
    assert needed() <= set(found)
    assert all(hashes for _, hashes in found.values())
    tested = (ROOT / "tools/constraints.txt").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", tested, re.M):
        if named(name) in found:
            assert found[named(name)][0] == version, name


def faults(packages: dict[str, Any]) -> list[str]:
    """What is wrong with the packages of npm's lock: no strong hash, or an address."""
    return [
        name
        for name, package in packages.items()
        if name
        and (
            not re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package.get("integrity", ""))
            or "resolved" in package
            or "link" in package
        )
    ]


def test_every_package_of_the_page_is_locked_by_hash() -> None:
    """Each package in npm's lock has a SHA-512 and no address; what the page names is there, in one version
    and no range."""
    read = json.loads((ROOT / "web/package-lock.json").read_text(encoding="utf-8"))
    assert read["lockfileVersion"] >= 3
    assert faults(read["packages"]) == []
    page = json.loads((ROOT / "web/package.json").read_text(encoding="utf-8"))
    for name, version in {**page.get("dependencies", {}), **page["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert read["packages"][f"node_modules/{name}"]["version"] == version


@pytest.mark.parametrize(
    "package",
    [
        {},
        {"integrity": "sha1-MzCVoWtcg4Pm2B3je5mMvYMvj3M="},
        {"integrity": "sha512-" + 86 * "A" + "==", "resolved": "somewhere"},
        {"integrity": "sha512-" + 86 * "A" + "==", "link": True},
    ],
)
def test_a_package_without_a_hash_is_found(package: dict[str, Any]) -> None:
    """One without a hash, with a weak one, with an address, or that is a link is found among sound ones."""
    sound = {"integrity": "sha512-" + 86 * "A" + "=="}
    assert faults({"": {}, "node_modules/a": sound, "node_modules/b": package}) == ["node_modules/b"]


@pytest.mark.parametrize("name", ["tools/lock.txt", "tools/constraints.txt", "web/package-lock.json"])
def test_no_lock_says_where_to_get_it(name: str) -> None:
    """No lock has an address in it: any mirror may serve the packages, and none can put in another."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".json"):  # whom to thank for a package is no place to get it from
        packages = json.loads(text)["packages"]
        text = json.dumps({k: {**one, "funding": None} for k, one in packages.items()})
    assert not ADDRESS.search(text)


def test_nothing_is_installed_past_the_lock() -> None:
    """The set-up installs with hashes required, and this project itself without asking for anything more;
    the page's packages come by npm's ``ci``, which takes the lock alone."""
    told = (ROOT / "tools/dev.py").read_text(encoding="utf-8")
    assert 'pip("--require-hashes", "-r", str(LOCK))' in told
    assert 'pip("--no-deps", "--no-build-isolation", "-e", ".")' in told
    assert '_run(npm, "ci")' in (ROOT / "web/build.py").read_text(encoding="utf-8")
