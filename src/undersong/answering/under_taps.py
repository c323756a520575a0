"""Under taps: an open fifth beneath somebody who taps, and a song over their rhythm.

What tonal grounding and frameworking give to taps alone. Nothing here moves by itself: a fifth or a chord
comes with a tap of the maker's, near the first beat of a bar; only the few notes of the tune, and the
softer tones of a chord already sounding, are placed on the beat between. Bars are those of the drum.
"""

from __future__ import annotations

from undersong.answering.bars import SOON, WITH_TAPS, still_with
from undersong.answering.song import BASS, BEATS, PHRASE, TUNE, Phrase, at, bright, chord, key_of, shift
from undersong.answering.technique import NO_PULSE_BAR, RING_DOWN, velocity_under
from undersong.events import Seconds, Voice
from undersong.listening.impression import Impression, Part
from undersong.notes import After, Beat, Beats, Note, Pulse
from undersong.theory.grouping import onset_groups
from undersong.theory.voicing import lead
from undersong.turns import NOTHING, Answer, LetGo, Turn, Turns

DRUMS = ("synchronising", "rhythmic-grounding")  # techniques that count the bars
UNDER_BASS, UNDER_CHORDS, UNDER_TUNE = 6.0, 8.5, 6.5  # dB under the maker
ENTER_ONSET = 4  # the tap with which a fifth enters at the earliest
FIFTH_BARS = 4  # that a fifth stays
FIFTHS = (-3, -3, -5, -3, 0, 2, -5, -3)  # its lower tone, semitones over C3: A A G A C D G A
FORSAKEN: Seconds = 6.0  # silence after which it lets go by itself
EARLY: Beats = 0.3  # before the first beat: a tap so near to it begins the bar
LATE: Beats = 2.5  # after it: a later tap no longer does
RING: Seconds = 0.2  # over which a chord makes room for the next
LASTS: Beats = 7.0  # that a chord rings if nothing takes its place
CHORD_LOW, CHORD_HIGH = 55, 68
VOICES = 2
AS_DENSE, SPAN = 0.85, 6.0  # onsets for one of the maker's, over so many seconds, up to which more may come
TUNE_AFTER = 6  # bars of the song before anything is sung
STAYED: Beats = 2.5  # since the maker's last tap, within which the tune goes on
CHORD, FIFTH = "song", "fifth"  # turns: a bar of the song, a fifth; about: which one it was
BETWEEN: dict[str, tuple[tuple[Beats, int], ...]] = {  # beats on which which tones of a chord come again
    "open": (), "held": (), "rocking": ((2, -1),), "broken": ((1, 0), (2, 1), (3, 0)),
}  # fmt: skip


def open_fifth(name: str, heard: Impression, so_far: Turns) -> Answer:
    """A low open fifth that enters with a tap, stays for some bars, and moves with another."""
    part = heard.lead
    if part is None:
        return NOTHING
    own = [s for s in so_far.sounding.values() if s.technique == name and not s.released]
    ids = tuple(s.play.id for s in own)
    forsaken = part.last_sound + FORSAKEN
    if heard.onset is None:
        if ids and heard.time >= forsaken:
            because = "You have been still for a while, so the ground fades."
            return Answer(let_go=LetGo(ids, RING_DOWN), because=because)
        return Answer(until=forsaken) if ids else NOTHING
    last = so_far.last(name, FIFTH)
    if last is None and part.onsets < ENTER_ONSET:
        return NOTHING
    if any(s.play.voice == "chords" and s.technique != name for s in so_far.sounding.values()):
        return NOTHING  # other tones still ring
    bar = BEATS * so_far.clock.period if so_far.clock is not None else NO_PULSE_BAR
    if last is not None and ids and heard.time - last.at < (FIFTH_BARS - 0.5) * bar:
        return Answer(until=forsaken)
    begins = so_far.clock is None or _bar(heard, so_far, so_far.clock)[1] < 1.0
    if last is not None and ids and not begins:
        return Answer(until=forsaken)
    number = 0 if last is None else int(last.about) + 1
    low = BASS + shift(key_of(heard)) + FIFTHS[number % len(FIFTHS)]
    lasts = 2.0 * FIFTH_BARS * bar
    tones: tuple[tuple[Voice, int, float], ...] = (
        ("bass", low, UNDER_BASS), ("chords", low + 7, UNDER_CHORDS),
    )  # fmt: skip
    return Answer(
        notes=tuple(
            Note(After(heard.time), voice, pitch, velocity_under(heard.gentlest, under, voice), lasts)
            for voice, pitch, under in tones
        ),
        let_go=LetGo(ids, RING) if ids else None,
        until=forsaken,
        turn=Turn(name, FIFTH, heard.time, float(number)),
        because="You tap, so I put an open fifth beneath it; it moves only with you.",
    )


