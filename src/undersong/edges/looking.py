"""A take, looked back at: what its review page, its report and its export all tell."""

from __future__ import annotations

from typing import Any

from undersong.edges.takes import Kept
from undersong.events import Chose
from undersong.notes import Tone
from undersong.reflecting.duet import PartnerTone, duet
from undersong.remembering import log as codec


def review(take: Kept) -> dict[str, Any]:
    """Everything that there is to see of a take: docs/protocol.md says what each part is."""
    about: dict[str, Any] = take.words.shown
    if take.fault is not None:
        about["fault"] = take.fault
    return {
        "take": take.summary,
        "sounds": sounds(take.log),
        "chose": [
            {"time": o.time, "technique": o.technique, "because": o.because}
            for o in take.log.outputs
            if isinstance(o, Chose)
        ],
        "analysis": None,
        "moments": [],
        "summary": [],
        "about": about,
    }


def sounds(log: codec.Log) -> list[dict[str, Any]]:
    """Everything that sounded in a take, by onset: who, which maker, voice, pitch or null, velocity, from,
    to."""
    made = duet(log.inputs, log.outputs)
    makers = [{"who": "maker", "maker": tone.maker, "voice": None, **_sound(tone)} for tone in made.tones()]
    partner = [
        {"who": "partner", "maker": None, "voice": tone.voice, **_sound(tone)} for tone in made.partner
    ]
    return sorted([*makers, *partner], key=lambda sound: sound["from"])


def _sound(tone: Tone | PartnerTone) -> dict[str, Any]:
    return {"pitch": tone.pitch, "velocity": tone.velocity, "from": tone.onset, "to": tone.offset}
