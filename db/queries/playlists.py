"""Playlists: ordered lists of tracks, each track once, each place once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Track
from bot.domain.ids import new_id
from bot.domain.posts import Playlist, PlaylistEntry
from db.session import violated
from db.tables import catalog
from db.tables import posts as tables

HELD = "uq_playlist_tracks_track_once"


async def add_playlist(
    session: AsyncSession,
    *,
    club_id: UUID,
    user_id: UUID | None,
    name: str,
    now: datetime,
    description: str = "",
    is_public: bool = True,
    week_id: UUID | None = None,
) -> UUID:
    """A new playlist without tracks; a week's own is made once, and found again."""
    playlist_id = new_id(now)
    added = await session.scalar(
        insert(tables.Playlist)
        .values(
            club_id=club_id,
            id=playlist_id,
            user_id=user_id,
            week_id=week_id,
            name=name,
            description=description,
            is_public=is_public,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(tables.Playlist.id)
    )
    if added is not None or week_id is None:
        return playlist_id
    found = await playlist_of_week(session, club_id, week_id)
    assert found is not None, "the conflicting playlist is the week's"
    return found


async def playlist_of_week(session: AsyncSession, club_id: UUID, week_id: UUID) -> UUID | None:
    """The playlist of a week's pitch tracks."""
    row = tables.Playlist
    return await session.scalar(
        select(row.id).where(row.club_id == club_id, row.week_id == week_id, row.user_id.is_(None))
    )


def _own(club_id: UUID, playlist_id: UUID) -> Any:
    row = tables.PlaylistTrack
    return and_(row.club_id == club_id, row.playlist_id == playlist_id)


async def playlist(session: AsyncSession, club_id: UUID, playlist_id: UUID, *, lock: bool = False) -> Playlist | None:
    """A playlist with its tracks in order; `lock` holds it until the transaction ends."""
    row = tables.Playlist
    query = select(row.id, row.name, row.user_id, row.is_public, row.description)
    query = query.where(row.club_id == club_id, row.id == playlist_id)
    if lock:
        query = query.with_for_update(key_share=True)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    entry, track, album = tables.PlaylistTrack, catalog.Track, catalog.Album
    rows = await session.execute(
        select(
            entry.position,
            track.id,
            track.position.label("place"),
            track.title,
            track.duration_ms,
            album.title.label("album"),
        )
        .join(track, track.id == entry.track_id)
        .outerjoin(album, album.id == track.album_id)
        .where(_own(club_id, playlist_id))
        .order_by(entry.position)
    )
    entries = tuple(
        PlaylistEntry(one.position, Track(one.id, one.place or 0, one.title, one.duration_ms), one.album or "")
        for one in rows
    )
    return Playlist(found.id, found.name, found.user_id, found.is_public, found.description, entries)


async def track(session: AsyncSession, track_id: UUID) -> Track | None:
    """A track by its key."""
    row = catalog.Track
    found = (
        await session.execute(select(row.id, row.position, row.title, row.duration_ms).where(row.id == track_id))
    ).one_or_none()
    return None if found is None else Track(found.id, found.position or 0, found.title, found.duration_ms)


async def insert_track(
    session: AsyncSession, club_id: UUID, playlist_id: UUID, track_id: UUID, position: int, now: datetime
) -> str | None:
    """A track takes a place, and the ones from there on move down; answers `HELD` when it is in the list already.

    Hold the playlist.
    """
    row = tables.PlaylistTrack
    try:
        async with session.begin_nested():
            await session.execute(
                update(row)
                .where(_own(club_id, playlist_id), row.position >= position)
                .values(position=row.position + 1)
            )
            await session.execute(
                insert(row).values(
                    club_id=club_id,
                    id=new_id(now),
                    playlist_id=playlist_id,
                    track_id=track_id,
                    position=position,
                    added_at=now,
                )
            )
    except IntegrityError as error:
        constraint = violated(error)
        if constraint != HELD:
            raise
        return constraint
    await _touch(session, club_id, playlist_id, now)
    return None


async def next_position(session: AsyncSession, club_id: UUID, playlist_id: UUID) -> int:
    """The place behind the last track: 0 in an empty list."""
    last = await session.scalar(select(func.max(tables.PlaylistTrack.position)).where(_own(club_id, playlist_id)))
    return 0 if last is None else last + 1


async def remove_track(session: AsyncSession, club_id: UUID, playlist_id: UUID, track_id: UUID, now: datetime) -> bool:
    """A track leaves the list, and the gap closes; False when it was not in it. Hold the playlist."""
    row = tables.PlaylistTrack
    position = await session.scalar(
        delete(row).where(_own(club_id, playlist_id), row.track_id == track_id).returning(row.position)
    )
    if position is None:
        return False
    await session.execute(
        update(row).where(_own(club_id, playlist_id), row.position > position).values(position=row.position - 1)
    )
    await _touch(session, club_id, playlist_id, now)
    return True


async def set_tracks(
    session: AsyncSession, club_id: UUID, playlist_id: UUID, track_ids: Sequence[UUID], now: datetime
) -> None:
    """The list becomes these tracks in this order; those that stay keep the moment they were added. Hold it."""
    row = tables.PlaylistTrack
    await session.execute(delete(row).where(_own(club_id, playlist_id), row.track_id.not_in(track_ids)))
    if track_ids:
        listing = insert(row).values(
            [
                {
                    "club_id": club_id,
                    "id": new_id(now),
                    "playlist_id": playlist_id,
                    "track_id": track_id,
                    "position": place,
                    "added_at": now,
                }
                for place, track_id in enumerate(track_ids)
            ]
        )
        # The deferrable constraint on places cannot be named here; that a track stands once can.
        await session.execute(
            listing.on_conflict_do_update(constraint=HELD, set_={"position": listing.excluded.position})
        )
    await _touch(session, club_id, playlist_id, now)


async def _touch(session: AsyncSession, club_id: UUID, playlist_id: UUID, now: datetime) -> None:
    row = tables.Playlist
    await session.execute(update(row).where(row.club_id == club_id, row.id == playlist_id).values(updated_at=now))
