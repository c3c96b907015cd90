"""The command `/club charts`, which joins the club's other commands."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import discord
from discord import app_commands

from bot.domain.listening.charts import Kind
from bot.services.listening import charts
from bot.services.listening.charts import Charts
from cogs.club import suggest
from cogs.listening import cards, pages
from cogs.listening.seeing import PRIVATE, show
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import Body, Item, row
from cogs.shared.replies import hold, think, update

ALL = "all"
LISTS = {"artists": Kind.ARTIST, "albums": Kind.ALBUM, "tracks": Kind.TRACK}
PICK = "Another week"

Asked = discord.Interaction[Any]


def charts_command() -> app_commands.Command[Any, ..., None]:
    """The command, fresh for the group that it joins."""
    return app_commands.Command(
        name="charts", description="Show what the club heard most in a week.", callback=club_charts
    )


@suggest.offering
async def weeks(interaction: Asked, current: str) -> suggest.Pairs[str]:
    """Weeks that have charts."""
    found = await charts.weeks_for(tools_of(interaction), guild_id=interaction.guild_id or 0, now=now_of(interaction))
    pairs = [(cards.week_words(monday), monday.isoformat()) for monday in found]
    return [pair for pair in pairs if current.casefold() in f"{pair[0]} {pair[1]}".casefold()]


@app_commands.describe(
    chart="One list in full; the beginning of all three, when left out",
    week="A day of the week, like 2026-11-20; the last whole week, when left out",
    private=PRIVATE,
)
@app_commands.autocomplete(week=weeks)
async def club_charts(
    interaction: Interaction,
    chart: Literal["artists", "albums", "tracks"] | None = None,
    week: str = "",
    private: bool = False,
) -> None:
    """Show what the club heard most in a week."""
    await think(interaction)
    told = await charts.club_charts(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        week=week,
        kind=LISTS[chart] if chart else None,
    )
    await show(interaction, _charts(interaction, told), public=not private)


def _charts(interaction: Asked, told: Charts) -> Body:
    """The card, with ways to its other lists, pages and weeks."""
    asker = interaction.user.id
    kind = ALL if told.kind is None else str(told.kind)
    page = told.charts[0].page

    def button(words: str, number: int, to: str = kind) -> Item:
        return pages.CHARTS.button(words, argument=f"{asker}.{told.monday}.{to}.{number}")

    parts: list[Item | None] = []
    if told.kind is None:
        parts.append(row(*(button(words.title(), 0, str(one)) for words, one in LISTS.items())))
    else:
        more = (page + 1) * charts.PAGE < told.charts[0].subjects
        before = button("Previous", page - 1) if page else None
        parts.append(row(before, button("Next", page + 1) if more else None, button("All three", 0, ALL)))
    if len(told.weeks) > 1 or told.monday not in told.weeks:
        options = [
            discord.SelectOption(
                label=cards.week_label(monday, running=told.running and monday == told.monday),
                value=monday.isoformat(),
                default=monday == told.monday,
            )
            for monday in told.weeks
        ]
        parts.append(pages.CHARTS_WEEK.select(options, argument=f"{asker}.{kind}", placeholder=PICK))
    return cards.charts_card(told, size=charts.PAGE, parts=[part for part in parts if part is not None])


@pages.CHARTS.answers
async def on_charts_page(press: Press) -> None:
    """Turn to another page or list of a week's charts."""
    monday, kind, page = pages.own_parts(press, 3)
    await _turn(press, pages.day_of(monday), kind, pages.page_of(page))


@pages.CHARTS_WEEK.answers
async def on_charts_week(press: Press) -> None:
    """Show another week's charts."""
    (kind,) = pages.own_parts(press, 1)
    await _turn(press, pages.day_of(next(iter(press.values), "")), kind, 0)


async def _turn(press: Press, monday: date, kind: str, page: int) -> None:
    interaction = press.interaction
    await hold(interaction)
    told = await charts.club_charts(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        week=monday,
        kind=None if kind == ALL else pages.kind_of(kind),
        page=page,
    )
    await update(interaction, _charts(interaction, told))
