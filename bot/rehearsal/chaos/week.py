"""The season that is disturbed: the week of the kills, in which members also link their accounts and hear the album."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.rehearsal.kills.week import ClubWeek
from bot.rehearsal.providers.listeners import Play
from bot.services import records

if TYPE_CHECKING:
    from bot.rehearsal.chaos.stage import ChaosStage
    from bot.rehearsal.providers import Listener

NAME, TOKEN = "Your name on Last.fm", "Your ListenBrainz user token"
HOUR = timedelta(hours=1)
PAST = 40
"""Plays of each from before they linked anything."""
PAGE = 15
"""So few plays are told at once that a history has several pages to lose."""
ALBUM = (("Made of Metal", 30.0), ("Clearing", 293.0), ("Call Across Rooms", 178.0))
"""The winner's tracks as the club tells them, with their seconds."""
ARTIST, TITLE = "Grouper", "Ruins"
LOOKS = 20
"""So many hours may pass until the last account has been read."""


class NotRead(TimeoutError):  # noqa: N818 - it says what happened
    """An account was not read to its end, however often it came to be due."""


class ChaosWeek(ClubWeek):
    """The club's week, heard at Last.fm by one member and at ListenBrainz by another."""

    def __init__(self, stage: ChaosStage) -> None:
        super().__init__(stage)
        self.chaos = stage
        began = stage.clock.now()
        self.at_lastfm = stage.elsewhere.joins_lastfm("ada-listens", _past(began))
        self.at_listenbrainz = stage.elsewhere.joins_listenbrainz("ben-listens", _past(began))
        for listener in (self.at_lastfm, self.at_listenbrainz):
            listener.page_limit = PAGE

    async def _open(self) -> None:
        await super()._open()
        form = await self.ada.press(
            await self.ada.command("link lastfm", hope="Link Last.fm"), "Only my name", hope=NAME
        )
        await self._did(self.ada.submit(form, {NAME: "ada-listens"}, hope="is linked"), "have linked another")
        form = await self.ben.command("link listenbrainz", hope=TOKEN)
        linked = self.ben.submit(form, {TOKEN: self.at_listenbrainz.token}, hope="is linked")
        await self._did(linked, "have linked another")
        await self._until_read(PAST)

    async def _heard(self) -> None:
        """Both hear the album, one of them shows it, and the card counts their tracks."""
        await super()._heard()
        thread = self.stage.double.threads(self.stage.guild)[-1]
        card = await self.ada.find(thread, "Show my listening")
        await self._did(self.ada.press(card, "Show my listening", hope="card names you"), "are named already")

    async def _guide(self) -> None:
        await super()._guide()
        start = self.stage.clock.now() + HOUR
        for listener in (self.at_lastfm, self.at_listenbrainz):
            _hears(listener, start)
        await self._until_read(PAST + len(ALBUM))

    async def _until_read(self, plays: int) -> None:
        """Let hours pass until each account has told so many plays; raises `NotRead`."""
        kept: list[int] = []
        for _ in range(LOOKS):
            await self.stage.move_to(self.stage.clock.now() + HOUR)
            kept = await self._kept()
            if len(kept) == 2 and min(kept) >= plays:
                return
        raise NotRead(f"{kept} plays are kept of {plays} each")

    async def _kept(self) -> list[int]:
        """How many plays of each are kept."""
        rows = await records.rows_of(self.stage.tools, "linked_accounts", "listen_events")
        owners = [account["user_id"] for account in rows["linked_accounts"] if account["provider"] != "discord"]
        return [sum(play["user_id"] == owner for play in rows["listen_events"]) for owner in owners]


def _past(before: datetime) -> list[Play]:
    """A history of other albums, the last play of it some hours ago."""
    return [
        Play(before.replace(microsecond=0) - 5 * HOUR * number, f"Artist {number % 7}", f"Song {number}", "An album")
        for number in range(1, PAST + 1)
    ]


def _hears(listener: Listener, start: datetime) -> None:
    """The album from its first track to its last."""
    at = start.replace(microsecond=0)
    for title, seconds in ALBUM:
        listener.hears(Play(at, ARTIST, title, TITLE, seconds=seconds))
        at += timedelta(seconds=seconds + 2)
