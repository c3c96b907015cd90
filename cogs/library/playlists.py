"""The command group `/playlist`, and the message menu that takes a post's track."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import LongplayBot
from bot.domain.library.playlists import Playlist
from bot.services import playlists
from bot.services.library import finding, showing_playlists
from cogs.club.cards.phrases import counted
from cogs.library import exporting, offering
from cogs.library.playlist_cards import lists_card, playlist_card
from cogs.library.playlist_parts import choose_track
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.render import words
from cogs.shared.replies import answer, think
from cogs.shared.text import plain

PLAYLIST = "Which playlist"
OWN = "Which of your playlists"
PLACE = "Which place, from 1; the end when left out"
Place = app_commands.Range[int, 1, 500]


class Playlists(commands.GroupCog, group_name="playlist", group_description="Lists of tracks, yours and the club's"):
    """Playlists: made, filled, ordered, shown and shared."""

    def __init__(self, bot: LongplayBot) -> None:
        super().__init__()
        self.bot = bot
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True
        self.menu = app_commands.ContextMenu(name="Add to playlist", callback=self.add_from_message)
        self.menu.guild_only = True
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """The menu goes with the other commands."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    async def add_from_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Take the track that a message presents; of several, ask which."""
        await think(interaction)
        await choose_track(interaction, message.id)

    @app_commands.command()
    @app_commands.describe(
        name="What it is called", description="What it is for", private="Seen by you alone; everybody sees it otherwise"
    )
    async def create(self, interaction: Interaction, name: str, description: str = "", private: bool = False) -> None:
        """Make a playlist."""
        await think(interaction)
        made = await playlists.create_playlist(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            name=name,
            description=description,
            public=not private,
        )
        seen = "Everybody may see it." if made.is_public else "You alone see it."
        await answer(interaction, f"**{plain(made.name, 160)}** is made. {seen} `/playlist add` puts tracks in.")

    @app_commands.command()
    @app_commands.describe(playlist=OWN, track="A track of the club's albums, or one that you heard", place=PLACE)
    @app_commands.autocomplete(playlist=offering.own_playlists, track=offering.tracks)
    async def add(self, interaction: Interaction, playlist: str, track: str, place: Place | None = None) -> None:
        """Put a track into a playlist of yours."""
        await think(interaction)
        changed = await playlists.add_track(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            playlist=await _playlist(interaction, playlist),
            track=await finding.the_track(tools_of(interaction), caller=caller_of(interaction), text=track),
            position=None if place is None else place - 1,
        )
        await _show_change(interaction, changed, (place or changed.track_count) - 1)

    @app_commands.command()
    @app_commands.describe(playlist=OWN, track="Which of its tracks")
    @app_commands.autocomplete(playlist=offering.own_playlists, track=offering.entries)
    async def remove(self, interaction: Interaction, playlist: str, track: str) -> None:
        """Take a track out of a playlist of yours."""
        await think(interaction)
        key = await _playlist(interaction, playlist)
        changed = await playlists.remove_track(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            playlist=key,
            track=await _entry(interaction, key, track),
        )
        name = plain(changed.name, 160)
        await answer(interaction, f"Taken out. **{name}** has {counted(changed.track_count, 'track')} now.")

    @app_commands.command()
    @app_commands.describe(playlist=OWN, track="Which of its tracks", place=PLACE)
    @app_commands.autocomplete(playlist=offering.own_playlists, track=offering.entries)
    async def move(self, interaction: Interaction, playlist: str, track: str, place: Place | None = None) -> None:
        """Put a track of a playlist of yours in another place."""
        await think(interaction)
        key = await _playlist(interaction, playlist)
        changed = await playlists.move_track(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            playlist=key,
            track=await _entry(interaction, key, track),
            position=None if place is None else place - 1,
        )
        await _show_change(interaction, changed, (place or changed.track_count) - 1)

    @app_commands.command()
    @app_commands.describe(playlist=f"{PLAYLIST}; all that there are, when left out")
    @app_commands.autocomplete(playlist=offering.playlists)
    async def show(self, interaction: Interaction, playlist: str | None = None) -> None:
        """Show a playlist to you alone, or list those that there are."""
        await think(interaction)
        tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
        if playlist is None:
            listed = await playlists.playlists_for(tools, caller=caller, now=now)
            own = await playlists.own_playlists(tools, caller=caller, now=now)
            await answer(interaction, lists_card(listed, own[0].user_id if own else None))
            return
        key = await _playlist(interaction, playlist)
        await answer(
            interaction, playlist_card(await playlists.open_playlist(tools, caller=caller, now=now, playlist=key))
        )

    @app_commands.command()
    @app_commands.describe(playlist=f"{PLAYLIST}; a private one is made public first")
    @app_commands.autocomplete(playlist=offering.playlists)
    async def share(self, interaction: Interaction, playlist: str) -> None:
        """Show a playlist to everybody here; the message follows its changes."""
        await think(interaction)
        shared = await showing_playlists.share_playlist(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            playlist=await _playlist(interaction, playlist),
            channel_id=interaction.channel_id or 0,
        )
        await answer(interaction, f"**{plain(shared.name, 160)}** is posted here in a moment.")

    @app_commands.command()
    @app_commands.checks.cooldown(4, 60.0)
    @app_commands.describe(playlist=f"{PLAYLIST}, of those you may see")
    @app_commands.autocomplete(playlist=offering.playlists)
    async def export(self, interaction: Interaction, playlist: str) -> None:
        """Put a playlist into your Spotify account; again, and that same one there follows."""
        await think(interaction)
        await exporting.export(interaction, await _playlist(interaction, playlist))

    @app_commands.command()
    @app_commands.describe(playlist=f"{PLAYLIST}, of those you may see")
    @app_commands.autocomplete(playlist=offering.playlists)
    async def links(self, interaction: Interaction, playlist: str) -> None:
        """Get a playlist as a text with a link for each track at each service."""
        await think(interaction)
        await exporting.links(interaction, await _playlist(interaction, playlist))

    @app_commands.command()
    @app_commands.describe(
        playlist=OWN,
        name="What it is called from now on",
        description="What it is for",
        private="Seen by you alone, or by everybody",
    )
    @app_commands.autocomplete(playlist=offering.own_playlists)
    async def edit(
        self,
        interaction: Interaction,
        playlist: str,
        name: str | None = None,
        description: str | None = None,
        private: bool | None = None,
    ) -> None:
        """Change the name of a playlist of yours, what it is for, or who sees it."""
        await think(interaction)
        changed = await playlists.edit_playlist(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            playlist=await _playlist(interaction, playlist),
            name=name,
            description=description,
            public=None if private is None else not private,
        )
        await answer(interaction, playlist_card(changed))

    @app_commands.command()
    @app_commands.describe(playlist=OWN)
    @app_commands.autocomplete(playlist=offering.own_playlists)
    async def delete(self, interaction: Interaction, playlist: str) -> None:
        """Delete a playlist of yours; its tracks stay."""
        await think(interaction)
        gone = await playlists.delete_playlist(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            playlist=await _playlist(interaction, playlist),
        )
        tracks = counted(gone.track_count, "track")
        await answer(interaction, f"**{plain(gone.name, 160)}** is gone. Its {tracks} stay where they are otherwise.")


async def _playlist(interaction: discord.Interaction[Any], text: str) -> UUID:
    return await finding.the_playlist(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), text=text
    )


async def _entry(interaction: discord.Interaction[Any], playlist: UUID, text: str) -> UUID:
    return await finding.the_entry(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), playlist=playlist, text=text
    )


async def _show_change(interaction: discord.Interaction[Any], changed: Playlist, position: int) -> None:
    """Say where the track stands now, with its neighbours below."""
    entry = changed.entries[position]
    title = plain(entry.track.title, 160) if not entry.hidden else "A private track"
    told = f"**{title}** is number {position + 1} of {changed.track_count} in **{plain(changed.name, 160)}**."
    await answer(interaction, words(told))
