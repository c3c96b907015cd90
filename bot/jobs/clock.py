"""The only scheduler: it wakes, and a wake-up reads the rows again. Nothing it forgets is lost, only late.

The store is memory and `misfire_grace_time` is None, so that a late alarm still rings; doing it twice changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.clock import Clock, SystemClock

log = logging.getLogger(__name__)

SOONEST = timedelta(milliseconds=50)
ALARMS = 100
"""So many may ring while the first is still being answered; whoever answers does it one after the other."""


class AlarmClock:
    """Wakes the given jobs: `tick` regularly and at the next deadline, `upkeep` once an hour."""

    def __init__(
        self,
        clock: Clock,
        *,
        tick: Callable[[], Awaitable[object]],
        upkeep: Callable[[], Awaitable[object]],
        tick_seconds: float,
    ) -> None:
        self._clock = clock
        self._tick = tick
        self._upkeep = upkeep
        self._tick_seconds = tick_seconds
        self._under_way: set[asyncio.Task[object]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin to wake; the first tick comes at once and handles what was missed."""
        first = SystemClock().now()
        self._scheduler.add_job(
            self._run,
            "interval",
            args=["tick", self._tick],
            id="tick",
            seconds=self._tick_seconds,
            next_run_time=first,
            replace_existing=True,
        )
        self._scheduler.add_job(
            self._run,
            "interval",
            args=["upkeep", self._upkeep],
            id="upkeep",
            hours=1,
            next_run_time=first + timedelta(seconds=30),
            replace_existing=True,
        )
        self._scheduler.start()

    def ring_at(self, due: datetime | None) -> None:
        """Wake at this instant too; None when nothing lies ahead. An earlier alarm that is set already stays set."""
        if due is None or not self._scheduler.running:
            return
        # A rehearsal's clock may be far from the machine's: what counts is how long from now.
        wait = max(due - self._clock.now(), SOONEST)
        at = SystemClock().now() + wait
        set_already = self._scheduler.get_job("next-due")
        if wait < timedelta(seconds=self._tick_seconds) and (set_already is None or at < set_already.next_run_time):
            self._scheduler.add_job(
                self._run,
                "date",
                args=["tick", self._tick],
                id="next-due",
                run_date=at,
                replace_existing=True,
                max_instances=ALARMS,  # the one before may still be at work, and this one must not be lost
            )

    def stop(self) -> None:
        """Wake nothing more; what runs goes on, and `ended` waits for it."""
        if self._scheduler.running:
            self._scheduler.pause()

    async def ended(self) -> None:
        """Wait for the jobs that run, and let the scheduler go, which would break them off."""
        await asyncio.sleep(0)  # one that was woken just now has not begun yet
        while self._under_way:
            await asyncio.wait(self._under_way)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, name: str, job: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.current_task()
        assert task is not None, "a scheduler's job is a task"
        self._under_way.add(task)
        try:
            await job()
        except Exception:
            log.exception("the %s job failed; the next wake-up tries again", name)
        finally:
            self._under_way.discard(task)
