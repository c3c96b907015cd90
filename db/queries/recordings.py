"""What tells a recording from others: who plays it, its ISRC, and its links at the services."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, Uuid, column, func, select, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog import FoundTrack, Link
from db.tables import catalog as tables


async def tell_tracks(session: AsyncSession, album_id: UUID, told: Sequence[FoundTrack]) -> None:
    """The tracks of an album, in their places, get artist, ISRC and link where a source told them."""
    row = tables.Track
    places = await session.execute(select(row.position, row.id).where(row.album_id == album_id))
    ids = {position: track_id for position, track_id in places if position is not None}
    placed = [(ids[place], track) for place, track in enumerate(told, start=1) if place in ids]
    facts = [(track_id, track.artist, track.isrc) for track_id, track in placed if track.artist or track.isrc]
    if facts:
        columns = (column("id", Uuid()), column("artist", Text()), column("isrc", Text()))
        fresh = values(*columns, name="told").data(facts)
        await session.execute(
            update(row)
            .where(row.id == fresh.c.id)
            .values(
                artist=func.coalesce(func.nullif(fresh.c.artist, ""), row.artist),
                isrc=func.coalesce(func.nullif(fresh.c.isrc, ""), row.isrc),
            )
        )
    links = sorted(
        ((track.link, track_id) for track_id, track in placed if track.link is not None),
        key=lambda pair: (pair[0].service, pair[0].external_id),
    )
    if links:
        rows = [
            {"service": str(link.service), "external_id": link.external_id, "track_id": track_id, "url": link.url}
            for link, track_id in links
        ]
        await session.execute(
            insert(tables.TrackLink).values(rows).on_conflict_do_nothing(index_elements=["service", "external_id"])
        )


async def track_by_link(session: AsyncSession, link: Link) -> tuple[UUID, str] | None:
    """The key of the album a track's link is known to stand on, and the track's title."""
    row = (
        await session.execute(
            select(tables.Track.album_id, tables.Track.title)
            .join(tables.TrackLink, tables.TrackLink.track_id == tables.Track.id)
            .where(tables.TrackLink.service == str(link.service), tables.TrackLink.external_id == link.external_id)
        )
    ).one_or_none()
    return None if row is None else (row.album_id, row.title)
