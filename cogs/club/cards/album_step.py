"""Private cards of a nomination on its way: what was understood, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.catalog import service_name
from bot.domain.club.entries import Album, Nomination
from bot.domain.club.views import WeekView
from bot.services.catalog import Resolved
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.limits import OPTIONS
from cogs.shared.render import Body, beside_cover, row, rows, words
from cogs.shared.text import label, plain, when

NOWHERE = UUID(int=0)


def album_of(resolved: Resolved) -> Album:
    """The understood album as a noun, whether or not the catalogue has it."""
    return resolved.album or Album(
        NOWHERE, resolved.title, resolved.artist, resolved.year, None, cover_url=resolved.cover_url
    )


def understood_card(
    view: WeekView, resolved: Resolved, draft: UUID, *, tracks: Sequence[str], pitch_track: str = "", page: int = 0
) -> Body:
    """What was understood, before anybody else sees it: pitch it, nominate it as it is, or say what is meant."""
    album = album_of(resolved)
    lines = ["### Is this the album?", phrases.album_words(album, 200)]
    if resolved.link is not None:
        lines.append(f"From {service_name(resolved.link.service)}.")
    if not resolved.artist:
        lines.append("The artist is not known; **Not it?** lets you add it.")
    if tracks:
        lines.append(f"{counted(len(tracks), 'track')} known.")
    if pitch_track:
        lines.append(f"**Start with:** {plain(pitch_track, 120, hard=160)}")
    if resolved.dropped:
        lines.append(f"The address {plain(resolved.dropped, 100)} is of no service Longplay knows; it is left out.")
    lines.append(f"For {view.week.label}; nominations close {when(view.week.deadlines.nominations_close_at)}.")
    return Body(
        beside_cover("\n".join(lines), album.cover_url or resolved.cover_url, phrases.cover_alt(album)),
        *_track_picker(tracks, draft, page),
        *rows(
            actions.PITCH.button("Pitch it", draft, style=discord.ButtonStyle.primary),
            actions.NOMINATE_NOW.button("Nominate now", draft),
            actions.NOT_IT.button("Not it?", draft),
        ),
    )


def _track_picker(tracks: Sequence[str], draft: UUID, page: int) -> list[ui.Item[Any]]:
    """The track to start with, for lists too long for the form's own select."""
    if len(tracks) <= OPTIONS:
        return []
    page = min(page, (len(tracks) - 1) // OPTIONS)
    first = page * OPTIONS
    shown = tracks[first : first + OPTIONS]
    options = [
        discord.SelectOption(label=label(f"{place}. {title}", 100), value=str(place))
        for place, title in enumerate(shown, start=first + 1)
    ]
    last = first + len(shown)
    pages: list[ui.Item[Any] | None] = [
        actions.TRACK_PAGE.button("Earlier tracks", draft, str(page - 1)) if page else None,
        actions.TRACK_PAGE.button("Later tracks", draft, str(page + 1)) if last < len(tracks) else None,
    ]
    placeholder = f"The track to start with ({first + 1}–{last} of {len(tracks)})"
    select = actions.PITCH_TRACK.select(options, draft, str(page), placeholder=placeholder)
    return [select, *rows(*pages)]


def nominated_card(nomination: Nomination, *, edited: bool = False) -> Body:
    """A nomination stands; only its nominator sees this one."""
    lines = [
        f"### {'Changed' if edited else 'Nominated'}",
        phrases.album_words(nomination.album, 200),
        "Its card is in the thread. You can change or withdraw it until nominations close.",
    ]
    if not nomination.pitch:
        lines.append("A pitch tells the others why: add one with **Edit**.")
    return Body(
        beside_cover("\n".join(lines), nomination.album.cover_url, phrases.cover_alt(nomination.album)),
        own_nomination_row(nomination),
    )


def own_nomination_row(nomination: Nomination) -> ui.ActionRow[Any] | None:
    """What a nominator can do with their own."""
    return row(
        actions.EDIT_NOMINATION.button("Edit", nomination.id),
        actions.WITHDRAW_NOMINATION.button("Withdraw", nomination.id),
    )


def unreadable_card(text: str, draft: UUID) -> Body:
    """No album could be read: why, and a form that asks for it piece by piece."""
    return words(text, row(actions.FILL_IN.button("Fill in a form", draft, style=discord.ButtonStyle.primary)))
