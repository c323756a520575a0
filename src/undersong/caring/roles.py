"""Who may do what: every address with the roles that may use it. What is not listed here is refused.

*solo*: one person, whose house it is. In a practice there are a *therapist*, who has given the passphrase
in that very tab, and the *client* in the room, who is everybody else at that machine.
"""

from __future__ import annotations

from typing import Literal

Role = Literal["solo", "client", "therapist"]
ALL: tuple[Role, ...] = ("solo", "client", "therapist")
ROOM = ALL  # what is done with the takes of whoever is in the room
OWNER: tuple[Role, ...] = ("solo", "therapist")
THERAPIST: tuple[Role, ...] = ("therapist",)

TABLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    # the page itself, which says nothing of anybody
    ("GET", "/", ALL),
    ("GET", "/launch", ALL),
    ("POST", "/relaunch", ALL),
    ("POST", "/api/tab", ALL),
    ("GET", "/sign-in", ALL),
    ("POST", "/sign-in", ALL),
    # the house
    ("GET", "/api/house", ALL),
    ("POST", "/api/unlock", ALL),
    ("POST", "/api/lock", ALL),
    ("POST", "/api/protect", OWNER),
    ("PUT", "/api/protect", OWNER),
    ("POST", "/api/recovery", OWNER),
    # takes
    ("GET", "/api/takes", ROOM),
    ("GET", "/api/takes/{id}", ROOM),
    ("DELETE", "/api/takes/{id}", ROOM),
    ("POST", "/api/takes/{id}/keep", ROOM),
    ("POST", "/api/takes/{id}/hide", ROOM),
    ("GET", "/api/takes/{id}/log.jsonl", ROOM),
    ("GET", "/api/takes/{id}/duet.mid", ROOM),
    ("GET", "/api/takes/{id}/duet.wav", ROOM),
    ("GET", "/api/takes/{id}/fragment.musicxml", ROOM),
    ("GET", "/api/takes/{id}/report", ROOM),
    ("GET", "/api/takes/{id}/review", ROOM),
    ("GET", "/api/course", ROOM),
    ("PUT", "/api/takes/{id}/name", ROOM),
    ("POST", "/api/takes/{id}/notes", ROOM),
    ("DELETE", "/api/takes/{id}/notes/{note}", ROOM),
    ("GET", "/api/takes/{id}/notes/{note}/voice", ROOM),
    ("POST", "/api/takes/{id}/fragments", ROOM),
    ("DELETE", "/api/takes/{id}/fragments/{fragment}", ROOM),
    ("PUT", "/api/takes/{id}/ratings", ROOM),
    # moments that a therapist marked
    ("GET", "/api/takes/{id}/marks", OWNER),
    ("POST", "/api/takes/{id}/marks", OWNER),
    ("PUT", "/api/takes/{id}/marks/{mark}", OWNER),
    ("DELETE", "/api/takes/{id}/marks/{mark}", OWNER),
)
# All that answers while the house is locked.
WHILE_LOCKED: tuple[str, ...] = (
    "/",
    "/launch",
    "/relaunch",
    "/sign-in",
    "/api/tab",
    "/api/house",
    "/api/unlock",
)


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may use an address, given as its route's pattern."""
    method = "GET" if method == "HEAD" else method
    return any(role in roles for verb, pattern, roles in TABLE if (verb, pattern) == (method, path))
