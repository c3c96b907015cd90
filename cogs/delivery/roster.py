"""Who is still on their server: learnt by asking for one member at a time, since no intent tells."""

from __future__ import annotations

import logging
from datetime import datetime

import discord

from bot.client import LongplayBot
from bot.domain.leases import Held
from bot.services import people
from bot.services.tools import Tools

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Members asked for in one sweep: a quiet trickle beside everything else."""
GONE = (10007, 10013)
"""Discord's codes for "Unknown Member" and "Unknown User"; a server it cannot find says nothing of members."""


async def check_members(bot: LongplayBot, tools: Tools, held: Held, *, now: datetime) -> int:
    """Ask Discord for the members it has not confirmed for a day; those who are gone leave turnout and lists.

    It is one process's duty; raises `Overtaken` when another has taken it over meanwhile.
    """
    gone = 0
    for unseen in await people.unseen_members(tools, now=now, limit=AT_ONCE):
        # A server of another process's shard is not known here, but can be asked about.
        if bot.get_guild(unseen.guild_id) is None and bot.serves(unseen.guild_id):
            # The bot is not there (any more): nobody can be asked about, and nobody else should wait for it.
            await people.mark_seen(tools, club_id=unseen.club_id, user_id=unseen.user_id, held=held, now=now)
            continue
        try:
            await bot.http.get_member(unseen.guild_id, unseen.discord_id)
        except discord.NotFound as error:
            if error.code in GONE:
                await people.mark_left(tools, club_id=unseen.club_id, user_id=unseen.user_id, held=held, now=now)
                gone += 1
            else:
                await people.mark_seen(tools, club_id=unseen.club_id, user_id=unseen.user_id, held=held, now=now)
        except discord.Forbidden:
            await people.mark_seen(tools, club_id=unseen.club_id, user_id=unseen.user_id, held=held, now=now)
        except discord.HTTPException as error:
            log.info("could not ask for a member: %s", error)
            return gone
        else:
            await people.mark_seen(tools, club_id=unseen.club_id, user_id=unseen.user_id, held=held, now=now)
    return gone
