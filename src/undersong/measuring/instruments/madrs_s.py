"""MADRS-S: points only."""

from undersong.measuring.questionnaire import Instrument, Item, Part

MADRS_S = Instrument(
    id="madrs-s",
    name="MADRS-S",
    title="Montgomery-Åsberg Depression Rating Scale, self-rated",
    asks="the person, about the last 3 days",
    items=(Item(),) * 9,
    points=(0, 6),
    parts=(Part("total", tuple(range(1, 10))),),
    missing="All nine answers are needed.",
    help_item=9,
    source="Svanborg & Åsberg 1994, Acta Psychiatr Scand 89:21",
    licence="No permission to ship its words is known of: points and totals only.",
)
