"""How well are taps foreseen, and how steady is somebody who taps with us?

    python benchmarks/tapping.py [--most 60]

(a) The next tap of people who tap alone, as it is announced, and the third tap after their tempo jumps by
10 to 20%: half of the people, on whom nothing was set; baselines hear the same. (b) A simulated tapper who
plays with a real Session, and with a fixed metronome at exactly their own pace. Their noise is fitted here
to the taps of the other people (timekeeper and hand: Wing & Kristofferson 1973, from the covariances of
the changes from one interval to the next, which slow drift leaves alone), how early they tap to
asynchronies with a metronome (Bååth & Madison 2012); they correct half of each. Asynchrony SD: standard
deviation of the distance from each tap to the sound of the partner that is nearest, after the first
45 s. Brackets: 95% bootstrap intervals over people or tappers; differences are paired.
"""

from __future__ import annotations

import argparse
import ast
import csv
import math
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev

import corpora
from tables import DRAWS, table
from undersong.events import HeardBeat, Tap
from undersong.listening.listener import Listener
from undersong.notes import Pulse
from undersong.offline import make_session
from undersong.plan import MEET_ME, Plan
from undersong.testing import makers
from undersong.testing.tapper import NEAR, Noise, Tapper, heard, tapping

AHEAD = 0.08  # seconds: nearer beats were not foreseen
STEPS = (0.8, 0.85, 0.9, 1.1, 1.15, 1.2)  # tempo after a step, as intervals
SLIP = 0.3  # share of the usual interval by which one interval may differ and still tell of noise
SLOW = 600  # ms: the interval at which people's asynchronies with a metronome are read
FASTEST, SLOWEST = 0.42, 0.8  # seconds: paces of simulated tappers
ALONE = 6.0  # seconds before the metronome begins, as the partner does about then
FROM, UNTIL = 45.0, 105.0  # seconds that are judged: the first meeting is over


# --- people's taps ---------------------------------------------------------------------------------


def continuation(folder: Path, every: int) -> list[tuple[str, list[float]]]:
    """Taps of people who went on alone, in seconds, with the person's file; every so-manieth trial."""
    found: list[tuple[str, list[float]]] = []
    for path in sorted((folder / "tapping_illusorymotor_e1").glob("*.csv")):
        with path.open(encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.DictReader(file)):
                if row["event"] != "trial" or number % every:
                    continue
                kinds = [
                    kind.decode() if isinstance(kind, bytes) else kind
                    for kind in ast.literal_eval(row["tap_types"])
                ]
                times = ast.literal_eval(row["tap_times"])
                taps = [float(t) for kind, t in zip(kinds, times, strict=True) if kind == "C"]
                if len(taps) < 10:
                    continue
                unit = 1000.0 if median(b - a for a, b in pairwise(taps)) > 10 else 1.0
                taps = [0.5 + (t - taps[0]) / unit for t in taps]
                if min(b - a for a, b in pairwise(taps)) > 0.05:
                    found.append((path.stem, taps))
    return found


def held_out(person: str) -> bool:
    """Whether a person was kept from fitting."""
    return zlib.crc32(person.encode()) % 2 == 1


def gaps(taps: Sequence[float]) -> list[float]:
    """The intervals."""
    return [b - a for a, b in pairwise(taps)]


# --- (a) the next tap ------------------------------------------------------------------------------


def _corrector(past: Sequence[float]) -> float:
    period = median(gaps(past[:4]))
    beat = past[0]
    for tap in past[1:]:
        off = tap - beat - period
        beat += period + 0.6 * off
        period += 0.12 * off
    return beat + period


NEXT: tuple[tuple[str, Callable[[Sequence[float]], float]], ...] = (
    ("median of the last 8", lambda past: past[-1] + median(gaps(past)[-8:])),
    ("mean of the last 4", lambda past: past[-1] + fmean(gaps(past)[-4:])),
    ("last interval", lambda past: 2 * past[-1] - past[-2]),
    ("phase .6 + period .12", _corrector),
)


def foreseen(taps: Sequence[float]) -> list[float | None]:
    """For each tap, the beat announced for it when the tap before was heard (None: none was)."""
    listener = Listener()
    out: list[float | None] = [None]
    for tap in taps[:-1]:
        event = Tap(tap, tap, makers.MAKER, 64)
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            listener.advance(wake)
        standing = [h for h in listener.hear(event) if isinstance(h, HeardBeat)]
        pulse: Pulse | None = listener.impression(event.heard).pulse
        at = standing[-1].at if standing else None
        if at is None and pulse is not None:  # it did not move, and stands as announced
            at = pulse.time_at(math.ceil(pulse.beat_at(event.heard + AHEAD)))
        out.append(at)
    return out


