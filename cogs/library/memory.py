"""The command groups `/memory` and `/track`: what a member alone remembers of a track, and what the club knows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.library.memory import NOTE_LIMIT
from bot.services.library import finding, memory, plans, story
from cogs.club.cards.phrases import counted
from cogs.club.suggest import Asked, Pairs, offering
from cogs.library import memory_cards as cards
from cogs.library import offering as offered
from cogs.listening.seeing import show
from cogs.shared import memory_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.limits import MODAL_TITLE
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.render import words
from cogs.shared.replies import answer, hold, think, update
from cogs.shared.text import label

NOTE_FORM = Form("memory-note", secret=True)
"""Of a track: the member's own words. Refused ones are given back and kept nowhere."""
TRACK = "Which track: one you did something with, of the club's albums, or one that you heard"
SMALLEST, LARGEST, ROOM = 1_000_000, 24_000_000, 50_000
"""Bytes of one file, and what an upload needs besides."""


@offering
async def remembered(interaction: Asked, current: str) -> Pairs[str]:
    """Tracks of which the member's memory holds something, then all others."""
    known = await memory.track_suggestions(
        tools_of(interaction), guild_id=interaction.guild_id or 0, discord_id=interaction.user.id, text=current
    )
    pairs = [(finding.named(one), str(one.id)) for one in known]
    others = await finding.track_suggestions(
        tools_of(interaction), guild_id=interaction.guild_id or 0, discord_id=interaction.user.id, text=current
    )
    names = {name for name, _ in pairs}
    return [*pairs, *(pair for pair in others if pair[0] not in names)]


async def _track(interaction: discord.Interaction[Any], text: str) -> UUID:
    return await finding.the_track(tools_of(interaction), caller=caller_of(interaction), text=text)


