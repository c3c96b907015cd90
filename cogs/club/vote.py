"""The command `/vote`: with options it casts at once, without it opens the ballot."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.domain.errors import NoSuchNomination
from cogs.club import suggest
from cogs.club.parts.ballot import cast, check_poll, open_ballot
from cogs.club.parts.nomination import named_nomination
from cogs.shared.caller import Interaction, where_of
from cogs.shared.replies import think


class Voting(commands.Cog):
    """The private ballot."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        first="Your first choice; leave everything out to open the ballot",
        second="Your second choice",
        third="Your third choice",
        fourth="Your fourth choice",
        fifth="Your fifth choice",
        week="Which week, where several are open",
    )
    @app_commands.autocomplete(
        first=suggest.all_nominations,
        second=suggest.all_nominations,
        third=suggest.all_nominations,
        fourth=suggest.all_nominations,
        fifth=suggest.all_nominations,
        week=suggest.open_weeks,
    )
    async def vote(
        self,
        interaction: Interaction,
        first: str | None = None,
        second: str | None = None,
        third: str | None = None,
        fourth: str | None = None,
        fifth: str | None = None,
        week: int | None = None,
    ) -> None:
        """Vote for this week's album; only you see your ballot."""
        given = [text for text in (first, second, third, fourth, fifth) if text]
        if not given:
            await open_ballot(interaction, None, week)
            return
        await think(interaction)
        try:
            choices = [await named_nomination(interaction, text) for text in given]
        except NoSuchNomination:
            await check_poll(interaction, week)
            raise
        await cast(interaction, choices, where=where_of(interaction), number=week)
