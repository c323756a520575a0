"""Keys: who may come in. All of them random, in memory, and gone with the process.

A *launch token* opens the browser once and is swapped for a *cookie*. The socket asks for a *tab token*
besides, which a page of another port cannot read although its requests carry the cookie. (Cookies go to
every port of a machine: a local server of somebody else's that this browser visits sees ours and
could use it from outside the browser. Against that only not visiting it helps.) The
*start key* lies in the data folder, readable by its owner alone: with it a second start of
Undersong asks the first one for a launch token.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from hmac import compare_digest

BYTES = 32  # of randomness: 256 bits
MOST_TOKENS = 16  # launches not yet used
MOST_COOKIES = 64  # browsers that were let in
MOST_TABS = 256  # pages; the oldest is forgotten


class Keys:
    """Every key of a running server."""

    def __init__(self) -> None:
        self.start_key = secrets.token_urlsafe(BYTES)
        self._launches = _Bounded(MOST_TOKENS)
        self._cookies = _Bounded(MOST_COOKIES)
        self._tabs = _Bounded(MOST_TABS)
        self._therapists = _Bounded(MOST_TABS)

    def launch(self) -> str:
        """A new launch token, good for one use."""
        return self._launches.new()

    def swap(self, token: str) -> str | None:
        """A cookie for a launch token, which is then used up; None if it is none."""
        return self._cookies.new() if self._launches.use_up(token) else None

    def cookie(self) -> str:
        """A cookie for whoever has just given the passphrase."""
        return self._cookies.new()

    def knows_cookie(self, cookie: str) -> bool:
        """Whether this cookie was given out."""
        return self._cookies.has(cookie)

    def tab(self) -> str:
        """A new tab token."""
        return self._tabs.new()

    def therapist(self) -> str:
        """A new tab token of a therapist's, for whoever has just given the passphrase."""
        token = self._therapists.new()
        self._tabs.add(token)
        return token

    def is_therapist(self, tab: str) -> bool:
        """Whether this tab token is a therapist's."""
        return self._therapists.has(tab)

    def forget_therapist(self, tab: str) -> None:
        """The therapist has gone from this tab; its token opens nothing any more."""
        self._therapists.use_up(tab)
        self._tabs.use_up(tab)

    def forget_tabs(self) -> None:
        """Somebody else is in the room: pages of whoever was there before are nobody's."""
        self._tabs = _Bounded(MOST_TABS)
        for token in self._therapists.names:
            self._tabs.add(token)

    def forget_others(self, cookie: str) -> None:
        """The passphrase was changed: whoever came in with the old one is not known any more, but for the
        browser with this cookie."""
        known = self.knows_cookie(cookie)
        self._launches, self._cookies = _Bounded(MOST_TOKENS), _Bounded(MOST_COOKIES)
        if known:
            self._cookies.add(cookie)
        self.forget_therapists()

    def forget_therapists(self) -> None:
        """Nobody has given the passphrase any more."""
        self._therapists = _Bounded(MOST_TABS)

    def knows_tab(self, tab: str) -> bool:
        """Whether this tab token was given out."""
        return self._tabs.has(tab)


class _Bounded:
    """Random names, of which the oldest is forgotten when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: OrderedDict[str, None] = OrderedDict()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def new(self) -> str:
        name = secrets.token_urlsafe(BYTES)
        self.add(name)
        return name

    def add(self, name: str) -> None:
        self._names[name] = None
        if len(self._names) > self._most:
            self._names.popitem(last=False)

    def has(self, name: str) -> bool:
        # each comparison takes the same time, wherever the two differ
        given = name.encode("utf-8", "surrogatepass")
        return any(compare_digest(given, known.encode()) for known in self._names)

    def use_up(self, name: str) -> bool:
        known = self.has(name)
        if known:
            del self._names[name]
        return known
