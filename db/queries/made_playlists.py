"""Playlists that are made for members, and what they are made of: tracks that two love, and winners that one missed."""

# asyncpg ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from bot.domain.library.playlists import Made
from bot.domain.listening.names import artist_key
from bot.domain.taste.blending import LOVED, Between
from db.queries.listening.hearing import CLUB
from db.queries.people import DISCORD
from db.queries.posts import ANNOUNCED
from db.session import driving
from db.tables import posts as tables
from db.tables.catalog import Album, Track
from db.tables.club import Hearing, Nomination, Rating, Week
from db.tables.listening import TrackPlays
from db.tables.people import LinkedAccount, User

LOOKED_AT = 1_000
"""Of each of the two, and of what both love, so many tracks are looked at, those heard most."""
BETWEEN = """
WITH mine AS MATERIALIZED (SELECT track_id, plays FROM track_plays WHERE user_id = $1),
theirs AS MATERIALIZED (SELECT track_id, plays FROM track_plays WHERE user_id = $2),
loved AS (
  (SELECT track_id FROM mine WHERE plays >= $3 ORDER BY plays DESC, track_id LIMIT $4)
  UNION (SELECT track_id FROM theirs WHERE plays >= $3 ORDER BY plays DESC, track_id LIMIT $4)
  UNION (SELECT track_id FROM mine JOIN theirs USING (track_id) WHERE least(mine.plays, theirs.plays) >= $3
    ORDER BY least(mine.plays, theirs.plays) DESC, track_id LIMIT $4)
)
SELECT loved.track_id, track.artist, coalesce(mine.plays, 0), coalesce(theirs.plays, 0)
FROM loved JOIN tracks AS track ON track.id = loved.track_id AND track.kind = 'catalog'
LEFT JOIN mine USING (track_id) LEFT JOIN theirs USING (track_id)
"""


async def between(session: AsyncSession, one: UUID, other: UUID) -> list[Between]:
    """The tracks that either of two members loves, as far as they are looked at."""
    rows = await (await driving(session)).fetch(BETWEEN, one, other, LOVED, LOOKED_AT)
    return [Between(row[0], artist_key(row[1]), row[2], row[3]) for row in rows]


async def hold_seen(session: AsyncSession, users: Sequence[UUID]) -> bool:
    """Whether the club sees what all of them hear; none of them can change that until the transaction ends."""
    asked = select(User.visibility).where(User.id.in_(users)).order_by(User.id).with_for_update(read=True)
    return all(seen == CLUB for seen in await session.scalars(asked))


@dataclass(frozen=True, slots=True)
class Won:
    """What won a week of a club, as somebody stands to it."""

    title: str
    artist: str
    tracks: tuple[tuple[UUID, str, str], ...]
    """Key, artist and title of each, in order; of a demo the one."""
    settled: bool
    """They rated it, said that they have heard it, or put it forward."""


async def winners(session: AsyncSession, club_id: UUID, user_id: UUID) -> list[Won]:
    """Everything that won in a club, the latest first, as a member stands to it; no demo that is closed to them."""
    week, nomination = Week, Nomination
    demo_open = and_(Track.is_public, Track.hidden_at.is_(None), Track.deleted_at.is_(None))
    mine = [
        exists().where(row.club_id == week.club_id, row.week_id == week.id, row.user_id == user_id)
        for row in (Rating, Hearing)
    ]
    won = (
        await session.execute(
            select(
                nomination.album_id,
                nomination.track_id,
                Album.title,
                Album.artist,
                Track.title.label("demo"),
                or_(nomination.user_id == user_id, *mine).label("settled"),
            )
            .select_from(week)
            .join(nomination, and_(nomination.club_id == week.club_id, nomination.id == week.winner_id))
            .outerjoin(Album, Album.id == nomination.album_id)
            .outerjoin(Track, and_(Track.id == nomination.track_id, demo_open))
            .where(week.club_id == club_id, week.phase.in_(ANNOUNCED))
            .order_by(week.number.desc(), week.id.desc())
        )
    ).all()
    lists = await _lists(session, [row.album_id for row in won if row.album_id is not None])
    found: list[Won] = []
    for row in won:
        if row.album_id is not None:
            listed = tuple((key, artist or row.artist, title) for key, artist, title in lists.get(row.album_id, ()))
            found.append(Won(row.title, row.artist, listed, row.settled))
        elif row.demo is not None:
            found.append(Won(row.demo, "", ((row.track_id, "", row.demo),), row.settled))
    return found


