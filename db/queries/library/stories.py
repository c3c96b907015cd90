"""What everybody may know of a track's way through a club: from nominations, results, posts and open playlists alone.

No ballot, no score of somebody and nobody's memory is asked here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog import normalised
from bot.domain.club.entries import Standing
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.posts import ANNOUNCED, COMMENTS, LIKES
from db.tables.catalog import Track
from db.tables.club import Nomination, Rating, Week
from db.tables.posts import Playlist, PlaylistTrack, Post


@dataclass(frozen=True, slots=True)
class Nominated:
    """A nomination that named the track."""

    at: datetime
    number: int
    opens_on: date
    nominator: str
    """Empty while the club hides it."""
    won_at: datetime | None
    """When the poll closed that it won; None where it did not."""
    is_demo: bool = False
    """It is of the track itself."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A post that presents the track."""

    at: datetime
    number: int | None
    opens_on: date | None
    by: str
    likes: int
    comments: int


async def nominations_naming(session: AsyncSession, club_id: UUID, tracks: Collection[UUID]) -> list[Nominated]:
    """The nominations whose track to start with it was, or that put it forward in a demo week; oldest first."""
    row, week = Nomination, Week
    query: Any = (
        select(row.id, row.pitch_track, row.nominated_at, row.host_pick, row.album_id, *PERSON)
        .add_columns(week.number, week.opens_on, week.phase, week.winner_id, week.rules, week.poll_close_at)
        .add_columns(Track.title)
        .join(week, and_(week.club_id == row.club_id, week.id == row.week_id))
        .add_columns(row.track_id.label("demo"))
        .outerjoin(Track, and_(Track.album_id == row.album_id, Track.id.in_(tracks)))
    )
    rows = await session.execute(
        with_person(query, row.club_id, row.user_id)
        .where(row.club_id == club_id, row.standing == str(Standing.STANDING))
        .where(or_(Track.id.is_not(None), row.track_id.in_(tracks)))
        .order_by(row.nominated_at, row.id)
    )
    found: list[Nominated] = []
    for one in rows:
        if one.demo is None and normalised(one.pitch_track) != normalised(one.title):
            continue
        announced = one.phase in ANNOUNCED
        hidden = Rules.from_dict(one.rules).anonymous and not announced
        nominator = "" if hidden else "a host" if one.host_pick else shown_name(one)
        won_at = one.poll_close_at if announced and one.winner_id == one.id else None
        found.append(Nominated(one.nominated_at, one.number, one.opens_on, nominator, won_at, one.demo is not None))
    return found


async def favourite_in(
    session: AsyncSession, club_id: UUID, tracks: Collection[UUID]
) -> list[tuple[datetime, int, date, int]]:
    """The closed weeks in which members named it their favourite: when it closed, number, day, how many."""
    week, row = Week, Rating
    rows = await session.execute(
        select(week.ratings_close_at, week.number, week.opens_on, func.count().label("named"))
        .join(row, and_(row.club_id == week.club_id, row.week_id == week.id))
        .where(
            week.club_id == club_id,
            week.phase == str(Phase.CLOSED),
            row.official,
            row.favourite_track_id.in_(tracks),
        )
        .group_by(week.id, week.ratings_close_at, week.number, week.opens_on)
        .order_by(week.number)
    )
    return [(one.ratings_close_at, one.number, one.opens_on, one.named) for one in rows]


async def posts_of(session: AsyncSession, club_id: UUID, tracks: Collection[UUID]) -> list[Posted]:
    """The club's posts that present it, oldest first."""
    row, week = Post, Week
    query: Any = select(row.created_at, LIKES.label("likes"), COMMENTS.label("comments"), row.user_id, *PERSON)
    query = query.add_columns(week.number, week.opens_on)
    rows = await session.execute(
        with_person(query, row.club_id, row.user_id, outer=True)
        .outerjoin(week, and_(week.club_id == row.club_id, week.id == row.week_id))
        .where(row.club_id == club_id, row.track_id.in_(tracks))
        .order_by(row.created_at, row.id)
    )
    return [
        Posted(
            one.created_at,
            one.number,
            one.opens_on,
            shown_name(one) if one.user_id is not None else "",
            one.likes,
            one.comments,
        )
        for one in rows
    ]


async def open_playlists(session: AsyncSession, club_id: UUID, tracks: Collection[UUID]) -> list[tuple[datetime, str]]:
    """The members' public playlists of the club that hold it: since when, and their names."""
    row, entry = Playlist, PlaylistTrack
    rows = await session.execute(
        select(func.min(entry.added_at).label("since"), row.name)
        .join(entry, and_(entry.club_id == row.club_id, entry.playlist_id == row.id))
        .where(row.club_id == club_id, row.is_public, row.user_id.is_not(None), entry.track_id.in_(tracks))
        .group_by(row.id, row.name)
        .order_by(func.min(entry.added_at), row.name)
    )
    return [(one.since, one.name) for one in rows]
