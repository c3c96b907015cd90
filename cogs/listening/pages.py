"""Lists of several pages: which one a button leads to stands in its id, and only who asked for the list turns them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import discord

from bot.domain.errors import PanelOutdated
from bot.domain.listening.charts import Kind
from bot.domain.listening.refusals import HearingHidden, NotYourList
from bot.domain.listening.seen import Shown
from bot.services.listening.watching import Whose
from cogs.shared.dynamic import Action, Press
from cogs.shared.render import Item, row

TOP = Action("top-page")
"""The argument: who asked, whose it is, kind, period, page."""
RECENT = Action("recent-page")
"""The argument: who asked, whose it is, until when, page."""
KNOWERS = Action("knowers-page")
"""Of an artist, album or track: who asked, its kind, page."""
CHARTS = Action("charts-page")
"""The argument: who asked, the week's Monday, kind or `all`, page."""
CHARTS_WEEK = Action("charts-week")
"""A week is chosen: who asked, kind or `all`."""

SOMEBODY = "That member"
SAME = "0"
LIMIT = 100_000
"""No list has more pages."""


def own_parts(press: Press, count: int) -> list[str]:
    """What a button's id says, without who asked; raises `NotYourList` for everybody else, `PanelOutdated`."""
    asker, *parts = press.argument.split(".")
    if len(parts) != count:
        raise PanelOutdated
    if asker != str(press.interaction.user.id):
        raise NotYourList
    return parts


def page_of(text: str) -> int:
    """A page's number; raises `PanelOutdated`."""
    if not (text.isascii() and text.isdecimal() and int(text) < LIMIT):
        raise PanelOutdated
    return int(text)


def kind_of(text: str) -> Kind:
    """What is listed; raises `PanelOutdated`."""
    try:
        return Kind(text)
    except ValueError:
        raise PanelOutdated from None


def day_of(text: str) -> date:
    """A day; raises `PanelOutdated`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PanelOutdated from None


def instant_of(text: str) -> datetime:
    """An instant; raises `PanelOutdated`."""
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise PanelOutdated from None


def whose_part(whose: Whose | None) -> str:
    """Another member in an id."""
    return SAME if whose is None else str(whose.discord_id)


def whose_of(text: str) -> Whose | None:
    """Another member from an id; raises `PanelOutdated`."""
    if not (text.isascii() and text.isdecimal()):
        raise PanelOutdated
    return None if text == SAME else Whose(int(text), SOMEBODY)


def stands_in_public(interaction: discord.Interaction[Any]) -> bool:
    """Whether the message that was pressed is read by everybody there."""
    return interaction.message is not None and not interaction.message.flags.ephemeral


def still_public(shown: Shown, public: bool) -> None:
    """Raises `HearingHidden` where a public list would show what has been hidden since."""
    if public and not shown.own and not shown.everyone:
        raise HearingHidden(shown.person.name)


def turning(page: int, more: bool, button: Callable[[str, int], Item]) -> Item | None:
    """The buttons to the pages before and after; None where there is one page alone."""
    return row(button("Previous", page - 1) if page > 0 else None, button("Next", page + 1) if more else None)
