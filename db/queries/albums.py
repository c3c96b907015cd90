"""What is known of an album beside its name, and the weeks of a club that nominated it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog.record import Facts
from bot.domain.club.entries import Nomination as Entry
from bot.domain.club.entries import Standing
from db.queries.club import nominations
from db.tables.catalog import Album
from db.tables.club import Nomination, Week

OUTINGS = 50
"""Nominations of one album in one club that are looked at, the latest."""


async def facts(session: AsyncSession, album_id: UUID) -> Facts:
    """What sources told of an album; nothing of one that does not exist."""
    row = (
        await session.execute(
            select(Album.kind, Album.genres, Album.country, Album.track_count).where(Album.id == album_id)
        )
    ).one_or_none()
    return Facts() if row is None else Facts(row.kind, tuple(row.genres), row.country, row.track_count)


async def nominations_of_album(session: AsyncSession, club_id: UUID, album_id: UUID) -> list[Entry]:
    """The album's nominations in the club that were not withdrawn, those of the latest weeks first."""
    found = await session.execute(
        select(Nomination.id)
        .join(Week, (Week.club_id == Nomination.club_id) & (Week.id == Nomination.week_id))
        .where(
            Nomination.club_id == club_id,
            Nomination.album_id == album_id,
            Nomination.standing != str(Standing.WITHDRAWN),
        )
        .order_by(Week.number.desc())
        .limit(OUTINGS)
    )
    entries = [await nominations.nomination(session, club_id, row.id) for row in found.all()]
    return [entry for entry in entries if entry is not None]
