"""Nothing startles: the sound of whole duets, rendered by the page's own synthesiser and measured.

A level is the mean square of one second, dB of full scale. What a person is used to is the loudest second
of the last ten, of both players together, or QUIET where all was softer: a room is not silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pytest

from playing import outputs
from undersong.edges.render import RATE, STATIC, Renderer
from undersong.events import Input, NoteOn, Output, Seconds, Tap
from undersong.testing.makers import Stage
from undersong.testing.minutes import KINDS, TUNE, Section, minutes

pytest.importorskip("py_mini_racer", reason="Rendering needs the extra 'render', which is not installed.")

CEILING = 10 ** (-3 / 20) * 32767  # -3 dB of full scale, of a sample of 16 bits
RISE = 6.0  # dB
USED: int = 10  # seconds after which a loudness is forgotten
QUIET = -45.0  # dB
A_STEP = RATE // 10
SHORTER = 0.2  # of ten minutes: every way of playing, and every change between two
LAST: Seconds = 12.0  # after the maker's last


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    if not (STATIC / "offline.js").is_file():
        pytest.skip("Rendering needs the built synthesiser, which 'python tools/dev.py build' makes.")
    with Renderer() as ready:
        yield ready


def sound(renderer: Renderer, inputs: Iterable[Input], out: Iterable[Output], until: Seconds) -> np.ndarray:
    """The samples, left and right, of what entered and left a session."""
    data = b"".join(renderer.chunks(inputs, out, until))
    return np.frombuffer(data, "<i2").reshape(-1, 2).astype(float)


def levels(samples: np.ndarray) -> np.ndarray:
    """dB of the second that begins at each tenth of one."""
    power = np.concatenate([[0.0], np.cumsum((samples / 32768) ** 2 @ [0.5, 0.5])])
    begins = np.arange(0, len(power) - RATE, A_STEP)
    return 10 * np.log10((power[begins + RATE] - power[begins]) / RATE + 1e-12)


def rises(partner: np.ndarray, both: np.ndarray, struck: Sequence[Seconds]) -> list[tuple[float, float]]:
    """By how many dB the partner's second passes what was usual a second before, and when; only for seconds
    in which, and just before which, the maker begins nothing."""
    found = []
    for step in range(10, len(partner)):
        at = step / 10
        if any(at - 0.5 <= onset <= at + 1.0 for onset in struck):
            continue
        usual = max(QUIET, both[max(0, step - 10 * USED) : step - 9].max())
        found.append((float(partner[step] - usual), at))
    return found


@pytest.mark.parametrize("name", ["storms", "fades", "dares"])
def test_the_partner_never_rises_out_of_what_was_usual(renderer: Renderer, name: str) -> None:
    """Where the maker begins nothing, no second of the partner's is more than 6 dB louder than what was
    heard until the second before."""
    sections = tuple(Section(s.way, s.seconds * SHORTER, s.period, s.up) for s in dict(KINDS)[name])
    played = minutes(sections, TUNE, seed=1)
    until = played[-1].heard + LAST
    answered = outputs(played)
    partner = levels(sound(renderer, [], answered, until))
    both = levels(sound(renderer, played, answered, until))
    struck = [event.time for event in played if isinstance(event, (NoteOn, Tap))]
    found = rises(partner, both, struck)
    assert len(found) > 100
    assert max(found) < (RISE, 0.0), max(found)


def test_the_ceiling_is_never_passed(renderer: Renderer) -> None:
    """Ten keys struck as hard as can be, again and again: no sample passes -3 dB of full scale."""
    player = Stage()
    for time in np.arange(0.5, 6.0, 0.2):
        for key in range(10):
            player.note(float(time), 0.15, 48 + 3 * key, 127)
    played = player.events()
    samples = sound(renderer, played, outputs(played), 8.0)
    highest = np.abs(samples).max()
    assert 0.5 * 32767 < highest <= CEILING + 1
