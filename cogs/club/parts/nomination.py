"""The second step of a nomination, and what its nominator, the others and the hosts can do with it after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.club.entries import Blurb
from bot.domain.errors import AlreadyNominated, NoSuchNomination, WhichNomination
from bot.services.catalog import read_on
from bot.services.club import nominating, setup
from bot.services.library import plans
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.album_step import nominated_card
from cogs.club.parts.album import kept_album, resolve, track_titles
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.limits import OPTIONS
from cogs.shared.modal import Form, Submit, select_field, text_field
from cogs.shared.refusals import OFFERS
from cogs.shared.render import Item, words
from cogs.shared.replies import answer, hold, think, update
from cogs.shared.text import label

PITCH_FORM = Form("pitch")
"""Of a kept album: the words around it."""
EDIT_FORM = Form("nomination-edit")
"""Of a nomination: the same words, changed; the argument tells a demo."""
DEMO = "demo"


def blurb_fields(blurb: Blurb, tracks: Sequence[str] = ()) -> list[ui.Item[Any]]:
    """The five fields around an album; the track is chosen where a list of it fits into one select."""
    return [
        text_field(
            "pitch", "Your pitch", value=blurb.pitch, long=True, description="Why should the club hear it? Up to 2,000"
        ),
        _track_field(blurb.pitch_track, tracks),
        text_field("genre", "Genre", value=blurb.genre),
        text_field("decade", "Decade", value=blurb.decade, placeholder="1990s"),
        text_field("country", "Country", value=blurb.country),
    ]


def demo_fields(blurb: Blurb) -> list[ui.Item[Any]]:
    """The fields around a demo."""
    return [
        text_field("pitch", "What should we listen for?", value=blurb.pitch, long=True, description="Up to 2,000"),
        text_field("genre", "Genre", value=blurb.genre),
    ]


def _track_field(chosen: str, tracks: Sequence[str]) -> ui.Item[Any]:
    if not 0 < len(tracks) <= OPTIONS:
        return text_field("pitch_track", "A track to start with", value=chosen)
    options = [
        discord.SelectOption(label=label(f"{place}. {title}", 100), value=str(place), default=title == chosen)
        for place, title in enumerate(tracks, start=1)
    ]
    return select_field("track", "A track to start with", options)


def blurb_of(submit: Submit, tracks: Sequence[str]) -> Blurb:
    """The words of a form; a chosen track is its place in the list."""
    place = submit.text("track")
    chosen = tracks[int(place) - 1] if place.isdecimal() and 1 <= int(place) <= len(tracks) else ""
    return Blurb(
        pitch=submit.text("pitch"),
        pitch_track=chosen or submit.text("pitch_track"),
        genre=submit.text("genre"),
        decade=submit.text("decade"),
        country=submit.text("country"),
    )


# --- nominating -----------------------------------------------------------------------------------------------------


@actions.PITCH.answers
async def on_pitch(press: Press) -> None:
    """Open the form around the kept album."""
    kept = await kept_album(press.interaction, press.row)
    album = await resolve(press.interaction, kept)
    tracks = await track_titles(press.interaction, album)
    blurb = Blurb("", kept.pitch_track, kept.genre, kept.decade, kept.country)
    drafted = await plans.blurb_for(
        tools_of(press.interaction),
        caller=caller_of(press.interaction),
        artist=album.artist,
        title=album.title,
        tracks=tracks,
    )
    await press.interaction.response.send_modal(pitch_form(press.row, filled_up(blurb, drafted), tracks))


def filled_up(blurb: Blurb, drafted: Blurb | None) -> Blurb:
    """What the form shows at first: the member's own draft, and what is known where that says nothing."""
    if drafted is None:
        return blurb
    return Blurb(
        drafted.pitch or blurb.pitch,
        blurb.pitch_track or drafted.pitch_track,
        drafted.genre or blurb.genre,
        drafted.decade or blurb.decade,
        drafted.country or blurb.country,
    )


def pitch_form(draft: UUID, blurb: Blurb, tracks: Sequence[str]) -> ui.Modal:
    """The form around a kept album."""
    return PITCH_FORM.modal("Pitch your album", blurb_fields(blurb, tracks), draft)


@PITCH_FORM.received
async def on_pitched(submit: Submit) -> None:
    """Nominate the kept album with its pitch."""
    await _nominate(submit.interaction, submit.row, submit)


@PITCH_FORM.filled
async def refill_pitch(submit: Submit) -> ui.Modal:
    """The form again."""
    kept = await kept_album(submit.interaction, submit.row)
    tracks = await track_titles(submit.interaction, await resolve(submit.interaction, kept))
    return pitch_form(submit.row, blurb_of(submit, tracks), tracks)


@actions.NOMINATE_NOW.answers
async def on_nominate_now(press: Press) -> None:
    """Nominate the kept album without a pitch."""
    await _nominate(press.interaction, press.row, None)


