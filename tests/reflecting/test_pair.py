"""Two players together: timing, leading, imitation, roles, moments. Cases worked out by hand, and laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from undersong.reflecting.analysis import analysis
from undersong.reflecting.coupling import moved
from undersong.reflecting.crossing import FARTHEST, crossing
from undersong.reflecting.imitation import Imitation, imitation
from undersong.reflecting.players import Array, Player, Playing, player
from undersong.reflecting.roles import ROLES, roles, shares
from undersong.reflecting.timing import APART, intervals, pairs, timing
from undersong.testing.study import RHYTHMS, Couple, couple, onsets


def chance(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def notes(name: str, times: Any, pitch: float = 60.0, velocity: float = 64.0) -> Player:
    """Notes of .1 s on one pitch."""
    return player(name, [(t, t + 0.1, pitch, velocity) for t in times])


def made(seed: int, behind: float | None = None) -> Couple:
    return couple(RHYTHMS[seed % len(RHYTHMS)], 60.0, chance(seed), behind)


# --- timing ----------------------------------------------------------------------------------------


def test_pairs_are_each_others_nearest() -> None:
    """At lag 0: 1.00 and 1.05 are a pair; 2.00's nearest is 2.10, which is nearer to 2.12; 3.0 has
    nobody within .2 s. At a lag of .5 the pairs are those that lie .5 apart."""
    a, b = np.array([1.0, 2.0, 2.12, 3.0]), np.array([1.05, 2.1, 3.0 + APART + 0.01])
    first, second = pairs(a, b, 0.0)
    assert first.tolist() == [1.0, 2.12]
    assert second.tolist() == [1.05, 2.1]
    first, second = pairs(np.array([1.0, 2.0]), np.array([1.5, 2.52]), 0.5)
    assert (second - first).tolist() == pytest.approx([0.5, 0.52])


def test_asynchrony_and_lag_are_those_of_the_pairs() -> None:
    """Nine onsets at uneven distances, each .03 or .05 s later: mean .0389, SD of four and five such, lag
    the median .03; the first player leads. Exchanged, all signs turn."""
    at = np.cumsum([1.0, 0.5, 0.8, 0.35, 1.2, 0.6, 0.9, 0.45, 0.7])
    late = at + np.array([0.03, 0.05] * 4 + [0.03])
    found = timing(notes("a", at), notes("b", late))
    assert len(found.first) == 9
    assert found.lag == pytest.approx(0.03)
    assert found.asynchronies.mean() == pytest.approx((5 * 0.03 + 4 * 0.05) / 9)
    assert found.together
    assert found.lead == 1
    turned = timing(notes("b", late), notes("a", at))
    assert turned.lag == pytest.approx(-0.03)
    assert turned.lead == -1


def test_a_chord_is_one_onset() -> None:
    """Three notes within 40 ms are paired once."""
    found = timing(notes("a", [1.0, 1.02, 1.04, 2.0]), notes("b", [1.1, 2.1]))
    assert len(found.first) == 2


@pytest.mark.parametrize("few", [[], [1.0], [1.0, 2.0, 3.0]])
def test_too_few_onsets_say_nothing_about_chance(few: list[float]) -> None:
    """Nobody leads, nobody is together, and p is unknown."""
    found = timing(notes("a", few), notes("b", few))
    assert math.isnan(found.p)
    assert not found.together
    assert found.lead == 0


@given(st.integers(0, 200), st.floats(0.0, 100.0))
@settings(max_examples=40, deadline=None)
def test_what_is_known_of_a_pair_is_found_wherever_it_begins(seed: int, later: float) -> None:
    """Lag within 50 ms, the right leader and together, for every rhythm; moved in time nothing changes.

    Of an even beat only up to half a beat: a stroke that is late by most of a beat is one that is early.
    """
    one = made(seed)
    assume(one.rhythm != "even" or abs(one.lag) < 0.2)
    found = timing(one.first, one.second)
    assert abs(found.lag - one.lag) < 0.05
    assert found.lead == one.leads
    assert found.together
    moved_on = timing(
        notes("a", one.first.onset + later), notes("b", one.second.onset + later)
    )  # pitch plays no part, either
    assert moved_on.lag == pytest.approx(found.lag, abs=1e-6)


def test_strangers_are_seldom_together() -> None:
    """Of 200 pairs who have nothing to do with one another at most one in twenty is said to be together."""
    said = 0
    for seed in range(200):
        rhythm = RHYTHMS[seed % len(RHYTHMS)]
        a, b = (onsets(rhythm, 60.0, chance(2 * seed + n)) for n in (0, 1))
        said += timing(notes("a", a), notes("b", b)).together
    assert said <= 10


def test_neither_player_is_special() -> None:
    """Exchanged, strangers have the same p, and pairs the same lag the other way round."""
    for seed in range(20):
        one, two = made(seed), made(seed + 4)
        for a, b in ((one.first, one.second), (one.first, two.second)):
            found, turned = timing(a, b), timing(b, a)
            assert found.p == turned.p
            assert found.lead == -turned.lead
            assert found.lag == pytest.approx(-turned.lag)


def test_long_music_is_judged_by_excerpts() -> None:
    """An hour of a pair is still found to be one."""
    one = couple("swinging", 3600.0, chance(3), None)
    found = timing(one.first, one.second)
    assert found.together
    assert abs(found.lag - one.lag) < 0.05


def test_intervals_tell_who_adapts() -> None:
    """The second takes over each interval of the first's one later: its intervals go with the first's
    before, and the first's with nothing."""
    gaps = chance(1).uniform(0.4, 0.8, 80)
    a = np.cumsum(gaps)
    b = np.cumsum(np.concatenate(([gaps[0]], gaps[:-1])))
    found = timing(notes("a", a), notes("b", b))
    told = intervals(type(found)(a, b, found.p))
    assert told.second_after_first == pytest.approx(1.0)
    assert abs(told.first_after_second) < 0.4


