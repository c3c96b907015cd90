"""What waits in the queue."""

from __future__ import annotations

from bot.services.tools import Tools
from db.queries import queue


async def any_waiting(tools: Tools) -> bool:
    """Whether a task could be begun now."""
    async with tools.database.reading() as session:
        return await queue.any_waiting(session)


async def spare_try(tools: Tools, *, job: int) -> None:
    """A task was taken up by code that does not know it: that was no try of it."""
    async with tools.database.writing() as session:
        await queue.spare_try(session, job)
