"""A practice in a real browser: the therapist's people, the client's side, and sharing from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

import kept
from browsing import Tab, axe, launch, tab
from client import Server
from practising import NOW, PASSPHRASE, Asking, practice, serving
from reviewing import focus
from undersong.caring.intake import Answer, limits
from undersong.edges import giving, intake, outside
from undersong.edges.answers import Answers
from undersong.edges.house import House
from undersong.edges.takes import Takes
from undersong.measuring.instruments import instrument

THEMES = ("dark", "light")
SHOTS = os.environ.get("UNDERSONG_SHOTS")  # a folder to look at what was seen
HOSTILE = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
SMALL = """() => [...document.querySelectorAll(
    'main button, main summary, main a.quiet-button, main input:not([type=checkbox]), header button')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.textContent || one.outerHTML, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 47.5 || box.width < 47.5).map(([text]) => text)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    house, ids = practice(tmp_path / "data", "Ada", "Ben")
    made = tmp_path / "made"
    house.place(ids["Ben"]).takes.keep_log(Takes(made).log(kept.short(made)), NOW)
    house.close()
    with serving(tmp_path / "data") as server:
        yield server


def look(page: Tab, name: str) -> None:
    """Nothing is shut off from anybody here, nothing lies beyond the edge."""
    page.wait(0.4)
    axe(page)
    assert page.ask("document.documentElement.scrollWidth <= innerWidth"), name
    assert page.page.evaluate(SMALL) == [], name
    if SHOTS:
        page.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def heading(page: Tab, name: str, level: int = 1) -> None:
    page.page.get_by_role("heading", name=name, exact=True, level=level).wait_for()


def window(page: Tab) -> Tab:
    """Another window of the same browser."""
    return Tab(page.context, page.server, listening=False)


def come_in(page: Tab) -> None:
    """To the therapist's people, with the passphrase."""
    page.page.goto(f"{page.server.address}/#people")
    page.page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.button("Come in").click()
    page.page.get_by_text("Only this window is yours").wait_for()


def again(page: Tab, fold: str) -> None:
    """What is folded away is looked at once more."""
    for _ in range(2):
        page.page.get_by_text(fold).click()


def test_a_therapist_and_a_client_at_one_machine(browser: Browser, served: Server) -> None:
    """The client's window waits while nobody is in the room; the therapist lets Ada in, whose window
    goes on by itself and says for whom it is; she plays, keeps it and says yes to sharing it; only
    then does the therapist see it. She takes that back, and at once it is not there. When Ben comes
    in, her window is his, and shows nothing of hers."""
    with tab(browser, served) as client:
        client.page.goto(served.launch)
        heading(client, "Nobody is in the room yet.")
        look(client, "nobody")
        therapist = window(client)
        come_in(therapist)
        therapist.button("Into the room: Ada").click()
        therapist.page.get_by_text("Ada is in the room.").first.wait_for()
        client.button("Begin").wait_for()
        client.page.get_by_text("For Ada", exact=True).wait_for()
        look(client, "for-ada")
        therapist.page.get_by_text("What Ada shared").click()
        therapist.page.get_by_text("No playing is shared with you.").wait_for()

        client.begin()
        for code in ("KeyA", "KeyD", "KeyG"):
            client.page.keyboard.press(code, delay=200)
        client.finish()
        client.button("Keep it").click()
        client.page.get_by_text("May your therapist hear this again?").wait_for()
        look(client, "ask-share")
        client.button("Yes, they may").click()
        client.page.get_by_text("Your therapist may hear it.").wait_for()

        again(therapist, "What Ada shared")
        therapist.page.get_by_role("button", name="Report:").wait_for()
        look(therapist, "people")
        with therapist.page.expect_download() as download:
            therapist.page.get_by_role("button", name="Report:").click()
        assert download.value.path().read_bytes().startswith(b"<!doctype html>")

        client.button("What you kept").click()
        client.page.get_by_text("Shared with your therapist.").wait_for()
        look(client, "looking-back")
        client.page.get_by_role("button", name="Share no more:").click()
        client.page.get_by_text("Only yours.").wait_for()
        again(therapist, "What Ada shared")
        therapist.page.get_by_text("No playing is shared with you.").wait_for()

        therapist.button("Into the room: Ben").click()
        client.page.get_by_text("For Ben", exact=True).wait_for()
        assert "Ada" not in client.page.content()
        assert therapist.errors == []
        assert therapist.ask("ears.csp") == []


