"""The ways of a playlist to elsewhere: `/playlist export`, `/playlist links`, and their buttons."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

import discord

from bot.domain.library.exporting import UNFINISHED, Export, links_file
from bot.services.library import exporting
from bot.services.library.exporting import Consent
from cogs.library import export_cards as cards
from cogs.shared import export_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.replies import answer, hold, think, update

log = logging.getLogger(__name__)

Asked = discord.Interaction[Any]

FOLLOWED_SECONDS = 14 * 60.0
"""A private answer can be drawn anew for a quarter of an hour."""
FIRST_LOOK, LATER_LOOKS = 0.3, 3.0
"""Seconds between looks at how an export stands; it is drawn only when it has moved."""

_followed: set[asyncio.Task[None]] = set()
"""Exports that somebody of this process watches; the work itself goes on without."""


async def export(interaction: Asked, playlist: UUID, *, in_place: bool = False) -> None:
    """Put a list into the account of whoever asks, or ask them to allow it first."""
    asked = await exporting.ask_export(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        playlist=playlist,
        pressed_id=interaction.id,
    )
    body = cards.consent_card(asked) if isinstance(asked, Consent) else cards.export_card(asked, now_of(interaction))
    await (update if in_place else answer)(interaction, body)
    if isinstance(asked, Export):
        _follow_up(interaction, asked)


async def links(interaction: Asked, playlist: UUID) -> None:
    """Hand over a list as text with an address for each track at each service."""
    found, tracks = await exporting.links_of(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), playlist=playlist
    )
    about = f"{found.track_count} tracks, from Longplay"
    await answer(interaction, cards.links_card(found, tracks, links_file(found.name, about, tracks)))


@cards.EXPORT.answers
async def on_export(press: Press) -> None:
    """Export the list that is shown; where it is the export's own message, in its place."""
    in_place = press.argument == "again"
    await (hold if in_place else think)(press.interaction)
    await export(press.interaction, press.row, in_place=in_place)


@cards.LINKS.answers
async def on_links(press: Press) -> None:
    """Hand over the links of the list that is shown."""
    await think(press.interaction)
    await links(press.interaction, press.row)


def _follow_up(interaction: Asked, one: Export) -> None:
    """Draw the private card anew as the export goes on."""
    if one.state in UNFINISHED:
        task = asyncio.create_task(_follow(interaction, one), name=f"watches an export of {one.playlist_id}")
        _followed.add(task)
        task.add_done_callback(_ended)


async def _follow(interaction: Asked, one: Export) -> None:
    clock = asyncio.get_running_loop()
    ends = clock.time() + FOLLOWED_SECONDS
    drawn = cards.export_card(one, now_of(interaction)).digest
    pause = FIRST_LOOK
    current: Export | None = one
    while current is not None and current.state in UNFINISHED and clock.time() < ends:
        await asyncio.sleep(pause)
        if interaction.client.is_closed():
            return
        pause = min(LATER_LOOKS, pause * 1.5)
        current = await exporting.standing(tools_of(interaction), export=one)
        if current is not None and (body := cards.export_card(current, now_of(interaction))).digest != drawn:
            await update(interaction, body)
            drawn = body.digest


def _ended(task: asyncio.Task[None]) -> None:
    """Nobody waits for it: a card that was waved away, or a bot that stops, ends it."""
    _followed.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("%s no longer: %s", task.get_name(), type(error).__name__)
