"""Does the partner hear itself through the microphone, and what of the maker is lost by keeping it out?

    python benchmarks/bleed.py [--most 4]

Duets: a sung tune (tests/singing.py, a man's, a woman's and a child's throat in turn) is answered by the
partner from its true notes; what the partner played is rendered with the page's own synthesiser and mixed
into the voice with 20 ms of delay, its mean level (over the time in which it sounds) so many dB from the
voice's. The mix goes through the live path: edges.microphone.Ear in 11 ms blocks, then transcribing.bleed.

Alone: the maker is silent, the same partner sounds in the room. Own: notes and strokes a minute that pass
as the maker's all the same. Answers: what a fresh partner begins upon them, attacks a minute; each is a
partner that answers itself. With the voice: heard, the share of the maker's notes heard without any
partner that are still heard (onset within 100 ms, pitch within a semitone); false, what passes beside the
maker's own notes, a minute, less what is false without a partner. Beside each: the same without the gate.
The gate's two margins were chosen on duets 0 to 3; those reported are others: the tunes a third higher,
at other tempos, each under another technique and another throat.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import results
from tables import table
from undersong import Plan, Rules, Session, perform
from undersong.edges.microphone import Ear, can_hear
from undersong.edges.render import RATE, Renderer
from undersong.errors import UsageError
from undersong.events import (
    Input,
    MakerId,
    NoteOff,
    NoteOn,
    Output,
    Play,
    Release,
    Retract,
    Seconds,
    Tap,
)
from undersong.plugins import techniques
from undersong.transcribing.bleed import Bleed
from undersong.transcribing.heard import NoteBegan, NoteEnded, Struck, Transcribed

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

LEVELS = (-24.0, -18.0, -12.0, -6.0)  # dB, the partner against the voice
VOICE = -20.0  # dB below full scale, the mean of the sung notes
ROOM = -65.0  # dB, noise of the room
DELAY: Seconds = 0.02
BLOCK = 512  # samples
AHEAD: Seconds = 0.25  # by which planned notes are told
WRONG: Seconds = 0.07  # as headless Chromium was seen to be
NEAR: Seconds = 0.1
TUNES: tuple[tuple[tuple[int, float], ...], ...] = (
    ((62, 1), (64, 1), (66, 1), (69, 2), (66, 1), (64, 1), (62, 2), (0, 2)),
    ((60, 1.5), (64, 0.5), (67, 1), (65, 1), (64, 1), (62, 1), (60, 2), (0, 1.5)),
    ((57, 1), (60, 1), (64, 1), (62, 0.5), (60, 0.5), (59, 1), (57, 3), (0, 2)),
    ((67, 0.5), (69, 0.5), (71, 1), (74, 1), (71, 1), (69, 1), (67, 2), (0, 1.5)),
)
ROUNDS = 3  # of a tune in a duet
REPORTED = (4, 5, 6, 7)
TECHNIQUES = (None, "accompanying", "synchronising", "reflecting")  # of the duets, in turn
Samples = NDArray[np.float32]
Note = tuple[Seconds, Seconds, int]


@dataclass(frozen=True)
class Duet:
    """One duet: the maker's true notes, the voice, the partner's outputs and their sound."""

    notes: tuple[Note, ...]
    voice: Samples
    outputs: tuple[Output, ...]
    partner: Samples


def sing(number: int) -> Duet:
    """One of the duets. Raises UsageError where sound cannot be rendered."""
    from singing import sung

    beat = (0.55, 0.48, 0.62, 0.5, 0.58, 0.66, 0.52, 0.6)[number]
    notes: list[Note] = []
    now = 1.0
    for written, beats in TUNES[number % len(TUNES)] * ROUNDS:
        pitch = written and written + 4 * (number // len(TUNES))
        if pitch:
            notes.append((now, now + beats * beat * 0.88, pitch))
        now += beats * beat
    inputs: list[Input] = []
    maker = MakerId("you")
    for on, off, pitch in notes:
        inputs += [
            NoteOn(on, on + 0.07, maker, pitch, 64),
            NoteOff(off, off + 0.07, maker, pitch),
        ]
    plan = Plan(technique=TECHNIQUES[(number + number // len(TUNES)) % len(TECHNIQUES)])
    session = Session(plan, seed=number, techniques=techniques(), policy=Rules())
    outputs = perform(session, sorted(inputs, key=lambda e: e.heard), now)
    with Renderer() as renderer:
        raw = b"".join(renderer.chunks([], outputs, now + 0.5))
    partner = np.frombuffer(raw, "<i2").reshape(-1, 2).mean(axis=1).astype(np.float32) / np.float32(32768)
    size = (1.0, 1.18, 1.35)[number % 3]
    voice = sung(notes, RATE, size=size, vibrato=0.2, level=VOICE, noise=ROOM, seed=number)
    length = min(len(voice), len(partner))
    return Duet(tuple(notes), voice[:length], tuple(outputs), partner[:length])


def mixed(duet: Duet, level: float | None, *, alone: bool = False) -> Samples:
    """The voice (or only the room, ``alone``) with the partner at that level (None: without it)."""
    chance = np.random.default_rng(7)
    room = (10 ** (ROOM / 20) * chance.standard_normal(len(duet.voice))).astype(np.float32)
    mix = room if alone else duet.voice.copy()
    if level is not None:
        loud = duet.partner[np.abs(duet.partner) > 1e-4]
        mean = float(np.sqrt(np.mean(np.square(loud)))) if len(loud) else 1.0
        late = round(DELAY * RATE)
        gain = np.float32(10 ** ((VOICE + level) / 20) / mean)
        mix[late:] += gain * duet.partner[: len(mix) - late]
    return np.clip(mix, -1, 1)


def heard(mix: Samples) -> list[tuple[Seconds, list[Transcribed]]]:
    """What is transcribed of a mix: each block's time, and what is known after it."""
    ear = Ear(RATE)
    data = (mix * 32767).astype("<i2")
    return [
        (begin / RATE, ear.feed(begin / RATE, data[begin : begin + BLOCK].tobytes()))
        for begin in range(0, len(data), BLOCK)
    ]


