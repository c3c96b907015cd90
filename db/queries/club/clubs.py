"""Clubs, their settings, and the dates they skip."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.calendar import Schedule
from bot.domain.club.rules import Rules
from bot.domain.club.week import Club
from db.tables import club as tables


@cache
def _clubs() -> Select[*tuple[Any, ...]]:
    row = tables.Club
    return select(
        row.id,
        row.guild_id,
        row.name,
        row.channel_id,
        row.zone,
        row.rules,
        row.schedule,
        row.host_role_id,
        row.reminder_role_id,
        row.paused_until,
        row.trouble,
    )


def _club(row: Any) -> Club:
    values = row._asdict()
    schedule = values.pop("schedule")
    rules = Rules.from_dict(values.pop("rules"))
    return Club(**values, rules=rules, schedule=None if schedule is None else Schedule.from_dict(schedule))


# Every click asks these: a statement made once costs a third of one made each time.
OF_GUILD = _clubs().where(tables.Club.guild_id == bindparam("guild"))
BY_KEY = _clubs().where(tables.Club.id == bindparam("key"))


async def club_of_guild(session: AsyncSession, guild_id: int, *, lock: bool = False) -> Club | None:
    """The club of a Discord server; `lock` holds it until the transaction ends.

    Whoever holds the club may go on to hold its weeks, never the other way round. Rows that refer to the club can still
    be added meanwhile.
    """
    query = OF_GUILD.with_for_update(key_share=True) if lock else OF_GUILD
    row = (await session.execute(query, {"guild": guild_id})).one_or_none()
    return None if row is None else _club(row)


async def club(session: AsyncSession, club_id: UUID) -> Club:
    """A club by its key."""
    return _club((await session.execute(BY_KEY, {"key": club_id})).one())


async def all_clubs(session: AsyncSession) -> list[Club]:
    """Every club, oldest first."""
    return [_club(row) for row in await session.execute(_clubs().order_by(tables.Club.created_at))]


async def add_club(session: AsyncSession, new: Club, now: datetime) -> bool:
    """A club is founded; False when the server has one already."""
    added = await session.scalar(
        upsert(tables.Club)
        .values(
            id=new.id,
            guild_id=new.guild_id,
            name=new.name,
            channel_id=new.channel_id,
            zone=new.zone,
            rules=new.rules.to_dict(),
            schedule=None if new.schedule is None else new.schedule.to_dict(),
            host_role_id=new.host_role_id,
            reminder_role_id=new.reminder_role_id,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["guild_id"])
        .returning(tables.Club.id)
    )
    return added is not None


async def save_club(session: AsyncSession, changed: Club) -> None:
    """Every setting of a club is stored."""
    await session.execute(
        update(tables.Club)
        .where(tables.Club.id == changed.id)
        .values(
            name=changed.name,
            channel_id=changed.channel_id,
            zone=changed.zone,
            rules=changed.rules.to_dict(),
            schedule=None if changed.schedule is None else changed.schedule.to_dict(),
            host_role_id=changed.host_role_id,
            reminder_role_id=changed.reminder_role_id,
            paused_until=changed.paused_until,
        )
    )


async def set_trouble(session: AsyncSession, club_id: UUID, trouble: str | None) -> bool:
    """What keeps the bot from showing something; True when it is news."""
    changed = await session.scalar(
        update(tables.Club)
        .where(tables.Club.id == club_id, tables.Club.trouble.is_distinct_from(trouble))
        .values(trouble=trouble)
        .returning(tables.Club.id)
    )
    return changed is not None


async def skipped_dates(session: AsyncSession, club_id: UUID) -> frozenset[date]:
    """Dates on which the template opens no week."""
    rows = await session.scalars(select(tables.SkippedDate.on).where(tables.SkippedDate.club_id == club_id))
    return frozenset(rows)


async def skip_date(session: AsyncSession, club_id: UUID, on: date, now: datetime) -> None:
    """The template opens no week on this date."""
    await session.execute(
        upsert(tables.SkippedDate)
        .values(club_id=club_id, on=on, skipped_at=now)
        .on_conflict_do_nothing(index_elements=["club_id", "on"])
    )


async def unskip_date(session: AsyncSession, club_id: UUID, on: date) -> None:
    """The date is a date like any other again."""
    await session.execute(
        delete(tables.SkippedDate).where(tables.SkippedDate.club_id == club_id, tables.SkippedDate.on == on)
    )
