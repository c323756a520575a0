"""The microphone in a real Chromium, whose fake device sings a file that each test makes.

What is measured is what the page said and was told on the socket, and the take's own log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from browsing import HERE, Tab, axe, launch, tab
from client import running
from singing import Samples, sung, wav_bytes

PICTURES = Path(__file__).parent.parent / "docs" / "pages"
RATE = 48_000
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PLUG = (HERE / "microphone.js").read_text()
LATE = 2.5  # seconds of quiet before the singing: the file begins before the take does
SUNG = (62, 64, 66, 69)
TONIC_AND_FIFTH = (2, 9)
D_SCALE = (2, 4, 6, 7, 9, 11, 1)
TUNE = ((62, 0.9), (64, 0.5), (66, 0.5), (69, 1.1), (66, 0.6), (64, 0.6), (62, 1.4))


def song(rounds: int) -> Samples:
    """A tune in D, sung so often."""
    notes, now = [], LATE
    for _ in range(rounds):
        for pitch, seconds in TUNE:
            notes.append((now, now + 0.86 * seconds, float(pitch)))
            now += seconds
        now += 1.0
    return sung(notes, RATE, vibrato=0.2, noise=-65.0, tail=60.0)


def still(seconds: float) -> Samples:
    """A room in which nobody makes a sound."""
    chance = np.random.default_rng(3)
    return (10 ** (-65 / 20) * chance.standard_normal(round(seconds * RATE))).astype(np.float32)


@contextmanager
def playing(
    folder: Path, sound: Samples | None, *, bleeds: float = 0.0, settings: dict[str, Any] | None = None
) -> Iterator[Tab]:
    """An open page whose microphone gives that sound (None: no permission to hear anything)."""
    flags: tuple[str, ...] = FAKE[:1]  # there is a microphone, and nobody who allows it
    if sound is not None:
        file = folder / "sound.wav"
        file.write_bytes(wav_bytes(sound, RATE))
        flags = (*FAKE, f"--use-file-for-fake-audio-capture={file}%noloop")
    kept = json.dumps({"way": "voice", **(settings or {})})
    with sync_playwright() as playwright, running(folder / "undersong") as server:
        browser = launch(playwright, *flags)
        with tab(browser, server) as page:
            page.page.add_init_script(PLUG.replace("%GAIN%", str(bleeds)))
            page.page.add_init_script(f"localStorage.setItem('undersong.settings', {json.dumps(kept)})")
            page.open()
            yield page
        browser.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--pictures"))


def log(page: Tab) -> list[dict[str, Any]]:
    """The lines of the take that was just played."""
    take = page.said("began")[-1]["take"]
    answer = page.context.request.get(f"{page.server.address}/api/takes/{take}/log.jsonl")
    return [json.loads(line) for line in answer.text().splitlines()]


def heard(page: Tab) -> list[dict[str, Any]]:
    """What the server told of the microphone, in its order."""
    return [message["event"] for message in page.said("maker")]


def test_a_whole_session_by_voice_alone(tmp_path: Path) -> None:
    """One press, which the browser wants for sound and microphone; then only the voice. It is heard,
    answered in its key, and comes to the close by itself after the minutes that were chosen. axe finds
    nothing on any screen, and the content policy refuses nothing."""
    with playing(tmp_path, song(4), settings={"closes": 0.4}) as page:
        axe(page)
        page.page.keyboard.press("Tab")
        page.button("Begin").focus()
        page.page.keyboard.press("Enter")
        page.button("Rest").wait_for()
        page.page.get_by_text("The microphone is open.").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'play')")
        axe(page)
        page.button("Keep it").wait_for(timeout=60_000)
        axe(page)
        asked = page.ask("room.asked")[0]["audio"]
        for changed in ("echoCancellation", "noiseSuppression", "autoGainControl"):
            assert asked[changed] is False
        tracks = "room.streams.flatMap((s) => s.getTracks()).every((t) => t.readyState === 'ended')"
        assert page.ask(tracks), "the microphone's light goes out with the take"
        lines = log(page)
    sung_ = [line["pitch"] for line in lines if line.get("in") == "note_on"]
    assert len(sung_) >= 8
    assert set(sung_) <= set(SUNG)
    played = [line for line in lines if line.get("out") == "play"]
    bass = [line["pitch"] % 12 for line in played if line["voice"] == "bass"]
    assert bass
    assert bass[0] in TONIC_AND_FIFTH
    assert sum(pitch in TONIC_AND_FIFTH for pitch in bass) >= len(bass) / 2
    assert all(line["pitch"] % 12 in D_SCALE for line in played if line["voice"] != "percussion")
    assert [line["what"] for line in lines if line.get("in") == "steer"] == ["begin", "finish"]


def test_the_partner_does_not_answer_itself(tmp_path: Path) -> None:
    """Nobody sings. The partner begins, and its own sound comes back into the microphone, as loud as 12 dB
    under a voice: nothing of it is taken for the maker's, so it is not answered."""
    # A voice is about -20 dB below full scale, and the partner, at full volume, about -26 dB.
    loud = 10 ** (-6 / 20)
    with playing(tmp_path, still(60.0), bleeds=loud, settings={"volume": 1}) as page:
        page.button("I'll start").click()
        page.button("Rest").wait_for()
        page.page.get_by_text("The microphone is open.").wait_for()
        page.wait_until("ears.socket.filter((m) => m.type === 'play').length >= 12")
        page.wait(1.0)
        assert page.ask("ears.socket.filter((m) => m.type === '(sound)').length") > 200
        assert heard(page) == []
        assert loudest(page) > 10 ** (-45 / 20), "the loudspeaker was not in the microphone at all"


