"""Messages, threads and pins on Discord, each done so that doing it again is safe."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import discord
from discord.abc import Messageable

from bot.client import LongplayBot
from bot.domain.club.views import PanelRef
from bot.domain.outbox import Errand
from cogs.delivery import codes
from cogs.shared.limits import walk
from cogs.shared.render import Body

LOOK_BACK = timedelta(seconds=60)
"""Clocks differ: the search for a message begins this long before the first try."""
LOOK_THROUGH = 300
ARCHIVE_MINUTES = 10_080
"""A thread stays open for a week without a word."""


async def post(bot: LongplayBot, errand: Errand, body: Body, *, channel_id: int, guild_id: int) -> PanelRef:
    """Send a message once, however often it is tried; no try makes a second one.

    Every try carries the errand's nonce, for which Discord gives the earlier message back within some minutes; a later
    try first looks for the errand's marker in the channel.
    """
    channel = bot.get_partial_messageable(channel_id, guild_id=guild_id)
    message = await deliver(bot, errand, body, channel)
    # An earlier try may have had another picture, or none: then it is not known to show this, and is drawn again.
    drawn = body.digest if {each.filename for each in message.attachments} == body.pictures.keys() else None
    return PanelRef(channel_id, message.id, drawn)


async def deliver(bot: LongplayBot, errand: Errand, body: Body, channel: Messageable) -> discord.Message:
    """Send a message to a channel or a person once; the one that an earlier try has sent is given back."""
    if errand.reconcile:
        found = await find(bot, errand, channel)
        if found is not None:
            return found

    async def send(body: Body) -> discord.Message:
        return await channel.send(
            view=body.view(errand.marker),
            nonce=errand.nonce,
            allowed_mentions=body.mentions,
            silent=body.silent,
            files=body.files(),
        )

    try:
        return await send(body)
    except discord.HTTPException as error:
        if not body.pictures or error.code not in codes.NO_UPLOAD:
            raise
        return await send(body.bare())


async def find(bot: LongplayBot, errand: Errand, channel: Messageable) -> discord.Message | None:
    """The message that an earlier try of this errand has made, by its marker; None when there is none."""
    if errand.first_attempt_at is None or bot.user is None:
        return None
    async for message in channel.history(limit=LOOK_THROUGH, after=errand.first_attempt_at - LOOK_BACK):
        if message.author.id == bot.user.id:
            components = [component.to_dict() for component in message.components]
            if any(component.get("id") == errand.marker for component in walk(components)):
                return message
    return None


async def redraw(
    bot: LongplayBot, panel: PanelRef, draw: Callable[[], Body], *, guild_id: int, force: bool, over: bool
) -> PanelRef:
    """Draw a message anew unless it shows just that already; an archived thread is opened for it.

    `over`: nothing more will happen there, so the thread goes back to sleep.
    """
    body = draw()
    if panel.drawn == body.digest and not force:
        return panel
    message = bot.get_partial_messageable(panel.channel_id, guild_id=guild_id).get_partial_message(panel.message_id)
    try:
        await _edit(message, body)
    except discord.HTTPException as error:
        if error.code != codes.THREAD_ARCHIVED:
            raise
        thread = await channel_of(bot, panel.channel_id)
        if not isinstance(thread, discord.Thread):
            raise
        await thread.edit(archived=False)
        await _edit(message, draw())
        if over:
            await thread.edit(archived=True)
    return PanelRef(panel.channel_id, panel.message_id, body.digest)


class Held:
    """A file that a message has and keeps in an edit, said with the fields that Discord describes for it.

    The library would send all it knows of the file.
    """

    def __init__(self, attachment: discord.Attachment) -> None:
        self.attachment = attachment

    def to_dict(self) -> dict[str, Any]:
        """For the list of attachments of an edit."""
        held = self.attachment
        return {"id": str(held.id), "filename": held.filename, "description": held.description or ""}


async def _edit(message: discord.PartialMessage, body: Body) -> None:
    """Make a message show this; a picture that it has already is kept and not sent again."""
    held: dict[str, Any] = {}
    if body.pictures:
        with suppress(discord.Forbidden):  # without the history to look at, it is sent again
            now = await message.fetch()
            held = {each.filename: Held(each) for each in now.attachments if each.filename in body.pictures}
    fresh = body.files(without=held)
    try:
        await message.edit(view=body.view(), attachments=[*held.values(), *fresh], allowed_mentions=body.mentions)
    except discord.HTTPException as error:
        if not fresh or error.code not in codes.NO_UPLOAD:
            raise
        bare = body.bare()
        await message.edit(view=bare.view(), attachments=[], allowed_mentions=bare.mentions)


async def pin(bot: LongplayBot, panel: PanelRef, *, guild_id: int, on: bool) -> None:
    """Pin or unpin a message; both are desired states."""
    message = bot.get_partial_messageable(panel.channel_id, guild_id=guild_id).get_partial_message(panel.message_id)
    if on:
        await message.pin()
        return
    try:
        await message.unpin()
    except discord.NotFound as error:
        if error.code != codes.UNKNOWN_MESSAGE:
            raise


async def grow_thread(bot: LongplayBot, panel: PanelRef, name: str) -> int:
    """The thread of a message; its id is the message's, so a second try finds the first one's."""
    channel = await channel_of(bot, panel.channel_id)
    if not isinstance(channel, discord.TextChannel):
        raise codes.Lost("threads grow in text channels only")
    try:
        await channel.create_thread(
            name=name, message=discord.Object(panel.message_id), auto_archive_duration=ARCHIVE_MINUTES
        )
    except discord.HTTPException as error:
        if error.code != codes.HAS_THREAD:
            raise
    return panel.message_id


async def rename_thread(bot: LongplayBot, thread_id: int, name: str) -> None:
    """A thread that is used again gets the name of what it is about now; an archived one is opened."""
    thread = await channel_of(bot, thread_id)
    if isinstance(thread, discord.Thread):
        if thread.name != name:
            await thread.edit(name=name, archived=False)
        elif thread.archived:
            await thread.edit(archived=False)


async def archive_thread(bot: LongplayBot, thread_id: int, *, lock: bool) -> None:
    """Put a thread to sleep, locked where the club wants it so; one that sleeps or is gone stays so.

    Discord sends threads to sleep by itself and then refuses every other change.
    """
    try:
        thread = await channel_of(bot, thread_id)
    except discord.NotFound:
        return
    if not isinstance(thread, discord.Thread) or (thread.archived and (thread.locked or not lock)):
        return
    try:
        await thread.edit(archived=True, locked=lock)
    except discord.HTTPException as error:
        if error.code != codes.THREAD_ARCHIVED:
            raise
        if lock:
            await thread.edit(archived=False)
            await thread.edit(archived=True, locked=True)


async def wake_thread(bot: LongplayBot, thread_id: int) -> None:
    """Open a thread that sleeps or is locked; one that is gone stays so."""
    try:
        thread = await channel_of(bot, thread_id)
    except discord.NotFound:
        return
    if isinstance(thread, discord.Thread) and (thread.archived or thread.locked):
        await thread.edit(archived=False, locked=False)


async def channel_of(bot: LongplayBot, channel_id: int) -> object:
    """A channel or thread, from memory where it is there, else from Discord."""
    return bot.get_channel(channel_id) or await bot.fetch_channel(channel_id)
