"""The command `/import`: a history in a file becomes plays, once its member has seen what that would do."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.listening.imports import UNFINISHED, Import
from bot.services.listening import attachments
from cogs.club import suggest
from cogs.listening.import_cards import CANCEL, IMPORT, import_card
from cogs.shared import import_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.replies import answer, hold, think, update

log = logging.getLogger(__name__)

FOLLOWED_SECONDS = 14 * 60.0
"""A private answer can be drawn anew for a quarter of an hour."""
FIRST_LOOK, LATER_LOOKS = 0.3, 2.0
"""Seconds between looks at how an import stands; it is drawn only when it has moved."""

_followed: set[asyncio.Task[None]] = set()
"""Imports that somebody of this process watches; the work itself goes on without."""


class Importing(commands.Cog):
    """Histories from files."""

    @app_commands.command(name="import")
    @app_commands.guild_only()
    @app_commands.checks.cooldown(6, 60.0)
    @app_commands.describe(
        file="Your export from Spotify, Last.fm, ListenBrainz, Maloja or Koito; a zip is fine",
        zone="The time zone of its times, where the file names none",
    )
    @app_commands.autocomplete(zone=suggest.zones)
    async def import_(self, interaction: Interaction, file: discord.Attachment | None = None, zone: str = "") -> None:
        """Bring your listening history from a file; without one, see how your last import stands."""
        await think(interaction)
        tools, caller = tools_of(interaction), caller_of(interaction)
        if file is None:
            one = await attachments.latest(tools, caller=caller)
        else:
            one = await attachments.receive(
                tools,
                caller=caller,
                now=now_of(interaction),
                url=file.url,
                name=file.filename,
                size=file.size,
                zone=zone,
            )
        await answer(interaction, import_card(one, now_of(interaction)))
        follow(interaction, one)


@IMPORT.answers
async def on_import(press: Press) -> None:
    """Read the file in."""
    interaction = press.interaction
    await hold(interaction)
    one = await attachments.confirm(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), key=press.row
    )
    await update(interaction, import_card(one, now_of(interaction)))
    follow(interaction, one)


@CANCEL.answers
async def on_cancel(press: Press) -> None:
    """Leave it."""
    interaction = press.interaction
    await hold(interaction)
    one = await attachments.cancel(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), key=press.row
    )
    await update(interaction, import_card(one, now_of(interaction)))


def follow(interaction: discord.Interaction[Any], one: Import) -> None:
    """Draw the private card anew as the import goes on."""
    if one.state in UNFINISHED:
        task = asyncio.create_task(_follow(interaction, one), name=f"watches import {one.id}")
        _followed.add(task)
        task.add_done_callback(_ended)


async def _follow(interaction: discord.Interaction[Any], one: Import) -> None:
    clock = asyncio.get_running_loop()
    ends = clock.time() + FOLLOWED_SECONDS
    drawn = import_card(one, now_of(interaction)).digest
    pause = FIRST_LOOK
    current: Import | None = one
    while current is not None and current.state in UNFINISHED and clock.time() < ends:
        await asyncio.sleep(pause)
        if interaction.client.is_closed():
            return
        pause = min(LATER_LOOKS, pause * 1.5)
        current = await attachments.standing(tools_of(interaction), key=one.id)
        if current is not None and (body := import_card(current, now_of(interaction))).digest != drawn:
            await update(interaction, body)
            drawn = body.digest


def _ended(task: asyncio.Task[None]) -> None:
    """Nobody waits for it: a card that was waved away, or a bot that stops, ends it."""
    _followed.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("%s no longer: %s", task.get_name(), type(error).__name__)
