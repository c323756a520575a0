"""Contracts: what each technique promises, judged on six seconds at a time.

``applies``: whether a window counts: the playing that the technique is for, and enough of it.
``takes_part``: whether the partner played what it promises at all (for giving space: whether the
maker is silent). ``holds``: whether the promise was kept. A window counts for the technique when it
applies; it is kept when the partner takes part and the contract holds. So a silent partner scores 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, pstdev

from undersong.events import Seconds
from undersong.notes import Tone
from undersong.reflecting import features
from undersong.reflecting.duet import PartnerTone
from undersong.testing.window import Window
from undersong.theory.grouping import onset_groups
from undersong.theory.loudness import level

AT_ONSET: Seconds = 0.1  # a note this soon after a maker's onset was decided at it
NO_PULSE_BAR: Seconds = 4.0
RUNG_DOWN: Seconds = 9.0  # into a silence: what sounded before it has been let go
HALF = 0.5  # of a window that a sustained partner sounds
ONE_IN = 4  # promised onsets of which one must be played


@dataclass(frozen=True, slots=True)
class Contract:
    """One technique's promise. ``states``: the playing it is for. ``floor``: its participation."""

    technique: str
    states: tuple[str, ...]
    floor: str
    applies: Callable[[Window], bool]
    takes_part: Callable[[Window], bool]
    holds: Callable[[Window], bool]


def _playing(w: Window) -> bool:
    """The maker plays throughout: the state has held from beginning to end of the window."""
    return len(w.onsets()) >= 2 and w.end <= w.played.onsets[-1]


def _half(w: Window) -> bool:
    return features.sounding(w.partner(), w.start, w.end) >= HALF * (w.end - w.start)


# --- tonal grounding -----------------------------------------------------------------------------


def _after_first_phrase(w: Window) -> bool:
    return _playing(w) and w.start >= w.played.first_phrase_end + 2.0


def _bass(w: Window) -> bool:
    return features.sounding(w.partner("bass"), w.start, w.end) >= HALF * (w.end - w.start)


def _grounds(w: Window) -> bool:
    moves = _moves(w.played.duet.voice("bass"))
    bar = NO_PULSE_BAR if w.played.beat is None else min(NO_PULSE_BAR, 4 * w.played.beat)
    at_onsets = all(
        any(0 <= move.onset - onset <= AT_ONSET for onset in w.played.onsets)
        for move in moves
        if w.start <= move.onset < w.end
    )
    slow = all(
        b.onset - a.onset >= bar - 0.05
        for a, b in pairwise(moves)
        if b.onset < w.end and a.onset >= w.start - bar
    )
    return at_onsets and slow and _well_placed(w) and _levels(w, w.partner("bass"), 3.0, 8.0)


def _moves(bass: list[PartnerTone]) -> list[PartnerTone]:
    """Notes of the bass that changed the pitch of one that still sounded."""
    return [b for a, b in pairwise(bass) if b.pitch != a.pitch and b.onset - a.offset < 0.05]


def _well_placed(w: Window) -> bool:
    """At least a fifth below the maker; over a low maker a unison, fifth or octave above will do."""
    for bass in w.partner("bass"):
        over = [
            t.pitch
            for t in w.played.tones
            if t.pitch is not None and bass.onset - 6.0 <= t.onset <= bass.onset + 0.05
        ]
        if not over or median(over) < 55:
            continue
        if bass.pitch > min(over) - 7:
            return False
    return True


def _levels(w: Window, tones: list[PartnerTone], least: float, most: float) -> bool:
    """The partner's mean level lies so many dB under the maker's; half a dB of rounding allowed."""
    if not tones:
        return False
    partner = fmean(level(t.velocity, t.voice) for t in tones)
    return least - 0.5 <= w.played.level(w.end) - partner <= most + 0.5


# --- the beat ------------------------------------------------------------------------------------


def _beats(w: Window) -> list[Seconds]:
    return onset_groups(t.onset for t in w.begun("percussion"))


