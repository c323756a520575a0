"""The loudspeaker's own sound, told from the maker's: what passes, what does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from undersong.theory.loudness import level
from undersong.transcribing.bleed import LOUDER, PRIOR, Bleed
from undersong.transcribing.heard import NoteBegan, NoteEnded, PitchFrame, Struck, Transcribed

HOP = 0.016
ROOM = -70.0
BEHIND = 0.032  # a frame is known so much later than it was
COUPLED = -30.0  # dB from what the loudspeaker was told to what arrives, in these rooms


def room(bleed: Bleed, since: float, until: float, loud: float) -> list[Transcribed]:
    """Frames of that level."""
    out: list[Transcribed] = []
    at = since
    while at < until:
        out += bleed.hear(PitchFrame(at + BEHIND, at, None, 0.0, loud))
        at += HOP
    return out


def arrives(velocity: int) -> float:
    """dB at which a steady bass of that velocity is heard through the loudspeaker."""
    return level(velocity) + COUPLED


def in_a_room_with_a_loudspeaker() -> Bleed:
    """The partner's bass sounds since 1.0; from 0 to 5 nobody else was heard."""
    bleed = Bleed()
    bleed.sounds(1, 1.0, 55.0, 50, 60, "bass")
    room(bleed, 0.0, 1.0, ROOM)
    room(bleed, 1.0, 5.0, arrives(60))
    return bleed


moments = st.floats(0.0, 30.0)
anything = st.lists(
    st.one_of(
        st.builds(
            lambda t, p, v: NoteBegan(t + 0.07, t, p, v), moments, st.integers(30, 90), st.integers(1, 127)
        ),
        st.builds(lambda t, v: Struck(t + 0.05, t, v, "high"), moments, st.integers(1, 127)),
        st.builds(lambda t, x: PitchFrame(t + BEHIND, t, None, 0.0, x), moments, st.floats(-100.0, 0.0)),
    ),
    max_size=60,
)


@given(anything)
def test_where_nothing_sounds_everything_passes(heard: list[Transcribed]) -> None:
    """Without a sound of the loudspeaker's every note and stroke is the maker's, as it was heard."""
    bleed = Bleed()
    wanted = [one for one in heard if not isinstance(one, PitchFrame)]
    passed = [out for one in sorted(heard, key=lambda h: h.time) for out in bleed.hear(one)]
    assert [one for one in passed if not isinstance(one, NoteEnded)] == sorted(wanted, key=lambda h: h.time)


@given(st.integers(30, 100), st.integers(36, 60), st.floats(5.2, 50.0), st.floats(-40.0, -3.0))
def test_the_loudspeaker_alone_is_nobody(pitch: int, bass: int, at: float, coupled: float) -> None:
    """Whatever pitch the loudspeaker's sound is taken for, at whatever coupling: alone it gives no note."""
    bleed = Bleed()
    bleed.sounds(1, 1.0, 55.0, bass, 60, "bass")
    room(bleed, 0.0, 1.0, ROOM)
    loud = level(60) + coupled
    room(bleed, 1.0, at + 0.05, loud)
    assert bleed.hear(NoteBegan(at + 0.08, at, pitch, 20)) == []


@given(st.integers(30, 100))
def test_a_maker_who_is_louder_is_heard_on_any_pitch(pitch: int) -> None:
    """Also on the pitch that the partner sounds: ten decibels more than it explains are somebody's."""
    bleed = in_a_room_with_a_loudspeaker()
    room(bleed, 5.0, 5.3, arrives(60) + 10.0)
    note = NoteBegan(5.33, 5.25, pitch, 60)
    assert bleed.hear(note) == [note]


