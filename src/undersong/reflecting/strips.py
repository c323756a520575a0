"""The shore laid out whole: a take of any length as strips of the same picture, one under another.

As in ``roll``: stones above the line for what makers play, waves below it for the partner, diamonds for
strokes. Every strip has the same length and the same height of a semitone, so strips can be compared.
Moments are numbered above, techniques named below where they begin. SVG, made of text alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from undersong.events import Seconds
from undersong.reflecting.duet import Duet
from undersong.reflecting.roll import MARGIN, MORNING, SERIF, WIDTH, Drawing
from undersong.reflecting.summary import clock

# how long a strip may be, and how far apart the times below it are written
LENGTHS: tuple[tuple[Seconds, Seconds], ...] = (
    (20, 5), (30, 5), (60, 10), (120, 20), (180, 30), (300, 60), (600, 120), (1200, 300), (3600, 600),
)  # fmt: skip
MOST = 12  # strips, as far as the lengths allow
TOP = 22.0  # for the numbers of moments
HALF = 46.0  # height of each shore
FEET = 32.0  # for techniques and the ruler
HEIGHT = TOP + 2 * HALF + FEET
SHORE = TOP + HALF
TALL = 6.0  # of a stone
LETTER = 5.8  # pixels: the width of one in a technique's name


def strips(made: Duet, moments: Sequence[Mapping[str, Any]]) -> list[str]:
    """One SVG picture a strip. ``moments``: each with ``at`` in seconds; they are numbered from 1."""
    length, step = next((two for two in LENGTHS if made.end / two[0] <= MOST + 0.5), LENGTHS[-1])
    tones = made.tones()
    stone = _heights([t.pitch for t in tones if t.pitch is not None], TOP + 6, SHORE - 9)
    wave = _heights(
        [t.pitch for t in made.voice("bass", "chords", "melody")], SHORE + 12, TOP + 2 * HALF - 8
    )
    found = []
    for number in range(max(1, -int(-made.end // length))):
        begin, end = number * length, (number + 1) * length
        draw = Drawing(MORNING, (WIDTH - 2 * MARGIN) / length, begin, least=3.0, height=TALL)
        _shores(draw)
        for tone in tones:
            offset = tone.onset if tone.offset is None else tone.offset
            if tone.onset >= end or offset < begin:
                continue
            if tone.pitch is not None:
                seen = replace(tone, onset=max(tone.onset, begin), offset=min(offset, end))
                draw.stone(seen, stone(tone.pitch))
            elif tone.onset >= begin:
                draw.diamond(tone.onset, SHORE - 8, MORNING.maker)
        for sound in made.partner:
            if sound.onset >= end or sound.offset < begin:
                continue
            if sound.voice != "percussion":
                cut = replace(sound, onset=max(sound.onset, begin), offset=min(sound.offset, end))
                draw.wave(cut, wave(sound.pitch))
            elif sound.onset >= begin:
                draw.diamond(sound.onset, SHORE + 8, MORNING.partner)
        for mark, moment in enumerate(moments, 1):
            if begin <= moment["at"] < end:
                _mark(draw, moment["at"], mark)
        _techniques(draw, made, begin, end)
        for tick in range(round(length / step) + 1):
            time = begin + tick * step
            draw.text(draw.x(time) - 8, HEIGHT - 4, clock(time), MORNING.quiet, 11)
        found.append(_finished(draw, f"What sounded from {clock(begin)} to {clock(min(end, made.end))}."))
    return found


def _heights(pitches: Sequence[int], high: float, low: float) -> Callable[[int], float]:
    """From pitch to height, the highest pitch on the upper line; an octave at least between both."""
    top, bottom = max(pitches, default=60), min(pitches, default=60)
    step = (low - high) / max(top - bottom, 12)
    return lambda pitch: high + (top - pitch) * step


def _shores(draw: Drawing) -> None:
    right = WIDTH - 2 * MARGIN
    draw.add(
        f'<rect x="{MARGIN}" y="{SHORE:g}" width="{right}" height="{HALF:g}" fill="{MORNING.water}"/>'
        f'<path d="M{MARGIN} {SHORE:g}h{right}" stroke="{MORNING.line}" stroke-width="1.2" fill="none"/>'
    )


def _mark(draw: Drawing, at: Seconds, number: int) -> None:
    """A moment: its number, and a thin line down to the shore."""
    x = draw.x(at)
    draw.add(
        f'<path d="M{x:.1f} {TOP - 4:g}V{SHORE:g}" stroke="{MORNING.quiet}" stroke-width="1" '
        f'stroke-dasharray="2 3" fill="none"/>'
    )
    draw.text(x - 4, TOP - 7, str(number), MORNING.ink, 14, SERIF)


def _techniques(draw: Drawing, made: Duet, begin: Seconds, end: Seconds) -> None:
    """Where another technique began; its name where there is room for it."""
    free = 0.0
    former = None
    for chose in made.chose:
        changed, former = chose.technique != former, chose.technique
        if not changed or not begin <= chose.time < end:
            continue
        x, y = draw.x(chose.time), TOP + 2 * HALF
        draw.add(f'<path d="M{x:.1f} {y:g}v6" stroke="{MORNING.partner}" stroke-width="1.5"/>')
        width = LETTER * len(chose.technique)
        if x >= free and x + width <= WIDTH:
            draw.text(x + 3, y + 12, chose.technique, MORNING.partner, 11)
            free = x + width + 8


def _finished(draw: Drawing, spoken: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT:g}" role="img" '
        f'aria-label="{escape(spoken)}">'
    )
    return "\n".join([head, *draw.parts, "</svg>"])
