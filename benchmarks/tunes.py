"""Four kinds of tunes with the key they were written in: lead sheets, folk songs, reels, chorales.

The lead sheets are of the development data; the rest stands in music21's corpus (the bench extra) and
is read here with the standard library: Essen folk songs and O'Neill's reels in ABC, Bach's chorales
(their sopranos) in MusicXML. Essen's encoding names the tonic but no mode: a tune whose thirds are
mostly small counts as minor. Church modes count as the nearer of major and minor.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import corpora

FEWEST = 16  # notes of a tune
FLATS_SHARPS = {"major": 0, "minor": -3, "dorian": -2, "phrygian": -4, "lydian": 1, "mixolydian": -1}
MODES = {"": "major", "maj": "major", "m": "minor", "min": "minor", "aeo": "minor", "dor": "dorian"}
MODES |= {"phr": "phrygian", "lyd": "lydian", "mix": "mixolydian", "ion": "major"}
FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "H": 5}
CORPORA = ("openewld", "essen", "oneills", "chorales")


@dataclass(frozen=True, slots=True)
class Tune:
    """Notes as (onset, duration, pitch) in quarters; the written tonic, and whether it is minor."""

    corpus: str
    name: str
    notes: tuple[tuple[float, float, int], ...]
    tonic: int
    minor: bool

    @property
    def fitted(self) -> bool:
        """Whether weights may be fitted to it: one half of the tunes, drawn by name."""
        return hashlib.sha256(f"{self.corpus} {self.name}".encode()).digest()[0] % 2 == 0


def tunes(most: int | None = None, *, fitted: bool, folder: Path | None = None) -> list[Tune]:
    """At most so many of each corpus, drawn by name, of the half that is fitted or of the other.

    ``folder`` is that of the development data."""
    data = folder if folder is not None else corpora.data()
    chosen: list[Tune] = []
    for corpus in CORPORA:
        found = [
            tune for tune in _READERS[corpus](data) if tune.fitted == fitted and len(tune.notes) >= FEWEST
        ]
        found.sort(key=lambda tune: hashlib.sha256(tune.name.encode()).digest())
        chosen += found[:most]
    return chosen


def _lead_sheets(data: Path) -> Iterator[Tune]:
    for melody in corpora.melodies(data):
        yield Tune("openewld", melody.name, melody.notes, melody.tonic, melody.minor)


def _folder() -> Path:
    spec = importlib.util.find_spec("music21")
    if spec is None or spec.origin is None:
        raise SystemExit("Install the bench extra first: it brings the tunes.")
    return Path(spec.origin).parent / "corpus"


def _essen(_: Path) -> Iterator[Tune]:
    for path in sorted((_folder() / "essenFolksong").glob("*.abc")):
        if not path.stem.startswith("test"):
            yield from _abc("essen", path)


def _oneills(_: Path) -> Iterator[Tune]:
    for path in sorted((_folder() / "oneills1850").glob("*.abc")):
        yield from _abc("oneills", path)


def _chorales(_: Path) -> Iterator[Tune]:
    for path in sorted((_folder() / "bach").glob("bwv*.mxl")):
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if n.endswith("xml") and "META" not in n)
            root = ElementTree.fromstring(archive.read(name))
        mode = root.findtext(".//key/mode")
        if mode not in ("major", "minor"):
            continue
        # a part is read as a tune's melody is
        melody = corpora.read(root, path.stem)
        fifths = int(root.findtext(".//key/fifths") or 0)
        tonic = (fifths * 7 + (9 if mode == "minor" else 0)) % 12
        if melody is not None:
            yield Tune("chorales", path.stem, melody.notes, tonic, mode == "minor")


_READERS = {"openewld": _lead_sheets, "essen": _essen, "oneills": _oneills, "chorales": _chorales}

_TOKEN = re.compile(
    r"(?P<grace>\{[^}]*\})|(?P<text>\"[^\"]*\"|![^!]*!|\[[A-Z]:[^\]]*\])|(?P<tuplet>\((?P<many>\d))|(?P<bar>[|:]+)"
    r"|(?P<note>(?P<sign>\^\^|\^|__|_|=)?(?P<step>[A-Ga-gzx])(?P<octave>[,']*)(?P<length>\d*/*\d*))"
    r"|(?P<broken>[<>]+)|(?P<tie>-)"
)


def _abc(corpus: str, path: Path) -> Iterator[Tune]:
    text = path.read_text(encoding="latin-1").replace("\r", "")
    for piece in re.split(r"(?m)^(?=X:)", text):
        fields = dict(re.findall(r"(?m)^([A-Z]):[ \t]*([^\n%]*)", piece))
        key = re.match(r"([A-GH])([#b]|s)?\s*([A-Za-z]*)", fields.get("K", ""))
        mode = MODES.get(key.group(3).lower()[:3]) if key else None
        if key is None or mode is None or "X" not in fields:
            continue
        fifths = FIFTHS[key.group(1)] + {"#": 7, "b": -7, "s": -7}.get(key.group(2) or "", 0)
        unit = Fraction(fields.get("L", "1/8").strip() or "1/8") * 4
        body = piece[piece.index("K:") :].partition("\n")[2]
        body = "\n".join(line for line in body.split("\n") if not re.match(r"[A-Za-z]:|%", line))
        notes = _notes(body, fifths + FLATS_SHARPS[mode], unit)
        tonic = fifths * 7 % 12
        minor = mode in ("minor", "dorian", "phrygian")
        if corpus == "essen":
            thirds = [
                sum(long for _, long, pitch in notes if (pitch - tonic) % 12 == third) for third in (3, 4)
            ]
            minor = thirds[0] > thirds[1]
        yield Tune(corpus, f"{path.stem} {fields['X'].strip()}", tuple(notes), tonic, minor)


def _notes(body: str, fifths: int, unit: Fraction) -> list[tuple[float, float, int]]:
    """The melody of an ABC body, repeats as written once; grace notes left out."""
    signature = dict.fromkeys("CDEFGAB", 0)
    for n in range(abs(fifths)):
        signature["FCGDAEB"[n % 7] if fifths > 0 else "BEADGCF"[n % 7]] += 1 if fifths > 0 else -1
    made: list[list[Fraction | int]] = []
    in_bar: dict[str, int] = {}
    now, left, share, dot, tied = Fraction(0), 0, Fraction(1), 0, False
    for token in _TOKEN.finditer(body):
        if token["bar"]:
            in_bar = {}
        elif token["tuplet"]:
            left = int(token["many"])
            share = Fraction({2: 3, 3: 2, 4: 3, 6: 2}.get(left, left - 1), left)
        elif token["tie"]:
            tied = True
        elif token["broken"]:
            dot = len(token["broken"]) * (1 if token["broken"][0] == ">" else -1)
            if made:
                factor = Fraction(3, 2) if dot > 0 else Fraction(1, 2)
                now += made[-1][1] * (factor - 1)
                made[-1][1] *= factor
        elif token["note"]:
            long = unit * _length(token["length"])
            if left:
                long, left = long * share, left - 1
            if dot:
                long, dot = long * (Fraction(1, 2) if dot > 0 else Fraction(3, 2)), 0
            step = token["step"]
            if step not in "zx":
                place = step + (token["octave"] or "")
                if token["sign"]:
                    in_bar[place] = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}[token["sign"]]
                alter = in_bar.get(place, signature[step.upper()])
                octave = (6 if step.islower() else 5) + place.count("'") - place.count(",")
                pitch = 12 * octave + corpora.STEPS[step.upper()] + alter
                if tied and made and made[-1][2] == pitch:
                    made[-1][1] += long
                else:
                    made.append([now, long, pitch])
            tied = False
            now += long
    return [(float(on), float(long), int(pitch)) for on, long, pitch in made if long > 0]


def _length(text: str) -> Fraction:
    number, slash, below = text.partition("/")
    if not slash:
        return Fraction(int(number or 1))
    below = below.strip("/") or str(2 ** text.count("/"))
    return Fraction(int(number or 1), int(below) or 1)
