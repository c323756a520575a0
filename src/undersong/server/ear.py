"""The ear of the page that plays: its microphone's frames in, its maker's notes and strokes out.

A frame of sound is one binary message of the socket (docs/protocol.md). What is heard enters the take as
that maker's input, unless it is the loudspeaker's own sound coming back (transcribing/bleed.py).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from undersong.edges.microphone import Hearing, Microphone, Trouble, can_hear, transcriber
from undersong.errors import EventError
from undersong.events import Seconds
from undersong.live import LATEST_TOLD
from undersong.server.messages import LONGEST_TEXT, MAKER, Message
from undersong.transcribing.bleed import Bleed
from undersong.transcribing.heard import NoteBegan, NoteEnded, Struck, Transcribed

AHEAD: Seconds = 1.0  # of the session's time, by a page whose clock is wrong
_STAMP = struct.Struct("<d")  # the session's time of the first sample, seconds
SLOW = "This machine is slow just now, so some of what you sang was not heard."
BROKEN = "The microphone is not heard any more. Press the microphone's button once more."


class Ear:
    """One open microphone. ``play`` is given the maker's inputs, as messages; ``say`` what the page is
    told. Raises EventError if sound cannot be heard here, or not at that rate."""

    def __init__(
        self,
        message: Message,
        play: Callable[[Message], None],
        say: Callable[[Message], None],
        make: Callable[[int], Hearing] = transcriber,
    ) -> None:
        self.maker = _name(message.get("maker", MAKER))
        missing = can_hear()
        if missing is not None:
            raise EventError(missing)
        self._microphone = Microphone(message.get("rate", 0), self._heard, self._trouble, make)
        self._bleed = Bleed()
        self._play = play
        self._say = say
        self._held: dict[int, None] = {}
        self._refused = False  # a frame: the page knows

    def frame(self, data: bytes, now: Seconds) -> None:
        """One binary message of the page's. What is no frame is left out; the page is told of the
        first, since whoever sends one sends a hundred a second."""
        try:
            self._take_in(data, now)
        except EventError as error:
            if not self._refused:
                self._say({"type": "refused", "seq": None, "because": str(error)})
            self._refused = True

    def _take_in(self, data: bytes, now: Seconds) -> None:
        if len(data) < _STAMP.size:
            raise EventError("A frame of sound begins with its time.")
        (at,) = _STAMP.unpack_from(data)
        if not now - LATEST_TOLD <= at <= now + AHEAD:
            raise EventError("A frame of sound carries the session's time of its first sample.")
        self._microphone.block(at, data[_STAMP.size :])

    # --- what the loudspeaker sounds -----------------------------------------------------------

    def partner(self, message: Message) -> None:
        """What the partner is about to sound, or will not sound any more."""
        match message["type"]:
            case "play":
                self._bleed.sounds(
                    message["id"], message["at"], message["seconds"],
                    message["pitch"], message["velocity"], message["voice"],
                    planned=message["kind"] == "planned",
                )  # fmt: skip
            case "retract":
                self._bleed.never(message["id"])
            case "release":
                self._bleed.ends(message["id"], message["at"])
            case _:
                pass

    def page(self, event: Message, now: Seconds) -> None:
        """What somebody plays on the page sounds through the same loudspeaker."""
        if event["maker"] == self.maker:
            return  # told by this ear itself: that sounded in the room
        if event["type"] == "tap":
            self._bleed.sounds(f"{event['maker']} tap", now, 0.2, None, event.get("velocity") or 64, None)
        elif event["type"] == "note":
            key = f"{event['maker']} {event['pitch']}"
            if event.get("on") is False:
                self._bleed.ends(key, now)
            else:
                self._bleed.sounds(key, now, 60.0, event["pitch"], event["velocity"], None)

    # --- what is heard -------------------------------------------------------------------------

    def _heard(self, heard: Transcribed) -> None:
        for own in self._bleed.hear(heard):
            match own:
                case NoteBegan(onset=onset, pitch=pitch, velocity=velocity):
                    self._held[pitch] = None
                    self._tell({"type": "note", "on": True, "pitch": pitch, "velocity": velocity}, onset)
                case NoteEnded(offset=offset, pitch=pitch):
                    self._held.pop(pitch, None)
                    self._tell({"type": "note", "on": False, "pitch": pitch}, offset)
                case Struck(onset=onset, velocity=velocity):
                    self._tell({"type": "tap", "velocity": velocity}, onset)
                case _:
                    pass

    def _tell(self, event: dict[str, Any], time: Seconds | None) -> None:
        placed = {} if time is None else {"time": round(time, 6)}
        try:
            self._play({**event, "maker": self.maker, **placed})
        except EventError as error:  # a name too many, or the take is over
            self._microphone.close()
            self._say({"type": "microphone", "on": False, "because": str(error)})

    def _trouble(self, trouble: Trouble) -> None:
        if trouble == "slow":
            self._say({"type": "microphone", "on": True, "because": SLOW})
            return
        self.close()
        self._say({"type": "microphone", "on": False, "because": BROKEN})

    def close(self) -> None:
        """The microphone is closed or lost: what it held has ended."""
        self._microphone.close()
        held, self._held = self._held, {}
        for pitch in held:
            self._tell({"type": "note", "on": False, "pitch": pitch}, None)


def _name(maker: object) -> str:
    if not isinstance(maker, str) or not 0 < len(maker) <= LONGEST_TEXT or not maker.isprintable():
        raise EventError(f"A maker is a text of at most {LONGEST_TEXT} printed characters.")
    return maker
