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
from bot.services.catalog import Choice, Resolved
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.limits import OPTIONS
from cogs.shared.render import Body, beside_cover, row, rows, words
from cogs.shared.text import label, plain, when

NOWHERE = UUID(int=0)
AS_WRITTEN = "none"
"""The choice of none of the albums that were found."""


def album_of(resolved: Resolved) -> Album:
    """The understood album as a noun, whether or not the catalogue has it."""
    return resolved.album or Album(
        NOWHERE, resolved.title, resolved.artist, resolved.year, None, cover_url=resolved.cover_url
    )


def understood_card(
    view: WeekView,
    resolved: Resolved,
    draft: UUID,
    *,
    tracks: Sequence[str],
    pitch_track: str = "",
    page: int = 0,
    further: bool = False,
) -> Body:
    """What was understood, before anybody else sees it: pitch it, nominate it as it is, or say what is meant."""
    album = album_of(resolved)
    lines = ["### Is this the album?", phrases.album_words(album, 200)]
    services = [link.service for link in (*resolved.links, *([resolved.link] if resolved.link else []))]
    if services:
        lines.append(f"From {_listed([service_name(service) for service in dict.fromkeys(services)])}.")
    if not resolved.artist:
        lines.append("The artist is not known; **Not it?** lets you add it.")
    if tracks:
        lines.append(f"{counted(len(tracks), 'track')} known.")
    if pitch_track:
        lines.append(f"**Start with:** {plain(pitch_track, 120, hard=160)}")
    if resolved.dropped:
        lines.append(
            f"The address {plain(resolved.dropped, 100)} is left out: no service Longplay knows has the album there."
        )
    lines += _silence(resolved.unheard)
    lines.append(f"For {view.week.label}; nominations close {when(view.week.deadlines.nominations_close_at)}.")
    return Body(
        beside_cover("\n".join(lines), album.cover_url or resolved.cover_url, phrases.cover_alt(album)),
        *_track_picker(tracks, draft, page),
        *rows(
            actions.PITCH.button("Pitch it", draft, style=discord.ButtonStyle.primary),
            actions.NOMINATE_NOW.button("Nominate now", draft),
            actions.NOT_IT.button("Not it?", draft),
            actions.SEARCH_FURTHER.button("Search further", draft) if further else None,
        ),
    )


def choice_card(
    choices: Sequence[Choice],
    draft: UUID,
    *,
    wish: str,
    waiting: Sequence[str] = (),
    unheard: Sequence[str] = (),
    further: bool = True,
) -> Body:
    """Several albums that may be meant, to pick one, or none of them; who is still asked, and who did not answer."""
    asked = f"Looking for: {plain(wish, 200)}"
    if choices:
        lines = ["### Which album is it?", asked, f"{counted(len(choices), 'album')} found; pick the one you mean."]
        lines += [f"- {plain(_name(choice), 60, hard=120)}" for choice in choices]
    elif waiting:
        lines = ["### Searching", asked]
    else:
        lines = ["### Nothing like it was found", asked, "It can still be nominated as you wrote it."]
    lines += [f"Still asking {_listed(waiting)}."] if waiting else []
    lines += _silence(unheard)
    options = [_option(place, choice) for place, choice in enumerate(choices)]
    options.append(discord.SelectOption(label="None of these: as I wrote it", value=AS_WRITTEN))
    return Body(
        ui.TextDisplay("\n".join(lines)),
        actions.CHOOSE_ALBUM.select(options, draft, placeholder="The album you mean"),
        *rows(
            actions.SEARCH_FURTHER.button("Search further", draft) if further else None,
            actions.NOT_IT.button("Fill in a form", draft),
        ),
    )


def _option(place: int, choice: Choice) -> discord.SelectOption:
    """One album by its name; below it who has it, its length, and what differs from what was written."""
    found = choice.found
    services = ", ".join(dict.fromkeys(service_name(one.service) for one in found.links))
    facts = [services, counted(found.track_count, "track") if found.track_count else "", choice.why]
    return discord.SelectOption(
        label=label(_name(choice), 100),
        value=str(place),
        description=label(" · ".join(fact for fact in facts if fact), 100),
    )


def _name(choice: Choice) -> str:
    return Album(NOWHERE, choice.found.title, choice.found.artist, choice.found.year).shown


def _silence(unheard: Sequence[str]) -> list[str]:
    return [f"{_listed(unheard)} did not answer."] if unheard else []


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


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
