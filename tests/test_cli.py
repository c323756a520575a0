"""The commands, as a person or a program meets them: real files, real exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest

from client import Run
from undersong import cli
from undersong.edges import midi
from undersong.edges.house import House
from undersong.events import Input
from undersong.testing import makers
from undersong.testing.scenes import FRAGMENTS, read_playing


def save(path: Path, events: list[Input], name: str = "flute") -> Path:
    path.write_bytes(midi.write([(name, [t for e in events for t in midi.messages(e)])], 1000))
    return path


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    return save(tmp_path / "tune.mid", FRAGMENTS[0].events())


def test_answer_writes_the_duet(run: Run, tune: Path) -> None:
    """Format 1, one tick a millisecond, maker and bass on tracks of their names, in time."""
    assert run("answer", tune, "-o", "out.mid") == (0, "", "")
    file = mido.MidiFile("out.mid")
    assert (file.type, file.ticks_per_beat) == (1, 500)
    assert [t.name for t in file.tracks[1:]] == ["maker: flute", "partner: bass", "partner: melody"]
    assert abs(file.length - 33.73) < 0.01


def test_the_same_input_gives_the_same_bytes(run: Run, tune: Path) -> None:
    """Twice the same command: the same bytes. Another seed: another touch."""
    for name, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        assert run("answer", tune, "-o", f"{name}.mid", "--seed", seed)[0] == 0
    assert Path("a.mid").read_bytes() == Path("b.mid").read_bytes()
    assert Path("a.mid").read_bytes() != Path("c.mid").read_bytes()


def test_answer_leaves_nothing_due_after_25_seconds(run: Run, tmp_path: Path) -> None:
    """The partner's last note has ended at most 25 s after the last input, whatever the technique."""
    events = makers.storming([(n, 1, 60 + n % 7) for n in range(80)], 1)
    path = save(tmp_path / "storm.mid", events)
    for technique in ("holding", "rhythmic-grounding", "tonal-grounding", "giving-space"):
        assert run("answer", path, "-o", "out.mid", "--technique", technique)[0] == 0
        assert mido.MidiFile("out.mid").length <= events[-1].heard + 25.001


def test_a_log_replays_and_renders(run: Run, tune: Path) -> None:
    """A log from answer replays the same, renders the same duet, and tells when it was changed."""
    run("answer", tune, "-o", "out.mid", "--log", "session.jsonl")
    code, out, _ = run("replay", "session.jsonl", "-o", "again.mid")
    assert (code, out.startswith("The same")) == (0, True)
    partner = [t for t in mido.MidiFile("again.mid").tracks if t.name == "partner: bass"]
    first = [t for t in mido.MidiFile("out.mid").tracks if t.name == "partner: bass"]
    assert partner == first
    text = Path("session.jsonl").read_text(encoding="utf-8")
    engine = json.loads(text.splitlines()[0])["engine"]
    Path("other.jsonl").write_bytes(_resealed(text.replace(engine, "9.9.9+ffff")))
    code, _, err = run("replay", "other.jsonl", "-o", "third.mid")
    assert (code, "9.9.9+ffff" in err, engine in err) == (2, True, True)
    assert Path("third.mid").read_bytes() == Path("again.mid").read_bytes()
    Path("changed.jsonl").write_bytes(_resealed(text.replace('"voice": "bass"', '"voice": "chords"')))
    code, out, _ = run("replay", "changed.jsonl")
    assert (code, "differs" in out, "chords" in out) == (1, True, True)


def test_outputs_missing_from_a_log_are_a_difference(run: Run, tune: Path) -> None:
    """A log from which everything that came out was taken is not the same session."""
    run("answer", tune, "-o", "out.mid", "--log", "session.jsonl")
    kept = [
        x for x in Path("session.jsonl").read_text(encoding="utf-8").splitlines() if '"out"' not in x[:8]
    ]
    Path("bare.jsonl").write_bytes(_resealed("\n".join(kept)))
    code, out, _ = run("replay", "bare.jsonl")
    assert (code, "nothing" in out) == (1, True)


def _resealed(text: str) -> bytes:
    import zlib
    from hashlib import sha256

    data, body, chain, number = b"", b"", "", 0
    for line in text.splitlines():
        if not line.startswith('{"chunk"'):
            body += line.encode() + b"\n"
            continue
        number += 1
        chain = sha256(chain.encode() + body).hexdigest()
        end = {"chunk": number, "crc": zlib.crc32(body), "sha256": chain}
        data += body + json.dumps(end, separators=(", ", ": ")).encode() + b"\n"
        body = b""
    return data


