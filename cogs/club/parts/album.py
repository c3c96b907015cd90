"""From what a member typed to an album: the first of the two steps of a nomination, as often as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import discord
from discord import ui

from bot.domain.catalog import decade_of, parse_link, parse_track_list
from bot.domain.errors import AlbumNeeded, DraftGone, PanelOutdated
from bot.services.catalog import Resolved, read_cover, resolve_album, tracks_of
from bot.services.club import drafts, nominating
from cogs.club import actions
from cogs.club.cards.album_step import understood_card, unreadable_card
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.refusals import refusal_words
from cogs.shared.replies import answer, hold, think, update

KEPT = "kept-album"
"""The name under which an album on its way is kept among the drafts."""

ALBUM_FORM = Form("album")
"""Of a week: one field for an album."""
PIECES_FORM = Form("album-pieces")
"""Of a kept album: artist, title, year, link and cover, track list."""

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a member told of an album so far, in their own words, between the steps."""

    text: str = ""
    artist: str = ""
    title: str = ""
    year: str = ""
    cover: str = ""
    tracks: str = ""
    week: str = ""
    pitch_track: str = ""
    genre: str = ""
    decade: str = ""
    country: str = ""

    @classmethod
    def from_fields(cls, values: Mapping[str, Any]) -> Kept:
        """From a stored draft; names unknown to this version are ignored."""
        return cls(**{field.name: str(values.get(field.name, "")) for field in fields(cls)})

    @property
    def week_id(self) -> UUID | None:
        """The week it is meant for, once that is settled."""
        return UUID(self.week) if self.week else None


async def keep(interaction: discord.Interaction[Any], kept: Kept) -> UUID:
    """Keep an album between two presses."""
    return await drafts.keep_draft(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        form=KEPT,
        fields=asdict(kept),
    )


async def kept_album(interaction: discord.Interaction[Any], draft: UUID) -> Kept:
    """A kept album of this member; raises `DraftGone`."""
    form, values = await drafts.take_draft(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), draft=draft
    )
    if form != KEPT:
        raise DraftGone
    return Kept.from_fields(values)


async def resolve(interaction: discord.Interaction[Any], kept: Kept) -> Resolved:
    """The album that is meant; raises what `resolve_album` raises."""
    resolved = await resolve_album(
        tools_of(interaction),
        text=kept.text,
        artist=kept.artist or None,
        title=kept.title or None,
        year=kept.year or None,
        now=now_of(interaction),
    )
    cover = read_cover(kept.cover) if kept.cover else resolved.cover_url
    tracks = parse_track_list(kept.tracks) if kept.tracks else resolved.tracks
    return replace(resolved, cover_url=cover, tracks=tracks)


async def track_titles(interaction: discord.Interaction[Any], resolved: Resolved) -> list[str]:
    """The track list that is known of an album, titles in order."""
    if resolved.album is not None:
        known = await tracks_of(tools_of(interaction), album_id=resolved.album.id)
        if known:
            return [track.title for track in known]
    return [track.title for track in resolved.tracks]


async def first_step(
    interaction: discord.Interaction[Any],
    kept: Kept,
    *,
    where: int | None = None,
    number: int | None = None,
    in_place: bool = False,
    page: int = 0,
    instead: str = "",
) -> None:
    """Show privately what was understood, once nothing speaks against nominating it; the answer was promised before.

    `instead` is read when the text is a link that tells no title.
    """
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    try:
        resolved = await resolve(interaction, kept)
    except AlbumNeeded as needed:
        if instead and needed.reason == "untitled_link":
            await first_step(interaction, replace(kept, text=instead), where=where, number=number)
            return
        await answer(interaction, unreadable_card(refusal_words(needed), await keep(interaction, kept)))
        return
    view = await nominating.check_can_nominate(
        tools, caller=caller, now=now, album=resolved, where=where, number=number, week=kept.week_id
    )
    kept = replace(
        kept,
        week=str(view.week.id),
        genre=kept.genre or resolved.genre,
        decade=kept.decade or (decade_of(resolved.year) if resolved.year else ""),
        country=kept.country or resolved.country,
    )
    tracks = await track_titles(interaction, resolved)
    draft = await keep(interaction, kept)
    card = understood_card(view, resolved, draft, tracks=tracks, pitch_track=kept.pitch_track, page=page)
    await (update(interaction, card) if in_place else answer(interaction, card))


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
    await nominating.check_can_nominate(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )
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
    title = kept.title or ("" if link or kept.text.startswith("album:") else kept.text)
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
    )
    await first_step(submit.interaction, told, where=submit.interaction.channel_id)


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
    await first_step(press.interaction, kept, in_place=True, page=page_of(press))


@actions.PITCH_TRACK.answers
async def on_pitch_track(press: Press) -> None:
    """Note the track to start with."""
    await hold(press.interaction)
    kept = await kept_album(press.interaction, press.row)
    titles = await track_titles(press.interaction, await resolve(press.interaction, kept))
    place = int(press.values[0]) if press.values and press.values[0].isdecimal() else 0
    if 1 <= place <= len(titles):
        kept = replace(kept, pitch_track=titles[place - 1])
    await first_step(press.interaction, kept, in_place=True, page=page_of(press))
