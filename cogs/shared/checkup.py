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
from bot.services.tools import Tools
from cogs.shared.permissions import missing_permissions
from cogs.shared.registration import register_commands

GONE = "the server or its club channel is gone, or the bot may not see it: invite the bot again, or /club setup"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is well, and what to do if not."""

    name: str
    well: bool
    detail: str


async def clock_skew(api_url: str | None, now: datetime) -> Finding:
    """How far this machine's clock is from Discord's `Date` header; more than 5 s spoils deadlines and rate limits."""
    # Asked without the token: a refusal carries the date as well.
    address = (api_url or discord.http.Route.BASE) + "/gateway/bot"
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            async with session.get(address) as answer:
                if answer.status == 404:
                    return Finding("Discord's address", False, f"{address} is not there: it must end in /api/v10")
                there = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
        return Finding("Discord's address", False, f"{address} did not answer ({type(error).__name__})")
    seconds = abs((now - there).total_seconds())
    advice = "" if seconds <= 5 else ": set this machine's clock by NTP"
    return Finding("Clock", seconds <= 5, f"{seconds:.0f} s from Discord's{advice}")


async def gateway_starts(bot: LongplayBot) -> Finding:
    """How often the bot may still connect today, and with which intents it does."""
    try:
        limits = await bot.fetch_session_start_limits()
    except (discord.HTTPException, discord.GatewayNotFound) as error:
        return Finding("Gateway", False, f"Discord does not tell its address ({error})")
    intents = ", ".join(name for name, asked in bot.intents if asked)
    detail = f"{limits.remaining} of {limits.total} starts left today; asks for: {intents} (nothing to be approved)"
    return Finding("Gateway", limits.remaining > 0, detail)


async def commands_known(bot: LongplayBot, tools: Tools, *, now: datetime) -> Finding:
    """Whether Discord has the commands of this code; where it was not told yet, the next start does it."""
    told = await register_commands(bot, tools, now=now, dry_run=True)
    if told.changed:
        return Finding("Commands", True, f"{len(told.names)}, changed since Discord was told: the next start tells it")
    try:
        there = {command.name for command in await bot.tree.fetch_commands()}
    except discord.HTTPException as error:
        return Finding("Commands", False, f"could not be read: {error.text or error.status}")
    lost = [name for name in told.names if name not in there]
    if lost:
        return Finding("Commands", False, f"Discord lost {', '.join(lost)}: longplay sync-commands --force")
    return Finding("Commands", True, f"{len(told.names)}, in sync, digest {told.digest[:12]}")


async def club_permissions(bot: LongplayBot, club: Club) -> Finding:
    """Whether the bot may do its work in a club's channel, asked of Discord."""
    try:
        guild = await bot.fetch_guild(club.guild_id)
        me = await guild.fetch_member(bot.user.id if bot.user else 0)
        channel = await guild.fetch_channel(club.channel_id)
    except (discord.NotFound, discord.Forbidden):
        return _judged(club, None)
    except discord.HTTPException as error:
        return Finding(_name(club), False, f"could not be read: {error.text or error.status}")
    return _judged(club, channel.permissions_for(me))


def channel_permissions(bot: LongplayBot, club: Club) -> Finding:
    """The same of a connected bot, from what the gateway has told it."""
    guild = bot.get_guild(club.guild_id)
    if guild is not None and guild.unavailable:
        return Finding(_name(club), True, "not known: Discord has an outage there")
    channel = guild.get_channel(club.channel_id) if guild is not None else None
    return _judged(club, channel.permissions_for(channel.guild.me) if channel is not None else None)


def _name(club: Club) -> str:
    return f"Permissions in {club.name}"


def _judged(club: Club, held: discord.Permissions | None) -> Finding:
    """By the exact names Discord shows; None when there is no such channel for the bot."""
    if held is None:
        return Finding(_name(club), False, GONE)
    missing = missing_permissions(held, club)
    return Finding(_name(club), not missing, "missing: " + ", ".join(missing) if missing else "all there")
