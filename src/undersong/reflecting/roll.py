"""The piano roll of a duet, as an SVG picture: the shore.

Above the line what the makers play, as warm rounded stones; below it what the partner plays, as long
low waves; drums as small diamonds on the line. Time runs to the right, pitch is height. Shape, place
and colour each tell who sounds. Made of text alone, so the same duet gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from undersong.events import Seconds
from undersong.notes import Tone
from undersong.reflecting.duet import Duet, PartnerTone
from undersong.theory.pitch import name

WIDTH = 960
MARGIN = 56
SEMITONE = 7.0  # height of one
ROW = 20  # of a line of text
GAP = 30  # between the two shores
SERIF = "Newsreader, Georgia, serif"
SANS = "'Atkinson Hyperlegible Next', Verdana, sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme."""

    ground: str
    water: str
    line: str
    ink: str
    quiet: str
    maker: str
    partner: str


MORNING = Palette("#f7f2e8", "#e8ecea", "#c9c7bd", "#2a2b33", "#5d5f69", "#c2602f", "#2f6f74")
DUSK = Palette("#141a22", "#101820", "#3a4450", "#ece6da", "#9aa3ad", "#f0b46a", "#7fbfc0")


def svg(made: Duet, title: str, palette: Palette = MORNING, reasons: int = 6) -> str:
    """The picture of a duet with up to so many of its reasons written beneath."""
    end = max(made.end, 1.0) + 0.5
    across = (WIDTH - 2 * MARGIN) / end
    above = [t for t in made.tones() if t.pitch is not None]
    below = made.voice("bass", "chords", "melody")
    high, shore, low = _heights(above, below)
    bottom = low + ROW
    told = _told(made, reasons)
    height = bottom + 2 * ROW + ROW * len(told) + 16
    draw = Drawing(palette, across)
    draw.add(f'<rect width="{WIDTH}" height="{height:.0f}" fill="{palette.ground}"/>')
    draw.add(
        f'<rect y="{shore:.1f}" width="{WIDTH}" height="{bottom - shore:.1f}" fill="{palette.water}"/>'
    )
    draw.add(f'<path d="M0 {shore:.1f}H{WIDTH}" stroke="{palette.line}" stroke-width="1.5" fill="none"/>')
    draw.text(MARGIN, 34, title, palette.ink, 20, SERIF)
    draw.text(12, shore - 10, "you", palette.maker, 12)
    draw.text(12, shore + 20, "undersong", palette.partner, 12)
    top_pitch = max((t.pitch for t in above if t.pitch is not None), default=60)
    for tone in above:
        assert tone.pitch is not None
        draw.stone(tone, high + (top_pitch - tone.pitch) * SEMITONE)
    for tone in made.tones():
        if tone.pitch is None:
            draw.diamond(tone.onset, shore - 12, palette.maker)
    top_below = max((t.pitch for t in below), default=60)
    for wave in below:
        draw.wave(wave, shore + GAP + (top_below - wave.pitch) * SEMITONE)
    for stroke in made.voice("percussion"):
        draw.diamond(stroke.onset, shore + 12, palette.partner)
    _ruler(draw, end, bottom)
    for number, line in enumerate(told):
        draw.text(MARGIN, bottom + 2 * ROW + 12 + ROW * number, line, palette.quiet, 13)
    return draw.finish(height, title, _spoken(made))


def _heights(above: Sequence[Tone], below: Sequence[PartnerTone]) -> tuple[float, float, float]:
    """Where the highest stone, the shore and the lowest wave lie."""
    pitches = [t.pitch for t in above if t.pitch is not None]
    high = 64.0
    shore = high + ((max(pitches) - min(pitches)) * SEMITONE if pitches else 0) + GAP
    waves = [t.pitch for t in below]
    low = shore + GAP + ((max(waves) - min(waves)) * SEMITONE if waves else 0) + 8
    return high, shore, low


def _told(made: Duet, most: int) -> list[str]:
    """The reasons, each once, with when it was first given."""
    lines: dict[str, str] = {}
    for chose in made.chose:
        lines.setdefault(chose.because, f"{chose.time:.1f} s   {chose.technique}: {chose.because}")
    return list(lines.values())[:most]


def _spoken(made: Duet) -> str:
    """What the picture shows, for those who cannot see it."""
    played = len(made.tones())
    lowest = sorted({name(t.pitch) for t in made.voice("bass")})
    ground = f" Its ground lies on {', '.join(lowest)}." if lowest else ""
    return f"A duet of {made.end:.0f} seconds: {played} sounds, answered by {len(made.partner)}.{ground}"


def _ruler(draw: Drawing, end: Seconds, bottom: float) -> None:
    step = next(s for s in (1, 2, 5, 10, 20, 60, 120, 600, 3600) if end / s <= 16)
    for number in range(int(end // step) + 1):
        draw.text(draw.x(number * step), bottom + ROW, f"{number * step} s", draw.palette.quiet, 11)


class Drawing:
    """A picture in the making. ``across``: pixels a second; ``begin``: the moment at its left edge;
    ``least``: the width of the shortest note; ``height``: of a note."""

    def __init__(
        self,
        palette: Palette,
        across: float,
        begin: Seconds = 0.0,
        least: float = 12.0,
        height: float = 12.0,
    ) -> None:
        self.palette = palette
        self._across = across
        self._begin = begin
        self._least = least
        self._height = height
        self.parts: list[str] = []

    def x(self, time: Seconds) -> float:
        """Where a moment lies."""
        return MARGIN + (time - self._begin) * self._across

    def add(self, element: str) -> None:
        """One more element."""
        self.parts.append(element)

    def text(self, x: float, y: float, words: str, colour: str, size: int, font: str = SANS) -> None:
        """Words."""
        self.add(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" '
            f'font-family="{escape(font)}">{escape(words)}</text>'
        )

    def stone(self, tone: Tone, y: float) -> None:
        """A maker's note."""
        width = max(self._least, ((tone.offset or tone.onset) - tone.onset) * self._across)
        shade = 0.45 + 0.55 * tone.velocity / 127
        tall = self._height
        self.add(
            f'<rect x="{self.x(tone.onset):.1f}" y="{y - tall / 2:.1f}" width="{width:.1f}" '
            f'height="{tall:g}" rx="{tall / 2:g}" '
            f'fill="{self.palette.maker}" fill-opacity="{shade:.2f}"/>'
        )

    def wave(self, tone: PartnerTone, y: float) -> None:
        """A partner's note: rising, lying, sinking."""
        x = self.x(tone.onset)
        width = max(self._least * 10 / 12, (tone.offset - tone.onset) * self._across)
        tall = (5.0 if tone.voice == "bass" else 3.5) * self._height / 12
        shade = 0.5 + 0.5 * tone.velocity / 127
        half = width / 2
        self.add(
            f'<path d="M{x:.1f} {y:.1f}q{half:.1f} {-2 * tall:.1f} {width:.1f} 0'
            f'q{-half:.1f} {2 * tall:.1f} {-width:.1f} 0z" fill="{self.palette.partner}" '
            f'fill-opacity="{shade:.2f}"/>'
        )

    def diamond(self, time: Seconds, y: float, colour: str) -> None:
        """A stroke without pitch."""
        self.add(f'<path d="M{self.x(time):.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" fill="{colour}"/>')

    def finish(self, height: float, title: str, spoken: str) -> str:
        """The whole picture."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
            f'aria-label="{escape(title)}. {escape(spoken)}">'
        )
        return "\n".join([head, *self.parts, "</svg>"]) + "\n"
