"""MADRS: points only, as rated by a clinician."""

from undersong.measuring.questionnaire import Band, Instrument, Item, Part

MADRS = Instrument(
    id="madrs",
    name="MADRS",
    title="Montgomery-Åsberg Depression Rating Scale",
    asks="a clinician, after an interview",
    items=(Item(),) * 10,
    points=(0, 6),
    parts=(
        Part(
            "total",
            tuple(range(1, 11)),
            (Band(0, "minimal"), Band(7, "mild"), Band(20, "moderate"), Band(35, "severe")),
        ),
    ),
    missing="All ten ratings are needed.",
    help_item=10,
    source="Montgomery & Åsberg 1979, Br J Psychiatry 134:382; bands: Snaith et al. 1986, "
    "Br J Psychiatry 148:599 (the word for the lowest band is ours)",
    licence="No permission to ship its words is known of: points and totals only.",
)
