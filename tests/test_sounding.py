"""The live duet in a real browser, judged by what is rendered, in frames and stamps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browsing import Tab, launch, tab
from client import Message, running

QUANTUM = 128  # frames
SILENCE = 0.0001  # -80 dB of full scale
CLOCKS = 15.0  # ms: how far two readings of a busy machine's clocks may lie apart


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


Play = Callable[[Tab], None]


def by_keyboard(tab: Tab) -> None:
    tab.open()
    tab.begin()
    for code in ("KeyA", "KeyS", "KeyD"):
        tab.page.keyboard.down(code)
        tab.wait(0.45)
        tab.page.keyboard.up(code)
        tab.wait(0.15)


def by_touch(tab: Tab) -> None:
    tab.open()
    tab.begin()
    fingers = tab.context.new_cdp_session(tab.page)
    for pad in (1, 2, 3):
        box = tab.page.get_by_role("button", name=f"Note {pad},").bounding_box()
        assert box
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        tab.wait(0.45)
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        tab.wait(0.15)


def by_midi(tab: Tab) -> None:
    tab.open()
    tab.begin()
    tab.button("Sound").click()
    tab.page.locator("summary", has_text="MIDI keyboard").click()
    tab.button("Connect a MIDI keyboard").click()
    tab.page.get_by_text("Heard: Test keys").wait_for()
    assert tab.ask("ears.midiAsked.sysex") is not True
    tab.button("Close").click()
    for pitch in (60, 62, 64):
        tab.ask(f"ears.midi(0x90, {pitch}, 70)")
        tab.wait(0.45)
        tab.ask(f"ears.midi(0x80, {pitch}, 0)")
        tab.wait(0.15)


def by_one_switch(tab: Tab) -> None:
    tab.open()
    tab.page.get_by_label("Play with").select_option("switch")
    tab.begin()
    for _ in range(3):
        tab.page.keyboard.down("Space")
        tab.wait(0.45)
        tab.page.keyboard.up("Space")
        tab.wait(0.15)


@pytest.mark.parametrize("play", [by_keyboard, by_touch, by_midi, by_one_switch])
def test_a_tentative_fragment_is_met(
    browser: Browser, tmp_path: Path, play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the input: each note of the maker's is rendered from the quantum in which the audio thread
    heard of it; a bass is sounding within two seconds of the end of the phrase; Rest brings silence
    within 200 ms; after the ending nothing is left sounding."""
    touch = play is by_touch
    with running(tmp_path / "d") as server, tab(browser, server, listening=True, has_touch=touch) as page:
        play(page)
        rate = page.rate
        notes = page.reports("maker")
        assert len(notes) == 3
        for note in notes:
            assert note["begun"] == note["heard"]
            assert 0 <= page.onset("maker", note["begun"]) - note["begun"] < 2 * QUANTUM
        for press, note in zip(page.told("on"), notes, strict=True):
            # told during one quantum, heard before one of the next few: nothing else lies between
            assert note["heard"] - press["frame"] < 0.05 * rate

        ended = page.told("off")[-1]["frame"]
        page.wait_until("ears.reports.some((r) => r.who === 'partner')")
        page.wait(0.6)
        bass = page.onset("partner", 0)
        assert page.said("play")[0]["voice"] == "bass"
        assert bass - ended < 2.0 * rate

        page.page.keyboard.press("Escape")
        rested = page.told("silence")[-1]["frame"]
        page.wait(0.5)
        assert page.peak("partner", rested, rested + 0.1 * rate) > SILENCE  # it did sound until then
        assert page.peak("partner", rested + 0.2 * rate) == 0.0
        assert page.peak("out", rested + 0.2 * rate) < loudest_ring(page, rested + 0.2 * rate)

        page.button("Play with me again").click()
        page.wait(0.2)
        page.finish()
        page.wait(0.5)
        # with one switch the choices sound as they go by, as the maker's own sounds
        what = "partner" if play is by_one_switch else "out"
        before = len(page.heard(what))
        page.wait(0.5)
        assert all(peak < SILENCE for _, peak, _ in page.heard(what)[before:])
        report(page, play.__name__, capsys)


