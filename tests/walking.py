"""A walk through every page, as a table: how each is reached from the one before. A new page is a new row.

The pages are found by what stands on them, in whatever language: ``say`` gives a text of the catalogue by
its key, as the page shows it. Every leg of the walk starts at the opening of a page of its own, in a data
folder that holds one take of two minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from browsing import Tab

Say = Callable[..., str]  # from a key of the catalogue, and what is filled in, to the text
Step = Callable[[Tab, Say], None]


class Stop(NamedTuple):
    """A page: its name, how it is reached from the stop before, whether Help is one press away on it."""

    name: str
    go: Step
    help: bool = True


class Leg(NamedTuple):
    """Stops that follow each other. ``settings``: what this browser remembers of the last time."""

    stops: tuple[Stop, ...]
    settings: dict[str, Any] = {}  # noqa: RUF012 - nothing is ever put into it


def saying(texts: dict[str, Any], change: Callable[[str], str] = str) -> Say:
    """How to ask for a text of a catalogue; ``change``: from a text to what the page shows."""

    def say(key: str, **values: str) -> str:
        found: Any = texts
        for part in key.split("."):
            found = found[part]
        text = change(found)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    return say


def remember(page: Tab, settings: dict[str, Any]) -> None:
    """Have the browser know these settings of the last time."""
    kept = json.dumps(json.dumps(settings))
    page.page.add_init_script(f"localStorage.setItem('undersong.settings', {kept})")


def opening(page: Tab, say: Say) -> None:
    page.page.goto(page.server.launch)
    page.button(say("opening.begin")).wait_for()
    page.wait(0.4)


def press(key: str, then: str | None = None) -> Step:
    """Press the button of that text, then wait for another."""

    def go(page: Tab, say: Say) -> None:
        page.button(say(key)).first.click()
        if then is not None:
            page.button(say(then)).first.wait_for()
        page.wait(0.3)

    return go


def in_turn(*steps: Step) -> Step:
    """One after another."""

    def go(page: Tab, say: Say) -> None:
        for step in steps:
            step(page, say)

    return go


def begin(page: Tab, say: Say) -> None:
    page.button(say("opening.begin")).click()
    page.button(say("play.rest")).wait_for()
    page.wait_until("ears.socket.some((m) => m.type === 'began' || m.type === 'resumed')")


def a_phrase(page: Tab, say: Say) -> None:
    """Begin, and play three notes that are answered."""
    begin(page, say)
    keys = page.page.keyboard
    for code in ("KeyA", "KeyD", "KeyG"):
        keys.down(code)
        page.wait(0.4)
        keys.up(code)
        page.wait(0.25)
    page.wait_until("ears.socket.some((m) => m.type === 'chose')")
    page.wait(0.8)


def unfolded(page: Tab, say: Say) -> None:
    """Open all that is folded."""
    page.page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    page.wait(0.3)


def closed(page: Tab, say: Say) -> None:
    page.button(say("drawer.close")).click()


def help_(page: Tab, say: Say) -> None:
    page.button(say("play.help")).first.click()
    page.page.get_by_role("heading", name=say("help.title"), exact=True).wait_for()
    page.wait(0.3)


def finish(page: Tab, say: Say) -> None:
    page.button(say("play.finish")).click()
    page.wait(0.3)


def asked(page: Tab, say: Say) -> None:
    page.button(say("keep.yes")).wait_for()
    page.wait(0.3)


def erasing(page: Tab, say: Say) -> None:
    page.page.get_by_role("button", name=say("takes.erase")).first.click()
    page.button(say("takes.no")).wait_for()


def look_back(page: Tab, say: Say) -> None:
    """From the opening to the kept take, all of it worked out."""
    page.button(say("opening.kept")).click()
    page.page.get_by_role("button", name=say("takes.look")).first.click()
    page.page.get_by_text(say("review.moments")).first.wait_for()
    page.wait(0.4)


def all_of_it(page: Tab, say: Say) -> None:
    unfolded(page, say)
    page.page.get_by_role("columnheader", name=say("review.itsNotes")).wait_for()


def weeks(page: Tab, say: Say) -> None:
    page.button(say("takes.back")).click()
    page.button(say("takes.weeks")).click()
    page.page.get_by_role("button", name=say("course.open")).first.wait_for()
    page.wait(0.3)


PERSON = {"name": "鈴木", "number": "110"}  # somebody of a country whose letters are none of ours


def with_answers(page: Tab, say: Say) -> None:
    """To the questionnaires, with answers of before, and somebody to call."""
    page.page.evaluate(
        """async (person) => {
      const { tab } = await (await fetch('/api/tab', { method: 'POST' })).json();
      const ask = (method, at, body) =>
        fetch(at, { method, body: JSON.stringify(body), headers: { 'x-undersong-tab': tab } });
      await ask('PUT', '/api/safety', person);
      for (const n of [2, 0, 3]) for (const [id, items] of [['gad-7', 7], ['hads', 14]])
        await ask('POST', `/api/measures/${id}`, { points: Array(items).fill(n) });
    }""",
        PERSON,
    )
    page.button(say("opening.kept")).click()
    page.button(say("measures.title")).click()
    page.page.get_by_role("button", name=say("measures.begin", n="8")).wait_for()


def asking(page: Tab, say: Say) -> None:
    """The first question of the longest form with words."""
    page.page.get_by_role("button", name="PHQ-9").first.click()
    page.page.get_by_role("heading", name="Little interest").wait_for()


def watched(page: Tab, say: Say) -> None:
    """The last answer of it, which calls for help."""
    for key in "122222222":
        page.page.keyboard.press(key)
    page.page.get_by_role("dialog", name=say("helpNow.title")).wait_for()


def on_paper(page: Tab, say: Say) -> None:
    unfolded(page, say)
    page.page.get_by_role("button", name="BDI-II").first.click()
    page.button("3").wait_for()


def check(page: Tab, say: Say) -> None:
    page.button(say("microphone.check")).click()
    page.button(say("microphone.use")).wait_for()


def choices(page: Tab, say: Say) -> None:
    """Hold a switch until the choices come."""
    begin(page, say)
    page.page.keyboard.down("Space")
    page.wait(2.6)
    page.page.keyboard.up("Space")
    page.page.locator(".caption.shown .sentence").wait_for()


def agreed(page: Tab, say: Say) -> None:
    """From playing to what was agreed to."""
    page.button(say("play.sound")).click()
    page.button(say("consent.title")).click()
    page.page.get_by_role("heading", name=say("consent.title"), exact=True).wait_for()
    page.wait(0.3)


def helps(page: Tab, say: Say) -> None:
    """From the drawer to what helps: the first question, kept."""
    page.button(say("takes.back")).click()
    page.button(say("play.sound")).click()
    page.button(say("intake.title")).click()
    page.page.locator("h1").wait_for()
    page.wait(0.3)
    yes = page.button(say("intake.yes"))
    if yes.count():
        yes.click()
    page.button(say("check.next")).wait_for()
    page.wait(0.3)


def through(page: Tab, name: str, last: str) -> None:
    """Press a button time and again, until another one is there."""
    end = page.button(last)
    while True:
        page.button(name).or_(end).first.wait_for()
        if end.count():
            return
        page.button(name).click()
        page.wait(0.3)


def helps_to_the_end(page: Tab, say: Say) -> None:
    """Through all its questions, none answered, to what follows."""
    through(page, say("check.next"), say("intake.leave"))


def questions(page: Tab, say: Say) -> None:
    """From the opening to the questionnaires, all unfolded."""
    page.button(say("opening.kept")).click()
    page.button(say("measures.title")).click()
    page.page.get_by_role("heading", name=say("measures.title"), exact=True).wait_for()
    unfolded(page, say)


def first_question(page: Tab, say: Say) -> None:
    page.button(say("measures.begin", n="8")).click()
    page.button(say("measures.skip")).wait_for()
    page.wait(0.3)


def left_out(page: Tab, say: Say) -> None:
    """Leave every question out: there is no total."""
    through(page, say("measures.skip"), say("measures.done"))


def therapist(page: Tab, say: Say) -> None:
    page.page.goto(f"{page.server.address}/#therapist")
    page.page.get_by_text(say("therapist.nobody")).first.wait_for()
    page.wait(0.3)


def people(page: Tab, say: Say) -> None:
    page.page.goto(f"{page.server.address}/#people")
    page.page.get_by_text(say("people.open")).wait_for()
    page.wait(0.3)


def lock(page: Tab, say: Say) -> None:
    page.button(say("opening.kept")).click()
    page.button(say("lock.title")).first.click()
    page.button(say("lock.do")).wait_for()
    page.wait(0.3)


def locked(page: Tab, say: Say) -> None:
    """Lock what is kept; the recovery key is shown."""
    for label in ("lock.newPassphrase", "lock.again"):
        page.page.get_by_label(say(label), exact=True).fill("five calm words by heart")
    page.button(say("lock.do")).click()
    page.button(say("lock.putAway")).wait_for()
    page.wait(0.3)


def now_locked(page: Tab, say: Say) -> None:
    page.button(say("lock.putAway")).click()
    page.button(say("lock.now")).click()
    page.button(say("lock.open")).wait_for()
    page.wait(0.3)


WALK: tuple[Leg, ...] = (
    Leg((
        Stop("opening", opening),
        Stop("breathing", press("opening.breathe", "breathing.play")),
        Stop("breathing, another pace", unfolded),
    )),
    Leg((
        Stop("opening again", opening),
        Stop("playing", a_phrase),
        # an answer laid over the page: on a phone it may lie over Help until it is closed
        Stop("why", press("play.why"), help=False),
        Stop("sound", in_turn(press("play.why"), press("play.sound", "drawer.close"))),
        Stop("sound, unfolded", unfolded),
        Stop("help", in_turn(closed, help_), help=False),
        Stop("resting", in_turn(press("help.close"), press("play.rest", "play.comeBack"))),
        Stop("finishing", finish),
        Stop("keep", asked),
        Stop("kept", press("keep.yes", "after.again")),
        Stop("a word on leaving", press("leave.offer", "leave.keep")),
        Stop("takes", in_turn(press("takes.back"), press("after.kept", "takes.weeks"))),
        Stop("erasing", erasing),
    )),
    Leg((
        Stop("opening, to arrive", opening),
        Stop("arriving: a sign", press("opening.arrive", "check.next")),
        Stop("arriving: how long", press("check.next", "check.next")),
        Stop("arriving: how it begins", press("check.next", "opening.illStart")),
    )),
    Leg((
        Stop("opening, to agree", opening),
        Stop("agreed to", in_turn(a_phrase, agreed)),
        Stop("what helps", helps),
        Stop("what follows from it", helps_to_the_end),
    )),
    Leg((
        Stop("opening, to be asked", opening),
        Stop("questionnaires", questions),
        Stop("a question", first_question),
        Stop("no total", left_out),
    )),
    Leg((
        Stop("opening, to lock", opening),
        Stop("to lock", lock, help=False),
        Stop("the recovery key", locked, help=False),
        Stop("locked", now_locked),
    )),
    Leg((
        Stop("opening, for a practice", opening),
        Stop("my people, without a lock", people),
    )),
    Leg((
        Stop("opening, for the therapist", opening),
        Stop("the therapist's page", therapist),
        Stop("the therapist's page, unfolded", unfolded),
    )),
    Leg((
        Stop("opening, to share", opening),
        Stop("takes, to share", press("opening.kept", "takes.weeks")),
        Stop("sharing elsewhere", press("people.give.open", "people.give.save")),
    )),
    Leg((
        Stop("opening, to let go", opening),
        Stop("playing, to let go", a_phrase),
        Stop("finishing, to let go", finish),
        Stop("keep, to let go", asked),
        Stop("gone", press("keep.no", "after.again")),
    )),
    Leg((
        Stop("opening, to look back", opening),
        Stop("review", look_back),
        Stop("review, unfolded", all_of_it),
        Stop("weeks", weeks),
        Stop("weeks, unfolded", unfolded),
    )),
    Leg((
        Stop("opening, to be asked", opening),
        Stop("questions", with_answers),
        Stop("questions, unfolded", unfolded),
        Stop("a question", asking),
        Stop("whom to call now", watched, help=False),
        Stop("go on or stop", press("helpNow.back", "measures.stop")),
        Stop("a total", press("measures.next", "measures.done")),
        Stop("answers over time", press("measures.overTime", "takes.back")),
        Stop("whom to call", in_turn(press("takes.back"), press("measures.person.open"))),
        Stop("points on paper", in_turn(press("takes.back", "measures.person.open"), on_paper)),
    )),
    Leg(
        (
            Stop("opening, to sing", opening),
            Stop("sound check: level", check),
            Stop("sound check: taps", press("check.next", "check.strike")),
            Stop("sound check: done", press("check.next", "check.back")),
        ),
        {"way": "voice"},
    ),
    Leg(
        (Stop("opening, side by side", opening), Stop("playing, side by side", begin)),
        {"beside": True},
    ),
    Leg((Stop("opening, the sky", opening), Stop("playing, the sky", begin)), {"way": "sky"}),
    Leg((Stop("opening, tapping", opening), Stop("playing, tapping", begin)), {"way": "tap"}),
    Leg(
        (Stop("opening, one switch", opening), Stop("the choices of a switch", choices)),
        {"way": "switch", "long": 2000, "pace": 3600},
    ),
)  # fmt: skip


# --- Help, from each of them ---------------------------------------------------------------------

FEW = 3  # presses of Tab from the top of a page
FROM_THE_TOP = """(() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
})()"""
NEAR = """(name) => {
  const all = [...document.querySelectorAll('button')].filter((b) => b.textContent.trim() === name);
  return all.some((b) => {
    b.scrollIntoView({ block: 'nearest' });
    const box = b.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return box.height >= 48 && box.width >= 48 && (hit === b || b.contains(hit));
  });
}"""
FOCUSED = """(name) => document.activeElement.matches('button')
  && document.activeElement.textContent.trim() === name"""


def help_is_near(page: Tab, stop: Stop, say: Say) -> None:
    """Help is there and nothing lies over it; a few Tabs come to it; Enter shows whom to call, and closing
    leads back."""
    name = say("play.help")
    assert page.page.evaluate(NEAR, name), stop.name
    page.ask(FROM_THE_TOP)
    for _ in range(FEW):
        page.page.keyboard.press("Tab")
        if page.page.evaluate(FOCUSED, name):
            break
    assert page.page.evaluate(FOCUSED, name), stop.name
    page.page.keyboard.press("Enter")
    dialog = page.page.get_by_role("dialog", name=say("help.title"))
    dialog.wait_for()
    assert dialog.get_by_role("link", name="112").count() == 1
    dialog.get_by_role("button", name=say("help.close")).click()
    dialog.wait_for(state="detached")
