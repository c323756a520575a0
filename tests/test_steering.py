"""Wishes spoken outside the music: each in force at once, each with its reason."""

from dataclasses import replace
from itertools import pairwise

from playing import outputs, session
from undersong import Plan
from undersong.events import THERAPIST, Chose, Input, Play, Steer, SteerKind
from undersong.reflecting.duet import duet
from undersong.testing import makers
from undersong.testing.minutes import KINDS, minutes
from undersong.testing.minutes import TUNE as TUNE_OF_OURS
from undersong.theory.loudness import level

MAKER = makers.MAKER
TUNE = [(n, 1.0, pitch) for n, pitch in enumerate([60, 62, 64, 67, 65, 64, 62, 64] * 20)]
PERIOD = 0.55


def steered(
    wishes: list[tuple[float, SteerKind, str | None]], plan: Plan | None = None, unevenness: float = 0.3
) -> tuple[list[Input], list[Chose], list[Play]]:
    """A steady tune with wishes spoken at some times."""
    events: list[Input] = list(makers.steady(TUNE, 1, period=PERIOD, unevenness=unevenness))
    events += [Steer(at, at, MAKER, what, technique) for at, what, technique in wishes]
    events.sort(key=lambda e: e.heard)
    out = outputs(events, plan)
    return events, [o for o in out if isinstance(o, Chose)], [o for o in out if isinstance(o, Play)]


def test_less_is_softer_within_a_beat() -> None:
    """After "less" every stroke that falls a beat later or more is softer by about 4 dB; with a reason."""
    _, _, loud = steered([])
    _, told, soft = steered([(30.0, "less", None)])
    assert any("less" in c.because for c in told if c.time == 30.0)

    def mean(plays: list[Play]) -> float:
        levels = [
            level(p.velocity) for p in plays if 30.0 + PERIOD <= p.at < 60.0 and p.voice == "percussion"
        ]
        return sum(levels) / len(levels)

    assert 2.5 < mean(loud) - mean(soft) < 5.5


def test_more_keeps_what_there_is() -> None:
    """After "more", spoken just before the choice would have become another, it stays for half a minute."""
    _, free, _ = steered([])
    change = next(b for a, b in pairwise(free) if a.technique != b.technique and b.time > 20.0)
    assert change.time < 60.0  # the tune goes on long enough for this to tell
    at = change.time - 0.5
    before = [c.technique for c in free if c.time < at][-1]
    _, kept, _ = steered([(at, "more", None)])
    assert {c.technique for c in kept if at <= c.time < at + 30.0} == {before}


def test_undo_goes_back() -> None:
    """ "Only this technique", then "undo": free again, at once."""
    _, told, _ = steered([(20.0, "technique", "giving-space"), (26.0, "undo", None)])
    assert any(c.time == 20.0 and c.technique == "giving-space" for c in told)
    after = [c for c in told if c.time >= 26.0]
    assert after
    assert after[0].time == 26.0
    assert "giving-space" not in {c.technique for c in after if c.time < 30.0}


def test_change_brings_something_else() -> None:
    """After "change" the technique that was there is not chosen for a minute, and another comes within
    a beat."""
    _, told, _ = steered([])
    then = [c for c in told if c.time < 30.0][-1]
    _, told, _ = steered([(30.0, "change", None)])
    after = [c for c in told if 30.0 <= c.time < 88.0]
    assert after
    assert after[0].time <= 30.0 + PERIOD
    assert then.technique not in {c.technique for c in after}


