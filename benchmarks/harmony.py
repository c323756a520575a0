"""How well is harmony heard, foreseen and played?

    python benchmarks/harmony.py [--tunes 60]

Lead sheets that nothing was fitted to (a third, by a hash of the name), played by a simulated person
(60-140 a minute, uneven, drifting), without tempo, meter or key. A slot is half a written bar. Fit: share
of melody time in which the melody is one of the chord's (at most three) pitch classes. Forecast: the last
harmony known before the slot begins. Reacting: what is believed while it sounds, or what the partner
sounds. Right: the written triad where it changes. Consonant: melody over bass in P1 m3 M3 P5 m6 M6.
Agrees: time on the written bass's pitch class. Changes: of chord, a written bar. Means over time with
95% bootstrap intervals over tunes; the baselines hear the same playing.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from time import process_time
from zlib import crc32

import corpora
from tables import interval, table
from undersong import Plan, Session, perform
from undersong.chance import Chance
from undersong.choosing.rules import Rules
from undersong.events import HeardHarmony, Input, Output
from undersong.listening.harmony import CHORDS, NAMES, HarmonyListener
from undersong.listening.tables.lead_sheets import MOVES
from undersong.listening.tonality import TonalityListener
from undersong.plugins import techniques
from undersong.reflecting.duet import Duet, duet
from undersong.testing.makers import MAKER, Stage, Timekeeper
from undersong.theory.voicing import parallels

CONSONANT = (0, 3, 4, 7, 8, 9)
AFTER = 10.0
Pair = tuple[float, float]
Chord = tuple[int, ...]  # pitch classes, the root first
Spans = list[tuple[float, Chord, int | None]]  # from when on, its pitch classes, its bass


@dataclass(frozen=True)
class Case:
    """A tune as played: ``at`` gives the second at which a quarter falls."""

    tune: corpora.Melody
    events: list[Input]
    notes: tuple[tuple[float, float, int], ...]
    slots: tuple[float, ...]
    written: Spans


def played(tune: corpora.Melody, moved: int = 0) -> Case:
    """The tune as a person plays it; its second half transposed by ``moved``."""
    chance = Chance(crc32(tune.name.encode()))
    stage = Stage()
    keeper = Timekeeper(60 / chance.between("tempo", 60, 140), chance, 0.6)
    end = max(on + length for on, length, _ in tune.notes)
    middle = end / 2
    notes = []
    times = [0.5 + keeper.time(on) for on, _, _ in tune.notes]
    for index, (on, length, pitch) in enumerate(tune.notes):
        start = times[index]
        stop = 0.5 + keeper.time(on + length)
        following = times[index + 1] if index + 1 < len(times) else stop
        higher = pitch + (moved if on >= middle else 0)
        sounds = max(0.05, min(stop, following) - start) * chance.between("held", 0.85, 0.98)
        stage.note(start, sounds, higher, 70 + chance.spread("touch", 6))
        notes.append((start, start + sounds, higher))
    half = tune.bar / 2
    first = tune.downbeat % half  # an upbeat is a slot of its own
    grid = [0.0] * (first > 0) + [first + n * half for n in range(int((end - first) / half) + 2)]
    slots = tuple(0.5 + keeper.time(quarter) for quarter in grid)
    written: Spans = [
        (
            0.5 + keeper.time(on),
            tuple((root + s + (moved if on >= middle else 0)) % 12 for s in pcs),
            (bass + (moved if on >= middle else 0)) % 12,
        )
        for on, root, pcs, bass in tune.chords
    ]
    return Case(tune, stage.events(), tuple(notes), slots, written)


def outputs(case: Case, plan: Plan) -> list[Output]:
    """What the session said and played."""
    session = Session(plan, seed=0, techniques=techniques(), policy=Rules())
    return perform(session, case.events, case.events[-1].heard + AFTER)


# --- partners: each gives what holds from when on -------------------------------------------------


def chord_of(number: int) -> Chord:
    """The pitch classes of a numbered triad."""
    return CHORDS[number].classes


def by_slot(case: Case, choose: Callable[[Case, int], Chord]) -> Spans:
    """One chord a slot; its bass is its root."""
    chosen = [(at, choose(case, n)) for n, at in enumerate(case.slots[:-1])]
    return [(at, chord, chord[0]) for at, chord in chosen]


def content(case: Case, start: float, end: float) -> list[float]:
    """Seconds of each pitch class between two times."""
    seconds = [0.0] * 12
    for on, off, pitch in case.notes:
        seconds[pitch % 12] += max(0.0, min(off, end) - max(on, start))
    return seconds


def best_triad(seconds: list[float]) -> Chord:
    """The major or minor triad that holds most of it."""
    return max((chord_of(n) for n in range(24)), key=lambda c: sum(seconds[pc] for pc in c))


def human(case: Case) -> Spans:
    """The written chord that holds longest in each slot."""

    def choose(given: Case, n: int) -> Chord:
        middle = (given.slots[n] + given.slots[n + 1]) / 2
        held = [c for at, c, _ in given.written if at <= middle]
        return held[-1] if held else best_triad(content(given, given.slots[n], given.slots[n + 1]))

    return by_slot(case, choose)


def clairvoyant(case: Case) -> Spans:
    """The best triad for what each slot will bring."""
    return by_slot(case, lambda c, n: best_triad(content(c, c.slots[n], c.slots[n + 1])))


def lagging(case: Case) -> Spans:
    """The best triad for what the slot before brought."""
    return by_slot(case, lambda c, n: best_triad(content(c, c.slots[max(0, n - 1)], c.slots[n])))


def drone(case: Case) -> Spans:
    """The tonic triad of the written key."""
    third = 3 if case.tune.minor else 4
    tonic = case.tune.tonic
    return by_slot(case, lambda c, n: (tonic, (tonic + third) % 12, (tonic + 7) % 12))


def key_at(case: Case, now: float) -> tuple[int, bool]:
    """The key found from what was heard before ``now``."""
    listener = TonalityListener()
    for on, _, pitch in case.notes:
        if on < now:
            listener.note(MAKER, pitch, begins_phrase=False, pause=0.0)
    read = listener.tonality
    return (0, False) if read is None else (read.tonic, read.mode in ("minor", "dorian", "phrygian"))


def found_drone(case: Case) -> Spans:
    """The tonic triad of the key found so far."""

    def choose(given: Case, n: int) -> Chord:
        tonic, minor = key_at(given, given.slots[n])
        return (tonic, (tonic + (3 if minor else 4)) % 12, (tonic + 7) % 12)

    return by_slot(case, choose)


def chain(case: Case) -> Spans:
    """Key and chord statistics without memory: a forward filter over slots, one step ahead."""
    belief = [1 / 24] * 24
    spans: Spans = []
    for n, at in enumerate(case.slots[:-1]):
        tonic, minor = key_at(case, at)
        moves = MOVES[minor]
        if n:
            seconds = content(case, case.slots[n - 1], at)
            whole = sum(seconds) or 1.0
            fit = [sum(seconds[(tonic + pc) % 12] for pc in chord_of(d)) / whole for d in range(24)]
            belief = [b * (0.08 + f) ** 3 for b, f in zip(belief, fit, strict=True)]
        ahead = [sum(belief[d] * 2.718 ** (moves[d][e] / 100) for d in range(24)) for e in range(24)]
        whole = sum(ahead)
        belief = [x / whole for x in ahead]
        worth = [
            sum(belief[d] * len(set(chord_of(d)) & set(chord_of(e))) for d in range(24)) for e in range(24)
        ]
        degree = max(range(24), key=lambda e: worth[e])
        chord = tuple((tonic + pc) % 12 for pc in chord_of(degree))
        spans.append((at, chord, chord[0]))
    return spans


def random_diatonic(case: Case) -> Spans:
    """Any triad of the written scale."""
    chance = random.Random(crc32(case.tune.name.encode()))
    degrees = (15, 5, 19, 8, 3, 10, 0) if case.tune.minor else (0, 14, 16, 5, 7, 21)
    tonic = case.tune.tonic
    return by_slot(case, lambda c, n: tuple((tonic + pc) % 12 for pc in chord_of(chance.choice(degrees))))


def told(out: list[Output]) -> list[tuple[float, Chord, bool]]:
    """The lines of harmony."""
    return [
        (o.time, CHORDS[NAMES.index(o.chord)].classes, o.forecast)
        for o in out
        if isinstance(o, HeardHarmony)
    ]


def foreseen(case: Case, out: list[Output]) -> Spans:
    """The last line known before each slot begins."""
    lines = told(out)
    spans: Spans = []
    for at in case.slots[:-1]:
        known = [chord for time, chord, _ in lines if time < at]
        if known:
            spans.append((at, known[-1], known[-1][0]))
    return spans


def believed(out: list[Output]) -> Spans:
    """What is said to hold, from when it is said on."""
    return [(time, chord, chord[0]) for time, chord, ahead in told(out) if not ahead]


def sounded(made: Duet) -> Spans:
    """The partner's chords (at most three pitch classes: the bass's and the chords') and bass."""
    edges = [*(t.onset for t in made.partner), *(t.offset for t in made.partner)]
    times = sorted({round(edge, 6) for edge in edges})
    spans: Spans = []
    for at in times:
        on = [t for t in made.partner if t.onset <= at + 1e-6 and t.offset > at + 2e-6]
        bass = min((t.pitch for t in on if t.voice == "bass"), default=None)
        pcs = tuple(sorted({t.pitch % 12 for t in on if t.voice in ("bass", "chords")}))
        if not spans or spans[-1][1:] != (pcs, bass):
            spans.append((at, pcs, bass))
    return spans


