"""How a club is founded and kept: its channel, roles, zone, rules, template, pauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import available_timezones

from bot.domain.calendar import Resolved, Schedule, resolve
from bot.domain.club.phases import Move, Transition
from bot.domain.club.rules import NO, YES, Rules, change_rule
from bot.domain.club.week import CHOOSING, DEADLINE_OF, Club, Phase, Week
from bot.domain.errors import DateRefused, NotAHost, PastTime, SettingRefused
from bot.domain.ids import new_id
from bot.domain.people import Caller
from bot.services import people
from bot.services.club.transitions import apply, replan
from bot.services.collisions import once_more
from bot.services.listening import club_counters
from bot.services.tools import Tools
from db.queries import audit
from db.queries.club import clubs, weeks
from db.session import Writing

ID_DIGITS = 19
"""Discord's ids are no longer, and the database's numbers end below 2⁶³."""
HOST_ZONES = frozenset({"localtime", "Factory"})
"""What a time-zone database lists beside the zones of the world."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A club as it stands after `/club setup`."""

    club: Club
    created: bool
    next_opening: Resolved | None
    """When the template opens the next week, and whether a clock change moved it; None while it is off."""


async def club_of(tools: Tools, *, guild_id: int) -> Club:
    """The club of a server; raises `ClubNotSetUp`."""
    async with tools.database.reading() as session:
        return await people.club_here(session, guild_id)


async def all_clubs(tools: Tools) -> list[Club]:
    """Every club on this database."""
    async with tools.database.reading() as session:
        return await clubs.all_clubs(session)


def known_zone(name: str) -> str:
    """The IANA name as it is written there; raises `SettingRefused`."""
    wanted = name.strip().casefold().replace(" ", "_")
    for zone in available_timezones() - HOST_ZONES:
        if zone.casefold() == wanted:
            return zone
    raise SettingRefused("timezone", name, "unknown", "Europe/Berlin, America/New_York, UTC …")


def opening_of(club: Club, week: Week | None) -> Resolved | None:
    """When the template's waiting week opens, and whether a clock change moves it."""
    if week is None or club.schedule is None:
        return None
    planned = resolve(week.opens_on, club.schedule.opens.clock, club.timezone)
    # A host may have moved it.
    return planned if planned.instant == week.deadlines.opens_at else Resolved(week.deadlines.opens_at, "ok")


async def set_up(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    channel_id: int,
    name: str = "",
    zone: str | None = None,
    host_role_id: int | None = None,
    reminder_role_id: int | None = None,
    schedule: Schedule | None = None,
) -> SetUp:
    """Found the server's club, or change where it lives; what is not given stays as it is.

    Only people with Manage Server may found a club. Raises `NotAHost`, `SettingRefused`.
    """
    zone = None if zone is None else known_zone(zone)
    async with tools.database.writing() as session:
        club = await clubs.club_of_guild(session, caller.guild_id, lock=True)
        created = club is None
        if club is None:
            if not caller.manages:
                raise NotAHost
            club = Club(new_id(now), caller.guild_id, name or caller.guild_name, channel_id, zone or "UTC")
            if not await clubs.add_club(session, club, now):
                found = await clubs.club_of_guild(session, caller.guild_id, lock=True)
                assert found is not None, "somebody founded it just now"
                club, created = found, False
        people.require_host(club, caller)
        before = club
        club = replace(
            club,
            channel_id=channel_id,
            name=name or club.name or caller.guild_name,
            zone=zone or club.zone,
            host_role_id=host_role_id or club.host_role_id,
            reminder_role_id=reminder_role_id or club.reminder_role_id,
            schedule=schedule or club.schedule,
        )
        details: dict[str, object] = {"channel": channel_id, "zone": club.zone}
        # A press repeated because its answer was lost changes nothing, and is nothing for the log.
        news = created or club != before
        week = await _save(session, before, club, caller, now, "club_set_up" if news else None, details)
        return SetUp(club, created, opening_of(club, week))


async def _save(
    session: Writing,
    before: Club,
    club: Club,
    caller: Caller,
    now: datetime,
    action: str | None,
    details: dict[str, object],
) -> Week | None:
    """Store a changed club, with what its waiting weeks make of the change; returns the template's waiting week."""
    member = await people.member_of(session, club, caller, now)
    await clubs.save_club(session, club)
    if before.zone != club.zone:
        await club_counters.zone_changed(session, club_id=club.id)
    redate = (before.schedule, before.zone, before.paused_until) != (club.schedule, club.zone, club.paused_until)
    week = await replan(session, club, now, redate=redate)
    if action is not None:
        await audit.add(session, club_id=club.id, user_id=member.user_id, action=action, details=details, at=now)
    return week


