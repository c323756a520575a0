"""Every feature against a case worked out by hand, and what must hold for any playing.

The hand-made numbers come from the definitions in ``reflecting.curves`` and its siblings with pencil and a
pocket calculator; each test says from what. None is copied from what the code gave.
"""

from math import exp, log2

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from undersong.events import MakerId
from undersong.notes import Tone
from undersong.reflecting import features
from undersong.reflecting.curves import FEATURES, curves
from undersong.reflecting.players import Player, player, window_starts
from undersong.theory.roughness import DECAY, PARTIALS, frequency

Note = tuple[float, float, float | None, float | None]


def first(feature: str, *notes: Note, start: float = 0.0, length: float = 6.0, **options: bool) -> float:
    """A feature of one window."""
    return float(curves(player("a", notes), np.array([start]), length, **options)[feature][0])


def strokes(*onsets: float) -> list[Note]:
    return [(at, at + 0.1, None, None) for at in onsets]


def close(expected: float, within: float = 1e-6) -> object:
    return pytest.approx(expected, abs=within)


def test_density() -> None:
    """Notes a second: three notes in 6 s are .5, each note of a chord counts, taps count, none is 0."""
    assert first("density", *strokes(0, 1, 2)) == close(0.5)
    assert first("density", (1, 2, 60, 80), (1, 2, 64, 80), (1, 2, 67, 80)) == close(0.5)
    assert first("density") == 0.0


def test_a_note_counts_where_it_starts() -> None:
    """A window holds its beginning and not its end: a note at 6.0 belongs to [6, 12) alone."""
    note = (6.0, 20.0, 60, 80)
    assert [first("density", note, start=start) > 0 for start in (0, 5, 6, 12)] == [
        False,
        True,
        True,
        False,
    ]
    assert np.isnan(first("mean_pitch", note, start=12))  # it sounds there, but did not start


def test_recency_density() -> None:
    """Weights 0, 1/2 and 3/4 for notes at 0, 3 and 4.5 of 6 s: 1.25 / 6 = .208333; none is 0."""
    assert first("recency_density", *strokes(0, 3, 4.5)) == close(0.208333)
    assert first("recency_density", *strokes(100, 103, 104.5), start=100) == close(0.208333)
    assert first("recency_density") == 0.0


def test_duration() -> None:
    """The mean of (1 - e^(-d/.5))^2: .154818 for .25 s, .399576 for .5 s, .747645 for 1 s."""
    assert first("duration", (0, 0.25, 60, 80)) == close(0.154818)
    assert first("duration", (0, 1, 60, 80)) == close(0.747645)
    assert first("duration", (0, 0.25, 60, 80), (1, 1.5, 60, 80)) == close((0.154818 + 0.399576) / 2)
    assert first("duration", (1, 1, 60, 80)) == 0.0
    assert np.isnan(first("duration"))


def test_pitch() -> None:
    """C E G: mean 191/3; away -11/3, 1/3, 10/3; squares 222/9, a third 8.2222, its root 2.867442."""
    triad = [(at, at + 0.5, pitch, 80) for at, pitch in ((0, 60), (1, 64), (2, 67))]
    assert first("mean_pitch", *triad) == close(191 / 3)
    assert first("sd_pitch", *triad) == close(2.867442)


def test_pitch_of_one_note_a_unison_and_taps() -> None:
    """One note and a unison spread by exactly 0; what is struck has no pitch and changes none."""
    assert first("sd_pitch", (0, 1, 61, 80)) == 0.0
    assert first("sd_pitch", (0, 1, 61, 80), (0, 1, 61, 90), (3, 4, 61, 90)) == 0.0
    assert first("mean_pitch", (0, 1, 60, 80), *strokes(2, 3)) == 60.0
    assert np.isnan(first("mean_pitch", *strokes(2, 3)))
    assert np.isnan(first("sd_pitch", *strokes(2, 3)))


def test_velocity() -> None:
    """The mean of 60 and 100 is 80; a note of unknown velocity is left out; all unknown says nothing."""
    assert first("velocity", (0, 1, 60, 60), (1, 2, 60, 100), (2, 3, None, None)) == close(80)
    assert np.isnan(first("velocity", *strokes(1, 2)))


def test_articulation() -> None:
    """Sounds of 1, .5 and .5 s; of 6 s the pause of 3.5 is left out, that of .5 is not: 2 / 2.5 = .8."""
    notes = [(0, 1, 60, 80), (1.5, 2, 62, 80), (5.5, 6, 64, 80)]
    assert first("articulation", *notes) == close(0.8)


