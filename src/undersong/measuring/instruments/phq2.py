"""PHQ-2: the first two items of the PHQ-9."""

from undersong.measuring.instruments.phq9 import ANSWERS, ITEMS, LICENCE, STEM
from undersong.measuring.questionnaire import Band, Instrument, Part

PHQ2 = Instrument(
    id="phq-2",
    name="PHQ-2",
    title="Patient Health Questionnaire, 2 items",
    asks="the person, about the last 2 weeks",
    stem=STEM,
    items=ITEMS[:2],
    points=(0, 3),
    answers=ANSWERS,
    parts=(Part("total", (1, 2), (Band(0, "below the cut-off"), Band(3, "at or above the cut-off"))),),
    missing="Both answers are needed.",
    source="Kroenke, Spitzer & Williams 2003, Med Care 41:1284",
    licence=LICENCE,
)
