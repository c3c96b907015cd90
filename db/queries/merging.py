"""Albums that become one and two again: both held, every row that moves noted, every noted row brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, select, tuple_, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog.merging import Merge, Moved, Side, pair_tracks
from bot.domain.ids import new_id
from db.queries import search
from db.tables.catalog import Album, AlbumAlias, AlbumLink, AlbumMerge, Track, TrackLink
from db.tables.club import Nomination, Rating, ShelfItem, Week
from db.tables.posts import Post

FACTS = ("cover_url", "kind", "country", "track_count")
"""Columns the kept album takes over where it lacks them."""


async def hold_standing(session: AsyncSession, album_id: UUID) -> UUID | None:
    """Hold an album against merging until the transaction ends; of a merged one, hold the album it stands in.

    Who waited here for a merge finds what the merge made. None where there is no such album.
    """
    known = await session.execute(_hold(album_id))
    merged_into = known.scalar_one_or_none()
    if merged_into is None:
        return None
    if merged_into == album_id:
        return album_id
    await session.execute(_hold(merged_into))
    return merged_into


def _hold(album_id: UUID) -> Any:
    """Which album it stands in; rows of others that refer to it may still be added."""
    standing = func.coalesce(Album.merged_into, Album.id)
    return select(standing).where(Album.id == album_id).with_for_update(key_share=True)


async def hold_albums(session: AsyncSession, *albums: UUID) -> dict[UUID, UUID | None]:
    """Hold albums against everybody, in the order of their keys; what each is merged into, of those that are there."""
    held = await session.execute(
        select(Album.id, Album.merged_into).where(Album.id.in_(albums)).order_by(Album.id).with_for_update()
    )
    return {row.id: row.merged_into for row in held}


async def side(session: AsyncSession, album_id: UUID) -> Side | None:
    """An album as the rules of merging look at it; None where there is none that stands."""
    row = (
        await session.execute(
            select(Album.title, Album.artist, Album.year).where(Album.id == album_id, Album.merged_into.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    clubs = union(
        select(Nomination.club_id).where(Nomination.album_id == album_id),
        select(ShelfItem.club_id).where(ShelfItem.album_id == album_id),
    )
    weeks = select(Nomination.week_id).where(Nomination.album_id == album_id, Nomination.standing != "withdrawn")
    return Side(
        album_id,
        " — ".join(part for part in (row.title, row.artist) if part),
        frozenset(await session.scalars(clubs)),
        frozenset(await session.scalars(weeks)),
    )


async def weeks_of(session: AsyncSession, albums: Sequence[UUID], phases: Sequence[str]) -> list[UUID]:
    """Weeks in one of the phases that one of the albums was nominated in, in the order of their keys."""
    found = (
        select(Week.id)
        .where(
            exists().where(
                Nomination.club_id == Week.club_id, Nomination.week_id == Week.id, Nomination.album_id.in_(albums)
            ),
            Week.phase.in_(phases),
        )
        .order_by(Week.id)
    )
    return list(await session.scalars(found))


async def merge(session: AsyncSession, *, gone: UUID, kept: UUID, club_id: UUID, user_id: UUID, now: datetime) -> Merge:
    """Everything of one album goes to the other, which stands for it from now on; hold both first."""
    pairs = await _pairs(session, gone, kept)
    had_tracks = await session.scalar(select(exists().where(Track.album_id == kept)))
    moved = Moved(
        nominations=await _take(session, Nomination, gone, kept, ("club_id", "id")),
        shelf=await _take_shelf(session, gone, kept),
        links=await _take(session, AlbumLink, gone, kept, ("service", "external_id")),
        aliases=await _take_aliases(session, gone, kept),
        ratings=await _let_go_of_favourites(session, gone),
        tracks=[] if had_tracks else [str(one["id"]) for one in await _take(session, Track, gone, kept, ("id",))],
        pairs=[[str(one), str(other)] for one, other in pairs],
        posts=[],
        merged=[
            str(one)
            for one in await session.scalars(
                update(Album).where(Album.merged_into == gone).values(merged_into=kept).returning(Album.id)
            )
        ],
        filled=await _fill(session, gone, kept),
    )
    same = dict(pairs) or {UUID(one): UUID(one) for one in moved.tracks}
    await _find_favourites(session, moved.ratings, gone, kept, same)
    moved.posts.extend(await _move_posts(session, pairs))
    moved.track_links.extend(await _move_track_links(session, pairs))
    await session.execute(update(Album).where(Album.id == gone).values(merged_into=kept))
    done = Merge(new_id(now), kept, gone, now, moved)
    await session.execute(
        insert(AlbumMerge).values(
            id=done.id,
            kept_id=kept,
            merged_id=gone,
            club_id=club_id,
            user_id=user_id,
            moved=moved.to_json(),
            merged_at=now,
        )
    )
    for album_id in (gone, kept):
        await search.index_album(session, album_id)
    return done


async def _pairs(session: AsyncSession, gone: UUID, kept: UUID) -> list[tuple[UUID, UUID]]:
    listed: list[list[tuple[UUID, str]]] = []
    for album_id in (gone, kept):
        rows = await session.execute(
            select(Track.id, Track.title).where(Track.album_id == album_id).order_by(Track.position, Track.id)
        )
        listed.append([(row.id, row.title) for row in rows])
    return pair_tracks(*listed)


async def _take(
    session: AsyncSession, table: Any, gone: UUID, kept: UUID, key: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Rows that simply change their album, by their keys."""
    columns: list[Any] = [getattr(table, name) for name in key]
    changed: Any = update(table).where(table.album_id == gone)
    rows: Any = await session.execute(changed.values(album_id=kept).returning(*columns))
    return _noted(rows.mappings())


