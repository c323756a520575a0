"""Replies: how near they are to what people wrote, and when they come.

Run: ``python benchmarks/replies.py [--most N]``. Two tables, each in one run on the same input, with 95%
bootstrap intervals.

*Reply to a 16-quarter call*: the first sixteen quarters of a lead sheet (test split, by the hash of its
name) are played to a session that dialogues; beside the human continuation stand its reply, an echo, notes
drawn at random from the written key, and a variable-order Markov continuation of the call. Distances are of
pooled distributions to the human continuation: 1 - cosine of pitch classes (tonic as 0), 1 - overlap of
duration classes; differences of the shares of verbatim runs of four notes and of leaps beyond a fifth.

*When to reply*: simulated makers with breaths of their own. A reply is false when the maker resumes the
same phrase within a second of its beginning; overlap is the share of the reply's time in which the maker
sounds. Beside it: replies after 600 and after 1000 ms of silence.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise
from math import sqrt
from statistics import fmean, median

import corpora
from tables import interval, table
from undersong import Plan, Session, perform
from undersong.choosing.rules import Rules
from undersong.events import Input, NoteOff, NoteOn
from undersong.plugins import techniques
from undersong.reflecting.duet import Duet, duet
from undersong.testing import makers

QUARTERS = 16.0
QUARTER = 0.5  # seconds
RUN = 4  # notes of a verbatim run
CLASSES = (0.375, 0.75, 1.25, 1.75, 2.5, 3.5)  # borders of duration classes, in quarters
DRAWS = 300
ORDERS = (3, 2, 1)  # of the Markov continuation
BREATHS = (0.2, 0.35, 0.5, 0.8, 1.2)  # seconds

Line = list[tuple[float, int]]  # duration to the next note in quarters, pitch


def is_test(name: str) -> bool:
    """Whether a tune belongs to the test split."""
    return sha256(name.encode()).digest()[0] % 2 == 1


def line(notes: Sequence[tuple[float, float, int]], start: float, end: float) -> Line:
    """Notes that begin between two quarters, each lasting until the next."""
    kept = [note for note in notes if start <= note[0] < end]
    following = [*[onset for onset, _, _ in kept[1:]], end]
    return [
        (min(4.0, after - onset), pitch) for (onset, _, pitch), after in zip(kept, following, strict=True)
    ]


def played(call: Line, technique: str = "dialoguing") -> Line:
    """The partner's reply to a call."""
    stage, time = makers.Stage(), 0.5
    for length, pitch in call:
        stage.note(time, 0.9 * length * QUARTER, pitch, 70)
        time += length * QUARTER
    events = stage.events()
    session = Session(Plan(technique=technique), seed=0, techniques=techniques(), policy=Rules())
    made = duet(events, perform(session, events, events[-1].heard + 26.0))
    melody = [tone for tone in made.voice("melody") if tone.onset >= events[-1].heard]
    steps = [b.onset - a.onset for a, b in pairwise(melody)]
    lasts = [*steps, melody[-1].offset - melody[-1].onset] if melody else []
    return [(last / QUARTER, tone.pitch) for last, tone in zip(lasts, melody, strict=True)]


def at_random(call: Line, scale: Sequence[int], chance: random.Random) -> Line:
    """As many notes, drawn from the written key within the call's compass."""
    low, high = min(p for _, p in call), max(p for _, p in call)
    choice = [p for p in range(low, high + 1) if p % 12 in scale] or [low]
    return [(chance.choice(call)[0], chance.choice(choice)) for _ in call]


def markov(call: Line, chance: random.Random) -> Line:
    """A continuation by the longest context that occurs in the call."""
    made = list(call[-max(ORDERS) :])
    while len(made) < len(call) + max(ORDERS):
        options: Line = []
        for order in ORDERS:
            context = [pitch for _, pitch in made[-order:]]
            options = [
                call[i + order]
                for i in range(len(call) - order)
                if [pitch for _, pitch in call[i : i + order]] == context
            ]
            if len(options) > 1 or (options and order == 1):
                break
        made.append(chance.choice(options or call))
    return made[max(ORDERS) :]


def classes(reply: Line, tonic: int) -> Counter[int]:
    return Counter((pitch - tonic) % 12 for _, pitch in reply)


def durations(reply: Line) -> Counter[int]:
    return Counter(sum(length > border for border in CLASSES) for length, _ in reply)


