"""When a task that failed is tried again."""

from __future__ import annotations

import asyncio
import random

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

FIRST = 5.0
LONGEST = 3600.0


class Again(BaseRetryStrategy):
    """So often in all, after pauses that grow; at once where not the task failed but its process stops."""

    def __init__(self, tries: int) -> None:
        self._tries = tries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When, or None for never again."""
        if job.attempts + 1 >= self._tries:
            return None
        if isinstance(exception, (asyncio.CancelledError, JobAborted)):
            return RetryDecision()
        pause = min(FIRST * 4**job.attempts, LONGEST) * random.uniform(0.8, 1.2)
        return RetryDecision(retry_in={"seconds": round(pause)})