def test_articulation_at_its_edges() -> None:
    """A pause of just 2 s stays; overlapping notes count once; a note from before the window sounds."""
    assert first("articulation", (0, 2, 60, 80), (4, 6, 60, 80)) == close(4 / 6)
    assert first("articulation", (0, 4, 60, 80), (1, 3, 64, 80), (2, 6, 67, 80)) == close(1.0)
    assert first("articulation", (0, 15, 60, 80), start=6) == close(1.0)
    assert first("articulation", (0, 7, 60, 80), start=6) == close(1.0)  # 5 s of pause are left out
    assert first("articulation", (4.5, 5.5, 60, 80)) == close(1 / 1.5)  # so is the pause before
    assert np.isnan(first("articulation"))
    assert np.isnan(first("articulation", (0, 1, 60, 80), (30, 31, 60, 80), start=10))


def test_silence() -> None:
    """A note of 1 s: silent from 3 on, half of 6. Held for 9 it counts as 5: of [6, 12) silent from 7."""
    assert first("silence", (0, 1, 60, 80)) == close(0.5)
    assert first("silence", (0, 9, 60, 80), start=6) == close(5 / 6)
    assert first("silence", (0, 9, 60, 80)) == 0.0
    assert first("silence", (0, 1, 60, 80), (4, 5, 60, 80)) == close(1 / 6)


def test_silence_before_anything() -> None:
    """Before the first note, here at 4 s, all is silence, and without notes everything."""
    assert first("silence", (4, 5, 60, 80)) == close(4 / 6)
    assert first("silence") == 1.0


def test_pulse_of_even_onsets() -> None:
    """Twelve onsets every half second: 11 of 12 fall on another shifted by .5 s, and 60 / .5 is 120."""
    even = strokes(*np.arange(12) * 0.5)
    assert first("pulse_clarity", *even) == close(11 / 12)
    assert first("tempo", *even) == close(120)


def test_pulse_of_long_and_short() -> None:
    """Long-short, .4 and .2 s, six onsets: four pairs lie .6 s apart, the most at any lag: 4/6, 100."""
    swung = strokes(0, 0.4, 0.6, 1.0, 1.2, 1.6)
    assert first("pulse_clarity", *swung) == close(4 / 6)
    assert first("tempo", *swung) == close(100)


def test_the_train_is_smoothed_by_20_ms() -> None:
    """Intervals of .50 and .51 s: at .50 s one pair meets, the other by e^(-(10/20)^2/4): 1.939413 / 3."""
    assert first("pulse_clarity", *strokes(0, 0.5, 1.01)) == close(0.646471)
    assert first("tempo", *strokes(0, 0.5, 1.01)) == close(120)


def test_the_resonance_weight() -> None:
    """By default none; with it, a lag of .6 s weighs 1 - log2(1.2)^2 / 4 = .982703 and one of .5 s 1."""
    swung = strokes(0, 0.4, 0.6, 1.0, 1.2, 1.6)
    assert first("pulse_clarity", *swung, resonance=True) == close(4 / 6 * (1 - log2(1.2) ** 2 / 4))
    even = strokes(*np.arange(12) * 0.5)
    assert first("pulse_clarity", *even, resonance=True) == close(11 / 12)


def test_pulse_where_there_is_none() -> None:
    """Nothing, one note or one chord say nothing; two onsets further apart than 1.5 s have clarity 0."""
    chord = [(1.0, 2.0, pitch, 80.0) for pitch in (60, 64, 67)]
    for notes in ([], strokes(1), chord):
        assert np.isnan(first("pulse_clarity", *notes))
        assert np.isnan(first("tempo", *notes))
    for onsets in ((0, 1.6), (0, 0.15)):
        assert first("pulse_clarity", *strokes(*onsets)) == 0.0
        assert np.isnan(first("tempo", *strokes(*onsets)))
    assert first("pulse_clarity", *strokes(0, 1.5)) == close(0.5)
    assert first("tempo", *strokes(0, 0.2)) == close(300)


def test_tonality_of_a_triad() -> None:
    """C E G evenly. Major: the three degrees sum to 15.92, less 3 x 3.4825, over 1.5 x 4.375640: .833783.

    Minor: best as E minor, 15.69 less 3 x 3.709167, over 1.5 x 4.000875: .760250.
    """
    triad = [(0, 1, pitch, 80) for pitch in (60, 64, 67)]
    assert first("majorness", *triad) == close(0.833783, 2e-6)
    assert first("minorness", *triad) == close(0.760250, 2e-6)
    assert first("tonal_clarity", *triad) == close(0.833783, 2e-6)


