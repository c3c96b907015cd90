"""Who stands at a poll's box: all that a ballot needs to know of its voter and its week, in one question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Album, Contender
from bot.domain.club.week import Week
from db.queries.club.weeks import COLUMNS, week_from
from db.queries.people import DISCORD
from db.session import driving
from db.tables import club as tables
from db.tables.listening import ClubListener
from db.tables.people import LinkedAccount, Membership


@dataclass(frozen=True, slots=True)
class AtBox:
    """A member at the box of a week that is held, so that it does not close before their ballot is in."""

    week: Week
    user_id: UUID
    name: str
    """As the club knows them."""
    active_at: datetime
    seen_at: datetime
    is_here: bool
    """A member who has not left, and whose plays the club counts if it should."""


@cache
def _at_box() -> Select[*tuple[Any, ...]]:
    # Tables, not classes: what is mapped takes twice as long to read.
    week, club, person, member, listener = (
        row.__table__.c for row in (tables.Week, tables.Club, LinkedAccount, Membership, ClubListener)
    )
    counted = exists().where(listener.club_id == member.club_id, listener.user_id == member.user_id)
    here = and_(member.left_at.is_(None), counted)
    return (
        select(
            *(week[name] for name in COLUMNS),
            member.user_id,
            member.display_name,
            member.active_at,
            member.seen_at,
            here.label("is_here"),
        )
        .select_from(tables.Week.__table__)
        .join(tables.Club.__table__, club.id == week.club_id)
        .join(LinkedAccount.__table__, and_(person.provider == DISCORD, person.external_id == bindparam("discord_id")))
        .join(Membership.__table__, and_(member.club_id == week.club_id, member.user_id == person.user_id))
        .where(week.id == bindparam("week"), club.guild_id == bindparam("guild"))
        .with_for_update(read=True, of=tables.Week.__table__)
    )


async def at_box(session: AsyncSession, *, guild_id: int, discord_id: int, week_id: UUID) -> AtBox | None:
    """The member and the week of their club, held as ballots hold it; None where either is not known there."""
    named = {"guild": guild_id, "discord_id": str(discord_id), "week": week_id}
    row = (await session.execute(_at_box(), named)).one_or_none()
    if row is None:
        return None
    values = tuple(row)
    return AtBox(week_from(dict(zip(COLUMNS, values, strict=False))), *values[len(COLUMNS) :])


CONTENDERS = """
SELECT n.id, n.user_id, a.id, a.title, a.artist, a.year FROM nominations n JOIN albums a ON a.id = n.album_id
WHERE n.club_id = $1 AND n.week_id = $2 AND n.standing = 'standing' ORDER BY n.ordinal
"""


async def contenders(session: AsyncSession, week: Week) -> list[Contender]:
    """The albums in the race of a week, in the order of nominating, without what only their cards show."""
    rows = await (await driving(session)).fetch(CONTENDERS, week.club_id, week.id)
    return [Contender(row[0], row[1], Album(*tuple(row)[2:])) for row in rows]
