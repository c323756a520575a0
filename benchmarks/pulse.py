"""How well is the pulse heard, foreseen, and its absence noticed?

    python benchmarks/pulse.py [--most 60]

(a) Beats of performances (benchmarks/performing.py), taken as ``undersong listen`` announces them: at
least 80 ms before they fall. (b) Playing without a pulse. (c) Meter and cost. Baselines hear the same in
the same run. Brackets: 95% bootstrap intervals over pieces or cases. Taps: benchmarks/tapping.py.
"""

from __future__ import annotations

import argparse
import math
import random
import time
import warnings
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

import corpora
import performing
from tables import interval, table
from undersong.events import Heard, HeardBeat, HeardNoPulse, Input, NoteOn, Tap
from undersong.listening.impression import Meter
from undersong.listening.listener import Listener
from undersong.listening.meter import MeterListener
from undersong.listening.pulse import PulseListener
from undersong.testing import makers
from undersong.theory.grouping import TOGETHER

AHEAD = 0.08  # seconds: nearer beats were not foreseen
APART = 0.25  # seconds between onsets that count as beats in the crudest baseline
LAG, SPAN = (0.3, 1.2), 6.0  # seconds: periods and past of the autocorrelation tracker
ROW = 1.5  # four announced beats are in a row if their longest interval is below this many shortest

Tracker = Callable[[Sequence[Input]], list[float]]


# --- trackers --------------------------------------------------------------------------------------


def hear(events: Sequence[Input]) -> list[Heard]:
    """Everything heard, when it was known, as a session hears it."""
    listener = Listener()
    heard: list[Heard] = []
    for event in events:
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            heard += listener.advance(wake)
        heard += listener.hear(event)
    return heard


def announced(heard: Sequence[Heard]) -> list[float]:
    """The beats that stand in the end: later ones replace and cancel unfallen ones."""
    beats: list[float] = []
    for one in heard:
        if isinstance(one, HeardNoPulse):
            beats = [beat for beat in beats if beat <= one.time]
        elif isinstance(one, HeardBeat) and one.at >= one.time + AHEAD - 1e-6:
            kept = [beat for beat in beats if beat <= one.time or abs(beat - one.at) >= one.period / 2]
            beats = sorted([*kept, one.at])
    return beats


def undersong(events: Sequence[Input]) -> list[float]:
    """Beats as announced."""
    return announced(hear(events))


def onsets_of(events: Sequence[Input]) -> list[float]:
    """When groups of notes begin."""
    onsets: list[float] = []
    for event in events:
        if isinstance(event, NoteOn | Tap) and (not onsets or event.time - onsets[-1] > TOGETHER):
            onsets.append(event.time)
    return onsets


def every_onset(events: Sequence[Input]) -> list[float]:
    """Every onset more than 250 ms after the last one, told when it is there: foresees nothing."""
    beats: list[float] = []
    for onset in onsets_of(events):
        if not beats or onset - beats[-1] > APART:
            beats.append(onset)
    return beats


def last_interval(events: Sequence[Input]) -> list[float]:
    """The last interval again."""
    return _predicted(events, lambda past: past[-1] - past[-2], phase=lambda past, _: past[-1])


def autocorrelation(events: Sequence[Input]) -> list[float]:
    """The strongest lag among the onsets of the last seconds, at the phase that most onsets share."""

    def period(past: Sequence[float]) -> float:
        recent = [t for t in past if t > past[-1] - SPAN]
        scores: dict[int, float] = {}
        for index, later in enumerate(recent):
            for earlier in recent[:index]:
                if LAG[0] <= later - earlier <= LAG[1]:
                    for bin_ in range(-2, 3):
                        lag = round((later - earlier) / 0.02) + bin_
                        scores[lag] = scores.get(lag, 0.0) + math.exp(-0.5 * (bin_ / 1.2) ** 2)
        if not scores:
            return past[-1] - past[-2]
        best = max(scores, key=lambda lag: scores[lag] * math.exp(-0.5 * math.log2(lag * 0.02 / 0.55) ** 2))
        return max(LAG[0], best * 0.02)

    def phase(past: Sequence[float], beat: float) -> float:
        recent = [t for t in past if t > past[-1] - SPAN]
        return max(
            recent[-8:],
            key=lambda at: sum(
                math.exp(-0.5 * (((t - at) / beat - round((t - at) / beat)) / 0.08) ** 2) for t in recent
            ),
        )

    return _predicted(events, period, phase)


