"""The audit log: everything a host does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from db.tables.outbox import AuditEntry
from db.tables.people import Membership


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the log; `name` is empty for what time did."""

    action: str
    name: str
    details: Mapping[str, Any]
    at: datetime


async def add(
    session: AsyncSession,
    *,
    club_id: UUID,
    user_id: UUID | None,
    action: str,
    at: datetime,
    week_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """One line; `user_id` is None when a deadline did it."""
    await session.execute(
        insert(AuditEntry).values(
            id=new_id(at),
            club_id=club_id,
            user_id=user_id,
            week_id=week_id,
            action=action,
            details=dict(details or {}),
            at=at,
        )
    )


async def latest(session: AsyncSession, club_id: UUID, week_id: UUID, limit: int = 10) -> list[Deed]:
    """The last lines about a week, newest first."""
    rows = await session.execute(
        select(AuditEntry.action, Membership.display_name, AuditEntry.details, AuditEntry.at)
        .join(
            Membership,
            (Membership.club_id == AuditEntry.club_id) & (Membership.user_id == AuditEntry.user_id),
            isouter=True,
        )
        .where(AuditEntry.club_id == club_id, AuditEntry.week_id == week_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    return [Deed(action, name or "", details, at) for action, name, details, at in rows]
