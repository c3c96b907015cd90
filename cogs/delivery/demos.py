"""The errands of the Demo Desk: a member's track is posted once, and drawn again as it, or its reach, changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import discord

from bot.client import LongplayBot
from bot.domain.club.entries import Nomination
from bot.domain.club.views import PanelRef, WeekView
from bot.domain.library.drawing import file_name
from bot.domain.library.sharing import SharedPost
from bot.domain.outbox import Errand, Kind
from bot.services.library import copies, illustrating, sharing
from cogs.delivery import codes, messages
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.library.desk_cards import shared_message
from cogs.shared.render import Body, Sound

ROOM = 256 * 1024
"""Bytes of a request that are no file."""
SMALLEST_LIMIT = 10 * 1024 * 1024
"""What Discord takes on every server."""


async def shared_post(bot: LongplayBot, errand: Errand, _now: datetime) -> Outcome:
    """Post a track's message once, or draw it again; one that somebody has deleted stays away."""
    post = await sharing.shown(bot.tools, club_id=errand.club_id, post=UUID(errand.payload["post"]))
    if post is None:
        return SKIPPED
    if errand.kind is Kind.SHARED_POST:
        if post.track is None:  # taken back before anybody heard it
            return SKIPPED
        channel_id = int(errand.payload["channel"])
        body = await _drawn(bot, post)
        panel = await messages.post(bot, errand, body, channel_id=channel_id, guild_id=post.guild_id)
        return Outcome(discord_id=panel.message_id, panel=panel, posts=[post.post.id])
    if post.post.message_id is None or post.post.channel_id is None:
        return SKIPPED
    panel = PanelRef(post.post.channel_id, post.post.message_id)
    body = await _drawn(bot, post)
    try:
        await messages.redraw(bot, panel, lambda: body, guild_id=post.guild_id, force=True, over=False)
    except discord.NotFound as error:
        if error.code not in codes.VANISHED:
            raise
        return SKIPPED
    return Outcome(discord_id=post.post.message_id)


async def nominee_sound(bot: LongplayBot, view: WeekView, nomination: Nomination) -> Sound | None:
    """What the club hears of a nomination in a demo week; None for an album, and until it can be had."""
    found = await copies.heard(
        bot.tools, club_id=view.club.id, nomination=nomination, limit=_limit(bot, view.club.guild_id)
    )
    return None if found is None else Sound(found.name, found.content)


def _limit(bot: LongplayBot, guild_id: int) -> int:
    guild = bot.get_guild(guild_id)
    return (guild.filesize_limit if guild is not None else SMALLEST_LIMIT) - ROOM


async def _drawn(bot: LongplayBot, post: SharedPost) -> Body:
    """The message, with picture and sound as far as they can be had and are small enough for the server."""
    track = post.track
    if track is None or track.current is None:
        return shared_message(post)
    picture = await illustrating.waveform_of(bot.tools, track)
    content = await sharing.sound_of(bot.tools, track.current, limit=_limit(bot, post.guild_id))
    sound = Sound(file_name(track, track.current), content) if content is not None else None
    return shared_message(post, picture, sound)
