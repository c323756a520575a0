"""``undersong analyse``, as a person or a program meets it: real files, odd files, real exit codes."""

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import mido
import pytest

from client import Run
from undersong import Plan
from undersong.edges import midi, players
from undersong.edges.given import Given
from undersong.events import Input, MakerId, NoteOff, NoteOn, Tap
from undersong.offline import play
from undersong.reflecting import telling
from undersong.reflecting.curves import FEATURES
from undersong.reflecting.rows import TABLES
from undersong.testing.scenes import FRAGMENTS

Note = tuple[float, float, int, int]  # onset, offset, pitch, velocity
EVEN: list[Note] = [(0.5 * n, 0.5 * n + 0.3, 60 + n % 5, 60 + n) for n in range(40)]
LATER: list[Note] = [(on + 0.06, off + 0.1, pitch - 12, 100) for on, off, pitch, _ in EVEN]


def timed(notes: Sequence[Note], channel: int = 0) -> list[midi.Timed]:
    return [
        (time, mido.Message(kind, channel=channel, note=pitch, velocity=velocity))
        for on, off, pitch, velocity in notes
        for kind, time in (("note_on", on), ("note_off", off))
    ]


def save(path: Path, *tracks: tuple[str, list[midi.Timed]]) -> Path:
    path.write_bytes(midi.write(tracks, 1000))
    return path


def told(run: Run, *arguments: str | Path) -> dict[str, Any]:
    code, out, err = run("analyse", *arguments)
    assert (code, err) == (0, "")
    assert "NaN" not in out
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def duo(tmp_path: Path) -> Path:
    return save(tmp_path / "duo.mid", ("client", timed(EVEN)), ("therapist", timed(LATER, 1)))


def test_the_object_of_two_players(run: Run, duo: Path) -> None:
    """Two tracks are two players; every feature has a curve for each, as long as the windows."""
    found = told(run, duo)
    assert (found["version"], found["players"]) == (1, ["client", "therapist"])
    assert found["windows"] == {"start": [float(n) for n in range(14)], "length": 6.0, "step": 1.0}
    assert tuple(found["features"]) == FEATURES
    for curve in found["features"].values():
        assert {name: len(values) for name, values in curve.items()} == {"client": 14, "therapist": 14}
    assert found["features"]["density"]["client"] == [2.0] * 14
    assert found["features"]["velocity"]["therapist"] == [100.0] * 14
    assert found["features"]["tempo"]["client"] == [120.0] * 14
    assert found["missing"] == []


def test_the_pair(run: Run, duo: Path) -> None:
    """An even beat, and another 60 ms behind: together, the first leads, all asynchronies .06, at 120."""
    found = told(run, duo)
    pair = found["pair"]
    assert pair["asynchrony"] == {"mean": 0.06, "sd": 0.0, "n": 40}
    assert (pair["lag"], pair["together"], found["leading"]["leader"]) == (0.06, True, "client")
    assert pair["p"] <= 0.05
    assert pair["common_tempo"] == [120.0] * 14
    # 11 of 12 onsets meet the next, for each
    assert pair["synchrony"] == pytest.approx([(11 / 12) ** 2] * 14, abs=2e-6)
    assert set(pair["imitation"]) == set(found["roles"]) == set(FEATURES)
    other = told(run, duo, "--player", "therapist", "--player", "client")
    assert other["leading"]["leader"] == "client"
    assert other["pair"]["lag"] == -0.06


def test_an_even_beat_with_holes(run: Run, tmp_path: Path) -> None:
    """Against a machine's even beat, one who leaves out each fourth stroke and is 90 ms late follows."""
    holes = [(on + 0.09, off + 0.09, 48, 90) for n, (on, off, _, _) in enumerate(EVEN) if n % 4 != 3]
    for names in (("even", "late"), ("late", "even")):
        tracks = {"even": timed(EVEN), "late": timed(holes, 1)}
        found = told(run, save(tmp_path / "holes.mid", *[(name, tracks[name]) for name in names]))
        assert (found["pair"]["together"], found["leading"]["leader"]) == (True, "even")
        assert abs(found["pair"]["lag"]) == 0.09


