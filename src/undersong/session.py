"""A Session: timed events in, timed answers out. The table of contents of the partner.

Sans-IO: no clock, thread, file or socket, and no chance but a seeded stream. The same session runs
live, offline, in a test, and again from its log.

One step: hear what came in, choose how to answer, ask the technique, gate its notes by the
limits, schedule them, and send what is due. Between events it is woken only at ``wake_at``, and
stepping it once or a hundred times on the way gives the same music.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from undersong.answering.technique import RING_DOWN, Technique
from undersong.chance import Chance
from undersong.choosing.arc import timbre_due
from undersong.choosing.policy import Policy
from undersong.choosing.wishes import SPOKEN, wished
from undersong.errors import EventError, UsageError
from undersong.events import (
    LATEST,
    THERAPIST,
    TIMBRES,
    Chose,
    Input,
    Join,
    Leave,
    MakerId,
    NoteOn,
    Output,
    Seconds,
    Steer,
    Tap,
    check,
)
from undersong.listening.impression import Impression, softened
from undersong.listening.listener import Listener
from undersong.notes import Memory
from undersong.plan import Plan
from undersong.playing.limits import gate, loudest
from undersong.playing.schedule import Schedule
from undersong.playing.touch import shade
from undersong.turns import Choice, Turns, Wishes

Registry = Mapping[str, Technique]

REST_WITHIN: Seconds = 0.15  # Rest, or the loss of every maker: silence within 200 ms
YIELD_AFTER: Seconds = 0.15  # turn-taking voices start nothing later than this after a re-entry
YIELD_OVER: Seconds = 0.6  # and fade over this time
SHARED_SILENCE: Seconds = 3.0  # both silent for so long counts as a shared silence
CLOSE = Choice("ending", "It is time to close.")  # whatever the policy, and whoever asked
NEVER_KEPT = ("silent", "storming")  # playing that is answered at once, whatever was asked to stay
MAKERS = 16  # more makers than this are a fault, not an ensemble


class Session:
    """One duet, or a small ensemble with one partner.

    ``techniques``: every technique by name; ``policy`` chooses among them unless the plan names one;
    ``memory``: earlier playing of the same maker, by which harmony is foreseen.
    """

    def __init__(
        self, plan: Plan, *, seed: int, techniques: Registry, policy: Policy, memory: Memory = ()
    ) -> None:
        self._plan = plan
        techniques = {name: one for name, one in techniques.items() if name not in plan.without}
        self._techniques = techniques
        self._take_turns = tuple(name for name, technique in techniques.items() if technique.takes_turns)
        self._policy = policy
        self._chance = Chance(seed)
        self._listener = Listener(memory)
        # a correction is decided one reaction before it sounds
        correction = max(0.0, plan.correction - plan.soonest)
        self._turns = Turns(
            tuple(techniques), aim=plan.aim, adaptivity=plan.adaptivity, minutes=plan.minutes,
            correction=correction,
        )  # fmt: skip
        self._schedule = Schedule(plan, self._turns)
        self._now: Seconds = 0.0
        self._until: dict[str, Seconds] = {}
        self._told: dict[str, str] = {}
        self._asked = ""  # the reason to give for a wish that was just spoken
        self._present: set[MakerId] = set()  # only asked about, never looped over
        self._met: set[MakerId] = set()  # likewise
        if plan.technique is not None:
            self._turns.wishes = Wishes(only=self._known(plan.technique))

    @property
    def now(self) -> Seconds:
        """The session clock: the latest time that was received or advanced to."""
        return self._now

    @property
    def wake_at(self) -> Seconds | None:
        """When ``advance`` must be called next; None while there is nothing to wait for."""
        due = [*self._until.values()]
        for time in (self._listener.wake_at, self._schedule.wake_at):
            if time is not None:
                due.append(time)
        return max(self._now, min(due)) if due else None

    @property
    def wishes(self) -> Wishes:
        """What was asked for outside the music, and is in force."""
        return self._turns.wishes

    @property
    def sounds_until(self) -> Seconds:
        """When the last note that sounds now will have ended."""
        return max((s.ends for s in self._turns.sounding.values()), default=self._now)

    def receive(self, event: Input) -> list[Output]:
        """Take in one event. Events are received in the order of ``heard``, which never decreases.

        Raises EventError if the event is malformed or comes before the session's clock.
        """
        check(event)
        if isinstance(event, Steer) and event.technique is not None:
            self._known(event.technique)
        if event.heard < self._now:
            raise EventError("An event cannot be heard before one that was heard already.")
        if event.maker not in self._met and len(self._met) >= MAKERS:
            raise EventError(f"A session knows {MAKERS} makers at most, those who left included.")
        out = self.advance(event.heard)
        self._present.add(event.maker)
        self._met.add(event.maker)
        out += self._listener.hear(event)
        match event:
            case NoteOn() | Tap():
                self._onset(event, out)
            case Steer():
                self._steer(event, out)
            case Join(lead=lead, pace=pace):
                if lead is not None:
                    self._schedule.know(event.maker, lead)
                if pace is not None:
                    self._turns.paces[event.maker] = pace
            case Leave():
                self._present.discard(event.maker)
                if not self._present:
                    self._until.clear()
                    out += self._schedule.silence(event.heard, REST_WITHIN)
            case _:
                pass
        self._think(event.heard, out)
        return out

    def advance(self, now: Seconds) -> list[Output]:
        """Let time pass to ``now``; what became due on the way is sent."""
        if not now <= LATEST:
            raise EventError("A session can only advance to a time within a week of its start.")
        out: list[Output] = []
        while (wake := self.wake_at) is not None and wake <= now:
            self._now = wake
            self._wake(wake, out)
        self._now = max(self._now, now)
        return out

    # --- one step ------------------------------------------------------------------------------

    def _wake(self, now: Seconds, out: list[Output]) -> None:
        heard = self._listener.wake_at
        listened = heard is not None and heard <= now
        out += self._listener.advance(now)
        asked = [name for name, until in self._until.items() if until <= now]
        for name in asked:
            del self._until[name]
        if listened or asked:
            self._think(now, out)
        else:
            out += self._schedule.leave(now)

    def _think(self, now: Seconds, out: list[Output]) -> None:
        """Choose, answer, gate, schedule, send."""
        self._schedule.forget(now)
        if self._present and not self._turns.resting:
            heard = self._listener.impression(now)
            if self._turns.wishes.softer:
                heard = softened(heard, self._turns.wishes.softer)
            self._note_silence(heard)
            self._schedule.cap = loudest(heard, self._plan.limits)
            if timbre_due(heard, self._turns):
                self._turns.timbre = (self._turns.timbre + 1) % TIMBRES
                self._turns.timbre_since = now
            changed = self._choose(heard, out)
            choice = self._turns.choice
            assert choice is not None
            if self._asked:
                self._say(choice.technique, self._asked, now, out)
                self._asked = ""
            for name in choice.layers:
                self._answer(name, heard, out)
            if changed and choice.technique not in self._told:
                # what a technique does at once says it better; else the choice gives its reason
                self._say(choice.technique, choice.because, now, out)
        out += self._schedule.leave(now)

    def _choose(self, heard: Impression, out: list[Output]) -> bool:
        """Ask the policy; True if other techniques answer from now on."""
        choice = self._wanted(heard)
        before = self._turns.choice
        if before is not None and choice.layers == before.layers:
            return False
        for name in choice.layers:
            self._known(name)
        if before is not None:
            self._leave_behind(before, choice, heard.time, out)
        self._turns.before = before
        self._turns.choices.append((heard.time, choice))
        self._turns.choice = choice
        self._turns.chosen_at = heard.time
        self._told.pop(choice.technique, None)
        return True

    def _wanted(self, heard: Impression) -> Choice:
        """What was asked for, else what the policy chooses."""
        turns, wishes = self._turns, self._turns.wishes
        if turns.finishing is not None:
            return CLOSE
        if wishes.only is not None:
            return Choice(wishes.only, SPOKEN["only"][wishes.beside])
        kept = wishes.kept is not None and heard.time < wishes.kept_until
        if kept and wishes.kept is not None and heard.playing.name not in NEVER_KEPT:
            return wishes.kept
        return self._policy.choose(heard, turns)

    def _leave_behind(self, before: Choice, choice: Choice, now: Seconds, out: list[Output]) -> None:
        """What the former techniques planned is taken back; what sounds is rung down, not cut."""
        inherits = self._techniques[choice.technique].inherits
        for name in before.layers:
            if name in choice.layers:
                continue
            self._until.pop(name, None)
            out += self._schedule.withdraw(name, now, now)
            if not inherits:
                ids = tuple(
                    s.play.id
                    for s in self._turns.sounding.values()
                    if s.technique == name and not s.released
                )
                out += self._schedule.let_go(ids, now, RING_DOWN)

    def _answer(self, name: str, heard: Impression, out: list[Output]) -> None:
        answer = self._techniques[name].answer(heard, self._turns, self._chance)
        now = heard.time
        # never at once again: a technique that asks for the past would stop time
        if answer.until is None:
            self._until.pop(name, None)
        else:
            self._until[name] = max(answer.until, now + 0.001)
        notes = answer.notes
        if notes:
            notes = shade(gate(answer, name, heard, self._turns, self._plan.limits), self._chance)
            if not notes:
                return  # the limits left nothing of it: then the rest of it is not done, either
        if answer.because:
            self._say(name, answer.because, now, out)
        if answer.turn is not None:
            self._turns.turns.append(answer.turn)
        if answer.withdraw:
            out += self._schedule.withdraw(name, now, now)
        if answer.clock is not None:
            self._schedule.start_clock(answer.clock, now)
        if answer.adapt is not None:
            self._schedule.adapt(answer.adapt)
        if answer.let_go is not None:
            over = answer.let_go.over or self._plan.soonest
            out += self._schedule.let_go(answer.let_go.ids, now, over)
        if notes and name in self._take_turns:
            self._turns.replying_to = heard.lead.maker if heard.lead is not None else None
        for note in notes:
            self._schedule.add(note, name, now)

    def _say(self, technique: str, because: str, now: Seconds, out: list[Output]) -> None:
        if self._told.get(technique) != because:
            self._told[technique] = because
            out.append(Chose(now, technique, because))

    # --- what the maker does to the partner ----------------------------------------------------

    def _onset(self, event: NoteOn | Tap, out: list[Output]) -> None:
        """The maker sounds: the clock goes along, and voices that take turns yield."""
        turns, now = self._turns, event.heard
        if turns.first_sound is None:
            turns.first_sound = now
        if self._listener.new_group:
            out += self._schedule.follow(event.maker, min(event.time, now), now, tap=isinstance(event, Tap))
        if turns.replying_to not in (None, event.maker) and not self._listener.came_in:
            return  # another's playing on takes nothing from the one who is answered
        at_work = self._schedule.at_work()
        for name in self._take_turns:
            if name not in at_work:
                continue
            out += self._schedule.withdraw(name, now, now + YIELD_AFTER)
            ids = tuple(
                s.play.id
                for s in turns.sounding.values()
                if s.technique == name and not s.released and s.play.at <= now
            )
            out += self._schedule.let_go(ids, now, YIELD_OVER)

    def _steer(self, event: Steer, out: list[Output]) -> None:
        turns, now = self._turns, event.heard
        match event.what:
            case "begin" | "partner_starts":
                turns.resting = False
                turns.finishing = None
                turns.opening = event.what
                turns.opened_at = now
            case "rest":
                turns.resting = True
                turns.choice = None
                self._until.clear()
                out += self._schedule.silence(now, REST_WITHIN)
                # what was asked from beside the maker is no rest of the maker's, but room for them
                beside = event.maker == THERAPIST
                name = "giving-space" if beside else "rest"
                self._told.pop(name, None)  # each rest is told
                self._say(name, SPOKEN["rest"][beside], now, out)
            case "finish":
                turns.finishing = now
            case _:
                self._wish(event)

    def _wish(self, event: Steer) -> None:
        """Something was asked of the partner: in force from now on."""
        turns = self._turns
        wishes, self._asked = wished(event, turns)
        softer = wishes.softer - turns.wishes.softer
        if softer > 0.0:
            self._schedule.soften(softer)
        turns.wishes = wishes

    def _note_silence(self, heard: Impression) -> None:
        """Remember whether both have been silent together."""
        turns = self._turns
        if heard.lead is None or turns.sounding or heard.lead.holding:
            return
        if heard.time - heard.lead.last_sound >= SHARED_SILENCE:
            turns.silent_together = True

    def _known(self, name: str) -> str:
        if name in self._plan.without:
            raise UsageError(f"{name} is left out of this session.")
        if name not in self._techniques:
            raise UsageError(
                f"There is no technique called {name!r}; there are {', '.join(self._techniques)}."
            )
        return name


def perform(session: Session, events: Iterable[Input], until: Seconds) -> list[Output]:
    """Play a whole list of events to a session, then let time pass to ``until``."""
    out: list[Output] = []
    for event in events:
        out += session.receive(event)
    return out + session.advance(max(until, session.now))
