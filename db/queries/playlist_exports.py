"""Playlists on their way to accounts of their readers, and where their tracks are heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.library.exporting import Export, ExportState, Hitch, Listing, Sought, read_found
from bot.domain.listening.plays import Source
from db.tables.catalog import Album, AlbumLink, Track, TrackLink
from db.tables.exports import PlaylistExport
from db.tables.posts import PlaylistTrack


def _key(club_id: UUID, playlist_id: UUID, user_id: UUID, source: Source) -> Any:
    row = PlaylistExport
    return and_(
        row.club_id == club_id, row.playlist_id == playlist_id, row.user_id == user_id, row.provider == str(source)
    )


def _of(export: Export) -> Any:
    return _key(export.club_id, export.playlist_id, export.user_id, export.source)


async def export(
    session: AsyncSession, club_id: UUID, playlist_id: UUID, user_id: UUID, source: Source, *, lock: bool = False
) -> Export | None:
    """Somebody's export of a list to a service; `lock` holds it until the transaction ends."""
    asked = select(PlaylistExport).where(_key(club_id, playlist_id, user_id, source))
    row = await session.scalar(asked.with_for_update() if lock else asked)
    if row is None:
        return None
    await session.refresh(row)
    return Export(
        row.club_id,
        row.playlist_id,
        row.user_id,
        Source(row.provider),
        ExportState(row.state),
        row.asked_at,
        row.alive_at,
        row.external_id,
        row.url,
        row.total,
        row.looked,
        tuple(row.missing),
        Hitch(row.hitch) if row.hitch else None,
        row.until,
        read_found(row.found),
    )


async def begin(
    session: AsyncSession, club_id: UUID, playlist_id: UUID, user_id: UUID, source: Source, *, total: int, now: datetime
) -> None:
    """A list is to be exported, for the first time or again; which list it became there, and what was found, stays."""
    anew: dict[str, Any] = {
        "state": str(ExportState.WAITING),
        "total": total,
        "looked": 0,
        "missing": [],
        "hitch": "",
        "until": None,
        "asked_at": now,
        "alive_at": now,
    }
    await session.execute(
        insert(PlaylistExport)
        .values(club_id=club_id, playlist_id=playlist_id, user_id=user_id, provider=str(source), **anew)
        .on_conflict_do_update(index_elements=["club_id", "playlist_id", "user_id", "provider"], set_=anew)
    )


async def show_life(
    session: AsyncSession,
    one: Export,
    *,
    now: datetime,
    state: ExportState,
    looked: int | None = None,
    found: Mapping[UUID, str] | None = None,
) -> None:
    """Somebody goes on with it; how far they are."""
    values: dict[str, Any] = {"alive_at": now, "state": str(state)}
    if looked is not None:
        values["looked"] = looked
    if found is not None:
        values["found"] = {str(key): value for key, value in found.items()}
    await session.execute(update(PlaylistExport).where(_of(one)).values(**values))


async def note_listing(session: AsyncSession, one: Export, listing: Listing, *, now: datetime) -> None:
    """Which list at the service it is."""
    await session.execute(
        update(PlaylistExport).where(_of(one)).values(external_id=listing.external_id, url=listing.url, alive_at=now)
    )


async def end(
    session: AsyncSession,
    one: Export,
    *,
    now: datetime,
    state: ExportState,
    missing: Sequence[str] = (),
    hitch: Hitch | None = None,
    until: datetime | None = None,
) -> None:
    """It is there, or was kept from it."""
    await session.execute(
        update(PlaylistExport)
        .where(_of(one))
        .values(state=str(state), missing=list(missing), hitch=str(hitch or ""), until=until, alive_at=now)
    )


async def sought(session: AsyncSession, club_id: UUID, playlist_id: UUID, service: str) -> dict[UUID, Sought]:
    """How the tracks of a list are found at a service; none of members' own."""
    track, entry, link = Track, PlaylistTrack, TrackLink
    known = (
        select(func.min(link.external_id))
        .where(link.track_id == track.id, link.service == service)
        .correlate(track)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            track.id,
            track.title,
            func.coalesce(func.nullif(track.artist, ""), Album.artist, "").label("artist"),
            func.coalesce(track.isrc, "").label("isrc"),
            func.coalesce(known, "").label("external_id"),
        )
        .join(entry, entry.track_id == track.id)
        .outerjoin(Album, Album.id == track.album_id)
        .where(entry.club_id == club_id, entry.playlist_id == playlist_id, track.user_id.is_(None))
    )
    return {row.id: Sought(row.title, row.artist, row.isrc, row.external_id) for row in rows}


async def links(session: AsyncSession, club_id: UUID, playlist_id: UUID) -> dict[UUID, list[tuple[str, str]]]:
    """Where the tracks of a list are heard, by service: their own pages, else their albums'."""
    entry = PlaylistTrack
    listed = and_(entry.club_id == club_id, entry.playlist_id == playlist_id)
    found: dict[UUID, dict[str, str]] = {}
    own = select(TrackLink.track_id, TrackLink.service, TrackLink.url).join(
        entry, and_(entry.track_id == TrackLink.track_id, listed)
    )
    albums = (
        select(Track.id, AlbumLink.service, AlbumLink.url)
        .join(entry, and_(entry.track_id == Track.id, listed))
        .join(AlbumLink, AlbumLink.album_id == Track.album_id)
    )
    for asked in (own, albums):
        for key, service, url in (await session.execute(asked.order_by("service", "url"))).all():
            found.setdefault(key, {}).setdefault(service, url)
    return {key: sorted(urls.items()) for key, urls in found.items()}
