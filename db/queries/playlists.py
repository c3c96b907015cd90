"""Playlists: ordered lists of tracks, each track once, each place once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Track
from bot.domain.ids import new_id
from bot.domain.library.playlists import Automatic, Listed, Made, Playlist, PlaylistEntry
from db.queries.catalog import FIRST_URL
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.library.veils import SHOWN
from db.session import violated
from db.tables import catalog, people
from db.tables import posts as tables

HELD = "uq_playlist_tracks_track_once"

OWNER = (
    select(people.User.display_name)
    .where(people.User.id == catalog.Track.user_id)
    .correlate(catalog.Track)
    .scalar_subquery()
)
"""Who made a member's own track."""
TRACK_URL = (
    select(catalog.TrackLink.url)
    .where(catalog.TrackLink.track_id == catalog.Track.id)
    .order_by(catalog.TrackLink.service, catalog.TrackLink.external_id)
    .limit(1)
    .correlate(catalog.Track)
    .scalar_subquery()
)


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
    automatic: Automatic | None = None,
) -> UUID:
    """A new playlist without tracks; an automatic one is made once, and found again."""
    playlist_id = new_id(now)
    added = await session.scalar(
        insert(tables.Playlist)
        .values(
            club_id=club_id,
            id=playlist_id,
            user_id=user_id,
            week_id=week_id,
            automatic=None if automatic is None else str(automatic),
            name=name,
            description=description,
            is_public=is_public,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(tables.Playlist.id)
    )
    if added is not None or automatic is None:
        return playlist_id
    found = await automatic_playlist(session, club_id, automatic, week_id)
    assert found is not None, "the conflicting playlist is this one"
    return found


async def automatic_playlist(
    session: AsyncSession, club_id: UUID, automatic: Automatic, week_id: UUID | None = None
) -> UUID | None:
    """The club's own playlist of this kind, of a week or of all."""
    row = tables.Playlist
    return await session.scalar(
        select(row.id).where(
            row.club_id == club_id, row.automatic == str(automatic), row.week_id.is_not_distinct_from(week_id)
        )
    )


async def count_of_member(session: AsyncSession, club_id: UUID, user_id: UUID) -> int:
    """How many playlists a member keeps in a club."""
    row = tables.Playlist
    counted = select(func.count()).where(row.club_id == club_id, row.user_id == user_id)
    return await session.scalar(counted) or 0


def _own(club_id: UUID, playlist_id: UUID) -> Any:
    row = tables.PlaylistTrack
    return and_(row.club_id == club_id, row.playlist_id == playlist_id)


async def playlist(session: AsyncSession, club_id: UUID, playlist_id: UUID, *, lock: bool = False) -> Playlist | None:
    """A playlist with its tracks in order; `lock` holds it until the transaction ends."""
    row = tables.Playlist
    made = (row.made_of, row.with_user_id)
    query = select(row.id, row.name, row.user_id, row.is_public, row.description, row.automatic, *made, *PERSON)
    query = with_person(query, row.club_id, row.user_id, outer=True)
    query = query.where(row.club_id == club_id, row.id == playlist_id)
    if lock:
        query = query.with_for_update(of=row, key_share=True)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    return Playlist(
        found.id,
        found.name,
        found.user_id,
        found.is_public,
        found.description,
        await _entries(session, club_id, playlist_id),
        owner=shown_name(found) if found.user_id is not None else "",
        automatic=None if found.automatic is None else Automatic(found.automatic),
        made_of=None if found.made_of is None else Made(found.made_of),
        with_user_id=found.with_user_id,
    )


async def _entries(session: AsyncSession, club_id: UUID, playlist_id: UUID) -> tuple[PlaylistEntry, ...]:
    entry, track, album = tables.PlaylistTrack, catalog.Track, catalog.Album
    rows = await session.execute(
        _entry_columns()
        .add_columns(entry.position)
        .join(entry, entry.track_id == track.id)
        .outerjoin(album, album.id == track.album_id)
        .where(_own(club_id, playlist_id))
        .order_by(entry.position)
    )
    return tuple(_entry(one, one.position) for one in rows)


async def listed(session: AsyncSession, club_id: UUID, user_id: UUID | None) -> list[Listed]:
    """The playlists that a member may see: their own first, then the club's, then what others show."""
    row, entry = tables.Playlist, tables.PlaylistTrack
    counted = (
        select(func.count())
        .where(entry.club_id == row.club_id, entry.playlist_id == row.id)
        .correlate(row)
        .scalar_subquery()
    )
    query = select(row.id, row.name, row.user_id, row.is_public, row.automatic, counted.label("tracks"), *PERSON)
    own = row.user_id == user_id
    rows = await session.execute(
        with_person(query, row.club_id, row.user_id, outer=True)
        .where(row.club_id == club_id, or_(row.is_public, own))
        .order_by(case((own, 0), (row.user_id.is_(None), 1), else_=2), row.updated_at.desc(), row.id)
    )
    return [
        Listed(
            one.id,
            one.name,
            one.user_id,
            one.is_public,
            shown_name(one) if one.user_id is not None else "",
            one.tracks,
            None if one.automatic is None else Automatic(one.automatic),
        )
        for one in rows
    ]


async def edit_playlist(
    session: AsyncSession,
    club_id: UUID,
    playlist_id: UUID,
    *,
    name: str,
    description: str,
    is_public: bool,
    now: datetime,
) -> None:
    """A playlist is called, described and shown otherwise."""
    row = tables.Playlist
    await session.execute(
        update(row)
        .where(row.club_id == club_id, row.id == playlist_id)
        .values(name=name, description=description, is_public=is_public, updated_at=now)
    )


async def delete_playlist(session: AsyncSession, club_id: UUID, playlist_id: UUID) -> None:
    """A playlist is gone; its tracks are not."""
    row = tables.Playlist
    await session.execute(delete(row).where(row.club_id == club_id, row.id == playlist_id))


def _entry_columns() -> Any:
    track, album = catalog.Track, catalog.Album
    return select(
        track.id,
        track.position.label("place"),
        track.title,
        track.duration_ms,
        func.coalesce(album.title, "").label("album"),
        func.coalesce(func.nullif(track.artist, ""), album.artist, OWNER, "").label("artist"),
        func.coalesce(TRACK_URL, FIRST_URL, "").label("url"),
        track.user_id.label("owner_id"),
        SHOWN.label("shown"),
        track.deleted_at.is_not(None).label("gone"),
    )


def _entry(row: Any, position: int) -> PlaylistEntry:
    track = Track(row.id, row.place or 0, row.title, row.duration_ms)
    return PlaylistEntry(
        position,
        track,
        row.album,
        row.artist,
        row.url,
        owner_id=row.owner_id,
        is_public=row.shown or row.owner_id is None,
        gone=row.gone,
    )


async def track(session: AsyncSession, track_id: UUID) -> PlaylistEntry | None:
    """A track by its key, as it would stand at the head of a list."""
    row, album = catalog.Track, catalog.Album
    query = _entry_columns().outerjoin(album, album.id == row.album_id).where(row.id == track_id)
    found = (await session.execute(query)).one_or_none()
    return None if found is None else _entry(found, 0)


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


async def move_track(
    session: AsyncSession, club_id: UUID, playlist_id: UUID, track_id: UUID, start: int, end: int, now: datetime
) -> None:
    """A track goes from one place to another, and those between give way. Hold the playlist."""
    row = tables.PlaylistTrack
    low, high = min(start, end), max(start, end)
    shifted = row.position + (-1 if end > start else 1)
    await session.execute(
        update(row)
        .where(_own(club_id, playlist_id), row.position.between(low, high))
        .values(position=case((row.track_id == track_id, end), else_=shifted))
    )
    await _touch(session, club_id, playlist_id, now)


async def remove_track(session: AsyncSession, club_id: UUID, playlist_id: UUID, track_id: UUID, now: datetime) -> bool:
    """A track leaves the list, and the gap closes by itself; False when it was not in it. Hold the playlist."""
    row = tables.PlaylistTrack
    gone = await session.scalar(
        delete(row).where(_own(club_id, playlist_id), row.track_id == track_id).returning(row.id)
    )
    if gone is None:
        return False
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


async def playlists_holding(session: AsyncSession, track_id: UUID) -> list[tuple[UUID, UUID]]:
    """The playlists of any club in which a track stands: club and playlist."""
    row = tables.PlaylistTrack
    rows = await session.execute(
        select(row.club_id, row.playlist_id).where(row.track_id == track_id).order_by(row.club_id, row.playlist_id)
    )
    return [(one.club_id, one.playlist_id) for one in rows]
