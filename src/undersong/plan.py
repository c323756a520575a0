"""The Plan: what a session is allowed to do, and its timing constants. Frozen, logged, replayed."""

from __future__ import annotations

from dataclasses import dataclass, field

from undersong.errors import UsageError

# How far the partner's beat goes along with the maker's, 0 to 1 (playing.following): three named places.
HOLD_ME, MEET_ME, FOLLOW_ME = 0.1, 0.3, 0.7

# What a session always has: room, an end, and something to stand on.
ALWAYS = ("giving-space", "ending", "tonal-grounding", "rhythmic-grounding")

AFTER_ALL = 0.001  # seconds: the least by which a sound follows what it depends on, if it must


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on every answer, whatever the technique. Sources: the safety clauses of docs/techniques.md."""

    loudest: int = 96  # MIDI velocity that no partner note passes
    lowest: int = 31  # MIDI pitch; below it a laptop sounds nothing
    highest: int = 96  # MIDI pitch
    polyphony: int = 8  # partner notes sounding at once
    denser: float = 1.15  # partner onset groups per maker onset group, at most
    density_floor: float = 0.5  # onset groups a second that a very sparse maker still allows
    longest: float = 60.0  # seconds that one note may sound

    def __post_init__(self) -> None:
        bounds = (self.loudest, self.lowest, self.highest, self.polyphony)
        if any(not isinstance(n, int) or not 0 <= n <= 127 for n in bounds):
            raise UsageError("Loudness, register and polyphony are whole numbers from 0 to 127.")
        if not (1.0 <= self.denser <= 2.0 and 0.0 <= self.density_floor <= 10.0):
            raise UsageError("The partner may be up to twice as dense, from a floor of up to 10 a second.")
        if not 0.0 < self.longest <= 600.0:
            raise UsageError("A note may last up to ten minutes.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session may do.

    ``technique``: only this technique, whatever the playing (None: choose by the playing).
    ``policy``: who chooses then, by name. ``aim``: what the session is for (choosing.table.AIMS; None:
    the phases decide). ``minutes``: how long the form of the playing is thought to be (choosing.arc);
    nothing ends by itself. ``without``: techniques that are left out, whatever the playing; those that all
    else falls back on (ALWAYS) cannot be. ``adaptivity``: how far the partner's beat goes along with the
    maker's, from 0 (not at all) over HOLD_ME and MEET_ME to FOLLOW_ME and 1. ``lead``: seconds by which
    planned notes leave ahead. ``reaction``: seconds from hearing an onset to the notes decided at it.
    ``correction``: a harmony note may be replaced once, so many seconds at most after the onset that caused
    it (0: never). ``forecast_only``: nothing that sounds at a moment depends on what the maker does at that
    moment or after it.
    """

    technique: str | None = None
    policy: str = "rules"
    aim: str | None = None
    minutes: float = 10.0
    without: tuple[str, ...] = ()
    adaptivity: float = MEET_ME
    lead: float = 0.25
    reaction: float = 0.03
    correction: float = 0.0
    forecast_only: bool = False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.technique is not None and not isinstance(self.technique, str):
            raise UsageError("A technique is named in words.")
        if self.aim is not None and not isinstance(self.aim, str):
            raise UsageError("An aim is named in words.")
        if not isinstance(self.without, tuple) or not all(isinstance(name, str) for name in self.without):
            raise UsageError("Techniques that are left out are named in words.")
        for name in self.without:
            if name in ALWAYS or name == self.technique:
                raise UsageError(f"{name} cannot be left out here: there would be nothing to play.")
        if not isinstance(self.policy, str):
            raise UsageError("A policy is named in words.")
        if not 1.0 <= self.minutes <= 120.0:
            raise UsageError("The form of the playing may last from one minute to two hours.")
        if not 0.0 <= self.adaptivity <= 1.0:
            raise UsageError("Adaptivity lies between 0 (hold the beat) and 1 (follow every tap).")
        if not 0.0 <= self.lead <= 2.0:
            raise UsageError("The lead must lie between 0 and 2000 ms.")
        if not 0.0 <= self.reaction <= 1.0:
            raise UsageError("The reaction must lie between 0 and 1000 ms.")
        if not 0.0 <= self.correction <= 1.0:
            raise UsageError("The correction must lie between 0 and 1000 ms.")

    @property
    def soonest(self) -> float:
        """Seconds from hearing something to the first sound that may depend on it."""
        return max(self.reaction, AFTER_ALL) if self.forecast_only else self.reaction
