"""How good is the ground under a tentative fragment?

    python benchmarks/answering.py [--tunes 120]

Fragments of our own (undersong.testing.scenes), answered freely, beside simple baselines in the
same run. Rub: share of maker onsets that lie 1, 2, 6 or 11 semitones (octaves aside) over the bass
that sounds 50 ms after them. Moves: changes of the bass's pitch per note. In silence: changes of a
sounding bass with no maker's onset in the 100 ms before. Under: share of the notes after the first
phrase that have a bass under them. Accepted: share of bass time on a tonic or fifth that an ear would
accept (written down with each fragment). Late: fragments whose first bass came more than 2 s after the
end of the first little phrase. Pooled; 95% bootstrap intervals over fragments. Fragments of taps are
judged by the contract of rhythmic grounding.

A second table is of fragments written by another hand (undersong.testing.unseen). A third does the same
on the openings and middles of written tunes, played haltingly, where "accepted" is the written key: what a
fragment of a dozen notes does not tell is counted as wrong.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import corpora
from tables import interval, table
from undersong import Plan, Session, perform
from undersong.choosing.rules import Rules
from undersong.events import Input
from undersong.plugins import techniques
from undersong.reflecting.duet import Duet, PartnerTone, duet
from undersong.testing import makers
from undersong.testing.contracts import CONTRACTS
from undersong.testing.scenes import FRAGMENTS, Scene
from undersong.testing.unseen import UNSEEN
from undersong.testing.window import Played
from undersong.theory.pitch import lowest_at_least, rubs
from undersong.theory.roughness import roughness

AFTER = 26.0
REACTION = 0.03
CLOCK = 2.0  # seconds at which the blind baselines change
Accepts = Callable[[float], frozenset[int]]
Bass = Callable[[Duet], tuple[PartnerTone, ...]]

# Krumhansl & Kessler (1982), probe-tone ratings; as a baseline only.
KK_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
KK_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def ours(events: Sequence[Input]) -> Duet:
    """The duet with the partner, free to choose."""
    session = Session(Plan(), seed=0, techniques=techniques(), policy=Rules())
    return duet(events, perform(session, events, events[-1].heard + AFTER))


def key(durations: list[float]) -> tuple[int, bool]:
    """Tonic and whether it is minor, by correlation with Krumhansl and Kessler's profiles."""
    mean = sum(durations) / 12
    best = (-9.0, 0, False)
    for minor, profile in ((False, KK_MAJOR), (True, KK_MINOR)):
        middle = sum(profile) / 12
        for tonic in range(12):
            score = sum((durations[(tonic + d) % 12] - mean) * (profile[d] - middle) for d in range(12))
            best = max(best, (score, tonic, minor))
    return best[1], best[2]


def heard(made: Duet, now: float, span: float = 1e9) -> list[float]:
    """Seconds for each pitch class that have sounded before ``now``."""
    seconds = [0.0] * 12
    for tone in made.tones():
        if tone.pitch is not None and now - span <= tone.onset <= now:
            seconds[tone.pitch % 12] += max(0.05, min(tone.offset or now, now) - tone.onset)
    return seconds


def line(made: Duet, changes: list[tuple[float, int]]) -> tuple[PartnerTone, ...]:
    """A bass from (time, pitch class), legato until the maker ends."""
    end = max(t.offset or t.onset for t in made.tones())
    merged = [c for i, c in enumerate(changes) if i == 0 or c[1] != changes[i - 1][1]]
    return tuple(
        PartnerTone(
            at, merged[i + 1][0] if i + 1 < len(merged) else end, lowest_at_least(pc, 43), 40, "bass"
        )
        for i, (at, pc) in enumerate(merged)
    )


def nobody(made: Duet) -> tuple[PartnerTone, ...]:
    """A silent partner."""
    return ()


def first_note(made: Duet) -> tuple[PartnerTone, ...]:
    """The first note heard, held."""
    tone = next(t for t in made.tones() if t.pitch is not None)
    return line(made, [(tone.onset + REACTION, (tone.pitch or 0) % 12)])


def krumhansl(made: Duet) -> tuple[PartnerTone, ...]:
    """The tonic of the likeliest key so far, at every onset."""
    return line(made, [(t.onset + REACTION, key(heard(made, t.onset))[0]) for t in made.tones()])


def lagging_triads(made: Duet) -> tuple[PartnerTone, ...]:
    """Every two seconds the root of the triad that covers the last two seconds best."""
    changes = []
    for now in ticks(made):
        seconds = heard(made, now, CLOCK)
        root = max(
            (sum(seconds[(r + i) % 12] for i in triad), -r)
            for r in range(12)
            for triad in ((0, 4, 7), (0, 3, 7))
        )
        changes.append((now, -root[1]))
    return line(made, changes)


def random_diatonic(made: Duet) -> tuple[PartnerTone, ...]:
    """Every two seconds any degree of the likeliest scale."""
    chance = random.Random(0)
    changes = []
    for now in ticks(made):
        tonic, minor = key(heard(made, now))
        scale = (0, 2, 3, 5, 7, 8, 10) if minor else (0, 2, 4, 5, 7, 9, 11)
        changes.append((now, (tonic + chance.choice(scale)) % 12))
    return line(made, changes)


