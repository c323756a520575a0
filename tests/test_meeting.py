"""Matching, reflecting, frameworking and transition: how the partner meets, and where it leads."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from playing import outputs, played
from undersong import Plan
from undersong.answering.frames import FRAMES, SEVENTHS, chord, fitting, strokes
from undersong.events import Chose, Input
from undersong.listening.impression import Impression, Meter
from undersong.listening.listener import Listener
from undersong.notes import Pulse
from undersong.reflecting.duet import PartnerTone
from undersong.testing import makers
from undersong.testing.contracts import CONTRACTS, Contract
from undersong.testing.scenes import evenly, read_playing
from undersong.testing.window import Played
from undersong.theory.clarity import both, with_each

TUNE = [
    (float(n), length, pitch)
    for n, (length, pitch) in enumerate(
        zip(
            [1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 1.0, 2.0] * 8,
            [67, 69, 71, 72, 74, 71, 67, 69, 71, 69, 67, 66, 64, 62, 66, 67] * 4,
            strict=True,
        )
    )
]
LOOP = "C4 E4 G4 E4 "


def contract(technique: str) -> Contract:
    return next(c for c in CONTRACTS if c.technique == technique)


def kept(technique: str, of: Played) -> float:
    promise = contract(technique)
    counted = [w for w in of.windows(0.0, of.duet.end) if promise.applies(w)]
    return sum(promise.takes_part(w) and promise.holds(w) for w in counted) / len(counted)


def case(technique: str, seed: int = 1) -> Played:
    given = contract(technique).maker(TUNE, 7, seed)
    return Played(played(given.events, technique), given.beat, given.tonic)


def told(events: Sequence[Input], technique: str) -> list[Chose]:
    return [o for o in outputs(events, Plan(technique=technique)) if isinstance(o, Chose)]


def heard(playing: str, period: float | None = None, meter: Meter | None = None) -> Impression:
    """What is heard at the end of a playing, with another pulse and meter if given."""
    listener = Listener()
    time = 0.0
    for event in read_playing(playing):
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            listener.advance(wake)
        listener.hear(event)
        time = event.heard
    impression = listener.impression(time)
    pulse = Pulse(period, 0.0, 1.0) if period is not None else impression.pulse
    return replace(impression, pulse=pulse, meter=meter)


def test_contracts_can_fail() -> None:
    """Each contract is broken by a partner that breaks one of its clauses."""

    def changed(of: Played, tones: Sequence[PartnerTone]) -> Played:
        return replace(of, duet=replace(of.duet, partner=tuple(tones)))

    matching = case("matching")
    ours = matching.duet.partner
    copy = [PartnerTone(t.onset, t.offset or 0.0, t.pitch or 0, 40, "chords") for t in matching.tones]
    assert kept("matching", matching) > 0.9
    for broken in (
        [replace(t, velocity=round(t.velocity * 0.75)) for t in ours],
        [replace(t, pitch=t.pitch - 12) for t in ours],
        [replace(t, offset=t.onset + 0.08) for t in ours],
        ours[::3],
        copy,
    ):
        assert kept("matching", changed(matching, broken)) < 0.5

    reflecting = case("reflecting")
    ours = reflecting.duet.partner
    assert kept("reflecting", reflecting) > 0.85
    for broken in (
        [replace(t, velocity=t.velocity - 12) for t in ours],
        [replace(t, pitch=48 + 6 * (n % 2)) for n, t in enumerate(ours)],
        ours[::2],
    ):
        assert kept("reflecting", changed(reflecting, broken)) < 0.5

    frame = case("frameworking")
    ours = frame.duet.partner
    assert kept("frameworking", frame) > 0.9
    for broken in (
        [replace(t, pitch=t.pitch + 1) for t in ours],
        [t for t in ours if t.voice == "bass"],
        [replace(t, onset=max(0.0, t.onset - 2.0), offset=t.offset - 2.0) for t in ours if t.onset > 2.0],
    ):
        assert kept("frameworking", changed(frame, broken)) < 0.5

    transition = case("transition")
    ours = transition.duet.partner
    assert kept("transition", transition) > 0.9
    first = ours[1]
    away = next(t.onset for t in ours if t.pitch != first.pitch)
    low = min(t.pitch for t in ours)
    stays = [t if t.onset < away else replace(t, pitch=low) for t in ours]
    never = [replace(t, pitch=first.pitch, velocity=first.velocity, offset=t.onset + 0.6) for t in ours]
    two = [replace(t, velocity=t.velocity + t.pitch - first.pitch) for t in ours]
    assert kept("transition", changed(transition, stays)) < 0.8
    assert kept("transition", changed(transition, never)) < 0.75
    assert kept("transition", changed(transition, two)) < kept("transition", transition) - 0.1


def test_matching_begins_and_ends_with_the_maker() -> None:
    """Every tone of the second voice begins one reaction after a note of the maker's, ends with one of
    theirs, or makes room for the next; nothing sounds in their pauses."""
    made = played(makers.gestures(TUNE, 3), "matching")
    onsets = [t.onset for t in made.tones()]
    offsets = [t.offset or 0.0 for t in made.tones()]
    assert len(made.partner) > 20
    for tone in made.partner:
        assert any(abs(tone.onset - onset - 0.03) < 1e-6 for onset in onsets)
        assert any(-0.01 <= tone.offset - end <= 0.14 for end in (*onsets, *offsets))


def test_matching_has_notes_of_its_own() -> None:
    """The second voice never sounds the maker's note, keeps within the key of a clear tune, and leaves
    some notes to the maker alone."""
    made = case("matching", 2).duet
    for tone in made.partner:
        with_it = [t.pitch for t in made.tones() if t.onset <= tone.onset < (t.offset or 0.0)]
        assert all(pitch is None or (pitch - tone.pitch) % 12 for pitch in with_it)
    later = [t for t in made.partner if t.onset > 15.0]
    shift = {(t.pitch or 0) % 12 for t in made.tones()}
    assert sum(t.pitch % 12 in shift for t in later) >= 0.95 * len(later)
    assert len(made.partner) < 0.95 * len(made.tones())


def test_taps_are_met_by_a_drum() -> None:
    """Taps carry no pitch: matching and reflecting answer with strokes alone."""
    for technique in ("matching", "reflecting"):
        made = played(makers.taps(1), technique)
        assert made.partner
        assert {t.voice for t in made.partner} == {"percussion"}


def test_an_open_mode_is_left_open() -> None:
    """Where no third has been sounded, reflecting sounds none."""
    open_fifths = evenly("D4 A4 D4 A4 D5 A4 D4 A4 D5 A4 " * 3, 0.5, 0.6, 0.5)
    made = played(read_playing(open_fifths, 60), "reflecting")
    assert made.partner
    assert {t.pitch % 12 for t in made.partner} <= {2, 9}


def test_one_lift_is_offered_and_taken_back() -> None:
    """A minute of one character: the voice then lies a little higher for some ten seconds, is neither
    louder nor denser, and comes back; it is offered once."""
    events = makers.in_character(TUNE, 5, [(100.0, makers.Character(0.55, 60, 0.85))])
    made = played(events, "reflecting")

    def middle(start: float, end: float) -> float:
        pitches = [t.pitch for t in made.partner if start <= t.onset < end]
        return sum(pitches) / len(pitches)

    reasons = [c.because for c in told(events, "reflecting")]
    lifted = [c.time for c in told(events, "reflecting") if "higher" in c.because]
    assert len(lifted) == 1
    assert 60.0 <= lifted[0] <= 65.0
    assert reasons[-1].endswith("so I come back to you.")
    assert middle(lifted[0], lifted[0] + 9.0) > middle(40.0, 60.0) + 1.5
    assert middle(lifted[0] + 14.0, 98.0) < middle(lifted[0], lifted[0] + 9.0) - 1.5


def test_the_frame_comes_after_half_a_minute() -> None:
    """Frameworking first matches; the bass comes with the frame, which is named; its chords move only with
    the maker's notes."""
    events = contract("frameworking").scene.events()
    made = played(events, "frameworking")
    bass = made.voice("bass")
    frame = next(c for c in told(events, "frameworking") if "frame" in c.because)
    assert 30.0 <= frame.time <= 36.0
    assert bass[0].onset >= frame.time
    assert "folk song" in frame.because
    onsets = [t.onset for t in made.tones()]
    for a, b in pairwise(bass):
        if a.pitch % 12 != b.pitch % 12:
            assert any(0.0 <= b.onset - onset <= 0.1 for onset in onsets)