async def _nominate(interaction: discord.Interaction[Any], draft: UUID, submit: Submit | None) -> None:
    """Nominate, and let the private card say so in place of the question."""
    await hold(interaction)
    kept = await kept_album(interaction, draft)
    shown = await resolve(interaction, kept)
    # Whoever is quicker than the page with the tracks waits for it here; without a list nobody hears of single tracks.
    album = shown if shown.listed else await read_on(tools_of(interaction), shown)
    if submit is None:
        blurb = Blurb("", kept.pitch_track, kept.genre or album.genre, kept.decade, kept.country or album.country)
    else:
        blurb = blurb_of(submit, await track_titles(interaction, shown))
    nominated = await nominating.nominate(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        album=album,
        blurb=blurb,
        week=kept.week_id,
        where=interaction.channel_id,
    )
    await update(interaction, nominated_card(nominated.nomination))


# --- afterwards -----------------------------------------------------------------------------------------------------


def _offer_second(refusal: AlreadyNominated) -> Sequence[Item]:
    key = UUID(refusal.nomination_id)
    if refusal.own:
        return (actions.EDIT_NOMINATION.button("Edit", key),)
    return (actions.SECOND.button("Second it", key, style=discord.ButtonStyle.primary),)


OFFERS[AlreadyNominated] = _offer_second


@actions.SECOND.answers
async def on_second(press: Press) -> None:
    """Stand behind somebody else's nomination."""
    await think(press.interaction)
    await second(press.interaction, press.row)


async def second(interaction: discord.Interaction[Any], nomination: UUID) -> None:
    """Stand behind a nomination; the answer was promised before."""
    seconded = await nominating.second(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), nomination=nomination
    )
    album = phrases.album_words(seconded.album, 160)
    await answer(
        interaction, words(f"You second {album}. You still have your own nomination, if you have not used it.")
    )


async def edit_form(interaction: discord.Interaction[Any], nomination: UUID) -> ui.Modal:
    """The form with the present words of one's own nomination."""
    found = await nominating.own_nomination(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), nomination=nomination
    )
    blurb = Blurb(found.pitch, found.pitch_track, found.genre, found.decade, found.country)
    fields = demo_fields(blurb) if found.of_track else blurb_fields(blurb)
    return EDIT_FORM.modal("Change your nomination", fields, nomination, DEMO if found.of_track else "")


@actions.EDIT_NOMINATION.answers
async def on_edit(press: Press) -> None:
    """Open the form with the present words."""
    await press.interaction.response.send_modal(await edit_form(press.interaction, press.row))


@EDIT_FORM.received
async def on_edited(submit: Submit) -> None:
    """Change a nomination's words."""
    await think(submit.interaction)
    changed = await nominating.edit_nomination(
        tools_of(submit.interaction),
        caller=caller_of(submit.interaction),
        now=now_of(submit.interaction),
        nomination=submit.row,
        blurb=blurb_of(submit, ()),
    )
    await answer(submit.interaction, nominated_card(changed.nomination, edited=True))


@EDIT_FORM.filled
async def refill_edit(submit: Submit) -> ui.Modal:
    """The form again."""
    fields = demo_fields if submit.argument == DEMO else blurb_fields
    return EDIT_FORM.modal("Change your nomination", fields(blurb_of(submit, ())), submit.row, submit.argument)


@actions.WITHDRAW_NOMINATION.answers
async def on_withdraw(press: Press) -> None:
    """Take a nomination back."""
    await think(press.interaction)
    await withdraw(press.interaction, press.row)


async def withdraw(interaction: discord.Interaction[Any], nomination: UUID) -> None:
    """Take a nomination back; the answer was promised before."""
    gone = await nominating.withdraw_nomination(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), nomination=nomination
    )
    album = phrases.album_words(gone.album, 160)
    await answer(interaction, words(f"Withdrawn: {album}. You may nominate another album until nominations close."))


async def named_nomination(interaction: discord.Interaction[Any], text: str, *, own: bool | None = None) -> UUID:
    """The nomination a command's option means: a choice of the list, a title, or words that fit exactly one.

    Raises `NoSuchNomination`, `WhichNomination`, `ClubNotSetUp`.
    """
    try:
        return UUID(text)
    except ValueError:
        found = await nominating.nomination_suggestions(
            tools_of(interaction),
            guild_id=interaction.guild_id or 0,
            where=interaction.channel_id,
            text=text,
            discord_id=interaction.user.id,
            own=own,
        )
    exact = [one for one in found if one[0].casefold().startswith(f"{text.strip().casefold()} — ")]
    fitting = exact if len(exact) == 1 else found
    if not fitting:
        await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
        raise NoSuchNomination
    if len(fitting) > 1:
        raise WhichNomination(tuple(name for name, _ in fitting))
    return UUID(fitting[0][1])