# --- figures --------------------------------------------------------------------------------------


def at(spans: Spans, time: float) -> tuple[Chord, int | None]:
    """What holds at a time."""
    held: tuple[Chord, int | None] = ((), None)
    for since, chord, bass in spans:
        if since > time:
            break
        held = (chord, bass)
    return held


def figures(case: Case, spans: Spans) -> dict[str, Pair]:
    """Each figure of one tune as (part, whole)."""
    fit = whole = consonant = with_bass = agrees = agreed = 0.0
    for on, off, pitch in case.notes:
        cuts = sorted({on, off, *[s for s, _, _ in spans if on < s < off]})
        for a, b in pairwise(cuts):
            chord, bass = at(spans, a + 1e-6)
            whole += b - a
            fit += (b - a) * (pitch % 12 in chord)
            if bass is not None:
                with_bass += b - a
                consonant += (b - a) * ((pitch - bass) % 12 in CONSONANT)
            meant = at(case.written, (a + b) / 2)[1]
            if meant is not None:
                agreed += b - a
                agrees += (b - a) * (bass is not None and bass % 12 == meant)
    right = changed = 0
    for (_, was, _), (since, now, _) in pairwise(case.written):
        if was == now:
            continue
        slot = min(range(len(case.slots)), key=lambda n: abs(case.slots[n] - since))
        changed += 1
        right += set(at(spans, case.slots[slot] + 1e-3)[0]) == set(now)
    bars = (len(case.slots) - 1) / 2
    changes = sum(set(p) != set(q) for (_, p, _), (_, q, _) in pairwise(spans) if p and q)
    return {
        "fit": (fit, whole),
        "right": (right, changed),
        "consonant": (consonant, with_bass),
        "agrees": (agrees, agreed),
        "changes": (changes, bars),
        "different": (len({c for _, c, _ in spans if c}), 1),
    }


