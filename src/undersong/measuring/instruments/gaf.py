"""GAF: one number, as rated by a clinician."""

from undersong.measuring.questionnaire import Instrument, Item, Part

GAF = Instrument(
    id="gaf",
    name="GAF",
    title="Global Assessment of Functioning",
    asks="a clinician",
    items=(Item(),),
    points=(1, 100),
    parts=(Part("total", (1,)),),
    missing="The rating is needed.",
    better="higher",
    source="American Psychiatric Association 1994, DSM-IV, Axis V",
    licence="American Psychiatric Association, without permission to ship its words: the rating only.",
)
