"""The same week again and again, killed at another point each time, and held against the one nobody disturbed."""

from __future__ import annotations

import asyncio
import difflib
import itertools
import traceback
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal.cluster import throwaway_cluster
from bot.rehearsal.kills.points import Point, points_of
from bot.rehearsal.kills.process import DidNotStart
from bot.rehearsal.kills.snapshot import snapshot
from bot.rehearsal.kills.stage import ProcessStage
from bot.rehearsal.kills.week import ClubWeek
from bot.rehearsal.loopback import Refused
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Surprised
from db import migrate
from db.server.copies import copy_database, drop_database

TRANSITIONS = "advance_due"
"""The step of a week that moves by itself: each time it is another transition."""


@dataclass(frozen=True, slots=True)
class Played:
    """A week that was played to its end, or as far as it came."""

    lines: tuple[str, ...]
    """What it left behind, see `snapshot`."""
    commits: tuple[str, ...]
    effects: tuple[str, ...]
    deaths: int
    missed: tuple[Point, ...]
    """The points to kill at that the week never came to."""
    troubles: tuple[str, ...]
    """What must not happen, killed or not: errors in the log, people without an answer, refused payloads."""

    def points(self) -> list[Point]:
        """Every place to kill at."""
        return [*points_of("commit", list(self.commits)), *points_of("effect", list(self.effects))]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the week that was killed at a point."""

    point: Point
    reached: bool
    """Where errands are joined into one, a step may happen less often than in another run."""
    troubles: tuple[str, ...]


async def play(
    database_url: str,
    *,
    starts_at: datetime,
    kills: Collection[Point] = (),
    schemas: Schemas | None = None,
    bots: int = 1,
) -> Played:
    """Play the week once, on a database of its own that is empty and migrated, and have the bot killed on the way."""
    troubles: list[str] = []
    async with ProcessStage(database_url, schemas=schemas, starts_at=starts_at, kills=kills, bots=bots) as stage:
        try:
            await ClubWeek(stage).play()
        except (Surprised, Refused, TimeoutError, DidNotStart) as error:
            troubles.append(f"{type(error).__name__}: {error}")
        lines = await snapshot(stage)
        troubles += [*stage.errors, *stage.double.violations]
        commits = [step for bot in stage.bots for step in bot.commits]
        missed = tuple(sorted(stage.remaining))
        return Played(tuple(lines), tuple(commits), tuple(stage.effects), stage.deaths, missed, tuple(troubles))


def judge(killed: Played, undisturbed: Played) -> tuple[str, ...]:
    """What went wrong in a killed week, and what it left otherwise than the undisturbed one; nothing if all is well."""
    difference = difflib.unified_diff(undisturbed.lines, killed.lines, "undisturbed", "killed", lineterm="", n=0)
    return (*killed.troubles, *difference)


def one_of_each(points: Sequence[Point]) -> list[Point]:
    """Every kind of step once, before and after; every transition of the week."""
    return [point for point in points if point.nth == 1 or point.step == TRANSITIONS]


class Sweep:
    """Plays weeks on databases of one throwaway server, several at a time."""

    def __init__(self, url: str, starts_at: datetime, *, schemas: Schemas | None = None) -> None:
        self._url = url
        self._starts_at = starts_at
        self._schemas = schemas
        self._numbers = itertools.count(1)
        self._copying = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def on_throwaway_server(cls, starts_at: datetime, *, schemas: Schemas | None = None) -> AsyncGenerator[Sweep]:
        """A sweep on an embedded server that is deleted afterwards."""
        async with throwaway_cluster() as url:
            await migrate.upgrade(url)
            yield cls(url, starts_at, schemas=schemas)

    async def play(self, *kills: Point) -> Played:
        """Play the week on a fresh database."""
        async with self._copying:  # nobody may use the original while it is copied
            url = await copy_database(self._url, f"week_{next(self._numbers)}")
        try:
            return await play(url, starts_at=self._starts_at, kills=kills, schemas=self._schemas)
        finally:
            await drop_database(url)

    async def kill_at(
        self, points: Sequence[Point], undisturbed: Played, *, at_once: int, told: Callable[[Verdict], None]
    ) -> list[Verdict]:
        """Play one week for every point, `at_once` of them side by side; each verdict is told when it is known."""
        waiting = iter(points)
        verdicts: list[Verdict] = []

        async def work() -> None:
            for point in waiting:
                try:
                    played = await self.play(point)
                    verdict = Verdict(point, not played.missed, judge(played, undisturbed))
                except Exception as error:  # noqa: BLE001 - whatever it is, it is what became of this week
                    told_by = traceback.format_exc().splitlines()
                    verdict = Verdict(point, True, (f"{type(error).__name__}: {error}", *reversed(told_by)))
                verdicts.append(verdict)
                told(verdict)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
        return verdicts
