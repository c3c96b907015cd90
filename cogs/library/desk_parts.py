"""The buttons and forms of the Demo Desk."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.errors import PanelOutdated
from bot.domain.library.drawing import file_name
from bot.domain.library.errors import TrackRefused
from bot.domain.library.tracks import MemberTrack, TrackFields
from bot.domain.library.uploads import UNDER_WAY, Upload, UploadState
from bot.services.library import illustrating, receiving, sharing, tracks
from cogs.library import desk_cards as cards
from cogs.library.playlist_parts import offer_playlists
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, read_key
from cogs.shared.limits import MODAL_TITLE
from cogs.shared.modal import Form, Submit, radio_field, text_field
from cogs.shared.render import Body, Enclosed, Sound, words
from cogs.shared.replies import answer, hold, think, update
from cogs.shared.text import label, plain

log = logging.getLogger(__name__)

Asked = discord.Interaction[Any]

POST_FORM = Form("demo-post")
"""Of a track: what is said with it, and that it may be shared; `publish` makes a private one public."""
EDIT_FORM = Form("demo-edit")
REPORT_FORM = Form("demo-report")

ROOM = 256 * 1024
"""Bytes of a request that are no file."""
FOLLOWED_SECONDS = 14 * 60.0
FIRST_LOOK, LATER_LOOKS = 0.3, 2.0
YES = "yes"

_followed: set[asyncio.Task[None]] = set()


# --- showing --------------------------------------------------------------------------------------------------------


async def card_of(interaction: Asked, track: UUID, said: str = "") -> Body:
    """A track as this member sees it. Raises `TrackRefused`."""
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    found = await tracks.track_of(tools, caller=caller, now=now, track=track)
    if found is None:
        raise TrackRefused("unknown")
    own = await tracks.is_own(tools, caller=caller, track=track)
    versions = await tracks.versions_of(tools, caller=caller, now=now, track=track)
    picture = await illustrating.waveform_of(tools, found)
    return cards.track_card(found, versions, own=own, picture=picture, said=said)


async def upload_body(interaction: Asked, one: Upload) -> Body:
    """How an upload stands, with its track once there is one."""
    tools, now = tools_of(interaction), now_of(interaction)
    track: MemberTrack | None = None
    if one.state is UploadState.DONE and one.track_id is not None:
        track = await tracks.track_of(tools, caller=caller_of(interaction), now=now, track=one.track_id)
    picture = await illustrating.waveform_of(tools, track) if track is not None else None
    return cards.upload_card(one, track, now, picture)


def follow(interaction: Asked, one: Upload) -> None:
    """Draw the private card anew as the upload goes on."""
    if one.state in (*UNDER_WAY, UploadState.WAITING):
        task = asyncio.create_task(_follow(interaction, one), name=f"watches upload {one.id}")
        _followed.add(task)
        task.add_done_callback(_ended)


async def _follow(interaction: Asked, one: Upload) -> None:
    clock = asyncio.get_running_loop()
    ends, pause, state = clock.time() + FOLLOWED_SECONDS, FIRST_LOOK, one.state
    while state in (*UNDER_WAY, UploadState.WAITING) and clock.time() < ends:
        await asyncio.sleep(pause)
        if interaction.client.is_closed():
            return
        pause = min(LATER_LOOKS, pause * 1.5)
        current = await receiving.standing(tools_of(interaction), key=one.id)
        if current is None:
            return
        if current.state is not state:
            await update(interaction, await upload_body(interaction, current))
            state = current.state


def _ended(task: asyncio.Task[None]) -> None:
    """Nobody waits for it: a card that was waved away, or a bot that stops, ends it."""
    _followed.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("%s no longer: %s", task.get_name(), type(error).__name__)


@cards.PICK.answers
async def on_pick(press: Press) -> None:
    """Show the chosen track."""
    await think(press.interaction)
    if not press.values:
        raise PanelOutdated
    await answer(press.interaction, await card_of(press.interaction, read_key(press.values[0])))


@cards.LISTEN.answers
async def on_listen(press: Press) -> None:
    """Hand the sound over, privately, to whoever may hear it."""
    interaction = press.interaction
    await think(interaction)
    limit = interaction.filesize_limit - ROOM
    found, sound = await sharing.hear(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), track=press.row, limit=limit
    )
    assert found.current is not None, "it was heard"
    enclosed = Enclosed(Sound(file_name(found, found.current), sound))
    await answer(interaction, words(f"**{plain(found.title, 160)}** by {plain(found.owner, 60)}", enclosed))


@cards.KEEP_IT.answers
async def on_keep(press: Press) -> None:
    """It stays in the library."""
    await hold(press.interaction)
    await update(press.interaction, await card_of(press.interaction, press.row, "It stays in your library."))


@cards.PLAYLIST_IT.answers
async def on_playlist(press: Press) -> None:
    """Offer the member's playlists for it."""
    await think(press.interaction)
    await offer_playlists(press.interaction, press.row)


