"""Two Sessions face to face."""

from playing import session
from undersong import Plan
from undersong.events import MakerId, NoteOff, NoteOn, Play, Steer
from undersong.testing.duo import Duo

MAKER = MakerId("first")


def started(seed: int) -> Duo:
    duo = Duo(session(Plan(), 1), session(Plan(technique="synchronising"), 2), seed=seed)
    duo.give(0, [Steer(0.0, 0.0, MAKER, "partner_starts")])
    duo.play(30.0)
    return duo


def test_two_sessions_play_together() -> None:
    """One starts a groove; the other finds its beat and joins; both hear what the other sounds."""
    duo = started(1)
    first, second = duo.players
    assert sum(isinstance(o, Play) for o in first.outputs) > 20
    assert sum(isinstance(o, Play) for o in second.outputs) > 20
    assert len(second.inputs) >= len([o for o in first.outputs if isinstance(o, Play) and o.at < 29.0])


def test_a_duo_is_exact() -> None:
    """The same seed gives the same duet; another another."""
    assert started(1).players[1].outputs == started(1).players[1].outputs
    assert started(1).players[1].outputs != started(2).players[1].outputs


def test_every_note_that_is_heard_ends() -> None:
    """What one hears of the other begins and ends, in order, once."""
    duo = Duo(
        session(Plan(technique="tonal-grounding"), 1), session(Plan(technique="imitating"), 2), seed=3
    )
    notes = [(0.5, 60), (1.0, 64), (1.5, 67)]
    given = [NoteOn(t, t, MAKER, p, 70) for t, p in notes] + [
        NoteOff(t + 0.4, t + 0.4, MAKER, p) for t, p in notes
    ]
    for who in (0, 1):
        duo.give(who, sorted(given, key=lambda e: e.heard))
    duo.play(90.0)
    assert len(duo.players[0].inputs) > len(given)
    for player in duo.players:
        times = [event.heard for event in player.inputs]
        assert times == sorted(times)
        sounding: dict[tuple[str, int], int] = {}
        for event in player.inputs:
            if isinstance(event, NoteOn):
                sounding[event.maker, event.pitch] = sounding.get((event.maker, event.pitch), 0) + 1
            elif isinstance(event, NoteOff):
                sounding[event.maker, event.pitch] -= 1
        assert set(sounding.values()) == {0}