def test_what_is_asked_from_beside_is_played_alike_and_not_told_as_a_wish() -> None:
    """Every wish at once, from the maker and from beside them: the same music, note for note. The maker
    reads that they asked; of what was asked from beside, what is played, each time with a reason."""
    wishes: list[tuple[float, SteerKind, str | None]] = [
        (10.0, "less", None), (14.0, "lead", None), (18.0, "follow", None), (22.0, "more", None),
        (26.0, "undo", None), (30.0, "change", None), (36.0, "technique", "holding"),
        (42.0, "technique", None), (46.0, "rest", None), (50.0, "begin", None), (60.0, "finish", None),
    ]  # fmt: skip
    events, told, plays = steered(wishes)
    beside = [replace(e, maker=THERAPIST) if isinstance(e, Steer) else e for e in events]
    out = outputs(beside)
    assert [o for o in out if isinstance(o, Play)] == plays
    unseen = [o for o in out if isinstance(o, Chose)]
    assert [c.time for c in unseen] == [c.time for c in told]
    assert sum("ask" in c.because for c in told) >= 5
    assert not [c for c in unseen if "ask" in c.because or not c.because]
    (silent,) = [c for c in unseen if c.time == 46.0]
    assert silent.technique == "giving-space"  # a rest is the maker's own; this is room for them
    differ = {(a.because, b.because) for a, b in zip(told, unseen, strict=True) if a.because != b.because}
    assert len(differ) >= 5


def test_wishes_are_replayed() -> None:
    """The same wishes give the same music, and other music than none."""
    events, _, plays = steered([(10.0, "less", None), (20.0, "undo", None), (25.0, "lead", None)])
    again = session()
    out = []
    for event in events:
        out += again.receive(replace(event))
    out += again.advance(events[-1].heard + 40.0)
    assert [o for o in out if isinstance(o, Play)] == plays
    assert plays != steered([])[2]


def test_who_keeps_the_tempo() -> None:
    """With a maker whose tempo wanders the partner's beat is more even when it is asked to lead than when
    it is asked to follow; both are told."""
    events: list[Input] = list(makers.steady(TUNE, 3, period=PERIOD, unevenness=1.0))
    unrest: dict[str, float] = {}
    for what, word in (("lead", "hold"), ("follow", "go along")):
        wish = Steer(8.0, 8.0, MAKER, what)  # type: ignore[arg-type]
        out = outputs(sorted([*events, wish], key=lambda e: e.heard), Plan(technique="synchronising"))
        assert any(word in o.because for o in out if isinstance(o, Chose))
        beats = [o.at for o in out if isinstance(o, Play) and o.at > 12.0]
        gaps = [b - a for a, b in pairwise(beats) if 0.35 < b - a < 0.85]
        changes = [abs(b - a) for a, b in pairwise(gaps)]
        unrest[what] = sum(changes) / len(changes)
    assert unrest["lead"] < 0.7 * unrest["follow"], unrest


def test_an_aim_bends_the_choice() -> None:
    """The same tune, some minutes of it: to converse, the partner takes turns and puts no chords under it;
    to accompany, it does the reverse."""
    tune = [(n, 1.0, pitch) for n, pitch in enumerate([60, 62, 64, 67, 65, 64, 62, 64] * 60)]
    events = makers.steady(tune, 1, period=PERIOD, unevenness=0.3)

    def chosen(aim: str | None) -> set[str]:
        return {o.technique for o in outputs(events, Plan(aim=aim)) if isinstance(o, Chose)}

    assert "dialoguing" in chosen("converse")
    assert "accompanying" not in chosen("converse")
    assert "accompanying" in chosen("accompany")
    assert "dialoguing" not in chosen("accompany")
    assert {"accompanying", "dialoguing"} & chosen(None)


def test_timbres_change_a_few_times_and_never_within_a_phrase() -> None:
    """In ten minutes with each of six makers the partner's timbre changes two to four times, never while
    one of its chords or melody notes goes on."""
    for _, sections in KINDS:
        events = minutes(sections, TUNE_OF_OURS, 1)
        out = outputs(events)
        plays = [o for o in out if isinstance(o, Play)]
        changes = [b.at for a, b in pairwise(plays) if a.timbre != b.timbre]
        assert 2 <= len(changes) <= 4
        going_on = duet(events, out).voice("chords", "melody")
        for at in changes:
            assert not [t for t in going_on if t.onset < at - 0.05 and t.offset > at + 1.0]
