"""Several makers: a pulse in common, who leads, and when nothing is claimed."""

from undersong.chance import Chance
from undersong.events import Input, MakerId, NoteOff, NoteOn
from undersong.listening.impression import Impression
from undersong.listening.listener import Listener
from undersong.listening.together import agree
from undersong.notes import Pulse
from undersong.testing.makers import Stage

ADA, BELA = MakerId("ada"), MakerId("béla")


def line(maker: MakerId, period: float, start: float, count: int, seed: int) -> list[Input]:
    """Even notes, uneven by some 12 ms."""
    chance, stage = Chance(seed), Stage(maker)
    for beat in range(count):
        at = start + beat * period + chance.spread("motor", 0.012)
        stage.note(at, 0.6 * period, 60 + (beat * 2) % 7, 64)
    return stage.events()


def heard(*lines: list[Input]) -> Impression:
    """What is heard at the last event."""
    listener = Listener()
    events = sorted((e for one in lines for e in one), key=lambda e: e.heard)
    for event in events:
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            listener.advance(wake)
        assert isinstance(event, (NoteOn, NoteOff))
        listener.hear(event)
    return listener.impression(events[-1].heard)


def test_who_comes_first_leads() -> None:
    """Ada plays 40 ms before Béla at each beat: she leads, and the beat is theirs together."""
    for first, second in ((ADA, BELA), (BELA, ADA)):
        read = heard(line(first, 0.6, 1.0, 20, 1), line(second, 0.6, 1.04, 20, 2))
        assert read.together is not None
        assert read.together.leader == first
        assert read.together.asynchrony is not None
        assert 0.025 < read.together.asynchrony < 0.06
        assert read.together.pulse is not None
        assert abs(read.together.pulse.period - 0.6) < 0.03
        assert read.pulse == read.together.pulse


def test_nobody_leads_where_it_is_not_clear() -> None:
    """Both on the beat within their unevenness: a shared beat, and no leader."""
    read = heard(line(ADA, 0.6, 1.0, 20, 3), line(BELA, 0.6, 1.0, 20, 4))
    assert read.together is not None
    assert read.together.leader is None
    assert read.together.pulse is not None


def test_two_tempi_are_not_shared() -> None:
    """A beat of .5 and one of .83 s are two beats."""
    read = heard(line(ADA, 0.5, 1.0, 40, 5), line(BELA, 0.83, 1.2, 24, 6))
    assert read.together is not None
    assert read.together.pulse is None
    assert read.pulse is not None


def test_one_alone_is_not_together() -> None:
    """With one maker, or one who has long stopped, nothing is said of being together."""
    assert heard(line(ADA, 0.6, 1.0, 20, 7)).together is None
    assert heard(line(ADA, 0.6, 1.0, 60, 8), line(BELA, 0.6, 1.0, 6, 9)).together is None


def test_pulses_an_octave_apart_agree() -> None:
    """Halves and quarters are one pulse if their beats meet; between the beats they are not."""
    assert agree(Pulse(0.5, 1.0, 0.8), Pulse(1.0, 8.01, 0.8))
    assert not agree(Pulse(0.5, 1.0, 0.8), Pulse(1.0, 8.25, 0.8))
    assert not agree(Pulse(0.5, 1.0, 0.8), Pulse(0.66, 1.0, 0.8))