def _residual(onsets: list[Seconds]) -> tuple[float, Seconds]:
    """Deviation of onsets from their best even grid as a share of its period, and that period."""
    period = min(b - a for a, b in pairwise(onsets))
    for _ in range(4):
        places = [round((t - onsets[0]) / period) for t in onsets]
        x, y = fmean(places), fmean(onsets)
        spread = sum((p - x) ** 2 for p in places)
        period = sum((p - x) * (t - y) for p, t in zip(places, onsets, strict=True)) / spread
    start = y - period * x
    return pstdev(t - start - p * period for p, t in zip(places, onsets, strict=True)) / period, period


def _needs_beat(w: Window) -> bool:
    return _playing(w) and w.start >= w.played.onsets[0] + 8.0


def _strokes(w: Window) -> bool:
    beat = w.played.beat or 1.2
    return len(_beats(w)) >= max(2, (w.end - w.start) / beat / ONE_IN)


def _steady(w: Window) -> bool:
    beats = _beats(w)
    if len(beats) < 3:
        return False
    uneven, period = _residual(beats)
    if uneven > 0.03:
        return False
    if w.played.beat is None:
        return 60 / 70 <= period <= 60 / 50 and len(beats) <= w.end - w.start + 1
    own = median([b - a for a, b in pairwise(w.onsets())] or [w.played.beat])
    nearest = max(1, round(period / own))
    return nearest in (1, 2) and abs(period / nearest - own) <= 0.05 * own


def _paired(w: Window) -> list[tuple[Seconds, Seconds]]:
    """(stroke, onset) where partner and maker mean the same beat."""
    beat = w.played.beat or 0.6
    pairs: list[tuple[Seconds, Seconds]] = []
    for stroke in _beats(w):
        near = min(w.played.onsets, key=lambda t: abs(t - stroke))
        if abs(stroke - near) <= 0.2 * beat:
            pairs.append((stroke, near))
    return pairs


def _together(w: Window) -> bool:
    pairs = _paired(w)
    if len(pairs) < 3 or w.played.beat is None:
        return False
    apart = [stroke - onset for stroke, onset in pairs]
    beat = w.played.beat
    gaps = [max(1, round((b - a) / beat)) for (_, a), (_, b) in pairwise(pairs)]
    own = fmean(own_unevenness(w.played.onsets, beat, gap) ** 2 for gap in gaps) ** 0.5
    return abs(fmean(apart)) <= 0.020 and pstdev(apart) <= 1.2 * own


def own_unevenness(onsets: list[Seconds], beat: Seconds, beats: int) -> Seconds:
    """Standard deviation of the maker's own intervals of so many beats, over the whole playing."""
    span = max(1, beats) * beat
    found = []
    for index, onset in enumerate(onsets):
        for later in onsets[index + 1 :]:
            if abs(later - onset - span) <= 0.2 * beat:
                found.append(later - onset)
            elif later - onset > span + beat:
                break
    return pstdev(found) if len(found) > 2 else 0.0


# --- imitating -----------------------------------------------------------------------------------


def _gestures(w: Window) -> list[list[Tone]]:
    """The maker's gestures, parted by silences longer than 1 s, that ended before the window."""
    parts: list[list[Tone]] = []
    for tone in w.played.tones:
        if parts and tone.onset - (parts[-1][-1].offset or 0.0) <= 1.0:
            parts[-1].append(tone)
        else:
            parts.append([tone])
    return [part for part in parts if (part[-1].offset or 0.0) < w.end]


def _echoes(w: Window) -> list[tuple[list[Tone], list[PartnerTone]]]:
    """Every gesture of the whole playing with the partner's melody between it and the next."""
    parts = _gestures(Window(w.played, 0.0, float("inf")))
    found = []
    for index, part in enumerate(parts):
        until = parts[index + 1][0].onset if index + 1 < len(parts) else float("inf")
        since = part[-1].offset or 0.0
        reply = [t for t in w.played.duet.voice("melody") if since <= t.onset < until]
        found.append((part, reply))
    return found


