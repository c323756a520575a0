"""Part: everything heard of one maker, brought together."""

from __future__ import annotations

from collections import deque

from undersong.events import (
    Heard,
    HeardBeat,
    HeardNoPulse,
    HeardPhrase,
    HeardState,
    MakerId,
    Seconds,
)
from undersong.listening.dynamics import DynamicsListener
from undersong.listening.impression import Meter, Part, Trend
from undersong.listening.meter import MeterListener
from undersong.listening.motif import MotifListener
from undersong.listening.phrase import PhraseListener
from undersong.listening.pulse import PulseListener
from undersong.listening.state import STILL, StateListener, gather, trend
from undersong.notes import Pulse, Tone
from undersong.theory.loudness import UNKNOWN_VELOCITY

REMEMBERED = 160  # tones
REGISTER = 8  # last notes with pitch that make up the register
PITCHED_FOR = 12  # tones among which one with pitch makes the playing pitched
LONGEST_HELD: Seconds = 12.0  # a key held longer no longer counts as playing
TREND_EVERY: Seconds = 0.4  # trends are slow: they are not read more often
TAP_SECONDS: Seconds = 0.1  # how long a tap counts as sounding
ANNOUNCE: Seconds = 0.085  # a beat nearer than this is no longer announced
STEADY = 0.4  # confidence from which a pulse makes the playing steady
SAME_BEAT: Seconds = 0.006  # a beat that moved by less is not announced again


