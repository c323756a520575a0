"""Tapping alone: what is put over it, how the beat is shared, and who moves the tempo."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, pstdev

import pytest

from playing import MAKERS, outputs, session
from undersong import Plan
from undersong.answering import drumming, groove, song
from undersong.errors import EventError, UsageError
from undersong.events import Chose, Input, Join, NoteOff, NoteOn, Play, Retract, Seconds, Steer, Tap
from undersong.listening.listener import Listener
from undersong.notes import Pulse
from undersong.plan import FOLLOW_ME, HOLD_ME, MEET_ME
from undersong.playing.following import Gain, Hand, adapted
from undersong.reflecting.duet import Duet, duet
from undersong.testing.safety import CLAUSES
from undersong.testing.tapper import Noise, Tapper, heard, tapping
from undersong.testing.tapping import TAPPED
from undersong.testing.window import Played
from undersong.turns import Adapt

ADA = MAKERS[0]
REACTION = 0.03
BAR = 4


def taps(*times: Seconds) -> list[Input]:
    return [Tap(time, time, ADA, 66) for time in times]


def evenly(count: int, period: Seconds, start: Seconds = 0.5) -> list[Input]:
    return taps(*(start + n * period for n in range(count)))


def scene(name: str) -> tuple[list[Input], Duet]:
    events = next(one for one in TAPPED if one.name == name).events()
    return events, duet(events, outputs(events))


def strokes(out: list[Play], since: Seconds) -> list[Seconds]:
    return [o.at for o in out if o.voice == "percussion" and o.at > since]


def plays(events: list[Input], plan: Plan | None = None) -> list[Play]:
    """What sounded, in the order of time."""
    out = outputs(events, plan)
    taken = {o.id for o in out if isinstance(o, Retract)}
    return sorted((o for o in out if isinstance(o, Play) and o.id not in taken), key=lambda o: o.at)


# --- what is put over taps -------------------------------------------------------------------------


def test_harmony_over_taps_moves_only_with_a_tap() -> None:
    """In two minutes of taps every bass note, and every chord that comes with one, begins one reaction
    after a tap: nothing changes in silence."""
    events, made = scene("taps-song")
    times = [e.time for e in events]
    bass = made.voice("bass")
    assert len(bass) > 30
    for tone in bass:
        assert min(abs(tone.onset - REACTION - time) for time in times) < 1e-6
        with_it = [t for t in made.voice("chords") if abs(t.onset - tone.onset) < 1e-6]
        assert with_it
    chords = [t for t in made.voice("chords") if not any(abs(t.onset - b.onset) < 1e-6 for b in bass)]
    before = {t.pitch % 12 for t in made.voice("chords") if t not in chords}
    assert {t.pitch % 12 for t in chords} <= before  # what comes between is only heard again


def test_a_song_is_no_loop() -> None:
    """Over two minutes of taps: an open fifth in the first forty seconds, then at least five different
    chords, a bass that moves by no more than a fifth, and no four bars that come back at once."""
    _, made = scene("taps-song")
    early = [t for t in made.partner if t.onset < 40 and t.voice in ("bass", "chords")]
    late = [t for t in made.voice("bass") if t.onset > 41.5]
    assert {(b.pitch - a.pitch) % 12 for a in early for b in early if a.onset == b.onset} == {0, 5, 7}
    assert len({t.pitch for t in late}) >= 5
    assert all(abs(b.pitch - a.pitch) <= 12 for a, b in pairwise(late))
    assert sum(abs(b.pitch - a.pitch) <= 7 for a, b in pairwise(late)) >= len(late) - 3
    roots = [t.pitch for t in late]
    assert not any(roots[n : n + 4] == roots[n + 4 : n + 8] for n in range(len(roots) - 7))


def test_a_tune_floats_over_taps_and_leaves_room() -> None:
    """Melody comes only after some while, in a few short shapes with longer silences between."""
    _, made = scene("taps-song")
    tune = made.voice("melody")
    assert len(tune) >= 9
    assert tune[0].onset > 45
    rests = [b.onset - a.offset for a, b in pairwise(tune)]
    assert sum(rest > 3.0 for rest in rests) >= 2
    sung = sum(t.offset - t.onset for t in tune)
    assert sung < 0.4 * (made.end - tune[0].onset)


@pytest.mark.parametrize("name", [one.name for one in TAPPED])
def test_the_safety_clauses_hold_over_taps(name: str) -> None:
    """In every scene of tapping: never louder, never denser than the taps, with a reason each time."""
    _, made = scene(name)
    played = Played(made)
    windows = [w for w in played.windows(8.0, played.onsets[-1]) if w.start > played.onsets[0] + 4.0]
    assert windows
    for clause in CLAUSES:
        kept = sum(clause.holds(w, "frameworking") for w in windows)
        assert kept >= 0.99 * len(windows), clause.name


def test_a_figure_of_theirs_comes_back_on_the_rim() -> None:
    """Long and short taps: the bar after next of the drum has them, at the maker's own places, and even
    taps have no figure."""
    clock = Pulse(0.6, 0.5, 1.0)
    places = [*range(12), 12, 13, 13.4, 15, 16, 17]
    listener = Listener()
    for event in taps(*(clock.time_at(place) for place in places)):
        listener.hear(event)
    part = listener.impression(clock.time_at(17)).lead
    assert part is not None
    assert drumming.figure(part, clock, 18) == pytest.approx((0, 2, 3, 3.4), abs=0.01) or drumming.figure(
        part, clock, 17
    )
    even = Listener()
    for event in taps(*(clock.time_at(place) for place in range(18))):
        even.hear(event)
    steady = even.impression(clock.time_at(17)).lead
    assert steady is not None
    assert drumming.figure(steady, clock, 18) == ()


def test_the_drum_strikes_no_more_often_than_they_tap() -> None:
    """Forty even taps: half as many strokes while they meet, and never one that is four on the floor."""
    events = evenly(56, 0.7)
    struck = strokes(plays(events), 5.0)
    assert 0.3 * 50 <= len([t for t in struck if t < 39.0]) <= 0.55 * 50
    gaps = [b - a for a, b in pairwise(struck)]
    assert len({round(gap / 0.7) for gap in gaps}) > 1


def test_songs_are_what_they_say() -> None:
    """Each song: the bass note belongs to its chord, moves by no more than a fifth within a phrase, and the
    tune rests on a note of the chord under its last note."""
    for one in song.SONGS:
        for phrase in one.phrases:
            for root, bass in phrase.bars:
                assert song.chord(root, 0).holds(bass)
            assert all(abs(b - a) <= 7 for (_, a), (_, b) in pairwise(phrase.bars))
            ends: dict[int, tuple[float, int]] = {}
            for bar, beat, pitch, _ in phrase.tune:
                ends[bar] = max(ends.get(bar, (-1.0, 0)), (beat, pitch))
            for bar, (_, pitch) in ends.items():
                going_on = any(other[0] == bar + 1 for other in phrase.tune)
                root = phrase.bars[bar][0]
                assert going_on or song.chord(root, 0).holds(pitch), (one.like, bar, pitch)


# --- "I'll start" ----------------------------------------------------------------------------------


def asked(*events: Input) -> list[Input]:
    return [Steer(0.0, 0.0, ADA, "partner_starts"), *events]


def test_the_partner_begins_a_tune() -> None:
    """Asked to start: within a second a bass; a light drum and a few notes of a tune; no more than one
    onset a beat in the first four bars, and one bar in four nearly empty."""
    sounded = plays(asked())
    assert min(o.at for o in sounded) < 1.0
    assert {o.voice for o in sounded} == {"bass", "percussion", "melody"}
    onsets = sorted({o.at for o in sounded})
    first = [at for at in onsets if at < onsets[0] + 16 * groove.PERIOD - 0.01]
    assert len(first) <= 16
    bars = [int((at - onsets[0] + 0.01) / (BAR * groove.PERIOD)) for at in onsets]
    counts = [bars.count(bar) for bar in range(4)]
    assert min(counts) <= 2
    assert len({(o.pitch, o.voice) for o in sounded}) > 8


@pytest.mark.parametrize("known", ["measured", "tapped before"])
def test_the_partner_begins_at_their_own_pace(known: str) -> None:
    """A pace that was measured, or taps before the asking: the tune begins at that tempo."""
    if known == "measured":
        events: list[Input] = [Join(0.0, 0.0, ADA, pace=0.7), *asked()]
        since = 0.0
    else:
        since = 30.0
        events = [*evenly(14, 0.7), Steer(since, since, ADA, "partner_starts")]
    struck = [o.at for o in plays(events) if o.voice == "bass" and o.at > since]
    bar = struck[3] - struck[0]
    assert bar == pytest.approx(BAR * 0.7, rel=0.03)


def test_whoever_joins_with_notes_gets_the_harmony() -> None:
    """A key pressed into the groove: from the next stroke on no bass or tune of the groove's own is begun,
    the drum goes on, and a ground comes under the notes."""
    notes: list[Input] = []
    for n, pitch in enumerate([62, 65, 69, 67, 65, 64, 62, 65, 69, 62]):
        at = 6.1 + 0.9 * n
        notes += [NoteOn(at, at, ADA, pitch, 70), NoteOff(at + 0.7, at + 0.7, ADA, pitch)]
    made = plays(asked(*notes))
    after = [o for o in made if 6.2 < o.at < 14.0]
    assert not [o for o in after if o.voice == "melody"]
    bass = [o for o in after if o.voice == "bass"]
    assert bass
    assert all(o.seconds > 5.0 for o in bass)  # a ground, no groove
    assert [o for o in after if o.voice == "percussion"]


@pytest.mark.parametrize(("adaptivity", "meets"), [(HOLD_ME, False), (MEET_ME, True), (FOLLOW_ME, True)])
def test_a_joined_tune_meets_them_or_holds(adaptivity: float, meets: bool) -> None:
    """Taps at another tempo over the groove: meeting or following, it is theirs after twelve taps; holding,
    it stays what it was."""
    period = 0.7
    made = plays(asked(*evenly(32, period, 8.6)), Plan(adaptivity=adaptivity))
    bass = [o.at for o in made if o.voice == "bass" and o.at > 8.6 + 12 * period and o.pitch < 50]
    gaps = [b - a for a, b in pairwise(bass)]
    own = period if meets else groove.PERIOD
    beats = [gap / own for gap in gaps]
    assert fmean(abs(b - round(2 * b) / 2) for b in beats) < 0.06


# --- phase, period, lead ---------------------------------------------------------------------------


def test_three_named_places() -> None:
    """Hold me: at most .1 of phase and nothing of the tempo. Meet me: what a technique says. Follow me:
    at most .3 of the tempo, and more of phase than meeting."""
    technique = Adapt(phase=0.3, period=0.075, phase_most=1.0)
    hold, meet, follow = (adapted(technique, place) for place in (HOLD_ME, MEET_ME, FOLLOW_ME))
    assert (hold.phase, hold.period, hold.phase_most) == pytest.approx((0.1, 0.0, 0.0))
    assert meet == technique
    assert follow.phase > 0.6
    assert 0.075 < follow.period <= 0.3
    assert adapted(technique, 0.0).phase == 0.0


def test_the_less_adaptive_the_evener() -> None:
    """The same uneven taps: at 0 our strokes are exactly even, at .3 less uneven than at 1."""
    uneven = {}
    for adaptivity in (0.0, MEET_ME, 1.0):
        tapper = Tapper(0.6, 3)
        _, out = tapping(tapper, session(Plan(technique="synchronising", adaptivity=adaptivity)), 60.0)
        struck = [at for at in heard(out) if at > 15.0]
        steps = [b - a for a, b in pairwise(struck)]
        uneven[adaptivity] = pstdev(step / max(1, round(step / 0.6)) for step in steps)
    assert uneven[0.0] < 1e-6
    assert uneven[MEET_ME] < 0.8 * uneven[1.0]


def test_a_measured_lead_is_allowed_for() -> None:
    """Taps of a hand that is known to come 70 ms early: our strokes come to lie 70 ms after them; of one
    that is known not to, together with them."""
    apart = {}
    for lead in (0.0, 0.07):
        events: list[Input] = [Join(0.0, 0.0, ADA, lead=lead), *evenly(60, 0.6)]
        struck = strokes(plays(events, Plan(technique="synchronising")), 20.0)
        times = [e.time for e in events[1:]]
        apart[lead] = fmean(min((at - time for time in times), key=abs) for at in struck if at < 35.0)
    assert apart[0.0] == pytest.approx(0.0, abs=0.01)
    assert apart[0.07] == pytest.approx(0.07, abs=0.01)


def test_a_lead_is_learned_from_eight_taps() -> None:
    """A hand that always comes 60 ms early is known, to within 12 ms, after eight taps; a late one never
    counts as a lead; a measured one is not learned anew."""
    hand = Hand(taps=True)
    for _ in range(8):
        hand.met(0.06, 0.6)
    assert hand.lead == pytest.approx(0.06, abs=0.012)
    late = Hand(taps=True)
    for _ in range(30):
        late.met(-0.05, 0.6)
    assert late.lead == 0.0
    measured = Hand(taps=True, measured=0.02)
    measured.met(0.09, 0.6)
    assert measured.lead == 0.02


@pytest.mark.parametrize("seed", range(3))
def test_two_who_give_in_do_not_run_away(seed: int) -> None:
    """Somebody who taps early and lets their own tempo follow ours, three minutes: within a twentieth of
    their pace in the end, whatever was chosen on the way."""
    tapper = Tapper(0.6, seed, Noise(0.03, 0.005, 0.04), keeps_up=0.1)
    times, _ = tapping(tapper, session(), 180.0)
    end = [b - a for a, b in pairwise(times[-30:])]
    assert fmean(end) == pytest.approx(0.6, rel=0.05)


def test_gain_gives_what_is_left_open() -> None:
    """Asynchronies that keep their sign raise the share that is corrected, others lower it."""
    adapt = Adapt(phase=0.3, period=0.0, phase_most=1.0, ready=0.5)
    left, met = Gain(), Gain()
    kept = [left.after(0.02, adapt) for _ in range(12)][-1]
    undone = [met.after(0.02 * (-1) ** n, adapt) for n in range(12)][-1]
    assert undone < 0.65 < kept


def test_a_stray_tap_does_not_take_the_beat_away() -> None:
    """One tap a fifth of a beat late among even ones: the partner's strokes go on where they were."""
    times = [0.5 + 0.6 * n + (0.13 if n == 30 else 0.0) for n in range(60)]
    plan = Plan(technique="synchronising")
    struck = strokes(plays(taps(*times), plan), 0.5 + 0.6 * 33)
    usual = strokes(plays(evenly(60, 0.6), plan), 0.5 + 0.6 * 33)
    assert len(struck) == len(usual)
    assert max(abs(a - b) for a, b in zip(struck, usual, strict=True)) < 0.06


