"""Private answers to one person, whatever was answered before; they drive nothing and may be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

import discord
from discord import InteractionResponseType

from bot.domain.errors import PressRepeated
from cogs.shared.render import Body, words

UNKNOWN_INTERACTION = 10062
ALREADY_ANSWERED = 40060
EXPIRED = 10015
LATE = frozenset({UNKNOWN_INTERACTION, ALREADY_ANSWERED, EXPIRED})
"""Another connection answered first, or the person waited too long: nothing is left to say to them."""

SHORT = 60
"""Characters that are quickly typed again."""
COPIED = 2_000
"""Characters given back in one message; of any script they stay within its bytes."""

PROMISE_SECONDS = 1.0
"""Whoever waits longer is told that an answer comes; Discord gives three seconds."""

Press = discord.Interaction[Any]
T = TypeVar("T")


def is_late(error: BaseException) -> bool:
    """Whether an answer failed only because the interaction is over or somebody else answered it."""
    if isinstance(error, discord.InteractionResponded | PressRepeated):
        return True
    return isinstance(error, discord.HTTPException) and error.code in LATE


async def think(interaction: Press) -> None:
    """Promise a private answer; everything that asks the database does so first."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def promptly(interaction: Press, use: Awaitable[T]) -> T:
    """Do what is done in a moment, to be answered once; when it takes longer, an answer is promised meanwhile.

    For a use that knows its press: the same event a second time must find it done, for no promise was refused before.
    """
    promises: list[asyncio.Task[None]] = []
    waits_long = asyncio.get_running_loop().call_later(
        PROMISE_SECONDS, lambda: promises.append(asyncio.create_task(think(interaction)))
    )
    try:
        return await use
    finally:
        waits_long.cancel()
        # One that is on its way must not be cut off: nobody would know whether it arrived.
        await asyncio.gather(*promises, return_exceptions=True)


async def answer(interaction: Press, body: Body | str) -> None:
    """A private answer: the first one, the promised one, or one more."""
    body = words(body) if isinstance(body, str) else body
    if not interaction.response.is_done():
        await interaction.response.send_message(
            view=body.view(), files=body.files(), ephemeral=True, allowed_mentions=body.mentions
        )
    elif interaction.response.type is InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(
            view=body.view(), attachments=body.files(), allowed_mentions=body.mentions
        )
    else:
        await interaction.followup.send(
            view=body.view(), files=body.files(), ephemeral=True, allowed_mentions=body.mentions
        )


async def give_text_back(interaction: Press, texts: Iterable[str]) -> None:
    """Long texts of an event that came to nothing, in private messages after the answer, to be copied from there."""
    for text in texts:
        for start in range(0, len(text) if len(text) > SHORT else 0, COPIED):
            part = text[start : start + COPIED].replace("```", "`\u200b``")
            body = words(f"What you typed, to copy:\n```\n{part}\n```")
            await interaction.followup.send(view=body.view(), ephemeral=True, allowed_mentions=body.mentions)


async def update(interaction: Press, body: Body) -> None:
    """Draw the private message anew on which the person pressed; promised by `hold` or not."""
    if not interaction.response.is_done():
        await interaction.response.edit_message(
            view=body.view(), attachments=body.files(), allowed_mentions=body.mentions
        )
    else:
        await interaction.edit_original_response(
            view=body.view(), attachments=body.files(), allowed_mentions=body.mentions
        )


async def hold(interaction: Press) -> None:
    """Promise to draw the private message anew on which the person pressed."""
    await interaction.response.defer()
