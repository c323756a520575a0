"""Techniques and policies by name, from entry points; the built-in ones come through the same door."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from undersong.answering.technique import Technique
from undersong.choosing.policy import Policy
from undersong.errors import UsageError

TECHNIQUES, POLICIES = "undersong.techniques", "undersong.policies"


@cache
def techniques() -> Mapping[str, Technique]:
    """Every installed technique, in the order of their names.

    Raises UsageError if a plug-in cannot be loaded or names itself differently.
    """
    return MappingProxyType(_loaded(TECHNIQUES, "technique"))


@cache
def policies() -> Mapping[str, Policy]:
    """Every installed policy, in the order of their names; ``rules`` is the built-in one.

    Raises UsageError as ``techniques``.
    """
    return MappingProxyType(_loaded(POLICIES, "policy"))


def policy(name: str) -> Policy:
    """The policy of a name. Raises UsageError if there is none."""
    found = policies()
    if name not in found:
        raise UsageError(f"There is no policy called {name!r}; there are {', '.join(found)}.")
    return found[name]


def _loaded(group: str, what: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in sorted(entry_points(group=group), key=lambda e: e.name):
        try:
            one = entry.load()()
        except Exception as error:
            raise UsageError(
                f"The {what} {entry.name!r} ({entry.value}) cannot be loaded: {error}. "
                "Uninstall or mend the package it comes from."
            ) from error
        if one.name != entry.name:
            raise UsageError(f"The {what} {entry.name!r} calls itself {one.name!r}; the names must agree.")
        found[entry.name] = one
    return found
