"""The contract of mirroring, the maker it is tried on, and its scene."""

from __future__ import annotations

from undersong.notes import Tone
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts.contract import ONE_IN, Case, Contract, playing
from undersong.testing.contracts.phrases import steps
from undersong.testing.scenes import Scene
from undersong.testing.window import Played, Window

NEAR, SHARE = 0.04, 0.08  # seconds; of the interval
PAIRED, STRAY = 0.8, 0.05
CONTOUR = 0.9
FORCE = 12  # velocity
LONGEST = 8  # notes of a loop


def _known_since(played: Played) -> float:
    """When a figure has come back twice, for the first time (infinite: never)."""
    tones = played.tones
    for end in range(3, len(tones) + 1):
        for length in range(1, min(LONGEST, end // 3) + 1):
            last = [tone.pitch for tone in tones[end - 3 * length : end]]
            if last[:length] == last[length : 2 * length] == last[2 * length :]:
                return tones[end - 1].onset
    return float("inf")


def _repeating(w: Window) -> bool:
    since = _known_since(w.played)
    return playing(w) and w.start >= since + 1.0


def _together(w: Window) -> bool:
    return len(w.begun("melody")) * ONE_IN >= len(w.tones())


def _pairs(w: Window) -> list[tuple[Tone, PartnerTone, float, float]]:
    """Each partner note with the maker's nearest, their distance, and the maker's interval there."""
    tones, found = w.played.tones, []
    for ours in w.begun("melody"):
        place = min(range(len(tones)), key=lambda i: abs(tones[i].onset - ours.onset))
        other = place - 1 if place else place + 1
        interval = abs(tones[place].onset - tones[other].onset)
        found.append((tones[place], ours, abs(tones[place].onset - ours.onset), interval))
    return found


def _holds(w: Window) -> bool:
    pairs = _pairs(w)
    near = [off <= max(NEAR, SHARE * interval) for _, _, off, interval in pairs]
    far = [off > 2 * max(NEAR, SHARE * interval) for _, _, off, interval in pairs]
    good = [pair for pair, close in zip(pairs, near, strict=True) if close]
    theirs, ours = steps([p[0] for p in good]), steps([p[1] for p in good])
    agree = [(a > 0) - (a < 0) == (b > 0) - (b < 0) for a, b in zip(theirs, ours, strict=True)]
    return (
        sum(near) >= PAIRED * len(pairs)
        and sum(near) >= PAIRED * len(w.tones()) - 1
        and sum(far) <= STRAY * len(pairs)
        and sum(agree) >= CONTOUR * len(agree)
        and abs(sum(p[0].velocity - p[1].velocity for p in pairs)) <= FORCE * len(pairs)
    )


def _maker(melody: makers.Melody, tonic: int, seed: int) -> Case:
    period = makers.pace(seed)
    return Case(makers.coming_round(melody, seed, period=period), period, tonic)


SCENE = Scene(
    "mirroring",
    "One figure of four notes, seven times, evenly.",
    " ".join(
        f"{name}@{0.5 + 0.5 * (4 * round_ + i):.1f}:0.4"
        for round_ in range(7)
        for i, name in enumerate(("C4", "E4", "G4", "E4"))
    ),
    velocity=72,
    technique="mirroring",
)

CONTRACT = Contract(
    "mirroring",
    ("insistent",),
    "one note for four of the maker's",
    _repeating,
    _together,
    _holds,
    _maker,
    SCENE,
)
