"""The summary of a take: a few plain sentences about the sound, for whoever reads rather than looks.

How long, how much each played, who began after silences, where the two were together. Times are seconds,
said as minutes and seconds. Nothing is compared with anything, nothing is judged.
"""

from __future__ import annotations

from collections.abc import Sequence

from undersong.events import Seconds
from undersong.reflecting.duet import Duet
from undersong.reflecting.features import Sound, sounding

STILL: Seconds = 2.0  # a silence of everybody after which somebody begins
PAUSE: Seconds = 2.0  # a player who is silent for less still plays
TOGETHER: Seconds = 8.0  # the shortest stretch that is told of
MOST = 3  # stretches told of
PARTNER = "Undersong"
Span = tuple[Seconds, Seconds]
Players = Sequence[tuple[str, Sequence[Sound]]]


def summary(made: Duet) -> list[str]:
    """The sentences, in the order of reading; one for a take in which nothing sounded."""
    players = everyone(made)
    if not players:
        return ["Nothing sounded in this take."]
    told = [f"It lasted {said(made.end)}."]
    told.append(_listed([_notes(name, len(sounds)) for name, sounds in players]) + ".")
    told += _shares(players, made.end)
    told += _reach(made)
    told += _beginnings(players)
    told += _together([s for _, sounds in players[:-1] for s in sounds], players[-1][1], made.end)
    return [sentence[:1].upper() + sentence[1:] for sentence in told]


def everyone(made: Duet) -> list[tuple[str, list[Sound]]]:
    """Who sounded what: each maker who sounded, under the name that sentences use, and last the partner.
    Nobody where nothing sounded."""
    players: list[tuple[str, list[Sound]]] = []
    for name, tones in made.makers.items():
        if tones:
            players.append((_called(str(name)), list(tones)))
    if players or made.partner:
        players.append((PARTNER, list(made.partner)))
    return players


def said(seconds: Seconds) -> str:
    """A length in words: ``4 minutes 12 seconds``."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [_count(minutes, "minute")] if minutes else []
    if rest or not minutes:
        parts.append(_count(rest, "second"))
    return " ".join(parts)


def clock(seconds: Seconds) -> str:
    """A moment: ``4:12``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _called(name: str) -> str:
    return "You" if name == "you" else name


def _notes(name: str, number: int) -> str:
    return f"{name} played {_count(number, 'sound')}"


def _shares(players: Players, end: Seconds) -> list[str]:
    if end <= 0:
        return []
    first, *others = [(name, _part(sounding(sounds, 0.0, end) / end)) for name, sounds in players]
    makers = [sound for _, sounds in players[:-1] for sound in sounds]
    partner = list(players[-1][1])
    both = sounding(makers, 0, end) + sounding(partner, 0, end) - sounding([*makers, *partner], 0, end)
    parts = [f"{first[0]} could be heard for {first[1]} of the time"]
    parts += [f"{name} for {share}" for name, share in others]
    if makers and partner:
        sides = "both" if len(players) == 2 else "both sides"
        parts.append(f"{sides} at the same time for {_part(both / end)}")
    return [", ".join(parts) + "."]


def _reach(made: Duet) -> list[str]:
    told = []
    for name, tones in made.makers.items():
        pitches = [tone.pitch for tone in tones if tone.pitch is not None]
        if len(pitches) > 1:
            octaves, rest = divmod(max(pitches) - min(pitches), 12)
            parts = ([_count(octaves, "octave")] if octaves else []) + (
                [_count(rest, "semitone")] if rest or not octaves else []
            )
            whose = "Your" if name == "you" else f"{name}'s"
            told.append(f"{whose} notes lay within {' and '.join(parts)}.")
    return told


def beginnings(players: Players) -> dict[str, int]:
    """How often each was heard first: at the start, and after every silence of all."""
    every = [(sound, name) for name, sounds in players for sound in sounds]
    began: dict[str, int] = {name: 0 for name, _ in players}
    reached: Seconds | None = None
    for sound, name in sorted(every, key=lambda one: one[0].onset):
        if reached is None or sound.onset - reached >= STILL:
            began[name] += 1
        offset = sound.onset if sound.offset is None else sound.offset
        reached = offset if reached is None else max(offset, reached)
    return began


def _beginnings(players: Players) -> list[str]:
    began = beginnings(players)
    if sum(began.values()) < 2:
        first = max(began, key=lambda name: began[name])
        return [f"{first} began; there was no silence of two seconds or more."]
    counted = [f"{'you' if name == 'You' else name} {_times(number)}" for name, number in began.items()]
    return [f"Who began, at the start and after silences: {_listed(counted)}."]


def together(makers: Sequence[Sound], partner: Sequence[Sound], end: Seconds) -> list[Span]:
    """The stretches in which both sides play on, neither pausing for long."""
    found = []
    others = _stretches(partner, end)
    for a, b in _stretches(makers, end):
        found += [(max(a, c), min(b, d)) for c, d in others if min(b, d) > max(a, c)]
    return found


def _together(makers: Sequence[Sound], partner: Sequence[Sound], end: Seconds) -> list[str]:
    """The longest stretches in which both sides played, neither pausing for long."""
    if not makers or not partner:
        return []
    both = [(a, b) for a, b in together(makers, partner, end) if b - a >= TOGETHER]
    if not both:
        return [f"There was no stretch of {said(TOGETHER)} or more in which both sides played on."]
    longest = sorted(sorted(both, key=lambda s: s[0] - s[1])[:MOST])
    told = _listed([f"from {clock(a)} to {clock(b)}" for a, b in longest])
    return [f"Both sides played on without long pauses {told}."]


def _stretches(sounds: Sequence[Sound], end: Seconds) -> list[Span]:
    found: list[Span] = []
    for sound in sorted(sounds, key=lambda s: s.onset):
        offset = sound.offset if sound.offset is not None else end
        if found and sound.onset - found[-1][1] <= PAUSE:
            found[-1] = (found[-1][0], max(found[-1][1], offset))
        else:
            found.append((sound.onset, offset))
    return found


def _part(share: float) -> str:
    if share < 0.005:
        return "less than 1%"
    return f"{round(100 * min(share, 1.0))}%"


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
