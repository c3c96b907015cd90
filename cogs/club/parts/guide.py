"""The listening guide's buttons and forms: a track to like or discuss, and the list where nobody has told it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.errors import PanelOutdated
from bot.domain.post_errors import PostClosed
from bot.domain.posts import COMMENT_LIMIT, Comment, Post
from bot.services import posts
from bot.services.club import track_list
from cogs.club import actions
from cogs.club.cards.guide import liked_card, picker_card, track_card
from cogs.club.cards.phrases import counted
from cogs.shared import post_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, decode_key, encode_key, read_key
from cogs.shared.limits import MODAL_TITLE
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.render import Body
from cogs.shared.replies import answer, hold, think, update
from cogs.shared.text import label

COMMENT_FORM = Form("comment")
"""Of a post: what a member says; the argument is the comment that is answered."""
TRACKS_FORM = Form("track-list")
"""Of a week: the track list of its album."""


def _page(text: str) -> int:
    if not text.isdecimal():
        raise PanelOutdated
    return int(text)


async def _card(interaction: discord.Interaction[Any], post: UUID, page: int | None = None) -> Body:
    """What this member sees of a track."""
    talk = await posts.talk_of(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), post=post)
    return track_card(talk, page)


# --- choosing a track -----------------------------------------------------------------------------------------------


@actions.TRACK.answers
async def on_track(press: Press) -> None:
    """Show the chosen track privately."""
    await think(press.interaction)
    if not press.values:
        raise PostClosed("unknown")
    await answer(press.interaction, await _card(press.interaction, read_key(press.values[0])))


@actions.TRACKS.answers
async def on_tracks(press: Press) -> None:
    """Offer the tracks of a long list, page by page; a private page turns in place."""
    message = press.interaction.message
    private = message is not None and message.flags.ephemeral
    await (hold(press.interaction) if private else think(press.interaction))
    shown = await posts.posts_of_week(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )
    card = picker_card(press.row, shown, _page(press.argument))
    await (update if private else answer)(press.interaction, card)


# --- likes ----------------------------------------------------------------------------------------------------------


@actions.LIKE.answers
async def on_like(press: Press) -> None:
    """Like a track, or take it back; saying so again changes nothing."""
    interaction = press.interaction
    public = not press.argument
    await (think(interaction) if public else hold(interaction))
    change = posts.unlike if press.argument in ("off", "undo") else posts.like
    like = await change(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), post=press.row)
    if public:
        await answer(interaction, liked_card(like))
    elif press.argument == "undo":
        await update(interaction, liked_card(like))
    else:
        await update(interaction, await _card(interaction, press.row))


# --- comments -------------------------------------------------------------------------------------------------------


@actions.COMMENTS.answers
async def on_comments(press: Press) -> None:
    """Show what is said about a track; a private card turns its page in place."""
    if not press.argument:
        await think(press.interaction)
        await answer(press.interaction, await _card(press.interaction, press.row))
        return
    await hold(press.interaction)
    await update(press.interaction, await _card(press.interaction, press.row, _page(press.argument)))


def comment_form(post: Post, parent: Comment | None, text: str = "", moment: str = "") -> ui.Modal:
    """The form for a comment, or for an answer to one."""
    title = f"Answer to {parent.name}" if parent is not None else f"About {post.track.title if post.track else 'it'}"
    fields = [
        text_field(
            "comment",
            "Your answer" if parent is not None else "What do you hear?",
            value=text,
            long=True,
            required=True,
            description=f"Up to {COMMENT_LIMIT:,} characters",
        ),
        text_field("moment", "At which moment?", value=moment, description="Like 1:23; may stay empty"),
    ]
    argument = encode_key(parent.id) if parent is not None else ""
    return COMMENT_FORM.modal(label(title, MODAL_TITLE), fields, post.id, argument)


async def _open_form(
    interaction: discord.Interaction[Any], post: UUID, parent: UUID | None, text: str = "", moment: str = ""
) -> ui.Modal:
    found, answered = await posts.to_comment_on(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), post=post, parent=parent
    )
    return comment_form(found, answered, text, moment)


@actions.COMMENT.answers
async def on_comment(press: Press) -> None:
    """Open the form for a comment."""
    await press.interaction.response.send_modal(await _open_form(press.interaction, press.row, None))


@actions.REPLY.answers
async def on_reply(press: Press) -> None:
    """Open the form for an answer to the chosen comment."""
    parent = read_key(press.values[0]) if press.values else None
    await press.interaction.response.send_modal(await _open_form(press.interaction, press.row, parent))


@COMMENT_FORM.received
async def on_said(submit: Submit) -> None:
    """Keep the comment, and show the track with it."""
    interaction = submit.interaction
    await think(interaction)
    await posts.comment(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        post=submit.row,
        text=submit.text("comment"),
        position=submit.text("moment"),
        parent=_parent(submit),
    )
    await answer(interaction, await _card(interaction, submit.row))


@COMMENT_FORM.filled
async def refill_comment(submit: Submit) -> ui.Modal:
    """The form again, with what was typed."""
    return await _open_form(
        submit.interaction, submit.row, _parent(submit), submit.text("comment"), submit.text("moment")
    )


def _parent(submit: Submit) -> UUID | None:
    return decode_key(submit.argument) if submit.argument else None


@actions.DELETE_COMMENT.answers
async def on_delete(press: Press) -> None:
    """Delete the chosen comment, the member's own."""
    await hold(press.interaction)
    if press.values:
        await posts.delete_comment(
            tools_of(press.interaction),
            caller=caller_of(press.interaction),
            now=now_of(press.interaction),
            comment=read_key(press.values[0]),
        )
    await update(press.interaction, await _card(press.interaction, press.row, _page(press.argument)))


# --- a missing track list -------------------------------------------------------------------------------------------


def tracks_form(week: UUID, text: str = "") -> ui.Modal:
    """The form for a track list."""
    field = text_field(
        "tracks",
        "Track list",
        value=text,
        long=True,
        required=True,
        description="One track a line, with its length where you know it",
        placeholder="1. Kite string 3:12",
    )
    return TRACKS_FORM.modal("The album's track list", [field], week)


@actions.TELL_TRACKS.answers
async def on_tell_tracks(press: Press) -> None:
    """Open the form for the track list."""
    await press.interaction.response.send_modal(tracks_form(press.row))


@TRACKS_FORM.received
async def on_tracks_told(submit: Submit) -> None:
    """Keep the list; the guide shows it at once."""
    interaction = submit.interaction
    await think(interaction)
    told = await track_list.tell_tracks(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        week=submit.row,
        text=submit.text("tracks"),
    )
    await answer(interaction, f"Thank you: {counted(len(told), 'track')} noted. The listening guide shows them now.")


@TRACKS_FORM.filled
async def refill_tracks(submit: Submit) -> ui.Modal:
    """The form again."""
    return tracks_form(submit.row, submit.text("tracks"))