def test_what_helps_is_shown_as_it_is_shared(browser: Browser, tmp_path: Path) -> None:
    """A therapist reads what follows from somebody's answers, word for word as that person does, once it is
    shared; before that, and once it is taken back, nothing of it."""
    house, ids = practice(tmp_path / "d", "Ada")
    said: dict[str, Answer] = {"racing": "yes", "medicine": "now"}
    intake.write(house.place(ids["Ada"]).record, said, NOW)
    told = [text for row in limits(said) for text in (row.because, row.effect.advice) if text]
    house.close()
    with serving(tmp_path / "d") as server, tab(browser, server) as client:
        client.page.goto(server.launch)
        heading(client, "Nobody is in the room yet.")
        therapist = window(client)
        come_in(therapist)
        therapist.button("Into the room: Ada").click()
        client.button("Begin").wait_for()
        [cookie] = client.context.cookies()
        ada = Asking(server, f"{cookie['name']}={cookie['value']}").in_a_tab()
        words = therapist.page.get_by_role("region", name="What helps me").locator("li p")

        def shared(yes: bool) -> None:
            assert ada.ask("PUT", "/api/intake/shared", {"shared": yes})[0] == 200
            again(therapist, "What Ada shared")

        therapist.page.get_by_text("What Ada shared").click()
        therapist.page.get_by_text("No playing is shared with you.").wait_for()
        assert words.count() == 0
        shared(True)
        expect(words).to_have_text(told)
        look(therapist, "people-helps")
        shared(False)
        expect(words).to_have_count(0)
        therapist.page.get_by_text("No playing is shared with you.").wait_for()
        assert therapist.errors == client.errors == []


def test_the_people_by_keyboard_alone(browser: Browser, served: Server) -> None:
    """A wrong passphrase says so and nothing more; then in, somebody added, let into the room, and erased
    with a second step that can be left; focus is never lost."""
    with tab(browser, served) as page:
        page.page.goto(served.launch)
        page.page.goto(f"{served.address}/#people")
        page.page.get_by_label("Passphrase").wait_for()
        keys = page.page.keyboard
        for given in ("not this one", PASSPHRASE):
            focus(page, "Passphrase")
            keys.type(given)
            keys.press("Enter")
            if given != PASSPHRASE:
                page.page.get_by_text("That does not open it.").wait_for()
        page.page.get_by_text("Only this window is yours").wait_for()
        focus(page, "Name of somebody new")
        keys.type("Cleo")
        keys.press("Enter")
        page.page.get_by_text("Cleo has a place here now.").wait_for()
        focus(page, "Into the room: Cleo")
        keys.press("Enter")
        page.page.get_by_text("Cleo is in the room.").first.wait_for()
        page.page.wait_for_function("() => document.activeElement.textContent === 'Cleo'")
        focus(page, "Erase: Cleo")
        keys.press("Enter")
        page.page.wait_for_function("() => document.activeElement.textContent === 'No, keep it'")
        look(page, "erase")
        keys.press("Enter")
        page.page.wait_for_function("() => document.activeElement.id.startsWith('erase-')")
        keys.press("Enter")
        page.page.wait_for_function("() => document.activeElement.textContent === 'No, keep it'")
        keys.press("Shift+Tab")
        keys.press("Enter")
        page.page.get_by_text("All that was kept of Cleo is erased.").wait_for()
        page.page.get_by_text("Nobody is in the room.").first.wait_for()
        assert page.button("Into the room: Cleo").count() == 0
        page.page.get_by_text("Counted, without names").click()
        page.page.get_by_text("Too few people agreed").wait_for()
        look(page, "counts")


