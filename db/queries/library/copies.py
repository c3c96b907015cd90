"""What clubs hear of members' tracks in demo weeks: copies of versions, and the nominations that present them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Standing
from bot.domain.library.tracks import Version
from db.queries.library.veils import UNDECIDED
from db.queries.library.versions import VERSION, version_of
from db.tables.catalog import Track
from db.tables.club import Nomination, Week
from db.tables.library import Asset, DemoCopy, TrackVersion


async def version(session: AsyncSession, version_id: UUID) -> Version | None:
    """A version by its key."""
    row = await session.execute(
        select(*VERSION).join(Asset, Asset.id == TrackVersion.asset_id).where(TrackVersion.id == version_id)
    )
    found = row.one_or_none()
    return None if found is None else version_of(found)


async def is_copied(session: AsyncSession, version_id: UUID) -> bool:
    """Whether a version's copy is there."""
    return await session.scalar(select(DemoCopy.asset_id).where(DemoCopy.version_id == version_id)) is not None


async def keep_copy(session: AsyncSession, version_id: UUID, asset_id: UUID, now: datetime) -> bool:
    """A version has its copy; False where the version is gone."""
    there = await session.scalar(
        select(TrackVersion.id).where(TrackVersion.id == version_id).with_for_update(read=True)
    )
    if there is None:
        return False
    row = insert(DemoCopy).values(version_id=version_id, asset_id=asset_id, made_at=now)
    await session.execute(row.on_conflict_do_nothing())
    return True


async def copy_heard(session: AsyncSession, club_id: UUID, nomination_id: UUID) -> tuple[str, int] | None:
    """Hash and size of what the club hears of a nomination; None for what was deleted, reported, or is not made yet."""
    row = (
        await session.execute(
            select(Asset.sha256, Asset.size_bytes)
            .join(DemoCopy, DemoCopy.asset_id == Asset.id)
            .join(Nomination, Nomination.version_id == DemoCopy.version_id)
            .join(Track, Track.id == Nomination.track_id)
            .where(Nomination.club_id == club_id, Nomination.id == nomination_id)
            .where(Nomination.standing == str(Standing.STANDING))
            .where(Track.deleted_at.is_(None), Track.hidden_at.is_(None))
        )
    ).one_or_none()
    return None if row is None else (row.sha256, row.size_bytes)


async def presented_in(session: AsyncSession, version_id: UUID) -> list[tuple[UUID, int]]:
    """Where a version is in the race: week, and the nomination's number."""
    rows = await session.execute(
        select(Nomination.week_id, Nomination.ordinal)
        .where(Nomination.version_id == version_id, Nomination.standing == str(Standing.STANDING))
        .order_by(Nomination.week_id)
    )
    return [(row.week_id, row.ordinal) for row in rows]


async def races_of_track(session: AsyncSession, track_id: UUID) -> list[tuple[UUID, int]]:
    """The undecided weeks that a track stands in: week, and the nomination's number."""
    rows = await session.execute(
        select(Nomination.week_id, Nomination.ordinal)
        .join(Week, (Week.club_id == Nomination.club_id) & (Week.id == Nomination.week_id))
        .where(Nomination.track_id == track_id, Nomination.standing == str(Standing.STANDING))
        .where(Week.phase.in_(UNDECIDED))
        .order_by(Nomination.week_id)
    )
    return [(row.week_id, row.ordinal) for row in rows]
