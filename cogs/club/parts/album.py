"""From what a member typed to an album: the first of the two steps of a nomination, as often as it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import discord
from discord import ui

from bot.domain.catalog import Service, decade_of, parse_link, parse_track_list
from bot.domain.catalog.packing import pack, unpack
from bot.domain.club.views import WeekView
from bot.domain.errors import AlbumNeeded, PanelOutdated
from bot.services.catalog import ALBUM_PREFIX, Resolved, read_cover, read_on, resolve_album, tracks_of
from bot.services.club import nominating
from cogs.club import actions
from cogs.club.cards.album_step import choice_card, understood_card, unreadable_card
from cogs.club.parts.demo import offer_tracks
from cogs.club.parts.kept import Kept, Watched, keep, kept_album
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.refusals import refusal_words
from cogs.shared.render import Body
from cogs.shared.replies import answer, hold, think, update

ALBUM_FORM = Form("album")
"""Of a week: one field for an album."""
PIECES_FORM = Form("album-pieces")
"""Of a kept album: artist, title, year, link and cover, track list."""

UNTOLD = ("untitled_link", "short_link", "not_an_album")
"""Why a link may tell less than the words beside it."""
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


async def resolve(interaction: discord.Interaction[Any], kept: Kept, *, ask: bool = False) -> Resolved:
    """The album that is meant; the sources are asked when the member is not waiting for a form.

    Raises what `resolve_album` raises.
    """
    tools, now = tools_of(interaction), now_of(interaction)
    told = next(iter(unpack(kept.found)), None)
    resolved = await resolve_album(
        tools,
        text=kept.text,
        artist=kept.artist or None,
        title=kept.title or None,
        year=kept.year or None,
        now=now,
        guild_id=interaction.guild_id,
        told=told,
        picked=bool(kept.picked),
        ask=ask,
    )
    if kept.album and (resolved.album is None or str(resolved.album.id) != kept.album):
        # Words may mean another album by now; what was shown is what is meant.
        resolved = await resolve_album(tools, text=f"{ALBUM_PREFIX}{kept.album}", now=now, told=told, ask=False)
    cover = read_cover(kept.cover) if kept.cover else resolved.cover_url
    tracks = parse_track_list(kept.tracks) if kept.tracks else resolved.tracks
    unread = resolved.unread if ask else tuple(Service(name) for name in kept.unread.split())
    return replace(resolved, cover_url=cover, tracks=tracks, unread=unread)


def with_understood(kept: Kept, resolved: Resolved) -> Kept:
    """What was told, with what was understood of it, so that the next step means the same and asks nobody."""
    misled = bool(resolved.dropped) and resolved.dropped == known_link(kept.text)
    own = misled or (resolved.album is None and resolved.found is None)
    return replace(
        kept,
        text="" if misled else kept.text,
        title=resolved.title if own else kept.title,
        artist=resolved.artist if own else kept.artist,
        album=str(resolved.album.id) if resolved.album is not None else "",
        found=pack([resolved.found]) if resolved.found is not None else "",
        unread=" ".join(resolved.unread),
        pitch_track=kept.pitch_track or resolved.pitch_track,
        genre=kept.genre or resolved.genre,
        decade=kept.decade or (decade_of(resolved.year) if resolved.year else ""),
        country=kept.country or resolved.country,
        choices="",
    )


async def track_titles(interaction: discord.Interaction[Any], resolved: Resolved) -> list[str]:
    """The track list that is known of an album, titles in order."""
    if resolved.album is not None:
        known = await tracks_of(tools_of(interaction), album_id=resolved.album.id)
        if known:
            return [track.title for track in known]
    return [track.title for track in resolved.listed]


async def ask_which(
    interaction: discord.Interaction[Any], kept: Kept, resolved: Resolved, *, in_place: bool = False
) -> None:
    """Let the member pick one of the albums that may be meant."""
    draft = await keep(interaction, replace(kept, choices=pack(choice.found for choice in resolved.choices)))
    card = choice_card(resolved.choices, draft, wish=resolved.shown, unheard=resolved.unheard)
    await (update(interaction, card) if in_place else answer(interaction, card))


async def ask_for_pieces(interaction: discord.Interaction[Any], kept: Kept, needed: AlbumNeeded) -> None:
    """Say why no album could be read, and offer the form that asks piece by piece."""
    await answer(interaction, unreadable_card(refusal_words(needed), await keep(interaction, kept)))


async def first_step(
    interaction: discord.Interaction[Any],
    kept: Kept,
    *,
    where: int | None = None,
    number: int | None = None,
    in_place: bool = False,
    ask: bool = True,
    page: int = 0,
    instead: str = "",
) -> None:
    """Show privately what was understood, once nothing speaks against nominating it; the answer was promised before.

    `instead` is read when the text is a link that tells no title.
    """
    try:
        resolved = await resolve(interaction, kept, ask=ask)
    except AlbumNeeded as needed:
        if instead and needed.reason in UNTOLD:
            await first_step(interaction, replace(kept, text=instead), where=where, number=number)
            return
        await ask_for_pieces(interaction, kept, needed)
        return
    view = await nominating.check_can_nominate(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        album=resolved,
        where=where,
        number=number,
        week=kept.week_id,
    )
    kept = replace(kept, week=str(view.week.id))
    if resolved.choices:
        await ask_which(interaction, kept, resolved, in_place=in_place)
        return
    card, draft = await _understood(interaction, kept, resolved, view, page)
    with Watched(interaction) as watched:
        watched.follow(draft)
        await (update(interaction, card) if in_place else answer(interaction, card))
        if ask and resolved.unread:
            # The pages that were not read in time are drawn in, unless the member has gone on.
            told = await read_on(tools_of(interaction), resolved)
            card, draft = await _understood(interaction, kept, told, view, page)
            watched.follow(draft)
            await watched.draw(card)


async def _understood(
    interaction: discord.Interaction[Any], kept: Kept, resolved: Resolved, view: WeekView, page: int
) -> tuple[Body, UUID]:
    """The card of what was understood, and the draft of its own behind it."""
    kept = with_understood(kept, resolved)
    tracks = await track_titles(interaction, resolved)
    further = bool(tools_of(interaction).album_sources)
    draft = await keep(interaction, kept)
    card = understood_card(
        view, resolved, draft, tracks=tracks, pitch_track=kept.pitch_track, page=page, further=further
    )
    return card, draft


Step = Callable[..., Awaitable[None]]
"""Goes on with a kept album; `in_place` on the private message that was pressed, without `ask` as it was written.

