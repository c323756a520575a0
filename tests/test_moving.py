"""Whether two makers move together: said of those who do, hardly ever of those who do not."""

from __future__ import annotations

from undersong.chance import Chance
from undersong.events import HeardTogether, Input, Leave, MakerId, Seconds, Tap
from undersong.listening.listener import Listener
from undersong.testing.makers import MOTOR, TIMEKEEPER, Timekeeper

LEFT, RIGHT = MakerId("left"), MakerId("right")
PAIRS = 200
SEEDS = range(1000, 1000 + PAIRS)  # others than those by which the listener was set
LASTS: Seconds = 60.0


def told(events: list[Input], until: Seconds) -> list[HeardTogether]:
    """What a listener tells of their moving together."""
    listener = Listener()
    heard: list[HeardTogether] = []

    def advance(to: Seconds) -> None:
        while (wake := listener.wake_at) is not None and wake <= to:
            heard.extend(h for h in listener.advance(wake) if isinstance(h, HeardTogether))

    for event in sorted(events, key=lambda e: e.heard):
        advance(event.heard)
        heard.extend(h for h in listener.hear(event) if isinstance(h, HeardTogether))
    advance(until)
    return heard


def taps(maker: MakerId, times: list[Seconds]) -> list[Input]:
    return [Tap(time, time, maker, 64) for time in times]


def alone(seed: int) -> tuple[list[Seconds], list[Seconds]]:
    """Two who tap each at a tempo of their own, as people's own tempi lie, and hear nothing."""
    chance = Chance(seed)
    both = []
    for name in ("first", "second"):
        period = 0.6 * 2.0 ** chance.spread(name, 0.35)
        keeper = Timekeeper(period, Chance(2 * seed + len(both)))
        begins = 1.0 + chance.unit(name) * period
        count = int(LASTS / period)
        both.append(sorted(begins + keeper.time(beat) for beat in range(count)))
    return both[0], both[1]


def coupled(seed: int, until: Seconds = LASTS) -> tuple[list[Seconds], list[Seconds]]:
    """Two who tap together: each puts right a third of the distance to the other's last tap, and a tenth in
    the tempo, as people do."""
    chance = Chance(seed)
    period = 0.6 * 2.0 ** chance.spread("tempo", 0.35)
    periods, at = (
        [period, period * (1 + chance.spread("tempo", 0.04))],
        [1.0, 1.0 + chance.unit("start") * 0.2],
    )
    both: tuple[list[Seconds], list[Seconds]] = ([], [])
    while max(at) < until:
        for who in (0, 1):
            both[who].append(at[who] + chance.spread(f"motor{who}", MOTOR) * periods[who])
        apart = at[0] - at[1]
        for who, sign in ((0, -1), (1, 1)):
            periods[who] += sign * 0.1 * apart
            uneven = chance.spread(f"keeper{who}", TIMEKEEPER)
            at[who] += periods[who] * (1 + uneven) + sign * 0.33 * apart
    return both


def first_told(pair: tuple[list[Seconds], list[Seconds]]) -> HeardTogether | None:
    heard = told([*taps(LEFT, pair[0]), *taps(RIGHT, pair[1])], LASTS)
    return heard[0] if heard else None


def test_of_two_who_do_not_hear_each_other_it_is_hardly_ever_said() -> None:
    """In a whole minute it is said of fewer than one in twenty pairs who tap each for themselves."""
    said = sum(first_told(alone(seed)) is not None for seed in SEEDS)
    assert said <= 0.05 * PAIRS


def test_of_two_who_tap_together_it_is_said_soon() -> None:
    """Of nineteen in twenty pairs who follow each other it is said within twenty seconds."""
    said = [first_told(coupled(seed)) for seed in SEEDS]
    soon = [h for h in said if h is not None and h.time <= 20.0]
    assert len(soon) >= 0.95 * PAIRS
    assert all(h.together and h.makers == (LEFT, RIGHT) for h in soon)


def test_it_ends_when_one_of_them_is_silent_or_leaves() -> None:
    """Five seconds after one's last tap, or when one leaves, it is told that it is over, and once only."""
    left, right = coupled(1001, 25.0)
    stops = [time for time in right if time < 22.0]
    heard = told([*taps(LEFT, left), *taps(RIGHT, stops)], LASTS)
    assert [h.together for h in heard] == [True, False]
    assert abs(heard[1].time - (stops[-1] + 5.0)) < 1e-6
    events = [*taps(LEFT, left), *taps(RIGHT, stops), Leave(22.0, 22.0, RIGHT)]
    heard = told(events, LASTS)
    assert [(h.together, h.because) for h in heard][1:] == [(False, "One of you has left.")]


def test_it_ends_when_they_no_longer_meet() -> None:
    """One who goes on at another tempo is no longer said to move together with the other."""
    left, right = coupled(1002, 25.0)
    after = [right[-1] + 0.37 * n for n in range(1, 60)]
    more = [left[-1] + 0.61 * n for n in range(1, 40)]
    heard = told([*taps(LEFT, [*left, *more]), *taps(RIGHT, [*right, *after])], LASTS)
    assert [h.together for h in heard] == [True, False]
    assert "no longer" in heard[1].because


def test_one_who_holds_a_trill_over_the_other_meets_by_chance() -> None:
    """So many notes that some always fall near the other's: that is not moving together."""
    heard = told([*taps(LEFT, alone(1003)[0]), *taps(RIGHT, [1.0 + 0.11 * n for n in range(500)])], LASTS)
    assert heard == []