def song(name: str, heard: Impression, so_far: Turns) -> Answer:
    """A bar of the song with the tap that begins it."""
    part, clock = heard.lead, so_far.clock
    if part is None or clock is None or heard.onset is None:
        return NOTHING
    first, into = _bar(heard, so_far, clock)
    last = so_far.last(name, CHORD)
    begun = last is not None and last.at >= clock.time_at(first - EARLY) - 1e-6
    if begun or into > LATE:
        return NOTHING
    number = _number(last, heard.time, BEATS * clock.period)
    which, phrase, bar = at(number, 1 if bright(heard) else 0)
    notes = _bass_and_chord(name, heard, so_far, phrase, bar)
    if _room(heard, so_far, part):
        notes += _between(heard, clock, phrase, bar, first, notes)
    if number >= TUNE_AFTER and heard.time - part.last_onset < STAYED * clock.period:
        notes += _tune(heard, clock, phrase, bar, first)
    ids = tuple(
        s.play.id
        for s in so_far.sounding.values()
        if s.technique == name and not s.released and s.play.voice in ("bass", "chords")
    )
    return Answer(
        notes=tuple(notes),
        let_go=LetGo(ids, RING) if ids else None,
        turn=Turn(name, CHORD, heard.time, float(number)),
        because=f"Your taps carry {which.like}; each of its chords waits for you.",
    )


def framed(name: str, heard: Impression, so_far: Turns) -> Answer:
    """The song, on the beat that is shared or, while there is none, on the maker's own."""
    clock, pulse = so_far.clock, heard.pulse
    part = heard.lead
    if part is None or pulse is None or heard.onset is None:
        return song(name, heard, so_far)
    if clock is None or not still_with(clock, pulse, part, heard.time, so_far):
        return Answer(clock=pulse, adapt=WITH_TAPS, until=heard.time)
    return song(name, heard, so_far)


def _bar(heard: Impression, so_far: Turns, clock: Pulse) -> tuple[int, Beats]:
    """The beat on which the present bar begins, and how far into it this moment is."""
    drum = [t for t in (so_far.last(one, "bar") for one in DRUMS) if t is not None]
    drum = [t for t in drum if t.at >= so_far.clock_since]
    anchor = round(max(drum, key=lambda t: t.at).about) if drum else 0
    beat = clock.beat_at(heard.time) - anchor
    bar = int((beat + EARLY) // BEATS)
    return anchor + BEATS * bar, beat - BEATS * bar


def _room(heard: Impression, so_far: Turns, part: Part) -> bool:
    """Whether the partner has been clearly less dense than the maker."""
    groups = onset_groups(so_far.onsets(heard.time - SPAN))
    return len(groups) <= AS_DENSE * part.dynamics.density * SPAN


def _number(last: Turn | None, now: Seconds, bar: Seconds) -> int:
    """Which bar of the song comes: the next one; after a rest, the beginning of the next phrase."""
    if last is None:
        return 0
    number = int(last.about) + 1
    return number if now - last.at < 2.6 * bar else -(-number // PHRASE) * PHRASE


def _bass_and_chord(name: str, heard: Impression, so_far: Turns, phrase: Phrase, bar: int) -> list[Note]:
    """The bass note of the bar and the chord over it, at once; a chord that goes on is not struck anew in
    the last bar of four."""
    key = key_of(heard)
    root, bass = phrase.bars[bar]
    sound = chord(root, key)
    period = so_far.clock.period if so_far.clock is not None else NO_PULSE_BAR / BEATS
    seconds = LASTS * period
    before = sorted(_latest(name, so_far))
    upper = lead(
        sound, before if len(before) == VOICES else (), low=CHORD_LOW, high=CHORD_HIGH, size=VOICES,
        sounded=((BASS + bass + key) % 12,),
    )  # fmt: skip
    if phrase.texture == "open":  # neither major nor minor yet
        upper = upper[:1] if (upper[0] - sound.root) % 12 in (0, 7) else upper[1:]
    now = After(heard.time)
    low = velocity_under(heard.gentlest, UNDER_BASS, "bass")
    soft = velocity_under(heard.gentlest, UNDER_CHORDS, "chords")
    return [
        Note(now, "bass", BASS + shift(key) + bass, low, seconds),
        *(Note(now, "chords", pitch, soft, seconds) for pitch in upper),
    ]


def _latest(name: str, so_far: Turns) -> list[int]:
    """The pitches of the chord before."""
    found: list[int] = []
    struck = None
    for one in reversed(so_far.past):
        if one.technique == name and one.play.voice == "chords" and one.play.kind == "reactive":
            if struck is not None and one.play.at != struck:
                break
            found.append(one.play.pitch)
            struck = one.play.at
    return found


def _between(
    heard: Impression, clock: Pulse, phrase: Phrase, bar: int, first: int, struck: list[Note]
) -> list[Note]:
    """Tones of the chord that come again on later beats; none where something is sung, or in every fourth
    bar."""
    if bar % 4 == 3 or any(sung[0] == bar for sung in phrase.tune):
        return []
    upper = [note for note in struck if note.voice == "chords"]
    notes = []
    for place, which in BETWEEN[phrase.texture]:
        if not upper or clock.time_at(first + place) < heard.time + SOON:
            continue
        tone = upper[which % len(upper)]
        softer = velocity_under(heard.gentlest, UNDER_CHORDS + 1.5, "chords")
        notes.append(Note(Beat(first + place), "chords", tone.pitch, softer, 1.8 * clock.period))
    return notes


def _tune(heard: Impression, clock: Pulse, phrase: Phrase, bar: int, first: int) -> list[Note]:
    """What is sung in this bar."""
    base = TUNE + shift(key_of(heard))
    velocity = velocity_under(heard.gentlest, UNDER_TUNE, "melody")
    return [
        Note(
            Beat(first + place) if place else After(heard.time),
            "melody",
            base + up,
            velocity,
            0.95 * beats * clock.period,
        )
        for when, place, up, beats in phrase.tune
        if when == bar and (not place or clock.time_at(first + place) >= heard.time + SOON)
    ]
