"""The report: one take on paper, as a page that needs nothing else and is made for printing.

Light paper; the shore laid out whole, the curves of both players, techniques with their reasons, moments
with open questions, and what people said of it in their own words. It tells what sounded; it interprets
nothing. The browser makes the PDF.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from typing import Any

from undersong.events import Seconds
from undersong.reflecting.between import rows
from undersong.reflecting.charts import chart, key
from undersong.reflecting.duet import Duet
from undersong.reflecting.prompts import SENTENCES, TALK
from undersong.reflecting.strips import strips
from undersong.reflecting.summary import clock
from undersong.reflecting.words import Words

STYLE = """
@page { size: A4; margin: 16mm 15mm }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 52rem; background: #fffdf8; color: #2a2b33;
  font: 1rem/1.55 Verdana, sans-serif; -webkit-print-color-adjust: exact; print-color-adjust: exact }
h1, h2, .quote { font-family: Newsreader, Georgia, serif; font-weight: 400 }
h1 { font-size: 2.1rem; line-height: 1.15; margin: .3rem 0 .2rem }
h2 { font-size: 1.35rem; margin: 2.2rem 0 .5rem; break-after: avoid }
p, ul, ol { margin: .3rem 0 .6rem } ul, ol { padding-left: 1.4rem } li { margin: .25rem 0 }
.small, .key, caption, footer { color: #5d5f69; font-size: .85rem }
svg { display: block; width: 100%; height: auto } .key svg { display: inline; width: 40px }
.strip, figure, li, tr { break-inside: avoid } .strip { margin: .35rem 0 }
.curves { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem 1.4rem } figure { margin: 0 }
figcaption { font-size: .85rem } .key span { margin-right: 1.5rem; white-space: nowrap }
table { border-collapse: collapse; width: 100%; font-size: .9rem } thead { display: table-header-group;
  break-after: avoid }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid #e3dfd3 }
th { font-weight: 600 } td.time { color: #5d5f69; width: 24% } td.what { width: 46% }
caption { text-align: left; padding: .9rem 0 .2rem }
.quote { font-size: 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere } .ask { color: #5d5f69 }
footer { margin-top: 2.5rem; border-top: 1px solid #e3dfd3; padding-top: .8rem }
@media print { body { padding: 0; max-width: none; font-size: 10pt } }
@media (max-width: 40rem) { .curves { grid-template-columns: 1fr } }
"""
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + b64encode(sha256(STYLE.encode()).digest()).decode()
    + "'; frame-ancestors 'none'; base-uri 'none'"
)  # what a server must say of it: nothing is loaded
# which curves, and what their numbers are
CURVES: tuple[tuple[str, str], ...] = (
    ("density", "Density: notes a second"),
    ("velocity", "Velocity: 1 to 127"),
    ("mean_pitch", "Mean pitch: MIDI number, 60 is middle C"),
    ("sd_pitch", "Spread of pitch: semitones"),
    ("articulation", "Articulation: sounding time over all time"),
    ("pulse_clarity", "Pulse clarity: 0 to 1"),
    ("tonal_clarity", "Tonal clarity: 0 to 1"),
    ("dissonance", "Dissonance: roughness"),
)
TIMES = 8  # moments named for one reason
SOFTWARE = (
    "Undersong is a program that is made to go along with whoever plays. How closely the two sounded "
    "together therefore tells about the program, too, and cannot be read as two people's being together."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a report tells. ``analysis`` is the object of ``undersong analyse``, None where there is none;
    ``moments`` each have at, because and prompts; ``fault``: why own words cannot be read."""

    title: str
    begun: str | None
    made: Duet
    summary: Sequence[str]
    analysis: Mapping[str, Any] | None
    moments: Sequence[Mapping[str, Any]]
    words: Words
    fault: str | None = None


def report(told: Told) -> bytes:
    """The page, UTF-8."""
    told = replace(told, moments=sorted(told.moments, key=lambda moment: float(moment["at"])))
    parts = [
        f"<header><p class='small'>undersong</p><h1>{escape(told.title)}</h1>",
        f"<p class='small'>{escape(told.begun)}</p>" if told.begun else "",
        "</header><main>",
        _section("What sounded", _items(told.summary)),
        _section("The shore laid out", _shore(told)),
        _section("Places one might hear again", _moments(told.moments)),
        _section("Own words", _words(told.words, told.fault)),
        _section("Curves", _curves(told.analysis)),
        _section("Between the two", _between(told.analysis)),
        _section("What Undersong did, and why", _techniques(told.made)),
        _foot(told.analysis),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(told.title)}</title><style>{STYLE}</style></head><body>"
        + "".join(parts)
        + "</body></html>\n"
    ).encode()


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>" if content else ""


def _items(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _shore(told: Told) -> str:
    if not told.made.makers and not told.made.partner:
        return ""
    how = (
        "Above the line what was played, below it what Undersong played; diamonds are strokes without "
        "pitch. Numbers stand where the places below are, names where another technique began."
    )
    shown = "".join(f"<div class='strip'>{strip}</div>" for strip in strips(told.made, told.moments))
    return f"<p class='small'>{how}</p>{shown}"


def _moments(moments: Sequence[Mapping[str, Any]]) -> str:
    shown = "".join(
        f"<li><b>{clock(moment['at'])}</b> {escape(moment['because'])}"
        + "".join(
            f"<br><span class='ask'>{escape(SENTENCES[key])}</span>"
            for key in moment["prompts"]
            if key != TALK
        )
        + "</li>"
        for moment in moments
    )
    return f"<ol>{shown}</ol>" if shown else ""


def _words(words: Words, fault: str | None) -> str:
    shown = f"<p>{escape(fault)}</p>" if fault else ""
    for when, sign in (("On coming", words.arrived), ("On leaving", words.left)):
        if sign is not None:
            told = ", ".join(part for part in (sign.word, sign.colour) if part)
            shown += f"<p class='small'>{when}</p><p class='quote'>{escape(told)}</p>"
    for note in sorted(words.notes, key=lambda n: (n.at is None, n.at or 0.0)):
        text = "A spoken note." if note.text is None else note.text
        shown += f"<p class='small'>{_when(note.at)}</p><p class='quote'>{escape(text)}</p>"
    if words.fragments:
        kept = [
            (f"{clock(f.begin)} to {clock(f.end)}", escape(f.name or "without a name"))
            for f in sorted(words.fragments, key=lambda f: f.begin)
        ]
        shown += _table("Fragments that were kept", ("From, to", "Name"), kept)
    if words.ratings:
        given = sorted(words.ratings, key=lambda r: (r.at is None, r.at or 0.0))
        ratings = [(_when(r.at), escape(r.by), r.autonomy or "", r.variability or "") for r in given]
        about = "A therapist's ratings: Autonomy and Variability of the Improvisation Assessment Profiles"
        shown += _table(about, ("Moment", "By", "Autonomy", "Variability"), ratings)
    return shown


def _when(at: Seconds | None) -> str:
    return "The whole" if at is None else clock(at)


def _table(caption: str, heads: Sequence[str], lines: Iterable[Sequence[str]], first: str = "time") -> str:
    """``lines``: escaped already; ``first``: what the first column is, ``time`` or ``what``."""
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    marked = f" class='{first}'"
    body = "".join(
        "<tr>" + "".join(f"<td{'' if n else marked}>{cell}</td>" for n, cell in enumerate(line)) + "</tr>"
        for line in lines
    )
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _curves(analysis: Mapping[str, Any] | None) -> str:
    if analysis is None or not analysis["windows"]["start"]:
        return ""
    starts, length = analysis["windows"]["start"], analysis["windows"]["length"]
    shown = ""
    names = list(analysis["players"])
    several = [name for name in analysis["features"]["density"] if name not in names]
    if several:  # each maker's own, not what all of them made together
        names = [*several, names[1]]
    for feature, meaning in CURVES:
        players = {name: analysis["features"][feature][name] for name in names}
        shown += (
            f"<figure>{chart(feature, players, starts, length)}<figcaption>{meaning}</figcaption></figure>"
        )
    windows = f"Each value tells of a window of {length:g} seconds."
    return f"{key(names)}<div class='curves'>{shown}</div><p class='small'>{windows}</p>"


def _between(analysis: Mapping[str, Any] | None) -> str:
    told = [(escape(what), escape(value)) for what, value in rows(analysis or {})]
    if not told:
        return ""
    return (
        _table("Measured, not judged", ("Measure", "Value"), told, "what")
        + f"<p class='small'>{SOFTWARE}</p>"
    )


def _techniques(made: Duet) -> str:
    """Each technique and reason once, with when it held."""
    times: dict[tuple[str, str], list[Seconds]] = {}
    for chose in made.chose:
        times.setdefault((chose.technique, chose.because), []).append(chose.time)
    told = []
    for (technique, because), when in times.items():
        more = f" and {len(when) - TIMES} more" if len(when) > TIMES else ""
        told.append((", ".join(map(clock, when[:TIMES])) + more, escape(technique), escape(because)))
    if not told:
        return ""
    return _table("In the order in which each was first chosen", ("When", "Technique", "Reason"), told)


def _foot(analysis: Mapping[str, Any] | None) -> str:
    missing = _items((analysis or {}).get("missing", ()))
    return (
        f"</main><footer>{missing}<p>Everything here tells of sound. What it was like, and what it means, "
        "only the people who were there can say. Undersong supports, and does not replace, the people who "
        "care for someone's health.</p></footer>"
    )
