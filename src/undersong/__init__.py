"""Undersong: a musical partner that listens to what a person plays and answers in music."""

from undersong.choosing.rules import Rules
from undersong.errors import EventError, UndersongError, UsageError
from undersong.plan import Limits, Plan
from undersong.session import Session, perform

__version__ = "0.1.0"
__all__ = [
    "EventError",
    "Limits",
    "Plan",
    "Rules",
    "Session",
    "UndersongError",
    "UsageError",
    "perform",
]