def _gesture_ended(w: Window) -> bool:
    return any(
        len(part) >= 2 and w.start <= (part[-1].offset or 0.0) and (part[-1].offset or 0.0) + 2.5 < w.end
        for part in _gestures(w)
    )


def _in_window(w: Window) -> list[tuple[list[Tone], list[PartnerTone]]]:
    return [
        (part, reply)
        for part, reply in _echoes(w)
        if len(part) >= 2 and w.start <= (part[-1].offset or 0.0) < w.end - 2.5
    ]


def _echoed(w: Window) -> bool:
    return all(len(reply) * ONE_IN >= len(part) for part, reply in _in_window(w))


def _echoes_hold(w: Window) -> bool:
    exact = 0
    counted = [part for part, _ in _in_window(w)]
    for part, reply in _echoes(w):
        true = _is_echo(part, reply) and _on_the_beat(part, reply)
        same = true and _is_exact(part, reply)
        exact = exact + 1 if same else 0
        if part in counted and (not true or exact > 2):
            return False
    return True


def _is_echo(part: list[Tone], reply: list[PartnerTone]) -> bool:
    """The same rhythm within 10%, the same pitches or an octave away, the same rise and fall.

    An echo that the maker interrupted is judged on what was played.
    """
    if len(reply) > len(part):
        return False
    source = part[: len(reply)]
    shifts = {r.pitch - s.pitch for s, r in zip(source, reply, strict=True) if s.pitch is not None}
    if len(shifts) != 1 or next(iter(shifts)) % 12:
        return False
    for (a, b), (c, d) in zip(pairwise(source), pairwise(reply), strict=True):
        interval = b.onset - a.onset
        if interval > 0.04 and abs((d.onset - c.onset) / interval - 1) > 0.10:
            return False
    strengths = [s.velocity for s in source]
    if len(set(strengths)) < 4:
        return True
    return _correlation(strengths, [r.velocity for r in reply]) >= 0.8


def _on_the_beat(part: list[Tone], reply: list[PartnerTone]) -> bool:
    """An echo of an even gesture begins on a beat of it, within 40 ms or 10% of the beat."""
    gaps = [b - a for a, b in pairwise(onset_groups(t.onset for t in part))]
    if not reply or not gaps or min(gaps) < 0.2:
        return True
    whole = [max(1, round(gap / min(gaps))) for gap in gaps]
    beat = sum(gaps) / sum(whole)
    if any(abs(gap / n - beat) > 0.12 * beat for gap, n in zip(gaps, whole, strict=True)):
        return True  # no beat of its own
    beats = (reply[0].onset - part[-1].onset) / beat
    return abs(beats - round(beats)) * beat <= max(0.04, 0.1 * beat)


def _is_exact(part: list[Tone], reply: list[PartnerTone]) -> bool:
    same_pitch = all(s.pitch == r.pitch for s, r in zip(part, reply, strict=False))
    span, echoed = part[-1].onset - part[0].onset, reply[-1].onset - reply[0].onset
    return same_pitch and len(part) == len(reply) and abs(echoed - span) < 0.02 * span + 0.005


def _correlation(a: list[int], b: list[int]) -> float:
    x, y = fmean(a), fmean(b)
    above = sum((p - x) * (q - y) for p, q in zip(a, b, strict=True))
    below = (sum((p - x) ** 2 for p in a) * sum((q - y) ** 2 for q in b)) ** 0.5
    return above / below if below else 1.0


# --- holding -------------------------------------------------------------------------------------


def _storm(w: Window) -> bool:
    return _playing(w) and len(w.onsets()) >= 12 and w.start >= w.played.onsets[0] + 2.0


