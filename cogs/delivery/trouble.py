"""What keeps errands from being performed, told to the club's hosts once, by exact names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import UUID

import discord

from bot.client import LongplayBot
from bot.domain.club.views import WeekView
from bot.domain.outbox import Errand, Kind
from bot.services.club import setup, views
from cogs.delivery.codes import Verdict
from cogs.shared.permissions import missing_permissions
from cogs.shared.render import words

log = logging.getLogger(__name__)


class Troubles:
    """Remembers what a club cannot be shown, so that a success of that kind can say it is over."""

    def __init__(self, bot: LongplayBot) -> None:
        self.bot = bot
        self._troubled: dict[UUID, set[Kind]] = {}

    async def over(self, errand: Errand) -> None:
        """An errand was performed; with the last kind that could not be, the trouble is over."""
        kinds = self._troubled.get(errand.club_id)
        if kinds is None:
            return
        kinds.discard(errand.kind)
        if not kinds:
            del self._troubled[errand.club_id]
            await setup.set_trouble(self.bot.tools, club_id=errand.club_id, trouble=None)

    async def report(self, errand: Errand, verdict: Verdict) -> None:
        """An errand is dead: flag the club, and tell its hosts when that is news."""
        if errand.week_id is None or not verdict.barred:
            return
        view = await views.view_of(self.bot.tools, week=errand.week_id, now=self.bot.tools.clock.now())
        trouble = self._describe(view, verdict)
        self._troubled.setdefault(errand.club_id, set()).add(errand.kind)
        if await setup.set_trouble(self.bot.tools, club_id=errand.club_id, trouble=trouble):
            await self._tell(view, trouble)

    def _describe(self, view: WeekView, verdict: Verdict) -> str:
        """What is missing and where, as far as the server's cache tells; else what Discord answered."""
        place = f"<#{view.club.channel_id}>"
        guild = self.bot.get_guild(view.club.guild_id)
        if guild is None:
            return f"Longplay could not post in {place}: {verdict.error}"
        channel = guild.get_channel(view.club.channel_id)
        if channel is None:
            return "Longplay's channel is gone. Choose another with `/club setup`, then `/week resync`."
        missing = missing_permissions(channel.permissions_for(guild.me), view.club)
        if missing:
            names = ", ".join(f"**{name}**" for name in missing)
            return f"Longplay lacks permissions in {place}: {names}. Give them to its role, then `/week resync`."
        return f"Longplay could not post in {place}: {verdict.error}. `/week resync` tries again."

    async def _tell(self, view: WeekView, trouble: str) -> None:
        """One message where the bot still may write; without such a place `/week summary` says it."""
        guild = self.bot.get_guild(view.club.guild_id)
        if guild is None:
            return
        role = f"<@&{view.club.host_role_id}> " if view.club.host_role_id else ""
        for channel in _places(guild, view.club.channel_id):
            permissions = channel.permissions_for(guild.me)
            if permissions.view_channel and permissions.send_messages:
                try:
                    await channel.send(view=words(f"For the club's hosts: {role}{trouble}").view())
                except discord.HTTPException as error:
                    log.info("trouble of %s could not be told in %s: %s", guild.id, channel.id, error)
                    continue
                return


def _places(guild: discord.Guild, channel_id: int) -> Iterator[discord.TextChannel]:
    """Where to look for a place to write: the club's channel, then those the server uses for its staff."""
    first = guild.get_channel(channel_id)
    for channel in (first, guild.public_updates_channel, guild.system_channel):
        if isinstance(channel, discord.TextChannel):
            yield channel
