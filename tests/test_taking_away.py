"""What is taken away of a take: sound in time, a report that loads nothing, and everything in a folder."""

from __future__ import annotations

import re
import sys
import wave
from array import array
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest

from logged import NOW, YOU, bytes_of, log_of, play, spoil
from undersong.edges import looking
from undersong.edges.export import export
from undersong.edges.render import RATE, STATIC, Renderer
from undersong.edges.takes import Takes
from undersong.events import Chose, Input, Leave, MakerId, NoteOff, NoteOn, Output, Play, Tap
from undersong.reflecting.between import rows
from undersong.reflecting.charts import chart, lines
from undersong.reflecting.roll import MORNING
from undersong.testing.scenes import read_playing

# --- sound -------------------------------------------------------------------------------------

IN_TIME = 0.002  # seconds
HEARD = 0  # of 32767: the samples are exactly silent before a first sound
ATTACK_LOOKED_FOR = 0.3  # seconds, as web/src/sound/measure.ts looks for it


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    pytest.importorskip(
        "py_mini_racer", reason="Rendering needs the extra 'render', which is not installed."
    )
    if not (STATIC / "offline.js").is_file():
        pytest.skip("Rendering needs the built synthesiser, which 'python tools/dev.py build' makes.")
    with Renderer() as ready:
        yield ready