@once_more
async def _change(
    tools: Tools, caller: Caller, now: datetime, action: str, details: dict[str, object], change: Callable[[Club], Club]
) -> Club:
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        changed = change(club)
        await _save(session, club, changed, caller, now, action if changed != club else None, details)
        return changed


async def change_setting(tools: Tools, *, caller: Caller, now: datetime, name: str, value: str) -> Club:
    """One setting from what a host typed; open weeks keep the rules they were opened with.

    Names are those of the rules, and `timezone`, `channel`, `host_role`, `reminder_role`, `schedule` (on or off).
    Raises `SettingRefused` with what is allowed.
    """
    return await _change(
        tools, caller, now, "setting_changed", {"name": name, "value": value}, lambda club: _set(club, name, value)
    )


def _set(club: Club, name: str, value: str) -> Club:
    if name == "timezone":
        return replace(club, zone=known_zone(value))
    if name == "channel":
        return replace(club, channel_id=_snowflake(name, value))
    if name in ("host_role", "reminder_role"):
        return replace(club, **{f"{name}_id": None if value.strip().lower() in NO else _snowflake(name, value)})
    if name == "schedule":
        if value.strip().lower() not in YES | NO:
            raise SettingRefused(name, value, "switch", "on, off")
        return replace(club, schedule=(club.schedule or Schedule()) if value.strip().lower() in YES else None)
    rules: Rules = change_rule(club.rules, name, value)
    return replace(club, rules=rules)


def _snowflake(name: str, value: str) -> int:
    digits = value.strip().strip("<#@&!>")
    if not digits.isdecimal() or len(digits) > ID_DIGITS or int(digits) >= 1 << 63:
        raise SettingRefused(name, value, "mention")
    return int(digits)


async def change_schedule(tools: Tools, *, caller: Caller, now: datetime, schedule: Schedule | None) -> Club:
    """The template by which weeks create themselves; None turns it off. The week that waits moves with it."""
    details: dict[str, object] = {"schedule": None if schedule is None else schedule.to_dict()}
    return await _change(tools, caller, now, "schedule_changed", details, lambda club: replace(club, schedule=schedule))


@once_more
async def skip_date(tools: Tools, *, caller: Caller, now: datetime, on: date) -> Resolved | None:
    """The template opens no week on this date; returns the next opening. Raises `DateRefused`."""
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        if club.schedule is None:
            raise DateRefused(on, "no_schedule")
        if on < now.astimezone(club.timezone).date():
            raise DateRefused(on, "past")
        if on.weekday() != club.schedule.opens.weekday:
            raise DateRefused(on, "weekday")
        await clubs.skip_date(session, club.id, on, now)
        return opening_of(club, await _save(session, club, club, caller, now, "date_skipped", {"date": on.isoformat()}))


@once_more
async def pause(tools: Tools, *, caller: Caller, now: datetime, until: datetime) -> Club:
    """Nothing opens before `until`, and every open week's deadlines move by the length of the pause."""
    if until <= now:
        raise PastTime(until)
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        begun = max(now, club.paused_until or now)
        paused = replace(club, paused_until=until)
        await _shift_open(session, paused, until - begun, now)
        await _save(session, club, paused, caller, now, "club_paused", {"until": until.isoformat()})
        return paused


@once_more
async def resume(tools: Tools, *, caller: Caller, now: datetime) -> Club:
    """The pause ends now: open weeks get back the time that was not needed."""
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        left = (club.paused_until or now) - now
        resumed = replace(club, paused_until=None)
        if left > timedelta(0):
            await _shift_open(session, resumed, -left, now)
        await _save(session, club, resumed, caller, now, "club_resumed", {})
        return resumed


async def _shift_open(session: Writing, club: Club, by: timedelta, now: datetime) -> None:
    """The deadlines of everything that runs move equally, and with them the reminders."""
    for week in await weeks.weeks_in(session, club.id, (*CHOOSING, Phase.LISTENING, Phase.RATINGS)):
        held = await weeks.week(session, week.id, lock="update")
        if held is not None and held.is_open and held.ends_at is not None:
            name = DEADLINE_OF[held.phase]
            to = max(held.ends_at + by, now + timedelta(minutes=1))
            moved = Transition(
                replace(held, run=held.run + 1, deadlines=held.deadlines.moved(name, to)), Move.MOVED, held.phase
            )
            await apply(session, club, moved, now=now, details={"by_seconds": by.total_seconds()})


async def set_trouble(tools: Tools, *, club_id: UUID, trouble: str | None) -> bool:
    """What keeps the bot from showing something, or that all is well again; True when it is news."""
    async with tools.database.writing() as session:
        return await clubs.set_trouble(session, club_id, trouble)
