"""A scene as sound: the page's own synthesiser, rendered and looked at in samples."""

from __future__ import annotations

import sys
import wave
from array import array
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from playing import outputs
from undersong import UsageError
from undersong.edges.render import RATE, STATIC, Renderer
from undersong.events import Play
from undersong.testing.scenes import read_playing

pytest.importorskip("py_mini_racer", reason="Rendering needs the extra 'render', which is not installed.")

QUANTUM = 128  # frames
UNTIL = 8.0
HEARD = 20  # of 32767: below it is silence
BEGINS = 0.5
PLAYING = read_playing("C4@0.5:0.6 D4@1.2:0.9 E4@2.3:1.5")


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    if not (STATIC / "offline.js").is_file():
        pytest.skip("Rendering needs the built synthesiser, which 'python tools/dev.py build' makes.")
    with Renderer() as ready:
        yield ready


def samples(wav: bytes) -> array[int]:
    """The left and right samples by turns; the file must be what it says it is."""
    with wave.open(BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        return array("h", file.readframes(file.getnframes()))


def first_heard(sound: array[int]) -> int:
    return next(index for index, sample in enumerate(sound) if abs(sample) > HEARD) // 2


def test_the_makers_note_begins_at_its_frame(renderer: Renderer) -> None:
    """Exact silence before the first note, then sound within a quantum; nothing clips, to the end."""
    sound = samples(renderer.wav(PLAYING, outputs(PLAYING), UNTIL))
    assert len(sound) == 2 * round(UNTIL * RATE)
    begins = round(BEGINS * RATE)
    assert not any(sound[: 2 * begins])
    assert begins <= first_heard(sound) <= begins + QUANTUM
    highest = max(max(sound), -min(sound))
    assert 1000 < highest < 32767


def test_the_partners_bass_sounds_when_it_was_meant_to(renderer: Renderer) -> None:
    """The partner alone: silence until its first bass, which then sounds, softer than the maker did."""
    made = outputs(PLAYING)
    bass = next(o for o in made if isinstance(o, Play) and o.voice == "bass")
    alone = samples(renderer.wav([], made, UNTIL))
    begins = round(bass.at * RATE)
    attack = round(0.18 * RATE)  # a slow voice that was planned begins so much earlier at most
    assert not any(alone[: 2 * (begins - attack)])
    heard = alone[2 * begins : 2 * (begins + RATE)]
    maker = samples(renderer.wav(PLAYING, [], UNTIL))
    assert 100 < max(heard) < max(maker)
    # a low tone: it crosses zero about twice a period, not more often
    left = heard[::2]
    crossings = sum(1 for a, b in pairwise(left) if (a < 0) != (b < 0))
    assert crossings < 2 * 4 * 440 * 2 ** ((bass.pitch - 69) / 12)


def test_rendering_again_gives_the_same_sound(renderer: Renderer) -> None:
    """Nothing of one piece is left in the next: the same duet twice is the same file."""
    once = renderer.wav(PLAYING, outputs(PLAYING), UNTIL)
    assert renderer.wav(PLAYING, outputs(PLAYING), UNTIL) == once


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Without the built synthesiser there is one sentence that says what to do."""
    with pytest.raises(UsageError, match=r"run 'python tools/dev.py build' first\.$"):
        Renderer(tmp_path)


def test_a_missing_extra_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed, one sentence says how to install it."""
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)  # as if there were none
    with pytest.raises(UsageError, match=r"pip install 'undersong\[render\]'\.$"):
        Renderer()
