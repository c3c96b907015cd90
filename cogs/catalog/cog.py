"""The command `/album`, and the hosts' group `/catalogue`."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.albums import album_record, find_known
from bot.services.merging import merge_albums, split_album
from cogs.catalog.cards import album_card, merged_words, split_words
from cogs.club import suggest
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.replies import answer, think


class Albums(commands.Cog):
    """Albums of the catalogue, to look at."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(album="Which album; begin to type its title or artist", public="Show it to everyone here")
    @app_commands.autocomplete(album=suggest.albums)
    async def album(self, interaction: Interaction, album: str, public: bool = False) -> None:
        """Show an album, and what the club made of it."""
        # Promised privately in any case, so that a refusal stays between us.
        await think(interaction)
        record = await album_record(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), text=album, public=public
        )
        body = album_card(record)
        await answer(interaction, "Everyone here sees it." if public else body)
        if public:
            await interaction.followup.send(view=body.view(), files=body.files(), allowed_mentions=body.mentions)


class Catalogue(commands.GroupCog, group_name="catalogue", group_description="Hosts: one record of each album"):
    """What hosts do when two entries are one album, or one entry is two."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(album="The entry to give up", into="The entry to keep; everything goes to it")
    @app_commands.autocomplete(album=suggest.albums, into=suggest.albums)
    async def merge(self, interaction: Interaction, album: str, into: str) -> None:
        """Hosts: make one album of two entries; a split takes it back."""
        await think(interaction)
        tools, caller = tools_of(interaction), caller_of(interaction)
        gone = await find_known(tools, caller=caller, text=album, surely=True)
        kept = await find_known(tools, caller=caller, text=into, surely=True)
        done = await merge_albums(tools, caller=caller, now=now_of(interaction), album=gone, into=kept)
        await answer(interaction, merged_words(done))

    @app_commands.command()
    @app_commands.describe(album="The album that was kept; its latest merge is taken back")
    @app_commands.autocomplete(album=suggest.albums)
    async def split(self, interaction: Interaction, album: str) -> None:
        """Hosts: take the latest merge into an album back."""
        await think(interaction)
        tools, caller = tools_of(interaction), caller_of(interaction)
        kept = await find_known(tools, caller=caller, text=album, surely=True)
        done = await split_album(tools, caller=caller, now=now_of(interaction), album=kept)
        await answer(interaction, split_words(done))