def test_two_even_beats_of_their_own(run: Run, tmp_path: Path) -> None:
    """Two machines at 120 and 109 are not together, and nobody leads."""
    slower = [(0.55 * n, 0.55 * n + 0.3, 48, 90) for n in range(40)]
    found = told(run, save(tmp_path / "own.mid", ("a", timed(EVEN)), ("b", timed(slower, 1))))
    assert (found["pair"]["together"], found["leading"]["leader"]) == (False, None)


def test_windows_as_asked(run: Run, duo: Path) -> None:
    """--window and --step set the windows; --resonance changes the clarity of a pulse away from .5 s."""
    found = told(run, duo, "--window", "4", "--step", "2")
    assert found["windows"] == {"start": [0, 2, 4, 6, 8, 10, 12, 14], "length": 4.0, "step": 2.0}
    slow = save(duo.with_name("slow.mid"), ("a", timed([(n, n + 0.5, 60, 60) for n in range(20)])),
                ("b", timed(LATER, 1)))  # fmt: skip
    plain, weighted = told(run, slow), told(run, slow, "--resonance")
    # a second is an octave from half a second: 1 - 1/4
    assert weighted["features"]["pulse_clarity"]["a"][0] == pytest.approx(
        0.75 * plain["features"]["pulse_clarity"]["a"][0], abs=2e-6
    )


def test_players_by_pattern(run: Run, tmp_path: Path) -> None:
    """Patterns, names and numbers choose; all tracks that fit one are one player."""
    tracks = [("left hand", timed(EVEN[:10])), ("right hand", timed(EVEN[10:])),
              ("partner: bass", timed(LATER)), ("partner: melody", timed(LATER))]  # fmt: skip
    path = save(tmp_path / "four.mid", *tracks)
    found = told(run, path, "--player", "*hand", "--player", "partner:*")
    assert found["players"] == ["*hand", "partner:*"]
    assert found["features"]["density"]["partner:*"][0] == 2 * found["features"]["density"]["*hand"][0]
    assert told(run, path, "--player", "1", "--player", "right hand")["players"] == [
        "left hand",
        "right hand",
    ]


def test_patterns_that_cannot_be_used(run: Run, duo: Path) -> None:
    """A pattern that fits nothing and a track for two players are refused in one sentence, exit 2."""
    code, out, err = run("analyse", duo, "--player", "cli*", "--player", "violin")
    assert (code, out) == (2, "")
    assert "'violin'" in err
    assert "1 (client), 2 (therapist)" in err
    code, out, err = run("analyse", duo, "--player", "client", "--player", "*")
    assert (code, out) == (2, "")
    assert "two players" in err


def test_makers_and_partner_by_name(run: Run, tmp_path: Path) -> None:
    """Tracks named maker... and partner... are two players, whatever else is there, which is said."""
    path = save(
        tmp_path / "a.mid", ("click", timed(EVEN)), ("maker: ada", timed(EVEN)),
        ("partner: bass", timed(LATER[:20])), ("partner: chords", timed(LATER[20:])),
    )  # fmt: skip
    found = told(run, path)
    assert found["players"] == ["maker", "partner"]
    assert found["features"]["density"]["partner"][3] == 2.0
    assert found["missing"] == [
        "One more track with notes was left out; name players with --player to choose others."
    ]


def test_two_players_on_one_track(run: Run, tmp_path: Path) -> None:
    """One track with channels 1 and 2: two players, told apart by their channel.

    Twelve notes in the first window: 48 and (0 1 2 3 4) twice and 0 1, whose mean is 21 / 12.
    """
    mixed = sorted([*timed(EVEN), *timed(LATER, 1)], key=lambda t: t[0])
    found = told(run, save(tmp_path / "one.mid", ("piano", mixed)))
    assert found["players"] == ["channel 1", "channel 2"]
    assert found["features"]["mean_pitch"]["channel 2"][0] == 49.75


def test_more_channels_and_tracks_than_two(run: Run, tmp_path: Path) -> None:
    """Of three tracks on three channels, channels 1 and 2 count; of three on one, nobody is guessed."""
    three = [(name, timed(EVEN, channel)) for channel, name in enumerate("abc")]
    found = told(run, save(tmp_path / "three.mid", *three))
    assert found["players"] == ["channel 1", "channel 2"]
    assert "One more channel" in found["missing"][0]
    found = told(run, save(tmp_path / "same.mid", *[(name, timed(EVEN)) for name in "abc"]))
    assert found["players"] == ["all tracks"]
    assert "1 (a), 2 (b), 3 (c)" in found["missing"][0]