def gated(
    duet: Duet, blocks: list[tuple[Seconds, list[Transcribed]]], early: Seconds = 0.0
) -> list[Transcribed]:
    """What of it passes the gate, which is told of the partner's notes as the server tells it; they come
    ``early``, because the clocks of loudspeaker and microphone are thought to agree and do not."""
    bleed = Bleed()
    told = sorted(
        (output for output in duet.outputs if isinstance(output, (Play, Release, Retract))), key=_told_at
    )
    passed: list[Transcribed] = []
    next_ = 0
    for at, block in blocks:
        while next_ < len(told) and _told_at(told[next_]) <= at:
            _tell(bleed, told[next_], early)
            next_ += 1
        passed += [own for one in block for own in bleed.hear(one)]
    return passed


def unsure(duet: Duet, blocks: list[tuple[Seconds, list[Transcribed]]]) -> list[Transcribed]:
    """What passes the gate where the clocks are wrong by WRONG."""
    return gated(duet, blocks, WRONG)


def ungated(_: Duet, blocks: list[tuple[Seconds, list[Transcribed]]]) -> list[Transcribed]:
    """All of it: no gate."""
    return [one for _, block in blocks for one in block]


def answers(passed: list[Transcribed], seconds: Seconds) -> int:
    """How many attacks a fresh partner plays who takes what passed for a maker's playing."""
    session = Session(Plan(), seed=0, techniques=techniques(), policy=Rules())
    maker = MakerId("you")
    inputs: list[Input] = []
    for one in passed:
        match one:
            case NoteBegan(time=time, onset=onset, pitch=pitch, velocity=velocity):
                inputs.append(NoteOn(onset, time, maker, pitch, velocity))
            case NoteEnded(time=time, offset=offset, pitch=pitch):
                inputs.append(NoteOff(offset, time, maker, pitch))
            case Struck(time=time, onset=onset, velocity=velocity):
                inputs.append(Tap(onset, time, maker, velocity))
    outputs = perform(session, sorted(inputs, key=lambda event: event.heard), seconds)
    return len({round(output.at, 2) for output in outputs if isinstance(output, Play)})