def test_listen_prints_what_is_heard(run: Run, tmp_path: Path) -> None:
    """One JSON object a line, in order of time, of the documented kinds."""
    tune = [(n, 1.0, (60, 62, 64, 67, 65, 64, 62, 69)[n % 8]) for n in range(40)]
    path = save(tmp_path / "steady.mid", makers.steady(tune, 1, unevenness=0.5))
    code, out, _ = run("listen", path)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    kinds = {next(k for k in line if k != "time") for line in lines}
    assert {"beat", "pulse", "tonality", "phrase", "state"} <= kinds
    beats = [line for line in lines if "beat" in line]
    assert all(line["beat"]["at"] >= line["time"] + 0.08 - 1e-6 for line in beats)


def test_several_makers_are_named(run: Run, tmp_path: Path) -> None:
    """With several makers each line says whose it is, and each has a track in the duet."""
    one = [t for e in read_playing("C4@0.5:1 E4@2:1 G4@4:1") for t in midi.messages(e)]
    two = [t for e in read_playing("C5@1:1 D5@3:1 C5@5:1") for t in midi.messages(e)]
    path = tmp_path / "two.mid"
    path.write_bytes(midi.write([("ada", one), ("béla", two)], 1000))
    _, out, _ = run("listen", path, "--maker", "ada", "--maker", "béla")
    assert {json.loads(x).get("maker") for x in out.splitlines()} == {"ada", "béla", None}
    assert run("answer", path, "-o", "out.mid", "--maker", "0", "--maker", "2")[0] == 2
    assert run("answer", path, "-o", "out.mid", "--maker", "1", "--maker", "2")[0] == 0
    names = [t.name for t in mido.MidiFile("out.mid", charset="utf-8").tracks]
    assert {"maker: ada", "maker: béla"} <= set(names)


def test_takes_are_kept_shown_exported_and_erased(run: Run, tune: Path, tmp_path: Path) -> None:
    """The whole life of a take; after it is erased nothing of it is left in the data folder."""
    assert run("sessions", "list")[1] == "Nothing has been kept yet.\n"
    out = run("answer", tune, "-o", "out.mid", "--keep")[1]
    id_ = out.removeprefix("Kept as ").strip().removesuffix(".")
    listed = json.loads(run("sessions", "list", "--json")[1])
    assert [set(take) for take in listed] == [
        {"id", "started", "seconds", "notes", "makers", "kept", "name"}
    ]
    assert (listed[0]["id"], listed[0]["notes"], listed[0]["makers"]) == (id_, 6, ["flute"])
    code, shown, _ = run("sessions", "show", id_)
    assert (code, "tonal-grounding" in shown) == (0, True)
    assert run("sessions", "export", id_, "--to", "away")[0] == 0
    file = mido.MidiFile("away/duet.mid")
    assert file.ticks_per_beat == 960
    channels = {m.channel for t in file.tracks for m in t if m.type == "note_on"}
    assert channels == {0, 1}
    assert run("replay", "away/log.jsonl")[0] == 0
    code, _, err = run("sessions", "delete", id_)
    assert (code, "--yes" in err) == (2, True)
    assert run("sessions", "delete", id_, "--yes")[0] == 0
    left = {p.name for p in (tmp_path / "data").rglob("*") if p.is_file()}
    assert left == {"record.db", "audit.jsonl", "audit.lock"}  # that keeping was agreed to, and when
    assert run("sessions", "show", id_)[0] == 2
    house = House(tmp_path / "data")
    assert (house.audited()[-1]["what"], house.audited()[-1]["item"]) == ("erase takes", id_)
    house.close()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_takes_are_private(run: Run, tune: Path, tmp_path: Path) -> None:
    """Nobody else on the machine can read what was kept, nor what was exported of it."""
    run("answer", tune, "-o", "out.mid", "--keep")
    (take,) = json.loads(run("sessions", "list", "--json")[1])
    assert run("sessions", "export", take["id"], "--to", "away")[0] == 0
    for path in [
        p for folder in ("data", "away") for p in (tmp_path / folder, *(tmp_path / folder).rglob("*"))
    ]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_unknown_take_is_told_apart_from_a_path(run: Run) -> None:
    """A name that is none, or that climbs out of the folder, is unknown."""
    for name in ("nothing", "../..", "20260101-000000-abcd", "/etc"):
        for command in (["show", name], ["delete", name, "--yes"], ["export", name, "--to", "x"]):
            code, _, err = run("sessions", *command)
            assert (code, "There is no session" in err) == (2, True)


