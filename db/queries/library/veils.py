"""Blind demo weeks: which tracks are out of others' reach until the result, and who has to be drawn again after it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Standing
from bot.domain.club.week import Phase
from db.queries.club.scope import in_week
from db.tables.catalog import Track
from db.tables.club import Nomination, Week

UNDECIDED = tuple(str(phase) for phase in (Phase.SCHEDULED, Phase.NOMINATIONS, Phase.POLL))

VEILED = (
    exists()
    .where(
        Nomination.track_id == Track.id,
        Nomination.standing != str(Standing.WITHDRAWN),
        Week.club_id == Nomination.club_id,
        Week.id == Nomination.week_id,
        Week.phase.in_(UNDECIDED),
        func.coalesce(Week.rules["anonymous"].astext, "true") != "false",
    )
    .correlate(Track)
)
"""That a track is in the race of a blind demo week: wherever its title stands beside its maker's name, it is hidden."""

SHOWN = and_(Track.is_public, Track.hidden_at.is_(None), ~VEILED)
"""That others than its owner may reach a member's track."""


async def tracks_in_race(session: AsyncSession, week_id: UUID) -> list[UUID]:
    """The members' tracks that were put forward in a week."""
    row = Nomination
    rows = await session.scalars(
        select(row.track_id).where(in_week(row, week_id), row.track_id.is_not(None)).order_by(row.ordinal)
    )
    return [track_id for track_id in rows if track_id is not None]
