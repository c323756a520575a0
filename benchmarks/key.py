"""In which key is it?

    python benchmarks/key.py [--tunes 100]

Tunes of four kinds (benchmarks/tunes.py; the half to which nothing was fitted), played to a Session at
60 to 140 quarters a minute with a person's unevenness. MIREX weighted score (mir_eval) of the key known
at the onset of the 8th and the 16th note, and once the tune has come to rest; church modes count as the
nearer of major and minor. Beside it, in the same run and on the same notes with their full lengths:
profiles by correlation (Krumhansl and Kessler; Kostka-Payne as in Temperley 2007; Aarden's of Essen) and
Kostka-Payne as likelihoods. 95% bootstrap intervals over tunes; the mean is of the four corpora.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections.abc import Callable, Sequence
from math import log, sqrt

import mir_eval

import tunes
from tables import interval, table
from undersong import Plan, Session
from undersong.chance import Chance
from undersong.choosing.rules import Rules
from undersong.events import HeardTonality, NoteOn
from undersong.listening.tonality import TonalityListener
from undersong.plugins import techniques
from undersong.testing.makers import MAKER, Stage, Timekeeper
from undersong.theory.pitch import name

POINTS = (8, 16, 0)  # notes; 0, all
AFTER = 6.0  # seconds after the last note
MINOR = ("minor", "dorian", "phrygian")
DRAWS = 500

Profile = tuple[float, ...]
KK: tuple[Profile, Profile] = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
KP: tuple[Profile, Profile] = (
    (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
)
AARDEN: tuple[Profile, Profile] = (
    (17.766, 0.146, 14.927, 0.160, 19.805, 11.359, 0.291, 22.062, 0.146, 8.155, 0.233, 4.951),
    (18.265, 0.738, 14.050, 16.860, 0.702, 14.436, 0.702, 18.616, 4.566, 1.932, 7.376, 1.756),
)

Key = tuple[int, bool]
Guess = Callable[[Sequence[float]], Key]


def correlated(profiles: tuple[Profile, Profile]) -> Guess:
    """The key whose profile goes best with the seconds of each pitch class."""

    def guess(seconds: Sequence[float]) -> Key:
        mean = sum(seconds) / 12
        best = (-9e9, 0, False)
        for minor, profile in enumerate(profiles):
            middle = sum(profile) / 12
            size = sqrt(sum((x - middle) ** 2 for x in profile))
            for tonic in range(12):
                fit = sum((seconds[(tonic + d) % 12] - mean) * (profile[d] - middle) for d in range(12))
                best = max(best, (fit / size, tonic, bool(minor)))
        return best[1], best[2]

    return guess


def likely(seconds: Sequence[float]) -> Key:
    """The key under which the pitch classes are likeliest."""
    rows = [(sum(s * log(KP[minor][(pc - tonic) % 12] / sum(KP[minor])) for pc, s in enumerate(seconds)),
             tonic, bool(minor)) for minor in (0, 1) for tonic in range(12)]  # fmt: skip
    return max(rows)[1:]


BASELINES: tuple[tuple[str, Guess], ...] = (
    ("Kostka-Payne, likelihood", likely),
    ("Kostka-Payne, correlation", correlated(KP)),
    ("Aarden-Essen, correlation", correlated(AARDEN)),
    ("Krumhansl-Kessler, correlation", correlated(KK)),
)


def score(guess: Key | None, tune: tunes.Tune) -> float:
    """MIREX: 1, a fifth above .5, relative .3, parallel .2."""
    if guess is None:
        return 0.0
    names = [
        f"{name(tonic)} {'minor' if minor else 'major'}"
        for tonic, minor in (guess, (tune.tonic, tune.minor))
    ]
    return float(mir_eval.key.weighted_score(names[1], names[0]))


def played(tune: tunes.Tune) -> Stage:
    """The tune as a person may play it."""
    chance = Chance(sum(pitch for _, _, pitch in tune.notes))
    stage, keeper = Stage(), Timekeeper(60 / chance.between("tempo", 60, 140), chance)
    start = tune.notes[0][0]
    for onset, length, pitch in tune.notes:
        begin, end = keeper.time(onset - start), keeper.time(onset - start + length)
        held = (end - begin) * chance.between("held", 0.75, 1.0)
        stage.note(0.5 + begin, held, pitch, 68 + chance.spread("touch", 6))
    return stage


def told(tune: tunes.Tune) -> list[tuple[Key, float, str] | None]:
    """What the Session said of the key by each point: key, confidence and the mode's name."""
    events = played(tune).events()
    session = Session(Plan(), seed=0, techniques=techniques(), policy=Rules())
    latest: tuple[Key, float, str] | None = None
    by: list[tuple[Key, float, str] | None] = []
    onsets = 0

    def read(outputs: Sequence[object]) -> None:
        nonlocal latest
        for output in outputs:
            if isinstance(output, HeardTonality):
                latest = ((output.tonic, output.mode in MINOR), output.confidence, output.mode)

    for event in events:
        read(session.receive(event))
        if isinstance(event, NoteOn):
            onsets += 1
            if onsets in POINTS:
                by.append(latest)
    read(session.advance(events[-1].heard + AFTER))
    return [*by, latest]


