"""Private messages to the owners of linked accounts."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.client import LongplayBot
from bot.domain.outbox import Errand
from bot.services.accounts import notices
from cogs.delivery import codes, messages
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.people.cards import notice_card


async def account_dm(bot: LongplayBot, errand: Errand, now: datetime) -> Outcome:
    """Tell an account's owner what it needs; a closed door is remembered, and nothing is tried there again."""
    notice = await notices.notice_of(bot.tools, errand)
    if notice is None:
        return SKIPPED
    try:
        channel = await bot.create_dm(discord.Object(notice.discord_id))
        message = await messages.deliver(bot, errand, notice_card(notice), channel)
    except discord.Forbidden as error:
        if error.code != codes.DM_REFUSED:
            raise
        await notices.dms_closed(bot.tools, discord_id=notice.discord_id, now=now)
        return SKIPPED
    return Outcome(discord_id=message.id)
