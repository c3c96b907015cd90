"""Figures of the whole installation, for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.services.tools import Tools
from db.queries import figures, outbox, queue


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is, and how much waits."""

    clubs: int
    open_weeks: int
    overdue_weeks: int
    """Weeks whose deadline has passed: more than a moment means that nobody ticks."""
    errands_due: int
    errands_waiting: int
    errands_dead: int
    tasks_waiting: int
    tasks_failed: int


async def figures_of(tools: Tools, *, now: datetime) -> Figures:
    """Count."""
    async with tools.database.reading() as session:
        clubs, open_weeks, overdue = await figures.weeks(session, now)
        errands = await outbox.unsettled(session, now)
        waiting, failed = await queue.tasks(session)
    return Figures(clubs, open_weeks, overdue, errands.due, errands.waiting, errands.dead, waiting, failed)
