"""What members hear becomes taste: a picture, two beside each other, a collage, a list of both that goes to Spotify.

Played by clicks in the thread of a week in which three members have linked their accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.rehearsal.browser import log_in
from bot.rehearsal.listening_scene import address_behind
from bot.rehearsal.pilot import Member, Surprised
from bot.rehearsal.providers.spotify_listening import SpotifyShop
from bot.rehearsal.stage import Stage

ALLOW, NOW, AGAIN = "Allow it at Spotify", "Export now", "Export again"
THERE = "It is on Spotify"
MINUTE = timedelta(minutes=1)


class TasteScene:
    """Ben, Chidi and Dana look at what they hear; `facts` are the sentences that must be true in the end."""

    def __init__(
        self,
        stage: Stage,
        members: Mapping[str, Member],
        thread: Any,
        *,
        spotify_name: str,
        aside: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.stage = stage
        self.facts: list[tuple[str, bool]] = []
        self._ben, self._chidi, self._dana, self._gus = (members[name] for name in ("Ben", "Chidi", "Dana", "Gus"))
        self._thread = thread
        self._spotify_name = spotify_name
        self._aside = aside

    async def play(self) -> None:
        """Play it; raises `Surprised` when somebody is not answered as they should be."""
        here = {"where": self._thread, "private": True}
        await self._ben.command("taste", **here, scope="all", hope="Ben")
        await self._ben.command("compare", **here, member=self._chidi.person, hope="of 100")
        await self._chidi.command("chart", **here, size="2x2", period="all", hope="Chidi")
        blended = await self._ben.command("blend", where=self._thread, member=self._chidi.person, hope="you both love")
        self._fact("a blend of two is an ordinary playlist", "by Ben · " in blended.text)
        await self._gus.command("catchup", where=self._thread, hope="You missed")
        await self._export()

    async def _export(self) -> None:
        """Dana takes Ben's blend along: Spotify is asked at that moment, and the same list there follows later."""
        playlist = await self._dana.pick("playlist export", "playlist", "Blend", where=self._thread)
        asked = await self._dana.command("playlist export", where=self._thread, playlist=playlist, hope=ALLOW)
        address = address_behind(asked, ALLOW)
        heading = await log_in(address, self._spotify_name)
        self._aside(f"{self._dana.name} follows the link, allows it at Spotify, and reads: {heading}")
        if not heading.startswith("Linked"):
            raise Surprised(f"{self._dana.name} allows it at Spotify and reads {heading!r}")
        for button in (NOW, AGAIN):
            asked = await self._dana.press(asked, button, hope="Spotify")
            await self.stage.settle()
            await self._dana.watch(asked, THERE)
            await self.stage.move_to(self.stage.clock.now() + MINUTE)
        lists = self._shop.shelf.lists
        self._fact(
            "a playlist that was exported twice stands at Spotify once", len(lists) == 1 and len(lists[0].tracks) > 1
        )

    @property
    def _shop(self) -> SpotifyShop:
        assert self.stage.providers is not None, "the scene takes services"
        shop = self.stage.providers.shops["spotify"]
        assert isinstance(shop, SpotifyShop)
        return shop

    def _fact(self, sentence: str, holds: bool) -> None:
        self.facts.append((sentence, holds))