The answer was promised before.
"""

PURPOSES: dict[str, Step] = {}
"""What follows once it is known which album is meant, by what it is for."""


async def to_nominate(
    interaction: discord.Interaction[Any], kept: Kept, *, in_place: bool = False, ask: bool = True
) -> None:
    """The first of the two steps of a nomination."""
    await first_step(interaction, kept, where=interaction.channel_id, in_place=in_place, ask=ask)


PURPOSES[""] = to_nominate


def menu_texts(message: discord.Message) -> tuple[str, str]:
    """What a message offers as an album, and what to read when that is a link without a title.

    Its first known link; else its first line. Embeds are asked last.
    """
    texts = [message.content, *(text for embed in message.embeds for text in (embed.url, embed.title) if text)]
    lines = [line.strip() for text in texts for line in text.split("\n") if line.strip()]
    linked = next((line for line in lines if known_link(line)), "")
    if not linked:
        return next(iter(lines), ""), ""
    return known_link(linked), linked if len(linked.split()) > 1 else ""


def known_link(text: str) -> str:
    """The first address of a known service among the words of a text; empty when there is none."""
    for word in text.split():
        try:
            link = parse_link(word)
        except AlbumNeeded:
            continue
        if link is not None:
            return link.url
    return ""


# --- the one-field form ---------------------------------------------------------------------------------------------


def album_form(week: UUID, text: str = "") -> ui.Modal:
    """The form behind the week's button."""
    field = text_field(
        "album",
        "Which album?",
        value=text,
        required=True,
        description="A link, or: Artist - Album",
        placeholder="Low - Things We Lost in the Fire",
    )
    return ALBUM_FORM.modal("Nominate an album", [field], week)


@actions.NOMINATE.answers
async def on_nominate(press: Press) -> None:
    """Open the form for an album, where this member may still nominate one."""
    view = await nominating.check_can_nominate(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )
    if view.week.is_demo:
        await offer_tracks(press.interaction, press.row)
        return
    await press.interaction.response.send_modal(album_form(press.row))


