"""The table: from how the playing is, and the phase of the form, to what may answer, and why.

Data only; rules.py reads it, and it draws the one in docs/techniques.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from undersong.choosing.arc import Phase

Sounds = Literal["notes", "taps"]
Beat = Literal["", "no", "yes"]

GROUND, BEAT, SHARED = "tonal-grounding", "rhythmic-grounding", "synchronising"
ECHO, HOLD, SPACE = "imitating", "holding", "giving-space"
MIRROR, MATCH, REFLECT, TALK = "mirroring", "matching", "reflecting", "dialoguing"
CHORDS, FRAME, EXTEND, RECALL, LEAD_ON = (
    "accompanying", "frameworking", "extending", "incorporating", "transition",
)  # fmt: skip
REPLIES = (ECHO, EXTEND, RECALL)
SUPPORTING = (GROUND, CHORDS, FRAME, REFLECT)  # what may go on beneath a reply

# What a session may be for, and the answers that serve it: where a row has one of them, it is taken.
# Without an aim the phases decide: meeting validates, later phases accompany and converse.
AIMS: dict[str, tuple[str, ...]] = {
    "validate": (GROUND, MIRROR, MATCH, REFLECT, ECHO),
    "contain": (HOLD, BEAT, GROUND),
    "enliven": (SHARED, FRAME, LEAD_ON, EXTEND),
    "accompany": (CHORDS, GROUND),
    "converse": (TALK, ECHO, EXTEND, RECALL),
    "close": (GROUND, SPACE),
}

EVER: tuple[Phase, ...] = ("meet", "early", "develop", "turn", "return", "close")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the playing, of notes or taps, with a beat or none ("" for either), in some phases;
    ``answers``: (technique, what goes on beneath it, because)."""

    state: str
    sounds: Sounds
    beat: Beat
    phases: tuple[Phase, ...]
    answers: tuple[tuple[str, str | None, str], ...]


def _row(
    state: str, sounds: Sounds, beat: Beat, phases: tuple[Phase, ...], *answers: tuple[str, str | None, str]
) -> Row:
    return Row(state, sounds, beat, phases, answers)


TABLE: tuple[Row, ...] = (
    _row("silent", "notes", "", EVER, (SPACE, None, "You are still, so I leave you room.")),
    _row("silent", "taps", "", EVER, (SPACE, None, "You are still, so I leave you room.")),
    _row("storming", "notes", "", EVER, (HOLD, None, "Dense and strong: long tones around it.")),
    _row("storming", "taps", "", EVER, (HOLD, None, "Dense and strong: long tones around it.")),
    _row(
        "scattered",
        "notes",
        "",
        EVER,
        (BEAT, GROUND, "Wide leaps and no beat: a steady beat and a ground."),
    ),
    _row(
        "scattered",
        "taps",
        "",
        EVER,
        (BEAT, GROUND, "Taps at changing distances: a beat and a fifth."),
    ),
    _row(
        "fading", "notes", "", EVER, (GROUND, None, "You grow softer and slower, so I stay low and soft.")
    ),
    _row("fading", "taps", "", EVER, (SPACE, None, "You grow softer and slower, so I become less.")),
    _row(
        "tentative",
        "notes",
        "",
        ("meet", "early", "close"),
        (GROUND, None, "You try a few notes, so I listen for a ground."),
    ),
    _row(
        "tentative",
        "notes",
        "",
        ("develop", "turn", "return"),
        (GROUND, None, "You try a few notes, so I listen for a ground."),
        (TALK, GROUND, "You play in short phrases, so we take turns."),
    ),
    _row("tentative", "taps", "", EVER, (BEAT, GROUND, "You try a few taps, so I listen for their pace.")),
    _row(
        "flowing",
        "notes",
        "",
        ("meet", "close"),
        (GROUND, None, "Your notes flow, so I give them a ground."),
    ),
    _row(
        "flowing",
        "notes",
        "no",
        ("early",),
        (GROUND, None, "Your notes flow, so I give them a ground."),
        (MATCH, GROUND, "Your notes flow freely, so I play in the same way."),
    ),
    _row(
        "flowing",
        "notes",
        "yes",
        ("early",),
        (SHARED, GROUND, "Your notes flow, so I move with you."),
        (MATCH, GROUND, "Your notes flow in time, so I play in the same way."),
    ),
    _row(
        "flowing",
        "notes",
        "no",
        ("develop",),
        (CHORDS, None, "Your tune flows, so I put chords under it."),
        (REFLECT, None, "Your playing keeps its character, so I take it up with other notes."),
        (MATCH, GROUND, "Your notes flow freely, so I play in the same way."),
    ),
    _row(
        "flowing",
        "notes",
        "yes",
        ("develop",),
        (CHORDS, None, "Your tune flows, so I put chords under it."),
        (SHARED, GROUND, "Your notes flow, so I move with you."),
        (TALK, GROUND, "You play in phrases, so we take turns."),
        (MATCH, GROUND, "Your notes flow in time, so I play in the same way."),
    ),
    _row(
        "flowing",
        "notes",
        "",
        ("turn",),
        (FRAME, None, "You play freely with me, so I offer a form for it."),
    ),
    _row(
        "flowing",
        "notes",
        "",
        ("return",),
        (CHORDS, None, "Your tune flows, so I put chords under it."),
        (SHARED, GROUND, "Your notes flow, so I move with you."),
    ),
    _row(
        "flowing",
        "taps",
        "",
        ("meet", "close"),
        (BEAT, GROUND, "Your taps flow, so I keep a beat and a fifth under them."),
    ),
    _row(
        "flowing",
        "taps",
        "no",
        ("early", "develop", "turn", "return"),
        (BEAT, GROUND, "Your taps flow, so I keep a beat and a fifth under them."),
        (MATCH, GROUND, "Your taps flow freely, so I play in the same way."),
    ),
    _row(
        "flowing",
        "taps",
        "yes",
        ("early",),
        (FRAME, SHARED, "Your taps keep a beat, so I put a song over it."),
    ),
    _row(
        "flowing",
        "taps",
        "yes",
        ("develop", "turn", "return"),
        (FRAME, SHARED, "Your taps keep a beat, so I put a song over it."),
        (SHARED, GROUND, "Your taps keep a beat, so I keep it with you, over a fifth."),
    ),
    _row(
        "insistent",
        "notes",
        "",
        ("meet", "close"),
        (GROUND, None, "Your figure comes back, so I give it a ground."),
    ),
    _row(
        "insistent",
        "notes",
        "",
        ("early",),
        (SHARED, GROUND, "Your figure comes back, so I join it."),
        (MIRROR, GROUND, "Your figure comes back, so I play it with you."),
    ),
    _row(
        "insistent",
        "notes",
        "",
        ("develop", "turn", "return"),
        (MIRROR, GROUND, "Your figure comes back, so I play it with you."),
        (LEAD_ON, None, "Your figure has come back many times, so I change one thing under it."),
        (SHARED, GROUND, "Your figure comes back, so I join it."),
    ),
    _row(
        "insistent",
        "taps",
        "",
        ("meet", "close"),
        (BEAT, GROUND, "Your figure comes back, so I keep a beat and a fifth under it."),
    ),
    _row(
        "insistent",
        "taps",
        "",
        ("early", "develop", "turn", "return"),
        (FRAME, SHARED, "Your figure comes back, so I put a song over it."),
        (MIRROR, GROUND, "Your figure comes back, so I play it with you."),
    ),
)
