"""Renders every scene and its answer as sound, for the ear: ``python tools/listen.py FOLDER``.

One WAV file a scene, the simulated maker at the piano and the partner as the page would sound them; a
line for each says its highest sample and how far the partner lies under the maker, both as plain mean
levels: at the maker's onsets, and over the maker's phrases, gaps and all, where a sustained tone counts
for as long as it sounds. Needs the built page and the extra ``render``.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from math import log10
from pathlib import Path

from undersong import Plan, UsageError, perform
from undersong.edges.render import RATE, Renderer
from undersong.events import Input, NoteOn, Output, Seconds, Steer, Tap
from undersong.offline import make_session
from undersong.testing.contracts import CONTRACTS
from undersong.testing.makers import MAKER
from undersong.testing.scenes import FRAGMENTS, Scene
from undersong.testing.tapping import TAPPED, Tapping

AFTER: Seconds = 12.0  # after the scene's last event
RING: Seconds = 2.0  # for what still rings
FULL = 32768  # the largest sample
SILENT = FULL * FULL * 1e-6  # energy at -60 dB: less than that is no sound
STRETCH: Seconds = 0.4  # over which levels are taken
APART: Seconds = 2.0  # between two onsets of the maker's: a longer gap ends a phrase
USAGE = "Usage: python tools/listen.py FOLDER"


def answered(scene: Scene | Tapping) -> tuple[list[Input], list[Output], Seconds]:
    """The scene's playing, what the partner makes of it, and when it is over."""
    events: list[Input] = scene.events()
    end = events[-1].heard
    if scene.name == "ending":
        events.append(Steer(end, end, MAKER, "finish"))
    session = make_session(Plan(technique=None if isinstance(scene, Tapping) else scene.technique), 0)
    return events, perform(session, events, end + AFTER), end + AFTER + RING


def decibels(value: float) -> float:
    return 20 * log10(max(value, 1e-9))


def peak(sound: array[int]) -> float:
    """The highest sample in dB below full."""
    return decibels(max((abs(sample) for sample in sound), default=0) / FULL)


def level(sound: Sequence[int], stretches: Sequence[range]) -> float | None:
    """Mean level in dB below full over these stretches of frames; None where it is silent there."""
    energies = [sum(sample * sample for sample in sound[2 * s.start : 2 * s.stop]) for s in stretches]
    mean = sum(energies) / max(1, sum(2 * len(s) for s in stretches))
    return decibels(mean**0.5 / FULL) if mean > SILENT else None


def under(maker: Sequence[int], partner: Sequence[int], stretches: Sequence[range]) -> str:
    """How far the partner lies under the maker over these stretches."""
    above, below = level(maker, stretches), level(partner, stretches)
    return "silent" if above is None or below is None else f"{above - below:.1f} dB"


def phrases(onsets: Sequence[Seconds]) -> list[range]:
    """The frames from each phrase's first onset to a stretch after its last."""
    found: list[list[Seconds]] = []
    for onset in onsets:
        if found and onset - found[-1][1] <= APART:
            found[-1][1] = onset
        else:
            found.append([onset, onset])
    return [range(round(first * RATE), round((last + STRETCH) * RATE)) for first, last in found]


def main() -> int:
    """Render all of them; returns the exit code."""
    if len(sys.argv) != 2:
        print(USAGE)
        return 2
    folder = Path(sys.argv[1])
    scenes: list[Scene | Tapping] = [*(contract.scene for contract in CONTRACTS), *FRAGMENTS, *TAPPED]
    try:
        with Renderer() as renderer:
            folder.mkdir(parents=True, exist_ok=True)
            for number, scene in enumerate(scenes, 1):
                inputs, outputs, until = answered(scene)
                path = folder / f"{scene.name}.wav"
                path.write_bytes(renderer.wav(inputs, outputs, until))
                whole, maker = (
                    array("h", b"".join(renderer.chunks(inputs, theirs, until))) for theirs in (outputs, [])
                )
                # what is left without the maker's own: the partner as it sounds beside them
                partner = [both - mine for both, mine in zip(whole, maker, strict=True)]
                onsets = [e.time for e in inputs if isinstance(e, (NoteOn, Tap))]
                starts = [round(onset * RATE) for onset in onsets]
                beginnings = [range(start, start + round(STRETCH * RATE)) for start in starts]
                print(
                    f"{number:2} of {len(scenes)}  {path.name:23} highest {peak(whole):5.1f} dB; under",
                    end="",
                )
                print(f" maker at their onsets {under(maker, partner, beginnings)},", end="")
                print(f" over their phrases {under(maker, partner, phrases(onsets))}", flush=True)
    except UsageError as error:
        print(error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