BAD = (
    (["answer", "missing.mid", "-o", "out.mid"], "There is no file"),
    (["answer", ".", "-o", "out.mid"], "is a folder"),
    (["answer", os.devnull, "-o", "out.mid"], "not an ordinary file"),
    (["answer", "tune.mid", "-o", "nowhere/out.mid"], "no folder"),
    (["answer", "tune.mid", "-o", "."], "is a folder"),
    (["answer", "tune.mid", "-o", os.devnull], "not an ordinary file"),
    (["answer", "tune.mid", "-o", "tune.mid"], "overwritten"),
    (["answer", "tune.mid", "-o", "out.mid", "--log", "tune.mid"], "overwritten"),
    (["answer", "tune.mid", "-o", "out.mid", "--log", "./out.mid"], "overwritten"),
    (["answer", "tune.mid", "-o", "x" * 300], "cannot be written"),
    (["answer", "tune.mid", "-o", "out.mid", "--technique", "juggling"], "no technique 'juggling'"),
    (["answer", "tune.mid", "-o", "out.mid", "--seed", "x"], "--seed"),
    (["answer", "tune.mid", "-o", "out.mid", "--reaction-ms", "-3"], "--reaction-ms"),
    (["answer", "tune.mid", "-o", "out.mid", "--maker", "9"], "no track '9'"),
    (["answer", "tune.mid"], "-o"),
    (["answer"], "argument 'IN'"),
    (["listen", "text.mid"], "neither a MIDI file nor a WAV file"),
    (["replay", "tune.mid"], "not a session log"),
    (["replay", "."], "is a folder"),
    (["sessions", "export", "x"], "--to"),
    (["whistle"], "No such command"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"), BAD, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_what_is_wrong_is_said_in_one_line(run: Run, tune: Path, arguments: list[str], says: str) -> None:
    """Exit 2, one line on standard error that says what, nothing on standard output, no file left."""
    Path("text.mid").write_text("not music")
    before = {p: p.read_bytes() for p in Path().iterdir() if p.is_file()}
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert {p: p.read_bytes() for p in Path().iterdir() if p.is_file()} == before


def test_an_older_answer_survives_a_refusal(run: Run, tune: Path) -> None:
    """A refused file changes nothing at the place of the output."""
    Path("out.mid").write_bytes(b"the older one")
    Path("text.mid").write_text("not music")
    assert run("answer", "text.mid", "-o", "out.mid")[0] == 2
    assert Path("out.mid").read_bytes() == b"the older one"
    assert run("answer", tune, "-o", "out.mid")[0] == 0
    assert Path("out.mid").read_bytes()[:4] == b"MThd"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_said(run: Run, tune: Path, tmp_path: Path) -> None:
    """No traceback where the folder belongs to somebody else."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    code, _, err = run("answer", tune, "-o", folder / "out.mid")
    assert (code, "cannot be written" in err) == (2, True)


def test_a_note_held_for_an_hour(run: Run, tmp_path: Path) -> None:
    """One note that is let go after an hour: answered, quickly, and the partner does not drone on."""
    path = save(tmp_path / "long.mid", read_playing("C4@0.5:3600 E4@2:1"))
    assert run("answer", path, "-o", "out.mid")[0] == 0
    bass = next(t for t in mido.MidiFile("out.mid").tracks if t.name == "partner: bass")
    assert sum(m.time for m in bass) < 120_000


def test_our_own_fault_is_said_as_ours(run: Run, tune: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3 and a sentence, never a traceback."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(cli.offline, "play", broken)
    code, _, err = run("answer", tune, "-o", "out.mid")
    assert (code, "our own fault" in err, "Traceback" in err) == (3, True, False)
    assert not Path("out.mid").exists()


def test_doctor_says_that_all_is_well(run: Run, tmp_path: Path) -> None:
    """Exit 0 here; exit 1 and a way out where the data folder cannot be one."""
    code, out, _ = run("doctor")
    assert (code, "All is well." in out) == (0, True)
    (tmp_path / "file").write_text("")
    code, out, _ = run("doctor", "--data", tmp_path / "file")
    assert (code, "--data" in out) == (1, True)


def test_the_installed_command_answers_from_any_folder(tmp_path: Path, tune: Path) -> None:
    """The real command in a real process, without this checkout in sight."""
    command = Path(sys.executable).parent / "undersong"
    done = subprocess.run(
        [command, "answer", tune.name, "-o", "out.mid"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out.mid").stat().st_size > 100


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_output_is_said(tmp_path: Path, tune: Path) -> None:
    """Standard output that cannot be written: exit 2, one sentence. A reader who stops early: exit 0."""
    listen = [Path(sys.executable).parent / "undersong", "listen", tune]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(listen, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n"), "Traceback" in done.stderr) == (2, 1, False)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(listen, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_shown_steers_the_terminal(run: Run, tune: Path) -> None:
    """A file's name, or a reason in a crafted log, cannot send escape sequences to the terminal."""
    code, _, err = run("answer", "\x1b[31mred.mid", "-o", "out.mid")
    assert (code, "\x1b" in err, "?[31mred.mid" in err) == (2, False, True)
    run("answer", tune, "-o", "out.mid", "--log", "session.jsonl")
    text = Path("session.jsonl").read_text(encoding="utf-8")
    Path("crafted.jsonl").write_bytes(_resealed(text.replace("You try", "\\u001b[31mYou try")))
    code, out, err = run("replay", "crafted.jsonl")
    assert (code, "\x1b" in out + err) == (2, False)
