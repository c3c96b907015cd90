"""The buttons, selects and the form of playlists: pages, and the way of a message's track into a playlist."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.errors import PanelOutdated
from bot.domain.library.playlists import Playlist
from bot.services import playlists
from bot.services.library import finding
from cogs.library import playlist_cards as cards
from cogs.shared import playlist_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, read_key
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.replies import answer, hold, think, update
from cogs.shared.text import plain

Asked = discord.Interaction[Any]

NEW_PLAYLIST = Form("new-playlist")
"""Of a track: the playlist that is made for it."""


def _private(interaction: Asked) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise PanelOutdated
    return int(text)


@cards.PAGE.answers
async def on_page(press: Press) -> None:
    """Show a page to whoever pressed; a private one turns in place."""
    interaction = press.interaction
    private = _private(interaction)
    await (hold(interaction) if private else think(interaction))
    found = await playlists.open_playlist(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), playlist=press.row
    )
    await (update if private else answer)(interaction, cards.playlist_card(found, _number(press.argument)))


async def choose_track(interaction: Asked, message_id: int, page: int | None = None) -> None:
    """The one track of a message goes on; of several the member chooses."""
    found = await finding.tracks_of_message(tools_of(interaction), caller=caller_of(interaction), message_id=message_id)
    if len(found) == 1:
        await offer_playlists(interaction, found[0].id)
        return
    body = cards.which_track_card([(one.id, one.title) for one in found], message_id, page or 0)
    await (answer if page is None else update)(interaction, body)


async def offer_playlists(interaction: Asked, track: UUID, *, in_place: bool = False) -> None:
    """Ask into which playlist a track shall go; used wherever a track can be kept."""
    tools, caller = tools_of(interaction), caller_of(interaction)
    names = await finding.names_of(tools, caller=caller, now=now_of(interaction), track=track)
    own = await playlists.own_playlists(tools, caller=caller, now=now_of(interaction))
    await (update if in_place else answer)(interaction, cards.into_card(track, finding.named(names), own))


@cards.MORE_TRACKS.answers
async def on_more(press: Press) -> None:
    """Turn the page of a message's tracks."""
    await hold(press.interaction)
    message, _, page = press.argument.partition(".")
    await choose_track(press.interaction, _number(message), _number(page))


@cards.WHICH_TRACK.answers
async def on_which(press: Press) -> None:
    """The track is chosen: ask for the playlist."""
    await hold(press.interaction)
    if not press.values:
        raise PanelOutdated
    await offer_playlists(press.interaction, read_key(press.values[0]), in_place=True)


@cards.INTO.answers
async def on_into(press: Press) -> None:
    """Put the track into the chosen playlist."""
    interaction = press.interaction
    await think(interaction)
    if not press.values:
        raise PanelOutdated
    changed = await playlists.add_track(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        playlist=read_key(press.values[0]),
        track=press.row,
    )
    await answer(interaction, _joined(changed))


def _joined(changed: Playlist) -> str:
    last = changed.entries[-1]
    title = "A private track" if last.hidden else plain(last.track.title, 160)
    return f"**{title}** is number {changed.track_count} in **{plain(changed.name, 160)}**."


def new_form(track: UUID, name: str = "", description: str = "", private: str = "") -> ui.Modal:
    """The form for a new playlist."""
    return NEW_PLAYLIST.modal(
        "A new playlist",
        [
            text_field("name", "Its name", value=name, required=True),
            text_field("description", "What it is for", value=description, long=True),
            text_field("private", "Private?", value=private, description="Write yes, and you alone see it"),
        ],
        track,
    )


@cards.INTO_NEW.answers
async def on_new(press: Press) -> None:
    """Open the form for a new playlist."""
    await press.interaction.response.send_modal(new_form(press.row))


@NEW_PLAYLIST.received
async def on_named(submit: Submit) -> None:
    """Make the playlist with the track in it."""
    interaction = submit.interaction
    await think(interaction)
    changed = await playlists.create_with(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        name=submit.text("name"),
        description=submit.text("description"),
        public=submit.text("private").strip().casefold() not in ("yes", "y", "true", "ja"),
        track=submit.row,
    )
    await answer(interaction, _joined(changed))


@NEW_PLAYLIST.filled
async def refill(submit: Submit) -> ui.Modal:
    """The form again, with what was typed."""
    return new_form(submit.row, submit.text("name"), submit.text("description"), submit.text("private"))
