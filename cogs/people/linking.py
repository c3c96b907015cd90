"""The commands `/link …`, `/accounts` and `/unlink`, and the buttons and forms that go with them."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import PanelOutdated, Refusal
from bot.domain.listening.linking import Offer
from bot.domain.listening.plays import Source
from bot.services.accounts import linking, overview, unlinking
from cogs.people import cards
from cogs.people.cards import BY_NAME, BY_TOKEN, LINK_AGAIN, READ_NOW, UNLINK, UNLINK_SURELY, WRITE_AGAIN
from cogs.shared import account_refusals
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.refusals import refusal_body
from cogs.shared.replies import answer, hold, think, update

NAME_FORM = Form("account-name", anywhere=True)
TOKEN_FORM = Form("account-token", anywhere=True, secret=True)

Service = Literal["Last.fm", "Spotify", "ListenBrainz"]
SOURCES = {"Last.fm": Source.LASTFM, "Spotify": Source.SPOTIFY, "ListenBrainz": Source.LISTENBRAINZ}


class Linking(commands.GroupCog, group_name="link", group_description="Let Longplay know what you listen to"):
    """Accounts at services that know what their members hear."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    async def lastfm(self, interaction: Interaction) -> None:
        """Link your Last.fm account: log in there, or give its name."""
        await think(interaction)
        await show_ways(interaction, Source.LASTFM)

    @app_commands.command()
    async def spotify(self, interaction: Interaction) -> None:
        """Link your Spotify account by logging in there."""
        await think(interaction)
        await show_ways(interaction, Source.SPOTIFY)

    @app_commands.command()
    async def listenbrainz(self, interaction: Interaction) -> None:
        """Link your ListenBrainz account with its token, which a form asks for."""
        linking.offers(tools_of(interaction), Source.LISTENBRAINZ)
        await interaction.response.send_modal(token_form(Source.LISTENBRAINZ))


class Accounts(commands.Cog):
    """What is linked."""

    @app_commands.command()
    @app_commands.guild_only()
    async def accounts(self, interaction: Interaction) -> None:
        """Your linked accounts, how they stand, and how far they are read."""
        await think(interaction)
        tools, now = tools_of(interaction), now_of(interaction)
        found = await overview.my_accounts(tools, caller=caller_of(interaction), now=now)
        await answer(interaction, cards.accounts_card(found, now))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(service="Which account")
    async def unlink(self, interaction: Interaction, service: Service) -> None:
        """Unlink an account, and keep or delete what it told."""
        await think(interaction)
        account = await unlinking.account_to_unlink(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), source=SOURCES[service]
        )
        await answer(interaction, cards.unlink_card(account))


async def show_ways(interaction: discord.Interaction[Any], source: Source) -> None:
    """The ways in which an account of a service is linked here, with a page that is this person's alone."""
    tools, now = tools_of(interaction), now_of(interaction)
    offers = linking.offers(tools, source)
    ticket = None
    if Offer.PAGE in offers:
        ticket = await linking.begin(
            tools, caller=caller_of(interaction), now=now, source=source, pressed_id=interaction.id
        )
    await answer(interaction, cards.link_card(source, offers, ticket))


def source_of(argument: str) -> Source:
    """The service that a button names; raises `PanelOutdated` for one that cannot be linked."""
    try:
        source = Source(argument)
    except ValueError:
        raise PanelOutdated from None
    if source not in linking.WAYS:
        raise PanelOutdated
    return source


# By a name


def name_form(source: Source, name: str = "") -> discord.ui.Modal:
    """Asks for the name of a public profile."""
    there = account_refusals.service(source)
    field = text_field(
        "name", f"Your name on {there}", value=name, required=True, description="Or your profile's address"
    )
    return NAME_FORM.modal(f"Link {there}", [field], argument=str(source))


@BY_NAME.answers
async def ask_for_name(press: Press) -> None:
    """Show the form for a name."""
    await press.interaction.response.send_modal(name_form(source_of(press.argument)))


@NAME_FORM.filled
async def name_again(submit: Submit) -> discord.ui.Modal:
    """The form as it was sent."""
    return name_form(source_of(submit.argument), submit.text("name"))


@NAME_FORM.received
async def take_name(submit: Submit) -> None:
    """Link an account by its public name."""
    interaction = submit.interaction
    await think(interaction)
    linked = await linking.link_by_name(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        source=source_of(submit.argument),
        name=submit.text("name"),
    )
    await answer(interaction, cards.linked_card(linked))


# By a token


def token_form(source: Source) -> discord.ui.Modal:
    """Asks for a token; what is typed there is kept nowhere but sealed."""
    there = account_refusals.service(source)
    where = cards.SETTINGS[source].strip("<>")
    field = text_field("token", f"Your {there} user token", required=True, description=f"From {where}")
    return TOKEN_FORM.modal(f"Link {there}", [field], argument=str(source))


@BY_TOKEN.answers
async def ask_for_token(press: Press) -> None:
    """Show the form for a token."""
    source = source_of(press.argument)
    linking.offers(tools_of(press.interaction), source)
    await press.interaction.response.send_modal(token_form(source))


@TOKEN_FORM.received
async def take_token(submit: Submit) -> None:
    """Link an account by its token; a wrong one is not kept to be mended, but typed again."""
    interaction = submit.interaction
    await think(interaction)
    source = source_of(submit.argument)
    try:
        linked = await linking.link_by_token(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            source=source,
            token=submit.text("token"),
        )
    except Refusal as refusal:
        again = BY_TOKEN.button("Try again", argument=str(source))
        await answer(interaction, refusal_body(refusal, again))
        return
    await answer(interaction, cards.linked_card(linked))


# What is linked


@LINK_AGAIN.answers
async def link_again(press: Press) -> None:
    """Show the ways to link an account of a service again."""
    await think(press.interaction)
    await show_ways(press.interaction, source_of(press.argument))


@READ_NOW.answers
async def read_now(press: Press) -> None:
    """Have an account read at once."""
    interaction = press.interaction
    await think(interaction)
    asked = await overview.read_now(
        tools_of(interaction), caller=caller_of(interaction), account_id=press.row, now=now_of(interaction)
    )
    done = "It is read in a moment; `/accounts` shows what came of it."
    await answer(interaction, done if asked else "It was read only just now. Give it a minute.")


@UNLINK.answers
async def ask_whether_to_keep(press: Press) -> None:
    """Ask whether to keep what an account told."""
    interaction = press.interaction
    await think(interaction)
    account = await unlinking.account_to_unlink(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), account_id=press.row
    )
    await answer(interaction, cards.unlink_card(account))


@UNLINK_SURELY.answers
async def unlink_surely(press: Press) -> None:
    """Unlink an account, and keep or delete what it told."""
    interaction = press.interaction
    await hold(interaction)
    if press.argument not in ("keep", "delete"):
        raise PanelOutdated
    unlinked = await unlinking.unlink(
        tools_of(interaction), caller=caller_of(interaction), account_id=press.row, keeps=press.argument == "keep"
    )
    await update(interaction, cards.unlinked_words(unlinked))


@WRITE_AGAIN.answers
async def write_again(press: Press) -> None:
    """Private messages about accounts are tried again."""
    await think(press.interaction)
    await overview.write_again(tools_of(press.interaction), caller=caller_of(press.interaction))
    await answer(
        press.interaction,
        "You will be told by private message again. Allow them from people of this server, else none arrives.",
    )
