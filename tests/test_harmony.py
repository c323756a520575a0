"""Harmony: chords and their voices, what is heard and foreseen, and the playing under a soloist."""

from hypothesis import given
from hypothesis import strategies as st

from undersong.theory.chords import DIM, MAJ, MIN, OPEN, Chord, harte
from undersong.theory.voicing import chorale, lead, parallels

CHORDS = st.builds(Chord, st.integers(0, 11), st.sampled_from((MAJ, MIN, DIM, OPEN, (0, 4, 7, 10))))


def test_chords_have_the_names_that_the_field_reads() -> None:
    """Roots, qualities, inversions and no chord at all, in Harte's syntax."""
    assert harte(Chord(2, MIN)) == "D:min"
    assert harte(Chord(7, MAJ), 50) == "G:maj/5"
    assert harte(Chord(7, (0, 4, 7, 10)), 41) == "G:7/b7"
    assert harte(Chord(0, OPEN)) == "C:5"
    assert harte(None) == "N"
    assert Chord(9, MIN).classes == (9, 0, 4)


def test_parallels_are_counted_where_both_voices_move() -> None:
    """Fifths and octaves in a row are parallels; a held pair, a fourth and contrary motion are not."""
    assert parallels([(48, 50), (55, 57)]) == 1
    assert parallels([(48, 50), (60, 62), (67, 69)]) == 3
    assert parallels([(48, 48), (55, 55)]) == 0
    assert parallels([(48, 50), (53, 55)]) == 0
    assert parallels([(50, 48), (57, 60)]) == 0


@given(st.lists(CHORDS, min_size=2, max_size=12), st.lists(st.integers(36, 47), min_size=12, max_size=12))
def test_voices_are_led_without_parallels(chords: list[Chord], basses: list[int]) -> None:
    """Every chord is sounded by its own notes, within the register, from one to the next in small steps."""
    before: tuple[int, ...] = ()
    for chord in chords:
        now = lead(chord, before, low=52, high=76)
        assert len(now) == 3
        assert all(chord.holds(pitch) and 52 <= pitch <= 76 for pitch in now)
        assert list(now) == sorted(now)
        if before:
            assert parallels(list(zip(before, now, strict=True))) == 0
        before = now


def test_a_cadence_in_four_parts() -> None:
    """C, F, G, C under a tune: common tones stay, nothing runs in parallel with bass or soprano."""
    frame: tuple[int, ...] = ()
    for root, bass, soprano in ((0, 48, 76), (5, 53, 72), (7, 55, 71), (0, 48, 72)):
        following = chorale(Chord(root, MAJ), frame, bass=bass, soprano=soprano)
        assert following is not None
        if frame:
            assert parallels(list(zip(frame, following, strict=True))) == 0
        frame = following