@pytest.mark.parametrize("theme", THEMES)
def test_no_page_shuts_anybody_out(browser: Browser, served: Server, theme: Any) -> None:
    """The pages in either theme, on a narrow window with reduced motion."""
    size = {"width": 390, "height": 844}
    with tab(browser, served, color_scheme=theme, reduced_motion="reduce", viewport=size) as page:
        page.page.goto(served.launch)
        heading(page, "Nobody is in the room yet.")
        look(page, f"nobody-{theme}-narrow")
        page.page.goto(f"{served.address}/#people")
        heading(page, "My people")
        look(page, f"come-in-{theme}-narrow")
        page.page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.button("Come in").click()
        page.button("Into the room: Ben").click()
        for fold in ("What Ben shared", "From elsewhere", "Counted, without names"):
            page.page.get_by_text(fold).click()
        look(page, f"people-{theme}-narrow")


def test_from_elsewhere_and_hostile_words(browser: Browser, tmp_path: Path) -> None:
    """A person at home chooses what a practice may have, by its address, and saves the file; the therapist
    takes it in. Names and words with markup in them are shown as they are, and run nothing, on either
    side."""
    house, ids = practice(tmp_path / "data", HOSTILE[:100])
    address = outside.address(house)
    house.close()
    home = tmp_path / "home"
    take = kept.short(home)
    Takes(home).about(take).rename(HOSTILE[:100])
    Takes(home).about(take).write(1.0, HOSTILE, NOW)
    own = House(home)
    Answers(own.own.record).keep(instrument("gad-7"), (1, 1, None, 0, 2, 0, 0), NOW)
    own.close()
    server = Server(home)
    try:
        with tab(browser, server) as page:
            page.open()
            page.button("What you kept").click()
            page.button("Share with a therapist elsewhere").click()
            heading(page, "Share with a therapist elsewhere")
            look(page, "give")
            page.page.get_by_label("Address of the practice").fill("age1nothing")
            page.page.get_by_label("Your name").fill(HOSTILE[:100])
            for box in page.page.get_by_role("checkbox").all():
                box.check()
            page.button("Save the file").click()
            page.page.get_by_text("This is no address of a practice").wait_for()
            page.page.get_by_label("Address of the practice").fill(address)
            with page.page.expect_download() as download:
                page.button("Save the file").click()
            page.page.get_by_text("The file is saved.").wait_for()
            for box in page.page.get_by_role("checkbox").all():
                box.uncheck()
            page.page.get_by_text("They have 2 more from you.").wait_for()
            assert page.page.title() != "run"
            file = tmp_path / download.value.suggested_filename
            download.value.save_as(file)
            assert file.suffix == ".sealed"
    finally:
        server.stop()
    with serving(tmp_path / "data") as server, tab(browser, server) as page:
        page.page.goto(server.launch)
        page.page.goto(f"{server.address}/#people")
        page.page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.button("Come in").click()
        page.page.get_by_role("button", name="Into the room:").click()
        page.page.get_by_text("From elsewhere").click()
        page.page.get_by_text(address).wait_for()
        page.page.get_by_label("A shared file from").set_input_files(file)
        page.page.get_by_text("It is taken in.").wait_for()
        page.page.get_by_text("What <img").click()
        page.page.get_by_text("From elsewhere, as it was given to you.").wait_for()
        page.page.get_by_text("GAD-7").wait_for()
        look(page, "from-elsewhere")
        page.page.get_by_label("A shared file from").set_input_files(file)
        page.page.get_by_text("was taken in already").wait_for()
        page.wait(0.3)
        assert page.page.title() != "run"
        assert page.page.locator("main img, main script").count() == 0
    house = House(tmp_path / "data")
    house.unlock(PASSPHRASE)
    assert outside.Outside(house.place(ids[HOSTILE[:100]])).came() is not None
    assert [kind for kind, _ in giving.given(House(home).own)[0].items] == ["answer", "take"]
