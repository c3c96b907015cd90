"""Workers: they take tasks from the queue and perform them, in this process or in any number of others.

The queue is Procrastinate's, on the same PostgreSQL. A task whose process died is taken up again, and every try counts.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.domain.tasks import QUEUES, Task
from bot.jobs.duties import Duty, bound, duties
from bot.services.queue import any_waiting, spare_try
from bot.services.tools import Tools
from db.address import libpq_url

if TYPE_CHECKING:
    import procrastinate
    from procrastinate.app import WorkerOptions
    from procrastinate.job_context import JobContext
    from procrastinate.jobs import Job

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Tasks of one queue that a process performs at the same time."""
DRAIN_SECONDS = 10.0
"""How long a stop waits for what is being performed; the rest is broken off and begun again by the next worker."""
A_DAY = 86_400.0
POLL_SECONDS = 5.0
"""How often the queue is looked at when nobody told of anything new."""
HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 30.0
"""A worker that was silent for so long is taken for dead."""
KEPT_HOURS = 14 * 24
"""How long a task that failed for good stays to be looked at; one that was done is gone at once."""
SWEEP_SECONDS = 3600.0
LEFT = "left to newer code"
PAUSES = (0.5, 2.0, 10.0, 30.0)
"""Seconds before a worker that fell over stands up again; the last one repeats."""


class Worker:
    """Performs what waits in the queue until it is stopped."""

    def __init__(
        self,
        tools: Tools,
        *,
        work: Mapping[Task, Duty] | None = None,
        at_once: int = AT_ONCE,
        stalled_seconds: float = STALLED_SECONDS,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        self._tools = tools
        self._work = work
        self._at_once = at_once
        self._stalled_seconds = stalled_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._drain_seconds = drain_seconds
        self._app: procrastinate.App | None = None
        self._opening = asyncio.Lock()
        self._tries: dict[str, int] = {}
        self._under_way: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to take tasks; also those that a dead worker held."""
        self._under_way = [
            *(asyncio.create_task(self._serve(queue), name=f"worker of {queue}") for queue in QUEUES),
            asyncio.create_task(self._look_after(), name="worker's upkeep"),
        ]

    async def stop(self) -> None:
        """Take nothing new, finish what is under way within `DRAIN_SECONDS`, leave the database."""
        for task in self._under_way:
            task.cancel()  # the library takes it for "finish what you hold"
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way = []
        if self._app is not None:
            await self._app.close_async()
            self._app = None

    async def work_off(self) -> None:
        """Perform what waits now, and whatever that leads to; returns when nothing waits."""
        app = await self._opened()
        while await any_waiting(self._tools):
            for queue in QUEUES:
                await app.run_worker_async(**self._options(queue, waits=False))

    async def take_up_stalled(self) -> int:
        """Give back to the queue what dead workers held, as long as it has tries left; how many tasks there were."""
        manager = (await self._opened()).job_manager
        stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=self._stalled_seconds))
        for job in stalled:
            await self._take_up(job)
        return len(stalled)

    async def sweep(self) -> None:
        """Forget tasks that ended long ago."""
        await (await self._opened()).job_manager.delete_old_jobs(
            KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    async def _take_up(self, job: Job) -> None:
        from procrastinate.exceptions import ConnectorException
        from procrastinate.jobs import Status

        assert self._app is not None, "opened"
        # What newer code knows is its to give up.
        again = job.attempts + 1 < self._tries.get(job.task_name, math.inf)
        try:
            if again:
                await self._app.job_manager.retry_job(job)
            else:
                await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        except ConnectorException:
            return  # another process was quicker
        log.warning("task %s %s: its worker is gone, %s", job.task_name, job.id, "again" if again else "given up")

    async def _serve(self, queue: str) -> None:
        """Perform the tasks of one queue; what makes a worker fall over, such as a database that is away, passes."""
        falls = 0
        while True:
            began = time.monotonic()
            try:
                await (await self._opened()).run_worker_async(**self._options(queue))
            except Exception:
                log.exception("the worker of %s fell over and stands up again", queue)
            if time.monotonic() - began > PAUSES[-1]:
                falls = 0
            await asyncio.sleep(PAUSES[min(falls, len(PAUSES) - 1)])
            falls += 1

    async def _look_after(self) -> None:
        swept = float("-inf")
        while True:
            try:
                await self.take_up_stalled()
                if time.monotonic() - swept > SWEEP_SECONDS:
                    await self.sweep()
                    swept = time.monotonic()
            except Exception:
                log.exception("the queue could not be looked after; the next time tries again")
            await asyncio.sleep(self._stalled_seconds / 2 * random.uniform(0.8, 1.2))

    def _options(self, queue: str, *, waits: bool = True) -> WorkerOptions:
        return {
            "queues": [queue],
            "wait": waits,
            "listen_notify": waits,
            "name": queue,
            "concurrency": self._at_once,
            "install_signal_handlers": False,
            # Working off is no stop: there every task has the time that it takes.
            "shutdown_graceful_timeout": self._drain_seconds if waits else A_DAY,
            "fetch_job_polling_interval": POLL_SECONDS,
            "delete_jobs": "successful",
            "update_heartbeat_interval": self._heartbeat_seconds,
            "stalled_worker_timeout": self._stalled_seconds,
        }

    async def _opened(self) -> procrastinate.App:
        """The library, imported when the first worker starts: a bot is ready before it needs one."""
        async with self._opening:
            if self._app is None:
                app = self._build()
                await app.open_async()
                self._app = app
            return self._app

    def _build(self) -> procrastinate.App:
        import procrastinate

        from bot.jobs.connecting import PatientConnector
        from bot.jobs.retrying import Again, LeftToNewer

        connector = PatientConnector(
            conninfo=libpq_url(self._tools.database.url),
            min_size=1,
            max_size=2 + self._at_once,
            kwargs={"application_name": "longplay worker"},
        )
        app = procrastinate.App(connector=connector)
        for task, duty in (duties() if self._work is None else self._work).items():
            self._tries[task.name] = task.tries
            app.task(name=task.name, queue=task.queue, retry=Again(task.tries))(bound(duty, self._tools))
        left = app.task(name=LEFT, retry=LeftToNewer(), pass_context=True)(self._leave)
        app.tasks = Entrusted(app.tasks, left)
        return app

    async def _leave(self, context: JobContext, **_: Any) -> None:
        """Put back what only newer code knows: the library would bury it."""
        from bot.jobs.retrying import NotOurs

        await spare_try(self._tools, job=int(context.job.id or 0))
        raise NotOurs(context.job.task_name)


class Entrusted(dict[str, Any]):
    """Tasks by name; what is none of them is left to others."""

    def __init__(self, known: Mapping[str, Any], left: Any) -> None:
        super().__init__(known)
        self._left = left

    def get(self, name: str, default: Any = None) -> Any:
        """The task of that name, else the one that leaves it alone."""
        return super().get(name, self._left)
