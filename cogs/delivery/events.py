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
        known = await _only_one(bot, guild, name)
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
    # The library may have asked more than once: it tries server errors again by itself.
    event = await _only_one(bot, guild, name) or event
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


async def _only_one(bot: LongplayBot, guild: discord.Guild, name: str) -> discord.ScheduledEvent | None:
    """The event that an earlier try has made; when several have made one, the others are deleted.

    Events carry no nonce and no marker. They are known by creator and name, which has the week's number in it; the
    deadline may have moved since the try.
    """
    found = await guild.fetch_scheduled_events(with_counts=False)
    mine = [event for event in found if bot.user is not None and event.creator_id == bot.user.id and event.name == name]
    made = sorted((event for event in mine if event.status is discord.EventStatus.scheduled), key=lambda one: one.id)
    for event in made[1:]:
        await event.delete()
    return made[0] if made else None