def stepped(taps: Sequence[float], share: float) -> tuple[list[float], int]:
    """The same taps, then again at another tempo; and the last tap before."""
    first = gaps(taps)
    out = [taps[0]]
    for gap in [*first, *(share * gap for gap in first)]:
        out.append(out[-1] + gap)
    return out, len(first)


Errors = dict[str, list[float]]  # by person


def next_tap(trials: Sequence[tuple[str, list[float]]]) -> str:
    names = ["Undersong", *(name for name, _ in NEXT)]
    errors: dict[str, Errors] = {name: {} for name in names}
    steps: dict[str, Errors] = {name: {} for name in names}
    missed = count = 0
    for number, (person, taps) in enumerate(trials):
        for index, at in enumerate(foreseen(taps)):
            if index <= 8:
                continue
            count += 1
            missed += at is None
            if at is None:
                continue
            errors["Undersong"].setdefault(person, []).append(abs(at - taps[index]))
            for name, guess in NEXT:
                off = abs(guess(taps[:index]) - taps[index])
                errors[name].setdefault(person, []).append(off)
        jumped, change = stepped(taps, STEPS[number % len(STEPS)])
        at_step = foreseen(jumped)[change + 3]
        usual = median(gaps(jumped[change:]))
        guesses: dict[str, float | None] = {name: guess(jumped[: change + 3]) for name, guess in NEXT}
        for name, beat in {"Undersong": at_step, **guesses}.items():
            off = 1.0 if beat is None else abs(beat - jumped[change + 3]) / usual
            steps[name].setdefault(person, []).append(off)
    eight = errors[NEXT[0][0]]
    rows = [
        [name, _medians(errors[name], 1000.0), _ratio(errors[name], eight), _medians(steps[name], 100.0)]
        for name in names
    ]
    told = f"{count} taps of {len(trials)} trials ({missed} with no beat announced, left out)"
    head = [told, "next tap, ms", "to the median of 8", "3rd tap after a step, % off"]
    return table(head, rows)