def test_before_anything_is_known_another_pitch_is_heard_sooner() -> None:
    """In the partner's first moments a tone just louder than the loudest loudspeaker is somebody's if
    it lies where the partner sounds nothing, also over its drum; on the partner's own pitch it is not."""
    for pitch, voice, passes in ((57, "bass", True), (50, "bass", False), (57, "percussion", True)):
        bleed = Bleed()
        room(bleed, 0.0, 1.0, ROOM)
        bleed.sounds(1, 1.0, 9.0, 50, 60, voice)
        loud = level(60) + LOUDER[voice] + PRIOR + 0.5
        room(bleed, 1.0, 1.28, loud)
        assert bleed.coupling("strokes" if voice == "percussion" else "tones") is None
        note = NoteBegan(1.3, 1.2, pitch, 60)
        assert (bleed.hear(note) == [note]) is passes, (pitch, voice)


def test_an_hour_without_a_sound_is_remembered_in_seconds() -> None:
    """What was heard is forgotten after a while, whatever the stamps do: an hour of quiet, or stamps that
    go to and fro by half a minute, leave seconds of it behind."""

    def kept(bleed: Bleed) -> int:
        return len(bleed._frames) + len(bleed._bounds) + len(bleed._attacks)

    quiet, shaken = Bleed(), Bleed()
    for number in range(round(3600 / HOP)):
        at = number * HOP
        quiet.hear(PitchFrame(at + BEHIND, at, None, 0.0, ROOM))
    for number in range(20_000):
        at = 100.0 + number * HOP + (30.0 if number % 7 == 0 else 0.0)
        shaken.hear(PitchFrame(at + BEHIND, at, None, 0.0, ROOM))
    assert kept(quiet) <= 10 / HOP
    assert kept(shaken) <= 60 / HOP


def test_with_headphones_a_soft_maker_is_heard() -> None:
    """When nothing of the partner arrives, the softest note on the partner's own pitch is the maker's."""
    bleed = Bleed()
    bleed.sounds(1, 1.0, 55.0, 50, 100, "bass")
    room(bleed, 0.0, 5.0, ROOM)
    room(bleed, 5.0, 5.3, ROOM + 12.0)
    note = NoteBegan(5.33, 5.25, 62, 10)
    assert bleed.hear(note) == [note]


def test_a_note_that_was_taken_back_explains_nothing() -> None:
    """A partner's note that will not sound leaves the pitch to the maker."""
    bleed = Bleed()
    room(bleed, 0.0, 1.0, ROOM)
    bleed.sounds(1, 1.3, 2.0, 60, 100, "melody")
    bleed.never(1)
    room(bleed, 1.0, 1.4, -40.0)
    note = NoteBegan(1.4, 1.32, 60, 30)
    assert bleed.hear(note) == [note]


def test_a_note_goes_on_under_a_moment_of_the_loudspeakers() -> None:
    """Where the tracker follows the partner's tone a moment, the maker's note before and after is one."""
    bleed = in_a_room_with_a_loudspeaker()
    loud = arrives(60) + 12.0
    room(bleed, 5.0, 5.3, loud)
    note = NoteBegan(5.33, 5.25, 66, 60)
    assert bleed.hear(note) == [note]
    room(bleed, 5.3, 6.0, loud)
    assert bleed.hear(NoteEnded(6.03, 6.0, 66)) == []
    assert bleed.hear(NoteBegan(6.05, 6.0, 50, 50)) == []
    assert room(bleed, 6.0, 6.06, loud) == []
    assert bleed.hear(NoteEnded(6.09, 6.07, 50)) == []
    assert bleed.hear(NoteBegan(6.11, 6.07, 66, 60)) == []
    assert room(bleed, 6.07, 7.0, loud) == []
    ended = NoteEnded(7.03, 7.0, 66)
    assert bleed.hear(ended) + room(bleed, 7.0, 7.3, arrives(60)) == [ended]


def test_a_step_of_the_makers_onto_the_partners_pitch_is_heard() -> None:
    """Sung without a break from a neighbour, a tone that the partner sounds, too, is still the maker's."""
    bleed = in_a_room_with_a_loudspeaker()
    loud = arrives(60) + 12.0
    room(bleed, 5.0, 5.3, loud)
    bleed.hear(NoteBegan(5.33, 5.25, 52, 60))
    room(bleed, 5.3, 6.0, loud)
    bleed.hear(NoteEnded(6.03, 6.0, 52))
    note = NoteBegan(6.05, 6.0, 50, 60)
    assert bleed.hear(note)[-1] == note


