"""Scenes of tapping: minutes of taps alone, with a person's unevenness, seeded.

``starts``: the maker asks the partner to start at 0 and joins later.
"""

from __future__ import annotations

from dataclasses import dataclass

from undersong.chance import Chance
from undersong.events import Input, Seconds, Steer
from undersong.testing.makers import MAKER, Stage, Timekeeper

BAR = 4  # beats
FIGURE_EVERY = 4  # bars: the last of them has a figure of long and short taps
UNEVEN = 0.6  # of a simulated person's unevenness, as somebody who keeps a beat is


@dataclass(frozen=True, slots=True)
class Tapping:
    """A scene: ``hears`` says in words what it is; ``begins`` with the first tap; so many ``beats`` at
    ``period`` seconds, the last of them at ``quicker`` times that speed; ``figures``: with a long-short
    figure in every fourth bar."""

    name: str
    hears: str
    begins: Seconds
    beats: int
    period: Seconds
    quicker: float = 1.0
    figures: bool = False
    starts: bool = False

    def events(self) -> list[Input]:
        """The playing as timed events."""
        chance = Chance(len(self.name))
        stage = Stage()
        keeper = Timekeeper(self.period, chance, UNEVEN)
        for beat in range(self.beats):
            for place in self._places(beat):
                at = self.begins + keeper.time(beat + place) - self._saved(beat + place)
                stage.tap(at, 64 + (4 if beat % BAR == 0 else 0) + chance.spread("touch", 5))
        asked: list[Input] = [Steer(0.0, 0.0, MAKER, "partner_starts")] if self.starts else []
        return [*asked, *stage.events()]

    def _places(self, beat: int) -> tuple[float, ...]:
        """Where in a beat it is tapped: on it, and in the figure once between."""
        bar, place = divmod(beat, BAR)
        if self.figures and bar % FIGURE_EVERY == FIGURE_EVERY - 2:
            return ((0.0,), (0.5,), (0.0, 0.5), (0.0,))[place]
        return (0.0,)

    def _saved(self, beat: float) -> Seconds:
        """Seconds gained by growing quicker, from a third of the way on."""
        third = self.beats / 3
        grown = max(0.0, min(1.0, (beat - third) / third))
        full = max(0.0, beat - 2 * third) + grown * third / 2
        return full * self.period * (1.0 - 1.0 / self.quicker)


TAPPED: tuple[Tapping, ...] = (
    Tapping(
        "taps-song",
        "Two minutes of taps, with a figure of her own now and then.",
        0.5,
        190,
        0.63,
        figures=True,
    ),
    Tapping(
        "taps-joining",
        "I'll start, said to the partner; after four bars somebody taps along, at a pace of their own.",
        9.6,
        80,
        0.66,
        starts=True,
    ),
    Tapping("taps-quicker", "Taps that grow a quarter quicker.", 0.5, 150, 0.7, quicker=1.25),
)
