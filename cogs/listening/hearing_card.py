"""The card of who has heard the week's album, and what one member reads about their own line on it."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.club.views import WeekView
from bot.domain.club.week import HEARING
from bot.domain.listening.hearing import Hearer, Hearing, Share, knew_it, share_of
from bot.services.listening.showing import Own
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, row, words

SHOW = Action("hearing-show")
"""Of a week: the member wants to be named on its card; `HIDE` takes that back."""
HIDE = Action("hearing-hide")

HEADING = "Who has heard it"
LIST_SIZE = 3_000


def hearing_card(view: WeekView, card: Hearing) -> Body:
    """Those who want to be named with x of n tracks; once the week is over, counts alone."""
    week = view.week
    heading = phrases.heading(week, HEADING)
    if not week.announced or view.winner is None:
        return Body(ui.TextDisplay(f"{heading}\nThis week's album is being chosen again."), silent=True)
    if week.phase not in HEARING:
        # Names go with the week, so that nobody has to be taken off old cards.
        return Body(ui.TextDisplay(f"{heading}\n{_over(card)}"), silent=True)
    head = f"{heading}\n{phrases.album_headline(view.winner.album)}"
    if card.hearers:
        body = phrases.listing(lambda width: [_line(one, card.tracks, width) for one in card.hearers], LIST_SIZE)
    else:
        body = "Nobody shows their listening here yet."
    how = "Link an account with `/link`, and the tracks are counted by themselves. Only those who want it are named."
    buttons = row(
        SHOW.button("Show my listening", week.id, style=discord.ButtonStyle.primary),
        HIDE.button("Hide mine", week.id),
        actions.HEARD.button("I've heard it", week.id),
    )
    return Body(ui.TextDisplay(head), ui.TextDisplay(body), ui.TextDisplay(f"-# {how}"), buttons, silent=True)


def _over(card: Hearing) -> str:
    if not card.hearers:
        return "Nobody showed their listening."
    return f"{card.finished} of the {counted(len(card.hearers), 'member')} who showed it heard it all."


def _line(one: Hearer, tracks: int, width: int) -> str:
    return f"- **{phrases.literal(one.name, min(width, phrases.PERSON), width + 12)}**: {heard_words(one, tracks)}"


def heard_words(one: Hearer, tracks: int) -> str:
    """`7 of 10 tracks, first listen`; `has heard it` where their word is all there is."""
    if not one.told or not tracks or (one.says and not one.heard):
        return "has heard it" if one.says else "not yet"
    again = "heard before" if knew_it(one, tracks) else "first listen"
    counts = f"{one.heard} of {counted(tracks, 'track')}"
    through = ", has heard it" if one.says and one.heard < tracks else ""
    if not one.heard:
        return counts
    return f"{counts}{' ✓' if share_of(one, tracks) is Share.ALL and not through else ''}, {again}{through}"


def shown_card(own: Own, *, on: bool) -> Body:
    """What a press on the card has done, for the member alone."""
    again: ui.Item[Any] = (HIDE if on else SHOW).button("Hide mine" if on else "Show my listening", own.week.id)
    if not on:
        text = "You are taken off the card." if own.changed else "You were not on the card."
        return words(f"{text} What you hear still counts for you alone.", ui.ActionRow(again))
    text = "The card names you from now on, this week and later ones." if own.changed else "You are named already."
    if own.hearer.told and own.tracks:
        text += f" So far: {heard_words(own.hearer, own.tracks)}."
    elif not own.hearer.told:
        text += " No account of yours is linked: `/link` counts tracks by itself, **I've heard it** says so for you."
    return words(text, ui.ActionRow(again))
