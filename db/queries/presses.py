"""Presses that were acted on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.presses import ActedPress


async def sweep(session: AsyncSession, before: datetime) -> None:
    """Presses older than an instant come no more."""
    await session.execute(delete(ActedPress).where(ActedPress.acted_at < before))
