"""From an interaction to plain arguments: who asks, where, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import discord

from bot.domain.people import Caller
from bot.services.tools import Tools

if TYPE_CHECKING:
    from bot.client import LongplayBot

    Interaction: TypeAlias = discord.Interaction[LongplayBot]
else:
    Interaction = discord.Interaction

NAME_LIMIT = 80


def caller_of(interaction: discord.Interaction[Any]) -> Caller:
    """The person behind an interaction in a server."""
    user = interaction.user
    guild = interaction.guild
    # The member's own list of role ids: `member.roles` looks each up in the server's cache, which is not there yet
    # for a press that arrives before the first GUILD_CREATE.
    roles = frozenset(user._roles) if isinstance(user, discord.Member) else frozenset[int]()
    permissions = interaction.permissions
    return Caller(
        guild_id=interaction.guild_id or 0,
        discord_id=user.id,
        name=user.display_name[:NAME_LIMIT],
        handle=user.name,
        guild_name=guild.name if guild is not None else "",
        role_ids=roles,
        manages=permissions.manage_guild or permissions.administrator,
    )


def tools_of(interaction: discord.Interaction[Any]) -> Tools:
    """What every service works with."""
    return cast("LongplayBot", interaction.client).tools


def now_of(interaction: discord.Interaction[Any]) -> datetime:
    """The present instant of the one clock."""
    return tools_of(interaction).clock.now()


def where_of(interaction: discord.Interaction[Any]) -> int | None:
    """The channel or thread the person stands in."""
    return interaction.channel_id
