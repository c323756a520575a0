"""Open questions beside a moment, for a therapist to ask or a person to write to.

A table: what a moment is made of -> two or three questions. Rules for each: it names only what sounded;
it can be answered in any way, or not at all; it presumes no feeling and no meaning; it has no right
answer; it asks for nothing to be done. Nothing is generated, and nothing is made of the answers.

The keys are those of the page's texts under ``prompt``; the sentences here are the English ones, for
reports. ``TALK`` stands beside writing, always.
"""

from __future__ import annotations

from collections.abc import Mapping

TALK = "talk"
ANY = "any"  # of a moment of another kind

# what a moment is made of -> key -> question
QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "silence": {
        "silence.like": "There was a silence here. What was it like?",
        "silence.before": "What do you remember from just before it?",
        "silence.after": "How did it go on from here?",
    },
    "motif": {
        "motif.again": "Something from earlier came back here. Did you notice it then?",
        "motif.name": "If this little tune had a name, what would it be?",
    },
    "range": {
        "range.there": "Here the notes went further than before. What was it like there?",
        "range.next": "Is there a place on the keys that you would still like to go to?",
    },
    "pulse": {
        "pulse.in": "A beat was shared here. What was it like to play in it?",
        "pulse.who": "Who carried the beat, as you heard it?",
    },
    "dynamic": {
        "dynamic.change": "The loudness changed here. What was that like to play?",
        "dynamic.again": "Would you play it like this again, or otherwise?",
    },
    ANY: {
        "any.hear": "What do you hear in this place?",
        "any.picture": "If this were a picture, or weather, or a place: what would it be?",
    },
}
SENTENCES: Mapping[str, str] = {
    **{key: sentence for questions in QUESTIONS.values() for key, sentence in questions.items()},
    TALK: "Talk with someone about this, if you like.",
}


def prompts(kind: str) -> tuple[str, ...]:
    """The keys of the questions for a kind of moment, in the order in which they are offered."""
    return (*QUESTIONS.get(kind, QUESTIONS[ANY]), TALK)