def loudest(page: Tab) -> float:
    """The loudest sample that the microphone gave, of full scale."""
    found: float = page.ask(
        "Math.max(...ears.socket.filter((m) => m.type === '(sound)').map((m) => m.peak))"
    )
    return found


def test_a_microphone_lost_in_a_phrase_is_said_and_nothing_goes_on_sounding(tmp_path: Path) -> None:
    """The plug is pulled while a note is held: one sentence, every note of the voice has ended, and the
    microphone can be opened again."""
    held = sung([(LATE, 30.0, 64)], RATE, noise=-65.0)
    with playing(tmp_path, held) as page:
        page.begin()
        page.wait_until("ears.socket.some((m) => m.type === 'maker' && m.event.on)")
        page.ask("room.unplug()")
        page.page.get_by_text("The microphone is gone.").wait_for()
        page.wait_until("ears.socket.some((m) => m.type === 'maker' && m.event.on === false)")
        sounding: dict[int, bool] = {}
        for event in heard(page):
            sounding[event["pitch"]] = event["on"]
        assert sounding == {64: False}
        axe(page)
        page.button("Use the microphone").click()
        page.page.get_by_text("The microphone is open.").wait_for()
        assert page.page.get_by_text("The microphone is gone.").count() == 0


def test_a_microphone_that_is_refused_is_one_sentence_and_playing_goes_on(tmp_path: Path) -> None:
    """The browser says no: the page says what to do, and the pads are one press away."""
    with playing(tmp_path, None) as page:
        page.begin()
        page.page.get_by_text("The browser did not allow the microphone.").wait_for()
        axe(page)
        page.button("Use the pads").click()
        page.wait_until("document.activeElement.matches('[data-pad]')")
        page.page.get_by_text("The browser did not allow the microphone.").wait_for(state="detached")
        page.page.keyboard.press("KeyF")
        page.wait_until("ears.reports.some((r) => r.who === 'maker')")


def test_a_microphone_that_is_muted_is_said(tmp_path: Path) -> None:
    """Nothing at all comes from it, not even a room's own noise: that is told, until something comes."""
    sound = np.concatenate([np.zeros(10 * RATE, np.float32), still(60.0)])
    with playing(tmp_path, sound) as page:
        page.begin()
        page.page.get_by_text("It may be muted").wait_for()
        axe(page)
        page.page.get_by_text("It may be muted").wait_for(state="detached")
        page.page.get_by_text("The microphone is open.").wait_for()


