"""The commands `/privacy …`: what is kept of a member, who sees what they hear, all handed over, all gone."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.privacy import CONFIRMS, Choice
from bot.services.privacy import deleting, exporting, showing
from cogs.people import privacy_cards as cards
from cogs.people.privacy_cards import BEGIN_DELETE, DELETE, EXPORT
from cogs.shared import privacy_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.replies import answer, think

ERASE_FORM = Form("privacy-erase", secret=True)
"""Of no row; the argument is the choice. It takes the word that confirms, of which nothing is kept: whoever is
forgotten would be known again by it."""

SMALLEST = 1_000_000
LARGEST = 24_000_000
"""Bytes of one archive: Discord takes no larger request, whatever a server may upload."""
ROOM = 50_000
"""Bytes of an upload besides the archive."""


class Privacy(commands.GroupCog, group_name="privacy", group_description="What Longplay keeps of you"):
    """What is kept of a member is theirs to see, to take and to delete."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    async def show(self, interaction: Interaction) -> None:
        """Show what is kept of you, in every club."""
        await think(interaction)
        kept = await showing.kept_of(tools_of(interaction), caller=caller_of(interaction))
        await answer(interaction, cards.kept_card(kept))

    @app_commands.command()
    @app_commands.describe(who="Who sees what you listen to")
    async def visibility(self, interaction: Interaction, who: Literal["club", "followers", "me"]) -> None:
        """Say who sees what you listen to: your clubs, your followers, or you alone."""
        await think(interaction)
        changed = await showing.set_visibility(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), visibility=who
        )
        await answer(interaction, cards.visibility_card(who, changed=changed))

    @app_commands.command()
    @app_commands.checks.cooldown(4, 60.0)
    async def export(self, interaction: Interaction) -> None:
        """Get everything that is kept of you, as files only you see."""
        await think(interaction)
        await hand_over(interaction)

    @app_commands.command()
    async def delete(self, interaction: Interaction) -> None:
        """Delete everything that is kept of you, in every club."""
        await think(interaction)
        await explain_deletion(interaction)


async def hand_over(interaction: discord.Interaction[Any]) -> None:
    """Send the archives one after the other; the answer was promised before."""
    limit = max(SMALLEST, min(interaction.filesize_limit - ROOM, LARGEST))
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    async with exporting.exported(tools, caller=caller, now=now, limit=limit) as export:
        await answer(interaction, cards.parts_card(export))
        for part in export.parts:
            body = cards.part_card(part, len(export.parts))
            with part.path.open("rb") as content:
                await interaction.followup.send(
                    view=body.view(),
                    file=discord.File(content, part.path.name),
                    ephemeral=True,
                    allowed_mentions=body.mentions,
                )


async def explain_deletion(interaction: discord.Interaction[Any]) -> None:
    """Say what a deletion means; the answer was promised before."""
    kept = await showing.kept_of(tools_of(interaction), caller=caller_of(interaction))
    await answer(interaction, cards.before_delete_card(kept))


@EXPORT.answers
async def on_export(press: Press) -> None:
    """Hand everything over."""
    await think(press.interaction)
    await hand_over(press.interaction)


@BEGIN_DELETE.answers
async def on_begin(press: Press) -> None:
    """Say what a deletion means."""
    await think(press.interaction)
    await explain_deletion(press.interaction)


@DELETE.answers
async def on_delete(press: Press) -> None:
    """Ask for the word that confirms it."""
    stays = _choice(press.argument) is Choice.STAY
    field = text_field(
        "word",
        f"Type {CONFIRMS} to confirm",
        required=True,
        description="What you gave your clubs stays nameless." if stays else "What you gave your clubs goes too.",
    )
    form = ERASE_FORM.modal("Delete everything about you", [field], None, press.argument)
    await press.interaction.response.send_modal(form)


@ERASE_FORM.received
async def on_confirmed(submit: Submit) -> None:
    """Forget the member, and tell them what the recount found."""
    interaction = submit.interaction
    await think(interaction)
    erased = await deleting.delete_person(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        choice=_choice(submit.argument),
        typed=submit.text("word"),
    )
    await answer(interaction, cards.erased_card(erased))


def _choice(text: str) -> Choice:
    try:
        return Choice(text)
    except ValueError:
        raise PanelOutdated from None
