"""HADS: points only, as the form's own key gives them (it counts some answers backwards)."""

from undersong.measuring.questionnaire import Band, Instrument, Item, Part

BANDS = (Band(0, "low"), Band(8, "borderline"), Band(11, "high"))

HADS = Instrument(
    id="hads",
    name="HADS",
    title="Hospital Anxiety and Depression Scale",
    asks="the person, about the last week; the points are those of the form's key",
    items=(Item(),) * 14,
    points=(0, 3),
    parts=(
        Part("anxiety", (1, 3, 5, 7, 9, 11, 13), BANDS),
        Part("depression", (2, 4, 6, 8, 10, 12, 14), BANDS),
    ),
    spare=1,
    missing="One missing answer in either half counts as the average of the other six of that half "
    "(stricter than Bell et al. 2016, BMC Res Notes 9:479, "
    "who advise it as long as half of the answers are there).",
    source="Zigmond & Snaith 1983, Acta Psychiatr Scand 67:361 (the words for the bands are ours)",
    licence="Sold under licence by GL Assessment: points and totals only.",
)
