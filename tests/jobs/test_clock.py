"""The alarm clock wakes; what it wakes reads the rows again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.clock import SystemClock
from bot.jobs.clock import AlarmClock


class FarClock:
    """A rehearsal's clock, years from the machine's."""

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(days=1000)


class Rings:
    def __init__(self) -> None:
        self.ticks = 0
        self.rung = asyncio.Event()

    async def tick(self) -> None:
        self.ticks += 1
        self.rung.set()

    async def upkeep(self) -> None:
        pass


async def test_the_first_tick_comes_at_once_and_handles_what_was_missed() -> None:
    rings = Rings()
    alarm = AlarmClock(SystemClock(), tick=rings.tick, upkeep=rings.upkeep, tick_seconds=60)
    alarm.start()
    await asyncio.wait_for(rings.rung.wait(), 5)
    alarm.stop()
    await alarm.ended()
    assert rings.ticks == 1


async def test_the_next_deadline_rings_between_two_ticks_also_on_a_moved_clock() -> None:
    rings = Rings()
    clock = FarClock()
    alarm = AlarmClock(clock, tick=rings.tick, upkeep=rings.upkeep, tick_seconds=60)
    alarm.start()
    await asyncio.wait_for(rings.rung.wait(), 5)
    rings.rung.clear()
    alarm.ring_at(clock.now() + timedelta(milliseconds=100))
    await asyncio.wait_for(rings.rung.wait(), 5)
    alarm.stop()
    await alarm.ended()
    assert rings.ticks == 2


async def test_a_failing_job_is_logged_and_wakes_again(caplog: pytest.LogCaptureFixture) -> None:
    seen = asyncio.Event()
    ticks: list[datetime] = []

    async def broken() -> None:
        ticks.append(datetime.now(UTC))
        if len(ticks) > 1:
            seen.set()
        raise RuntimeError("the database went away")

    alarm = AlarmClock(SystemClock(), tick=broken, upkeep=broken, tick_seconds=0.1)
    alarm.start()
    await asyncio.wait_for(seen.wait(), 5)
    alarm.stop()
    await alarm.ended()
    assert "the tick job failed" in caplog.text


async def test_nothing_rings_after_a_stop() -> None:
    rings = Rings()
    alarm = AlarmClock(SystemClock(), tick=rings.tick, upkeep=rings.upkeep, tick_seconds=60)
    alarm.stop()
    alarm.ring_at(SystemClock().now())
    await asyncio.sleep(0.2)
    assert rings.ticks == 0


async def test_a_job_that_runs_is_finished_before_the_end(caplog: pytest.LogCaptureFixture) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await asyncio.sleep(0.1)
        done.set()

    alarm = AlarmClock(SystemClock(), tick=slow, upkeep=slow, tick_seconds=60)
    alarm.start()
    await asyncio.wait_for(begun.wait(), 5)
    alarm.stop()
    await alarm.ended()
    assert done.is_set()
    assert caplog.records == []
