"""Ratings, and who says they have heard the album."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Rating
from bot.domain.club.week import Phase, WeekKind
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.club.scope import in_week
from db.session import violated
from db.tables import club as tables

FOREIGN_FAVOURITE = "fk_ratings_favourite_on_the_album"


@cache
def _ratings() -> Select[Any]:
    row = tables.Rating
    columns = (row.user_id, row.score, row.favourite, row.favourite_track_id, row.review, row.official)
    return with_person(select(*columns, *PERSON), row.club_id, row.user_id)


def _rating(row: Any) -> Rating:
    return Rating(
        row.user_id,
        shown_name(row),
        row.score,
        favourite=row.favourite,
        favourite_id=row.favourite_track_id,
        review=row.review,
        official=row.official,
    )


async def ratings_of_week(session: AsyncSession, week_id: UUID, *, official: bool | None = None) -> tuple[Rating, ...]:
    """The ratings of a week in the order they were given: the official ones, the late ones, or all."""
    query = _ratings().where(in_week(tables.Rating, week_id))
    if official is not None:
        query = query.where(tables.Rating.official.is_(official))
    rows = await session.execute(query.order_by(tables.Rating.rated_at, tables.Rating.user_id))
    return tuple(_rating(row) for row in rows)


async def rating_of(session: AsyncSession, week_id: UUID, user_id: UUID) -> Rating | None:
    """A member's rating."""
    row = (
        await session.execute(_ratings().where(in_week(tables.Rating, week_id), tables.Rating.user_id == user_id))
    ).one_or_none()
    return None if row is None else _rating(row)


async def save_rating(
    session: AsyncSession, rating: Rating, *, club_id: UUID, week_id: UUID, album_id: UUID | None, now: datetime
) -> str | None:
    """A member's rating replaces the one before; answers `FOREIGN_FAVOURITE` when the track is not on the album."""
    values = {
        "album_id": album_id,
        "score": rating.score,
        "favourite": rating.favourite,
        "favourite_track_id": rating.favourite_id,
        "review": rating.review,
        "official": rating.official,
        "rated_at": now,
    }
    try:
        async with session.begin_nested():
            await session.execute(
                insert(tables.Rating)
                .values(club_id=club_id, week_id=week_id, user_id=rating.user_id, **values)
                .on_conflict_do_update(index_elements=["club_id", "week_id", "user_id"], set_=values)
            )
    except IntegrityError as error:
        constraint = violated(error)
        if constraint != FOREIGN_FAVOURITE:
            raise
        return constraint
    return None


async def hearing_count(session: AsyncSession, week_id: UUID) -> int:
    """How many members say they have heard the album."""
    return await session.scalar(select(func.count()).where(in_week(tables.Hearing, week_id))) or 0


async def past_means(session: AsyncSession, club_id: UUID, before: int, kind: WeekKind) -> list[Decimal]:
    """The official mean of every closed week of a kind numbered below; weeks nobody rated are left out."""
    rows = await session.scalars(
        select(func.avg(tables.Rating.score))
        .join(tables.Week, (tables.Week.club_id == tables.Rating.club_id) & (tables.Week.id == tables.Rating.week_id))
        .where(
            tables.Rating.club_id == club_id,
            tables.Rating.official,
            tables.Week.phase == str(Phase.CLOSED),
            tables.Week.number < before,
            tables.Week.kind == str(kind),
        )
        .group_by(tables.Week.number)
        .order_by(tables.Week.number)
    )
    return list(rows)


async def add_hearing(
    session: AsyncSession, *, club_id: UUID, week_id: UUID, user_id: UUID, now: datetime, said: bool = True
) -> bool:
    """A member says they have heard the album, or it follows from their rating (not `said`); False when that was known.

    A member's word stands where so far it only followed.
    """
    row = tables.Hearing
    adding = insert(row).values(club_id=club_id, week_id=week_id, user_id=user_id, heard_at=now, said=said)
    key = ["club_id", "week_id", "user_id"]
    if said:
        adding = adding.on_conflict_do_update(index_elements=key, set_={"said": True}, where=~row.said)
    else:
        adding = adding.on_conflict_do_nothing(index_elements=key)
    return await session.scalar(adding.returning(row.user_id)) is not None


async def has_heard(session: AsyncSession, week_id: UUID, user_id: UUID) -> bool:
    """Whether a member said they have heard the album."""
    found = await session.scalar(
        select(tables.Hearing.user_id).where(in_week(tables.Hearing, week_id), tables.Hearing.user_id == user_id)
    )
    return found is not None