def test_a_microphone_that_cannot_be_heard_is_one_sentence(tmp_path: Path) -> None:
    """The browser allows it, but its sound cannot be had: no other reason is made up for that."""
    with playing(tmp_path, still(30.0)) as page:
        page.ask("{ AudioWorklet.prototype.addModule = async () => { throw new TypeError('gone'); }; }")
        page.button("Sound check").click()
        page.button("Use the microphone").click()
        page.page.get_by_text("The microphone was given and could not be heard.").wait_for()
        tracks = "room.streams.flatMap((s) => s.getTracks()).every((t) => t.readyState === 'ended')"
        assert page.ask(tracks)


WITHOUT = {
    "mediaDevices": "This browser gives no microphone",
    "NotFoundError": "No microphone was found.",
    "NotReadableError": "Another program holds the microphone.",
}


@pytest.mark.parametrize("missing", WITHOUT)
def test_without_a_microphone_there_is_a_sentence(tmp_path: Path, missing: str) -> None:
    """A browser that has none to give, a machine into which none is plugged, and one that is taken."""
    made = "undefined"
    if missing != "mediaDevices":
        answer = f"getUserMedia: async () => {{ throw new DOMException('none', '{missing}'); }}"
        made = f"{{ {answer}, addEventListener() {{}}, removeEventListener() {{}} }}"
    with playing(tmp_path, None) as page:
        page.ask(f"Object.defineProperty(navigator, 'mediaDevices', {{ value: {made} }})")
        page.begin()
        page.page.get_by_text(WITHOUT[missing]).wait_for()


def test_a_sound_check_finds_level_way_and_hand(tmp_path: Path, look: bool) -> None:
    """A minute, one decision a screen: the voice is loud enough, the clicks' way is measured and kept,
    and so is a hand that comes 60 ms early, which the engine is told when the playing begins."""
    with playing(tmp_path, song(1), bleeds=1.0) as page:
        seen = iter(("level", "way", "tap", "done"))

        def screen() -> None:
            axe(page)
            if look:
                page.picture(PICTURES / f"check-{next(seen)}.jpg")

        page.button("Sound check").click()
        page.button("Use the microphone").click()
        page.page.get_by_text("I hear you well.").wait_for()
        screen()
        page.wait(LATE + sum(seconds for _, seconds in TUNE))  # until the song is over
        page.button("Go on").click()
        page.button("Play the clicks").click()
        page.page.get_by_text("is known now").wait_for()
        screen()
        page.button("Go on").click()
        page.ask("{ room.hand = true; }")
        page.button("Start").click()
        page.page.get_by_text("a little before the strokes").wait_for()
        screen()
        page.button("Go on").click()
        screen()
        page.button("Back").click()
        kept = json.loads(page.ask("localStorage.getItem('undersong.settings')"))
        assert 0.01 < kept["roundTrip"] < 0.6
        assert 0.04 < kept["lead"] < 0.08
        page.begin()
        page.wait_until("ears.socket.some((m) => m.type === 'join')")
        page.button("Finish gently").click()
        page.wait_until("ears.socket.some((m) => m.type === 'ended')")
        assert page.said("join", out=True)[0]["lead"] == kept["lead"]


def test_a_sound_check_can_be_left_out_at_every_step(tmp_path: Path) -> None:
    """Without microphone, clicks and taps one gets through, and nothing is remembered."""
    with playing(tmp_path, None) as page:
        page.button("Sound check").click()
        page.button("Use the microphone").click()
        page.page.get_by_text("The browser did not allow the microphone.").wait_for()
        page.button("Go on").click()
        page.page.get_by_role("heading", name="Tap along.").wait_for()
        page.button("Go on").click()
        page.button("Back").click()
        page.button("Sound check").click()
        page.button("Stop here").click()
        page.button("Begin").wait_for()
        kept = json.loads(page.ask("localStorage.getItem('undersong.settings')"))
        assert kept.get("lead") is None
        assert kept.get("roundTrip") is None