def copied(call: Line, reply: Line) -> tuple[int, int]:
    """Runs of four intervals and durations (octaves aside) that were in the call, and all runs."""

    def runs(notes: Line) -> list[tuple[tuple[float, int], ...]]:
        return [
            tuple((round(2 * length) / 2, pitch % 12) for length, pitch in notes[i : i + RUN])
            for i in range(len(notes) - RUN + 1)
        ]

    known = runs(call)
    found = runs(reply)
    return sum(run in known for run in found), len(found)


def leaps(reply: Line) -> tuple[int, int]:
    steps = [abs(b - a) for (_, a), (_, b) in pairwise(reply)]
    return sum(step > 7 for step in steps), len(steps)


def cosine(a: Counter[int], b: Counter[int]) -> float:
    top = sum(a[key] * b[key] for key in range(12))
    size = sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
    return 1 - top / max(1e-9, size)


def overlap(a: Counter[int], b: Counter[int]) -> float:
    one, two = max(1, a.total()), max(1, b.total())
    return 1 - sum(min(a[key] / one, b[key] / two) for key in range(len(CLASSES) + 1))


Tune = tuple[Counter[int], Counter[int], tuple[int, int], tuple[int, int]]


def distances(made: Sequence[Tune], human: Sequence[Tune], drawn: Sequence[int]) -> list[float]:
    """The four distances of pooled distributions, over the tunes drawn."""

    def pool(tunes: Sequence[Tune]) -> Tune:
        pcs: Counter[int] = Counter()
        lengths: Counter[int] = Counter()
        runs, far = [0, 0], [0, 0]
        for index in drawn:
            pcs += tunes[index][0]
            lengths += tunes[index][1]
            for place in (0, 1):
                runs[place] += tunes[index][2][place]
                far[place] += tunes[index][3][place]
        return pcs, lengths, (runs[0], runs[1]), (far[0], far[1])

    ours, theirs = pool(made), pool(human)
    shares = [a[0] / max(1, a[1]) - b[0] / max(1, b[1]) for a, b in zip(ours[2:], theirs[2:], strict=True)]
    return [cosine(ours[0], theirs[0]), overlap(ours[1], theirs[1]), *map(abs, shares)]


def calls(most: int, test: bool = True) -> list[list[str]]:
    """The rows of the first table."""
    chance = random.Random(0)
    tunes = [t for t in corpora.melodies(corpora.data()) if is_test(t.name) == test]
    chance.shuffle(tunes)
    found: dict[str, list[Tune]] = {}
    for tune in tunes[:most]:
        start = tune.notes[0][0]
        call = line(tune.notes, start, start + QUARTERS)
        human = line(tune.notes, start + QUARTERS, start + 2 * QUARTERS)
        if len(call) < 8 or len(human) < 8:
            continue
        degrees = (0, 2, 3, 5, 7, 8, 10) if tune.minor else (0, 2, 4, 5, 7, 9, 11)
        scale = [(tune.tonic + degree) % 12 for degree in degrees]
        replies = {
            "human": human,
            "Undersong": played(call),
            "echo": call,
            "random in key": at_random(call, scale, chance),
            "Markov": markov(call, chance),
        }
        for name, reply in replies.items():
            found.setdefault(name, []).append((
                classes(reply, tune.tonic), durations(reply), copied(call, reply), leaps(reply)
            ))  # fmt: skip
    rows = []
    count = len(found["human"])
    for name in ("Undersong", "echo", "random in key", "Markov"):
        value = distances(found[name], found["human"], range(count))
        draws = [
            distances(found[name], found["human"], chance.choices(range(count), k=count))
            for _ in range(DRAWS)
        ]
        cells = []
        for place in range(4):
            ranked = sorted(draw[place] for draw in draws)
            low, high = ranked[int(0.025 * DRAWS)], ranked[int(0.975 * DRAWS) - 1]
            cells.append(f"{value[place]:.3f} [{low:.3f} {high:.3f}]")
        rows.append([name, str(count), *cells])
    return rows


# --- when to reply --------------------------------------------------------------------------------


