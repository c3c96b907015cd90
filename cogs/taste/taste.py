"""The command `/taste`, and the buttons that show the same taste in another time."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.pictures.painting import Theme
from bot.domain.taste.portrait import Portrait, picture_of
from bot.domain.taste.scopes import Scope
from bot.services.listening.watching import Whose
from bot.services.taste import portraying
from cogs.listening import pages
from cogs.listening.seeing import MEMBER, PRIVATE, show, whose_of
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import Body
from cogs.shared.replies import hold, think, update
from cogs.taste import taste_cards as cards
from cogs.taste.drawing import LOOK, drawn
from cogs.taste.match import no_bot

Asked = discord.Interaction[Any]


class Taste(commands.Cog):
    """What one member loves."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.checks.cooldown(6, 60.0)
    @app_commands.describe(
        member=MEMBER,
        scope="The last week, month, quarter or year, or all there is; the year, when left out",
        look=LOOK,
        private=PRIVATE,
    )
    async def taste(
        self,
        interaction: Interaction,
        member: discord.Member | None = None,
        scope: Literal["week", "month", "quarter", "year", "all"] | None = None,
        look: Literal["dark", "light"] = "dark",
        private: bool | None = None,
    ) -> None:
        """Show what somebody loves: artists, genres, decades, countries, when they listen, and how they do."""
        await think(interaction)
        no_bot(member)
        whose = whose_of(interaction, member)
        portrait = await portraying.portray(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            scope=Scope(scope) if scope else None,
            whose=whose,
        )
        public = portrait.shown.public(private)
        await show(interaction, await _card(interaction, portrait, whose, Theme(look), public), public=public)


async def _card(interaction: Asked, portrait: Portrait, whose: Whose | None, look: Theme, public: bool) -> Body:
    sketch = picture_of(portrait)
    painted, trouble = await drawn(interaction, sketch, look)
    head = f"{interaction.user.id}.{pages.whose_part(whose)}.{look}"
    turns = cards.scopes(portrait.profile.scope, lambda scope: f"{head}.{scope}")
    return cards.taste_card(portrait, sketch, painted, public=public, trouble=trouble, turns=turns)


@cards.SCOPE.answers
async def on_scope(press: Press) -> None:
    """Show the taste of another time in the message that was pressed."""
    interaction = press.interaction
    other, look, scope = pages.own_parts(press, 3)
    whose = pages.whose_of(other)
    if scope not in set(Scope) or look not in set(Theme):
        raise PanelOutdated
    await hold(interaction)
    portrait = await portraying.portray(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), scope=Scope(scope), whose=whose
    )
    public = pages.stands_in_public(interaction)
    pages.still_public(portrait.shown, public)
    await update(interaction, await _card(interaction, portrait, whose, Theme(look), public))
