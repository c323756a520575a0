"""A take, looked back at: what its review page, its report and its export all tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from undersong.edges.takes import Kept
from undersong.notes import Tone
from undersong.reflecting.duet import Duet, PartnerTone, duet
from undersong.reflecting.features import STEP
from undersong.reflecting.prompts import prompts
from undersong.reflecting.report import Told
from undersong.reflecting.report import report as written
from undersong.reflecting.summary import PARTNER, summary
from undersong.remembering import log as codec

MOST_WINDOWS = 7200  # of one take: two hours with a window a second; longer ones have fewer


@dataclass(frozen=True, slots=True)
class Looked:
    """A take as it is looked back at. ``analysis``: the object of ``undersong analyse``; ``moments``: at,
    seconds, kind, because, and the keys of open questions."""

    take: Kept
    made: Duet
    analysis: Mapping[str, Any]
    moments: Sequence[Mapping[str, Any]]


def look(take: Kept) -> Looked:
    """Look back at a take; an hour of music takes about a second."""
    # arrays load only where somebody looks back: the app starts without them
    from undersong.edges import players
    from undersong.reflecting.analysis import analysis

    playing = players.of_log(take.log)
    found = analysis(playing, step=max(STEP, float(ceil(playing.end / MOST_WINDOWS))))
    moments = [
        {**one, "because": _called(one["because"], take), "prompts": list(prompts(one["kind"]))}
        for one in found["moments"]
    ]
    return Looked(take, duet(take.log.inputs, take.log.outputs), found, moments)


def _called(because: str, take: Kept) -> str:
    """A sentence of the analysis with its players by the names that they have here."""
    maker = take.makers[0] if len(take.makers) == 1 else "a maker"
    words = because.replace("maker", maker).replace("partner", PARTNER)
    return words[:1].upper() + words[1:]


def review(looked: Looked) -> dict[str, Any]:
    """Everything that there is to see of a take: docs/protocol.md says what each part is."""
    take = looked.take
    about: dict[str, Any] = take.words.shown
    if take.fault is not None:
        about["fault"] = take.fault
    return {
        "take": take.summary,
        "sounds": sounds(take.log),
        "chose": chose(looked.made),
        "analysis": looked.analysis,
        "moments": looked.moments,
        "summary": summary(looked.made),
        "about": about,
    }


def report(looked: Looked) -> bytes:
    """The report of a take, as a page made for printing."""
    take = looked.take
    return written(
        Told(
            title=take.words.name or "A take",
            begun=_begun(take.started),
            made=looked.made,
            summary=summary(looked.made),
            analysis=looked.analysis,
            moments=looked.moments,
            words=take.words,
            fault=take.fault,
        )
    )


def week(take: Kept) -> dict[str, Any]:
    """What a take adds to the course over weeks."""
    from undersong.reflecting.course import of_take  # arrays, as in look

    return {
        "id": take.id,
        "started": take.started,
        "seconds": take.seconds,
        "name": take.words.name,
        **of_take(duet(take.log.inputs, take.log.outputs)),
        "words": len(take.words.notes),
    }


def _begun(started: str | None) -> str | None:
    """When it was played, as the clock there showed it."""
    if started is None:
        return None
    day, _, time = started.partition("T")
    return f"{day}, {time[:5]} UTC" if time.endswith("+00:00") else f"{day}, {time[:5]}"


def chose(made: Duet) -> list[dict[str, Any]]:
    """What was chosen, and why."""
    return [{"time": o.time, "technique": o.technique, "because": o.because} for o in made.chose]


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