def _drawn(people: Sequence[str], middle: Callable[[Sequence[str]], float]) -> str:
    """A figure of all people, with an interval over them."""
    chance = random.Random(0)
    draws = sorted(middle(chance.choices(people, k=len(people))) for _ in range(DRAWS // 5))
    low, high = draws[int(0.025 * len(draws))], draws[int(0.975 * len(draws)) - 1]
    return f"{middle(people):.3f} [{low:.3f} {high:.3f}]"


def _medians(found: Errors, unit: float) -> str:
    return _drawn(sorted(found), lambda people: unit * median(v for p in people for v in found[p]))


def _ratio(found: Errors, against: Errors) -> str:
    return _drawn(
        sorted(found),
        lambda people: (
            median(v for p in people for v in found[p]) / median(v for p in people for v in against[p])
        ),
    )


# --- (b) playing together --------------------------------------------------------------------------


def fitted(trials: Sequence[tuple[str, list[float]]], folder: Path) -> Noise:
    """The noise of the median person."""
    changes: dict[str, list[list[float]]] = {}
    for person, taps in trials:
        usual = median(gaps(taps))
        shares = [gap / usual for gap in gaps(taps)]
        if all(abs(share - 1.0) < SLIP for share in shares):
            changes.setdefault(person, []).append([b - a for a, b in pairwise(shares)])
    keepers, hands = [], []
    for runs in changes.values():
        whole = fmean(x * x for run in runs for x in run)
        apart = fmean(a * b for run in runs for a, b in zip(run, run[2:], strict=False))
        hand = max(0.0, apart)  # intervals two apart share nothing but the hand between them
        hands.append(hand**0.5)
        keepers.append(max(0.0, (whole - 6 * hand) / 2) ** 0.5)
    means: dict[str, list[float]] = {}
    with next((folder / "tapping_baath").glob("*.csv")).open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if int(row["isi"]) == SLOW and abs(float(row["asynch"])) < NEAR * SLOW:
                means.setdefault(row["subject"], []).append(-float(row["asynch"]) / 1000)
    return Noise(median(keepers), median(hands), median(fmean(found) for found in means.values()))


def pace(seed: int) -> float:
    """The tempo at which a tapper likes to tap."""
    return random.Random(seed).uniform(FASTEST, SLOWEST)


def with_us(noise: Noise, seed: int, plan: Plan) -> tuple[list[float], list[float]]:
    """Taps, and sounds of a real Session that hears them."""
    taps, out = tapping(Tapper(pace(seed), seed, noise), make_session(plan, seed), UNTIL)
    return taps, heard(out)


def with_metronome(noise: Noise, seed: int) -> tuple[list[float], list[float]]:
    """Taps, and a metronome at exactly their pace, begun with one of theirs."""
    tapper = Tapper(pace(seed), seed, noise)
    taps: list[float] = []
    clicks: list[float] = []
    while tapper.tap < UNTIL:
        taps.append(tapper.tap)
        if tapper.tap >= ALONE and not clicks:
            clicks.append(tapper.tap)
        known = tapper.tap + tapper.pace / 2
        while clicks and clicks[-1] < known:
            clicks.append(clicks[-1] + tapper.pace)
        tapper.next([at for at in clicks if at <= known])
    return taps, clicks


def apart(taps: Sequence[float], sounds: Sequence[float]) -> list[float]:
    """Seconds from each tap to the sound that is nearest, where one is near."""
    usual = median(gaps(taps))
    found = [min((tap - at for at in sounds), key=abs) for tap in taps if FROM <= tap < UNTIL]
    return [off for off in found if abs(off) <= NEAR * usual]


@dataclass(frozen=True)
class Steadiness:
    """Of one tapper with one partner: asynchrony SD and mean in ms, SD of the sounds' own intervals as a
    share, the tempo in the end against the tapper's own pace, and the share of taps that met a sound."""

    sd: float
    mean: float
    jitter: float
    drift: float
    met: float


def steadiness(taps: Sequence[float], sounds: Sequence[float], own: float) -> Steadiness:
    off = apart(taps, sounds)
    judged = [tap for tap in taps if tap >= FROM]
    steps = [(gap, max(1, round(gap / own))) for gap in gaps([at for at in sounds if at >= FROM])]
    near = [gap / beats / own for gap, beats in steps if abs(gap / own - beats) < 0.3]
    late = gaps([tap for tap in taps if tap >= UNTIL - 20.0])
    return Steadiness(
        1000 * pstdev(off), 1000 * fmean(off), 100 * pstdev(near), 100 * (fmean(late) / own - 1.0),
        len(off) / len(judged),
    )  # fmt: skip


def together(noise: Noise, tappers: int) -> str:
    plans = {
        f"ours, adaptivity {a:g}{' (the default)' if a == MEET_ME else ''}": Plan(
            technique="synchronising", adaptivity=a
        )
        for a in (0.0, MEET_ME, 1.0)
    }
    plans["ours, choosing freely"] = Plan()
    found: dict[str, list[Steadiness]] = {}
    for seed in range(tappers):
        own = pace(seed)
        for name, plan in plans.items():
            found.setdefault(name, []).append(steadiness(*with_us(noise, seed, plan), own))
        alone = steadiness(*with_metronome(noise, seed), own)
        found.setdefault("a fixed metronome", []).append(alone)
    default = next(name for name in found if "default" in name)
    rows = []
    for name, runs in found.items():
        more = [(b.sd - a.sd) for a, b in zip(found[default], runs, strict=True)]
        rows.append([
            name,
            _mean([run.sd for run in runs]),
            "-" if name == default else _mean(more),
            _mean([run.mean for run in runs]),
            _mean([run.jitter for run in runs]),
            _mean([run.drift for run in runs]),
            _mean([100 * run.met for run in runs]),
        ])  # fmt: skip
    head = [
        f"{tappers} tappers", "asynchrony SD, ms", "more than the default", "mean, ms",
        "sounds' jitter, %", "tempo, % slower", "taps met, %",
    ]  # fmt: skip
    return table(head, rows)


def _mean(values: Sequence[float]) -> str:
    chance = random.Random(0)
    draws = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(DRAWS))
    return f"{fmean(values):.2f} [{draws[int(0.025 * DRAWS)]:.2f} {draws[int(0.975 * DRAWS) - 1]:.2f}]"


def sections(most: int) -> list[str]:
    """The tables, each as text; so many tappers, and the more trials."""
    folder = corpora.data()
    trials = continuation(folder, max(1, 120 // most))
    noise = fitted([trial for trial in trials if not held_out(trial[0])], folder)
    told = (
        f"noise: timekeeper {100 * noise.timekeeper:.2f}%, hand {100 * noise.hand:.2f}% of an interval, "
        f"taps {1000 * noise.lead:.0f} ms before the sound"
    )
    return [
        "Next tap of people who go on alone (people kept from fitting)\n\n"
        + next_tap([trial for trial in trials if held_out(trial[0])]),
        f"A simulated tapper with us and with a metronome ({told})\n\n" + together(noise, 2 * most),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=60)
    print("\n\n".join(sections(parser.parse_args().most)))


if __name__ == "__main__":
    main()