# --- posting --------------------------------------------------------------------------------------------------------


async def post_form(interaction: Asked, track: UUID, argument: str, caption: str = "") -> ui.Modal:
    """The form to post a track; the first time it asks whether it may be shared."""
    tools, caller = tools_of(interaction), caller_of(interaction)
    found = await tracks.track_of(tools, caller=caller, now=now_of(interaction), track=track)
    if found is None:
        raise TrackRefused("unknown")
    fields: list[ui.Item[Any]] = [
        text_field(
            "caption",
            "What should we listen for?",
            value=caption,
            long=True,
            description="May stay empty; up to 2,000 characters",
        )
    ]
    if await tracks.is_own(tools, caller=caller, track=track) and not await sharing.has_attested(tools, caller=caller):
        options = [
            discord.RadioGroupOption(label="Yes: I made it, or whoever did lets me", value=YES),
            discord.RadioGroupOption(label="No, or I am not sure", value="no"),
        ]
        fields.append(radio_field("rights", "May you share it?", options))
    return POST_FORM.modal(label(f"Post {found.title}", MODAL_TITLE), fields, track, argument)


@cards.POST_IT.answers
async def on_post(press: Press) -> None:
    """Open the form to post a track here."""
    await press.interaction.response.send_modal(await post_form(press.interaction, press.row, press.argument))


@POST_FORM.received
async def on_caption(submit: Submit) -> None:
    """Post the track where the member stands."""
    interaction = submit.interaction
    await think(interaction)
    shared = await sharing.share(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        track=submit.row,
        channel_id=interaction.channel_id or 0,
        caption=submit.text("caption"),
        attests=submit.text("rights") == YES,
        publish=submit.argument == "publish",
    )
    title = plain(shared.track.title, 160) if shared.track is not None else "It"
    await answer(interaction, f"**{title}** is being posted here. What others say of it hangs on that message.")


@POST_FORM.filled
async def refill_post(submit: Submit) -> ui.Modal:
    """The form again."""
    return await post_form(submit.interaction, submit.row, submit.argument, submit.text("caption"))


# --- changing -------------------------------------------------------------------------------------------------------


def edit_form(track: UUID, fields: TrackFields) -> ui.Modal:
    """What is said of a track."""
    return EDIT_FORM.modal(
        label(f"Edit {fields.title}", MODAL_TITLE),
        [
            text_field("title", "Title", value=fields.title, required=True, description="Up to 255 characters"),
            text_field("description", "About it", value=fields.description, long=True),
            text_field("genre", "Genre", value=fields.genre),
            text_field("tags", "Tags", value=fields.tags, description="With commas between them"),
        ],
        track,
    )


async def open_editor(interaction: Asked, track: UUID) -> None:
    """Open the form with what is said of a track. Raises `TrackRefused`."""
    tools, caller = tools_of(interaction), caller_of(interaction)
    found = await tracks.track_of(tools, caller=caller, now=now_of(interaction), track=track)
    if found is None:
        raise TrackRefused("unknown")
    if not await tracks.is_own(tools, caller=caller, track=track):
        raise TrackRefused("not_yours", found.title)
    await interaction.response.send_modal(edit_form(track, found.fields))


@cards.EDIT.answers
async def on_edit(press: Press) -> None:
    """Open the form for a track's texts."""
    await open_editor(press.interaction, press.row)


