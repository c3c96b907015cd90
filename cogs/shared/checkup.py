"""What only Discord can tell the doctor: whether the token works, how far the clocks are apart, what is not allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
import discord
import discord.http

from bot.client import LongplayBot
from bot.domain.club.week import Club
from cogs.shared.permissions import missing_permissions


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is well, and what to do if not."""

    name: str
    well: bool
    detail: str


async def clock_skew(api_url: str | None, now: datetime) -> Finding:
    """How far this machine's clock is from Discord's `Date` header; more than 5 s spoils deadlines and rate limits."""
    address = (api_url or discord.http.Route.BASE) + "/gateway"
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            async with session.get(address) as answer:
                there = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
        return Finding("Discord's address", False, f"{address} did not answer ({type(error).__name__})")
    seconds = abs((now - there).total_seconds())
    advice = "" if seconds <= 5 else ": set this machine's clock by NTP"
    return Finding("Clock", seconds <= 5, f"{seconds:.0f} s from Discord's{advice}")


async def club_permissions(bot: LongplayBot, club: Club) -> Finding:
    """Whether the bot may do its work in a club's channel, by the exact names Discord shows."""
    name = f"Permissions in {club.name}"
    try:
        guild = await bot.fetch_guild(club.guild_id)
        me = await guild.fetch_member(bot.user.id if bot.user else 0)
        channel = await guild.fetch_channel(club.channel_id)
    except discord.NotFound:
        return Finding(name, False, "the server or its club channel is gone, or the bot was removed: /club setup")
    except discord.HTTPException as error:
        return Finding(name, False, f"could not be read: {error.text or error.status}")
    missing = missing_permissions(channel.permissions_for(me), club)
    if missing:
        return Finding(name, False, "missing: " + ", ".join(missing))
    return Finding(name, True, "all there")