def surprise(tune: corpora.Melody, forecast: bool) -> Pair | None:
    """Fit in the eight quarters after a step to another key against the same quarters unmoved."""
    found = []
    for moved in (0, 3):
        case = played(tune, moved)
        plan = Plan(technique="accompanying")
        out = outputs(case, plan)
        spans = foreseen(case, out) if forecast else believed(out)
        end = max(on + length for on, length, _ in tune.notes) / 2
        first = next((n for n, (on, _, _) in enumerate(tune.notes) if on >= end), None)
        if first is None:
            return None
        start = case.notes[first][0]
        last = [n for n, (on, _, _) in enumerate(tune.notes) if end <= on < end + 8]
        stop = case.notes[last[-1]][1] if last else start
        notes = tuple(n for n in case.notes if start <= n[0] < stop)
        part, whole = figures(Case(tune, [], notes, case.slots, case.written), spans)["fit"]
        found.append(part / whole if whole else 0.0)
    return (found[1], found[0])


def voice_leading(made: Duet, case: Case) -> Pair:
    """Parallels of bass and melody: among onsets of the bass where both have moved."""
    bass = made.voice("bass")
    found = both = 0
    for a, b in pairwise(bass):
        over = []
        for tone in (a, b):
            on = [p for s, _, p in case.notes if s <= tone.onset + 0.05]
            over.append(on[-1] if on else 0)
        if a.pitch != b.pitch and over[0] != over[1]:
            both += 1
            found += parallels([(a.pitch, b.pitch), (over[0], over[1])])
    return (found, both)