# --- livelier --------------------------------------------------------------------------------------


def livelier(plan: Plan, keeps_up: float) -> tuple[list[float], list[Chose]]:
    """The tapper's tempo against their pace, sixteen taps by sixteen, over 150 s; and the reasons."""
    tapper = Tapper(0.6, 5, Noise(0.02, 0.005, 0.04), keeps_up)
    times, out = tapping(tapper, session(plan), 150.0)
    blocks = [(times[n + 16] - times[n]) / 16 / 0.6 for n in range(0, len(times) - 16, 16)]
    return blocks, [o for o in out if isinstance(o, Chose)]


def test_a_beat_grows_livelier_with_who_comes_along() -> None:
    """Where the session is meant to enliven, somebody who comes along is 4 to 12% quicker after two and a
    half minutes, told why, and never by more than 4% in four bars."""
    tempo, told = livelier(Plan(technique="synchronising", aim="enliven"), 0.1)
    assert 0.88 < tempo[-1] < 0.96
    assert any("livelier" in one.because for one in told)
    assert all(b > 0.96 * a for a, b in pairwise(tempo))


def test_who_stays_is_let_stay() -> None:
    """Somebody who keeps their own tempo is nowhere drawn far from it, also where the session is meant to
    enliven; without that aim hardly anybody is."""
    stays, _ = livelier(Plan(technique="synchronising", aim="enliven"), 0.0)
    usual, _ = livelier(Plan(technique="synchronising"), 0.1)
    assert stays[-1] > 0.96
    assert usual[-1] > 0.965


# --- what may come in ------------------------------------------------------------------------------


@pytest.mark.parametrize("hand", [{"lead": 0.5}, {"lead": float("nan")}, {"pace": 0.0}, {"pace": True}])
def test_a_hand_that_cannot_be_is_refused(hand: dict[str, float]) -> None:
    """A lead beyond .3 s, a pace of nothing or no number at all: one plain sentence."""
    with pytest.raises(EventError, match="must lie between"):
        session().receive(Join(0.0, 0.0, ADA, **hand))


def test_an_adaptivity_that_cannot_be_is_refused() -> None:
    """Beyond 0 to 1 there is none."""
    with pytest.raises(UsageError, match="Adaptivity"):
        Plan(adaptivity=1.5)
