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


MEMBER = "member"
"""The source of words that were meant so on several servers; on one alone it is `chosen_in` that server."""


def chosen_in(guild_id: int) -> str:
    """The source of words that were meant so on one server."""
    return f"guild:{guild_id}"


async def add_alias(session: AsyncSession, *, alias_key: str, album_id: UUID, guild_id: int, now: datetime) -> None:
    """Words were meant so on a server; said on a second one, they are so everywhere."""
    if not 0 < len(alias_key) <= ALIAS_LIMIT:
        return
    source = chosen_in(guild_id)
    added = insert(tables.AlbumAlias).values(alias_key=alias_key, album_id=album_id, source=source, created_at=now)
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["alias_key", "album_id"],
            set_={"source": MEMBER},
            where=tables.AlbumAlias.source.notin_((source, MEMBER)),
        )
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
