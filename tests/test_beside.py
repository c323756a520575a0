"""Two makers of whom one is loud and quick, the other shy: the shy one is heard, and answered."""

from __future__ import annotations

from playing import outputs
from undersong.chance import Chance
from undersong.events import Chose, HeardBeat, Input, MakerId, NoteOn, Output, Play, Retract, Seconds
from undersong.testing.makers import Stage
from undersong.theory.loudness import level

QUICK, SHY = MakerId("left"), MakerId("right")
TUNE = (60, 64, 67, 64, 72, 67, 64, 62)
FIGURE = ((0.0, 69), (0.9, 72), (1.8, 71), (3.0, 69))
LONG: Seconds = 120.0


def quick(until: Seconds, *, rests: bool = False) -> list[Input]:
    """Three notes a second, loud; with ``rests``, three seconds of silence after every twelve."""
    chance, stage, time, count = Chance(1), Stage(QUICK), 1.0, 0
    while time < until:
        stage.note(time, 0.22, TUNE[count % 8], 100 + chance.spread("touch", 4))
        count += 1
        time += 0.3 + chance.spread("motor", 0.008) + (3.0 if rests and count % 12 == 0 else 0.0)
    return stage.events()


def shy(until: Seconds) -> list[Input]:
    """A slow figure of four soft notes, and long pauses."""
    chance, stage, time = Chance(2), Stage(SHY), 3.0
    while time < until:
        for after, pitch in FIGURE:
            at = time + after + chance.spread("motor", 0.04)
            stage.note(at, 0.7, pitch, 45 + chance.spread("touch", 3))
        time += 3.0 + chance.between("pause", 3.5, 6.0)
    return stage.events()


def both(*, rests: bool = False) -> tuple[list[Input], list[Output]]:
    events = sorted([*quick(LONG, rests=rests), *shy(LONG)], key=lambda e: e.heard)
    return events, outputs(events)


def melody(out: list[Output]) -> list[Play]:
    gone = {o.id for o in out if isinstance(o, Retract)}
    return [o for o in out if isinstance(o, Play) and o.voice == "melody" and o.id not in gone]


def test_the_shy_ones_figure_is_given_back_under_the_quick_ones_playing() -> None:
    """What is quoted is the shy one's own, three notes of it or more, while the quick one plays on."""
    events, out = both()
    echoes = [o.time for o in out if isinstance(o, Chose) and o.technique == "imitating"]
    said = [[p.pitch for p in melody(out) if at <= p.at < at + 6.0] for at in echoes]
    quoted = [pitches for pitches in said if len(pitches) >= 3]
    assert quoted
    figure = [pitch for _, pitch in FIGURE]
    for pitches in quoted:
        shift = pitches[0] - figure[0]
        assert shift % 12 == 0
        assert pitches == [pitch + shift for pitch in figure[: len(pitches)]]
    first = echoes[said.index(quoted[0])]
    assert (
        sum(isinstance(e, NoteOn) and e.maker == QUICK and first < e.time < first + 4.0 for e in events) > 8
    )


def test_what_is_quoted_yields_to_whoever_comes_in_after_a_pause() -> None:
    """No note of a reply begins more than 150 ms after a maker, whoever it is, has come in again."""
    events, out = both(rests=True)
    last: dict[MakerId, Seconds] = {}
    entries = []
    for event in events:
        if isinstance(event, NoteOn):
            if event.time - last.get(event.maker, -9.0) > 1.0:
                entries.append(event.time)
            last[event.maker] = event.time
    replies = [o.time for o in out if isinstance(o, Chose) and o.technique == "imitating"]
    notes = melody(out)
    assert len(notes) >= 4
    for play in notes:
        begun = max((at for at in replies if at <= play.at), default=0.0)
        assert not [at for at in entries if begun < at < play.at - 0.15 and play.at < at + 1.0], play


def test_the_quick_one_gives_the_beat_and_the_shy_one_the_level() -> None:
    """The quick one's beat is heard; nothing that the partner plays is louder than the shy one."""
    events, out = both()
    beats = [o for o in out if isinstance(o, HeardBeat) and o.time > 20.0 and o.maker == QUICK]
    assert beats
    softest = level(max(e.velocity for e in events if isinstance(e, NoteOn) and e.maker == SHY))
    loud = [p for p in out if isinstance(p, Play) and 10.0 < p.at < LONG - 10.0]
    assert len(loud) > 10
    assert max(level(p.velocity, p.voice) for p in loud) <= softest
