"""Is the playing named as it was built to be?

    python benchmarks/state.py [--tunes 40]

Simulated makers (undersong.testing.makers) play the openings of written tunes, each built to be in one
state; the share of time from 6 s on (when a state has had time to be believed) that each state was named.
Below, whether the stated confidence is the share of time in which it was right. The tunes are the half
to which nothing was fitted; 95% bootstrap intervals over performances.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import tunes
from tables import interval, table
from undersong.chance import Chance
from undersong.events import HeardState, Input
from undersong.listening.impression import STATES
from undersong.listening.listener import Listener
from undersong.testing import makers
from undersong.testing.makers import Melody, Stage

SETTLED = 6.0  # seconds
LENGTH = 28  # notes


def loop(melody: Melody, seed: int) -> list[Input]:
    """The first four notes again and again."""
    cell = melody[:4]
    return makers.steady([(0.0, 1.0, cell[n % 4][2]) for n in range(40)], seed, unevenness=0.6)


def fading(melody: Melody, seed: int) -> list[Input]:
    """Softer and slower from the third second on."""
    chance, stage = Chance(seed), Stage()
    time = 0.5
    for index, (_, _, pitch) in enumerate(melody):
        share = max(0.0, index - 6) / (len(melody) - 6)
        step = (0.45 + 0.75 * share) * (1 + chance.spread("timekeeper", 0.05))
        stage.note(time, 0.8 * step, pitch, 88 - 56 * share + chance.spread("touch", 3))
        time += step
    return stage.events()


def two_hands(melody: Melody, seed: int) -> list[Input]:
    """A tune with a low note under every other one, rubato."""
    chance, stage = Chance(seed), Stage()
    time = 0.5
    for index, (_, length, pitch) in enumerate(melody):
        step = min(max(length, 0.5), 1.0) * 0.55 * chance.between("pace", 0.75, 1.3)
        stage.note(time, 0.9 * step, pitch, 68 + chance.spread("touch", 5))
        if index % 2 == 0:
            stage.note(time + 0.45 * step, 0.5 * step, 41 + 5 * (index // 2 % 2), 60)
        time += step
    return stage.events()


def built(melody: Melody, seed: int) -> list[tuple[str, str, list[Input]]]:
    """Each maker: its name, the state it is built to be in, what it plays."""
    return [
        ("tentative", "tentative", makers.tentative(melody, seed)),
        ("steady", "flowing", makers.steady(melody, seed)),
        ("scattered", "scattered", makers.scattered(melody, seed)),
        ("storming", "storming", makers.storming(melody, seed)),
        ("taps", "flowing", makers.taps(seed)),
        ("rigid loop", "insistent", loop(melody, seed)),
        ("two hands", "flowing", two_hands(melody, seed)),
        ("fading", "fading", fading(melody, seed)),
    ]


def named(events: Sequence[Input], start: float) -> list[tuple[str, float, float]]:
    """(state, confidence, seconds) from ``start`` to the last event."""
    listener, told = Listener(), [(0.0, "silent", 1.0)]
    for event in events:
        heard = []
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            heard += listener.advance(wake)
        heard += listener.hear(event)
        told += [(h.time, h.name, h.confidence) for h in heard if isinstance(h, HeardState)]
    end = events[-1].heard
    ends = [*(time for time, _, _ in told[1:]), end]
    spans = [(n, c, min(b, end) - max(a, start)) for (a, n, c), b in zip(told, ends, strict=True)]
    return [span for span in spans if span[2] > 0]


def sections(most: int) -> list[str]:
    """The tables, over at most so many tunes of each corpus."""
    chosen = [tune for tune in tunes.tunes(most, fitted=False) if len(tune.notes) >= LENGTH]
    shares: dict[str, list[dict[str, float]]] = {}
    wanted: dict[str, str] = {}
    rights: dict[str, list[tuple[float, float]]] = {}
    stated: dict[str, list[tuple[float, float]]] = {}
    for seed, tune in enumerate(chosen):
        for maker, state, events in built(tune.notes[:LENGTH], seed):
            start = SETTLED if maker != "fading" else 0.6 * events[-1].heard
            spans = [s for s in named(events, start) if s[0] != "silent"]
            whole = sum(seconds for _, _, seconds in spans)
            if not whole:
                continue
            wanted[maker] = state
            shares.setdefault(maker, []).append(
                {name: sum(s for n, _, s in spans if n == name) / whole for name in STATES}
            )
            for name, sure, seconds in spans:
                rights.setdefault(name, []).append((seconds * (name == state), seconds))
                stated.setdefault(name, []).append((seconds * sure, seconds))
    heads = [name for name in STATES if name != "silent"]
    rows = []
    for maker, found in shares.items():
        right = interval([(one[wanted[maker]], 1.0) for one in found])
        each = [f"{sum(one[name] for one in found) / len(found):.2f}" for name in heads]
        rows.append([maker, wanted[maker], right, *each])
    trusted = [[name, interval(stated[name]), interval(rights[name])] for name in heads if name in rights]
    return [
        f"Playing states, {len(chosen)} tunes\n\n" + table(["maker", "built", "right", *heads], rows),
        "Stated and right, by state named\n\n" + table(["named", "confidence", "right"], trusted),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tunes", type=int, default=40)
    print("\n\n".join(sections(parser.parse_args().tunes)))


if __name__ == "__main__":
    main()
