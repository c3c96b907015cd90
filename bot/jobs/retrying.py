"""When a task that failed is tried again."""

from __future__ import annotations

import asyncio
import random

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

FIRST = 5.0
LONGEST = 3600.0


NEWER_SECONDS = 10
"""So long a task of newer code is left alone by a process that does not know it."""


class NotOurs(Exception):  # noqa: N818 - it says what is the matter
    """A task of newer code, which is at work beside this process."""


class LeftToNewer(BaseRetryStrategy):
    """Always put back, for a process that knows what it is."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """In a moment."""
        return RetryDecision(retry_in={"seconds": NEWER_SECONDS})


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
