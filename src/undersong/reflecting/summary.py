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
_Span = tuple[Seconds, Seconds]


def summary(made: Duet) -> list[str]:
    """The sentences, in the order of reading; one for a take in which nothing sounded."""
    everyone: list[tuple[str, list[Sound]]] = []
    for name, tones in made.makers.items():
        if tones:
            everyone.append((_called(str(name)), list(tones)))
    if not everyone and not made.partner:
        return ["Nothing sounded in this take."]
    everyone.append((PARTNER, list(made.partner)))
    told = [f"It lasted {said(made.end)}."]
    told.append(_listed([_notes(name, len(sounds)) for name, sounds in everyone]) + ".")
    told += _shares(everyone, made.end)
    told += _reach(made)
    told += _beginnings(everyone)
    told += _together([s for name, sounds in everyone[:-1] for s in sounds], everyone[-1][1], made.end)
    return told


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


def _shares(everyone: Sequence[tuple[str, list[Sound]]], end: Seconds) -> list[str]:
    if end <= 0:
        return []
    first, *others = [(name, _part(sounding(sounds, 0.0, end) / end)) for name, sounds in everyone]
    makers = [sound for _, sounds in everyone[:-1] for sound in sounds]
    partner = everyone[-1][1]
    both = sounding(makers, 0, end) + sounding(partner, 0, end) - sounding([*makers, *partner], 0, end)
    parts = [f"{first[0]} could be heard for {first[1]} of the time"]
    parts += [f"{name} for {share}" for name, share in others]
    if makers and partner:
        parts.append(f"both at the same time for {_part(both / end)}")
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


def _beginnings(everyone: Sequence[tuple[str, list[Sound]]]) -> list[str]:
    """Who was heard first, at the start and after every silence of all."""
    every = [(sound, name) for name, sounds in everyone for sound in sounds]
    marked = sorted(every, key=lambda one: one[0].onset)
    began: dict[str, int] = {name: 0 for name, _ in everyone}
    reached: Seconds | None = None
    for sound, name in marked:
        if reached is None or sound.onset - reached >= STILL:
            began[name] += 1
        offset = sound.onset if sound.offset is None else sound.offset
        reached = offset if reached is None else max(offset, reached)
    if sum(began.values()) < 2:
        first = marked[0][1]
        return [f"{first} began; there was no silence of two seconds or more."]
    counted = [f"{'you' if name == 'You' else name} {_times(number)}" for name, number in began.items()]
    return [f"Who began, at the start and after silences: {_listed(counted)}."]


def _together(makers: Sequence[Sound], partner: Sequence[Sound], end: Seconds) -> list[str]:
    """The longest stretches in which both sides played, neither pausing for long."""
    if not makers or not partner:
        return []
    both = [
        (max(a, c), min(b, d))
        for a, b in _stretches(makers, end)
        for c, d in _stretches(partner, end)
        if min(b, d) - max(a, c) >= TOGETHER
    ]
    if not both:
        return [f"There was no stretch of {said(TOGETHER)} or more in which both sides played on."]
    longest = sorted(sorted(both, key=lambda s: s[0] - s[1])[:MOST])
    told = _listed([f"from {clock(a)} to {clock(b)}" for a, b in longest])
    return [f"Both sides played on without long pauses {told}."]


def _stretches(sounds: Sequence[Sound], end: Seconds) -> list[_Span]:
    found: list[_Span] = []
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
