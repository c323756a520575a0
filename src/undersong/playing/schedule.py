"""The Schedule: what is still to sound, in beats or seconds; it retimes and takes back.

Planned notes leave one lead before they sound; until they sound they can be retracted. Reactive
notes, meant for the moment just heard, leave at once for one reaction later. Notes placed in beats
move with the partner's clock until they leave, and are sent again if it then still moves a lot.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from undersong.events import MakerId, Play, Release, Retract, Seconds, Sounded, Voice
from undersong.notes import After, Beat, Note, Pulse
from undersong.plan import Plan
from undersong.playing.following import Gain, Hand, adapted
from undersong.theory.grouping import onset_groups
from undersong.theory.loudness import level, velocity_at
from undersong.turns import Adapt, Sounding, Turns

MOVED: Seconds = 0.012  # a note already sent is sent again if its beat moved by more
NO_ADAPT = Adapt(0.0, 0.0)
CALM = 8  # onset groups of the partner's in any one second, however fast the maker plays
HEARD_WITH: Seconds = 0.06  # a sound of ours so near to a beat is that beat


@dataclass(frozen=True, slots=True, order=True)
class _Pending:
    at: Seconds
    number: int  # order of planning, so that notes at the same time keep it
    note: Note = field(compare=False)
    technique: str = field(compare=False)


class Schedule:
    """Owns what is still to sound, and the partner's clock."""

    def __init__(self, plan: Plan, turns: Turns) -> None:
        self._plan = plan
        self._turns = turns
        self._pending: list[_Pending] = []
        self._sent_beats: dict[int, _Pending] = {}
        self._adapt = NO_ADAPT
        self._gain = Gain()
        self._hands: dict[MakerId, Hand] = {}
        self._followed = 0.0  # the beat at which the clock was last corrected
        self._planned = 0
        self._next_id = 1
        self.cap: Mapping[Voice, int] = {}  # the velocity that no note passes when it leaves

    # --- planning ----------------------------------------------------------------------------

    def start_clock(self, clock: Pulse, now: Seconds) -> None:
        """The partner's clock runs like ``clock`` from now on; only notes added later follow it."""
        self._turns.clock = self._turns.clock_began = clock
        self._turns.clock_since = now
        for hand in self._hands.values():
            hand.anew()
        self._followed = clock.beat_at(now) - 1.0
        self._gain = Gain()

    def adapt(self, adapt: Adapt) -> None:
        """How the clock follows the maker from now on."""
        self._adapt = adapt

    def add(self, note: Note, technique: str, now: Seconds) -> None:
        """Plan a note. One whose time has passed is dropped: late notes are never bunched up."""
        at = self._resolve(note)
        if at is None:
            return
        if isinstance(note.when, After):
            at = max(at, now + self._plan.soonest)
        elif at < now + self._plan.soonest:
            return
        self._planned += 1
        insort(self._pending, _Pending(at, self._planned, note, technique))

    def soften(self, decibels: float) -> None:
        """What is planned and has not left yet is to sound so many dB softer."""
        self._pending = [
            replace(p, note=replace(p.note, velocity=velocity_at(level(p.note.velocity) - decibels)))
            for p in self._pending
        ]

    def _resolve(self, note: Note) -> Seconds | None:
        if isinstance(note.when, After):
            return note.when.moment + note.when.seconds
        return None if self._turns.clock is None else self._turns.clock.time_at(note.when.number)

    @property
    def wake_at(self) -> Seconds | None:
        """When the next planned note has to leave."""
        return self._pending[0].at - self._plan.lead if self._pending else None

    def leave(self, now: Seconds) -> list[Sounded]:
        """Send what is due."""
        out: list[Sounded] = []
        while self._pending and self._pending[0].at - self._plan.lead <= now + 1e-9:
            pending = self._pending.pop(0)
            if self._bearable(pending.at):
                out.append(self._send(pending, now))
        return out

    def _bearable(self, at: Seconds) -> bool:
        """Whether one more note at this moment leaves the partner within its polyphony, and calm."""
        together = sum(1 for s in self._turns.sounding.values() if s.ends > at)
        if together >= self._plan.limits.polyphony:
            return False
        near = [one for one in self._turns.onsets(at - 1.0) if one < at + 1.0]
        if len(near) < CALM:
            return True
        groups = onset_groups([*near, at])
        return all(b - a >= 1.0 for a, b in zip(groups, groups[CALM:], strict=False))

    def _send(self, pending: _Pending, now: Seconds) -> Play:
        note = pending.note
        reactive = isinstance(note.when, After) and note.when.seconds == 0.0
        play = Play(
            id=self._next_id,
            at=pending.at,
            kind="reactive" if reactive else "planned",
            voice=note.voice,
            pitch=note.pitch,
            velocity=max(1, min(note.velocity, self.cap.get(note.voice, note.velocity))),
            seconds=note.seconds,
            timbre=self._turns.timbre,
        )
        self._next_id += 1
        sounding = Sounding(play, pending.technique, play.at + play.seconds)
        self._turns.sounding[play.id] = sounding
        self._turns.past.append(sounding)
        if isinstance(note.when, Beat):
            self._sent_beats[play.id] = pending
        return play

    # --- following ---------------------------------------------------------------------------

    def know(self, maker: MakerId, lead: Seconds) -> None:
        """A maker's habitual lead was measured."""
        self._hands[maker] = Hand(taps=True, measured=lead)

    def follow(self, maker: MakerId, onset: Seconds, now: Seconds, *, tap: bool) -> list[Sounded]:
        """The maker's onset corrects the clock, and with it every note planned in beats."""
        clock = self._turns.clock
        if clock is None:
            return []
        adapt = adapted(self._adapt, self._turns.follows)
        hand = self._hands.setdefault(maker, Hand(taps=tap))
        nearest = round(clock.beat_at(onset))
        early = clock.time_at(nearest) - onset
        if abs(early) <= adapt.near * clock.period and self._sounded(clock.time_at(nearest)):
            hand.met(early, clock.period)
        if adapt.phase == 0.0 and adapt.period == 0.0:
            return []
        beat = clock.beat_at(onset + hand.lead)
        nearest = round(beat)
        off = (beat - nearest) * clock.period
        if abs(off) > adapt.near * clock.period:
            return []
        # a share a beat: for an onset that comes sooner than a beat after the last one, less
        beats = max(0.0, min(4.0, beat - self._followed))
        most = adapt.most * beats
        self._followed = beat
        change = max(-most, min(most, adapt.period * off / clock.period))
        began = self._turns.clock_began or clock
        home = adapt.home * beats * (began.period / clock.period - 1.0)
        period = clock.period * (1.0 + change + home - adapt.pull * beats)
        phase = self._gain.after(off, adapt)
        step = adapt.step * clock.period
        fell = clock.time_at(nearest) + max(-step, min(step, phase * off))
        self._turns.clock = Pulse(period, fell - nearest * period, clock.confidence)
        return self._retime(now)

    def _sounded(self, beat: Seconds) -> bool:
        """Whether a sound of ours falls on this beat: only what is heard can be met."""
        for one in reversed(self._turns.past):
            if abs(one.play.at - beat) <= HEARD_WITH:
                return True
            if one.play.at < beat - 4.0:
                break
        return False

    def _retime(self, now: Seconds) -> list[Sounded]:
        clock = self._turns.clock
        if clock is not None:
            self._pending = sorted(
                replace(p, at=clock.time_at(p.note.when.number)) if isinstance(p.note.when, Beat) else p
                for p in self._pending
            )
        out: list[Sounded] = []
        for id_, pending in list(self._sent_beats.items()):
            if pending.at <= now + self._plan.soonest:
                del self._sent_beats[id_]
                continue
            at = self._resolve(pending.note)
            if at is None or abs(at - pending.at) < MOVED or at < now + self._plan.soonest:
                continue
            del self._sent_beats[id_]
            out.append(self._retract(id_, now))
            if self._bearable(at):
                out.append(self._send(replace(pending, at=at), now))
        return out

    # --- taking back -------------------------------------------------------------------------

    def at_work(self) -> set[str]:
        """The techniques with notes that are planned or sound; only asked about, never looped over."""
        names = {pending.technique for pending in self._pending}
        return names.union([sounding.technique for sounding in self._turns.sounding.values()])

    def withdraw(self, technique: str, now: Seconds, from_: Seconds) -> list[Sounded]:
        """Take back a technique's notes that would begin after ``from_``."""
        self._pending = [p for p in self._pending if p.technique != technique or p.at <= from_]
        return [
            self._retract(s.play.id, now)
            for s in list(self._turns.sounding.values())
            if s.technique == technique and s.play.at > max(from_, now)
        ]

    def let_go(self, ids: tuple[int, ...], now: Seconds, over: Seconds) -> list[Sounded]:
        """Release sounding notes, gone ``over`` seconds from now; unsounded ones are retracted."""
        out: list[Sounded] = []
        for id_ in ids:
            sounding = self._turns.sounding.get(id_)
            if sounding is None:
                continue
            if sounding.play.at > now:
                out.append(self._retract(id_, now))
            elif sounding.ends > now + over:
                ends = now + over
                self._turns.sounding[id_] = replace(sounding, ends=ends, released=True)
                out.append(Release(id_, ends, over))
        return out

    def silence(self, now: Seconds, over: Seconds) -> list[Sounded]:
        """Everything stops within ``over`` seconds; nothing is planned any more."""
        self._pending.clear()
        self._turns.clock = None
        return self.let_go(tuple(self._turns.sounding), now, over)

    def _retract(self, id_: int, now: Seconds) -> Retract:
        sounding = self._turns.sounding.pop(id_)
        self._sent_beats.pop(id_, None)
        if sounding in self._turns.past:
            self._turns.past.remove(sounding)
        return Retract(id_, now)

    def forget(self, now: Seconds) -> None:
        """Drop what has ended."""
        over = [id_ for id_, sounding in self._turns.sounding.items() if sounding.ends <= now]
        for id_ in over:
            del self._turns.sounding[id_]
            self._sent_beats.pop(id_, None)