def after_silence(events: Sequence[Input], wait: float) -> list[tuple[float, float]]:
    """Where a reply as long as the phrase so far would sound, begun after so much silence and
    given up at the maker's next onset."""
    held, replies = 0, []
    sound = began = 0.0
    fresh = True
    for event, following in zip(events, [*events[1:], None], strict=True):
        if isinstance(event, NoteOn):
            if fresh:
                began, fresh = event.time, False
            held += 1
        elif isinstance(event, NoteOff):
            held -= 1
            sound = event.time
        until = following.time if following is not None else float("inf")
        if held == 0 and until - sound > wait:
            replies.append((sound + wait, min(until + 0.15, sound + wait + sound - began)))
            fresh = True
    return replies


def ours(made: Duet) -> list[tuple[float, float]]:
    """Where our replies began and ended: runs of melody without a maker's onset in between."""
    onsets = [tone.onset for tone in made.tones()]
    replies: list[list[float]] = []
    last = 0.0
    for tone in made.voice("melody"):
        if not replies or any(last < onset < tone.onset - 0.16 for onset in onsets):
            replies.append([tone.onset, tone.offset])
        replies[-1][1] = max(replies[-1][1], tone.offset)
        last = tone.onset
    return [(reply[0], reply[1]) for reply in replies]


def judged(
    replies: Sequence[tuple[float, float]], made: Duet, ends: Sequence[float]
) -> tuple[list[float], int, int, float, float, int]:
    """Delays, false replies, all replies, seconds together, seconds of reply, phrases answered."""
    tones = made.tones()
    delays: list[float] = []
    false = answered = 0
    together = sounding = 0.0
    for began, ended in replies:
        before = [end for end in ends if end <= began + 1e-6]
        inside = [t for t in tones if t.onset < began]
        sound = max((t.offset or t.onset for t in inside), default=0.0)
        over = bool(before) and abs(before[-1] - sound) < 0.01
        resumed = any(began < t.onset <= began + 1.0 for t in tones)
        false += not over and resumed
        if over:
            answered += 1
            delays.append(began - sound)
        together += sum(max(0.0, min(ended, t.offset or t.onset) - max(began, t.onset)) for t in tones)
        sounding += max(0.0, ended - began)
    return delays, false, len(replies), together, sounding, answered


def whens(most: int, test: bool = True) -> list[list[str]]:
    """The rows of the second table."""
    chance = random.Random(1)
    tunes = [t for t in corpora.melodies(corpora.data()) if is_test(t.name) == test and len(t.notes) >= 48]
    chance.shuffle(tunes)
    names: tuple[tuple[str, Callable[[list[Input], Duet, list[float]], list[tuple[float, float]]]], ...] = (
        ("Undersong", lambda events, made, ends: ours(made)),
        ("600 ms of silence", lambda events, made, ends: after_silence(events, 0.6)),
        ("1000 ms of silence", lambda events, made, ends: after_silence(events, 1.0)),
    )
    found: dict[str, list[tuple[list[float], int, int, float, float, int, int]]] = {n: [] for n, _ in names}
    for number, tune in enumerate(tunes[:most]):
        breath, tentative = BREATHS[number % len(BREATHS)], number % 2 == 0
        events, ends = makers.breathing(
            tune.notes[:96],
            number,
            period=0.7 if tentative else makers.pace(number),
            breath=breath,
            uneven=0.15 if tentative else 0.03,
        )
        session = Session(Plan(technique="dialoguing"), seed=0, techniques=techniques(), policy=Rules())
        made = duet(events, perform(session, events, events[-1].heard + 26.0))
        for name, replies in names:
            found[name].append((*judged(replies(events, made, ends), made, ends), len(ends)))
    rows = []
    for name, _ in names:
        each = found[name]
        delays = [delay for one in each for delay in one[0]]
        rows.append([
            name,
            f"{median(delays):.2f}" if delays else "-",
            f"{fmean(delays):.2f}" if delays else "-",
            interval([(one[1], one[2]) for one in each]),
            interval([(one[3], one[4]) for one in each]),
            interval([(one[5], one[6]) for one in each]),
        ])  # fmt: skip
    return rows


def sections(most: int) -> list[str]:
    """Both tables, as text."""
    head = ["reply to 16 quarters", "tunes", "pitch classes", "rhythm", "copying", "leaps"]
    when = ["when to reply", "median delay", "mean", "false", "overlap", "phrases answered"]
    return [table(head, calls(most)), table(when, whens(most))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100)
    for section in sections(parser.parse_args().most):
        print(section + "\n")


if __name__ == "__main__":
    main()
