"""GAD-7: the words are those of the sheet that Pfizer put into the public domain."""

from undersong.measuring.instruments.phq9 import ANSWERS, LICENCE
from undersong.measuring.questionnaire import Band, Change, Instrument, Item, Part

GAD7 = Instrument(
    id="gad-7",
    name="GAD-7",
    title="Generalized Anxiety Disorder scale, 7 items",
    asks="the person, about the last 2 weeks",
    stem="Over the last 2 weeks, how often have you been bothered by the following problems?",
    items=(
        Item("Feeling nervous, anxious or on edge"),
        Item("Not being able to stop or control worrying"),
        Item("Worrying too much about different things"),
        Item("Trouble relaxing"),
        Item("Being so restless that it is hard to sit still"),
        Item("Becoming easily annoyed or irritable"),
        Item("Feeling afraid as if something awful might happen"),
    ),
    points=(0, 3),
    answers=ANSWERS,
    parts=(
        Part(
            "total",
            tuple(range(1, 8)),
            (Band(0, "minimal"), Band(5, "mild"), Band(10, "moderate"), Band(15, "severe")),
        ),
    ),
    missing="All seven answers are needed.",
    change=Change(4, "NHS Digital 2016, reports on the IAPT programme"),
    source="Spitzer, Kroenke, Williams & Löwe 2006, Arch Intern Med 166:1092",
    licence=LICENCE,
)
