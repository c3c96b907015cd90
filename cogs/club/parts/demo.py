"""Nominating in a demo week: a track of one's own is chosen, then pitched in a form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.club.entries import Blurb
from bot.domain.errors import PanelOutdated
from bot.domain.library.demos import DemoRefused
from bot.services.club import demos
from bot.services.club.demos import DemoForm
from bot.services.library import plans
from cogs.club import actions
from cogs.club.cards.album_step import nominated_card
from cogs.shared import demo_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, decode_key, encode_key, read_key
from cogs.shared.limits import MODAL_TITLE
from cogs.shared.modal import Form, Submit, text_field
from cogs.shared.render import words
from cogs.shared.replies import answer, think
from cogs.shared.text import label

DEMO_FORM = Form("demo-pitch")
"""Of a track: the words around it; the argument is the week."""


async def offer_tracks(interaction: discord.Interaction[Any], week: UUID) -> None:
    """Let a member choose one of their own tracks for a demo week; the newest are offered, the command finds all."""
    own = await demos.own_tracks(tools_of(interaction), caller=caller_of(interaction))
    if not own:
        raise DemoRefused("no_tracks")
    options = [discord.SelectOption(label=label(title, 100), value=str(key)) for key, title in own]
    more = " `/nomination demo` finds the others." if len(own) == demos.SUGGESTIONS else ""
    await answer(
        interaction,
        words(
            f"Which of your tracks shall the club hear?{more}",
            actions.CHOOSE_DEMO.select(options, week, placeholder="Your tracks"),
        ),
    )


@actions.CHOOSE_DEMO.answers
async def on_choose(press: Press) -> None:
    """The track is chosen: open the form around it."""
    if not press.values:
        raise PanelOutdated
    await open_form(press.interaction, read_key(press.values[0]), week=press.row)


async def open_form(
    interaction: discord.Interaction[Any],
    track: UUID,
    *,
    week: UUID | None = None,
    number: int | None = None,
    where: int | None = None,
) -> None:
    """Open the form around a track, where it may be put forward."""
    form = await demos.demo_form(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        track=track,
        week=week,
        number=number,
        where=where,
    )
    draft = await plans.blurb_of(tools_of(interaction), caller=caller_of(interaction), track=track)
    await interaction.response.send_modal(_drawn(form, draft.pitch, draft.genre) if draft else _drawn(form))


def _drawn(form: DemoForm, pitch: str = "", genre: str = "") -> ui.Modal:
    shares = "" if form.attested else " Sending this says that you made it, or may share it."
    if form.view.week.rules.anonymous and form.track.post_count:
        shares += " Who saw your post of it knows whose it is."
    fields = [
        text_field(
            "pitch",
            "What should we listen for?",
            value=pitch,
            long=True,
            description=f"Up to 2,000 characters.{shares}",
        ),
        text_field("genre", "Genre", value=genre or form.track.genre),
    ]
    title = label(f"Nominate {form.track.title}", MODAL_TITLE)
    return DEMO_FORM.modal(title, fields, form.track.id, encode_key(form.view.week.id))


@DEMO_FORM.received
async def on_pitched(submit: Submit) -> None:
    """Nominate the track."""
    interaction = submit.interaction
    await think(interaction)
    nominated = await demos.nominate_track(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        track=submit.row,
        blurb=Blurb(submit.text("pitch"), genre=submit.text("genre")),
        week=decode_key(submit.argument),
    )
    await answer(interaction, nominated_card(nominated.nomination))


@DEMO_FORM.filled
async def refill(submit: Submit) -> ui.Modal:
    """The form again."""
    form = await demos.demo_form(
        tools_of(submit.interaction),
        caller=caller_of(submit.interaction),
        now=now_of(submit.interaction),
        track=submit.row,
        week=decode_key(submit.argument),
    )
    return _drawn(form, submit.text("pitch"), submit.text("genre"))
