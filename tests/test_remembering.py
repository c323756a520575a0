"""The log: reads back to the bit, tells damage, loses nothing that was sealed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playing import MAKERS, streams
from undersong import EventError, Limits, Plan
from undersong.events import Chose, Input, NoteOn, Play, Release, Retract
from undersong.remembering import log as codec

HEADER = codec.Header(
    "0.1.0", "engine", 7, Plan(limits=Limits(loudest=80)), ("a", "b"), "2026-01-01T00:00:00+00:00"
)


def written(chunks: list[list[Input]]) -> bytes:
    writer = codec.LogWriter(HEADER)
    data = b""
    for chunk in chunks:
        for event in chunk:
            writer.input(event)
        data += writer.seal()
    return data


@settings(max_examples=60, deadline=None)
@given(streams(), st.integers(1, 9))
def test_a_log_reads_back_to_the_bit(events: list[Input], size: int) -> None:
    """Header and events come back equal, however they were cut into chunks."""
    chunks = [events[i : i + size] for i in range(0, len(events), size)]
    log = codec.read(written(chunks))
    assert log.header == HEADER
    assert log.inputs == tuple(events)
    assert log.dropped is None


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_a_torn_end_loses_only_the_torn_chunk(events: list[Input], data: st.DataObject) -> None:
    """Cut anywhere: what was sealed before the cut is all there, and the loss is said."""
    first, second = events[: len(events) // 2], events[len(events) // 2 :]
    sealed = written([first])
    whole = written([first, second])
    cut = data.draw(st.integers(len(sealed), len(whole)))
    log = codec.read(whole[:cut])
    assert log.inputs in (tuple(first), tuple(events))
    assert (log.dropped is None) == (cut in (len(sealed), len(whole)))


@settings(max_examples=80, deadline=None)
@given(streams(), st.data())
def test_no_flipped_bit_passes(events: list[Input], data: st.DataObject) -> None:
    """One changed byte in a log is refused, or costs only a torn last chunk that is said; no event
    ever comes back changed."""
    whole = written([events[:3], events[3:]])
    at = data.draw(st.integers(0, len(whole) - 2))
    bit = 1 << data.draw(st.integers(0, 7))
    broken = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
    try:
        log = codec.read(broken)
    except EventError:
        return
    assert log.dropped is not None
    assert log.inputs == tuple(events)[: len(log.inputs)]


def test_outputs_and_their_order() -> None:
    """Plays, retractions, releases and reasons come back in the order in which they went."""
    out = [
        Chose(0.1, "holding", "Because it is – loud."),
        Play(1, 0.30000000000000004, "reactive", "bass", 48, 40, 8.4),
        Retract(1, 0.35),
        Release(2, 1 / 3, 0.6),
    ]
    writer = codec.LogWriter(HEADER)
    writer.outputs(out)
    assert list(codec.read(writer.seal()).outputs) == out


def test_the_first_line_is_the_documented_header() -> None:
    """Other programs read the header by these names."""
    head = json.loads(written([[]]).splitlines()[0])
    assert set(head) == {
        "undersong", "log", "engine", "seed", "plan", "techniques", "tables", "memory", "started",
    }  # fmt: skip
    assert head["log"] == 1


def test_what_is_no_log_is_refused_in_a_sentence() -> None:
    """Other files, newer formats, unknown events: one sentence that says what to do or what it is."""
    for data in (b"", b"hello\n", b'{"undersong": "1"}\n', b"\x00" * 400, b"[]\n"):
        with pytest.raises(EventError, match=r"^This is not a session log"):
            codec.read(data)
    newer = written([[]]).replace(b'"log": 1', b'"log": 2')
    body = newer.split(b'{"chunk"')[0]
    with pytest.raises(EventError, match="please update"):
        codec.read(_resealed(body))
    strange = _resealed(body.replace(b'"log": 2', b'"log": 1') + b'{"in": "whistle", "time": 1}\n')
    with pytest.raises(EventError, match="no event that this version knows"):
        codec.read(strange)
    wrong = NoteOn(1.0, 1.0, MAKERS[0], 60, 64)
    line = codec.encode(wrong).replace("60", "600")
    with pytest.raises(EventError, match="pitch"):
        codec.decode(line)


def _resealed(body: bytes) -> bytes:
    import zlib
    from hashlib import sha256

    end = {"chunk": 1, "crc": zlib.crc32(body), "sha256": sha256(body).hexdigest()}
    return body + json.dumps(end, separators=(", ", ": ")).encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        '{"out": "play", "id": 1, "at": Infinity, "kind": "planned", "voice": "bass", "pitch": 40, '
        '"velocity": 30, "seconds": 1}',
        '{"out": "play", "id": 1, "at": 1, "kind": "planned", "voice": "bass", "pitch": 999, '
        '"velocity": 30, "seconds": 1}',
        '{"out": "play", "id": 1, "at": 1, "kind": "planned", "voice": "kazoo", "pitch": 40, '
        '"velocity": 30, "seconds": 1}',
        '{"out": "chose", "time": 1, "technique": 3, "because": "x"}',
        '{"in": "steer", "time": 1, "heard": 1, "maker": "a", "what": "technique", "technique": []}',
        '{"in": "note_on", "time": 1'
        + "0" * 400
        + ', "heard": 1, "maker": "a", "pitch": 60, "velocity": 9}',
        '{"in": "note_on", "time": 1, "heard": 1, "maker": "a\\u2028b", "pitch": 60, "velocity": 9}',
        "[" * 100_000,
    ],
)
def test_a_crafted_line_is_refused(line: str) -> None:
    """Values that no session writes are refused by our own error, whatever they are."""
    with pytest.raises(EventError):
        codec.decode(line)


def test_a_tampered_last_chunk_is_not_called_torn() -> None:
    """A sealed chunk whose content was changed is damage, wherever it lies."""
    events: list[Input] = [NoteOn(float(n), float(n), MAKERS[0], 60, 64) for n in range(6)]
    whole = written([events[:3], events[3:]])
    changed = whole.replace(b'"time": 5.0', b'"time": 5.5')
    with pytest.raises(EventError, match="damaged in chunk 2"):
        codec.read(changed)