def _noted(rows: Any) -> list[dict[str, Any]]:
    """Rows as JSON keeps them, in order, so that the same merge is noted the same."""
    noted = [
        {
            name: str(value) if isinstance(value, UUID) else value.isoformat() if isinstance(value, datetime) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return sorted(noted, key=repr)


async def _take_shelf(session: AsyncSession, gone: UUID, kept: UUID) -> list[dict[str, Any]]:
    own = select(ShelfItem.club_id, ShelfItem.user_id).where(ShelfItem.album_id == kept)
    here = tuple_(ShelfItem.club_id, ShelfItem.user_id)
    columns = (ShelfItem.club_id, ShelfItem.user_id, ShelfItem.shelved_at)
    twice = await session.execute(
        delete(ShelfItem).where(ShelfItem.album_id == gone, here.in_(own)).returning(*columns)
    )
    noted = [row | {"twice": True} for row in _noted(twice.mappings())]
    once = await session.execute(
        update(ShelfItem).where(ShelfItem.album_id == gone).values(album_id=kept).returning(*columns)
    )
    return noted + _noted(once.mappings())


async def _take_aliases(session: AsyncSession, gone: UUID, kept: UUID) -> list[dict[str, Any]]:
    own = select(AlbumAlias.alias_key).where(AlbumAlias.album_id == kept)
    columns = (AlbumAlias.alias_key, AlbumAlias.source, AlbumAlias.created_at)
    twice = await session.execute(
        delete(AlbumAlias).where(AlbumAlias.album_id == gone, AlbumAlias.alias_key.in_(own)).returning(*columns)
    )
    noted = [row | {"twice": True} for row in _noted(twice.mappings())]
    once = await session.execute(
        update(AlbumAlias).where(AlbumAlias.album_id == gone).values(album_id=kept).returning(*columns)
    )
    return noted + _noted(once.mappings())


async def _let_go_of_favourites(session: AsyncSession, album_id: UUID) -> list[dict[str, Any]]:
    """The ratings of an album, with their favourites; a favourite is on the rated album, so it is let go of first."""
    rows = await session.execute(
        select(
            Rating.club_id,
            Rating.week_id,
            Rating.user_id,
            Rating.favourite_track_id.label("track_id"),
            Rating.favourite.label("title"),
        ).where(Rating.album_id == album_id)
    )
    noted = _noted(rows.mappings())
    await session.execute(update(Rating).where(Rating.album_id == album_id).values(favourite_track_id=None))
    return noted


async def _find_favourites(
    session: AsyncSession, ratings: Sequence[dict[str, Any]], old: UUID, new: UUID, same: dict[UUID, UUID]
) -> None:
    """The ratings of one album become the other's, each with the track there that is the same as its favourite."""
    await session.execute(update(Rating).where(Rating.album_id == old).values(album_id=new))
    for rating in ratings:
        favourite = same.get(UUID(rating["track_id"])) if rating["track_id"] else None
        if favourite is not None:
            await session.execute(
                update(Rating)
                .where(*_rated(rating), Rating.album_id == new, Rating.favourite == rating["title"])
                .values(favourite_track_id=favourite)
            )


def _rated(rating: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(getattr(Rating, name) == UUID(rating[name]) for name in ("club_id", "week_id", "user_id"))


async def _fill(session: AsyncSession, gone: UUID, kept: UUID) -> dict[str, Any]:
    """What the kept album lacks and the other has."""
    columns: list[Any] = [getattr(Album, name) for name in (*FACTS, "genres")]
    rows = await session.execute(select(Album.id, *columns).where(Album.id.in_((gone, kept))))
    known = {row["id"]: row for row in rows.mappings()}
    filled = {
        name: known[gone][name]
        for name in (*FACTS, "genres")
        if known[gone][name] not in (None, "", []) and known[kept][name] in (None, "", [])
    }
    if filled:
        await session.execute(update(Album).where(Album.id == kept).values(**filled))
    return filled


async def _move_posts(session: AsyncSession, pairs: Sequence[tuple[UUID, UUID]]) -> list[dict[str, Any]]:
    moved: list[dict[str, Any]] = []
    for one, other in pairs:
        rows = await session.execute(
            update(Post).where(Post.track_id == one).values(track_id=other).returning(Post.club_id, Post.id)
        )
        moved += [row | {"track_id": str(one)} for row in _noted(rows.mappings())]
    return moved


async def _move_track_links(session: AsyncSession, pairs: Sequence[tuple[UUID, UUID]]) -> list[dict[str, Any]]:
    moved: list[dict[str, Any]] = []
    for one, other in pairs:
        rows = await session.execute(
            update(TrackLink)
            .where(TrackLink.track_id == one)
            .values(track_id=other)
            .returning(TrackLink.service, TrackLink.external_id)
        )
        moved += [row | {"track_id": str(one)} for row in _noted(rows.mappings())]
    return moved


async def last_merge(session: AsyncSession, kept: UUID) -> Merge | None:
    """The latest merge into an album that was not taken back."""
    row = (
        await session.execute(
            select(AlbumMerge)
            .where(AlbumMerge.kept_id == kept, AlbumMerge.split_at.is_(None))
            .order_by(AlbumMerge.merged_at.desc(), AlbumMerge.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    return Merge(row.id, row.kept_id, row.merged_id, row.merged_at, Moved.from_json(row.moved))