def doubled(case: Case, made: Duet) -> Pair:
    """Onsets of the maker at which the partner strikes the same pitch class alone."""
    struck = [t for t in made.partner if t.voice in ("bass", "chords")]
    hits = sum(
        [t.pitch % 12 for t in struck if 0 <= t.onset - on <= 0.06] == [pitch % 12]
        for on, _, pitch in case.notes
    )
    return (hits, len(case.notes))


PARTNERS: tuple[tuple[str, Callable[[Case], Spans]], ...] = (
    ("human, one triad a slot", human),
    ("clairvoyant triad a slot", clairvoyant),
    ("tonic drone, key given", drone),
    ("tonic drone, key found", found_drone),
    ("lagging a slot", lagging),
    ("key and chord filter", chain),
    ("random diatonic", random_diatonic),
)


def tunes(most: int, held_out: bool = True) -> list[corpora.Melody]:
    """Lead sheets with chords."""
    every = [t for t in corpora.melodies(corpora.data()) if t.chords and t.held_out == held_out]
    return sorted(every, key=lambda t: crc32(t.name.encode()[::-1]))[:most]


def seconds_a_note(cases: list[Case]) -> float:
    """CPU seconds of the harmony listener alone, a note."""
    spent, count = 0.0, 0
    for case in cases[:10]:
        keys, listener = TonalityListener(), HarmonyListener()
        for on, _, pitch in case.notes:
            keys.note(MAKER, pitch, begins_phrase=False, pause=0.0)
            tonality = keys.tonality
            assert tonality is not None
            begun = process_time()
            listener.note(on, MAKER, pitch, tonality, None)
            spent += process_time() - begun
            count += 1
    return spent / count


def sections(most: int, held_out: bool = True) -> list[str]:
    """The tables."""
    cases = [played(tune) for tune in tunes(most, held_out)]
    found: dict[str, list[dict[str, Pair]]] = {}
    leading: list[Pair] = []
    doubling: list[Pair] = []
    for case in cases:
        for name, partner in PARTNERS:
            found.setdefault(name, []).append(figures(case, partner(case)))
        out = outputs(case, Plan(technique="accompanying", correction=0.05))
        made = duet(case.events, out)
        found.setdefault("Undersong, foreseen", []).append(figures(case, foreseen(case, out)))
        found.setdefault("Undersong, believed", []).append(figures(case, believed(out)))
        found.setdefault("Undersong, as it sounds", []).append(figures(case, sounded(made)))
        blind = duet(case.events, outputs(case, Plan(technique="accompanying", forecast_only=True)))
        found.setdefault("Undersong, forecast only", []).append(figures(case, sounded(blind)))
        leading.append(voice_leading(made, case))
        doubling.append(doubled(case, made))
    head = list(next(iter(found.values()))[0])
    rows = [[name, *(interval([f[h] for f in each]) for h in head)] for name, each in found.items()]
    some = [case.tune for case in cases[: max(1, len(cases) // 2)]]
    moved = [[p for tune in some if (p := surprise(tune, f)) is not None] for f in (False, True)]
    more = [
        ["first 8 quarters after a new key, believed, of level", interval(moved[0])],
        ["the same, foreseen", interval(moved[1])],
        ["bass and melody in parallel, where both move", interval(leading)],
        ["maker's onsets merely doubled", interval(doubling)],
        ["harmony listener, microseconds a note", f"{1e6 * seconds_a_note(cases):.0f}"],
    ]
    return [
        f"{len(cases)} lead sheets {'held out' if held_out else 'fitted to'}\n\n"
        + table(["partner", *head], rows),
        table(["also", ""], more),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tunes", type=int, default=60)
    parser.add_argument("--fitted", action="store_true", help="the tunes that were fitted to")
    chosen = parser.parse_args()
    print("\n\n".join(sections(chosen.tunes, not chosen.fitted)))


if __name__ == "__main__":
    main()
