"""Moments: a few places worth hearing again, each with what happened there in the sound.

Found by rules, ranked, never judged; the words tell of sound alone. Of each kind the one that stands out
most, at most MOST in all, the most outstanding first; ``weight`` (0-1) only orders them.

- *silence*: the first time that nobody sounds for 3 s or more, between two sounds
- *motif*: four notes of a maker's whose intervals and rhythm come back, from whoever, after 20 s or more
- *range*: a maker's note 5 semitones or more beyond all of theirs before, after at least 12 notes
- *pulse*: the first window in which the onsets of both share a clear tempo, after one in which they do not
- *dynamic*: the first window in which somebody plays much louder or softer than in all of theirs before
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from undersong.events import Seconds
from undersong.reflecting.curves import spans
from undersong.reflecting.players import Array, Places, Player, Playing

MOST = 6
QUIET: Seconds = 3.0  # a silence
LONG: Seconds = 12.0  # one that is as weighty as can be
LATER: Seconds = 20.0  # before what comes back was away
MOTIF = 4  # notes
ALIKE = 1.35  # ratio by which two rhythms may differ in each interval
WIDER = 5.0  # semitones
FAMILIAR = 12  # notes by which a range is known
SHARED = 0.5  # of the height of a common pulse that is as clear as can be
LOUDER = 15.0  # in velocity
WINDOWS = 8  # of somebody's by which their loudness is known


@dataclass(frozen=True, slots=True)
class Moment:
    """A place: seconds from the start, how long it lasts, its kind, why, and how much it stands out."""

    at: Seconds
    seconds: Seconds
    kind: str
    because: str
    weight: float


def moments(
    playing: Playing,
    starts: Array,
    length: Seconds,
    found: Mapping[str, Mapping[str, Array]],
    synchrony: Array,
) -> list[Moment]:
    """Of a whole playing. ``found``: each player's curves, by name, for windows of ``length`` seconds that
    begin at ``starts``; ``synchrony``: the pair's, or empty."""
    everything = [
        _silence(playing),
        *(_motif(one, playing.players) for one in playing.players if not _software(playing, one)),
        *(_range(one) for one in playing.players if not _software(playing, one)),
        _pulse(starts, length, synchrony),
        *(_dynamic(name, starts, length, curve["velocity"]) for name, curve in found.items()),
    ]
    best: dict[str, Moment] = {}
    for moment in everything:
        if moment is not None and (moment.kind not in best or moment.weight > best[moment.kind].weight):
            best[moment.kind] = moment
    return sorted(best.values(), key=lambda moment: (-moment.weight, moment.at))[:MOST]


def _software(playing: Playing, one: Player) -> bool:
    return playing.coupled and len(playing.players) > 1 and one is playing.players[1]


def _silence(playing: Playing) -> Moment | None:
    onset = np.concatenate([one.onset for one in playing.players]) if playing.players else np.empty(0)
    offset = np.concatenate([one.offset for one in playing.players]) if playing.players else np.empty(0)
    order = np.argsort(onset, kind="stable")
    begins, ends = spans(onset[order], offset[order])
    gaps = begins[1:] - ends[:-1]
    quiet = np.flatnonzero(gaps >= QUIET)
    if not len(quiet):
        return None
    at, lasts = float(ends[quiet[0]]), float(gaps[quiet[0]])
    who = "Nothing sounded" if len(playing.players) == 1 else "Nobody sounded"
    return Moment(
        at, lasts, "silence", f"{who} for {lasts:.0f} seconds, the first time.", min(1.0, lasts / LONG)
    )


def _figures(one: Player) -> tuple[Places, Array, list[tuple[int, ...]]]:
    """The places of the notes with a pitch, their gaps, and each figure's intervals."""
    places = np.flatnonzero(np.isfinite(one.pitch))
    steps = np.diff(one.pitch[places]).astype(int)
    shapes = [tuple(steps[n : n + MOTIF - 1].tolist()) for n in range(len(places) - MOTIF + 1)]
    return places, np.diff(one.onset[places]), shapes