def test_a_frame_that_does_not_fit_is_changed() -> None:
    """Notes from no key at all: after four bars another frame is given, and it is said."""
    scrap = "C4 F#4 B4 Eb4 G4 C#5 F4 A4 Eb4 E4 G#4 D4 Bb4 F4 C#4 B4 "
    events = read_playing(evenly(LOOP * 14 + scrap * 5, 0.5, 0.55, 0.5), 66)
    frames = [c for c in told(events, "frameworking") if "frame" in c.because]
    assert len(frames) >= 2
    assert frames[0].because != frames[1].because
    assert frames[1].time - frames[0].time >= 4 * 4 * 0.5


def test_a_frame_that_fits_lasts() -> None:
    """Six minutes of one tune: one frame, given once, with a bass to the end."""
    events = makers.in_character(TUNE, 2, [(360.0, makers.Character(0.5, 66, 0.9))])
    made = played(events, "frameworking")
    frames = [c for c in told(events, "frameworking") if "frame" in c.because]
    assert len(frames) == 1
    bass = [t.onset for t in made.voice("bass")]
    assert max(b - a for a, b in pairwise(bass)) < 8.0
    assert bass[-1] > 350.0


def test_the_bass_moves_under_the_loop_and_comes_back() -> None:
    """A loop that stays: joined on its tonic, then the bass moves down in two steps and, nobody following,
    back in the same steps; its length and level stay as they are until then."""
    made = played(contract("transition").scene.events(), "transition")
    steps = [a.pitch for a, b in pairwise(made.partner) if a.pitch != b.pitch]
    assert steps == [48, 45, 41, 45]
    before = [t for t in made.partner if t.onset < 40.0]
    assert max(t.offset - t.onset for t in before) - min(t.offset - t.onset for t in before) < 0.02
    assert max(t.velocity for t in before) - min(t.velocity for t in before) <= 5


