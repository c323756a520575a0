"""Questionnaires in a real browser: help at once on every path, one question a screen, nobody shut out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browsing import Tab, axe, launch, tab
from client import Server, running
from practising import PASSPHRASE, practice, serving
from reviewing import focus
from test_measures import PERSON, Asking, agree, rows
from test_whole_sessions import choose, press
from undersong.measuring.instruments import instrument

ITEM_1 = "Little interest or pleasure in doing things"
ITEM_9 = "Thoughts that you would be better off dead or of hurting yourself in some way"
HELP = "Please tell someone now."
THERAPIST = "Tell your therapist. If they are not here, do not wait for them."
# Every heading and dialog that is ever on the page, in the order in which it came.
WATCH = """{
  window.came = [];
  new MutationObserver(() => {
    for (const one of document.querySelectorAll('h1')) {
      const text = one.textContent.trim();
      if (one.checkVisibility() && came.at(-1) !== text) came.push(text);
    }
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@contextmanager
def served(folder: Path, *, keeping: bool = True) -> Iterator[Server]:
    """A server, with a yes to keeping."""
    data = folder / "d"
    if keeping:
        agree(data)
    with running(data) as server:
        yield server


def name_somebody(page: Tab) -> None:
    """By what the page itself may ask."""
    page.page.evaluate(
        "(person) => fetch('/api/safety', {method: 'PUT', body: JSON.stringify(person)})", PERSON
    )


def enter(page: Tab) -> None:
    """From the opening to the questionnaires."""
    page.ask(WATCH)
    page.button("What you kept").click()
    page.button("How have you been?").click()
    page.page.get_by_role("heading", name="How have you been?").wait_for()


def unfold(page: Tab, name: str) -> None:
    page.page.locator("summary", has_text=name).click()


def question(page: Tab, text: str) -> Any:
    return page.page.get_by_role("heading", name=text, exact=True)


def help_came_first(page: Tab) -> None:
    """Nothing that was ever on the page told a total before the page of whom to call."""
    came: list[str] = page.ask("came")
    totals = [
        n for n, text in enumerate(came) if text.startswith(("The answers come to", "There is no total"))
    ]
    assert HELP in came
    assert totals
    assert came.index(HELP) < totals[0]


# What a scan offers next, after something else.
OFFERED_NEXT = """async (before) => {
  for (;;) {
    const now = document.querySelector('.caption.shown .sentence')?.textContent ?? '';
    if (now !== '' && now !== before) return now;
    await new Promise((r) => setTimeout(r, 10));
  }
}"""


# --- item 9 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["Not at all", "Nearly every day", "Leave this out"])
def test_item_9_opens_help_at_once(browser: Browser, tmp_path: Path, before: str) -> None:
    """Whatever else was answered or left out: the page of whom to call comes with that very answer, names
    who was named; then the person goes on, and only then is there a total, or none."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        name_somebody(page)
        enter(page)
        unfold(page, "Other questions")
        page.button("PHQ-9: 9 questions").click()
        question(page, ITEM_1).wait_for()
        for _ in range(8):
            page.button(before).click()
        question(page, ITEM_9).wait_for()
        page.button("Several days").click()
        dialog = page.page.get_by_role("dialog", name=HELP)
        dialog.wait_for()
        axe(page)
        assert dialog.get_by_text(THERAPIST).count() == 0  # here is none
        link = dialog.get_by_role("link", name=PERSON["number"])
        expect(link).to_have_attribute("href", "tel:+442079460000")
        assert page.ask("came.at(-1)") == HELP
        page.button("Back").click()
        question(page, "Go on, or stop here?").wait_for()
        page.button("Go on").click()
        page.button("Done").wait_for()
        help_came_first(page)
    assert rows(tmp_path / "d") == {"answers": 1, "drafts": 0, "safety": 1}


def test_erased_answers_leave_no_word_that_help_was_opened(browser: Browser, tmp_path: Path) -> None:
    """Item 9 opened the page of whom to call, the form was kept, and is erased: no byte of the record names
    the form any more."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        name_somebody(page)
        enter(page)
        unfold(page, "Other questions")
        page.button("PHQ-9: 9 questions").click()
        for _ in range(8):
            page.button("Not at all").click()
        page.button("Several days").click()
        page.button("Back").click()
        page.button("Go on").click()
        page.button("Over time").click()
        page.page.get_by_role("button", name="Erase PHQ-9").click()
        assert any(b"phq-9" in file.read_bytes() for file in (tmp_path / "d").glob("record.db*"))
        page.button("Yes, erase").click()
        page.page.get_by_text("Nothing is kept yet.").wait_for()
        assert not any(b"phq-9" in file.read_bytes() for file in (tmp_path / "d").glob("record.db*"))


def test_item_9_at_nought_opens_nothing(browser: Browser, tmp_path: Path) -> None:
    """Not at all, or left out: no such page; left out, it is spoken of beside the total."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        name_somebody(page)
        for last in ("Not at all", "Leave this out"):
            enter(page) if last == "Not at all" else page.button("Done").click()
            unfold(page, "Other questions")
            page.button("PHQ-9: 9 questions").click()
            for _ in range(8):
                page.button("Nearly every day").click()
            question(page, ITEM_9).wait_for()
            page.button(last).click()
            page.button("Done").wait_for()
            assert HELP not in page.ask("came")
            said = page.page.get_by_text("One question was left out that can be about thoughts of death.")
            assert said.count() == (1 if last == "Leave this out" else 0)


def test_a_resumed_draft_opens_help_before_anything(browser: Browser, tmp_path: Path) -> None:
    """Stopped at the page of whom to call, and gone on with after the page was loaded anew: it comes again,
    before a question or a total. Stopping keeps the draft; going on tells the total."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        name_somebody(page)
        enter(page)
        unfold(page, "Other questions")
        page.button("PHQ-9: 9 questions").click()
        for _ in range(8):
            page.button("Leave this out").click()
        page.button("Nearly every day").click()
        page.button("Back").click()
        page.button("Stop for now").click()
        page.page.get_by_text("You can go on with it later.").wait_for()
        page.page.reload()
        page.button("Begin").wait_for()
        enter(page)
        unfold(page, "Other questions")
        page.button("PHQ-9: Go on at question 9 of 9").click()
        page.page.get_by_role("dialog", name=HELP).wait_for()
        page.page.keyboard.press("Escape")
        question(page, "Go on, or stop here?").wait_for()
        page.button("Go on").click()
        question(page, "There is no total.").wait_for()
        help_came_first(page)


def test_a_form_on_paper_opens_help_too(browser: Browser, tmp_path: Path) -> None:
    """BDI-II by its points, nobody named: item 9 above 0 opens the page, which names nobody."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        enter(page)
        unfold(page, "From a form on paper")
        page.button("BDI-II: 21 questions").click()
        question(page, "Question 1: its points on your form").wait_for()
        for _ in range(8):
            page.page.keyboard.press("0")
        page.page.keyboard.press("1")
        dialog = page.page.get_by_role("dialog", name=HELP)
        dialog.wait_for()
        assert dialog.get_by_text("You can call").count() == 0
        page.button("Back").click()
        page.button("Stop for now").click()  # and gone on with: before the next question it opens again
        unfold(page, "From a form on paper")
        page.button("BDI-II: Go on at question 10 of 21").click()
        dialog.wait_for()
        page.button("Back").click()
        page.button("Go on").click()
        question(page, "Question 10: its points on your form").wait_for()
        for _ in range(12):
            page.page.keyboard.press("3")
        page.page.get_by_text("Please look at the form itself.").wait_for()
        help_came_first(page)


def test_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    """From the opening through naming whom to call to item 9, with Tab, arrows, Enter and the number keys;
    a key that is held answers once."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        page.ask(WATCH)
        keys = page.page.keyboard

        def on(*names: str) -> None:
            for name in names:
                focus(page, name)
                keys.press("Enter")

        on("What you kept", "How have you been?", "Whom to call")
        focus(page, "Name")
        keys.type("Ada Grey")
        focus(page, "Telephone number")
        keys.type("112")
        keys.press("Enter")
        page.page.get_by_text("It is kept.").wait_for()
        on("Back", "Other questions", "PHQ-9: 9 questions")
        question(page, ITEM_1).wait_for()
        keys.press("ArrowDown")
        keys.press("ArrowDown")
        assert page.ask("document.activeElement.textContent") == "Several days"
        keys.press("ArrowUp")
        keys.press("Enter")
        keys.down("2")
        keys.down("2")  # held: the browser repeats it
        keys.up("2")
        page.page.get_by_text("3 of 9", exact=True).wait_for()
        on("One back")
        expect(page.button("Several days")).to_have_attribute("aria-pressed", "true")
        for _ in range(7):
            keys.press("1")
        question(page, ITEM_9).wait_for()
        assert page.ask("document.activeElement.id") == "question"
        keys.press("2")
        page.page.get_by_role("dialog", name=HELP).wait_for()
        on("Back")
        expect(question(page, "Go on, or stop here?")).to_be_focused()
        on("Go on")
        page.button("Done").wait_for()
        help_came_first(page)


def test_by_names_alone(browser: Browser, tmp_path: Path) -> None:
    """What a screen reader has: focus on the question, whose description is how far it is (with the first,
    what all are about), the answers as a group of that name; said once, and not with every answer."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        name_somebody(page)
        enter(page)
        unfold(page, "Other questions")
        page.button("PHQ-9: 9 questions").click()
        expect(question(page, ITEM_1)).to_have_accessible_description(f"{instrument('phq-9').stem} 1 of 9")
        for n in range(2, 10):
            page.button("Not at all").click()
            expect(page.page.locator("h1")).to_have_accessible_description(f"{n} of 9")
            expect(page.page.locator("h1")).to_be_focused()
        group = page.page.get_by_role("group", name=ITEM_9, exact=True)
        assert [one.strip() for one in group.get_by_role("button").all_inner_texts()] == [
            "Not at all", "Several days", "More than half the days", "Nearly every day",
        ]  # fmt: skip
        assert page.page.get_by_text("9 of 9").count() == 1
        group.get_by_role("button", name="Several days").click()
        dialog = page.page.get_by_role("dialog", name=HELP)
        dialog.get_by_role("button", name="Back").click()
        expect(page.page.get_by_role("heading", name="Go on, or stop here?")).to_be_focused()
        page.button("Go on").click()
        page.button("Done").wait_for()
        help_came_first(page)


def test_with_one_switch(browser: Browser, tmp_path: Path) -> None:
    """From the opening to the total with one key: a question's answers are offered before all else, also
    the page of whom to call can be left, and what is offered is seen on it."""
    chosen = json.dumps({"way": "switch", "pace": 1000})
    with served(tmp_path) as server, tab(browser, server) as page:
        page.page.add_init_script(f"localStorage.setItem('undersong.settings', {json.dumps(chosen)})")
        page.open()
        name_somebody(page)
        page.ask(WATCH)
        press(page, 3.2)
        for name in ("What you kept", "How have you been?", "Other questions", "PHQ-9: 9 questions"):
            choose(page, name)
        question(page, ITEM_1).wait_for()
        assert page.page.evaluate(OFFERED_NEXT, "PHQ-9: 9 questions") == "Not at all"
        for _ in range(8):
            choose(page, "Not at all")
        question(page, ITEM_9).wait_for()
        choose(page, "Nearly every day")
        page.page.get_by_role("dialog", name=HELP).wait_for()
        page.wait_until("document.querySelector('.caption.shown .sentence')?.textContent === 'Back'")
        caption, back = page.page.locator(".caption"), page.button("Back")
        seen, box = caption.bounding_box(), back.bounding_box()
        assert seen
        assert box
        assert box["y"] + box["height"] <= seen["y"] or seen["y"] + seen["height"] <= box["y"]
        before = page.page.screenshot(clip=seen)  # type: ignore[arg-type]  # a box is a clip
        page.ask("{ document.querySelector('.caption .sentence').style.visibility = 'hidden'; }")
        assert page.page.screenshot(clip=seen) != before  # type: ignore[arg-type]
        page.ask("{ document.querySelector('.caption .sentence').style.visibility = ''; }")
        for name in ("Back", "Go on", "Done"):
            choose(page, name)
        page.button("Begin: 8 questions").wait_for()
        help_came_first(page)


# --- what is offered, and what is kept -------------------------------------------------------------


def test_the_long_form_is_offered_once_somebody_is_named(browser: Browser, tmp_path: Path) -> None:
    """Alone with nobody named there is no way to PHQ-9; named, there is; forgotten, there is none."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        enter(page)
        unfold(page, "Other questions")
        page.page.get_by_text("One form of 9 questions also asks about thoughts of death").wait_for()
        assert page.button("PHQ-9: 9 questions").count() == 0
        page.button("Whom to call").click()
        page.page.get_by_label("Name").fill("Ada <b>Grey</b>")
        page.page.get_by_label("Telephone number").fill("call me")
        page.button("Keep this").click()
        page.page.get_by_text("Please give a telephone number").wait_for()
        page.page.get_by_label("Telephone number").fill("+44 20 7946 0000")
        page.button("Keep this").click()
        page.page.get_by_text("It is kept.").wait_for()
        page.button("Back").click()
        unfold(page, "Other questions")
        page.button("PHQ-9: 9 questions").wait_for()
        page.button("Whom to call").click()
        expect(page.page.get_by_label("Name")).to_have_value("Ada <b>Grey</b>")
        page.button("Forget them").click()
        page.page.get_by_text("Nobody is named any more.").wait_for()
        page.button("Back").click()
        unfold(page, "Other questions")
        page.page.get_by_text("One form of 9 questions also asks about thoughts of death").wait_for()


def test_without_a_yes_it_is_counted_and_can_be_kept(browser: Browser, tmp_path: Path) -> None:
    """PHQ-8 with no consent: the page says that nothing is kept, tells the total, and nothing was written;
    one press keeps it after all."""
    with served(tmp_path, keeping=False) as server, tab(browser, server) as page:
        page.open()
        enter(page)
        page.page.get_by_text("What you answer is added up here and then forgotten.").wait_for()
        page.button("Begin: 8 questions").click()
        for _ in range(8):
            page.button("Several days").click()
        question(page, "The answers come to 8.").wait_for()
        page.page.get_by_text("It is not kept.").wait_for()
        [cookie] = page.context.cookies()
        ask = Asking(server, f"{cookie['name']}={cookie['value']}")
        assert ask("GET", "/measures/course")[1] == {"measures": []}
        page.button("Keep it").click()
        page.page.get_by_text("It is kept on this computer.").wait_for()
        assert ask("GET", "/measures/course")[1]["measures"][0]["lines"][0]["steps"][0]["total"] == 8


def test_a_form_can_be_stopped_gone_on_with_and_begun_anew(browser: Browser, tmp_path: Path) -> None:
    """Three answers, stopped, loaded anew: it goes on at the fourth; begun anew, at the first. Two clicks
    at once answer one question."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        enter(page)
        page.button("Begin: 8 questions").click()
        page.button("Several days").dblclick()
        page.page.get_by_text("2 of 8", exact=True).wait_for()
        page.button("Leave this out").click()
        page.button("Several days").click()
        page.page.get_by_text("4 of 8", exact=True).wait_for()
        page.button("Stop for now").click()
        page.button("Go on at question 4 of 8").wait_for()
        page.page.reload()
        page.button("Begin").wait_for()
        enter(page)
        page.button("Go on at question 4 of 8").click()
        page.page.get_by_text("4 of 8", exact=True).wait_for()
        page.button("Stop for now").click()
        page.page.get_by_role("button", name="Begin anew PHQ-8").click()
        page.page.get_by_text("1 of 8", exact=True).wait_for()


def test_the_change_is_told_and_a_form_erased(browser: Browser, tmp_path: Path) -> None:
    """GAD-7 at 7, then at 14: seven more than last time, more than chance, and no word that names an
    illness; over time both are in picture and table, and one is erased by two presses."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        enter(page)
        for answer in ("Several days", "More than half the days"):
            unfold(page, "Other questions")
            page.button("GAD-7: 7 questions").click()
            for _ in range(7):
                page.button(answer).click()
            page.button("Done").wait_for()
            if answer == "Several days":
                page.button("Done").click()
        page.page.get_by_text("It is 7 more than last time, on ").wait_for()
        page.page.get_by_text("Beside the first time it is that much or more.").wait_for()
        words = page.page.locator("main").inner_text().lower()
        for name in ("anxiety", "anxious", "depress", "mild", "moderate", "severe", "minimal", "disorder"):
            assert name not in words
        page.button("Over time").click()
        page.page.get_by_role("cell", name="7 more, more than chance").wait_for()
        assert page.page.locator("svg .value").count() == 2
        assert page.page.locator("svg rect").count() == 1
        page.page.get_by_role("button", name="Erase GAD-7").first.click()
        page.button("No, keep them").wait_for()
        page.button("Yes, erase").click()
        page.page.get_by_text("They are erased.").wait_for()
        expect(page.page.locator("svg .value")).to_have_count(1)


def test_a_notable_change_is_called_that_and_which_way_is_better_is_told(
    browser: Browser, tmp_path: Path
) -> None:
    """WHO-5 at 20, then at 40, by the points of one's own form: twenty more, which is a notable change and
    nowhere called more than chance; that a higher number is better stands by the total and over time."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        enter(page)
        for point in ("1", "2"):
            unfold(page, "From a form on paper")
            page.button("WHO-5: 5 questions").click()
            for n in range(5):
                question(page, f"Question {n + 1}: its points on your form").wait_for()
                page.page.keyboard.press(point)
            page.page.get_by_text("On this form, a higher number is better.").wait_for()
            if point == "1":
                page.button("Done").click()
        page.page.get_by_text("From 10 points on, a difference is called a notable change.").wait_for()
        assert "chance" not in page.page.locator("main").inner_text()
        page.button("Over time").click()
        page.page.get_by_role("cell", name="20 more, a notable change").wait_for()
        page.page.get_by_text("On this form, a higher number is better.").wait_for()
        assert "chance" not in page.page.locator("main").inner_text()


def test_it_is_offered_once_after_a_take(browser: Browser, tmp_path: Path) -> None:
    """After the first take that is kept there is a quiet way to the questions; after the next none."""
    with served(tmp_path) as server, tab(browser, server) as page:
        page.open()
        for time in range(2):
            page.begin()
            page.page.keyboard.press("a")
            page.finish()
            page.button("Keep it").click()
            page.button("Play again").wait_for()
            assert page.button("How have you been?").count() == (1 if time == 0 else 0)
            if time == 0:
                page.button("How have you been?").click()
                page.page.get_by_role("heading", name="How have you been?").wait_for()
                page.button("Back").click()
            page.button("Play again").click()


# --- nobody is shut out ----------------------------------------------------------------------------

KINDS: dict[str, dict[str, Any]] = {
    "dusk": {"color_scheme": "dark"},
    "morning": {"color_scheme": "light"},
    "phone": {"viewport": {"width": 360, "height": 640}, "has_touch": True},
    "large-text": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "still": {"reduced_motion": "reduce"},
}
LARGE = """addEventListener('DOMContentLoaded', () =>
  document.documentElement.style.setProperty('font-size', '200%'))"""


def walk(page: Tab) -> Iterator[str]:
    """Through every page of the questionnaires."""
    page.open()
    name_somebody(page)
    page.page.evaluate("""async () => {
      for (const n of [2, 0, 3]) for (const [id, items] of [['gad-7', 7], ['hads', 14]])
        await fetch(`/api/measures/${id}`,
          {method: 'POST', body: JSON.stringify({points: Array(items).fill(n)})});
    }""")
    enter(page)
    page.button("Begin: 8 questions").wait_for()
    yield "folded"
    unfold(page, "Other questions")
    unfold(page, "From a form on paper")
    yield "unfolded"
    page.button("PHQ-9: 9 questions").click()
    question(page, ITEM_1).wait_for()
    yield "first"
    for _ in range(8):
        page.page.keyboard.press("2")
    question(page, ITEM_9).wait_for()
    yield "last"
    page.page.keyboard.press("3")
    page.page.get_by_role("dialog", name=HELP).wait_for()
    yield "help"
    page.button("Back").click()
    yield "choice"
    page.button("Go on").click()
    page.button("Done").wait_for()
    yield "total"
    page.button("Over time").click()
    page.page.get_by_role("heading", name="Your answers over time").wait_for()
    yield "course"
    page.button("Back").click()
    page.button("Whom to call").click()
    page.button("Keep this").wait_for()
    yield "whom"
    page.button("Back").click()
    unfold(page, "From a form on paper")
    page.button("BDI-II: 21 questions").click()
    yield "paper"
    page.button("Stop for now").click()
    unfold(page, "From a form on paper")
    page.button("GAF: one number").click()
    yield "number"


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_shuts_anybody_out(browser: Browser, tmp_path: Path, kind: str) -> None:
    """axe finds nothing, in both themes, on a phone, enlarged, with reduced motion; nothing scrolls
    sideways; what is pressed is large enough; a question is seen from its beginning."""
    with served(tmp_path) as server, tab(browser, server, **KINDS[kind]) as page:
        for name in walk(page):
            axe(page)
            assert page.ask("document.documentElement.scrollWidth <= innerWidth"), name
            for button in page.page.locator("button:visible").all():
                box = button.bounding_box()
                assert box
                assert box["height"] >= 48, (name, button.inner_text())
            if name in ("first", "last", "paper"):
                assert page.ask("document.querySelector('h1').getBoundingClientRect().top >= 0"), name


def test_text_can_be_twice_as_large(browser: Browser, tmp_path: Path) -> None:
    """With the browser's own text at 200%, on a phone, nothing scrolls sideways."""
    with served(tmp_path) as server, tab(browser, server, **KINDS["phone"]) as page:
        page.page.add_init_script(LARGE)
        for name in walk(page):
            assert page.ask("document.documentElement.scrollWidth <= innerWidth"), name


# --- in a therapist's room -------------------------------------------------------------------------


def test_item_9_in_a_therapists_room(browser: Browser, tmp_path: Path) -> None:
    """The long form is offered to the client with nobody named, and its item 9 opens help there as well,
    which says to tell the therapist right after what to do in danger; the client shares the form, and the
    therapist sees, before total and answers, that it is above 0; taken back, they see nothing."""
    house, _ = practice(tmp_path / "d", "Ada")
    house.close()
    with serving(tmp_path / "d") as server, tab(browser, server) as client:
        client.page.goto(server.launch)
        client.page.get_by_role("heading", name="Nobody is in the room yet.").wait_for()
        therapist = Tab(client.context, server, listening=False)
        therapist.page.goto(f"{server.address}/#people")
        therapist.page.get_by_label("Passphrase").fill(PASSPHRASE)
        therapist.button("Come in").click()
        therapist.button("Into the room: Ada").click()
        client.button("Begin").wait_for()
        enter(client)
        unfold(client, "Other questions")
        client.button("PHQ-9: 9 questions").click()
        for _ in range(8):
            client.button("Not at all").click()
        client.button("Several days").click()
        dialog = client.page.get_by_role("dialog", name=HELP)
        expect(dialog.locator("p").nth(1)).to_have_text(THERAPIST)
        axe(client)
        client.button("Back").click()
        client.button("Go on").click()
        question(client, "The answers come to 1.").wait_for()
        help_came_first(client)
        client.button("Over time").click()
        shared = therapist.page.get_by_role("cell", name="0 0 0 0 0 0 0 0 1")
        fold = therapist.page.get_by_text("What Ada shared")
        fold.click()
        therapist.page.get_by_text("No playing is shared with you.").wait_for()
        assert shared.count() == 0
        client.page.get_by_role("button", name="Share with my therapist: ").click()
        client.page.get_by_text("Shared with your therapist.").wait_for()
        axe(client)
        for _ in range(2):
            fold.click()
        shared.wait_for()
        axe(therapist)
        watched = therapist.page.get_by_text(
            "thoughts of death or of hurting oneself was answered above 0: "
        )
        expect(watched).to_have_count(1)
        assert watched.evaluate(
            "(one) => !!(one.compareDocumentPosition(document.querySelector('table')) & 4)"
        )  # before the numbers
        client.page.get_by_role("button", name="Share no more: ").click()
        client.page.get_by_text("Only yours.").wait_for()
        for _ in range(2):
            fold.click()
        therapist.page.get_by_text("No playing is shared with you.").wait_for()
        expect(shared).to_have_count(0)
        assert therapist.errors == []
