"""Counts of whole tables, small ones or by an index, for whoever runs the installation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.club import Club, Week


async def weeks(session: AsyncSession, now: datetime) -> tuple[int, int, int]:
    """How many clubs there are, how many open weeks, and how many of those are past their deadline."""
    due = Week.next_transition_at
    counted = select(
        select(func.count()).select_from(Club).scalar_subquery(),
        func.count(),
        func.count().filter(due <= now),
    ).where(due.is_not(None))
    clubs, open_weeks, overdue = (await session.execute(counted)).one()
    return clubs, open_weeks, overdue
