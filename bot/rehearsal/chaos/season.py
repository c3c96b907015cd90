"""One season after another, each under the troubles of a seed, and what became of it."""

from __future__ import annotations

import asyncio
import itertools
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal.chaos.auditor import audit, unexpected, unlike
from bot.rehearsal.chaos.plan import Plan, plan_of
from bot.rehearsal.chaos.stage import ChaosStage
from bot.rehearsal.chaos.week import ChaosWeek
from bot.rehearsal.cluster import throwaway_cluster
from bot.rehearsal.kills.process import DidNotStart
from bot.rehearsal.kills.snapshot import snapshot
from bot.rehearsal.loopback import Refused
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Surprised
from db import migrate
from db.server.copies import copy_database, drop_database


@dataclass(frozen=True, slots=True)
class Season:
    """A season that was played to its end, or as far as it came."""

    plan: Plan
    lines: tuple[str, ...]
    """What it left behind, see `snapshot`."""
    troubles: tuple[str, ...]
    """What must not happen, whatever befalls the bot."""
    deaths: int
    unmet: int
    """Troubles of the plan that met nothing."""
    seconds: float

    def against(self, undisturbed: Season) -> tuple[str, ...]:
        """All that the auditor finds; nothing if all is well."""
        return (*self.troubles, *unlike(self.lines, undisturbed.lines))


async def play(database_url: str, plan: Plan, *, starts_at: datetime, schemas: Schemas | None = None) -> Season:
    """Play a season under a plan, on a database of its own that is empty and migrated, and audit what is left."""
    begun, troubles = time.monotonic(), list[str]()
    async with ChaosStage(database_url, plan, starts_at=starts_at, schemas=schemas) as stage:
        try:
            await ChaosWeek(stage).play()
        except (Surprised, Refused, TimeoutError, DidNotStart) as error:
            troubles.append(f"{type(error).__name__}: {error}")
        lines = await snapshot(stage)
        cut = bool(plan.breaks) or any(stroke.what not in ("clock", "worker") for stroke in plan.strokes)
        troubles += [*await audit(stage), *unexpected(stage.errors, cut=cut), *stage.double.violations]
        return Season(plan, tuple(lines), tuple(troubles), stage.deaths, await stage.unmet(), time.monotonic() - begun)


class Seasons:
    """Plays seasons on databases of one throwaway server, several at a time."""

    def __init__(self, url: str, starts_at: datetime, *, schemas: Schemas | None = None) -> None:
        self._url = url
        self._starts_at = starts_at
        self._schemas = schemas
        self._numbers = itertools.count(1)
        self._copying = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def on_throwaway_server(
        cls, starts_at: datetime, *, schemas: Schemas | None = None
    ) -> AsyncGenerator[Seasons]:
        """Seasons on an embedded server that is deleted afterwards."""
        async with throwaway_cluster() as url:
            await migrate.upgrade(url)
            yield cls(url, starts_at, schemas=schemas)

    async def play(self, plan: Plan) -> Season:
        """Play one season on a fresh database; whatever ends it is what became of it."""
        async with self._copying:  # nobody may use the original while it is copied
            url = await copy_database(self._url, f"season_{next(self._numbers)}")
        try:
            return await play(url, plan, starts_at=self._starts_at, schemas=self._schemas)
        except Exception as error:  # noqa: BLE001 - a season that cannot be played has not gone well
            told = (f"{type(error).__name__}: {error}", *reversed(traceback.format_exc().splitlines()))
            return Season(plan, (), told, 0, 0, 0.0)
        finally:
            await drop_database(url)

    async def play_all(self, seeds: Iterable[int], *, at_once: int, told: Callable[[Season], None]) -> list[Season]:
        """Play a season for each seed, `at_once` of them side by side; each is told when it is over."""
        waiting, played = iter(seeds), list[Season]()

        async def work() -> None:
            for seed in waiting:
                season = await self.play(plan_of(seed))
                played.append(season)
                told(season)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
        return played