class PartListener:
    """Hears one maker."""

    def __init__(self, maker: MakerId) -> None:
        self.maker = maker
        self._pulse = PulseListener()
        self._meter = MeterListener()
        self._phrase = PhraseListener()
        self._motif = MotifListener(maker)
        self._dynamics = DynamicsListener()
        self._state = StateListener()
        self._tones: deque[Tone] = deque(maxlen=REMEMBERED)
        self._held: dict[int, Tone] = {}
        self._pedalled: set[int] = set()
        self._pedal = False
        self._register: deque[int] = deque(maxlen=REGISTER)
        self._lowest: int | None = None  # of the register
        self._middle: int | None = None
        self._unpitched = PITCHED_FOR  # tones since the last one with pitch
        self._onsets = 0
        self._first_onset: Seconds = 0.0
        self._last_onset: Seconds = 0.0
        self._last_end: Seconds = 0.0
        self._last_pitch: int | None = None
        self._first_pitch: int | None = None
        self._had_pulse = False
        self._pace: Seconds | None = None
        self._announced: Seconds | None = None
        self._trend = Trend()
        self._trend_due: Seconds = 0.0
        self._wake: Seconds | None = None  # as long as nothing changes
        self._changed = False

    # --- what comes in ---------------------------------------------------------------------

    def begin(
        self, now: Seconds, time: Seconds, pitch: int | None, velocity: int | None
    ) -> tuple[Tone, bool, Seconds, list[Heard]]:
        """A note or tap began. Returns the tone, whether it began a phrase, the silence before it
        and what was heard anew."""
        self._changed = True
        time = max(time, self._last_onset) if self._onsets else time
        pause = 0.0 if self._held or not self._onsets else max(0.0, time - self._last_end)
        force = UNKNOWN_VELOCITY if velocity is None else velocity
        tone = Tone(time, None, pitch, force, self.maker)
        if pitch is not None:
            if pitch in self._held:
                self.end(time, pitch, forced=True)
            self._held[pitch] = tone
            self._pedalled.discard(pitch)
            self._register.append(pitch)
            ranked = sorted(self._register)
            self._lowest, self._middle = ranked[0], ranked[len(ranked) // 2]
            self._unpitched = 0
            self._last_pitch = pitch
            if self._first_pitch is None:
                self._first_pitch = pitch
        else:
            tone = Tone(time, time + TAP_SECONDS, None, force, self.maker)
            self._unpitched += 1
            self._last_end = max(self._last_end, time + TAP_SECONDS)
        self._tones.append(tone)
        new_group = self._dynamics.onset(time, force)
        if new_group:
            if not self._onsets:
                self._first_onset = time
            self._onsets += 1
            self._last_onset = time
            self._pulse.onset(time, force, pitch)
            self._meter.onset(time, self._pulse.pulse, self._pulse.strength)
        else:
            self._pulse.more(force)
        begins = self._phrase.onset(tone, pause)
        heard: list[Heard] = []
        if begins:
            heard.append(HeardPhrase(now, self.maker, "began", time))
        motif = self._motif.onset(now, tone, self._phrase.number, begins) if pitch is not None else None
        if motif is not None:
            heard.append(motif)
        pulse = self._pulse.pulse
        if new_group and now >= self._trend_due:
            self._trend = trend(self._tones, now, self._motif.novelty)
            self._trend_due = now + TREND_EVERY
        if new_group:
            steady = pulse is not None and pulse.confidence >= STEADY
            evidence = gather(self._tones, self._dynamics.groups, now, steady)
            if self._state.onset(now, evidence):
                heard.append(self._heard_state(now))
        heard += self._heard_pulse(now)
        return tone, begins, pause, heard

    def end(self, time: Seconds, pitch: int, *, forced: bool = False) -> Tone | None:
        """A note was let go; the tone with its offset, or None if it was not held."""
        tone = self._held.get(pitch)
        if tone is None:
            return None
        if self._pedal and not forced:
            self._pedalled.add(pitch)
            return None
        self._changed = True
        del self._held[pitch]
        self._pedalled.discard(pitch)
        ended = Tone(tone.onset, max(time, tone.onset), pitch, tone.velocity, self.maker)
        self._last_end = max(self._last_end, min(ended.offset or time, tone.onset + LONGEST_HELD))
        self._phrase.offset(ended)
        return ended

    def pedal(self, time: Seconds, down: bool) -> list[Tone]:
        """The sustain pedal moved; the notes that ended with it."""
        self._pedal = down
        if down:
            return []
        ended = [self.end(time, pitch) for pitch in sorted(self._pedalled)]
        return [tone for tone in ended if tone is not None]

    def leave(self, time: Seconds) -> list[Tone]:
        """The maker is gone: everything held has ended."""
        self._pedal = False
        ended = [self.end(time, pitch, forced=True) for pitch in sorted(self._held)]
        return [tone for tone in ended if tone is not None]

    # --- what time brings ------------------------------------------------------------------

    def _sound_until(self) -> Seconds:
        """When the last sound ended, or will count as ended if what is held is never let go."""
        if not self._held:
            return self._last_end
        newest = max(tone.onset for tone in self._held.values())
        return max(self._last_end, newest + LONGEST_HELD)

    @property
    def wake_at(self) -> Seconds | None:
        """When time alone will change what is heard."""
        if self._changed:  # asked several times between two changes
            self._wake = self._next_change()
            self._changed = False
        return self._wake

    def _next_change(self) -> Seconds | None:
        if not self._onsets:
            return None
        times = [self._pulse.lost_at, self._state.settles_at, self._next_announcement()]
        sound = self._sound_until()
        times.append(self._phrase.ends_at(sound))
        if self._state.playing.name != "silent":
            times.append(sound + self._stillness())
        due = [time for time in times if time is not None]
        return min(due) if due else None

    def _stillness(self) -> Seconds:
        pause = self._phrase.pause
        return max(STILL, 2 * pause) if pause is not None else STILL

    def advance(self, now: Seconds) -> tuple[list[Heard], int | None]:
        """Let time pass to ``now``. Returns what was heard anew, and the pitch on which a phrase
        came to rest, if one did."""
        self._changed = True
        heard: list[Heard] = []
        rested: int | None = None
        self._pulse.advance(now)
        heard += self._heard_pulse(now)
        sound = self._sound_until()
        ends = self._phrase.ends_at(sound)
        if ends is not None and now >= ends:
            self._phrase.end(sound)
            self._motif.rest()
            rested = self._last_pitch
            heard.append(HeardPhrase(now, self.maker, "ended", sound))
        if self._onsets and now >= sound + self._stillness() and self._state.still():
            heard.append(self._heard_state(now))
        if self._state.advance(now):
            heard.append(self._heard_state(now))
        return heard, rested

    def _next_announcement(self) -> Seconds | None:
        """The last announced beat falls: the next one is due to be announced."""
        return self._announced if self._pulse.pulse is not None else None

    def _heard_state(self, now: Seconds) -> HeardState:
        playing = self._state.playing
        return HeardState(now, self.maker, playing.name, playing.confidence, playing.because)

    def _heard_pulse(self, now: Seconds) -> list[Heard]:
        pulse = self._pulse.pulse
        if pulse is None:
            had, self._had_pulse, self._announced = self._had_pulse, False, None
            return [HeardNoPulse(now, self.maker)] if had else []
        self._had_pulse = True
        self._pace = pulse.period
        beat = _first_beat_after(pulse, now + ANNOUNCE)
        if self._announced is not None and abs(beat - self._announced) < SAME_BEAT:
            return []
        self._announced = beat
        return [HeardBeat(now, self.maker, beat, pulse.period, pulse.confidence)]

    @property
    def meter(self) -> Meter | None:
        """How the beats of the pulse group, while there is one."""
        return self._meter.meter if self._pulse.pulse is not None else None

    # --- what is heard ---------------------------------------------------------------------

    @property
    def onsets(self) -> int:
        """Onset groups so far."""
        return self._onsets

    @property
    def pulse(self) -> Pulse | None:
        """The pulse heard now."""
        return self._pulse.pulse

    @property
    def last_onset(self) -> Seconds:
        """When the last group of onsets began."""
        return self._last_onset

    def part(self, now: Seconds) -> Part:
        """The frozen snapshot."""
        sound = self._sound_until()
        return Part(
            maker=self.maker,
            playing=self._state.playing,
            pulse=self._pulse.pulse,
            phrase=self._phrase.phrase(now, sound),
            dynamics=self._dynamics.dynamics(now),
            onsets=self._onsets,
            first_onset=self._first_onset,
            last_onset=self._last_onset,
            last_sound=min(now, sound),
            holding=bool(self._held) and sound > now,
            pitched=self._unpitched < PITCHED_FOR,
            lowest=self._lowest,
            middle=self._middle,
            first_pitch=self._first_pitch,
            first_motif=self._motif.first,
            trend=self._trend,
            motifs=self._motif.motifs,
            loop=self._motif.loop,
            pace=self._pace,
        )


def _first_beat_after(pulse: Pulse, time: Seconds) -> Seconds:
    beats = int(pulse.beat_at(time) // 1) + 1
    return pulse.time_at(beats)
