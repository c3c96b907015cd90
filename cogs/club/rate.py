"""Commands around ratings: `/rate`, `/scores`."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.club import rating as ratings
from cogs.club import suggest
from cogs.club.cards.private import rated_card
from cogs.club.parts.rating import show_scores
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of, where_of
from cogs.shared.replies import answer, think


class Rating(commands.Cog):
    """What members make of the album."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        score="1 to 5 in half steps, like 3.5",
        favourite="Your favourite track",
        review="What you make of it, up to 2,000 characters",
        week="Which week; earlier ones count in the catch-up lane",
    )
    @app_commands.autocomplete(favourite=suggest.tracks, week=suggest.rated_weeks)
    async def rate(
        self, interaction: Interaction, score: str, favourite: str = "", review: str = "", week: int | None = None
    ) -> None:
        """Rate the week's album; rating again replaces."""
        await think(interaction)
        rated = await ratings.rate(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            score=score,
            favourite=favourite,
            review=review,
            where=where_of(interaction),
            number=week,
        )
        await answer(interaction, rated_card(rated))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(week="Which week")
    @app_commands.autocomplete(week=suggest.rated_weeks)
    async def scores(self, interaction: Interaction, week: int | None = None) -> None:
        """Show the club's scores, once you have rated."""
        await think(interaction)
        await show_scores(interaction, where=where_of(interaction), number=week)
