"""Wishes: what is asked of the partner outside the music, and the reason that it gives for doing so.

A maker who asked reads that they did. What is asked from beside the maker (events.THERAPIST) is told as
what the partner now plays, and never as a wish: the maker asked for nothing, and is not to wonder who did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from undersong.events import THERAPIST, Seconds, Steer
from undersong.turns import Turns, Wishes

KEEP: Seconds = 40.0  # "more like this" and "undo" hold so long against the policy
AVOID: Seconds = 60.0  # what was asked to change does not come back sooner
SOFTER, SOFTEST = 4.0, 12.0  # dB for each "less", and in all

# The reason for the maker's own wish, and for the same from beside.
SPOKEN: Mapping[str, tuple[str, str]] = {
    "only": ("This technique alone was asked for.", "I keep to one way of playing now."),
    "room": ("You asked for something else, so I leave you room.", "I leave you room."),
    "rest": ("You asked for rest, so I am silent.", "I am silent now, and listen."),
    "more": ("You asked for more like this, so I stay with it.", "I stay with this for a while."),
    "less": ("You asked for less, so I play softer.", "I play softer now."),
    "undo": ("You took your wish back, so I play as before it.", "I play as before."),
    "back": ("You asked for what was before, so I go back to it.", "I go back to what was before."),
    "lead": ("You asked me to lead, so I hold the tempo.", "I hold the tempo now."),
    "follow": (
        "You asked me to follow, so I go along with your tempo.",
        "I go along with your tempo now.",
    ),
}


def wished(event: Steer, turns: Turns) -> tuple[Wishes, str]:
    """The wishes from now on, and the reason to give at once; empty where what follows gives its own."""
    now, wishes, choice = event.heard, turns.wishes, turns.choice
    beside = event.maker == THERAPIST
    new, spoken = wishes, ""
    match event.what:
        case "technique":
            new = replace(wishes, only=event.technique, kept=None)
        case "more" if choice is not None:
            new, spoken = replace(wishes, kept=choice, kept_until=now + KEEP), "more"
        case "less" if wishes.softer < SOFTEST:
            new, spoken = replace(wishes, softer=wishes.softer + SOFTER), "less"
        case "change" if choice is not None:
            new = replace(wishes, avoided=choice.technique, avoided_until=now + AVOID, kept=None)
        case "undo" if wishes.before is not None and wishes.at >= turns.chosen_at:
            new, spoken = wishes.before, "undo"
        case "undo" if turns.before is not None:
            kept = replace(turns.before, because=SPOKEN["back"][beside])
            new = replace(wishes, kept=kept, kept_until=now + KEEP)
        case "lead" | "follow":
            new, spoken = replace(wishes, tempo=event.what), event.what
        case _:
            pass
    before = None if event.what == "undo" else replace(wishes, before=None)
    because = SPOKEN[spoken][beside] if spoken else ""
    return replace(new, at=now, before=before, beside=beside), because
