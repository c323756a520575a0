"""Curves of two or more players over a take, each a small picture with a scale. SVG, made of text alone.

A player is told by colour and by the kind of line. Gaps stay gaps: there was nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from undersong.events import Seconds
from undersong.reflecting.roll import MORNING, SANS
from undersong.reflecting.summary import clock

WIDTH, HEIGHT = 460, 112
LEFT, RIGHT, TOP, FOOT = 46, 10, 10, 20
POINTS = 240  # of a line at most: what lies between is averaged
INKS = (MORNING.maker, MORNING.partner, "#6b5b95", "#7a6a00")
DASHES = ("", "6 3", "2 3", "9 3 2 3")
PARTNER = "partner"
Curve = Sequence[float | None]


def chart(name: str, players: Mapping[str, Curve], starts: Sequence[Seconds], length: Seconds) -> str:
    """One feature of every player. ``starts``: of the windows, ``length`` seconds each; a window's value
    stands in its middle."""
    known = [value for curve in players.values() for value in curve if value is not None]
    end = max((starts[-1] if starts else 0.0) + length, 1.0)
    low, high = min(known, default=0.0), max(known, default=1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    across, up = (WIDTH - LEFT - RIGHT) / end, (HEIGHT - TOP - FOOT) / (high - low)

    def place(time: Seconds, value: float) -> str:
        return f"{LEFT + time * across:.1f} {HEIGHT - FOOT - (value - low) * up:.1f}"

    base = HEIGHT - FOOT
    parts = [
        f'<path d="M{LEFT} {TOP}V{base}H{WIDTH - RIGHT}" stroke="{MORNING.line}" fill="none"/>',
        _text(LEFT - 6, TOP + 8, _short(high), "end"),
        _text(LEFT - 6, base, _short(low), "end"),
        _text(LEFT, HEIGHT - 5, "0:00", "start"),
        _text(WIDTH - RIGHT, HEIGHT - 5, clock(end), "end"),
    ]
    for curve, (ink, dash) in zip(players.values(), lines(list(players)), strict=True):
        path = ""
        for points in _runs(curve, starts, length):
            path += "M" + "L".join(place(time, value) for time, value in points)
            if len(points) == 1:
                path += "h1.5"  # one value alone is still seen
        parts.append(
            f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="1.6" '
            f'stroke-linejoin="round"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>"
        )
    spoken = f"{name} of {', '.join(players)}, between {_short(low)} and {_short(high)}."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(spoken)}">' + "".join(parts) + "</svg>"
    )


def key(players: Sequence[str]) -> str:
    """Which line is whose."""
    shown = "".join(
        f'<span><svg viewBox="0 0 40 8" width="40" height="8" aria-hidden="true"><path d="M0 4h40" '
        f'stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/></svg> {escape(name)}</span>'
        for name, (ink, dash) in zip(players, lines(players), strict=True)
    )
    return f'<p class="key">{shown}</p>'


def lines(players: Sequence[str]) -> list[tuple[str, str]]:
    """The ink and the dashes of each: the first maker's and the partner's are those of the shore."""
    places = [0, *range(2, len(INKS))]
    found, makers = [], 0
    for name in players:
        place = 1 if name == PARTNER else places[makers % len(places)]
        makers += name != PARTNER
        found.append((INKS[place], DASHES[place]))
    return found


def _runs(curve: Curve, starts: Sequence[Seconds], length: Seconds) -> list[list[tuple[Seconds, float]]]:
    """The points of a curve, in as many runs as it has without a gap."""
    step = max(1, -(-len(curve) // POINTS))
    runs: list[list[tuple[Seconds, float]]] = [[]]
    for first in range(0, len(curve), step):
        some = [value for value in curve[first : first + step] if value is not None]
        if some:
            last = min(first + step, len(curve)) - 1
            middle = (starts[first] + starts[last]) / 2 + length / 2
            runs[-1].append((middle, sum(some) / len(some)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="10" fill="{MORNING.quiet}" text-anchor="{anchor}" '
        f'font-family="{escape(SANS)}">{escape(words)}</text>'
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
