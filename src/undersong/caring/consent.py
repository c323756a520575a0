"""Consent: to what a person said yes. Four kinds, each given and taken back by itself.

The words that a person saw are in the page's texts under ``consent.KIND``; when their meaning changes,
the version here rises, and an older yes does not count as one to the new words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["play", "keep", "share", "research"]
KINDS: tuple[Kind, ...] = ("play", "keep", "share", "research")
CURRENT: tuple[tuple[Kind, int], ...] = (
    (
        "play",
        1,
    ),  # be listened to and answered; it lies on this machine till the end, a day at most
    ("keep", 1),  # takes, words and answers are kept on this machine
    ("share", 1),  # what is named one by one may be seen by one's therapist
    ("research", 1),  # answers count, without a name, among those of others
)


@dataclass(frozen=True, slots=True)
class Consent:
    """A yes: to which words, when (ISO 8601), and when it was taken back."""

    number: int
    kind: Kind
    version: int
    given: str
    withdrawn: str | None = None


def current(kind: Kind) -> int:
    """The version of the words that a yes is asked to now."""
    return dict(CURRENT)[kind]
