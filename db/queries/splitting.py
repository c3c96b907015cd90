"""A merge taken back: what moved returns as it was, and what came to the kept album since then stays with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog.merging import Merge
from db.queries import search
from db.tables.catalog import Album, AlbumAlias, AlbumLink, AlbumMerge, Track, TrackLink
from db.tables.club import Nomination, Rating, ShelfItem, Week
from db.tables.posts import Post

EMPTY: Mapping[str, Any] = {"cover_url": None, "kind": "", "country": "", "track_count": None, "genres": []}


async def split(session: AsyncSession, merge: Merge, now: datetime) -> None:
    """The merged album stands for itself again; hold both first."""
    gone, moved = merge.merged_id, merge.moved
    await session.execute(update(Album).where(Album.id == gone).values(merged_into=None))
    await session.execute(
        update(Album)
        .where(Album.id.in_(_ids(moved.merged)), Album.merged_into == merge.kept_id)
        .values(merged_into=gone)
    )
    for table, noted, key in (
        (Nomination, moved.nominations, ("club_id", "id")),
        (AlbumLink, moved.links, ("service", "external_id")),
    ):
        for row in noted:
            await session.execute(
                update(table).where(*_same(table, row, key), table.album_id == merge.kept_id).values(album_id=gone)
            )
    await _return_ratings_and_tracks(session, merge)
    await _return_shelf(session, merge)
    await _return_aliases(session, merge)
    await _return_tracks_of(session, Post, moved.posts, ("club_id", "id"), merge)
    await _return_tracks_of(session, TrackLink, moved.track_links, ("service", "external_id"), merge)
    await _empty(session, merge)
    await session.execute(update(AlbumMerge).where(AlbumMerge.id == merge.id).values(split_at=now))
    for album_id in (gone, merge.kept_id):
        await search.index_album(session, album_id)


def _ids(texts: Sequence[str]) -> list[UUID]:
    return [UUID(text) for text in texts]


def _same(table: Any, row: Mapping[str, Any], key: tuple[str, ...]) -> list[Any]:
    """The row that was noted, by its key."""
    return [
        getattr(table, name) == (UUID(row[name]) if name.endswith("id") and name != "external_id" else row[name])
        for name in key
    ]


async def _return_ratings_and_tracks(session: AsyncSession, merge: Merge) -> None:
    """Ratings belong to the album their week chose, so those that came since go with their week.

    A favourite is a track of the rated album: it is let go of before tracks return, and found again afterwards.
    """
    moved = merge.moved
    before = {_person(row): row for row in moved.ratings}
    returning = tuple(_ids(moved.tracks))
    won_again = exists().where(
        Week.club_id == Rating.club_id,
        Week.id == Rating.week_id,
        Nomination.club_id == Week.club_id,
        Nomination.id == Week.winner_id,
        Nomination.album_id == merge.merged_id,
    )
    noted = or_(*(and_(*_same(Rating, row, ("club_id", "week_id", "user_id"))) for row in moved.ratings), won_again)
    rows = (
        await session.execute(
            select(Rating.club_id, Rating.week_id, Rating.user_id, Rating.favourite_track_id, Rating.favourite)
            .where(Rating.album_id == merge.kept_id, noted)
            .with_for_update()
        )
    ).all()
    keys = [and_(Rating.club_id == row[0], Rating.week_id == row[1], Rating.user_id == row[2]) for row in rows]
    lost = and_(Rating.album_id == merge.kept_id, Rating.favourite_track_id.in_(returning))
    await session.execute(update(Rating).where(or_(lost, *keys)).values(favourite_track_id=None))
    await session.execute(
        update(Track).where(Track.id.in_(returning), Track.album_id == merge.kept_id).values(album_id=merge.merged_id)
    )
    own = set(await session.scalars(select(Track.id).where(Track.album_id == merge.merged_id)))
    same = {UUID(other): UUID(one) for one, other in moved.pairs} | {track: track for track in returning}
    for row, key in zip(rows, keys, strict=True):
        old = before.get((str(row[0]), str(row[1]), str(row[2])))
        if old is not None and old["title"] == row.favourite:
            favourite = UUID(old["track_id"]) if old["track_id"] else None
        else:
            favourite = same.get(row.favourite_track_id)
        await session.execute(
            update(Rating)
            .where(key)
            .values(album_id=merge.merged_id, favourite_track_id=favourite if favourite in own else None)
        )


def _person(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["club_id"], row["week_id"], row["user_id"]


async def _return_shelf(session: AsyncSession, merge: Merge) -> None:
    """Who kept the merged album keeps it again, unless they took the kept one off since."""
    for row in merge.moved.shelf:
        here = _same(ShelfItem, row, ("club_id", "user_id"))
        at = datetime.fromisoformat(row["shelved_at"])
        still = select(exists().where(*here, ShelfItem.album_id == merge.kept_id))
        if not row.get("twice"):
            await session.execute(
                update(ShelfItem)
                .where(*here, ShelfItem.album_id == merge.kept_id, ShelfItem.shelved_at == at)
                .values(album_id=merge.merged_id)
            )
        elif await session.scalar(still):
            await session.execute(
                insert(ShelfItem)
                .values(
                    club_id=UUID(row["club_id"]), user_id=UUID(row["user_id"]), album_id=merge.merged_id, shelved_at=at
                )
                .on_conflict_do_nothing()
            )


async def _return_aliases(session: AsyncSession, merge: Merge) -> None:
    for row in merge.moved.aliases:
        at = datetime.fromisoformat(row["created_at"])
        if row.get("twice"):
            await session.execute(
                insert(AlbumAlias)
                .values(alias_key=row["alias_key"], album_id=merge.merged_id, source=row["source"], created_at=at)
                .on_conflict_do_nothing()
            )
        else:
            await session.execute(
                update(AlbumAlias)
                .where(
                    AlbumAlias.alias_key == row["alias_key"],
                    AlbumAlias.album_id == merge.kept_id,
                    AlbumAlias.created_at == at,
                )
                .values(album_id=merge.merged_id)
            )


async def _return_tracks_of(
    session: AsyncSession, table: Any, noted: Sequence[Mapping[str, Any]], key: tuple[str, ...], merge: Merge
) -> None:
    """What was about a track of the merged album is so again, unless it is about another by now."""
    same = {one: UUID(other) for one, other in merge.moved.pairs}
    for row in noted:
        known = exists().where(Track.id == UUID(row["track_id"]))
        await session.execute(
            update(table)
            .where(*_same(table, row, key), table.track_id == same[row["track_id"]], known)
            .values(track_id=UUID(row["track_id"]))
        )


async def _empty(session: AsyncSession, merge: Merge) -> None:
    """What the kept album took over is taken from it again, unless it was told otherwise since."""
    for name, value in merge.moved.filled.items():
        column = getattr(Album, name)
        await session.execute(
            update(Album).where(Album.id == merge.kept_id, column == value).values({name: EMPTY[name]})
        )