def _motif(one: Player, players: tuple[Player, ...]) -> Moment | None:
    """The first figure of this player's, not all on one pitch, that comes back after long enough."""
    places, gaps, shapes = _figures(one)
    first: dict[tuple[int, ...], list[int]] = {}
    for n, shape in enumerate(shapes):
        if any(shape) and gaps[n : n + MOTIF - 1].min() > 0.05 and gaps[n : n + MOTIF - 1].max() < 2.0:
            first.setdefault(shape, []).append(n)
    best: Moment | None = None
    for other in players:
        theirs, their_gaps, their_shapes = _figures(other)
        for m, shape in enumerate(their_shapes):
            if shape not in first:
                continue
            n = first[shape][0]
            was, at = float(one.onset[places[n]]), float(other.onset[theirs[m]])
            alike = their_gaps[m : m + MOTIF - 1] / gaps[n : n + MOTIF - 1]
            if at - was < LATER or not ((alike < ALIKE) & (alike > 1 / ALIKE)).all():
                continue
            lasts = float(other.offset[theirs[m + MOTIF - 1]]) - at
            whose = "" if other is one else f", played by {other.name}"
            because = f"Four notes that {one.name} played at {_clock(was)} came back{whose}."
            if best is None or at < best.at:
                best = Moment(at, lasts, "motif", because, 0.7)
            break
    return best


def _range(one: Player) -> Moment | None:
    places = np.flatnonzero(np.isfinite(one.pitch))
    pitch = one.pitch[places]
    if len(pitch) <= FAMILIAR:
        return None
    high, low = np.maximum.accumulate(pitch)[:-1], np.minimum.accumulate(pitch)[:-1]
    up, down = pitch[1:] - high, low - pitch[1:]
    beyond = np.maximum(up, down)
    beyond[: FAMILIAR - 1] = 0.0
    place = int(beyond.argmax())
    if beyond[place] < WIDER:
        return None
    at = int(places[place + 1])
    way = "higher" if up[place] > down[place] else "lower"
    because = f"{one.name} played a note {beyond[place]:.0f} semitones {way} than any before."
    return Moment(
        float(one.onset[at]), float(one.offset[at] - one.onset[at]), "range", because,
        min(1.0, float(beyond[place]) / 24 + 0.3),
    )  # fmt: skip


def _pulse(starts: Array, length: Seconds, synchrony: Array) -> Moment | None:
    clear = np.nan_to_num(synchrony) >= SHARED
    begins = np.flatnonzero(clear[1:] & ~clear[:-1]) + 1
    if not len(begins):
        return None
    place = int(begins[0])
    because = "The onsets of both began to share one beat."
    return Moment(
        float(starts[place]), length, "pulse", because, min(1.0, 0.4 + float(synchrony[place]) / 2)
    )


def _dynamic(name: str, starts: Array, length: Seconds, velocity: Array) -> Moment | None:
    known = np.flatnonzero(np.isfinite(velocity))
    if len(known) <= WINDOWS:
        return None
    loud = velocity[known]
    high, low = np.maximum.accumulate(loud)[:-1], np.minimum.accumulate(loud)[:-1]
    # windows overlap, so it grows over several: what counts is how far it goes from what was known at first
    far = np.maximum(loud - high[WINDOWS - 1], low[WINDOWS - 1] - loud)
    far[:WINDOWS] = 0.0
    reached = np.flatnonzero(far >= LOUDER)
    if not len(reached):
        return None
    place = int(reached[0])
    way = "louder" if loud[place] > high[WINDOWS - 1] else "softer"
    because = f"{name} played clearly {way} than at any time before."
    return Moment(
        float(starts[known[place]]), length, "dynamic", because, min(1.0, float(far[place]) / 60 + 0.2)
    )


def _clock(time: Seconds) -> str:
    return f"{int(time) // 60}:{int(time) % 60:02d}"
