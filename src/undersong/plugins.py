"""Techniques by name, from entry points; the built-in ones come through the same door."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from undersong.answering.technique import Technique
from undersong.errors import UsageError

GROUP = "undersong.techniques"


@cache
def techniques() -> Mapping[str, Technique]:
    """Every installed technique, in the order of their names.

    Raises UsageError if a plug-in cannot be loaded or names itself differently.
    """
    found: dict[str, Technique] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        try:
            technique: Technique = entry.load()()
        except Exception as error:
            raise UsageError(
                f"The technique {entry.name!r} ({entry.value}) cannot be loaded: {error}. "
                "Uninstall or mend the package it comes from."
            ) from error
        if technique.name != entry.name:
            raise UsageError(
                f"The technique {entry.name!r} calls itself {technique.name!r}; the names must agree."
            )
        found[entry.name] = technique
    return MappingProxyType(found)
