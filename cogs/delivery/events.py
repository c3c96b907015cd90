"""The discussion as an event of the server: one per week, moved with its deadline, ended when the week is."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord

from bot.client import LongplayBot
from bot.domain.club.views import WeekView
from bot.domain.club.week import ThreadRole
from bot.domain.outbox import Errand
from cogs.club.cards.notices import event_place, event_words
from cogs.delivery import codes
from cogs.delivery.outcome import SKIPPED, Outcome

LASTS = timedelta(hours=2)


async def keep_event(bot: LongplayBot, errand: Errand, view: WeekView, now: datetime) -> Outcome:
    """The week's event as it should be: made, or moved; none for a discussion that has begun."""
    start = view.week.deadlines.discussion_at
    if view.winner is None or start <= now:
        return SKIPPED
    guild = await guild_of(bot, view.club.guild_id)
    name, text = event_words(view)
    place = event_place(guild.id, view.week.threads.get(ThreadRole.RATINGS, view.club.channel_id))
    known = await _known(guild, view.week.event_id)
    if known is None and errand.reconcile:
        known = await _match(bot, guild, name, start)
    if known is not None:
        if (known.name, known.start_time, known.location) != (name, start, place):
            await known.edit(name=name, description=text, start_time=start, end_time=start + LASTS, location=place)
        return Outcome(discord_id=known.id, event_id=known.id)
    event = await guild.create_scheduled_event(
        name=name,
        description=text,
        start_time=start,
        end_time=start + LASTS,
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location=place,
    )
    return Outcome(discord_id=event.id, event_id=event.id)


async def end_event(bot: LongplayBot, view: WeekView) -> Outcome:
    """The week's event is off; one that has begun or is gone is left alone."""
    if view.week.event_id is None:
        return SKIPPED
    event = await _known(await guild_of(bot, view.club.guild_id), view.week.event_id)
    if event is not None and event.status is discord.EventStatus.scheduled:
        try:
            await event.cancel()
        except discord.HTTPException as error:
            if error.code != codes.EVENT_OVER:
                raise
    return Outcome(event_gone=True)


async def guild_of(bot: LongplayBot, guild_id: int) -> discord.Guild:
    """A server, from memory where it is there, else from Discord."""
    return bot.get_guild(guild_id) or await bot.fetch_guild(guild_id)


async def _known(guild: discord.Guild, event_id: int | None) -> discord.ScheduledEvent | None:
    """The event the week remembers; None when it is over or somebody deleted it."""
    if event_id is None:
        return None
    try:
        event = await guild.fetch_scheduled_event(event_id, with_counts=False)
    except discord.NotFound:
        return None
    return event if event.status is discord.EventStatus.scheduled else None


async def _match(bot: LongplayBot, guild: discord.Guild, name: str, start: datetime) -> discord.ScheduledEvent | None:
    """An event that an earlier try has made, by creator, name and start: events carry no marker."""
    for event in await guild.fetch_scheduled_events(with_counts=False):
        mine = bot.user is not None and event.creator_id == bot.user.id
        if mine and event.name == name and event.start_time == start:
            return event
    return None