@ALBUM_FORM.received
async def on_album(submit: Submit) -> None:
    """The first step, from the form."""
    await think(submit.interaction)
    await first_step(submit.interaction, Kept(text=submit.text("album"), week=str(submit.row)))


@ALBUM_FORM.filled
async def refill_album(submit: Submit) -> ui.Modal:
    """The form again."""
    return album_form(submit.row, submit.text("album"))


# --- the form piece by piece ----------------------------------------------------------------------------------------


def pieces_form(draft: UUID, kept: Kept) -> ui.Modal:
    """The form that asks for an album piece by piece."""
    link = known_link(kept.text)
    links = "\n".join(part for part in (link, kept.cover) if part)
    title = kept.title or ("" if link or kept.text.startswith(ALBUM_PREFIX) else kept.text)
    return PIECES_FORM.modal(
        "Which album is it?",
        [
            text_field("artist", "Artist", value=kept.artist),
            text_field("title", "Title", value=title, required=True),
            text_field("year", "Year", value=kept.year),
            text_field(
                "links",
                "Links",
                value=links,
                long=True,
                description="Where to listen; on a line of its own the address of a cover",
            ),
            text_field("tracks", "Track list", value=kept.tracks, long=True, description="One track a line"),
        ],
        draft,
    )


@actions.NOT_IT.answers
@actions.FILL_IN.answers
async def on_not_it(press: Press) -> None:
    """Open the form that asks piece by piece."""
    kept = await kept_album(press.interaction, press.row)
    await press.interaction.response.send_modal(pieces_form(press.row, kept))


@PIECES_FORM.received
async def on_pieces(submit: Submit) -> None:
    """The first step again, with the pieces."""
    await think(submit.interaction)
    before = await kept_album(submit.interaction, submit.row)
    text, cover = split_links(submit.text("links"))
    told = Kept(
        text=text,
        artist=submit.text("artist"),
        title=submit.text("title"),
        year=submit.text("year"),
        cover=cover,
        tracks=submit.text("tracks"),
        week=before.week,
        purpose=before.purpose,
        number=before.number,
        pitch=before.pitch,
    )
    await PURPOSES[told.purpose](submit.interaction, told)


@PIECES_FORM.filled
async def refill_pieces(submit: Submit) -> ui.Modal:
    """The form again."""
    text, cover = split_links(submit.text("links"))
    pieces = {name: submit.text(name) for name in ("artist", "title", "year", "tracks")}
    return pieces_form(submit.row, Kept(text=text, cover=cover, **pieces))


def split_links(text: str) -> tuple[str, str]:
    """The album's link and the cover's address, in whatever order they were given."""
    listed = text.split()
    covers = [one for one in listed if urlsplit(one).path.lower().endswith(PICTURES)]
    album = known_link(" ".join(one for one in listed if one not in covers))
    others = [one for one in listed if one not in covers and not known_link(one)]
    if album and not covers:
        covers = others
    return album or " ".join(others), covers[0] if covers else ""


# --- long track lists -----------------------------------------------------------------------------------------------


def page_of(press: Press) -> int:
    """The page of the track list that a press names; raises `PanelOutdated` for what is no number."""
    if not press.argument.isdecimal():
        raise PanelOutdated
    return int(press.argument)


@actions.TRACK_PAGE.answers
async def on_track_page(press: Press) -> None:
    """Turn the page of the track list."""
    await hold(press.interaction)
    kept = await kept_album(press.interaction, press.row)
    await first_step(press.interaction, kept, in_place=True, ask=False, page=page_of(press))


@actions.PITCH_TRACK.answers
async def on_pitch_track(press: Press) -> None:
    """Note the track to start with."""
    await hold(press.interaction)
    kept = await kept_album(press.interaction, press.row)
    titles = await track_titles(press.interaction, await resolve(press.interaction, kept))
    place = int(press.values[0]) if press.values and press.values[0].isdecimal() else 0
    if 1 <= place <= len(titles):
        kept = replace(kept, pitch_track=titles[place - 1])
    await first_step(press.interaction, kept, in_place=True, ask=False, page=page_of(press))
