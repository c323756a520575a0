"""Patience: connections that ask nothing are let go, so that they cannot use up what others need.

uvicorn waits for a first request for ever. A program that opens connections and says nothing would hold
a file descriptor with each, until nobody else can come in.
"""

from __future__ import annotations

import asyncio
import logging
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKS_WITHIN = 10.0  # seconds from the connection to the first whole request
MOST_SILENT = 48  # connections that have asked nothing yet; the oldest makes room for another


class Patient(H11Protocol):
    """HTTP as uvicorn speaks it, for those who speak."""

    silent: ClassVar[dict[Patient, None]] = {}  # in the order of their coming

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come."""
        super().connection_made(transport)
        self.silent[self] = None
        if len(self.silent) > MOST_SILENT:
            next(iter(self.silent))._let_go()
        self.loop.call_later(ASKS_WITHIN, self._let_go)

    def data_received(self, data: bytes) -> None:
        """Somebody speaks; a whole request, or the upgrade to a socket, takes them off the list."""
        super().data_received(data)
        if self.cycle is not None or self.transport.get_protocol() is not self:
            self.silent.pop(self, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody has gone."""
        self.silent.pop(self, None)
        super().connection_lost(exc)

    def _let_go(self) -> None:
        if self in self.silent:
            del self.silent[self]
            self.transport.abort()


class NotAFault(logging.Filter):
    """uvicorn calls a refused socket the app's error; anybody's page could fill the terminal with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is worth printing."""
        return "without completing handshake" not in record.getMessage()