# --- curves of both --------------------------------------------------------------------------------


def test_the_baseline_lies_around_zero() -> None:
    """Over many unrelated pairs what surrogates give is on average nothing, at any lag."""
    means = []
    for seed in range(30):
        one = couple("swinging", 120.0, chance(seed), None)
        means += [found.baseline for found in crossing(one.first, one.second, one.end).values()]
    assert np.abs(np.nanmean(means, axis=0)).max() < 0.05


def test_whose_changes_come_first_leads() -> None:
    """Loudness and pitch that follow 2 s behind: the first leads in both; exchanged, the other does."""
    one = couple("swinging", 480.0, chance(1), 2.0)
    found = crossing(one.first, one.second, one.end)
    assert found["velocity"].lead == found["mean_pitch"].lead == 1
    assert found["velocity"].mean[FARTHEST + 8] > found["velocity"].mean[FARTHEST - 8]
    turned = crossing(one.second, one.first, one.end)
    assert turned["velocity"].lead == turned["mean_pitch"].lead == -1


def wave(count: int, later: int = 0) -> Array:
    n = np.arange(count) - later
    found: Array = np.sin(n / 3.0) + np.sin(n / 7.3)
    return found


def diagram(a: Array, b: Array) -> Imitation:
    return imitation({"one": a}, {"one": b}, 1.0)["one"]


def test_the_same_curve_is_integration() -> None:
    """Two curves that are one: likeness 1 at no lag, so integration is greatest, and both sides alike."""
    found = diagram(wave(120), wave(120))
    assert found.integration > 0.6
    assert found.initiation == pytest.approx(found.imitation)
    assert found.integration > found.initiation


def test_likeness_by_hand() -> None:
    """Twenty values, one stretch at no lag: a line from 0 to 19 and one of half the slope from 9.5 to 19.
    They go together (correlation 1); means 9.5 and 14.25 of a range of 19: (1 - 4.75 / 19)^3 = .421875;
    ranges 9.5 over 19: .5. Product .2109375."""
    found = diagram(np.arange(20.0), 9.5 + np.arange(20.0) / 2)
    assert found.integration == pytest.approx(0.2109375)


