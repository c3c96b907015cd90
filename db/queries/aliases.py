"""Words under which members once picked an album."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Album
from db.queries.catalog import ALBUM
from db.tables import catalog as tables

ALIAS_LIMIT = 500
"""Characters of the words, normalised; longer ones are not remembered."""


async def add_alias(session: AsyncSession, *, alias_key: str, album_id: UUID, source: str, now: datetime) -> None:
    """These words were meant so; the first to say so is remembered."""
    if 0 < len(alias_key) <= ALIAS_LIMIT:
        await session.execute(
            insert(tables.AlbumAlias)
            .values(alias_key=alias_key, album_id=album_id, source=source, created_at=now)
            .on_conflict_do_nothing(index_elements=["alias_key", "album_id"])
        )


async def albums_of_alias(session: AsyncSession, alias_key: str) -> list[tuple[Album, str]]:
    """The albums that were meant by these words, and who said so, oldest first."""
    row = tables.AlbumAlias
    rows = await session.execute(
        select(*ALBUM, row.source)
        .join(row, row.album_id == tables.Album.id)
        .where(row.alias_key == alias_key, tables.Album.merged_into.is_(None))
        .order_by(row.created_at, tables.Album.id)
    )
    return [(Album(*values), source) for *values, source in rows]
