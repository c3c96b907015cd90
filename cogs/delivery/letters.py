"""Weekly letters: what a member asked to be written."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.client import LongplayBot
from bot.domain.outbox import Errand
from bot.services.taste import letters
from cogs.delivery import codes, messages
from cogs.delivery.outcome import SKIPPED, Outcome
from cogs.taste.recommend_cards import recommend_card


async def letter_dm(bot: LongplayBot, errand: Errand, now: datetime) -> Outcome:
    """Write a member their letter once; at a closed door letters end, and they are told when they look next."""
    letter = await letters.letter_of(bot.tools, errand, now=now)
    if letter is None:
        return SKIPPED
    try:
        channel = await bot.create_dm(discord.Object(letter.discord_id))
        body = recommend_card(letter.told, letter=letter.club_name)
        message = await messages.deliver(bot, errand, body, channel)
    except discord.Forbidden as error:
        if error.code != codes.DM_REFUSED:
            raise
        await letters.closed(bot.tools, discord_id=letter.discord_id, now=now)
        return SKIPPED
    return Outcome(discord_id=message.id)
