"""What was heard, as lines of JSON: the format of ``undersong listen``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from undersong.events import (
    Heard,
    HeardBeat,
    HeardHarmony,
    HeardMotif,
    HeardNoPulse,
    HeardPhrase,
    HeardState,
    HeardTogether,
    HeardTonality,
    Output,
)
from undersong.theory.pitch import name

KINDS = (
    HeardBeat, HeardNoPulse, HeardTonality, HeardHarmony, HeardPhrase, HeardState, HeardMotif,
    HeardTogether,
)  # fmt: skip


def lines(outputs: Iterable[Output], *, several: bool) -> Iterator[str]:
    """One line for each thing heard, in order; with ``several`` makers, whose it is."""
    for output in outputs:
        if not isinstance(output, KINDS):
            continue
        line: dict[str, Any] = {"time": round(output.time, 6)}
        if several and not isinstance(output, (HeardTonality, HeardHarmony, HeardTogether)):
            line["maker"] = output.maker
        yield json.dumps(line | _told(output))


def _told(heard: Heard) -> dict[str, Any]:
    match heard:
        case HeardBeat(at=at, period=period, confidence=sure):
            return {"beat": {"at": round(at, 6), "period": round(period, 6), "confidence": sure}}
        case HeardNoPulse():
            return {"pulse": None}
        case HeardTonality(tonic=tonic, mode=mode, confidence=sure):
            return {"tonality": {"tonic": name(tonic), "mode": mode, "confidence": round(sure, 3)}}
        case HeardHarmony(chord=chord, from_=since, forecast=ahead, confidence=sure):
            told = {"chord": chord, "from": round(since, 6), "forecast": ahead, "confidence": sure}
            return {"harmony": told}
        case HeardPhrase(event=event, at=at):
            return {"phrase": {"event": event, "at": round(at, 6)}}
        case HeardState(name=state, confidence=sure, because=because):
            return {"state": {"name": state, "confidence": sure, "because": because}}
        case HeardMotif(at=at, like=like, transposed=transposed):
            motif = {"at": round(at, 6), "like": round(like, 6), "transposed": transposed}
            return {"motif": motif}
        case HeardTogether(makers=makers, together=together, because=because):
            return {"together": {"makers": list(makers), "together": together, "because": because}}
