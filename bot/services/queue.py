"""What waits in the queue."""

from __future__ import annotations

from bot.services.tools import Tools
from db.queries import queue


async def any_waiting(tools: Tools) -> bool:
    """Whether a task could be begun now."""
    async with tools.database.reading() as session:
        return await queue.any_waiting(session)


async def at_work(tools: Tools, *, later: bool = False) -> bool:
    """Whether a task is being performed or could be begun now; with `later` also whether one waits for its time."""
    async with tools.database.reading() as session:
        return await queue.at_work(session, later=later)


async def given_up(tools: Tools) -> int:
    """How many tasks failed for good."""
    async with tools.database.reading() as session:
        return (await queue.tasks(session))[1]


async def spare_try(tools: Tools, *, job: int) -> None:
    """A task was taken up by code that does not know it: that was no try of it."""
    async with tools.database.writing() as session:
        await queue.spare_try(session, job)