def _asked(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    return {"caller": caller_of(interaction), "now": now_of(interaction)}


class Memory(commands.GroupCog, group_name="memory", group_description="What you alone remember of a track"):
    """A member's own memory; every answer is for them alone."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=remembered)
    async def track(self, interaction: Interaction, track: str) -> None:
        """Show what you did with a track, and your notes on it."""
        await think(interaction)
        key = await _track(interaction, track)
        found = await memory.memory_of(tools_of(interaction), **_asked(interaction), track=key)
        await answer(interaction, cards.memory_card(found))

    @app_commands.command()
    @app_commands.describe(track=TRACK, text="Your words; nobody else reads them")
    @app_commands.autocomplete(track=remembered)
    async def note(self, interaction: Interaction, track: str, text: str) -> None:
        """Note something of a track, for you alone."""
        await think(interaction)
        key = await _track(interaction, track)
        found = await memory.note(tools_of(interaction), **_asked(interaction), track=key, text=text)
        await answer(interaction, cards.memory_card(found))

    @app_commands.command()
    @app_commands.describe(track=TRACK)
    @app_commands.autocomplete(track=remembered)
    async def forget(self, interaction: Interaction, track: str) -> None:
        """Forget everything that you did with a track."""
        await think(interaction)
        key = await _track(interaction, track)
        found = await memory.memory_of(tools_of(interaction), **_asked(interaction), track=key)
        await answer(interaction, cards.forget_card(found))

    @app_commands.command()
    @app_commands.checks.cooldown(4, 60.0)
    async def export(self, interaction: Interaction) -> None:
        """Get everything that you remember, your ideas, drafts and milestones, as files only you see."""
        await think(interaction)
        lines = [json.dumps(one, ensure_ascii=False) for one in await _everything(interaction)]
        limit = max(SMALLEST, min(interaction.filesize_limit - ROOM, LARGEST))
        parts = list(packed(lines, limit))
        rows, files = counted(len(lines), "row"), counted(len(parts), "file")
        await answer(interaction, f"{rows} in {files} of JSON lines." if lines else "Nothing is remembered yet.")
        for number, part in enumerate(parts, start=1):
            name = f"memory-{number}-of-{len(parts)}.jsonl"
            await interaction.followup.send(
                view=words(f"Part {number} of {len(parts)}", ui.File(f"attachment://{name}")).view(),
                file=discord.File(io.BytesIO(part), name),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )


async def _everything(interaction: discord.Interaction[Any]) -> list[dict[str, Any]]:
    """All that is the member's own, as rows of a file."""
    tools, caller = tools_of(interaction), caller_of(interaction)
    rows: list[dict[str, Any]] = [
        {
            "kind": "memory",
            "track": title,
            "artist": artist,
            "deed": str(entry.deed),
            "at": entry.happened_at.isoformat(),
            "about": entry.about,
            "words": entry.words,
        }
        for entry, title, artist in await memory.everything(tools, caller=caller, now=now_of(interaction))
    ]
    rows += [
        {"kind": "idea", "text": one.content, "tag": one.tag, "track": one.track, "at": one.created_at.isoformat()}
        for one in await plans.ideas_of(tools, caller=caller)
    ]
    rows += [
        {
            "kind": "pitch",
            "name": one.name,
            "track": one.track,
            "pitch": one.blurb.pitch,
            "genre": one.blurb.genre,
            "decade": one.blurb.decade,
            "country": one.blurb.country,
        }
        for one in await plans.drafts_of(tools, caller=caller)
    ]
    rows += [
        {
            "kind": "milestone",
            "title": one.title,
            "day": one.day.isoformat(),
            "description": one.description,
            "track": one.track,
        }
        for one in await plans.milestones_of(tools, caller=caller)
    ]
    return rows


def packed(lines: list[str], limit: int) -> Iterator[bytes]:
    """Lines in as few files as hold them, no line cut in two."""
    part = bytearray()
    for line in lines:
        new = f"{line}\n".encode()
        if part and len(part) + len(new) > limit:
            yield bytes(part)
            part.clear()
        part += new
    if part:
        yield bytes(part)


class Tracks(commands.GroupCog, group_name="track", group_description="What the club knows of a track"):
    """A track's story, from what happened in public alone."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(track="Which track", private="Show it to you alone")
    @app_commands.autocomplete(track=offered.tracks)
    async def story(self, interaction: Interaction, track: str, private: bool = False) -> None:
        """Tell a track's way through the club: nominations, weeks, posts, playlists."""
        await think(interaction)
        key = await _track(interaction, track)
        told = await story.story_of(tools_of(interaction), **_asked(interaction), track=key)
        await show(interaction, cards.story_card(told), public=told.public and not private)


# --- buttons --------------------------------------------------------------------------------------------------------


@cards.PAGE.answers
async def on_page(press: Press) -> None:
    """Turn the page in place."""
    await hold(press.interaction)
    if not (press.argument.isascii() and press.argument.isdecimal() and len(press.argument) < 8):
        raise PanelOutdated
    found = await memory.memory_of(tools_of(press.interaction), **_asked(press.interaction), track=press.row)
    await update(press.interaction, cards.memory_card(found, int(press.argument)))


@cards.NOTE.answers
async def on_note(press: Press) -> None:
    """Open the form for a note."""
    found = await memory.memory_of(tools_of(press.interaction), **_asked(press.interaction), track=press.row)
    field = text_field(
        "note", "Your note", long=True, required=True, description=f"Seen by you alone. Up to {NOTE_LIMIT:,}"
    )
    title = label(f"About {found.title}", MODAL_TITLE)
    await press.interaction.response.send_modal(NOTE_FORM.modal(title, [field], press.row))


@NOTE_FORM.received
async def on_noted(submit: Submit) -> None:
    """Keep the note, and show the memory with it."""
    await think(submit.interaction)
    found = await memory.note(
        tools_of(submit.interaction), **_asked(submit.interaction), track=submit.row, text=submit.text("note")
    )
    await answer(submit.interaction, cards.memory_card(found))


@cards.DROP_NOTE.answers
async def on_drop_note(press: Press) -> None:
    """Delete the chosen note."""
    await hold(press.interaction)
    if not press.values:
        raise PanelOutdated
    found = await memory.forget_note(
        tools_of(press.interaction), **_asked(press.interaction), track=press.row, key=press.values[0]
    )
    await update(press.interaction, cards.memory_card(found))


@cards.FORGET.answers
async def on_forget(press: Press) -> None:
    """Forget the track."""
    await hold(press.interaction)
    gone = await memory.forget(tools_of(press.interaction), **_asked(press.interaction), track=press.row)
    await update(press.interaction, words(f"Forgotten: {counted(gone, 'entry', 'entries')}."))
