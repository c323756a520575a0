"""PHQ-8: the PHQ-9 without its last item, for when nobody else sees the answers."""

from undersong.measuring.instruments.phq9 import ANSWERS, ITEMS, LICENCE, STEM
from undersong.measuring.questionnaire import Band, Instrument, Part

PHQ8 = Instrument(
    id="phq-8",
    name="PHQ-8",
    title="Patient Health Questionnaire, 8 items",
    asks="the person, about the last 2 weeks",
    stem=STEM,
    items=ITEMS[:8],
    points=(0, 3),
    answers=ANSWERS,
    parts=(
        Part(
            "total",
            tuple(range(1, 9)),
            (
                Band(0, "minimal"),
                Band(5, "mild"),
                Band(10, "moderate"),
                Band(15, "moderately severe"),
                Band(20, "severe"),
            ),
        ),
    ),
    missing="All eight answers are needed.",
    source="Kroenke et al. 2009, J Affect Disord 114:163",
    licence=LICENCE,
)
