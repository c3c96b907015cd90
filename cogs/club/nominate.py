"""Commands around nominations: `/nominate`, `/nomination`, `/shelf`, and the message menu."""

from __future__ import annotations

from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import LongplayBot
from bot.domain.errors import ShelfRefused
from bot.services.club import demos, nominating, shelf
from cogs.club import suggest
from cogs.club.cards import phrases
from cogs.club.cards.shelf import club_shelf_card, shelf_card
from cogs.club.parts.album import first_step, menu_texts
from cogs.club.parts.candidates import to_shelve
from cogs.club.parts.demo import open_form
from cogs.club.parts.kept import Kept
from cogs.club.parts.nomination import edit_form, named_nomination, second, withdraw
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of, where_of
from cogs.shared.render import words
from cogs.shared.replies import answer, think


class Nominating(commands.Cog):
    """Putting albums forward, and keeping them for later."""

    nomination = app_commands.Group(
        name="nomination", description="Change, withdraw or second a nomination", guild_only=True
    )
    shelf = app_commands.Group(name="shelf", description="Albums you keep for a later week", guild_only=True)

    def __init__(self, bot: LongplayBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Nominate this album", callback=self.nominate_message)
        self.menu.guild_only = True
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """The menu goes with the other commands."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        album="A link, or: Artist - Album",
        title="The title, where the link does not tell",
        artist="The artist, where the link or the words do not tell",
        year="The year it came out",
        week="Which week, where several are open",
    )
    @app_commands.autocomplete(album=suggest.albums, week=suggest.open_weeks)
    async def nominate(
        self,
        interaction: Interaction,
        album: str,
        title: str | None = None,
        artist: str | None = None,
        year: str | None = None,
        week: int | None = None,
    ) -> None:
        """Nominate an album for the week."""
        await think(interaction)
        kept = Kept(text=album, artist=artist or "", title=title or "", year=year or "")
        await first_step(interaction, kept, where=where_of(interaction), number=week)

    async def nominate_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Nominate the album that a message names or links."""
        await think(interaction)
        text, instead = menu_texts(message)
        await first_step(interaction, Kept(text=text), where=where_of(interaction), instead=instead)

    @nomination.command(name="demo")
    @app_commands.describe(track="A track of your own", week="Which demo week, where several are open")
    @app_commands.autocomplete(track=suggest.own_tracks, week=suggest.open_weeks)
    async def demo(self, interaction: Interaction, track: str, week: int | None = None) -> None:
        """Put a track of yours forward in a demo week."""
        key = await demos.the_track(tools_of(interaction), caller=caller_of(interaction), text=track)
        await open_form(interaction, key, number=week, where=where_of(interaction))

    @nomination.command(name="edit")
    @app_commands.describe(nomination="Which of your nominations")
    @app_commands.rename(nomination="album")
    @app_commands.autocomplete(nomination=suggest.own_nominations)
    async def edit(self, interaction: Interaction, nomination: str) -> None:
        """Change the words around your nomination."""
        key = await named_nomination(interaction, nomination, own=True)
        await interaction.response.send_modal(await edit_form(interaction, key))

    @nomination.command(name="withdraw")
    @app_commands.describe(nomination="Which of your nominations")
    @app_commands.rename(nomination="album")
    @app_commands.autocomplete(nomination=suggest.own_nominations)
    async def withdraw(self, interaction: Interaction, nomination: str) -> None:
        """Take your nomination back, until nominations close."""
        await think(interaction)
        await withdraw(interaction, await named_nomination(interaction, nomination, own=True))

    @nomination.command(name="second")
    @app_commands.describe(nomination="Whose nomination you stand behind")
    @app_commands.rename(nomination="album")
    @app_commands.autocomplete(nomination=suggest.other_nominations)
    async def second(self, interaction: Interaction, nomination: str) -> None:
        """Stand behind somebody else's nomination."""
        await think(interaction)
        await second(interaction, await named_nomination(interaction, nomination))

    @nomination.command(name="remove")
    @app_commands.describe(nomination="Which nomination", reason="Why; it is kept in the club's log")
    @app_commands.rename(nomination="album")
    @app_commands.autocomplete(nomination=suggest.all_nominations)
    async def remove(self, interaction: Interaction, nomination: str, reason: str = "") -> None:
        """Hosts: take an album out of the race; who voted for it may vote again."""
        await think(interaction)
        gone = await nominating.remove_nomination(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            nomination=await named_nomination(interaction, nomination),
            reason=reason,
        )
        album = phrases.album_words(gone.album, 160)
        await answer(interaction, words(f"Removed: {album}. Whoever voted for it is told that they may vote again."))

    @shelf.command(name="add")
    @app_commands.describe(album="A link, or: Artist - Album", artist="The artist", year="The year it came out")
    @app_commands.autocomplete(album=suggest.albums)
    async def shelve(
        self, interaction: Interaction, album: str, artist: str | None = None, year: str | None = None
    ) -> None:
        """Keep an album for a later week."""
        await think(interaction)
        await to_shelve(interaction, Kept(text=album, artist=artist or "", year=year or "", purpose="shelf"))

    @shelf.command(name="list")
    @app_commands.describe(club="Hosts: what is on all members' shelves, without names")
    async def shelf_list(self, interaction: Interaction, club: bool = False) -> None:
        """Show what is on your shelf."""
        await think(interaction)
        tools, caller = tools_of(interaction), caller_of(interaction)
        if club:
            await answer(interaction, club_shelf_card(await shelf.shelf_of_club(tools, caller=caller)))
        else:
            await answer(interaction, shelf_card(await shelf.shelf_of(tools, caller=caller)))

    @shelf.command(name="remove")
    @app_commands.describe(album="Which album of your shelf")
    @app_commands.autocomplete(album=suggest.own_shelf)
    async def unshelve(self, interaction: Interaction, album: str) -> None:
        """Take an album off your shelf."""
        await think(interaction)
        tools, caller = tools_of(interaction), caller_of(interaction)
        try:
            key = UUID(album)
        except ValueError:
            kept = await shelf.shelf_of(tools, caller=caller)
            fitting = [one.id for one in kept if album.strip().casefold() in one.shown.casefold()]
            if len(fitting) != 1:
                raise ShelfRefused("absent", album) from None
            key = fitting[0]
        gone = await shelf.unshelve(tools, caller=caller, now=now_of(interaction), album_id=key)
        await answer(interaction, words(f"Off your shelf: {phrases.album_words(gone, 160)}."))