def test_one_player_only(run: Run, tmp_path: Path) -> None:
    """Their curves, nothing about a pair, and a sentence that says so."""
    found = told(run, save(tmp_path / "solo.mid", ("flute", timed(EVEN))))
    assert found["players"] == ["flute"]
    assert found["features"]["density"]["flute"] == [2.0] * len(found["windows"]["start"])
    assert "Only one player" in found["missing"][0]


def test_a_file_without_notes(run: Run, tmp_path: Path) -> None:
    """Empty curves and exit 0, also where a track has controllers alone."""
    silent = ("piano", [(3.0, mido.Message("control_change", control=64, value=0))])
    for path in (save(tmp_path / "none.mid"), save(tmp_path / "pedal.mid", silent)):
        found = told(run, path)
        assert (found["players"], found["windows"]["start"]) == ([], [])
        assert set(found["features"]) == set(FEATURES)
        assert found["missing"] == ["There are no notes in this file."]


def test_music_shorter_than_a_window(run: Run, tmp_path: Path) -> None:
    """No window, so no values, and a sentence that says so."""
    short = save(tmp_path / "short.mid", ("a", timed(EVEN[:3])), ("b", timed(LATER[:3], 1)))
    found = told(run, short)
    assert found["windows"]["start"] == []
    assert found["features"]["density"] == {"a": [], "b": []}
    assert found["missing"] == ["The music lasts 1.4 s, less than one window of 6 s."]


def test_hours_of_silence(run: Run, tmp_path: Path) -> None:
    """Three hours between two notes: zeros, ones and nulls, no made-up numbers."""
    far = [(0.0, 1.0, 60, 60), (10_800.0, 10_801.0, 62, 60)]
    found = told(run, save(tmp_path / "far.mid", ("a", timed(far)), ("b", timed(far[:1], 1))))
    middle = {name: curve["a"][5000] for name, curve in found["features"].items()}
    assert middle == {
        name: {"silence": 1.0}.get(name, 0.0 if "density" in name else None) for name in FEATURES
    }


def test_odd_tempo_maps(run: Run, tmp_path: Path) -> None:
    """Every second note after a change of tempo, in a track of its own: seconds are what counts."""
    file = mido.MidiFile(type=1, ticks_per_beat=96)
    tempos, notes, other = mido.MidiTrack(), mido.MidiTrack(), mido.MidiTrack()
    for n in range(40):  # each beat at another tempo; halved in ticks where it is doubled in time
        tempos.append(mido.MetaMessage("set_tempo", tempo=500_000 if n % 2 else 250_000, time=0))
        tempos.append(mido.MetaMessage("marker", text="", time=96 if n % 2 else 192))
        notes.append(mido.Message("note_on", note=60, velocity=70, time=0))
        notes.append(mido.Message("note_off", note=60, velocity=0, time=96 if n % 2 else 192))
    other.append(mido.Message("note_on", note=48, velocity=70, time=96))
    other.append(mido.Message("note_off", note=48, velocity=0, time=96))
    file.tracks += [tempos, notes, other]
    file.save(tmp_path / "odd.mid")
    found = told(run, tmp_path / "odd.mid")
    assert found["features"]["tempo"]["track 1"] == [120.0] * 15
    assert found["seconds"] == pytest.approx(20.0)


def test_drums_have_no_pitch(run: Run, tmp_path: Path) -> None:
    """Channel 10 is struck: rhythm is measured, pitch, key and roughness are null."""
    found = told(run, save(tmp_path / "d.mid", ("drum", timed(EVEN, 9)), ("b", timed(LATER))))
    assert found["features"]["tempo"]["drum"][0] == 120.0
    for name in ("mean_pitch", "sd_pitch", "tonal_clarity", "dissonance"):
        assert found["features"][name]["drum"][0] is None


def taken(events: Sequence[Input]) -> bytes:
    return play(Given(tuple(midi.from_inputs(events)), tuple(events)), Plan(), 0).log


