"""Who may do what: every address with the roles that may use it. What is not listed here is refused.

*solo*: one person, whose house it is. In a practice there are the *client* in the room, who is everybody
at that machine but the *therapist*, who has given the passphrase in that very tab. While nobody is in the
room, whoever sits there is *nobody*, and the therapist is *alone*, with what is their own.
"""

from __future__ import annotations

from typing import Literal

Role = Literal["solo", "client", "nobody", "therapist", "alone"]
ALL: tuple[Role, ...] = ("solo", "client", "nobody", "therapist", "alone")
# What is done with one's own: of whoever is in the room.
ROOM: tuple[Role, ...] = ("solo", "client", "alone")
# And what of it a therapist may see or do, item by item as it is shared (edges.shown).
SHOWN: tuple[Role, ...] = (*ROOM, "therapist")
THERAPIST: tuple[Role, ...] = ("therapist", "alone")
OWNER: tuple[Role, ...] = ("solo", *THERAPIST)

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
    # a practice
    ("POST", "/api/therapist", ALL),
    ("DELETE", "/api/therapist", ALL),
    ("GET", "/api/people", THERAPIST),
    ("POST", "/api/people", OWNER),
    ("DELETE", "/api/people/{id}", THERAPIST),
    ("PUT", "/api/room", THERAPIST),
    ("GET", "/api/counts", THERAPIST),
    # what is shared with a therapist: here, item by item, or as a sealed file with one elsewhere
    ("GET", "/api/shared", ROOM),
    ("PUT", "/api/takes/{id}/shared", ROOM),
    ("PUT", "/api/answers/{id}/shared", ROOM),
    ("PUT", "/api/intake/shared", ROOM),
    ("GET", "/api/given", ("solo",)),
    ("POST", "/api/share", ("solo",)),
    ("GET", "/api/practice", THERAPIST),
    ("GET", "/api/share/in", ("therapist",)),
    ("POST", "/api/share/in", ("therapist",)),
    ("DELETE", "/api/share/in", ("therapist",)),
    # to what a person said yes: nobody says it for them
    ("GET", "/api/consents", ROOM),
    ("PUT", "/api/consents/{kind}", ROOM),
    # takes
    ("GET", "/api/takes", SHOWN),
    ("GET", "/api/takes/{id}", SHOWN),
    ("DELETE", "/api/takes/{id}", ROOM),
    ("POST", "/api/takes/{id}/keep", ROOM),
    ("POST", "/api/takes/{id}/hide", ROOM),
    ("GET", "/api/takes/{id}/log.jsonl", SHOWN),
    ("GET", "/api/takes/{id}/duet.mid", SHOWN),
    ("GET", "/api/takes/{id}/duet.wav", SHOWN),
    ("GET", "/api/takes/{id}/fragment.musicxml", SHOWN),
    ("GET", "/api/takes/{id}/report", SHOWN),
    ("GET", "/api/takes/{id}/review", SHOWN),
    ("GET", "/api/course", SHOWN),
    ("PUT", "/api/takes/{id}/name", ROOM),
    ("POST", "/api/takes/{id}/notes", ROOM),
    ("DELETE", "/api/takes/{id}/notes/{note}", ROOM),
    ("GET", "/api/takes/{id}/notes/{note}/voice", SHOWN),
    ("POST", "/api/takes/{id}/fragments", ROOM),
    ("DELETE", "/api/takes/{id}/fragments/{fragment}", ROOM),
    ("PUT", "/api/takes/{id}/ratings", SHOWN),
    # moments that a therapist marked
    ("GET", "/api/takes/{id}/marks", OWNER),
    ("POST", "/api/takes/{id}/marks", OWNER),
    ("PUT", "/api/takes/{id}/marks/{mark}", OWNER),
    ("DELETE", "/api/takes/{id}/marks/{mark}", OWNER),
    ("PUT", "/api/takes/{id}/arrived", ROOM),
    ("PUT", "/api/takes/{id}/left", ROOM),
    # what helps and what to avoid
    ("GET", "/api/intake", SHOWN),
    ("PUT", "/api/intake", ROOM),
    # questionnaires
    ("GET", "/api/measures", ROOM),
    ("GET", "/api/measures/course", SHOWN),
    ("POST", "/api/measures/{id}", ROOM),
    ("GET", "/api/measures/{id}/draft", ROOM),
    ("PUT", "/api/measures/{id}/draft", ROOM),
    ("DELETE", "/api/measures/{id}/draft", ROOM),
    ("DELETE", "/api/measures/given/{answer}", ROOM),
    ("GET", "/api/safety", ROOM),
    ("PUT", "/api/safety", ROOM),
    ("DELETE", "/api/safety", ROOM),
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

# What the house does for its owner, which says for itself in the audit about whom it was.
OF_THE_HOUSE: tuple[str, ...] = (
    "/api/people", "/api/people/{id}", "/api/room", "/api/counts", "/api/practice",
)  # fmt: skip
VERBS = {"GET": "read", "POST": "write", "PUT": "write", "DELETE": "erase"}


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may use an address, given as its route's pattern."""
    method = "GET" if method == "HEAD" else method
    return any(role in roles for verb, pattern, roles in TABLE if (verb, pattern) == (method, path))


def of_the_room(method: str, path: str) -> bool:
    """Whether an address is about whoever is in the room: where nobody is, it says nothing."""
    return not may("nobody", method, path) and path not in OF_THE_HOUSE


def told(method: str, path: str) -> str:
    """An address as the audit tells of it: a verb, and what is read, written or erased."""
    parts = [part for part in path.removeprefix("/api/").split("/") if not part.startswith("{")]
    return f"{VERBS.get(method, 'read')} {' '.join(parts)}"
