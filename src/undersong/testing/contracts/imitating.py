"""The contract of imitating, the maker it is tried on, and its scene."""

from __future__ import annotations

from itertools import pairwise

from undersong.notes import Tone
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts.contract import (
    ONE_IN,
    Case,
    Contract,
    correlation,
)
from undersong.testing.scenes import Scene
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups


def _gestures(w: Window) -> list[list[Tone]]:
    """The maker's gestures, parted by silences longer than 1 s, that ended before the window."""
    parts: list[list[Tone]] = []
    for tone in w.played.tones:
        if parts and tone.onset - (parts[-1][-1].offset or 0.0) <= 1.0:
            parts[-1].append(tone)
        else:
            parts.append([tone])
    return [part for part in parts if (part[-1].offset or 0.0) < w.end]


def _echoes(w: Window) -> list[tuple[list[Tone], list[PartnerTone]]]:
    """Every gesture of the whole playing with the partner's melody between it and the next."""
    parts = _gestures(Window(w.played, 0.0, float("inf")))
    found = []
    for index, part in enumerate(parts):
        until = parts[index + 1][0].onset if index + 1 < len(parts) else float("inf")
        since = part[-1].offset or 0.0
        reply = [t for t in w.played.duet.voice("melody") if since <= t.onset < until]
        found.append((part, reply))
    return found


def _gesture_ended(w: Window) -> bool:
    return any(
        len(part) >= 2 and w.start <= (part[-1].offset or 0.0) and (part[-1].offset or 0.0) + 2.5 < w.end
        for part in _gestures(w)
    )


def _in_window(w: Window) -> list[tuple[list[Tone], list[PartnerTone]]]:
    return [
        (part, reply)
        for part, reply in _echoes(w)
        if len(part) >= 2 and w.start <= (part[-1].offset or 0.0) < w.end - 2.5
    ]


def _echoed(w: Window) -> bool:
    return all(len(reply) * ONE_IN >= len(part) for part, reply in _in_window(w))


def _echoes_hold(w: Window) -> bool:
    exact = 0
    counted = [part for part, _ in _in_window(w)]
    for part, reply in _echoes(w):
        true = _is_echo(part, reply) and _on_the_beat(part, reply)
        same = true and _is_exact(part, reply)
        exact = exact + 1 if same else 0
        if part in counted and (not true or exact > 2):
            return False
    return True


def _is_echo(part: list[Tone], reply: list[PartnerTone]) -> bool:
    """The same rhythm within 10%, the same pitches or an octave away, the same rise and fall.

    An echo that the maker interrupted is judged on what was played.
    """
    if len(reply) > len(part):
        return False
    source = part[: len(reply)]
    shifts = {r.pitch - s.pitch for s, r in zip(source, reply, strict=True) if s.pitch is not None}
    if len(shifts) != 1 or next(iter(shifts)) % 12:
        return False
    for (a, b), (c, d) in zip(pairwise(source), pairwise(reply), strict=True):
        interval = b.onset - a.onset
        if interval > 0.04 and abs((d.onset - c.onset) / interval - 1) > 0.10:
            return False
    strengths = [s.velocity for s in source]
    if len(set(strengths)) < 4:
        return True
    return correlation(strengths, [r.velocity for r in reply]) >= 0.8


def _on_the_beat(part: list[Tone], reply: list[PartnerTone]) -> bool:
    """An echo of an even gesture begins on a beat of it, within 40 ms or 10% of the beat."""
    gaps = [b - a for a, b in pairwise(onset_groups(t.onset for t in part))]
    if not reply or not gaps or min(gaps) < 0.2:
        return True
    whole = [max(1, round(gap / min(gaps))) for gap in gaps]
    beat = sum(gaps) / sum(whole)
    if any(abs(gap / n - beat) > 0.12 * beat for gap, n in zip(gaps, whole, strict=True)):
        return True  # no beat of its own
    beats = (reply[0].onset - part[-1].onset) / beat
    return abs(beats - round(beats)) * beat <= max(0.04, 0.1 * beat)


def _is_exact(part: list[Tone], reply: list[PartnerTone]) -> bool:
    same_pitch = all(s.pitch == r.pitch for s, r in zip(part, reply, strict=False))
    span, echoed = part[-1].onset - part[0].onset, reply[-1].onset - reply[0].onset
    return same_pitch and len(part) == len(reply) and abs(echoed - span) < 0.02 * span + 0.005


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    return Case(makers.gestures(melody[:32], seed), 0.5, tonic)


SCENE = Scene(
    "imitating",
    "Three short figures, each with a breath after it.",
    "C4@0.5:0.4!70 E4@1.0:0.4!82 G4@1.5:0.7!64  D4@6.0:0.4!70 F4@6.5:0.4!80 A4@7.0:0.7!66 "
    "G4@11.5:0.4!74 E4@12.0:0.4!68 C4@12.5:0.7!60",
    technique="imitating",
)

CONTRACT = Contract(
    "imitating",
    ("gestures",),
    "one note in four of each gesture comes back",
    _gesture_ended,
    _echoed,
    _echoes_hold,
    _maker,
    SCENE,
)
