"""Rating the album: the form, "I've heard it", and the scores for whoever may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.club.entries import SCORES, Track
from bot.domain.club.views import RatingForm
from bot.services.club import rating as ratings
from bot.services.club import views
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.private import rated_card, scores_card
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, read_key
from cogs.shared.limits import OPTIONS
from cogs.shared.modal import Form, Submit, radio_field, select_field, text_field
from cogs.shared.render import words
from cogs.shared.replies import answer, think
from cogs.shared.text import label

RATING_FORM = Form("rating")
"""Of a week: score, favourite track, review."""

FAVOURITE_SELECTS = 3
"""The form has five fields; score and review take two. Longer track lists are typed."""
SCORE_WORDS = {SCORES[0]: "not for me", SCORES[4]: "good", SCORES[-1]: "a favourite for life"}


def rating_form(form: RatingForm) -> ui.Modal:
    """The form, with the present rating in it."""
    present = form.present
    if present is None:
        return _drawn(form)
    return _drawn(form, f"{present.score:.1f}", present.favourite_id, present.favourite, present.review)


def _drawn(
    form: RatingForm, score: str = "", favourite_id: UUID | None = None, favourite: str = "", review: str = ""
) -> ui.Modal:
    scores = [
        discord.RadioGroupOption(
            label=f"{one:.1f}, {SCORE_WORDS[one]}" if one in SCORE_WORDS else f"{one:.1f}",
            value=f"{one:.1f}",
            default=f"{one:.1f}" == score,
        )
        for one in SCORES
    ]
    fields = [
        radio_field("score", "Your score", scores),
        *([] if form.view.week.is_demo else favourite_fields(form.view.tracks, favourite_id, favourite)),
        text_field("review", "Review", value=review, long=True, description="Up to 2,000 characters"),
    ]
    return RATING_FORM.modal(
        f"Rate the {phrases.thing(form.view.week)} · week {form.view.week.number}", fields, form.view.week.id
    )


def favourite_fields(tracks: Sequence[Track], chosen: UUID | None, typed: str) -> list[ui.Item[Any]]:
    """The favourite track: chosen from the real list where it fits into the form, else typed."""
    if not 0 < len(tracks) <= OPTIONS * FAVOURITE_SELECTS:
        return [text_field("favourite", "Favourite track", value=typed)]
    fields: list[ui.Item[Any]] = []
    for start in range(0, len(tracks), OPTIONS):
        shown = tracks[start : start + OPTIONS]
        span = f" ({start + 1}–{start + len(shown)})" if len(tracks) > OPTIONS else ""
        options = [
            discord.SelectOption(
                label=label(f"{track.position}. {track.title}", 100), value=str(track.id), default=track.id == chosen
            )
            for track in shown
        ]
        fields.append(select_field(f"track-{start}", f"Favourite track{span}", options))
    return fields


async def _form(interaction: discord.Interaction[Any], week: UUID) -> RatingForm:
    return await ratings.rating_form(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), week=week
    )


@actions.RATE.answers
async def on_rate(press: Press) -> None:
    """Open the form with the present rating in it."""
    await press.interaction.response.send_modal(rating_form(await _form(press.interaction, press.row)))


@RATING_FORM.received
async def on_rated(submit: Submit) -> None:
    """Keep the rating."""
    interaction = submit.interaction
    await think(interaction)
    form = await _form(interaction, submit.row)
    rated = await ratings.rate(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        week=submit.row,
        score=submit.text("score"),
        favourite=submit.text("favourite"),
        favourite_id=favourite_of(submit, form.present.favourite_id if form.present else None),
        review=submit.text("review"),
    )
    await answer(interaction, rated_card(rated))


def favourite_of(submit: Submit, before: UUID | None) -> UUID | None:
    """The chosen track; of two from different selects the one that is new."""
    chosen = [
        read_key(value)
        for name, values in sorted(submit.fields.items())
        if name.startswith("track-")
        for value in values.split("\n")
        if value
    ]
    fresh = [one for one in chosen if one != before]
    return (fresh or chosen or [None])[0]


@RATING_FORM.filled
async def refill_rating(submit: Submit) -> ui.Modal:
    """The form again, with what was typed."""
    form = await _form(submit.interaction, submit.row)
    favourite = favourite_of(submit, None)
    return _drawn(form, submit.text("score"), favourite, submit.text("favourite"), submit.text("review"))


@actions.HEARD.answers
async def on_heard(press: Press) -> None:
    """Note that the member has heard the album."""
    await think(press.interaction)
    heard = await ratings.mark_heard(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )
    text = "Noted: you have heard it." if heard.first else "You said so before; it counts once."
    rate = actions.RATE.button("Rate the album", press.row, style=discord.ButtonStyle.primary)
    await answer(press.interaction, words(f"{text} What do you make of it?", ui.ActionRow(rate)))


@actions.SCORES.answers
async def on_scores(press: Press) -> None:
    """The club's scores, for whoever has rated."""
    await think(press.interaction)
    await show_scores(press.interaction, week=press.row)


async def show_scores(interaction: discord.Interaction[Any], **week: Any) -> None:
    """The scores of a week; the answer was promised before. `week`, `where` and `number` say which week."""
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    given = await ratings.scores_for(tools, caller=caller, now=now, **week)
    if "week" in week:
        view = await views.view_of(tools, week=week["week"], now=now)
    else:
        view = await views.show_week(tools, caller=caller, now=now, **week)
    await answer(interaction, scores_card(view, given))
