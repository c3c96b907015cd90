"""The catalogue: albums by key, link or name, their links and their tracks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.catalog import FoundAlbum, Link, TrackLine, identity_key, normalised
from bot.domain.catalog.continuity import Listed, continued, fit_lines
from bot.domain.club.entries import Album, Track
from bot.domain.ids import new_id
from db.queries import search
from db.tables import catalog as tables
from db.tables.club import Rating, ShelfItem

FIRST_URL = (
    select(tables.AlbumLink.url)
    .where(tables.AlbumLink.album_id == tables.Album.id)
    .order_by(tables.AlbumLink.service, tables.AlbumLink.external_id)
    .limit(1)
    .correlate(tables.Album)
    .scalar_subquery()
)

ALBUM: tuple[Any, ...] = (
    tables.Album.id,
    tables.Album.title,
    tables.Album.artist,
    tables.Album.year,
    FIRST_URL.label("url"),
    tables.Album.cover_url,
)
"""The columns of an `Album`, in its order."""


def _albums() -> Any:
    return select(*ALBUM)


def _standing(row: Any, condition: Any) -> Any:
    """The album that fits a condition on an alias of the albums, or the one it was merged into."""
    return _albums().where(tables.Album.id.in_(select(func.coalesce(row.merged_into, row.id)).where(condition)))


async def album(session: AsyncSession, album_id: UUID) -> Album | None:
    """An album by its key; one that was merged is the one it stands in."""
    row = aliased(tables.Album)
    found = (await session.execute(_standing(row, row.id == album_id))).one_or_none()
    return None if found is None else Album(*found)


async def album_by_link(session: AsyncSession, link: Link) -> Album | None:
    """The album a link is known to stand for."""
    return await album_by_links(session, [link])


async def album_by_links(session: AsyncSession, links: Sequence[Link]) -> Album | None:
    """The album that the first known of these links stands for."""
    if not links:
        return None
    ids = [(str(link.service), link.external_id) for link in links]
    row = tables.AlbumLink
    known = await session.execute(
        select(row.service, row.external_id, row.album_id).where(tuple_(row.service, row.external_id).in_(ids))
    )
    albums = {(service, external_id): album_id for service, external_id, album_id in known}
    first = next((albums[key] for key in ids if key in albums), None)
    return None if first is None else await album(session, first)


def _identity(title: str, artist: str, year: int | None, song: Link | None) -> str:
    """What makes an entry one: a song's link, else artist, title and year. No name contains the separator."""
    return identity_key(title, artist, year) if song is None else f"song\x1f{song.service}\x1f{song.external_id}"


async def album_by_identity(
    session: AsyncSession, title: str, artist: str, year: int | None, *, song: Link | None = None
) -> Album | None:
    """The album of exactly this artist, title and year, however they are spelled; or the entry of a song."""
    row = aliased(tables.Album)
    same = row.identity_key == _identity(title, artist, year, song)
    found = (await session.execute(_standing(row, same))).one_or_none()
    return None if found is None else Album(*found)


async def albums_named(session: AsyncSession, title: str, artist: str = "", *, limit: int = 2) -> list[Album]:
    """Albums of this title, by this artist when one is given, whatever their year; oldest entry first."""
    query = _albums().where(tables.Album.title_key == normalised(title), tables.Album.merged_into.is_(None))
    if artist:
        query = query.where(tables.Album.artist_key == normalised(artist))
    rows = await session.execute(query.order_by(tables.Album.created_at, tables.Album.id).limit(limit))
    return [Album(*row) for row in rows]


async def add_album(
    session: AsyncSession,
    *,
    title: str,
    artist: str,
    year: int | None,
    cover_url: str | None,
    now: datetime,
    song: Link | None = None,
    told: FoundAlbum | None = None,
) -> Album | None:
    """A new album, with what a source told of it; None when one of the same identity is there, or just being added."""
    album_id = new_id(now)
    added = await session.scalar(
        insert(tables.Album)
        .values(
            id=album_id,
            title=title,
            artist=artist,
            year=year,
            identity_key=_identity(title, artist, year, song),
            title_key=normalised(title),
            artist_key=normalised(artist),
            cover_url=cover_url,
            created_at=now,
            **(_facts(told) if told else {}),
        )
        .on_conflict_do_nothing(index_elements=["identity_key"])
        .returning(tables.Album.id)
    )
    if added is None:
        return None
    await search.index_album(session, album_id)
    return Album(album_id, title, artist, year, cover_url=cover_url)


def _facts(told: FoundAlbum) -> dict[str, Any]:
    """The columns that only a source fills."""
    count = len(told.tracks) or told.track_count
    return {"kind": told.kind, "genres": list(told.genres), "country": told.country, "track_count": count}


async def complete_album(
    session: AsyncSession, known: Album, *, year: int | None, cover_url: str | None, told: FoundAlbum | None = None
) -> None:
    """What an album lacks is filled in; what it has stays, and a year that would make it another album is left out."""
    row = tables.Album
    values: dict[str, Any] = {}
    if cover_url and not known.cover_url:
        values["cover_url"] = cover_url
    if told is not None:
        facts = _facts(told)
        values |= {
            name: func.coalesce(func.nullif(getattr(row, name), ""), facts[name]) for name in ("kind", "country")
        }
        values["genres"] = case(
            (func.cardinality(row.genres) == 0, literal(facts["genres"], row.genres.type)), else_=row.genres
        )
        values["track_count"] = func.coalesce(row.track_count, facts["track_count"])
    if values:
        await session.execute(update(row).where(row.id == known.id).values(**values))
    if year is not None and known.year is None:
        key = identity_key(known.title, known.artist, year)
        with suppress(IntegrityError):
            async with session.begin_nested():
                await session.execute(update(row).where(row.id == known.id).values(year=year, identity_key=key))


