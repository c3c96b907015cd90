"""The commands `/compare` and `/neighbours`, and the buttons that turn their pages."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.pictures.painting import Theme
from bot.domain.taste.pairs import BotCompared, Compared, Neighbours
from bot.services.listening.watching import Whose
from bot.services.taste import comparing
from bot.services.taste.comparing import PAGE
from cogs.listening import pages
from cogs.listening.seeing import PRIVATE, show, whose_of
from cogs.shared import matching_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import Body
from cogs.shared.replies import hold, think, update
from cogs.taste import match_cards as cards
from cogs.taste.drawing import LOOK, drawn

Asked = discord.Interaction[Any]


def no_bot(member: discord.Member | None) -> None:
    """Raises `BotCompared` for a bot, which hears nothing."""
    if member is not None and member.bot:
        raise BotCompared(member.display_name)


class Matching(commands.Cog):
    """How close members are."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.checks.cooldown(5, 20.0)
    @app_commands.describe(member="With whom you want to be compared", look=LOOK, private=PRIVATE)
    async def compare(
        self,
        interaction: Interaction,
        member: discord.Member,
        look: Literal["dark", "light"] = "dark",
        private: bool = False,
    ) -> None:
        """Show how close your taste is to somebody's, why, and what each of you has not heard."""
        await think(interaction)
        no_bot(member)
        told = await comparing.compare(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            whose=Whose(member.id, member.display_name),
        )
        await show(interaction, await _compared(interaction, told, Theme(look)), public=not private)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.checks.cooldown(5, 20.0)
    @app_commands.describe(member="Whose neighbours; yours, when left out", private=PRIVATE)
    async def neighbours(
        self, interaction: Interaction, member: discord.Member | None = None, private: bool = False
    ) -> None:
        """Show whose taste is closest to yours, or to another member's."""
        await think(interaction)
        no_bot(member)
        whose = whose_of(interaction, member)
        told = await comparing.neighbours(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), whose=whose
        )
        await show(interaction, _neighbours(interaction, told, whose), public=not private)


async def _compared(interaction: Asked, told: Compared, look: Theme) -> Body:
    head = f"{interaction.user.id}.{told.other_id}.{look}"
    more = (told.page + 1) * PAGE < told.shared_in_all
    turns = pages.turning(told.page, more, lambda words, page: cards.COMPARE.button(words, argument=f"{head}.{page}"))
    # The picture is of the two, not of a page: it stands on the first one.
    painted, trouble = (None, "") if told.page else await drawn(interaction, cards.comparison(told), look)
    return cards.compare_card(told, size=PAGE, painted=painted, trouble=trouble, turns=turns)


def _neighbours(interaction: Asked, told: Neighbours, whose: Whose | None) -> Body:
    head = f"{interaction.user.id}.{pages.whose_part(whose)}"
    more = (told.page + 1) * PAGE < told.members
    turns = pages.turning(
        told.page, more, lambda words, page: cards.NEIGHBOURS.button(words, argument=f"{head}.{page}")
    )
    return cards.neighbours_card(told, size=PAGE, turns=turns)


@cards.COMPARE.answers
async def on_compare_page(press: Press) -> None:
    """Turn to another page of what two members have in common."""
    interaction = press.interaction
    other, look, page = pages.own_parts(press, 3)
    whose = pages.whose_of(other)
    if look not in set(Theme):
        raise PanelOutdated
    await hold(interaction)
    told = await comparing.compare(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        whose=whose or Whose(interaction.user.id, ""),
        page=pages.page_of(page),
    )
    await update(interaction, await _compared(interaction, told, Theme(look)))


@cards.NEIGHBOURS.answers
async def on_neighbours_page(press: Press) -> None:
    """Turn to another page of who is close to somebody."""
    interaction = press.interaction
    other, page = pages.own_parts(press, 2)
    whose = pages.whose_of(other)
    await hold(interaction)
    told = await comparing.neighbours(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        whose=whose,
        page=pages.page_of(page),
    )
    await update(interaction, _neighbours(interaction, told, whose))
