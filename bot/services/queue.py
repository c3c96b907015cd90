"""What waits in the queue."""

from __future__ import annotations

from bot.services.tools import Tools
from db.queries import queue


async def any_waiting(tools: Tools) -> bool:
    """Whether a task could be begun now."""
    async with tools.database.reading() as session:
        return await queue.any_waiting(session)
