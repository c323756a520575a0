"""Techniques that answer in phrases: mirroring, dialoguing, extending, incorporating."""

import pytest

from playing import outputs, played
from undersong import Plan
from undersong.events import Chose
from undersong.reflecting.duet import Duet
from undersong.testing.contracts import CONTRACTS
from undersong.testing.makers import breathing, pace
from undersong.testing.scenes import read_playing

TUNE = [(0.0, 1.0, p) for p in (60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72, 71, 69, 67, 65) * 4]
CALL = "C4@0.5:0.4!70 D4@1.0:0.4!74 E4@1.5:0.4!76 G4@2.0:0.4!78 E4@2.5:0.9!66"


def _scene(name: str) -> Duet:
    scene = next(contract.scene for contract in CONTRACTS if contract.technique == name)
    return played(scene.events(), name)


def test_a_mirror_waits_for_two_repeats_then_plays_every_note_at_its_time() -> None:
    """In an even loop of four it begins after three rounds, an octave below, within 40 ms of each note."""
    made = _scene("mirroring")
    melody = made.voice("melody")
    tones = {round(t.onset, 2): t.pitch for t in made.tones()}
    assert melody[0].onset >= 6.4
    for ours in melody:
        near = [pitch for onset, pitch in tones.items() if abs(onset - ours.onset) <= 0.04]
        assert near == [ours.pitch + 12] or ours.onset > max(tones)


def test_a_mirror_stops_with_the_first_other_note() -> None:
    """A note outside the loop is not mirrored, and nothing is after it."""
    notes = [f"{'CEG'[i % 3]}4@{0.5 + 0.5 * i:.1f}:0.4" for i in range(15)]
    loop = " ".join(notes)
    made = played(read_playing(f"{loop} A4@8.0:0.4 B4@8.5:0.4 F4@9.0:0.4 D4@9.5:3", 70), "mirroring")
    assert any(t.onset < 8.0 for t in made.voice("melody"))
    assert not [t for t in made.voice("melody") if 8.06 < t.onset < 12.5]


def test_what_has_not_come_back_is_only_echoed_by_the_mirror() -> None:
    """A single figure is given back after it is over, at its own pitches."""
    made = played(read_playing(CALL, 70), "mirroring")
    assert [t.pitch for t in made.voice("melody")] == [60, 62, 64, 67, 64]
    assert made.voice("melody")[0].onset >= 3.4 + 0.4


def test_an_answer_is_made_of_the_call_and_comes_to_rest() -> None:
    """Its rhythm and beginning are the call's, its end is not; it is softer and no longer."""
    made = played(read_playing(CALL, 70), "dialoguing")
    melody = made.voice("melody")
    assert [t.pitch for t in melody[:3]] == [48, 50, 52]
    assert melody[-1].pitch % 12 in (0, 4, 7)
    assert [t.pitch + 12 for t in melody] != [60, 62, 64, 67, 64]
    assert max(t.velocity for t in melody) < 78
    assert melody[-1].offset - melody[0].onset <= 2.9 + 0.01


def test_an_answer_waits_longer_for_who_breathes_longer() -> None:
    """After phrases with long breaths the last answer comes later than after short ones."""
    delays = []
    for breath in (0.2, 1.1):
        events, ends = breathing(TUNE, 3, breath=breath)
        melody = played(events, "dialoguing").voice("melody")
        delays.append(min(t.onset for t in melody if t.onset > ends[-1]) - ends[-1])
    assert delays[0] + 0.2 < delays[1] <= 2.5


def test_an_answer_that_was_cut_off_at_once_is_none() -> None:
    """Who goes on before the answer begins is answered about the whole phrase later."""
    short = "C4@0.5:0.25 D4@1.0:0.25 E4@1.5:0.25 G4@2.0:0.25 E4@2.5:0.25 D4@3.3:0.25 C4@3.8:0.25"
    made = played(read_playing(short, 70), "dialoguing")
    assert len(made.voice("melody")) == 7
    assert made.voice("melody")[0].onset > 4.1


def test_an_extension_stays_on_the_makers_notes_and_waits_for_another_phrase() -> None:
    """Every pitch was the maker's, it lasts two bars at most, and nothing follows it in silence."""
    made = played(read_playing(CALL, 70), "extending")
    melody = made.voice("melody")
    assert 2 <= len(melody) <= 8
    assert {t.pitch for t in melody} <= {60, 62, 64, 67}
    assert [t.pitch for t in melody] != [60, 62, 64, 67, 64]
    assert melody[-1].offset - melody[0].onset <= 8.0


def test_what_is_incorporated_names_its_source() -> None:
    """It comes half a minute after its source, keeps its intervals, and the reason says which it was."""
    scene = next(contract.scene for contract in CONTRACTS if contract.technique == "incorporating")
    out = outputs(scene.events(), Plan(technique="incorporating"))
    melody = _scene("incorporating").voice("melody")
    assert melody
    assert melody[0].onset >= 30.0
    assert [t.pitch + 12 for t in melody] == [60, 64, 67, 69][: len(melody)]
    reasons = [o.because for o in out if isinstance(o, Chose) and o.technique == "incorporating"]
    assert any("C E G" in because and "at 0.50 s" in because for because in reasons)


@pytest.mark.parametrize("name", ["dialoguing", "extending", "incorporating"])
def test_who_comes_back_is_given_the_floor(name: str) -> None:
    """After the maker's onset into an answer nothing begins later than 150 ms."""
    events, _ = breathing(TUNE, 5, period=pace(5), answered=False)
    made = played(events, name)
    onsets = [t.onset for t in made.tones()]
    for tone in made.voice("melody"):
        last = max(onset for onset in onsets if onset <= tone.onset)
        sounding = next(t for t in made.tones() if t.onset == last)
        assert tone.onset <= last + 0.155 or tone.onset >= (sounding.offset or last)