def test_strokes_of_the_partners_are_nobodys_and_others_are_the_makers() -> None:
    """A stroke where an attack was due and as loud as it explains is the partner's; a clap between its
    strokes, or a much louder one with them, is the maker's."""
    bleed = Bleed()
    loud = level(64) + 6.0 + COUPLED
    now, passed = 0.0, []
    for beat in range(20):
        bleed.sounds(beat, now + 0.3, 0.3, 38, 64, "percussion")
        room(bleed, now, now + 0.32, ROOM)
        room(bleed, now + 0.32, now + 0.36, loud)
        passed += bleed.hear(Struck(now + 0.39, now + 0.32, 60, "low"))
        room(bleed, now + 0.36, now + 0.6, ROOM)
        now += 0.6
    assert passed == []
    clap = Struck(now + 0.27, now + 0.2, 60, "high")
    room(bleed, now, now + 0.24, loud)
    assert bleed.hear(clap) == [clap]
    bleed.sounds(99, now + 0.5, 0.3, 38, 64, "percussion")
    room(bleed, now + 0.24, now + 0.5, ROOM)
    room(bleed, now + 0.5, now + 0.55, loud + 12.0)
    with_it = Struck(now + 0.57, now + 0.5, 90, "high")
    assert bleed.hear(with_it) == [with_it]


def test_a_planned_tone_is_the_loudspeakers_before_its_stamp() -> None:
    """A page begins a planned tone early, so that it speaks at its stamp, and its clock may be wrong by
    some hundredths more: what is heard then is nobody's. What comes at once is never begun so early."""
    for planned, passed in ((True, 0), (False, 1)):
        bleed = Bleed()
        room(bleed, 0.0, 0.8, ROOM)
        bleed.sounds(1, 1.0, 2.0, 45, 44, "bass", planned=planned)
        room(bleed, 0.8, 0.88, ROOM + 8.0)
        assert len(bleed.hear(NoteBegan(0.89, 0.82, 57, 8))) == passed


def test_a_stroke_before_its_stamp_is_the_loudspeakers() -> None:
    """By what the clocks of loudspeaker and microphone may differ, also as the very first sound."""
    for early, passed in ((0.05, 0), (0.09, 0), (0.2, 1)):
        bleed = Bleed()
        room(bleed, 0.0, 1.0 - early, ROOM)
        bleed.sounds(1, 1.0, 0.3, 38, 64, "percussion")
        room(bleed, 1.0 - early, 1.05 - early, arrives(64))
        assert len(bleed.hear(Struck(1.05 - early, 1.0 - early, 60, "low"))) == passed, early


def test_a_loudspeakers_tone_that_trembles_is_no_stroke() -> None:
    """Under a steady tone of the partner's a stroke that makes nothing louder is nobody's; one that rises
    out of it is the maker's, though the loudspeaker could be as loud."""
    for rise, passed in ((1.0, 0), (5.0, 1)):
        bleed = in_a_room_with_a_loudspeaker()
        room(bleed, 5.0, 5.5, arrives(60) - 6.0)
        room(bleed, 5.5, 5.55, arrives(60) - 6.0 + rise)
        assert len(bleed.hear(Struck(5.56, 5.51, 40, "low"))) == passed, rise


def test_where_the_clocks_differ_the_loudspeaker_is_not_thought_softer() -> None:
    """Tones are over a little sooner than they were stamped, so that the room's own level is heard while
    the partner is still thought to sound: what it is known to give is not less for that."""
    bleed = Bleed()
    room(bleed, 0.0, 1.0, ROOM)
    for number in range(12):
        at = 1.0 + number
        bleed.sounds(number, at + 0.07, 0.6, 50, 60, "chords")
        room(bleed, at, at + 0.6, arrives(60) + LOUDER["chords"])
        room(bleed, at + 0.6, at + 1.0, ROOM)
    coupling = bleed.coupling("tones")
    assert coupling is not None
    assert abs(coupling - COUPLED) < 1.0