async def _lists(session: AsyncSession, album_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str, str]]]:
    rows = await session.execute(
        select(Track.album_id, Track.id, Track.artist, Track.title)
        .where(Track.album_id.in_(album_ids))
        .order_by(Track.album_id, Track.position)
    )
    found: dict[UUID, list[tuple[UUID, str, str]]] = {}
    for album_id, key, artist, title in rows:
        if album_id is not None:
            found.setdefault(album_id, []).append((key, artist, title))
    return found


async def heard_of(session: AsyncSession, user_id: UUID, works: Sequence[UUID]) -> set[UUID]:
    """Which of these works a member ever heard."""
    row = TrackPlays
    return set(await session.scalars(select(row.track_id).where(row.user_id == user_id, row.track_id.in_(works))))


# The lists


def _made(club_id: UUID, user_id: UUID, made_of: Made, other: UUID | None) -> Any:
    row = tables.Playlist
    return and_(
        row.club_id == club_id,
        row.user_id == user_id,
        row.made_of == str(made_of),
        row.with_user_id.is_not_distinct_from(other),
    )


async def made_playlist(
    session: AsyncSession, club_id: UUID, user_id: UUID, made_of: Made, other: UUID | None = None
) -> UUID | None:
    """The list of this kind that was made for a member, with another where it is a blend."""
    return await session.scalar(select(tables.Playlist.id).where(_made(club_id, user_id, made_of, other)))


async def add_made(
    session: AsyncSession,
    *,
    club_id: UUID,
    user_id: UUID,
    made_of: Made,
    other: UUID | None,
    name: str,
    description: str,
    is_public: bool,
    now: datetime,
) -> UUID:
    """A list that is made for a member, without tracks so far; each is made once, and found again."""
    added = await session.scalar(
        insert(tables.Playlist)
        .values(
            club_id=club_id,
            id=new_id(now),
            user_id=user_id,
            made_of=str(made_of),
            with_user_id=other,
            name=name,
            description=description,
            is_public=is_public,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(tables.Playlist.id)
    )
    found = added or await made_playlist(session, club_id, user_id, made_of, other)
    assert found is not None, "the conflicting list is this one"
    return found


async def discord_of(session: AsyncSession, user_id: UUID) -> int | None:
    """Somebody's Discord account."""
    row = LinkedAccount
    asked = select(row.external_id).where(row.user_id == user_id, row.provider == DISCORD)
    found = await session.scalar(asked)
    return None if found is None else int(found)


async def blends_with(session: AsyncSession, user_id: UUID) -> list[tuple[UUID, UUID]]:
    """The blends that others made with somebody: club and playlist."""
    row = tables.Playlist
    rows = await session.execute(select(row.club_id, row.id).where(row.with_user_id == user_id).order_by(row.id))
    return [(one.club_id, one.id) for one in rows]


async def forget_blends_with(session: AsyncSession, user_id: UUID) -> None:
    """No blend with somebody is kept."""
    await session.execute(delete(tables.Playlist).where(tables.Playlist.with_user_id == user_id))


async def close_blends_of(session: AsyncSession, user_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """Somebody's own blends are seen by them alone; those that were not: club and playlist."""
    row = tables.Playlist
    rows = await session.execute(
        update(row)
        .where(row.user_id == user_id, row.made_of == str(Made.BLEND), row.is_public)
        .values(is_public=False, updated_at=now)
        .returning(row.club_id, row.id)
    )
    return [(one.club_id, one.id) for one in rows]
