"""PHQ-9: the words are those of the sheet that Pfizer put into the public domain."""

from undersong.measuring.questionnaire import Band, Change, Instrument, Item, Part

STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
ANSWERS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
ITEMS = (
    Item("Little interest or pleasure in doing things"),
    Item("Feeling down, depressed, or hopeless"),
    Item("Trouble falling or staying asleep, or sleeping too much"),
    Item("Feeling tired or having little energy"),
    Item("Poor appetite or overeating"),
    Item("Feeling bad about yourself — or that you are a failure or have let yourself or your family down"),
    Item("Trouble concentrating on things, such as reading the newspaper or watching television"),
    Item(
        "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so "
        "fidgety or restless that you have been moving around a lot more than usual"
    ),
    Item("Thoughts that you would be better off dead or of hurting yourself in some way"),
)
LICENCE = (
    "Public domain. Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, "
    "with an educational grant from Pfizer Inc. No permission required to reproduce, translate, display or "
    "distribute."
)

PHQ9 = Instrument(
    id="phq-9",
    name="PHQ-9",
    title="Patient Health Questionnaire, 9 items",
    asks="the person, about the last 2 weeks",
    stem=STEM,
    items=ITEMS,
    points=(0, 3),
    answers=ANSWERS,
    parts=(
        Part(
            "total",
            tuple(range(1, 10)),
            (
                Band(0, "minimal"),
                Band(5, "mild"),
                Band(10, "moderate"),
                Band(15, "moderately severe"),
                Band(20, "severe"),
            ),
        ),
    ),
    spare=2,
    missing="Up to two missing answers each count as the average of the others "
    "(Arrieta et al. 2017, J Clin Psychol, doi 10.1002/jclp.22390).",
    help_item=9,
    change=Change(6, "NHS Digital 2016, reports on the IAPT programme"),
    source="Kroenke, Spitzer & Williams 2001, J Gen Intern Med 16:606",
    licence=LICENCE,
)
