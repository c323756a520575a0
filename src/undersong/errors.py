"""What can go wrong, split by whose fault it is.

Every message is one plain sentence or two: what happened, and what to do next.
"""


class UndersongError(Exception):
    """Root of every error that Undersong raises on purpose."""


class UsageError(UndersongError):
    """The caller asked for something that cannot be done; the message says what would work."""


class EventError(UndersongError):
    """What came in (a file, an event, a log) cannot be used; the message says why."""