def test_a_session_log(run: Run, tmp_path: Path) -> None:
    """A log's players are the maker and the partner, with the notes of the duet that was written."""
    tune = save(
        tmp_path / "tune.mid", ("flute", [t for e in FRAGMENTS[0].events() for t in midi.messages(e)])
    )
    assert run("answer", tune, "-o", "out.mid", "--log", "log.jsonl")[0] == 0
    log, duet = told(run, "log.jsonl"), told(run, "out.mid")
    assert log["players"] == duet["players"] == ["maker", "partner"]
    for name in ("density", "mean_pitch", "silence"):
        for who in log["players"]:
            for a, b in zip(log["features"][name][who], duet["features"][name][who], strict=False):
                assert a == pytest.approx(b, abs=2e-3), name


def test_a_torn_log(run: Run, tmp_path: Path) -> None:
    """A log cut in the middle is analysed as far as it is whole, and says what is missing."""
    tune = save(tmp_path / "tune.mid", ("flute", timed(EVEN)))
    run("answer", tune, "-o", "out.mid", "--log", "log.jsonl")
    whole = Path("log.jsonl").read_bytes()
    Path("torn.jsonl").write_bytes(whole + b'{"in": "note_on", "time": 99')
    found = told(run, "torn.jsonl")
    assert found["missing"] == ["The last part of the log is torn and was left out."]
    assert found["features"] == told(run, "log.jsonl")["features"]


def test_a_damaged_log(run: Run, tmp_path: Path) -> None:
    """Damage before the end is refused in one sentence: what was played would not be what is told."""
    tune = save(tmp_path / "tune.mid", ("flute", timed(EVEN)))
    run("answer", tune, "-o", "out.mid", "--log", "log.jsonl")
    whole = Path("log.jsonl").read_bytes()
    Path("bad.jsonl").write_bytes(whole.replace(b'"velocity": 60', b'"velocity": 61', 1))
    code, out, err = run("analyse", "bad.jsonl")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "damaged" in err