def _predicted(
    events: Sequence[Input],
    period: Callable[[Sequence[float]], float],
    phase: Callable[[Sequence[float], float], float],
) -> list[float]:
    """Beats from a period and a phase read anew at each onset, announced by the same rules."""
    told: list[Heard] = []
    past: list[float] = []
    for onset in onsets_of(events):
        past.append(onset)
        if len(past) < 3:
            continue
        beat = period(past)
        if not 0.2 < beat < 2.0:
            continue
        at = phase(past, beat)
        at += beat * math.ceil((onset + AHEAD - at) / beat + 1e-9)
        for ahead in range(2):
            told.append(HeardBeat(onset, makers.MAKER, at + ahead * beat, beat, 1.0))
    return announced(told)


TRACKERS: tuple[tuple[str, Tracker], ...] = (
    ("Undersong", undersong),
    ("every onset > 250 ms apart (told late)", every_onset),
    ("autocorrelation of 6 s", autocorrelation),
    ("last interval", last_interval),
)


def judged(true: Sequence[float], beats: Sequence[float]) -> tuple[float, float]:
    """mir_eval's beat F (70 ms) and AMLt, the first five seconds left out."""
    import mir_eval  # slow to load
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = mir_eval.beat.trim_beats(np.array(true))
        estimated = mir_eval.beat.trim_beats(np.array(sorted(beats)))
        f = mir_eval.beat.f_measure(reference, estimated)
        amlt = mir_eval.beat.continuity(reference, estimated)[3] if len(estimated) > 1 else 0.0
    return float(f), float(amlt)


def held_out(name: str) -> bool:
    """Whether a piece was kept from fitting."""
    return zlib.crc32(name.encode()) % 2 == 1


# --- (a) performances ------------------------------------------------------------------------------


def performances(most: int) -> list[tuple[str, performing.Performance]]:
    """Held-out tunes and pieces, played in turn in each manner."""
    tunes = [s for s in performing.tunes(corpora.data(), 4 * most) if held_out(s.name)][:most]
    pieces = [s for s in performing.pieces(2 * most + 10) if held_out(s.name)][:most]
    played = []
    for kind, scores in (("tune", tunes), ("several voices", pieces)):
        for number, score in enumerate(scores):
            manner = performing.MANNERS[number % len(performing.MANNERS)]
            performance = performing.play(score, manner, number)
            if len(performance.beats) > 24:
                played.append((kind, performance))
    return played


def _mean(values: Sequence[float]) -> str:
    return interval([(value, 1.0) for value in values])


def human_playing(played: Sequence[tuple[str, performing.Performance]]) -> str:
    scores = {name: [judged(p.beats, tracker(p.events)) for _, p in played] for name, tracker in TRACKERS}
    rows = [
        [name, _mean([f for f, _ in found]), _mean([a for _, a in found])] for name, found in scores.items()
    ]
    parts = []
    for label in ("tune", "several voices", *(manner.name for manner in performing.MANNERS)):
        ours = [
            score
            for (kind, p), score in zip(played, scores["Undersong"], strict=True)
            if label in (kind, p.manner)
        ]
        if ours:
            parts.append(
                [f"  {label} ({len(ours)})", _mean([f for f, _ in ours]), _mean([a for _, a in ours])]
            )
    return table([f"{len(played)} performances", "F", "AMLt"], [rows[0], *parts, *rows[1:]])


# --- (b) no pulse ----------------------------------------------------------------------------------


def pulseless(cases: int) -> dict[str, list[list[Input]]]:
    """Playing that has no pulse, by kind."""
    tunes = corpora.melodies(corpora.data())[: max(1, cases)]
    notes = [tunes[seed % len(tunes)].notes[:30] for seed in range(cases)]
    kinds: dict[str, list[list[Input]]] = {"scattered": [], "tentative": [], "lone notes": [], "taps": []}
    kinds["rubato"] = []
    for seed in range(cases):
        chance = random.Random(seed)
        kinds["scattered"].append(makers.scattered(notes[seed], 1000 + seed))
        kinds["tentative"].append(makers.tentative(notes[seed], 1000 + seed))
        kinds["lone notes"].append(_gapped(chance, lambda c: 0.2 + c.expovariate(0.5), 16, 60))
        kinds["taps"].append(_gapped(chance, lambda c: c.uniform(0.3, 1.8), 24, None))
        kinds["rubato"].append(_gapped(chance, lambda c: 0.6 * math.exp(c.gauss(0, 0.5)), 30, 64))
    return kinds


