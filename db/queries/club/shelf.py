"""Shelves: albums that members keep for a later week."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Album
from db.queries.catalog import ALBUM
from db.tables import catalog
from db.tables.club import ShelfItem
from db.tables.people import Membership


async def add_to_shelf(session: AsyncSession, *, club_id: UUID, user_id: UUID, album_id: UUID, now: datetime) -> bool:
    """A member keeps an album for later; False when they keep it already."""
    added = await session.scalar(
        insert(ShelfItem)
        .values(club_id=club_id, user_id=user_id, album_id=album_id, shelved_at=now)
        .on_conflict_do_nothing(index_elements=["club_id", "user_id", "album_id"])
        .returning(ShelfItem.album_id)
    )
    return added is not None


async def take_from_shelf(session: AsyncSession, *, club_id: UUID, user_id: UUID, album_id: UUID) -> bool:
    """A member no longer keeps an album; False when they did not."""
    gone = await session.scalar(
        delete(ShelfItem)
        .where(ShelfItem.club_id == club_id, ShelfItem.user_id == user_id, ShelfItem.album_id == album_id)
        .returning(ShelfItem.album_id)
    )
    return gone is not None


async def shelf_size(session: AsyncSession, club_id: UUID, user_id: UUID) -> int:
    """How many albums a member keeps."""
    count = await session.scalar(select(func.count()).where(ShelfItem.club_id == club_id, ShelfItem.user_id == user_id))
    return count or 0


async def albums_of_all_shelves(session: AsyncSession, club_id: UUID, *, limit: int) -> list[tuple[Album, int]]:
    """Albums that members of the club keep, with by how many: most kept first, then longest kept."""
    keepers = (
        select(
            ShelfItem.album_id,
            func.count().label("count"),
            func.min(ShelfItem.shelved_at).label("since"),
        )
        .join(Membership, (Membership.club_id == ShelfItem.club_id) & (Membership.user_id == ShelfItem.user_id))
        .where(ShelfItem.club_id == club_id, Membership.left_at.is_(None))
        .group_by(ShelfItem.album_id)
        .subquery()
    )
    rows = await session.execute(
        select(*ALBUM, keepers.c.count)
        .join(keepers, keepers.c.album_id == catalog.Album.id)
        .order_by(keepers.c.count.desc(), keepers.c.since, catalog.Album.id)
        .limit(limit)
    )
    return [(Album(*album), count) for *album, count in rows]
