"""What is remembered of a maker's figures, and how a maker's phrases breathe."""

from undersong.events import Input, NoteOff, NoteOn
from undersong.listening.impression import Part
from undersong.listening.listener import Listener
from undersong.testing.makers import MAKER, Stage
from undersong.testing.scenes import read_playing


def heard(events: list[Input], until: float) -> Part:
    listener = Listener()
    for event in events:
        listener.advance(event.heard)
        listener.hear(event)
    listener.advance(until)
    lead = listener.impression(until).lead
    assert lead is not None
    return lead


def test_a_figure_that_comes_back_transposed_is_one_motif() -> None:
    """The same intervals and rhythm on other pitches count as a return, and the first statement stays."""
    figure = "C4@0.5:0.4 E4@1.0:0.4 G4@1.5:0.4 E4@2.0:0.6"
    again = "D4@6.5:0.4 F#4@7.0:0.4 A4@7.5:0.4 F#4@8.0:0.6"
    part = heard(read_playing(f"{figure} {again}", 60), 12.0)
    (motif,) = part.motifs
    assert motif.times == 1
    assert motif.tones[0].pitch == 60
    assert motif.last == 8.0


def test_a_different_figure_is_another_motif() -> None:
    """Other intervals in another rhythm do not count as a return."""
    part = heard(
        read_playing(
            "C4@0.5:0.4 E4@1.0:0.4 G4@1.5:0.4 E4@2.0:0.6 C5@6:0.2 B4@6.2:0.9 A4@7.4:0.2 C4@7.7:0.9", 60
        ),
        12.0,
    )
    assert [motif.times for motif in part.motifs] == [0, 0]


def test_memory_is_bounded_and_keeps_the_first_and_the_strongest() -> None:
    """After many different figures, the first one and one that came back are still remembered."""
    stage, time = Stage(), 0.5
    for number in range(40):
        steps = (4, 3) if number in (5, 6, 7) else (number % 11 - 5, 7 - number % 13)
        pitch = 55 + number % 12
        for index, step in enumerate((0, *steps)):
            pitch += step
            stage.note(time, 0.2, pitch, 60)
            time += 0.3 + (0.5 if number % 3 == index else 0.0)
        time += 4.0
    part = heard(stage.events(), time)
    assert len(part.motifs) <= 12
    assert any(motif.tones[0].onset == 0.5 for motif in part.motifs)
    assert any(motif.times >= 2 for motif in part.motifs)


def test_a_loop_is_known_after_two_repeats_and_forgotten_with_the_first_other_note() -> None:
    """Three rounds of C E G and the next C make a loop of three; an F ends it."""
    notes = [("C4", "E4", "G4")[i % 3] + f"@{0.5 + 0.5 * i}:0.4" for i in range(10)]
    assert heard(read_playing(" ".join(notes[:9]), 60), 5.0).loop == ()
    assert [t.pitch for t in heard(read_playing(" ".join(notes), 60), 5.6).loop] == [60, 64, 67] * 2 + [60]
    other = [*notes, "F4@5.5:0.4"]
    assert heard(read_playing(" ".join(other), 60), 6.0).loop == ()


def _breathing(pause: float) -> list[Input]:
    stage, time = Stage(), 0.5
    for index in range(12):
        stage.note(time, 0.4, 60 + index % 5, 60)
        time += 0.4 + (pause if index % 2 else 0.05)
    return stage.events()


def test_each_maker_breathes_in_their_own_way() -> None:
    """The breath inside phrases is learned: .8 s pauses are told from .3 s pauses."""
    slow, quick = heard(_breathing(0.8), 8.0).phrase, heard(_breathing(0.3), 5.0).phrase
    assert slow.breath is not None
    assert quick.breath is not None
    assert abs(slow.breath - 0.8) < 1e-6
    assert abs(quick.breath - 0.3) < 1e-6


def test_an_end_is_foreseen_later_for_who_breathes_longer() -> None:
    """Some time (.8 s) after the last note the phrase of a short breather is likelier to be over."""
    slow, quick = _breathing(0.8)[:-2], _breathing(0.3)[:-2]
    late = heard(slow, slow[-1].heard + 0.8).phrase.ends_likely
    early = heard(quick, quick[-1].heard + 0.8).phrase.ends_likely
    assert early > late + 0.15


def test_a_longer_last_note_makes_an_end_likelier() -> None:
    """With the same silence after it, a held last note speaks for an end."""
    short = [NoteOn(3.5, 3.5, MAKER, 60, 60), NoteOff(3.7, 3.7, MAKER, 60)]
    held = [NoteOn(3.5, 3.5, MAKER, 60, 60), NoteOff(4.7, 4.7, MAKER, 60)]
    before = read_playing("C4@0.5:0.4 D4@1:0.4 E4@1.5:0.4 F4@2:0.4 E4@2.5:0.4 D4@3:0.4", 60)
    a = heard([*before, *short], 4.0).phrase.ends_likely
    b = heard([*before, *held], 5.0).phrase.ends_likely
    assert b > a