def test_several_makers(tmp_path: Path) -> None:
    """All makers together are the first player, and each stands alone, too; a tap has no made-up force."""
    events: list[Input] = []
    for maker, pitch in (("ada", 60), ("bo", 67)):
        for n in range(10):
            events.append(NoteOn(n, n, MakerId(maker), pitch, 80))
            events.append(NoteOff(n + 0.5, n + 0.5, MakerId(maker), pitch))
    events.append(Tap(9.7, 9.7, MakerId("cy"), None))
    path = tmp_path / "log.jsonl"
    path.write_bytes(taken(sorted(events, key=lambda e: e.heard)))
    playing = players.read(path)
    assert [p.name for p in playing.players] == ["maker", "partner", "ada", "bo", "cy"]
    assert playing.coupled
    assert playing.pairs == ((2, 3), (2, 4), (3, 4))
    assert [len(p) for p in playing.players[2:]] == [10, 10, 1]
    assert len(playing.players[0]) == 21
    assert str(playing.players[4].pitch[0]) == str(playing.players[4].velocity[0]) == "nan"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"MThd", "damaged"),
        (b"RIFF....WAVE", "damaged"),
        (b"hello", "neither"),
        (b"{}", "log"),
    ],
    ids=["empty", "header", "sound", "text", "json"],
)
def test_what_is_no_recording(run: Run, tmp_path: Path, data: bytes, says: str) -> None:
    """Files of other kinds are refused in one sentence, exit 2."""
    (tmp_path / "x").write_bytes(data)
    code, out, err = run("analyse", "x")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_tables_as_csv(run: Run, duo: Path) -> None:
    """--csv writes one file for each table, with the numbers of the object, an empty cell for null."""
    found = told(run, duo, "--csv", "tables")
    assert {p.name for p in Path("tables").iterdir()} == {f"{name}.csv" for name in TABLES}
    with Path("tables/windows.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["player"] for row in rows] == ["client"] * 14 + ["therapist"] * 14
    for name in FEATURES:
        curve = [*found["features"][name]["client"], *found["features"][name]["therapist"]]
        assert [float(row[name]) if row[name] else None for row in rows] == curve


def test_a_study_as_parquet(run: Run, duo: Path) -> None:
    """Many files at once become one Parquet file, in the order in which they were named."""
    other = save(duo.with_name('other "so".mid'), ("a", timed(EVEN)), ("b", timed(LATER[:4], 1)))
    code, out, err = run("analyse", duo, other, "--parquet", "study.parquet")
    assert (code, out, err) == (0, "Wrote study.parquet\n", "")
    columns = "file, player, count(*), sum(density)"
    rows = duckdb.sql(
        f"SELECT {columns} FROM 'study.parquet' GROUP BY file, player, place ORDER BY file, place"
    )
    assert rows.fetchall() == [
        (str(duo), "client", 14, 28.0), (str(duo), "therapist", 14, 28.0),
        (str(other), "a", 14, 28.0), (str(other), "b", 14, pytest.approx(6 / 6, abs=2e-6)),
    ]  # fmt: skip


def test_a_study_with_a_bad_file_writes_nothing(run: Run, duo: Path) -> None:
    """Each file that cannot be read is named in one line, and no table is written."""
    Path("bad.mid").write_bytes(b"MThd")
    code, out, err = run("analyse", duo, "bad.mid", "--csv", "tables", "--parquet", "study.parquet")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "bad.mid" in err
    assert not Path("tables").exists()
    assert not Path("study.parquet").exists()


def test_several_files_need_a_table(run: Run, duo: Path) -> None:
    """Without --csv or --parquet several files are refused, and a table never overwrites its source."""
    code, out, err = run("analyse", duo, duo)
    assert (code, out) == (2, "")
    assert "--parquet" in err
    code, out, err = run("analyse", duo, "--parquet", duo)
    assert (code, out) == (2, "")
    assert "overwritten" in err


def test_exchanging_the_players_exchanges_their_curves(run: Run, duo: Path) -> None:
    """Named the other way round, the same curves: neither side is treated differently."""
    one = told(run, duo)
    other = told(run, duo, "--player", "therapist", "--player", "client")
    assert other["players"] == one["players"][::-1]
    assert other["features"] == one["features"]


def test_the_same_file_gives_the_same_bytes(run: Run, duo: Path) -> None:
    """Twice the same command: the same output."""
    assert run("analyse", duo) == run("analyse", duo)


@pytest.mark.parametrize("command", ["--version", "answer", "listen"])
def test_what_is_played_needs_no_arrays(duo: Path, command: str) -> None:
    """The command starts, answers and listens where numpy and DuckDB cannot even be imported."""
    arguments = {"--version": [], "answer": [duo, "-o", duo.with_name("out.mid")], "listen": [duo]}
    program = (
        "import sys; sys.modules.update(numpy=None, duckdb=None)\nfrom undersong import cli\ncli.main()\n"
    )
    told = [command, *map(str, arguments[command])]
    done = subprocess.run(
        [sys.executable, "-c", program, *told], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_numbers_for_json() -> None:
    """Six decimals, None for what is not finite, and never a negative zero."""
    import numpy as np

    values = np.array([1 / 3, np.nan, -1e-9, np.inf])
    assert json.dumps(telling.told(values)) == "[0.333333, null, 0.0, null]"


def test_the_examples_of_the_docs(run: Run, duo: Path) -> None:
    """The queries and the lines for a notebook in docs/analysis.md do what is said there."""
    page = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")
    blocks = [
        "\n".join(line[4:] for line in block.splitlines())
        for block in page.split("\n\n")
        if block.startswith("    ")
    ]
    study = next(block for block in blocks if block.startswith("pip install"))
    assert "undersong analyse recordings/*.mid --parquet study.parquet" in study
    assert run("analyse", duo, duo, "--parquet", "study.parquet")[0] == 0
    queries = [block.replace("\n", " ") for block in blocks if block.startswith("SELECT")]
    assert len(queries) >= 2
    for query in queries:
        assert duckdb.sql(query).fetchall(), query
    duo.rename("duet.mid")
    notebook = blocks[next(n for n, block in enumerate(blocks) if block.startswith("from pathlib")) :]
    names: dict[str, Any] = {}
    exec("\n".join(notebook[:2]), names)
    assert list(names["density"]) == [2.0] * 14