@EDIT_FORM.received
async def on_edited(submit: Submit) -> None:
    """Keep the texts; where the track is posted, it shows so."""
    interaction = submit.interaction
    await think(interaction)
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    found = await tracks.track_of(tools, caller=caller, now=now, track=submit.row)
    fields = TrackFields(
        submit.text("title"),
        submit.text("description"),
        submit.text("genre"),
        submit.text("tags"),
        found.public if found is not None else True,
    )
    await tracks.edit(tools, caller=caller, now=now, track=submit.row, fields=fields)
    await answer(interaction, await card_of(interaction, submit.row, "Saved."))


@EDIT_FORM.filled
async def refill_edit(submit: Submit) -> ui.Modal:
    """The form again."""
    title, description, genre, tags = (submit.text(name) for name in ("title", "description", "genre", "tags"))
    return edit_form(submit.row, TrackFields(title, description, genre, tags))


async def set_public(interaction: Asked, track: UUID, public: bool) -> Body:
    """Everybody's, or the member's alone; the track with a word about it."""
    await tracks.set_public(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), track=track, public=public
    )
    said = (
        "Everybody here may hear it now."
        if public
        else "It is yours alone now: posts and others' playlists keep its place, and tell nothing of it."
    )
    return await card_of(interaction, track, said)


@cards.MAKE_PUBLIC.answers
async def on_public(press: Press) -> None:
    """Everybody may hear it."""
    await hold(press.interaction)
    await update(press.interaction, await set_public(press.interaction, press.row, True))


@cards.MAKE_PRIVATE.answers
async def on_private(press: Press) -> None:
    """Its owner alone may hear it."""
    await hold(press.interaction)
    await update(press.interaction, await set_public(press.interaction, press.row, False))


async def ask_to_delete(interaction: Asked, track: UUID) -> Body:
    """What deleting it means. Raises `TrackRefused`."""
    tools, caller = tools_of(interaction), caller_of(interaction)
    found = await tracks.track_of(tools, caller=caller, now=now_of(interaction), track=track)
    if found is None:
        raise TrackRefused("unknown")
    if not await tracks.is_own(tools, caller=caller, track=track):
        raise TrackRefused("not_yours", found.title)
    return cards.delete_card(found)


@cards.DELETE.answers
async def on_delete(press: Press) -> None:
    """Ask first; then do it."""
    interaction = press.interaction
    await hold(interaction)
    if press.argument != YES:
        await update(interaction, await ask_to_delete(interaction, press.row))
        return
    gone = await tracks.delete(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), track=press.row
    )
    text = f"**{plain(gone.title, 160)}** is deleted. Within a week `/demo library` brings it back."
    await update(interaction, words(text))


@cards.RESTORE.answers
async def on_restore(press: Press) -> None:
    """Take a deletion back."""
    interaction = press.interaction
    await hold(interaction)
    await tracks.restore(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), track=press.row)
    await update(interaction, await card_of(interaction, press.row, "It is back."))


# --- reports --------------------------------------------------------------------------------------------------------


@cards.REPORT.answers
async def on_report(press: Press) -> None:
    """Ask what is wrong with it."""
    await press.interaction.response.send_modal(report_form(press.row))


def report_form(post: UUID, reason: str = "") -> ui.Modal:
    """What is wrong with a posted track."""
    field = text_field(
        "reason",
        "What is wrong with it?",
        value=reason,
        long=True,
        required=True,
        description="It is hidden at once, until a host has looked",
    )
    return REPORT_FORM.modal("Report this track", [field], post)


@REPORT_FORM.received
async def on_reported(submit: Submit) -> None:
    """Hide the track until a host has looked."""
    interaction = submit.interaction
    await think(interaction)
    added = await sharing.report(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        post=submit.row,
        reason=submit.text("reason"),
    )
    said = "Thank you: it is hidden until a host has looked at it." if added else "You have reported it already."
    await answer(interaction, said)


@REPORT_FORM.filled
async def refill_report(submit: Submit) -> ui.Modal:
    """The form again."""
    return report_form(submit.row, submit.text("reason"))


@cards.CLEAR.answers
async def on_clear(press: Press) -> None:
    """A host has looked at a reported track."""
    interaction = press.interaction
    await hold(interaction)
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    keep = press.argument != "keep"
    await sharing.settle_report(tools, caller=caller, now=now, track=press.row, keep=keep)
    await update(interaction, cards.reports_card(await sharing.reported(tools, caller=caller, now=now)))
