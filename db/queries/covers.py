"""Covers: what is kept, what came of asking for each album's, and which ones make room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.covers import Asked, Cover, CoverOutcome
from db.tables import covers as tables
from db.tables.catalog import Album
from db.tables.listening import Artist, HeardAlbum

EVICTING = 0x10_C0_7E_25
"""Key of the lock that one process at a time holds while it makes room."""

COVER: tuple[Any, ...] = (
    tables.Cover.sha256,
    tables.Cover.media_type,
    tables.Cover.width,
    tables.Cover.height,
    tables.Cover.size,
)
"""The columns of a `Cover`, in its order."""


async def cover_address(session: AsyncSession, album_id: UUID) -> str | None:
    """Where the album's cover stands in the world; None when nobody has told, or there is no such album."""
    return await session.scalar(select(Album.cover_url).where(Album.id == album_id))


async def asked(session: AsyncSession, album_id: UUID) -> Asked | None:
    """What came of asking for an album's cover; None when nobody has asked."""
    row = tables.AlbumCover
    found = (
        await session.execute(
            select(row.source_url, row.checked_at, row.outcome, tables.Cover.used_at, *COVER)
            .outerjoin(tables.Cover, tables.Cover.sha256 == row.sha256)
            .where(row.album_id == album_id)
        )
    ).one_or_none()
    if found is None:
        return None
    source_url, checked_at, outcome, used_at, *cover = found
    kept = Cover(*cover) if used_at else None
    return Asked(source_url, checked_at, CoverOutcome(outcome), kept, used_at)


async def keep_cover(session: AsyncSession, cover: Cover, now: datetime) -> None:
    """A picture is kept from now on, or still; it was just used."""
    await session.execute(
        insert(tables.Cover)
        .values(
            sha256=cover.sha256,
            media_type=cover.media_type,
            width=cover.width,
            height=cover.height,
            size=cover.size,
            fetched_at=now,
            used_at=now,
        )
        .on_conflict_do_update(index_elements=["sha256"], set_={"used_at": now})
    )


async def note_asked(
    session: AsyncSession, album_id: UUID, url: str, outcome: CoverOutcome, now: datetime, *, cover: Cover | None = None
) -> None:
    """What came of asking for an album's cover takes the place of what came before."""
    values = {
        "sha256": cover.sha256 if cover else None,
        "source_url": url,
        "checked_at": now,
        "outcome": str(outcome),
    }
    await session.execute(
        insert(tables.AlbumCover)
        .values(album_id=album_id, **values)
        .on_conflict_do_update(index_elements=["album_id"], set_=values)
    )


async def note_use(session: AsyncSession, sha256: str, now: datetime) -> None:
    """A cover was shown."""
    await session.execute(update(tables.Cover).where(tables.Cover.sha256 == sha256).values(used_at=now))


async def make_room(session: AsyncSession, *, most: int, used_before: datetime) -> list[str]:
    """Throw out what was not shown for longest until the rest weighs at most so much; the hashes of what went.

    What was used since stays, even when the rest is then too heavy. One process at a time makes room; for another one
    there is nothing to do.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(EVICTING))):
        return []
    row = tables.Cover
    newer = func.sum(row.size).over(order_by=(row.used_at.desc(), row.sha256))
    heavy = select(row.sha256, row.used_at, newer.label("with_newer")).subquery()
    gone = await session.execute(
        delete(row)
        .where(
            row.sha256.in_(select(heavy.c.sha256).where(heavy.c.with_newer > most, heavy.c.used_at < used_before)),
            row.used_at < used_before,  # asked again once the row is held: somebody may have shown it meanwhile
        )
        .returning(row.sha256)
    )
    return list(gone.scalars())


async def known(session: AsyncSession, hashes: Collection[str]) -> set[str]:
    """Those of the hashes that covers are kept under."""
    found = await session.scalars(select(tables.Cover.sha256).where(tables.Cover.sha256.in_(hashes)))
    return set(found)


async def heard(session: AsyncSession, heard_albums: Collection[UUID]) -> dict[UUID, Asked]:
    """What came of looking for the covers of albums that members heard; those nobody looked for are left out."""
    row = tables.HeardCover
    found = await session.execute(
        select(row.heard_album_id, row.source_url, row.checked_at, row.outcome, tables.Cover.used_at, *COVER)
        .outerjoin(tables.Cover, tables.Cover.sha256 == row.sha256)
        .where(row.heard_album_id.in_(heard_albums))
    )
    return {
        key: Asked(source_url, checked_at, CoverOutcome(outcome), Cover(*cover) if used_at else None, used_at)
        for key, source_url, checked_at, outcome, used_at, *cover in found
    }


async def catalogue_addresses(session: AsyncSession, heard_albums: Collection[UUID]) -> dict[UUID, str]:
    """Where the covers of heard albums stand that the catalogue knows by the same names."""
    found = await session.execute(
        select(HeardAlbum.id, Album.cover_url)
        .join(Artist, Artist.id == HeardAlbum.artist_id)
        .join(Album, (Album.title_key == HeardAlbum.title_key) & (Album.artist_key == Artist.name_key))
        .where(HeardAlbum.id.in_(heard_albums), Album.cover_url.is_not(None), Album.merged_into.is_(None))
        .order_by(HeardAlbum.id, Album.created_at.desc())
    )
    return {key: url for key, url in found if url}


async def note_heard(
    session: AsyncSession,
    heard_album: UUID,
    url: str,
    outcome: CoverOutcome,
    now: datetime,
    *,
    cover: Cover | None = None,
) -> None:
    """What came of looking for a heard album's cover takes the place of what came before."""
    values = {
        "sha256": cover.sha256 if cover else None,
        "source_url": url,
        "checked_at": now,
        "outcome": str(outcome),
    }
    await session.execute(
        insert(tables.HeardCover)
        .values(heard_album_id=heard_album, **values)
        .on_conflict_do_update(index_elements=["heard_album_id"], set_=values)
    )


async def note_uses(session: AsyncSession, hashes: Collection[str], now: datetime, *, before: datetime) -> None:
    """Covers were shown; those that were shown since `before` are left as they are."""
    row = tables.Cover
    await session.execute(update(row).where(row.sha256.in_(hashes), row.used_at < before).values(used_at=now))
