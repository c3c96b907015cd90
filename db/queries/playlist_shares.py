"""Messages that show a playlist to everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from db.tables import posts as tables


async def add_share(
    session: AsyncSession, *, club_id: UUID, playlist_id: UUID, user_id: UUID, channel_id: int, now: datetime
) -> UUID:
    """A playlist is to be shown in a channel."""
    share_id = new_id(now)
    await session.execute(
        insert(tables.PlaylistShare).values(
            club_id=club_id,
            id=share_id,
            playlist_id=playlist_id,
            user_id=user_id,
            channel_id=channel_id,
            shared_at=now,
        )
    )
    return share_id


async def note_share(session: AsyncSession, club_id: UUID, share_id: UUID, message_id: int) -> UUID | None:
    """The message that shows a playlist stands; which playlist, None where it was noted before."""
    row = tables.PlaylistShare
    return await session.scalar(
        update(row)
        .where(row.club_id == club_id, row.id == share_id, row.message_id.is_distinct_from(message_id))
        .values(message_id=message_id)
        .returning(row.playlist_id)
    )


async def shared_since(
    session: AsyncSession, club_id: UUID, playlist_id: UUID, channel_id: int, since: datetime
) -> bool:
    """Whether a playlist was shared in a channel after a moment."""
    row = tables.PlaylistShare
    own = (row.club_id == club_id, row.playlist_id == playlist_id, row.channel_id == channel_id)
    return await session.scalar(select(row.id).where(*own, row.shared_at > since).limit(1)) is not None


async def shares_of(session: AsyncSession, club_id: UUID, playlist_id: UUID) -> list[tuple[UUID, int, int | None]]:
    """The messages that show a playlist: key, channel, and the message once it stands."""
    row = tables.PlaylistShare
    rows = await session.execute(
        select(row.id, row.channel_id, row.message_id)
        .where(row.club_id == club_id, row.playlist_id == playlist_id)
        .order_by(row.id)
    )
    return [(one.id, one.channel_id, one.message_id) for one in rows]


async def share(session: AsyncSession, club_id: UUID, share_id: UUID) -> tuple[UUID, int, int | None] | None:
    """What a share shows and where: playlist, channel, and the message once it stands."""
    row = tables.PlaylistShare
    found = (
        await session.execute(
            select(row.playlist_id, row.channel_id, row.message_id).where(row.club_id == club_id, row.id == share_id)
        )
    ).one_or_none()
    return None if found is None else (found.playlist_id, found.channel_id, found.message_id)