def loudest_ring(page: Tab, since: float) -> float:
    """After Rest only the maker's own sound may ring; the whole may not be louder than that."""
    return max(SILENCE, 2.0 * page.peak("maker", since))


def report(page: Tab, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    late = sum(bool(note["late"]) for note in page.ask("ears.reports"))
    lost = page.ask("ears.contexts.at(-1).playbackStats?.underrunEvents ?? null")
    with capsys.disabled():
        sys.stdout.write(f"[{what}: {late} late, {lost} under-runs in all] ")


def test_planned_answers_land_on_their_stamps(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Strokes out of quiet, of a groove that the partner was asked to start: each is rendered within 2 ms
    of the frame at which the page placed it, none is late, and that frame is the one its stamp means. The
    last by the test's own reading of both clocks, which on a shared machine differ by some ms from one
    reading to the next: a wrong sign or a latency left out would show, and the exact figure is printed."""
    with running(tmp_path / "d") as server, tab(browser, server, listening=True) as page:
        page.open()
        page.button("I'll start").click()
        page.wait_until(
            "ears.socket.filter((m) => m.type === 'play' && m.voice === 'percussion').length >= 9"
        )
        page.wait(1.0)
        frame_of = page.frame_of()
        ms = 1000 / page.rate
        until = page.heard("partner")[-1][0] - 0.1 * page.rate  # frames whose onsets are read next
        onsets = page.onsets("partner")
        placed = {told["note"]["id"]: told["note"]["at"] for told in page.told("play")}
        rendered: list[float] = []
        meant: list[float] = []
        plays = page.said("play")
        assert all(play["kind"] == "planned" for play in plays)
        # over a tone that sounds, where a stroke begins cannot be told to the millisecond
        strokes = [
            play for play in plays
            if play["voice"] == "percussion" and placed[play["id"]] < until and out_of_quiet(play, plays)
        ]  # fmt: skip
        assert len(strokes) >= 3
        for play in strokes:
            onset = min(onsets, key=lambda onset: abs(onset - placed[play["id"]]))
            rendered.append((onset - placed[play["id"]]) * ms)
            meant.append((onset - frame_of(play["at"])) * ms)
        assert not any(note["late"] for note in page.reports("partner"))
        with capsys.disabled():
            sys.stdout.write(
                f"[planned strokes: {min(rendered):+.2f} to {max(rendered):+.2f} ms from their frames, "
                f"{min(meant):+.2f} to {max(meant):+.2f} ms from their stamps] "
            )
        report(page, "groove", capsys)
        assert all(abs(off) <= 2.0 for off in rendered), rendered
        assert all(abs(off) <= CLOCKS for off in meant), meant


def out_of_quiet(stroke: Message, plays: list[Message]) -> bool:
    """Whether nothing that began before it still sounds, or has only just ended."""
    before = [play for play in plays if play["at"] < stroke["at"] - 0.02]
    return all(play["at"] + play["seconds"] + 0.15 < stroke["at"] for play in before)


def test_a_wish_is_heard_and_told(browser: Browser, tmp_path: Path) -> None:
    """Behind "Why?": "Softer" reaches the partner, which says so where the reason stands; and it can be
    taken back."""
    with running(tmp_path / "d") as server, tab(browser, server) as page:
        by_keyboard(page)
        page.wait_until("ears.socket.some((m) => m.type === 'play')")
        page.button("Why?").click()
        page.button("Softer").click()
        page.wait_until("ears.socket.some((m) => m.type === 'chose' && m.because.includes('softer'))")
        page.page.get_by_role("region", name="Why it plays like this").get_by_text(
            "You asked for less, so I play softer."
        ).wait_for()
        page.button("Why?").click()
        page.button("As before").click()
        page.wait_until(
            "ears.socket.some((m) => m.type === 'chose' && m.because.includes('took your wish'))"
        )
        assert [m["what"] for m in page.said("steer", out=True)][-2:] == ["less", "undo"]
