"""The tracks that stand for a club's weeks: of winners, and members' favourites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog import normalised
from bot.domain.club.week import Phase
from db.queries.club.scope import in_week
from db.queries.posts import ANNOUNCED
from db.tables.catalog import Track
from db.tables.club import Nomination, Rating, Week

Tracks = Sequence[tuple[UUID, str]]
"""Keys and titles of an album's tracks, in its order."""


async def favourites_of_week(session: AsyncSession, week_id: UUID) -> list[UUID]:
    """The tracks that members named as their favourites in time, most named first."""
    row = Rating
    named = (
        select(row.favourite_track_id)
        .where(in_week(row, week_id), row.official, row.favourite_track_id.is_not(None))
        .group_by(row.favourite_track_id)
        .order_by(func.count().desc(), func.min(row.rated_at), row.favourite_track_id)
    )
    return [track_id for track_id in await session.scalars(named) if track_id is not None]


async def winning_tracks(session: AsyncSession, club_id: UUID) -> list[UUID]:
    """A track of every album that won in the club, oldest week first.

    It is the demo itself, or the pitch track, else the favourite of a week that is closed, else the first of the list;
    an album without a track list is left out.
    """
    won = (
        await session.execute(
            select(Week.id, Nomination.album_id, Nomination.pitch_track, Nomination.track_id)
            .join(Nomination, and_(Nomination.club_id == Week.club_id, Nomination.id == Week.winner_id))
            .where(Week.club_id == club_id, Week.phase.in_(ANNOUNCED))
            .order_by(Week.number)
        )
    ).all()
    lists = await _lists(session, [row.album_id for row in won if row.album_id is not None])
    favourites = await _favourites(session, club_id)
    chosen = (
        row.track_id or _standing_for(lists.get(row.album_id, ()), row.pitch_track, favourites.get(row.id))
        for row in won
    )
    return [track_id for track_id in chosen if track_id is not None]


def _standing_for(tracks: Tracks, pitch_track: str, favourite: UUID | None) -> UUID | None:
    wanted = normalised(pitch_track)
    pitched = next((key for key, title in tracks if wanted and normalised(title) == wanted), None)
    return pitched or favourite or (tracks[0][0] if tracks else None)


async def _lists(session: AsyncSession, album_ids: Sequence[UUID]) -> Mapping[UUID, Tracks]:
    found: defaultdict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    rows = await session.execute(
        select(Track.album_id, Track.id, Track.title)
        .where(Track.album_id.in_(album_ids))
        .order_by(Track.album_id, Track.position)
    )
    for row in rows:
        if row.album_id is not None:
            found[row.album_id].append((row.id, row.title))
    return found


async def _favourites(session: AsyncSession, club_id: UUID) -> Mapping[UUID, UUID]:
    """The most named favourite of every closed week; while ratings are open nobody is told them."""
    week = Week
    rows = await session.execute(
        select(Rating.week_id, Rating.favourite_track_id)
        .join(week, and_(week.club_id == Rating.club_id, week.id == Rating.week_id))
        .where(
            Rating.club_id == club_id,
            Rating.official,
            Rating.favourite_track_id.is_not(None),
            week.phase == str(Phase.CLOSED),
        )
        .group_by(Rating.week_id, Rating.favourite_track_id)
        .order_by(Rating.week_id, func.count().desc(), func.min(Rating.rated_at), Rating.favourite_track_id)
    )
    found: dict[UUID, UUID] = {}
    for row in rows:
        if row.favourite_track_id is not None:
            found.setdefault(row.week_id, row.favourite_track_id)
    return found
