"""The instruments: one frozen table each, with its source and its licence."""

from __future__ import annotations

from undersong.errors import UsageError
from undersong.measuring.instruments.bdi2 import BDI2
from undersong.measuring.instruments.gad7 import GAD7
from undersong.measuring.instruments.gaf import GAF
from undersong.measuring.instruments.hads import HADS
from undersong.measuring.instruments.madrs import MADRS
from undersong.measuring.instruments.madrs_s import MADRS_S
from undersong.measuring.instruments.phq2 import PHQ2
from undersong.measuring.instruments.phq8 import PHQ8
from undersong.measuring.instruments.phq9 import PHQ9
from undersong.measuring.instruments.who5 import WHO5
from undersong.measuring.questionnaire import Instrument

INSTRUMENTS: tuple[Instrument, ...] = (PHQ9, PHQ8, PHQ2, GAD7, WHO5, MADRS, MADRS_S, HADS, BDI2, GAF)


def instrument(id_: str) -> Instrument:
    """The instrument of that name, in any case and with or without its hyphen; raises UsageError."""
    asked = _bare(id_)
    for one in INSTRUMENTS:
        if _bare(one.id) == asked:
            return one
    known = ", ".join(one.id for one in INSTRUMENTS)
    raise UsageError(f"There is no questionnaire {id_[:40]!r}; there are {known}.")


def _bare(id_: str) -> str:
    return id_.lower().replace("-", "")