def ticks(made: Duet) -> list[float]:
    """A blind clock from the first note on."""
    tones = made.tones()
    start, end = tones[0].onset, tones[-1].onset
    return [start + CLOCK * n for n in range(1, int((end - start) / CLOCK) + 2)]


def measure(made: Duet, accepts: Accepts) -> dict[str, tuple[float, float]]:
    """Each figure as (part, whole)."""
    played = Played(made)
    bass = made.voice("bass")
    tones = [t for t in made.tones() if t.pitch is not None]
    end = played.first_phrase_end
    after = [t for t in tones if t.onset > end]

    def below(time: float) -> list[PartnerTone]:
        return [b for b in bass if b.onset <= time + 0.05 < b.offset]

    moves = [b for a, b in pairwise(bass) if b.pitch != a.pitch and b.onset - a.offset < 0.1]
    silent = [m for m in moves if not any(0 <= m.onset - t.onset <= 0.1 for t in tones)]
    good = sum(b.offset - b.onset for b in bass if b.pitch % 12 in accepts(b.onset))
    rough = [
        roughness([t.pitch, below(t.onset)[0].pitch])
        for t in tones
        if t.pitch is not None and below(t.onset)
    ]
    return {
        "rub": (sum(any(rubs(t.pitch or 0, b.pitch) for b in below(t.onset)) for t in tones), len(tones)),
        "moves": (len(moves), len(tones)),
        "in silence": (len(silent), 1),
        "under": (sum(bool(below(t.onset)) for t in after), len(after)),
        "accepted": (good, sum(b.offset - b.onset for b in bass)),
        "late": (not bass or bass[0].onset - end > 2.0, 1),
        "roughness": (sum(rough), len(rough)),
    }


PARTNERS: tuple[tuple[str, Bass | None], ...] = (
    ("Undersong", None),
    ("first-note drone", first_note),
    ("Krumhansl drone", krumhansl),
    ("lagging triads", lagging_triads),
    ("random diatonic", random_diatonic),
    ("silent partner", nobody),
)


def in_key(tonic: int) -> Accepts:
    """Tonic and fifth of a written key, at any time."""
    home = frozenset((tonic, (tonic + 7) % 12))
    return lambda time: home


def compare(cases: Sequence[tuple[Duet, Accepts]]) -> str:
    """A table of every partner on the same playing."""
    rows = []
    for name, partner in PARTNERS:
        found = [
            measure(made if partner is None else replace(made, partner=partner(made)), accepts)
            for made, accepts in cases
        ]
        row = [name]
        for figure in found[0]:
            if figure in ("in silence", "late"):
                row.append(str(int(sum(f[figure][0] for f in found))))
            else:
                row.append(interval([f[figure] for f in found]))
        rows.append(row)
    return table(["partner", *found[0]], rows)


def taps(scene: Scene) -> list[str]:
    """The contract of rhythmic grounding on a fragment of taps."""
    made = ours(scene.events())
    onsets = [t.onset for t in made.tones()]
    gaps = sorted(b - a for a, b in pairwise(onsets))
    even = gaps[-1] < 1.5 * gaps[0]
    played = Played(made, beat=gaps[len(gaps) // 2] if even else None)
    contract = next(c for c in CONTRACTS if c.technique == "rhythmic-grounding")
    windows = [w for w in played.windows(0.0, made.end) if contract.applies(w)]
    kept = sum(contract.takes_part(w) and contract.holds(w) for w in windows)
    first = made.partner[0].onset - onsets[0] if made.partner else float("nan")
    return [scene.name, f"{kept}/{len(windows)}" if windows else "too short", f"{first:.2f} s"]


def sections(most: int) -> list[str]:
    """The tables; ``most`` written tunes in the last."""
    pitched = [scene for scene in FRAGMENTS if scene.grounds]
    unseen = [scene for scene in UNSEEN if scene.grounds]
    rows = []
    for scene in pitched:
        found = measure(ours(scene.events()), scene.accepted)
        rows.append([scene.name, *(f"{part:.3g}/{whole:.3g}" for part, whole in found.values())])
    struck = [taps(s) for s in (*FRAGMENTS, *UNSEEN) if not s.grounds]
    melodies = corpora.melodies(corpora.data())
    chance = random.Random(0)
    chance.shuffle(melodies)
    cases: list[tuple[Duet, Accepts]] = []
    for number, melody in enumerate(melodies[:most]):
        start = chance.choice((0, 0, len(melody.notes) // 2))
        notes = melody.notes[start : start + chance.randint(8, 16)]
        cases.append((ours(makers.tentative(notes, number)), in_key(melody.tonic)))
    return [
        f"{len(pitched)} tentative fragments, answered freely\n\n"
        + compare([(ours(scene.events()), scene.accepted) for scene in pitched]),
        "Each fragment\n\n" + table(["fragment", *found], rows),
        f"{len(unseen)} fragments by another hand: no weight fitted to them, variants compared on them\n\n"
        + compare([(ours(scene.events()), scene.accepted) for scene in unseen]),
        "Fragments of taps: windows in which the rhythmic contract is kept, and the first stroke\n\n"
        + table(["fragment", "kept", "first stroke after"], struck),
        f"{len(cases)} written tunes in halting play, 8-16 notes each, against the written key\n\n"
        + compare(cases),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tunes", type=int, default=120)
    for section in sections(parser.parse_args().tunes):
        print(f"{section}\n")


if __name__ == "__main__":
    main()