@given(st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_exchange_turns_initiation_into_imitation(seed: int) -> None:
    """Of any two curves, with holes; what is the same for both stays."""
    rolls = chance(seed)
    a, b = (np.where(rolls.random(60) < 0.9, rolls.normal(size=60), np.nan) for _ in range(2))
    one, other = diagram(a, b), diagram(b, a)
    assert one.initiation == pytest.approx(other.imitation, nan_ok=True)
    assert one.integration == pytest.approx(other.integration, nan_ok=True)
    assert one.overall == pytest.approx(other.overall, nan_ok=True)


def test_what_comes_later_was_initiated() -> None:
    """Five seconds later: initiation over imitation; a constant curve has nothing of either."""
    found = diagram(wave(120), wave(120, 5))
    assert found.initiation > 2 * found.imitation
    still = diagram(np.full(60, 3.0), wave(60))
    assert (still.initiation, still.overall) == (0.0, 0.0)


UP = np.arange(12.0)
LEVEL = np.full(12, 20.0)


def moving(*moves: int) -> Array:
    """A curve with these moves, over and over, that stays below 50."""
    found: Array = np.cumsum(np.tile(np.array(moves, dtype=float), 4)) / 10
    return found


FAR = np.full(20, 50.0)


@pytest.mark.parametrize(
    ("mine", "theirs", "role", "other"),
    [
        (UP, LEVEL, "dependent", "leader"),  # always toward one who stays
        (moving(1, 1, 1, 1, -1), FAR, "follower", "leader"),  # four of five toward
        (moving(1, 1, 1, -1, -1), FAR, "partner", "none"),  # three of five: within 20% of one another
        (moving(1, 1, -1, -1, -1), FAR, "partner", "none"),  # two of five
        (moving(1, -1, -1, -1, -1), FAR, "leader", "none"),  # one of five
        (-UP, LEVEL, "resister", "none"),  # always away
        (UP, 30 - UP, "approach", "approach"),  # toward each other
        (UP, 5 + UP, "dependent", "resister"),  # one goes away, the other after it
        (UP, np.full(12, np.nan), "solo", "none"),
        (np.full(12, 20.0), LEVEL, "partner", "partner"),  # both stay, near each other
    ],
)
def test_roles_by_hand(mine: Array, theirs: Array, role: str, other: str) -> None:
    """Each role in a case that has it, and the same with the players exchanged."""
    found = roles(mine, theirs, 1.0)
    names = [{ROLES[place] for place in one} for one in found]
    assert names == [{role}, {other}]
    turned = roles(theirs, mine, 1.0)
    assert (turned[0] == found[1]).all()
    assert (turned[1] == found[0]).all()
    assert sum(shares(found[0]).values()) == pytest.approx(1.0)


def test_a_partner_that_cannot_listen_sounds_the_same() -> None:
    """Moved by half: as many notes, as long, as high, within the session; moved twice, the same."""
    one = couple("free", 60.0, chance(2), None).second
    away = moved(one, 60.0)
    assert sorted(away.pitch) == sorted(one.pitch)
    assert (away.onset < 60.0).all()
    assert away.onset[0] != one.onset[0]
    assert np.isin(np.round(np.mod(one.onset + 30.0, 60.0), 6), np.round(away.onset, 6)).all()
    assert moved(away, 60.0).onset == pytest.approx(one.onset)


# --- the whole -------------------------------------------------------------------------------------


def test_a_session_says_that_its_partner_is_software() -> None:
    """With Undersong as the second player both responses stand beside those of a replayed partner."""
    one = made(5, 0.0)
    found = analysis(Playing((one.first, one.second), one.end, coupled=True))
    assert found["coupling"]["software_coupled"] is True
    assert set(found["coupling"]["replayed"]) == {"one -> other", "other -> one"}
    alone = analysis(Playing((one.first, one.second), one.end))
    assert alone["coupling"]["replayed"] is None


def test_several_makers_have_their_pairs() -> None:
    """Each further pair with its timing."""
    one, two = made(4), made(9)
    found = analysis(Playing((one.first, one.second, two.first), 60.0, pairs=((0, 2), (1, 2))))
    assert [pair["players"] for pair in found["pairs"]] == [["one", "one"], ["other", "one"]]
    assert not found["pairs"][0]["together"]


def scene() -> Playing:
    """A tune in the middle that becomes loud, a silence, and the tune again with a leap far up."""
    tune = [60, 62, 65, 64, 62, 60, 62, 64]
    maker = [(n * 0.5, n * 0.5 + 0.4, tune[n % 8], 50.0) for n in range(24)]
    maker += [(12 + n * 0.5, 12.4 + n * 0.5, tune[n % 8], 90.0) for n in range(16)]
    maker += [(26 + n * 0.5, 26.4 + n * 0.5, tune[n % 8], 90.0) for n in range(8)]
    maker += [(30.0, 31.0, 84, 90.0)]
    partner = [(n * 0.5 + 12.02, n * 0.5 + 12.3, 48, 60.0) for n in range(16)]
    return Playing((player("maker", maker), player("partner", partner)), 31.0, coupled=True)


def test_moments_have_their_reason_in_the_sound() -> None:
    """The silence from 20 s, the range at 30 s, and that it grew louder; ranked, each in one sentence,
    none about anybody's feelings."""
    found = {moment["kind"]: moment for moment in analysis(scene())["moments"]}
    assert found["silence"]["at"] == pytest.approx(19.9)
    assert found["silence"]["seconds"] == pytest.approx(6.1)
    assert found["range"]["at"] == 30.0
    assert "19 semitones higher" in found["range"]["because"]
    assert found["motif"]["at"] >= 20.0
    assert 6.0 <= found["dynamic"]["at"] <= 12.0
    assert all(moment["because"].endswith(".") for moment in found.values())


def test_an_even_tune_has_no_moments() -> None:
    """Where nothing stands out nothing is named."""
    even = Playing((notes("maker", np.arange(0.5, 15.0, 0.5)),), 15.0)
    assert analysis(even)["moments"] == []