def _encloses(w: Window) -> bool:
    tones = w.partner("bass", "chords")
    long = all(
        t.offset - t.onset >= 2 * NO_PULSE_BAR - 0.05 for t in tones if t.offset < w.played.onsets[-1]
    )
    gaps = features.longest_gap(w.partner(), w.start, w.end) <= 4.0
    sparse = features.density(w.partner(), w.start, w.end) <= 0.5 * features.density(
        w.tones(), w.start, w.end
    )
    steps = features.intervals([t for t in w.played.duet.partner if t.onset < w.end])
    own = features.intervals(w.tones())
    even = len(steps) < 2 or pstdev(steps) / fmean(steps) <= pstdev(own) / fmean(own) / 3
    return long and gaps and sparse and even and _levels(w, w.partner(), 3.0, 6.0)


# --- giving space --------------------------------------------------------------------------------


def _last_sound(w: Window, at: Seconds) -> Seconds:
    return max((t.offset or t.onset for t in w.played.tones if t.onset <= at), default=0.0)


def _silent(w: Window) -> bool:
    """The maker has been silent for more than 4 s when the window begins, and stays so."""
    return not w.tones() and w.start - _last_sound(w, w.start) >= 4.0 and w.start > w.played.onsets[0]


def _gives_space(w: Window) -> bool:
    since = _last_sound(w, w.start)
    begun = w.begun()
    sparse = len(onset_groups(t.onset for t in begun)) <= 0.3 * (w.end - w.start)
    only_soft_tone = all(19.5 <= t.onset - since <= 21.0 for t in begun)
    left = w.start >= since + RUNG_DOWN and any(t.onset < since + RUNG_DOWN for t in w.partner())
    return sparse and only_soft_tone and len(begun) <= 1 and not left


def _soft_tone_sounds(w: Window) -> bool:
    """Here the maker is the one who must be silent, and the soft tone must not be missing."""
    since = _last_sound(w, w.start)
    if w.start <= since + 19.5 and w.end >= since + 21.5:
        return bool(w.begun())
    return True


# --- ending --------------------------------------------------------------------------------------


def _closing(w: Window) -> bool:
    finish = w.played.finish
    return finish is not None and finish - 1.0 <= w.start <= finish + 12.0


def _close_sounds(w: Window) -> bool:
    finish = w.played.finish or 0.0
    return any(t.onset >= finish for t in w.played.duet.partner)


def _ends(w: Window) -> bool:
    finish = w.played.finish or 0.0
    close = [t for t in w.played.duet.partner if t.onset >= finish]
    if max(t.offset for t in close) > finish + 12.0 + 0.5:
        return False
    steps = [max(t.velocity for t in close if abs(t.onset - g) <= 0.04) for g in
             onset_groups(t.onset for t in close)]  # fmt: skip
    if any(b > a for a, b in pairwise(steps)):
        return False
    last = min((t for t in close if t.offset >= max(c.offset for c in close) - 0.1), key=lambda t: t.pitch)
    home = w.played.tonic
    return home is None or (last.pitch - home) % 12 in (0, 7)


CONTRACTS: tuple[Contract, ...] = (
    Contract("tonal-grounding", ("tentative",), "the bass sounds in half of the window",
             _after_first_phrase, _bass, _grounds),
    Contract("rhythmic-grounding", ("scattered",), "one stroke in four of a beat",
             _needs_beat, _strokes, _steady),
    Contract("synchronising", ("flowing",), "one stroke in four of a beat",
             _needs_beat, _strokes, _together),
    Contract("imitating", ("gestures",), "one note in four of each gesture comes back",
             _gesture_ended, _echoed, _echoes_hold),
    Contract("holding", ("storming",), "the partner sounds in half of the window",
             _storm, _half, _encloses),
    Contract("giving-space", ("silent",), "the maker is silent; the one soft tone is there",
             _silent, _soft_tone_sounds, _gives_space),
    Contract("ending", ("finish",), "the close sounds", _closing, _close_sounds, _ends),
)  # fmt: skip
