"""What an option offers while somebody types: from the database alone, and nothing rather than an error."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import available_timezones

import discord
from discord import app_commands

from bot.domain.calendar import next_opening, resolve
from bot.domain.club.rules import Rules
from bot.domain.club.week import OPEN_PHASES, Phase
from bot.domain.errors import Refusal
from bot.domain.timewords import when_suggestions
from bot.services.catalog import track_suggestions
from bot.services.club import demos, nominating, setup, shelf, views
from bot.services.suggestions import album_suggestions
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.limits import CHOICES
from cogs.shared.text import label

log = logging.getLogger(__name__)

Value = TypeVar("Value", str, int)
Pairs = Sequence[tuple[str, Value]]
Asked = discord.Interaction[Any]

COMMON_ZONES = ("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Tokyo")
RATEABLE = (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)


def offering(
    function: Callable[[Asked, str], Awaitable[Pairs[Value]]],
) -> Callable[[Asked, str], Coroutine[Any, Any, list[app_commands.Choice[Any]]]]:
    """Turn pairs of label and value into Discord's choices; a failure offers nothing and is logged."""

    @wraps(function)
    async def offer(interaction: Asked, current: str) -> list[app_commands.Choice[Any]]:
        try:
            pairs = await function(interaction, current)
        except Refusal:
            return []
        except Exception:  # typing must never be answered with an error
            log.exception("nothing could be offered by %s", function.__name__)
            return []
        return [
            app_commands.Choice(name=label(name, 100), value=value)
            for name, value in pairs[:CHOICES]
            if not isinstance(value, str) or 0 < len(value) <= 100
        ]

    return offer


@offering
async def albums(interaction: Asked, current: str) -> Pairs[str]:
    """Albums of the catalogue, the member's own shelf first."""
    return await album_suggestions(
        tools_of(interaction), text=current, guild_id=interaction.guild_id or 0, discord_id=interaction.user.id
    )


async def _nominations(interaction: Asked, current: str, own: bool | None) -> Pairs[str]:
    return await nominating.nomination_suggestions(
        tools_of(interaction),
        guild_id=interaction.guild_id or 0,
        where=interaction.channel_id,
        text=current,
        discord_id=interaction.user.id,
        own=own,
    )


@offering
async def all_nominations(interaction: Asked, current: str) -> Pairs[str]:
    """Every nomination of the week that is being chosen."""
    return await _nominations(interaction, current, None)


@offering
async def own_nominations(interaction: Asked, current: str) -> Pairs[str]:
    """The member's own nominations."""
    return await _nominations(interaction, current, True)


@offering
async def other_nominations(interaction: Asked, current: str) -> Pairs[str]:
    """The nominations of others."""
    return await _nominations(interaction, current, False)


async def _weeks(interaction: Asked, current: str, phases: Sequence[Phase]) -> Pairs[int]:
    return await views.week_suggestions(
        tools_of(interaction), guild_id=interaction.guild_id or 0, text=current, phases=phases
    )


@offering
async def open_weeks(interaction: Asked, current: str) -> Pairs[int]:
    """Weeks that still move."""
    return await _weeks(interaction, current, OPEN_PHASES)


@offering
async def all_weeks(interaction: Asked, current: str) -> Pairs[int]:
    """Every week of the club."""
    return await _weeks(interaction, current, tuple(Phase))


@offering
async def rated_weeks(interaction: Asked, current: str) -> Pairs[int]:
    """Weeks with an album to rate."""
    return await _weeks(interaction, current, RATEABLE)


@offering
async def tracks(interaction: Asked, current: str) -> Pairs[str]:
    """The tracks of the album that is being rated."""
    number = getattr(interaction.namespace, "week", None)
    view = await views.show_week(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        where=interaction.channel_id,
        number=number if isinstance(number, int) else None,
    )
    if view.winner is None:
        return []
    return await track_suggestions(tools_of(interaction), album_id=view.winner.album.id, text=current)


@offering
async def own_tracks(interaction: Asked, current: str) -> Pairs[str]:
    """The member's own tracks."""
    own = await demos.own_tracks(tools_of(interaction), caller=caller_of(interaction), text=current)
    return [(title, str(key)) for key, title in own]


@offering
async def own_shelf(interaction: Asked, current: str) -> Pairs[str]:
    """The member's own shelf."""
    kept = await shelf.shelf_of(tools_of(interaction), caller=caller_of(interaction))
    wanted = current.casefold()
    return [(album.shown, str(album.id)) for album in kept if wanted in album.shown.casefold()]


@offering
async def times(interaction: Asked, current: str) -> Pairs[str]:
    """Instants in the club's zone."""
    club = await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
    return when_suggestions(current, club.timezone, now_of(interaction))


@offering
async def zones(interaction: Asked, current: str) -> Pairs[str]:
    """Time zones by any part of their name."""
    return zone_pairs(current)


def zone_pairs(current: str) -> Pairs[str]:
    """Time zones by any part of their name; the common ones where nothing is typed."""
    wanted = current.strip().casefold().replace(" ", "_")
    if not wanted:
        return [(zone, zone) for zone in COMMON_ZONES]
    found = [zone for zone in available_timezones() if wanted in zone.casefold()]
    found.sort(key=lambda zone: (not zone.casefold().rpartition("/")[2].startswith(wanted), zone))
    return [(zone, zone) for zone in found]


@offering
async def openings(interaction: Asked, current: str) -> Pairs[str]:
    """The template's next openings, as dates."""
    club = await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
    if club.schedule is None:
        return []
    found: list[tuple[str, str]] = []
    after = now_of(interaction)
    for _ in range(8):
        day = next_opening(club.schedule, club.timezone, after)
        found.append((f"{day:%A} {day.isoformat()}", day.isoformat()))
        after = resolve(day, club.schedule.opens.clock, club.timezone).instant
    return [pair for pair in found if current.casefold() in pair[0].casefold()]


SWITCH = (("on", "on"), ("off", "off"))
VALUES: dict[str, Pairs[str]] = {
    "pick": (("vote: members vote", "vote"), ("host: the hosts pick", "host")),
    "method": (
        ("points: 2 and 1 for the first two choices", "points"),
        ("runoff: ranked choice", "runoff"),
        ("schulze: every album against every other", "schulze"),
        ("approval: as many as you like", "approval"),
    ),
    "layout": (
        ("two: one to choose, one for the album", "two"),
        ("one: a single thread", "one"),
        ("per_phase: a thread for each phase", "per_phase"),
    ),
    "guide": (
        ("card: one card with the track list", "card"),
        ("tracks: a message for each track", "tracks"),
        ("off: no listening guide", "off"),
    ),
    "ranks": tuple((str(number), str(number)) for number in range(1, 6)),
    "nominations_per_member": tuple((str(number), str(number)) for number in (1, 2, 3, 5)),
    "no_repeat_weeks": tuple((str(number), str(number)) for number in (0, 4, 8, 12, 26, 52)),
    "schedule": SWITCH,
    "host_role": (("off", "off"),),
    "reminder_role": (("off", "off"),),
    **{name: SWITCH for name, value in Rules().to_dict().items() if isinstance(value, bool)},
}
"""What can be typed for each setting."""


@offering
async def setting_values(interaction: Asked, current: str) -> Pairs[str]:
    """What the chosen setting takes."""
    name = getattr(interaction.namespace, "setting", "")
    if name == "timezone":
        return zone_pairs(current)
    return [pair for pair in VALUES.get(name, ()) if current.casefold() in pair[0].casefold()]