def test_tonality_weighs_by_duration() -> None:
    """C for 3 s and G for 1: (3 x 6.35 + 5.19 - 4 x 3.4825) / (sqrt(10 - 16/12) x 4.375640) = .800371."""
    assert first("majorness", (0, 3, 60, 80), (3, 4, 67, 80)) == close(0.800371, 2e-6)
    assert first("majorness", (0, 3, 48, 20), (1, 2, 79, 99)) == close(0.800371, 2e-6)


def test_tonality_where_there_is_none() -> None:
    """Taps, notes without length and all twelve classes alike say nothing."""
    assert np.isnan(first("tonal_clarity", *strokes(0, 1)))
    assert np.isnan(first("majorness", (1, 1, 60, 80)))
    assert np.isnan(first("minorness", *[(0, 1, pitch, 80) for pitch in range(60, 72)]))


def rub(low: float, high: float) -> float:
    """Sethares' curve summed over the six partials of one tone with the six of another."""
    total = 0.0
    for m in range(1, PARTIALS + 1):
        for n in range(1, PARTIALS + 1):
            f, g = sorted((m * frequency(low), n * frequency(high)))
            x = 0.24 / (0.0207 * f + 18.96) * (g - f)
            total += min(DECAY ** (m - 1), DECAY ** (n - 1)) * (exp(-3.5 * x) - exp(-5.75 * x))
    return total


def test_dissonance_of_two_tones() -> None:
    """A second struck at once: one pair, over two notes. In turn: C4 has died away for .5 s of 1.574901."""
    assert first("dissonance", (0, 1, 60, 80), (0, 1, 61, 80)) == close(rub(60, 61) / 2, 1e-3)
    fades = 2.5 * 2 ** (-12 / 18)
    in_turn = first("dissonance", (0, 0.5, 60, 80), (0.5, 1, 61, 80))
    assert in_turn == close(rub(60, 61) * exp(-0.5 / fades) / 2, 1e-3)


def test_dissonance_remembers_for_a_second() -> None:
    """Half a second after its end a tone counts half as much as at its end, and after a second nothing."""
    at_once, half, gone = (
        first("dissonance", (0, 0.5, 60, 80), (0.5 + wait, 2, 61, 80)) for wait in (0.0, 0.5, 1.0)
    )
    assert half == close(at_once / 2)
    assert gone == 0.0


def test_dissonance_is_ordered_as_ears_order_it() -> None:
    """Second > third > fifth > octave; the same second rubs less where it is high; a tone alone is 0."""
    values = [first("dissonance", (0, 1, 60, 80), (0, 1, 60 + apart, 80)) for apart in (1, 4, 7, 12)]
    assert values == sorted(values, reverse=True)
    assert values[0] > first("dissonance", (0, 1, 84, 80), (0, 1, 85, 80)) > 0
    assert first("dissonance", (0, 1, 60, 80)) == 0.0
    assert np.isnan(first("dissonance", *strokes(1, 2)))


def test_windows_are_the_ones_of_the_features() -> None:
    """The same full windows as ``features.windows``, also where the last bits of the end are off."""
    for end in (0.0, 5.99, 6.0, 6.3, 7.0, 60.0, 0.1 * 3 + 6):
        for step in (1.0, 0.1, 0.7):
            expected = [start for start, _ in features.windows(0.0, end, 6.0, step)]
            assert window_starts(end, 6.0, step) == pytest.approx(expected)


@st.composite
def playings(draw: st.DrawFn) -> list[Note]:
    """Notes on a grid of 1/64 s, so that moving them in time loses no bits; some struck, some long."""
    made = []
    for _ in range(draw(st.integers(0, 25))):
        onset = draw(st.integers(0, 20 * 64)) / 64
        seconds = draw(st.integers(0, 8 * 64)) / 64
        pitch = draw(st.one_of(st.none(), st.integers(36, 84)))
        made.append((onset, onset + seconds, pitch, draw(st.one_of(st.none(), st.integers(1, 127)))))
    return made


def same(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, atol=1e-6, equal_nan=True)


STARTS = np.arange(0.0, 25.0)


@settings(max_examples=60, deadline=None)
@given(playings(), st.integers(1, 4000))
def test_moving_everything_in_time_moves_the_curves(notes: list[Note], later: int) -> None:
    """Played later by whole seconds, every window from the first note on has the same curves."""
    moved = [(on + later, off + later, pitch, velocity) for on, off, pitch, velocity in notes]
    before, after = curves(player("a", notes), STARTS, 6.0), curves(player("a", moved), STARTS + later, 6.0)
    for name in FEATURES:
        same(before[name], after[name])


