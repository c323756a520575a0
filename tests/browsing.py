"""A real Chromium for the tests, and what its ears heard (tests/browser/ears.js)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from client import Server

HERE = Path(__file__).parent / "browser"
EARS = (HERE / "ears.js").read_text()
TAP = (HERE / "tap.js").read_text()
AXE = Path(__file__).parent.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 30_000  # ms


def chromium() -> str:
    """Where the browser is."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise AssertionError("The tests play in a real browser: please install Chromium.")


def launch(playwright: Playwright, *more: str) -> Browser:
    return playwright.chromium.launch(
        executable_path=chromium(), args=[*ARGUMENTS, *more], chromium_sandbox=False
    )


class Tab:
    """One open page with ears."""

    def __init__(self, context: BrowserContext, server: Server, *, listening: bool) -> None:
        self.server = server
        self.context = context
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        ears = EARS.replace("%TAP%", json.dumps(TAP)).replace("%LISTENING%", "yes" if listening else "no")
        self.page.add_init_script(ears)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.server.address):
            self.elsewhere.append(request.url)

    def open(self, address: str | None = None) -> None:
        self.page.goto(address or self.server.launch)
        self.button("Begin").wait_for()

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def begin(self) -> None:
        self.button("Begin").click()
        self.button("Rest").wait_for()
        self.wait_until("ears.socket.some((m) => m.type === 'began' || m.type === 'resumed')")

    def finish(self) -> None:
        self.button("Finish gently").click()
        self.button("Keep it").wait_for()

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(f"() => {expression}")

    def wait_until(self, expression: str) -> None:
        self.page.wait_for_function(f"() => {expression}", timeout=PATIENCE)

    def wait(self, seconds: float) -> None:
        """Let music go on for so long, as a person would."""
        self.page.wait_for_timeout(seconds * 1000)

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=path, type="jpeg", quality=85)

    # --- what was heard ------------------------------------------------------------------------

    @property
    def rate(self) -> float:
        rate: float = self.ask("ears.contexts.at(-1).sampleRate")
        return rate

    def heard(self, what: str) -> list[tuple[int, float, int]]:
        """(frame, peak, first loud sample or -1) of every quantum that an output rendered."""
        return [(frame, peak, first) for frame, peak, first, _ in self.ask(f"ears.sounds.{what}")]

    def onsets(self, what: str) -> list[int]:
        """The frames at which an output suddenly grew louder."""
        return [frame + onset for frame, _, _, onset in self.ask(f"ears.sounds.{what}") if onset >= 0]

    def onset(self, what: str, after: float) -> int:
        """The first frame after another at which an output is loud enough to hear."""
        for frame, _, first in self.heard(what):
            if first >= 0 and frame + first >= after:
                return frame + first
        raise AssertionError(f"nothing of {what} sounded after frame {after}")

    def peak(self, what: str, since: float, until: float = float("inf")) -> float:
        return max((peak for frame, peak, _ in self.heard(what) if since <= frame < until), default=0.0)

    def reports(self, who: str) -> list[dict[str, Any]]:
        return [report for report in self.ask("ears.reports") if report["who"] == who]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """What the page told its audio thread, with the context's frame at that moment."""
        return [message for message in self.ask("ears.told") if message["type"] == kind]

    def said(self, kind: str, *, out: bool = False) -> list[dict[str, Any]]:
        """Messages of the socket, with performance.now() as they came or went."""
        return [m for m in self.ask("ears.socket") if m["type"] == kind and bool(m.get("out")) == out]

    def frame_of(self) -> Callable[[float], float]:
        """From a moment of the session to the frame that leaves the device then, by the test's own
        reading of both clocks."""
        pings = [(m["back"] - m["sent"], m["now"] * 1000 - (m["sent"] + m["back"]) / 2)
                 for m in self.said("clock") if m["now"] is not None]  # fmt: skip
        best = sorted(pings)[: max(1, len(pings) // 4)]
        ahead = median(offset for _, offset in best)
        bridge = median(context - at / 1000 for at, context in self.ask("ears.stamps"))
        rate = self.rate
        return lambda session: ((session * 1000 - ahead) / 1000 + bridge) * rate


def axe(page: Tab) -> None:
    """No rule of WCAG 2.0 to 2.2, A and AA, and none of the best practices, is broken."""
    page.page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    faults = [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]]
    assert faults == []


@contextmanager
def tab(browser: Browser, server: Server, *, listening: bool = False, **options: Any) -> Iterator[Tab]:
    """A page with ears. ``listening``: to the rendered sound as well, for which the page's content
    policy has to be lifted; without it the policy is in force, and nothing may have been refused by it."""
    wanted = {"viewport": {"width": 1280, "height": 800}, "bypass_csp": listening, **options}
    context = browser.new_context(**wanted)
    opened = Tab(context, server, listening=listening)
    try:
        yield opened
        assert opened.errors == []
        assert opened.elsewhere == []
        assert opened.ask("ears.csp") == []
    finally:
        context.close()
