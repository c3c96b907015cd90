"""The errands of the library: playlists that members show to everybody, and reminders of days that they marked."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.client import LongplayBot
from bot.domain.club.views import PanelRef
from bot.domain.outbox import Errand, Kind
from bot.services import people
from bot.services.library import plans, showing_playlists
from cogs.delivery import codes, messages
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.library.memory_cards import reminder_card
from cogs.library.playlist_cards import playlist_card


async def shared_playlist(bot: LongplayBot, errand: Errand, now: datetime) -> Outcome:
    """Post the message of a shared playlist once, or draw it again; one that somebody has deleted stays away."""
    shown = await showing_playlists.shown_by(bot.tools, errand)
    if shown is None:
        return SKIPPED
    if errand.kind is Kind.PLAYLIST:
        if shown.playlist is None:  # taken back before anybody saw it
            return SKIPPED
        panel = await messages.post(
            bot,
            errand,
            playlist_card(shown.playlist, public=True),
            channel_id=shown.channel_id,
            guild_id=shown.guild_id,
        )
        await showing_playlists.posted(bot.tools, errand, message_id=panel.message_id, now=now)
        return Outcome(discord_id=panel.message_id)
    if shown.message_id is None:
        return SKIPPED
    panel = PanelRef(shown.channel_id, shown.message_id)
    try:
        await messages.redraw(
            bot,
            panel,
            lambda: playlist_card(shown.playlist, public=True),
            guild_id=shown.guild_id,
            force=True,
            over=False,
        )
    except discord.NotFound as error:
        if error.code not in codes.VANISHED:
            raise
        return SKIPPED
    return Outcome(discord_id=shown.message_id)


async def milestone_dm(bot: LongplayBot, errand: Errand) -> Outcome:
    """Remind a member of a day in private; one that is gone, or a closed door, is passed over."""
    reminder = await plans.reminder_of(bot.tools, errand)
    if reminder is None:
        return SKIPPED
    try:
        channel = await bot.create_dm(discord.Object(reminder.discord_id))
        message = await messages.deliver(bot, errand, reminder_card(reminder), channel)
    except discord.Forbidden as error:
        if error.code != codes.DM_REFUSED:
            raise
        await people.dm_closed(bot.tools, discord_id=reminder.discord_id)
        return SKIPPED
    return Outcome(discord_id=message.id)