def _gapped(
    chance: random.Random, gap: Callable[[random.Random], float], count: int, pitch: int | None
) -> list[Input]:
    stage, now = makers.Stage(), 0.5
    for _ in range(count):
        if pitch is None:
            stage.tap(now)
        else:
            stage.note(now, 0.2, pitch + chance.randint(0, 12), 64 + chance.gauss(0, 8))
        now += gap(chance)
    return stage.events()


def _gaps(past: Sequence[float]) -> list[float]:
    return [b - a for a, b in pairwise(past)]


def four_in_a_row(beats: Sequence[float]) -> bool:
    gaps = _gaps(beats)
    return any(max(gaps[i : i + 3]) < ROW * min(gaps[i : i + 3]) for i in range(len(gaps) - 2))


def _median_of_8(events: Sequence[Input]) -> list[float]:
    return _predicted(events, lambda p: median(_gaps(p)[-8:]), phase=lambda past, _: past[-1])


def no_pulse(cases: int) -> str:
    rows = []
    pooled: list[list[tuple[float, float]]] = [[], []]
    for kind, played in pulseless(cases).items():
        cells = [kind]
        for which, tracker in enumerate((undersong, _median_of_8)):
            found = [(float(four_in_a_row(tracker(events))), 1.0) for events in played]
            pooled[which] += found
            cells.append(interval(found))
        rows.append(cells)
    rows.append(["all", *(interval(found) for found in pooled)])
    return table([f"false pulse in {cases} cases each", "Undersong", "median of the last 8"], rows)


# --- (c) meter and cost ----------------------------------------------------------------------------


def meter(most: int) -> str:
    """Told at the end of held-out tunes, played strictly or plainly: three beats against two or four."""
    scores = [s for s in performing.tunes(corpora.data(), 502) if held_out(s.name)]
    threes = [s for s in scores if s.bar == 3][:most]
    others = [s for s in scores if s.bar in (2, 4)][:most]
    rows = []
    for label, chosen in (("waltzes and other threes", threes), ("twos and fours", others)):
        right, told = [], []
        for number, score in enumerate(chosen):
            played = performing.play(score, performing.MANNERS[number % 2], number)
            last = _last_meter(played.events)
            told.append((float(last is not None), 1.0))
            if last is not None:
                right.append((float((last.beats == 3) == (score.bar == 3)), 1.0))
        rows.append([f"{label} ({len(chosen)})", interval(told), interval(right)])
    return table(["meter", "told", "right where told"], rows)


def _last_meter(events: Sequence[Input]) -> Meter | None:
    """The meter last told, read at every eighth event."""
    listener = Listener()
    last: Meter | None = None
    for number, event in enumerate(events):
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            listener.advance(wake)
        listener.hear(event)
        if number % 8 == 7:
            last = listener.impression(event.heard).meter or last
    return last


def cost(played: Sequence[tuple[str, performing.Performance]]) -> str:
    """CPU of pulse and meter alone."""
    spent, onsets = 0.0, 0
    for _, p in played:
        listener, ear = PulseListener(), MeterListener()
        last = -1.0
        notes = [e for e in p.events if isinstance(e, NoteOn)]
        begin = time.process_time()
        for note in notes:
            if note.time - last > TOGETHER:
                last = note.time
                onsets += 1
                listener.advance(last)
                listener.onset(last, note.velocity or 64, note.pitch)
                ear.onset(last, listener.pulse, listener.strength)
            else:
                listener.more(note.velocity or 64)
        spent += time.process_time() - begin
    return (
        f"CPU of pulse and meter: {1e6 * spent / max(1, onsets):.0f} microseconds an onset group ({onsets})"
    )


def sections(most: int) -> list[str]:
    """The tables, each as text; ``most`` tunes and as many pieces, cases of each kind."""
    played = performances(most)
    return [
        "Pulse of human playing (beats announced 80 ms ahead; pieces kept from fitting)\n\n"
        + human_playing(played),
        "Knowing that there is no pulse\n\n" + no_pulse(2 * most),
        "Meter of tunes\n\n" + meter(most),
        cost(played),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=60)
    print("\n\n".join(sections(parser.parse_args().most)))


if __name__ == "__main__":
    main()
