"""Where every event of a person ends up that did not go well: told to that person, once, in words.

A refusal is worded; an unavailable service is told; anything else is a bug: logged with a short reference that the
person sees too. An interaction that is over, or that another connection has answered, is left in peace.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import DatabaseAway, Refusal, Unavailable
from bot.services.correlation import belonging, belongs
from cogs.shared.refusals import refusal_body
from cogs.shared.render import Body, words
from cogs.shared.replies import answer, give_text_back, is_late

log = logging.getLogger(__name__)


NEWER_SECONDS = 1.0
"""So long newer code, which may be at work beside this one, has to answer what this one does not know."""


async def give_way() -> None:
    """Nothing here knows what the person has used: while a bot is replaced, the newer one does, and answers first."""
    await asyncio.sleep(NEWER_SECONDS)


@asynccontextmanager
async def guarded(interaction: discord.Interaction[Any], what: str) -> AsyncIterator[None]:
    """Run an event of a person; whatever it raises is answered here and goes no further."""
    with belonging(interaction=interaction.id, use=what):
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the outermost handler of a face
            await tell(interaction, error, what)


async def tell(interaction: discord.Interaction[Any], error: BaseException, what: str) -> None:
    """Answer a person whose event failed."""
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if is_late(error):
        log.info("%s: answered elsewhere or too late", what)
        return
    try:
        await answer(interaction, words_for(error, what))
        await give_text_back(interaction, _typed(interaction))
    except (discord.HTTPException, aiohttp.ClientError) as failure:
        if not is_late(failure):
            log.warning("%s: the answer did not arrive: %s", what, failure)


def is_unheard(error: BaseException) -> bool:
    """Whether an answer failed because Discord was away or told us to wait: nobody's fault here."""
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    return isinstance(error, aiohttp.ClientError | discord.RateLimited)


def _typed(interaction: discord.Interaction[Any]) -> list[str]:
    """The texts of a command's options, which Discord does not keep; a form keeps its own."""
    if interaction.type is not discord.InteractionType.application_command:
        return []
    return [value for value in vars(interaction.namespace).values() if isinstance(value, str)]


def words_for(error: BaseException, what: str) -> Body:
    """What to tell a person whose event failed; what nobody expected is logged with the reference they read."""
    if isinstance(error, Refusal):
        log.info("%s refused: %s", what, type(error).__name__)
        return refusal_body(error)
    if isinstance(error, DatabaseAway):
        log.warning("%s: the database: %s", what, error.detail)
        return words(
            "Longplay's database is not answering right now. Look whether it was done, and do it again if not."
        )
    if isinstance(error, Unavailable):
        log.warning("%s: a service is unavailable: %s", what, error)
        return words(
            "A service that Longplay asks is not answering right now. Nothing was lost: try again in a minute."
        )
    if is_unheard(error):
        log.warning("%s: Discord did not take the answer: %s", what, error)
        return words(
            "Discord did not take Longplay's answer just now. Look whether it was done, and do it again if not."
        )
    if isinstance(error, app_commands.NoPrivateMessage):
        return words("This works in a server only, not in a private message.")
    if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        return words("This command has changed. Close Discord's command list, open it again, and retry.")
    if isinstance(error, app_commands.CommandOnCooldown):
        return words(f"That was often in a short time. It works again in {max(1, round(error.retry_after))} seconds.")
    if isinstance(error, app_commands.TransformerError):
        return words("One of the options could not be read. Choose it from the list and try again.")
    reference = secrets.token_hex(4)
    log.error("%s failed, reference %s", what, reference, exc_info=error)
    return words(
        f"Something went wrong on Longplay's side; what you typed did no harm. Try again, and if it stays, give your "
        f"hosts this reference: `{reference}`"
    )


async def setup(bot: commands.AutoShardedBot) -> None:
    """Put the boundary around every command, and say in each line logged for one which interaction it was."""

    async def correlate(interaction: discord.Interaction[Any]) -> bool:
        name = interaction.command.qualified_name if interaction.command else "command"
        belongs(interaction=interaction.id, use=f"/{name}")  # each command has a task of its own
        return True

    async def on_command_error(interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            await give_way()
        name = interaction.command.qualified_name if interaction.command else "command"
        await tell(interaction, error, f"/{name}")

    bot.tree.error(on_command_error)
    bot.tree.interaction_check = correlate
