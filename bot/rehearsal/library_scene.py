"""A member's own track: uploaded once, heard to its end, posted, liked and noted at a moment, and remembered."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Mapping
from typing import Any

from bot.rehearsal.loopback.components import button_names, walk
from bot.rehearsal.pilot import Member, Surprised
from bot.rehearsal.stage import Stage

FILE = "harbour_lights.wav"
TITLE = "harbour lights"
RATE, SECONDS, HERTZ = 22_050, 3, 220.0
WORDS = "Recorded on the ferry. Wait for the *horn*."
HEARD, MOMENT = "The horn!", "0:02"
COMMENTED, POSTED = "You commented on it", "You posted it"


class LibraryScene:
    """Hana shares a track of hers, Gus hears it; `facts` are the sentences that must be true in the end."""

    def __init__(self, stage: Stage, members: Mapping[str, Member], channel: Any) -> None:
        self.stage = stage
        self.facts: list[tuple[str, bool]] = []
        self._hana, self._gus = (members[name] for name in ("Hana", "Gus"))
        self._channel = channel

    async def play(self) -> None:
        """Play it; raises `Surprised` when somebody is not answered as they should be."""
        card = await self._hana.command("demo share", file=(FILE, tune()), hope="Listening to")
        await self.stage.settle()
        await self._hana.watch(card, "is in your library")
        form = await self._hana.press(card, "Post it here", hope="May you share it?")
        sent = {"What should we listen for?": WORDS, "May you share it?": "yes"}
        await self._hana.submit(form, sent, hope="being posted here")
        await self.stage.settle()
        post = self._post()
        await self._gus.press(post, "Like", hope=f"You like {TITLE}")
        form = await self._gus.press(post, "Comment", hope="At which moment?")
        await self._gus.submit(form, {"What do you hear?": HEARD, "At which moment?": MOMENT}, hope=f"at {MOMENT}")
        again = await self._hana.command("demo share", file=("the_same.wav", tune()), hope="Listening to")
        await self.stage.settle()
        await self._hana.watch(again, "already in your library")
        track = await self._gus.pick("memory track", "track", TITLE)
        memory = await self._gus.command("memory track", track=track, hope=f"Your memory of {TITLE}")
        track = await self._hana.pick("memory track", "track", TITLE)
        other = await self._hana.command("memory track", track=track, hope=f"Your memory of {TITLE}")
        alone = COMMENTED in memory.text and COMMENTED not in other.text and POSTED not in memory.text
        self.facts += [
            ("what a member remembers of a track is theirs alone", alone and POSTED in other.text),
            ("a file that came twice is kept once", "already" in again.text),
        ]

    def _post(self) -> Any:
        """The message that presents the track."""
        for message in reversed(self.stage.double.channel_messages(self._channel)):
            if any("Report" in button_names(part) for part in walk(message["components"])):
                return message
        raise Surprised("the track is not posted")


def tune() -> bytes:
    """Three seconds of one tone that swells, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for place in range(RATE * SECONDS):
            swell = (place + 1) / (RATE * SECONDS)
            out.writeframesraw(struct.pack("<h", round(16_000 * swell * math.sin(2 * math.pi * HERTZ * place / RATE))))
    return file.getvalue()