async def told_of(session: AsyncSession, album_id: UUID) -> tuple[tuple[str, ...], str]:
    """The genres, strongest first, and the country that a source told of an album."""
    row = (
        await session.execute(select(tables.Album.genres, tables.Album.country).where(tables.Album.id == album_id))
    ).one_or_none()
    return ((), "") if row is None else (tuple(row.genres), row.country)


async def forget_album(session: AsyncSession, album_id: UUID) -> None:
    """An album that was added a moment ago in this transaction is gone; nobody else has seen it."""
    await session.execute(delete(tables.Album).where(tables.Album.id == album_id))


async def add_links(session: AsyncSession, album_id: UUID, links: Collection[Link]) -> None:
    """The album is known by these links too; a link that stands for another album keeps its meaning."""
    if links:
        await session.execute(
            insert(tables.AlbumLink)
            .values(
                [
                    {
                        "service": str(link.service),
                        "external_id": link.external_id,
                        "album_id": album_id,
                        "url": link.url,
                    }
                    for link in sorted(links, key=lambda link: (link.service, link.external_id))
                ]
            )
            .on_conflict_do_nothing(index_elements=["service", "external_id"])
        )


async def links_of(session: AsyncSession, album_id: UUID) -> tuple[tuple[str, str], ...]:
    """Service and address of every link, one per service first come."""
    rows = await session.execute(
        select(tables.AlbumLink.service, tables.AlbumLink.url)
        .ext(distinct_on(tables.AlbumLink.service))
        .where(tables.AlbumLink.album_id == album_id)
        .order_by(tables.AlbumLink.service, tables.AlbumLink.external_id)
    )
    return tuple((service, url) for service, url in rows)


async def tracks_of(session: AsyncSession, album_id: UUID) -> tuple[Track, ...]:
    """The track list, in its order; empty when nobody has told it."""
    row = tables.Track
    rows = await session.execute(
        select(row.id, row.position, row.title, row.duration_ms).where(row.album_id == album_id).order_by(row.position)
    )
    return tuple(Track(*values) for values in rows)


async def hold_album(session: AsyncSession, album_id: UUID) -> bool:
    """Hold an album until the transaction ends, so that two track lists never mix; False when there is none."""
    held = await session.scalar(select(tables.Album.id).where(tables.Album.id == album_id).with_for_update())
    return held is not None


async def replace_tracks(session: AsyncSession, album_id: UUID, lines: Sequence[TrackLine], now: datetime) -> None:
    """The album's list becomes this one; hold the album first.

    Tracks that stay keep their key, and with it what hangs on them: favourites, posts, playlists. A favourite whose
    track has left the list stays as its title, and is found again where the new list has it.
    """
    before = await tracks_of(session, album_id)
    lines = fit_lines(lines)
    kept = continued([Listed(track.id, track.position, track.title) for track in before], lines)
    gone = {track.id for track in before}.difference(kept)
    own = tables.Track.album_id == album_id
    await session.execute(
        update(Rating)
        .where(Rating.album_id == album_id, Rating.favourite_track_id.in_(gone))
        .values(favourite_track_id=None)
    )
    await session.execute(delete(tables.Track).where(own, tables.Track.id.in_(gone)))
    # Places are unique: they are left before others take them.
    await session.execute(update(tables.Track).where(own).values(position=-tables.Track.position))
    if lines:
        listing = insert(tables.Track).values(
            [
                {
                    "id": known or new_id(now),
                    "album_id": album_id,
                    "position": line.position,
                    "title": line.title,
                    "duration_ms": line.duration_ms,
                }
                for known, line in zip(kept, lines, strict=True)
            ]
        )
        fresh = {"position": listing.excluded.position, "title": listing.excluded.title}
        length = func.coalesce(listing.excluded.duration_ms, tables.Track.duration_ms)
        await session.execute(
            listing.on_conflict_do_update(index_elements=["id"], set_={**fresh, "duration_ms": length})
        )
    await _find_favourites(session, album_id)


async def _find_favourites(session: AsyncSession, album_id: UUID) -> None:
    """Ratings follow the list: a favourite spelled anew is called so, a typed one is found by its title."""
    await session.execute(
        update(Rating)
        .where(
            Rating.album_id == album_id,
            Rating.favourite_track_id == tables.Track.id,
            Rating.favourite != tables.Track.title,
        )
        .values(favourite=tables.Track.title)
    )
    same_title = (
        select(tables.Track.id)
        .where(tables.Track.album_id == album_id, tables.Track.title == Rating.favourite)
        .order_by(tables.Track.position)
        .limit(1)
        .correlate(Rating)
        .scalar_subquery()
    )
    await session.execute(
        update(Rating)
        .where(Rating.album_id == album_id, Rating.favourite != "", Rating.favourite_track_id.is_(None))
        .values(favourite_track_id=same_title)
    )


async def albums_of_shelf(session: AsyncSession, club_id: UUID, user_id: UUID) -> list[Album]:
    """Albums a member keeps for later, latest first."""
    query = _albums().join(ShelfItem, ShelfItem.album_id == tables.Album.id)
    query = query.where(ShelfItem.club_id == club_id, ShelfItem.user_id == user_id)
    rows = await session.execute(query.order_by(ShelfItem.shelved_at.desc(), tables.Album.id))
    return [Album(*row) for row in rows]
