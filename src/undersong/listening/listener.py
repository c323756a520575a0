"""The Listener: events in, an Impression out. It owns everything that was heard."""

from __future__ import annotations

from undersong.events import (
    Control,
    Heard,
    HeardTonality,
    Input,
    Join,
    Leave,
    MakerId,
    NoteOff,
    NoteOn,
    Seconds,
    Steer,
    Tap,
)
from undersong.listening.harmony import HarmonyListener
from undersong.listening.impression import Impression, Meter, Part, Playing
from undersong.listening.moving import MovingListener
from undersong.listening.part import PartListener
from undersong.listening.together import TogetherListener, steadier
from undersong.listening.tonality import TonalityListener
from undersong.notes import Memory, Pulse, Tone

PEDAL = 64  # MIDI controller
PEDAL_DOWN = 64  # value from which the pedal is down
PAUSE: Seconds = 1.0  # between two onsets of a maker's, after which the second comes in anew
LATELY: Seconds = 20.0  # who has played within this time is taken to be playing
SURER = 0.15  # a change of confidence that is worth telling

# Which state speaks for all when several play: whoever needs most is attended to first.
FRAGILE: tuple[str, ...] = (
    "storming", "scattered", "tentative", "fading", "insistent", "flowing", "silent",
)  # fmt: skip
QUIET = Playing("silent", 1.0, "nothing has sounded yet")


class Listener:
    """Hears every maker, and what they sound like together. ``memory``: a maker's earlier playing."""

    def __init__(self, memory: Memory = ()) -> None:
        self._parts: dict[MakerId, PartListener] = {}
        self._tonality = TonalityListener()
        self._together = TogetherListener()
        self._moving = MovingListener()
        self._harmony = HarmonyListener(memory)
        self._told: tuple[int, str, float] | None = None
        self._onset: Tone | None = None
        self.new_group = False  # whether the last event opened a group of onsets
        self.came_in = False  # whether with it its maker came in after a pause
        self._latest: MakerId | None = None

    def hear(self, event: Input) -> list[Heard]:
        """Take in one event at ``event.heard``; returns what was heard anew."""
        self._onset = None
        self.new_group = self.came_in = False
        now = event.heard
        time = min(event.time, now)
        if isinstance(event, Steer):
            return []
        part = self._parts.get(event.maker)
        if part is None:
            part = self._parts[event.maker] = PartListener(event.maker)
        match event:
            case NoteOn(pitch=pitch, velocity=velocity):
                return self._begin(part, now, time, pitch, velocity)
            case Tap(velocity=force):
                return self._begin(part, now, time, None, force)
            case NoteOff(pitch=pitch):
                ended = part.end(time, pitch)
                self._ended([ended] if ended is not None else [])
            case Control(control=control, value=value):
                if control == PEDAL:
                    self._ended(part.pedal(time, value >= PEDAL_DOWN))
            case Leave():
                self._ended(part.leave(time))
                return [*self._moving.leave(now, part.maker)]
            case Join():
                pass
        return []

    def _begin(
        self, part: PartListener, now: Seconds, time: Seconds, pitch: int | None, force: int | None
    ) -> list[Heard]:
        groups = part.onsets
        interval = time - part.last_onset if groups else None
        tone, begins, pause, heard = part.begin(now, time, pitch, force)
        self.new_group = part.onsets > groups
        self.came_in = begins or interval is None or interval > PAUSE
        self._onset = tone
        self._latest = part.maker
        if self.new_group:
            self._together.onset(part.maker, part.last_onset)
            heard += self._moving.onset(now, part.maker, part.last_onset)
        if pitch is not None:
            self._tonality.note(
                part.maker,
                pitch,
                begins_phrase=begins,
                pause=pause,
                interval=interval,
                velocity=tone.velocity,
            )
            heard += self._tell_tonality(now)
            tonality = self._tonality.tonality
            if tonality is not None:
                pulse = _most_trusted([part.pulse for part in self._parts.values()])
                heard += self._harmony.note(now, part.maker, pitch, tonality, pulse)
        return heard

    def _ended(self, tones: list[Tone]) -> None:
        for tone in tones:
            if tone.pitch is not None and tone.offset is not None:
                self._tonality.lasted(tone.maker, tone.pitch, tone.offset - tone.onset)

    def _tell_tonality(self, now: Seconds) -> list[Heard]:
        read = self._tonality.tonality
        if read is None:
            return []
        told = self._told
        if (
            told is not None
            and told[:2] == (read.tonic, read.mode)
            and abs(told[2] - read.confidence) < SURER
        ):
            return []
        self._told = (read.tonic, read.mode, read.confidence)
        return [HeardTonality(now, read.tonic, read.mode, read.confidence)]

    @property
    def wake_at(self) -> Seconds | None:
        """When time alone will change what is heard."""
        times = [self._moving.wake_at, *(part.wake_at for part in self._parts.values())]
        due = [time for time in times if time is not None]
        return min(due) if due else None

    def advance(self, now: Seconds) -> list[Heard]:
        """Let time pass to ``now``, which must not lie beyond ``wake_at``. No onset is new any more."""
        self._onset = None
        heard: list[Heard] = [*self._moving.advance(now)]
        for part in self._parts.values():
            wake = part.wake_at
            if wake is None or wake > now:
                continue
            news, rested = part.advance(now)
            heard += news
            if rested is not None:
                self._tonality.phrase_ended(part.maker, rested)
                heard += self._tell_tonality(now)
        return heard

    def impression(self, now: Seconds) -> Impression:
        """The frozen snapshot at ``now``."""
        parts = {maker: part.part(now) for maker, part in self._parts.items() if part.onsets}
        lead = self._lead(parts)
        everyone = list(parts.values())
        playing = [part for part in everyone if now - part.last_onset <= LATELY]
        together = self._together.together(now, playing)
        shared = together.pulse if together is not None else None
        pulse = shared or steadier(everyone)
        return Impression(
            time=now,
            onset=self._onset,
            pulse=pulse,
            tonality=self._tonality.tonality,
            makers=parts,
            playing=lead.playing if lead is not None else QUIET,
            lead=lead,
            gentlest=_gentlest(playing or everyone),
            together=together,
            harmony=self._harmony.harmony,
            meter=self._meter_of(pulse),
        )

    def _meter_of(self, pulse: Pulse | None) -> Meter | None:
        """The meter of the maker who has that pulse."""
        if pulse is None:
            return None
        theirs = [part.meter for part in self._parts.values() if part.pulse == pulse]
        return theirs[0] if theirs else None

    def _lead(self, parts: dict[MakerId, Part]) -> Part | None:
        if not parts:
            return None
        latest = self._latest if self._latest in parts else None
        return min(
            parts.values(),
            key=lambda part: (FRAGILE.index(part.playing.name), part.maker != latest),
        )


def _gentlest(parts: list[Part]) -> Part | None:
    """The softest of them."""
    return min(parts, key=lambda part: part.dynamics.level, default=None)


def _most_trusted(pulses: list[Pulse | None]) -> Pulse | None:
    heard = [pulse for pulse in pulses if pulse is not None]
    return max(heard, key=lambda pulse: pulse.confidence) if heard else None