def test_a_transition_that_is_followed_stays() -> None:
    """New notes over the moved bass: it stays there, and says so."""
    events = read_playing(evenly(LOOP * 11 + "C4 F4 A4 F4 " * 14, 0.5, 0.5, 0.34), 70)
    reasons = [c.because for c in told(events, "transition")]
    assert "You came along, so I stay here with you." in reasons
    assert not any("go back" in reason for reason in reasons[: reasons.index(reasons[-1])])
    assert played(events, "transition").partner[-1].pitch == 41


def test_frames_are_well_formed() -> None:
    """Every frame: a name of its own, degrees and beats that exist, softer decoration, four bars of which
    the last is no fuller; its chords stay in the key."""
    assert len({frame.name for frame in FRAMES}) == len(FRAMES)
    for frame in FRAMES:
        assert frame.beats % frame.segment == 0
        assert len(frame.bars) == 4
        assert all(0 <= degree < 7 for bar in frame.bars for degree in bar)
        assert all(
            0 <= beat < frame.beats and softer >= 0.0 < length for beat, _, softer, length in frame.steps
        )
        assert len(strokes(frame, 3, 0, frame.beats)) <= len(strokes(frame, 0, 0, frame.beats))
        for degree in range(7):
            sound = chord(frame, degree, 2, "major")
            if frame.shape == 3:
                assert {(sound.root + pc) % 12 for pc in sound.pcs} <= {2, 4, 6, 7, 9, 11, 1}
    assert chord(FRAMES[1], 4, 9, "minor").pcs == (0, 3, 7)
    assert chord(FRAMES[2], SEVENTHS + 4, 0, "major").pcs == (0, 4, 7, 10)


@pytest.mark.parametrize(
    ("playing", "period", "meter", "frame"),
    [
        (evenly("C4 E4 G4 E4 F4 D4 C4 C4 " * 3, 0.5, 0.6, 0.5), 0.6, None, "folk song"),
        (evenly("A4 C5 E5 C5 D5 B4 A4 A4 " * 3, 0.5, 0.6, 0.5), 0.6, None, "modal vamp"),
        (
            evenly("C4 E4 G4 E4 F4 D4 C4 C4 " * 3, 0.5, 0.6, 0.5),
            0.9,
            Meter(3, 0.5, 2, 0.9),
            "lullaby in three",
        ),
        (
            evenly("C4 E4 G4 E4 F4 D4 C4 C4 " * 3, 0.5, 0.4, 0.3),
            1.1,
            Meter(2, 0.5, 3, 0.9),
            "lullaby in six",
        ),
        ("C4@0.5:0.5 F#4@1.7:0.4", None, None, "drone and open fifths"),
    ],
)
def test_the_frame_fits_what_is_heard(
    playing: str, period: float | None, meter: Meter | None, frame: str
) -> None:
    """Bright and dark keys, meters of three, divisions of three, and no key at all."""
    impression = heard(playing, period, meter)
    number = fitting(impression)
    assert FRAMES[number].name == frame
    assert fitting(impression, (number,)) != number


def test_tonal_clarity() -> None:
    """A scale with its triad is clear and major; one more note changes it as adding it does."""
    content = [3.0, 0.0, 1.0, 0.0, 2.0, 1.0, 0.0, 2.5, 0.0, 1.0, 0.0, 0.5]
    major, minor = both(content)
    assert major > 0.9 > minor
    for pc, reached in enumerate(with_each(content, 1.5)):
        more = [x + 1.5 * (n == pc) for n, x in enumerate(content)]
        assert reached == pytest.approx(both(more), abs=1e-5)
    assert both([1.0] * 12) == (0.0, 0.0)
