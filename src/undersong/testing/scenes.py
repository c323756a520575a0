"""Scenes: small pieces of playing, written so that they can be read, and what they ask for.

A playing is written note by note: ``C4@0.5:0.6`` is C4 from .5 s for .6 s, ``x@1.2`` a tap at 1.2 s;
``!90`` behind either is its velocity (else the scene's own). Middle C is C4 (MIDI 60).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from undersong.errors import UsageError
from undersong.events import Input, MakerId, Seconds
from undersong.testing.makers import MAKER, Stage
from undersong.theory.pitch import NAMES

_NOTE = re.compile(r"([A-G][b#]?)(-?\d)@([\d.]+):([\d.]+)(?:!(\d+))?")
_TAP = re.compile(r"x@([\d.]+)(?:!(\d+))?")
_SPELLED = {name: pc for pc, name in enumerate(NAMES)} | {
    "C#": 1, "D#": 3, "Gb": 6, "G#": 8, "A#": 10, "Cb": 11, "B#": 0, "E#": 5, "Fb": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """A piece of playing.

    ``hears`` says in words what it is. ``grounds``: from when on which pitch classes an ear would
    accept as its tonic or fifth (empty for taps). ``velocity``: of notes that name none.
    """

    name: str
    hears: str
    playing: str
    grounds: tuple[tuple[Seconds, str], ...] = ()
    velocity: int = 56
    technique: str | None = None

    def events(self, maker: MakerId = MAKER) -> list[Input]:
        """The playing as timed events."""
        return read_playing(self.playing, self.velocity, maker)

    def accepted(self, time: Seconds) -> frozenset[int]:
        """Pitch classes that are a good ground at ``time``."""
        names = ""
        for since, given in self.grounds:
            if time >= since:
                names = given
        return frozenset(_SPELLED[name] for name in names.split())


def read_playing(playing: str, velocity: int = 64, maker: MakerId = MAKER) -> list[Input]:
    """Timed events from the written form. Raises UsageError for what cannot be read."""
    stage = Stage(maker)
    for word in playing.split():
        if note := _NOTE.fullmatch(word):
            letter, octave, onset, length, force = note.groups()
            pitch = 12 * (int(octave) + 1) + _SPELLED[letter]
            # Cb4 lies below C4 and B#4 above B4
            pitch += {"Cb": -12, "B#": 12}.get(letter, 0)
            stage.note(float(onset), float(length), pitch, float(force or velocity))
        elif tap := _TAP.fullmatch(word):
            stage.tap(float(tap[1]), float(tap[2] or velocity))
        else:
            raise UsageError(f"{word!r} is neither a note such as C4@0.5:0.6 nor a tap such as x@1.2.")
    return stage.events()


def evenly(pitches: str, start: Seconds, step: Seconds, held: Seconds) -> str:
    """Notes at even distances, for scenes in which evenness is the point."""
    return " ".join(
        f"{pitch}@{start + index * step:.3f}:{held}" for index, pitch in enumerate(pitches.split())
    )


FRAGMENTS: tuple[Scene, ...] = (
    Scene(
        "three-steps",
        "Three steps up, and stop; then back down.",
        "C4@0.5:0.6 D4@1.2:0.9 E4@2.3:1.5  E4@5.9:0.6 D4@6.8:0.8 C4@7.9:1.8",
        ((0, "C G"),),
    ),
    Scene(
        "halting",
        "Halting, two or three notes at a time, in D minor.",
        "D4@0.4:0.9 F4@1.9:0.7 E4@4.6:0.6 D4@5.5:1.6 A4@10.2:1.1 G4@11.6:0.6 F4@12.6:1.4 "
        "E4@16.9:0.8 F4@18.1:0.6 D4@19.2:2.0",
        ((0, "D A"),),
        48,
    ),
    Scene(
        "rubato",
        "A tune that stretches and hurries, in G major.",
        "D4@0.5:0.5 G4@1.2:1.1 A4@2.5:0.4 B4@2.95:1.6 A4@4.9:0.4 G4@5.35:0.5 E4@6.1:1.3 "
        "D4@8.3:0.5 G4@8.9:0.8 B4@9.9:0.6 D5@10.6:1.9 C5@12.8:0.4 B4@13.3:0.5 A4@13.9:0.9 "
        "G4@15.2:2.4",
        ((0, "G D"),),
    ),
    Scene(
        "long-silences",
        "Single tones far apart, around A.",
        "A4@0.6:1.4 E4@7.5:1.2 A4@9.4:1.6 C5@17.3:1.5 B4@19.4:0.7 A4@20.6:2.2 E5@30.4:1.4 A4@32.6:2.5",
        ((0, "A E"),),
        46,
    ),
    Scene(
        "one-note",
        "One note again and again, with long gaps.",
        "G4@0.5:1.2 G4@3.4:1.0 G4@6.9:1.3 G4@9.7:1.1 G4@13.2:1.2 G4@16.1:1.0 G4@19.8:1.6",
        ((0, "G C D"),),
        44,
    ),
    Scene(
        "wrong-note",
        "A wrong note, taken back after a pause.",
        "C4@0.5:0.7 E4@1.4:0.7 F#4@2.3:0.5  G4@4.6:1.4 E4@6.4:0.7 F4@7.3:0.7 D4@8.3:0.6 C4@9.2:2.0",
        ((0, "C G"),),
    ),
    Scene(
        "new-key",
        "F major; after a long pause D major.",
        "F4@0.5:0.8 A4@1.5:0.7 C5@2.5:1.3 Bb4@4.3:0.6 A4@5.1:0.6 G4@5.9:0.7 F4@6.8:2.0 "
        "D4@18.5:0.8 F#4@19.6:0.7 A4@20.7:1.2 G4@22.3:0.5 F#4@23.0:0.6 E4@23.9:0.7 D4@24.9:2.2",
        ((0, "F C"), (18, "D A")),
    ),
    Scene(
        "two-notes",
        "Two notes to and fro, nearly even.",
        "E4@0.5:0.5 A4@1.21:0.5 E4@1.93:0.5 A4@2.62:0.5 E4@3.35:0.5 A4@4.05:0.5 E4@4.74:0.5 "
        "A4@5.46:0.5 E4@6.16:0.5 A4@6.87:0.5 E4@7.60:0.5 A4@8.29:1.6",
        ((0, "A E"),),
    ),
    Scene(
        "modal-hum",
        "A hum in D dorian, turning around its tonic.",
        "D4@0.6:1.5 C4@2.4:0.7 D4@3.3:1.2 F4@6.2:0.9 E4@7.3:0.6 D4@8.1:0.7 C4@9.0:0.8 D4@10.0:2.1 "
        "A4@14.2:1.2 B4@15.6:0.6 A4@16.4:0.8 F4@17.5:0.7 E4@18.4:0.8 D4@19.5:2.5",
        ((0, "D A"),),
        42,
    ),
    Scene(
        "low-hum",
        "A low voice: the ground belongs above it.",
        "A2@0.5:1.3 C3@2.1:0.9 E3@3.3:1.7 D3@6.7:0.9 C3@7.9:0.8 A2@9.0:2.2 E3@13.8:1.0 D3@15.1:0.7 "
        "C3@16.1:0.7 B2@17.1:0.8 A2@18.2:2.4",
        ((0, "A E"),),
        46,
    ),
    Scene(
        "question",
        "A question that ends on the second degree, then its answer, in B flat.",
        "Bb3@0.5:0.6 D4@1.3:0.6 F4@2.2:0.9 Eb4@3.4:0.5 D4@4.1:0.5 C4@4.9:1.8 "
        "F4@9.3:0.7 Eb4@10.2:0.5 D4@10.9:0.6 C4@11.7:0.7 Bb3@12.7:2.2",
        ((0, "Bb F"),),
    ),
    Scene(
        "pentatonic",
        "Wandering over the black keys.",
        "Gb4@0.5:0.8 Ab4@1.6:0.6 Bb4@2.6:1.4 Db5@6.0:0.9 Bb4@7.2:0.6 Ab4@8.1:0.7 Gb4@9.1:1.6 "
        "Eb4@13.7:0.7 Gb4@14.8:0.7 Ab4@15.8:0.8 Gb4@17.0:2.3",
        ((0, "Gb Db"),),
    ),
    Scene(
        "upbeat",
        "Begins on the fifth below, reaches home, in E flat.",
        "Bb3@0.5:0.4 Eb4@1.1:1.0 F4@2.4:0.5 G4@3.2:1.3 F4@5.9:0.5 Eb4@6.6:0.6 C4@7.5:0.7 Bb3@8.5:1.4 "
        "Bb3@12.2:0.5 Eb4@12.9:0.8 G4@14.0:0.6 F4@14.9:0.6 Eb4@15.8:2.4",
        ((0, "Eb Bb"),),
    ),
    Scene(
        "lament",
        "Four steps down, again and again, a little differently, in A minor.",
        "A4@0.5:1.1 G4@1.9:0.8 F4@3.0:0.9 E4@4.2:1.9 A4@8.6:0.9 G4@9.8:0.7 F4@10.8:1.0 E4@12.1:1.8 "
        "C5@16.8:1.1 B4@18.2:0.6 A4@19.1:2.6",
        ((0, "A E"),),
        50,
    ),
    Scene(
        "taps",
        "Taps only, uneven, about .7 apart.",
        "x@0.5 x@1.22 x@1.87 x@2.61 x@3.28 x@4.05 x@4.71 x@5.49 x@6.12 x@6.86 x@7.58 x@8.24 x@9.01 "
        "x@9.66 x@10.38 x@11.1 x@11.77 x@12.5 x@13.19 x@13.9 "
        "x@14.66 x@15.34 x@16.1 x@16.77 x@17.5 x@18.16 x@18.93 x@19.6 x@20.33 x@21.02 x@21.8 x@22.44",
        (),
        60,
    ),
    Scene(
        "lost-taps",
        "Taps only, with no beat to be found.",
        "x@0.5 x@1.9 x@2.3 x@3.6 x@5.6 x@5.95 x@7.1 x@8.8 x@9.1 x@10.9 x@11.6 x@13.2 x@13.5 x@14.9 "
        "x@16.8 x@17.2 x@18.9 x@19.4",
        (),
        60,
    ),
)
