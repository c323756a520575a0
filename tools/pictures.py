"""Draws the pictures of the README and of docs/techniques.md from their scenes, and the docs' tables.

python tools/pictures.py            # writes docs/pictures/*.svg, examples/*.mid and tables in docs/*.md
python tools/pictures.py --check    # exits 1 if any of them is out of step
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from undersong import Plan, perform
from undersong.caring.intake import ROWS, Effect
from undersong.choosing.table import EVER, TABLE
from undersong.edges import midi
from undersong.events import Input, Steer
from undersong.measuring.instruments import INSTRUMENTS
from undersong.measuring.questionnaire import Instrument
from undersong.offline import make_session
from undersong.reflecting.duet import duet
from undersong.reflecting.roll import DUSK, MORNING, Palette, svg
from undersong.testing.contracts import CONTRACTS
from undersong.testing.makers import MAKER
from undersong.testing.minutes import KINDS, TUNE, minutes
from undersong.testing.scenes import FRAGMENTS, Scene
from undersong.testing.tapping import TAPPED

ROOT = Path(__file__).resolve().parent.parent
AFTER = 25.0
TABLE_BEGINS = "<!-- table: {} -->"


def drawn(scene: Scene, title: str, palette: Palette) -> str:
    """The picture of a scene and its answer."""
    events: list[Input] = scene.events()
    end = events[-1].heard
    if scene.name == "ending":
        events.append(Steer(end, end, MAKER, "finish"))
    session = make_session(Plan(technique=scene.technique), 0)
    return svg(duet(events, perform(session, events, end + AFTER)), title, palette)


def choosing() -> str:
    """The table of choosing/table.py as Markdown."""
    lines = [
        "| The playing | of | beat | phase | is answered by | because |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in TABLE:
        alone = "taps alone" if row.sounds == "taps" else "notes"
        phases = "any" if row.phases == EVER else ", ".join(row.phases)
        for technique, beneath, because in row.answers:
            both = f"{technique}, over {beneath}" if beneath else technique
            lines.append(f"| {row.state} | {alone} | {row.beat} | {phases} | {both} | {because} |")
    return "\n".join(lines)


def bounds() -> str:
    """The table of caring/intake.py as Markdown."""
    texts = json.loads((ROOT / "web" / "src" / "texts" / "en.json").read_text(encoding="utf-8"))
    lines = ["| question | answer | what changes | advice |", "| --- | --- | --- | --- |"]
    for row in ROWS:
        if row.question == "sounds":
            continue  # every sound alike
        asked = texts["intake"]["ask"][row.question]
        answer = texts["intake"]["say"][f"{row.question}-{row.answer}"]
        lines.append(f"| {asked} | {answer} | {bound(row.effect)} | {row.effect.advice or ''} |")
    return "\n".join(lines)


def bound(effect: Effect) -> str:
    """What an answer changes, in a line."""
    told = [
        ("loudest note of the partner {} of 127", effect.loudest),
        ("partner's onsets for each of the maker's at most {}", effect.denser),
        ("{} partner notes at once", effect.polyphony),
        ("how far the beat follows {}", effect.adaptivity),
        ("aim {}", effect.aim),
        ("without {}", ", ".join(effect.without)),
        ("{:g} minutes", effect.minutes),
        ("loudness of the page at most {:.0%}", effect.volume),
        ("no {}", ", ".join(effect.muted)),
        ("less sound in a week is advised", effect.tender),
    ]
    return "; ".join(words.format(value) for words, value in told if value)


def measures() -> str:
    """The tables of measuring/instruments as Markdown."""
    lines = [
        "| Questionnaire | answered by | points | bands, from | if missing | change | help | source | "
        "licence |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in INSTRUMENTS:
        low, high = one.range
        times = f", sum x {one.factor}" if one.factor > 1 else ""
        points = f"{len(one.items)} of {one.points[0]}-{one.points[1]}{times}: {low}-{high}"
        points += f", {one.better} is better"
        change = (
            f"{one.change.points}: {one.change.word} ({one.change.source})" if one.change else "not known"
        )
        name = f"`{one.id}`: {one.title}"
        help_ = f"item {one.help_item}" if one.help_item else "none"
        cells = (name, one.asks, points, banded(one), one.missing, change, help_, one.source, one.licence)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def banded(one: Instrument) -> str:
    """Where the bands of an instrument's parts begin, in one line."""
    told = []
    for part in one.parts:
        bands = ", ".join(f"{band.least} {band.word}" for band in part.bands) or "none"
        told.append(bands if len(one.parts) == 1 else f"{part.name}: {bands}")
    return "; ".join(told)


def with_table(page: Path, name: str, table: str) -> bytes:
    """The page with its table of that name as it should be now."""
    before, rest = page.read_text(encoding="utf-8").split(TABLE_BEGINS.format(name))
    after = rest[rest.index("\n\n", 2) :]
    return f"{before}{TABLE_BEGINS.format(name)}\n\n{table}{after}".encode()


def files() -> dict[Path, bytes]:
    """Every generated file and what it should hold."""
    made: dict[Path, bytes] = {}
    first = FRAGMENTS[0]
    for theme, palette in (("morning", MORNING), ("dusk", DUSK)):
        path = ROOT / "docs" / "pictures" / f"first-answer-{theme}.svg"
        made[path] = drawn(first, first.hears, palette).encode()
    for scene in (contract.scene for contract in CONTRACTS):
        path = ROOT / "docs" / "pictures" / f"{scene.name}.svg"
        made[path] = drawn(scene, scene.hears, MORNING).encode()
    for tapped in TAPPED:
        path = ROOT / "docs" / "pictures" / f"{tapped.name}.svg"
        tapping = tapped.events()
        out = perform(make_session(Plan(), 0), tapping, tapping[-1].heard + AFTER)
        made[path] = svg(duet(tapping, out), tapped.hears, MORNING).encode()
    for kind, sections in KINDS:
        path = ROOT / "docs" / "pictures" / f"minutes-{kind.replace(' ', '-')}.svg"
        events = minutes(sections, TUNE, 1)
        out = perform(make_session(Plan(), 0), events, events[-1].heard + AFTER)
        title = f"Ten minutes with a maker who {kind}"
        made[path] = svg(duet(events, out), title, MORNING, reasons=0).encode()
    tables = (
        ("techniques", "choosing", choosing()),
        ("measures", "measures", measures()),
        ("sessions", "intake", bounds()),
    )
    for page, name, table in tables:
        docs = ROOT / "docs" / f"{page}.md"
        made[docs] = with_table(docs, name, table)
    timed = [message for event in first.events() for message in midi.messages(event)]
    made[ROOT / "examples" / "three-steps.mid"] = midi.write([("fragment", timed)], 1000)
    return made


def main() -> int:
    """Write, or check; returns the exit code."""
    stale = 0
    for path, data in files().items():
        if path.is_file() and path.read_bytes() == data:
            continue
        stale += 1
        if "--check" in sys.argv:
            print(f"Out of step: {path.relative_to(ROOT)}; run python tools/pictures.py")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            print(f"Wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