def levels(pieces: Iterator[bytes]) -> list[int]:
    """The louder side of every frame of a WAV file that came in pieces."""
    with wave.open(BytesIO(b"".join(pieces))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        both = array("h", file.readframes(file.getnframes()))
    return [max(abs(a), abs(b)) for a, b in zip(both[::2], both[1::2], strict=True)]


def first(sound: list[int], begin: float, above: int) -> float:
    """When it is first louder than so much, seconds."""
    at = round(begin * RATE)
    return next(frame for frame in range(at, len(sound)) if sound[frame] > above) / RATE


def test_the_makers_onsets_sound_in_time(renderer: Renderer) -> None:
    """Notes from low to high and a tap, each out of silence: each begins within 2 ms of the log."""
    inputs: list[Input] = []
    onsets = [0.5077 + 3.0013 * n for n in range(5)]
    for onset, pitch in zip(onsets, (48, 60, 72, 84), strict=False):
        inputs += [NoteOn(onset, onset, YOU, pitch, 70), NoteOff(onset + 0.5, onset + 0.5, YOU, pitch)]
    inputs.append(Tap(onsets[4], onsets[4], YOU, 60))
    log = log_of(inputs, [])
    sound = levels(renderer.stream(log.inputs, log.outputs, onsets[4] + 1.0))
    for onset in onsets:
        assert first(sound, onset - 0.2, HEARD) == pytest.approx(onset, abs=IN_TIME)


def test_the_partners_attacks_sound_in_time(renderer: Renderer) -> None:
    """The partner's melody and drum, planned, out of silence: each reaches its attack (half of its height)
    within 2 ms of its stamp."""
    sent: list[Output] = []
    for voice, pitch in (
        ("melody", 60),
        ("melody", 67),
        ("melody", 74),
        ("percussion", 41),
        ("percussion", 37),
    ):
        sent += [play(len(sent) + 1, 1.0137 + 4.0 * len(sent), voice, pitch, 1.0, 60)]
    log = log_of([], sent)
    sound = levels(renderer.stream(log.inputs, log.outputs, 1.0 + 4.0 * len(sent)))
    for note in log.outputs:
        assert isinstance(note, Play)
        begins = first(sound, note.at - 0.2, HEARD)
        window = sound[round(begins * RATE) : round((begins + ATTACK_LOOKED_FOR) * RATE)]
        assert first(sound, begins, max(window) // 2) == pytest.approx(note.at, abs=IN_TIME)


# --- the report --------------------------------------------------------------------------------


class Words(HTMLParser):
    """The text of a page, and whatever it would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "style", "onload")]

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>&\"'"


def report_of(tmp_path: Path, inputs: list[Input], sent: list[Output]) -> tuple[str, Words]:
    takes = Takes(tmp_path)
    id_ = takes.keep_log(bytes_of(inputs, sent), NOW)
    spoil(tmp_path, id_)
    about = takes.about(id_)
    about.rename(HOSTILE)
    about.write(3, HOSTILE, NOW)
    about.rate(2, HOSTILE, "leader", "rigid")
    page = looking.report(looking.look(takes.get(id_))).decode()
    read = Words()
    read.feed(page)
    return page, read


def test_the_report_tells_everything_and_loads_nothing(tmp_path: Path) -> None:
    """Own words, ratings, curves, techniques with their reasons, a picture with every sound; hostile
    words are words; nothing is loaded from anywhere."""
    inputs = read_playing("C4@0.5:0.6 D4@1.2:0.9 E4@2.3:1.5 G4@9.0:0.5 x@12.0", maker=MakerId(HOSTILE))
    sent: list[Output] = [Chose(0.1, "holding", "Because <it> is."), play(1, 0.53, "bass", 36, 8.0),
                          play(2, 5.0, "melody", 60, 1.0)]  # fmt: skip
    page, read = report_of(tmp_path, inputs, sent)
    for words in (
        "zztext",
        "zzfragment",
        HOSTILE,
        "leader",
        "rigid",
        "holding",
        "Because <it> is.",
        "A spoken note.",
    ):
        assert words in read.text, words
    assert not {"script", "img", "link", "iframe", "object"} & set(read.tags)
    assert not read.loads
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", page)
    # stones and waves: what sounds on both sides of a strip's edge is drawn in both
    assert page.count('rx="3"') == 4
    assert page.count("<figure>") == 8
    assert "@page" in page


def test_an_empty_take_has_an_honest_report(tmp_path: Path) -> None:
    """Nobody played: no picture, no curve, a sentence that says so; own words are there all the same."""
    _, read = report_of(tmp_path, [Leave(1.0, 1.0, YOU)], [])
    assert "Nothing sounded in this take." in read.text
    assert "zztext" in read.text
    assert "svg" not in read.tags


def test_an_export_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log, MIDI, report, words and recordings; sound as well, where it can be rendered."""
    takes = Takes(tmp_path / "data")
    (tmp_path / "data").mkdir()
    data = bytes_of(read_playing("C4@0.5:0.6", maker=YOU), [])
    id_ = takes.keep_log(data, NOW)
    spoil(tmp_path / "data", id_)
    files = {path.name: path for path in export(takes, id_, tmp_path / "away")}
    assert files["log.jsonl"].read_bytes() == data
    assert b"zztext" in files["report.html"].read_bytes()
    assert any(name.startswith("voice-") for name in files)
    rendered = (STATIC / "offline.js").is_file() and pytest.importorskip("py_mini_racer") is not None
    assert ("duet.wav" in files) == rendered
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)  # as if the extra were not installed
    without = {path.name for path in export(takes, id_, tmp_path / "again")}
    assert without == set(files) - {"duet.wav"}


def test_what_is_between_the_two_is_told_in_words() -> None:
    """Every number that there is has a row that says what it is; what is not there has none."""
    pair = {"asynchrony": {"mean": 0.0188, "sd": 0.0229, "n": 514}, "together": True, "p": 0.01}
    leading = {
        "leader": "maker",
        "by_feature": {"density": None, "velocity": "maker", "mean_pitch": "partner"},
    }
    coupling = {
        "maker -> partner": 0.468, "partner -> maker": None, "replayed": {"maker -> partner": 0.166},
    }  # fmt: skip
    told = {"players": ["maker", "partner"], "pair": pair, "leading": leading, "coupling": coupling}
    assert rows(told) == [
        ("Onsets that belong together: how much the maker is before the partner",
         "+19 ms on average, spread 23 ms, 514 pairs"),
        ("Onsets meet", "more often than those of the same playing, shuffled (p = 0.01)"),
        ("Whose onsets come first", "the maker's"),
        ("Whose changes come first", "loudness: the maker's, pitch: the partner's"),
        ("How far the partner's changes follow the maker's",
         "0.47; 0.17 where the partner's part is moved to another time"),
    ]  # fmt: skip
    nothing = {"asynchrony": {"mean": None, "sd": None, "n": 0}, "together": None, "p": None}
    assert rows({"players": ["maker", "partner"], "pair": nothing, "leading": None, "coupling": None}) == []
    assert rows({"players": ["maker"], "pair": None}) == []


def test_a_curve_keeps_its_gaps_and_its_colour() -> None:
    """What a window does not say is a gap, not a line across; a long curve is thinned and keeps its height;
    the partner's colour is the shore's, however many makers there are."""
    starts = [float(n) for n in range(2000)]
    high: list[float | None] = [5.0] * 1000 + [None] * 200 + [7.0] * 800
    picture = chart("density", {"left": high, "right": [6.0] * 2000, "partner": [None] * 2000}, starts, 6.0)
    left, right, partner = re.findall(
        r'<path d="([^"]*)" fill="none" stroke="#[^"]*" stroke-width', picture
    )
    assert (left.count("M"), right.count("M"), partner) == (2, 1, "")
    assert left.count("L") < 240
    tops = [float(point.split()[1]) for point in re.split("[ML]", left)[1:]]
    assert {tops[0], tops[-1]} == {92.0, 10.0}  # the lowest and the highest of all
    inks = [ink for ink, _ in lines(["left", "right", "third", "partner"])]
    assert inks[3] == MORNING.partner
    assert len(set(inks)) == 4


def test_each_of_several_makers_has_a_curve(tmp_path: Path) -> None:
    """With two makers the report shows each by name beside the partner, not both as one."""
    left = read_playing("C4@0.5:0.6 D4@4:0.6 E4@9:0.6", maker=MakerId("left"))
    right = read_playing("G4@0.7:0.6 A4@5:0.6", maker=MakerId("right"))
    inputs = sorted([*left, *right], key=lambda event: event.heard)
    page, _ = report_of(tmp_path, inputs, [play(1, 1.0, "bass", 36, 8.0)])
    assert re.findall(r"</svg> ([^<]+)</span>", page) == ["left", "right", "partner"]
