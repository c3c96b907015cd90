"""Putting work into the queue, in the transaction that makes it necessary: both happen, or neither."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.domain.tasks import Task
from db.session import Reading, Writing, violated

WAITS_ALREADY = "procrastinate_jobs_queueing_lock_idx_v1"

_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY["
    "ROW(:queue, :task, :priority, :lock, :queueing_lock, CAST(:args AS jsonb), CAST(:at AS timestamptz))"
    "::procrastinate_job_to_defer_v1])"
)


async def defer(
    session: Writing,
    task: Task,
    args: Mapping[str, Any],
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    queue: str | None = None,
    priority: int = 0,
    at: datetime | None = None,
) -> int | None:
    """Record that a task shall be done; its number, or None where one with the same `queueing_lock` waits already.

    Tasks with the same `lock` are done one after another. `args` travel as JSON, and may be logged: keys, no secrets.
    """
    values = {
        "queue": queue or task.queue,
        "task": task.name,
        "priority": priority,
        "lock": lock,
        "queueing_lock": queueing_lock,
        "args": json.dumps(args),
        "at": at,
    }
    if queueing_lock is None:
        return (await session.scalars(_DEFER, values)).one()[0]
    try:
        async with session.begin_nested():
            return (await session.scalars(_DEFER, values)).one()[0]
    except IntegrityError as error:
        if violated(error) != WAITS_ALREADY:
            raise
        return None


async def any_waiting(session: Reading) -> bool:
    """Whether a task could be begun now: one whose lock another holds, be it by a worker that died, could not."""
    asked = text(
        "SELECT EXISTS (SELECT FROM procrastinate_jobs AS job"
        " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
        " AND NOT EXISTS (SELECT FROM procrastinate_jobs AS held WHERE held.status = 'doing' AND held.lock = job.lock))"
    )
    return await session.scalar(asked) is True


async def at_work(session: Reading, *, later: bool = False) -> bool:
    """Whether a task is being performed or could be begun now; with `later` also whether one waits for its time."""
    asked = text(
        "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing'"
        " OR status = 'todo' AND (:later OR scheduled_at IS NULL OR scheduled_at <= now()))"
    )
    return await session.scalar(asked, {"later": later}) is True


async def tasks(session: Reading) -> tuple[int, int]:
    """How many tasks wait, and how many were given up."""
    counted = text(
        "SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'failed')"
        " FROM procrastinate_jobs WHERE status IN ('todo', 'failed')"
    )
    waiting, failed = (await session.execute(counted)).one()
    return waiting, failed


async def spare_try(session: Writing, job: int) -> None:
    """A task that is under way is counted one try less."""
    await session.execute(text("UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = :id"), {"id": job})
