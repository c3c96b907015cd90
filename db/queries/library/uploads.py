"""Uploads on their way into the library."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.library.tracks import TrackFields
from bot.domain.library.uploads import UNDER_WAY, Upload, UploadState
from db.tables.library import Upload as Row
from db.tables.people import User


def _upload(row: Row) -> Upload:
    told = row.fields
    return Upload(
        id=row.id,
        user_id=row.user_id,
        club_id=row.club_id,
        state=UploadState(row.state),
        fields=TrackFields(
            told.get("title", ""),
            told.get("description", ""),
            told.get("genre", ""),
            told.get("tags", ""),
            bool(told.get("public", True)),
        ),
        file_name=row.file_name,
        size=row.size_bytes,
        compress=row.compress,
        began_at=row.began_at,
        alive_at=row.alive_at,
        track_id=row.track_id,
        is_version=row.is_version,
        note=row.note,
        duplicate=row.duplicate,
        restored=row.restored,
        code=row.code,
        reason=row.reason,
        detail=row.detail,
        ended_at=row.ended_at,
    )


async def hold_member(session: AsyncSession, user_id: UUID) -> None:
    """A member begins one upload at a time."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def add(
    session: AsyncSession, one: Upload, *, ticket_hash: bytes | None = None, ticket_ends_at: datetime | None = None
) -> None:
    """A new upload."""
    told = one.fields
    await session.execute(
        insert(Row).values(
            id=one.id,
            user_id=one.user_id,
            club_id=one.club_id,
            state=str(one.state),
            fields={
                "title": told.title,
                "description": told.description,
                "genre": told.genre,
                "tags": told.tags,
                "public": told.public,
            },
            file_name=one.file_name,
            size_bytes=one.size,
            compress=one.compress,
            track_id=one.track_id,
            is_version=one.is_version,
            note=one.note,
            ticket_hash=ticket_hash,
            ticket_ends_at=ticket_ends_at,
            began_at=one.began_at,
            alive_at=one.alive_at,
        )
    )


async def find(session: AsyncSession, upload_id: UUID, *, lock: bool = False) -> Upload | None:
    """An upload; `lock` holds it until the transaction ends."""
    query = select(Row).where(Row.id == upload_id)
    row = await session.scalar(query.with_for_update() if lock else query)
    return None if row is None else _upload(row)


async def by_ticket(session: AsyncSession, ticket_hash: bytes, *, lock: bool = False) -> tuple[Upload, datetime] | None:
    """The upload of a page's ticket, and when the page closes."""
    query = select(Row).where(Row.ticket_hash == ticket_hash)
    row = await session.scalar(query.with_for_update() if lock else query)
    return None if row is None or row.ticket_ends_at is None else (_upload(row), row.ticket_ends_at)


async def latest(session: AsyncSession, user_id: UUID) -> Upload | None:
    """A member's latest upload."""
    row = await session.scalar(select(Row).where(Row.user_id == user_id).order_by(Row.began_at.desc()).limit(1))
    return None if row is None else _upload(row)


async def under_way(session: AsyncSession, user_id: UUID) -> list[Upload]:
    """A member's uploads that are being received or heard."""
    states = [str(state) for state in UNDER_WAY]
    return [
        _upload(row) for row in await session.scalars(select(Row).where(Row.user_id == user_id, Row.state.in_(states)))
    ]


async def begun_since(session: AsyncSession, user_id: UUID, since: datetime) -> tuple[int, datetime | None]:
    """How many files a member has uploaded since, what was refused left out, and when the first of them was."""
    counted = or_(Row.state == "done", Row.state.in_([str(state) for state in UNDER_WAY]))
    row = (
        await session.execute(
            select(func.count(), func.min(Row.began_at)).where(Row.user_id == user_id, Row.began_at > since, counted)
        )
    ).one()
    return int(row[0]), row[1]


async def close_pages(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """A member has a new upload page: the ones before work no longer."""
    await session.execute(
        update(Row)
        .where(Row.user_id == user_id, Row.state == str(UploadState.WAITING))
        .values(state=str(UploadState.FAILED), reason="over", ended_at=now)
    )


async def move(session: AsyncSession, upload_id: UUID, state: UploadState, now: datetime, **values: Any) -> None:
    """An upload goes on."""
    await session.execute(update(Row).where(Row.id == upload_id).values(state=str(state), alive_at=now, **values))


async def show_life(session: AsyncSession, upload_id: UUID, now: datetime) -> None:
    """Somebody deals with it."""
    await session.execute(update(Row).where(Row.id == upload_id).values(alive_at=now))


async def close_silent(session: AsyncSession, before: datetime, now: datetime) -> None:
    """Uploads that nobody deals with any more have failed, and pages that nobody used are closed."""
    states = [str(state) for state in UNDER_WAY]
    await session.execute(
        update(Row)
        .where(Row.state.in_(states), Row.alive_at < before)
        .values(state="failed", code="NETWORK_ERROR", reason="cut_off", ended_at=now)
    )
    await session.execute(
        update(Row)
        .where(Row.state == "waiting", Row.ticket_ends_at < now)
        .values(state="failed", reason="over", ended_at=now)
    )


async def needing_files(session: AsyncSession, keys: Collection[UUID]) -> set[UUID]:
    """Which of these uploads still need their file."""
    states = [str(state) for state in UNDER_WAY]
    return set(await session.scalars(select(Row.id).where(Row.id.in_(keys), Row.state.in_(states))))


async def all_of(session: AsyncSession, user_id: UUID) -> list[UUID]:
    """The keys of a member's uploads, under which files may lie."""
    return list(await session.scalars(select(Row.id).where(Row.user_id == user_id)))
