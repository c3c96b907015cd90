"""What options of the library offer while somebody types."""

from __future__ import annotations

from typing import Any

import discord

from bot.services.library import finding
from cogs.club.suggest import Asked, Pairs, offering
from cogs.shared.caller import caller_of, now_of, tools_of


async def _playlists(interaction: discord.Interaction[Any], current: str, *, own: bool) -> Pairs[str]:
    return await finding.playlist_suggestions(
        tools_of(interaction),
        guild_id=interaction.guild_id or 0,
        discord_id=interaction.user.id,
        text=current,
        own=own,
    )


@offering
async def playlists(interaction: Asked, current: str) -> Pairs[str]:
    """Every playlist that the member may see."""
    return await _playlists(interaction, current, own=False)


@offering
async def own_playlists(interaction: Asked, current: str) -> Pairs[str]:
    """The member's own playlists."""
    return await _playlists(interaction, current, own=True)


@offering
async def tracks(interaction: Asked, current: str) -> Pairs[str]:
    """Tracks of the club's albums, and what the member heard."""
    return await finding.track_suggestions(
        tools_of(interaction), guild_id=interaction.guild_id or 0, discord_id=interaction.user.id, text=current
    )


@offering
async def entries(interaction: Asked, current: str) -> Pairs[str]:
    """The tracks of the playlist that the command names."""
    return await finding.entry_suggestions(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        playlist=str(getattr(interaction.namespace, "playlist", "")),
        text=current,
    )
