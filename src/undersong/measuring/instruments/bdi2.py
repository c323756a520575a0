"""BDI-II: points only."""

from undersong.measuring.questionnaire import Band, Instrument, Item, Part

BDI2 = Instrument(
    id="bdi-ii",
    name="BDI-II",
    title="Beck Depression Inventory, second edition",
    asks="the person, about the last 2 weeks",
    items=(Item(),) * 21,
    points=(0, 3),
    parts=(
        Part(
            "total",
            tuple(range(1, 22)),
            (Band(0, "minimal"), Band(14, "mild"), Band(20, "moderate"), Band(29, "severe")),
        ),
    ),
    missing="All 21 answers are needed.",
    help_item=9,
    source="Beck, Steer & Brown 1996, Manual for the BDI-II, Psychological Corporation; item 9 from 1 on: "
    "Green et al. 2015, J Clin Psychiatry 76:1683",
    licence="Sold under licence by Pearson: points and totals only.",
)
