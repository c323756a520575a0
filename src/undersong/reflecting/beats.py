"""Beats: the pulse that was heard in a take, heard again from its inputs by the session's own ears.

What a session hears is not logged, since it can be heard again. Times are seconds of the take. A beat
stands where it was last announced before it fell; where no pulse was heard there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from undersong.events import HeardBeat, HeardNoPulse, Input, MakerId, Seconds
from undersong.listening.listener import Listener

AGAIN = 0.5  # of a period: an announcement nearer to an unfallen beat takes its place


def heard_beats(inputs: Sequence[Input]) -> tuple[Seconds, ...]:
    """Every beat that fell, ascending; of several makers, those of whoever had the most."""
    fallen: dict[MakerId, list[Seconds]] = {}
    due: dict[MakerId, list[Seconds]] = {}

    def fall(now: Seconds) -> None:
        for maker, waiting in due.items():
            fallen.setdefault(maker, []).extend(at for at in waiting if at <= now)
            due[maker] = [at for at in waiting if at > now]

    for news in _heard(inputs):
        fall(news.time)
        waiting = due.setdefault(news.maker, [])
        if isinstance(news, HeardBeat):
            kept = [at for at in waiting if abs(at - news.at) >= AGAIN * news.period]
            due[news.maker] = sorted([*kept, news.at])
        else:
            waiting.clear()
    fall(max((event.heard for event in inputs), default=0.0))
    most: list[Seconds] = max(fallen.values(), key=len, default=[])
    return tuple(most)


def _heard(inputs: Sequence[Input]) -> list[HeardBeat | HeardNoPulse]:
    listener = Listener()
    told: list[HeardBeat | HeardNoPulse] = []
    for event in sorted(inputs, key=lambda e: e.heard):
        news = []
        while (wake := listener.wake_at) is not None and wake <= event.heard:
            news += listener.advance(wake)
        news += listener.hear(event)
        told += [one for one in news if isinstance(one, (HeardBeat, HeardNoPulse))]
    return told