def seconds(tune: tunes.Tune, many: int) -> list[float]:
    """How long each pitch class sounds in the first notes."""
    sums = [0.0] * 12
    for _, length, pitch in tune.notes[: many or None]:
        sums[pitch % 12] += length
    return sums


def mean_interval(scores: dict[str, list[float]]) -> str:
    """The mean of the corpora's means, with its interval."""
    chance = random.Random(0)
    draws = sorted(
        sum(sum(chance.choices(x, k=len(x))) / len(x) for x in scores.values()) / len(scores)
        for _ in range(DRAWS)
    )
    mean = sum(sum(x) / len(x) for x in scores.values()) / len(scores)
    return f"{mean:.3f} [{draws[int(0.025 * DRAWS)]:.3f} {draws[int(0.975 * DRAWS) - 1]:.3f}]"


def reliability(found: Sequence[tuple[float, bool]]) -> str:
    """Stated confidence beside the share that was right."""
    rows = []
    edges = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97, 1.01)
    for low, high in itertools.pairwise(edges):
        inside = [(sure, right) for sure, right in found if low <= sure < high]
        if inside:
            stated = sum(sure for sure, _ in inside) / len(inside)
            rows.append([f"{low:.2f}-{min(high, 1):.2f}", str(len(inside)), f"{stated:.3f}",
                         interval([(right, 1) for _, right in inside])])  # fmt: skip
    return table(["confidence", "readings", "stated", "right"], rows)


def cost(chosen: Sequence[tunes.Tune]) -> str:
    """Microseconds of CPU for each note, its end and the reading."""
    notes, spent = 0, 0.0
    for tune in chosen[:60]:
        listener = TonalityListener()
        begun = time.process_time()
        for index, (_, length, pitch) in enumerate(tune.notes):
            listener.note(MAKER, pitch, begins_phrase=index == 0, pause=0.0, interval=length)
            assert listener.tonality is not None
            listener.lasted(MAKER, pitch, length)
        spent += time.process_time() - begun
        notes += len(tune.notes)
    return f"CPU: {1e6 * spent / notes:.1f} microseconds a note (mean of {notes})"


def sections(most: int) -> list[str]:
    """The tables, over at most so many tunes of each corpus."""
    chosen = tunes.tunes(most, fitted=False)
    ours: list[list[tuple[Key, float, str] | None]] = [told(tune) for tune in chosen]
    made: list[str] = []
    rights: list[tuple[float, bool]] = []
    for place, many in enumerate(POINTS):
        rows = []
        for partner, guess in (("Undersong", None), *BASELINES):
            by: dict[str, list[float]] = {corpus: [] for corpus in tunes.CORPORA}
            for tune, heard in zip(chosen, ours, strict=True):
                read = heard[place]
                key = (read[0] if read else None) if guess is None else guess(seconds(tune, many))
                by[tune.corpus].append(score(key, tune))
                if guess is None and read:
                    rights.append((read[1], read[0] == (tune.tonic, tune.minor)))
            by = {corpus: values for corpus, values in by.items() if values}
            cells = [interval([(value, 1) for value in values]) for values in by.values()]
            rows.append([partner, mean_interval(by), *cells])
        title = f"after {many} notes" if many else "after all notes"
        made.append(f"Key {title}, {len(chosen)} tunes\n\n{table(['partner', 'mean', *by], rows)}")
    modes = [heard[-1][2] for heard in ours if heard[-1]]
    counted = ", ".join(f"{mode} {modes.count(mode)}" for mode in dict.fromkeys(sorted(modes)))
    made.append(f"Is the confidence right?\n\n{reliability(rights)}")
    made.append(f"Modes named at the end: {counted}\n{cost(chosen)}")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tunes", type=int, default=100)
    print("\n\n".join(sections(parser.parse_args().tunes)))


if __name__ == "__main__":
    main()