def _attacks(passed: list[Transcribed]) -> list[tuple[Seconds, int | None]]:
    """Onset and pitch (None: a stroke)."""
    return [
        (one.onset, one.pitch if isinstance(one, NoteBegan) else None)
        for one in passed
        if isinstance(one, (NoteBegan, Struck))
    ]


def _told_at(output: Play | Release | Retract) -> Seconds:
    if isinstance(output, Play):
        return output.at - (AHEAD if output.kind == "planned" else 0.03)
    return output.at - (output.over if isinstance(output, Release) else 0.0)


def _tell(bleed: Bleed, output: Play | Release | Retract, early: Seconds) -> None:
    match output:
        case Play(id=id_, at=at, seconds=seconds, pitch=pitch, velocity=velocity, voice=voice):
            bleed.sounds(id_, at + early, seconds, pitch, velocity, voice, planned=output.kind == "planned")
        case Release(id=id_, at=at):
            bleed.ends(id_, at + early)
        case Retract(id=id_):
            bleed.never(id_)


def found(notes: tuple[Note, ...], passed: list[Transcribed]) -> tuple[set[int], int]:
    """Which of the notes were heard, and how much passed that is none of them."""
    left = _attacks(passed)
    hits: set[int] = set()
    for number, (on, _, pitch) in enumerate(notes):
        for one in left:
            if one[1] is not None and abs(one[0] - on) <= NEAR and abs(one[1] - pitch) <= 1:
                left.remove(one)
                hits.add(number)
                break
    return hits, len(left)


def sections(most: int) -> list[str]:
    """The table, over ``most`` duets, four at most."""
    missing = can_hear()
    if missing is not None:
        return [missing]
    try:
        duets = [sing(number) for number in REPORTED[:most]]
    except UsageError as error:
        return [str(error)]
    minutes = sum(len(duet.voice) for duet in duets) / RATE / 60
    clear = [found(duet.notes, ungated(duet, heard(mixed(duet, None)))) for duet in duets]
    known = sum(len(hits) for hits, _ in clear)
    false = sum(wrong for _, wrong in clear)
    rows = []
    for level in LEVELS:
        alone = [heard(mixed(duet, level, alone=True)) for duet in duets]
        both = [heard(mixed(duet, level)) for duet in duets]
        for name, gate in (("gate", gated), ("gate, 70 ms wrong", unsure), ("none", ungated)):
            own = [gate(duet, blocks) for duet, blocks in zip(duets, alone, strict=True)]
            began = sum(
                answers(passed, len(duet.voice) / RATE) for duet, passed in zip(duets, own, strict=True)
            )
            hits = [found(duet.notes, gate(duet, blocks)) for duet, blocks in zip(duets, both, strict=True)]
            kept = sum(len(before & now) for (before, _), (now, _) in zip(clear, hits, strict=True))
            wrong = sum(wrong for _, wrong in hits)
            rows.append([
                f"{level:+.0f} dB, {name}", f"{sum(len(_attacks(passed)) for passed in own) / minutes:.1f}",
                f"{began / minutes:.1f}", f"{kept / known:.3f}", f"{(wrong - false) / minutes:+.1f}",
            ])  # fmt: skip
    head = ["partner", "own/min", "answers/min", "heard", "false/min"]
    sung_notes = sum(len(duet.notes) for duet in duets)
    return [
        f"{len(duets)} duets, {minutes:.1f} min, {sung_notes} sung notes, {known} of them heard without a "
        f"partner\n\n{table(head, rows)}"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--most", type=int, default=4, help="duets")
    most = parser.parse_args().most
    for section in results.write("the partner in the microphone", lambda: sections(most)):
        print(section)


if __name__ == "__main__":
    main()
