"""WHO-5: points only. More is better, unlike in most of the others."""

from undersong.measuring.questionnaire import Band, Change, Instrument, Item, Part

WHO5 = Instrument(
    id="who-5",
    name="WHO-5",
    title="World Health Organization Well-Being Index, 5 items",
    asks="the person, about the last 2 weeks",
    items=(Item(),) * 5,
    points=(0, 5),
    parts=(Part("total", tuple(range(1, 6)), (Band(0, "low"), Band(52, "not low"))),),
    factor=4,
    missing="All five answers are needed.",
    change=Change(10, "Topp et al. 2015", "notable"),
    better="higher",
    source="Topp, Østergaard, Søndergaard & Bech 2015, Psychother Psychosom 84:167",
    licence="World Health Organization. Its words are not shipped: points and totals only.",
)
