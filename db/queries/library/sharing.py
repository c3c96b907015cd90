"""Members' posts of tracks: written, and read as pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.posts import PostType
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.library.veils import VEILED
from db.tables.catalog import Track
from db.tables.posts import Post


@dataclass(frozen=True, slots=True)
class Posted:
    """What a post says beside its track."""

    post_id: UUID
    user_id: UUID
    track_id: UUID | None
    by: str
    caption: str


def _posted(club_id: UUID) -> Select[Any]:
    query = select(Post.id, Post.user_id, Post.track_id, Post.content, Post.created_at, *PERSON)
    return with_person(query, Post.club_id, Post.user_id).where(  # type: ignore[arg-type]
        Post.club_id == club_id, Post.week_id.is_(None), Post.post_type == str(PostType.AUDIO)
    )


def _read(row: Any) -> Posted:
    return Posted(row.id, row.user_id, row.track_id, shown_name(row), row.content)


async def add_post(
    session: AsyncSession, *, club_id: UUID, post_id: UUID, user_id: UUID, track_id: UUID, caption: str, now: datetime
) -> None:
    """A member's post of a track; its message is noted when it stands."""
    await session.execute(
        insert(Post).values(
            club_id=club_id,
            id=post_id,
            user_id=user_id,
            content=caption,
            post_type=str(PostType.AUDIO),
            track_id=track_id,
            created_at=now,
            updated_at=now,
        )
    )


async def posted(session: AsyncSession, club_id: UUID, post_id: UUID) -> Posted | None:
    """A member's post of a track."""
    row = (await session.execute(_posted(club_id).where(Post.id == post_id))).one_or_none()
    return None if row is None else _read(row)


async def posts_page(
    session: AsyncSession, club_id: UUID, *, reader_id: UUID, user_id: UUID | None, limit: int, offset: int
) -> list[Posted]:
    """Members' posts of tracks, newest first; one member's where told.

    Of a track that a blind week veils nobody but its owner is told that somebody posted it.
    """
    veiled = exists().where(Track.id == Post.track_id, Track.user_id != reader_id, VEILED)
    query = _posted(club_id).where(~veiled)
    if user_id is not None:
        query = query.where(Post.user_id == user_id)
    query = query.order_by(Post.created_at.desc(), Post.id.desc()).limit(limit).offset(offset)
    return [_read(row) for row in await session.execute(query)]


async def posts_by(session: AsyncSession, user_id: UUID) -> list[tuple[UUID, UUID]]:
    """What a member posted outside of any week: club and post."""
    rows = await session.execute(
        select(Post.club_id, Post.id)
        .where(Post.user_id == user_id, Post.week_id.is_(None), Post.post_type == str(PostType.AUDIO))
        .order_by(Post.club_id, Post.id)
    )
    return [(found.club_id, found.id) for found in rows]
