"""What hosts type for times and schedules, read in the club's own zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import discord

from bot.domain.calendar import Resolved, Schedule, Slot
from bot.domain.calendar.schedule import SLOTS
from bot.domain.club.week import Club, Phase
from bot.domain.errors import ScheduleRefused, TimeNotUnderstood
from bot.domain.timewords import parse_duration, parse_when
from bot.services.club import setup, views
from cogs.shared.caller import caller_of, now_of, tools_of

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SLOT = re.compile(
    r"(?:next\s+)?(?P<day>[a-z]{2,9})\.?,?\s+(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap]m)?",
    re.IGNORECASE,
)


async def instant(interaction: discord.Interaction[Any], text: str) -> datetime:
    """An instant in the club's zone; raises `TimeNotUnderstood`, `TimeInThePast`, `ClubNotSetUp`."""
    club = await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
    return parse_when(text, club.timezone, now_of(interaction))


async def local_date(interaction: discord.Interaction[Any], text: str) -> date:
    """A date in the club's zone; raises as `instant` does."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        club = await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
        return parse_when(text, club.timezone, now_of(interaction)).astimezone(club.timezone).date()


async def opening_ahead(interaction: discord.Interaction[Any], club: Club) -> Resolved | None:
    """When the template opens the week that waits; None while it is off."""
    if club.schedule is None:
        return None
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    waiting = await views.week_suggestions(tools, guild_id=club.guild_id, text="", phases=(Phase.SCHEDULED,))
    for _, number in reversed(waiting):
        view = await views.show_week(tools, caller=caller, now=now, number=number)
        if view.week.from_template:
            return setup.opening_of(club, view.week)
    return None


def shift(text: str) -> timedelta:
    """A length of time, negative with a minus before it; raises `TimeNotUnderstood`."""
    text = text.strip()
    if text[:1] in ("-", "−", "–"):
        return -parse_duration(text[1:])
    return parse_duration(text)


def read_slot(text: str) -> tuple[int, time]:
    """A weekday and a clock, such as `wed 19:00`; raises `TimeNotUnderstood`."""
    found = SLOT.fullmatch(text.strip())
    day = found["day"].lower() if found else ""
    place = next((index for index, name in enumerate(DAYS) if name.startswith(day)), None)
    if found is None or place is None:
        raise TimeNotUnderstood(text)
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        raise TimeNotUnderstood(text)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise TimeNotUnderstood(text)
    return place, time(hour, minute)


def changed_schedule(
    present: Schedule, *, every: int | None, slots: Mapping[str, str | None], first: date | None
) -> Schedule:
    """The template with what a host gave; every slot falls in the first week in which it follows the one before.

    Raises `TimeNotUnderstood`, `ScheduleRefused`.
    """
    before = timedelta(-1)
    chosen: dict[str, Slot] = {}
    for name in SLOTS:
        text = slots.get(name)
        old: Slot = getattr(present, name)
        weekday, clock = read_slot(text) if text else (old.weekday, old.clock)
        slot = Slot(weekday, clock)
        if name != "opens" and slot.offset <= before:
            slot = Slot(weekday, clock, (before - slot.offset) // timedelta(weeks=1) + 1)
        if not text and not any(slots.values()):
            slot = old
        chosen[name] = slot
        before = slot.offset
    if every is not None and every < 1:
        raise ScheduleRefused("every", "every")
    return replace(present, every=every or present.every, anchor=first or present.anchor, **chosen)
