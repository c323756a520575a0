"""Song: the harmony and the tune that taps carry. Data, and where in it the partner is.

Who taps brings rhythm and leaves pitch to the partner. A song is four phrases of eight bars, each bar a
chord over a bass note of its own, so that the bass is a melody with an arch over the phrase; a phrase may
have a few notes of a tune, with room around them. Two songs on the same seven notes take turns, one
that rests on the minor tonic and one on the major. Pitches are semitones over the key, its major tonic:
chords as pitch classes, the bass from C3 (48), the tune from C4 (60). Beats are counted in a bar of four.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from undersong.listening.impression import Impression
from undersong.notes import Beats
from undersong.theory.chords import MAJ, MIN, Chord
from undersong.theory.keys import MODES

Texture = Literal["open", "held", "rocking", "broken"]
Sung = tuple[int, Beats, int, Beats]  # bar of the phrase, beat, semitones over C4, beats it lasts

BEATS = 4
PHRASE = 8  # bars
BASS, TUNE = 48, 60
KEY_SURE = 0.35  # confidence from which a key that was heard is taken up
NO_KEY = 0  # the key where no pitch was ever heard: the white keys, on which the page's scales lie too
# Semitones from a mode's own tonic up to the major tonic on the same seven notes.
TO_MAJOR: dict[str, int] = {
    "major": 0, "minor": 3, "dorian": 10, "phrygian": 8, "lydian": 7, "mixolydian": 5,
}  # fmt: skip
BRIGHT = ("major", "lydian", "mixolydian")

C, DM, EM, F, G, AM = 0, 2, 4, 5, 7, 9
QUALITY = {C: MAJ, DM: MIN, EM: MIN, F: MAJ, G: MAJ, AM: MIN}
Bar = tuple[int, int]  # the chord, and the bass in semitones over C3


@dataclass(frozen=True, slots=True)
class Phrase:
    """Eight bars. ``texture``: how the chords are played; ``tune``: what is sung, if anything."""

    bars: tuple[Bar, ...]
    texture: Texture
    tune: tuple[Sung, ...] = ()


@dataclass(frozen=True, slots=True)
class Song:
    """``like``: in words what it is."""

    like: str
    phrases: tuple[Phrase, ...]


# The bass goes up to the fourth and home again; up to the fifth and home; down from the sixth.
_ARCH: tuple[Bar, ...] = (
    (AM, -3), (AM, -3), (G, -1), (C, 0), (DM, 2), (C, 0), (G, -1), (AM, -3),
)  # fmt: skip
_HOME: tuple[Bar, ...] = (
    (AM, -3), (F, -3), (G, -1), (C, 0), (DM, 2), (EM, 4), (AM, -3), (AM, -3),
)  # fmt: skip
_AWAY: tuple[Bar, ...] = (
    (F, 5), (C, 4), (DM, 2), (C, 0), (DM, 2), (C, 4), (F, 5), (EM, 4),
)  # fmt: skip
_BRIGHT: tuple[Bar, ...] = (
    (C, 0), (C, 0), (G, -1), (AM, -3), (DM, 2), (C, 4), (F, 5), (G, 7),
)  # fmt: skip
_BRIGHT_HOME: tuple[Bar, ...] = (
    (C, 0), (C, 0), (G, -1), (AM, -3), (DM, 2), (G, -5), (C, 0), (C, 0),
)  # fmt: skip
_BRIGHT_AWAY: tuple[Bar, ...] = (
    (F, 5), (C, 4), (DM, 2), (C, 0), (DM, 2), (F, 5), (G, 7), (G, 7),
)  # fmt: skip

# Three notes up, and some bars later three notes down: the same hook each time, another end.
_UP, _DOWN = ((0, 1, 12, 1), (0, 2, 14, 1), (0, 3, 16, 3)), ((4, 1, 14, 1), (4, 2, 12, 1), (4, 3, 9, 3))
_UP_BRIGHT = ((0, 1, 7, 1), (0, 2, 9, 1), (0, 3, 12, 3))

SONGS: tuple[Song, ...] = (
    Song(
        "a song in minor, whose bass climbs and comes home",
        (
            Phrase(_ARCH, "open"),
            Phrase(_HOME, "held", (*_UP, (5, 1, 16, 1), (5, 2, 14, 1), (5, 3, 11, 1), (6, 0, 9, 4))),
            Phrase(_AWAY, "broken", ((6, 1, 9, 1), (6, 2, 12, 2), (7, 0, 11, 4))),
            Phrase(_HOME, "rocking", (*_UP, *_DOWN)),
        ),
    ),
    Song(
        "a song in major, warm and unhurried",
        (
            Phrase(_BRIGHT, "held", (*_UP_BRIGHT, *_DOWN)),
            Phrase(_BRIGHT_HOME, "rocking", (*_UP_BRIGHT, (5, 1, 14, 1), (5, 2, 11, 1), (6, 0, 12, 4))),
            Phrase(_BRIGHT_AWAY, "broken", ((1, 1, 7, 1), (1, 2, 12, 1), (1, 3, 16, 3))),
            Phrase(_BRIGHT_HOME, "held", (*_UP_BRIGHT, (5, 1, 14, 1), (5, 2, 11, 1), (6, 0, 12, 4))),
        ),
    ),
)
LONG = PHRASE * 4  # bars of a song


def key_of(heard: Impression) -> int:
    """The major tonic, as a pitch class, on whose seven notes to play."""
    tonality = heard.tonality
    if tonality is None or tonality.confidence < KEY_SURE:
        return NO_KEY
    return (tonality.tonic + TO_MAJOR[tonality.mode]) % 12


def bright(heard: Impression) -> bool:
    """Whether what was heard rests on a major third."""
    tonality = heard.tonality
    return tonality is not None and tonality.confidence >= KEY_SURE and tonality.mode in BRIGHT


def shift(key: int) -> int:
    """Semitones by which everything is moved for a key: the nearest way from C."""
    return (key + 6) % 12 - 6


def at(bar: int, first: int) -> tuple[Song, Phrase, int]:
    """The song, the phrase and its bar at a bar counted from the beginning; ``first``: the song that
    comes first."""
    song = SONGS[(first + bar // LONG) % len(SONGS)]
    return song, song.phrases[bar % LONG // PHRASE], bar % PHRASE


def chord(root: int, key: int) -> Chord:
    """A chord of the key."""
    return Chord((root + key) % 12, QUALITY[root])


assert all(mode in TO_MAJOR for mode in MODES)
assert all(len(phrase.bars) == PHRASE for song in SONGS for phrase in song.phrases)