@settings(max_examples=60, deadline=None)
@given(playings(), st.integers(-24, 24))
def test_transposing_moves_only_the_pitch(notes: list[Note], by: int) -> None:
    """Mean pitch moves by as much; all else stays, keys included; dissonance depends on register."""
    moved = [(on, off, None if pitch is None else pitch + by, v) for on, off, pitch, v in notes]
    before, after = curves(player("a", notes), STARTS, 6.0), curves(player("b", moved), STARTS, 6.0)
    same(before["mean_pitch"] + by, after["mean_pitch"])
    for name in FEATURES:
        if name not in ("mean_pitch", "dissonance"):
            same(before[name], after[name])


@settings(max_examples=60, deadline=None)
@given(playings())
def test_articulation_is_that_of_the_features(notes: list[Note]) -> None:
    """One definition, two ways to compute it: for any playing both give the same."""
    tones = [Tone(on, off, None, 64, MakerId("a")) for on, off, _, _ in notes]
    found = curves(player("a", notes), STARTS, 6.0)["articulation"]
    for start, value in zip(STARTS, found, strict=True):
        expected = features.articulation(tones, start, start + 6.0)
        same(np.array([value]), np.array([np.nan if expected is None else expected]))


@settings(max_examples=60, deadline=None)
@given(playings())
@example(
    [(0.0, off, None, None) for off in (1.421875, 1.71875, 0.140625, 3.53125, 2.9375, 0.21875)]
    + [(1.0, 1.0, None, None)]
)
def test_no_value_leaves_its_range(notes: list[Note]) -> None:
    """Shares lie in 0-1, correlations in -1 to 1, tempo in 40-300; nothing is infinite."""
    found = curves(player("a", notes), STARTS, 6.0)
    assert tuple(found) == FEATURES
    for name in ("duration", "articulation", "pulse_clarity", "silence"):
        known = found[name][~np.isnan(found[name])]
        assert ((known >= 0) & (known <= 1)).all(), name
    for name in ("tonal_clarity", "majorness", "minorness"):
        assert (np.abs(found[name][~np.isnan(found[name])]) <= 1 + 1e-9).all(), name
    tempo = found["tempo"][~np.isnan(found["tempo"])]
    assert ((tempo >= 40 - 1e-9) & (tempo <= 300 + 1e-9)).all()
    assert not any(np.isinf(values).any() for values in found.values())


@settings(max_examples=40, deadline=None)
@given(playings(), st.randoms(use_true_random=False))
def test_the_order_of_notes_and_the_name_change_nothing(notes: list[Note], chance: object) -> None:
    """The same notes in any order under any name give the same curves: nothing is for one side only."""
    mixed = list(notes)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    before, after = curves(player("a", notes), STARTS, 6.0), curves(player("b", mixed), STARTS, 6.0)
    for name in FEATURES:
        same(before[name], after[name])


def test_ten_hours_lose_no_precision() -> None:
    """The same bar every 6 s for ten hours has the same curves in its first and its last window."""
    bar = [(0.25 * n, 0.25 * n + 0.2, 60 + 2 * (n % 5), 50 + n) for n in range(16)]
    notes = [(on + 6 * k, off + 6 * k, pitch, v) for k in range(6000) for on, off, pitch, v in bar]
    found = curves(player("a", notes), np.array([6.0, 35994.0]), 6.0)
    for name in FEATURES:
        same(found[name][:1], found[name][1:])


@settings(max_examples=20, deadline=None)
@given(playings(), st.lists(st.sampled_from(FEATURES), unique=True))
def test_some_features_are_those_of_all(notes: list[Note], names: list[str]) -> None:
    """Only what is asked for comes, in that order, and is the same."""
    whole, some = (curves(player("a", notes), STARTS, 6.0, only=only) for only in (FEATURES, names))
    assert list(some) == names
    for name in names:
        same(whole[name], some[name])
    with pytest.raises(KeyError):
        curves(player("a", notes), STARTS, 6.0, only=["joy"])


def test_a_player_needs_ends_after_beginnings() -> None:
    """A note that ends before it begins, or at no time at all, is refused."""
    for note in ((2.0, 1.0, 60.0, 80.0), (0.0, float("nan"), 60.0, 80.0), (0.0, float("inf"), 60.0, 80.0)):
        with pytest.raises(ValueError, match="end"):
            player("a", [note])
    assert isinstance(player("a", []), Player)
