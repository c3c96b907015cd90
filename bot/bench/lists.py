"""`longplay bench lists`: how long the lists of a large club take, beside one indexed query on the same rows."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.bench.audience import FIRST_MEMBER, GUILD, NOW, Size, fill_audience
from bot.bench.catalogue import Spread
from bot.bench.outcome import Outcome, mark, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.domain.clock import SystemClock
from bot.domain.listening.charts import Kind, Subject
from bot.domain.people import Caller
from bot.services.listening import charts, finding, seeing
from bot.services.tools import Tools
from db.address import driver_url
from db.session import SERVER_SETTINGS, Database

SEED = 20_261_120
WARM_UP = 20
"""Rounds before anything is measured."""
P99_GOAL_MS = 20.0
WEEKS_BACK = 20
MONTH = timedelta(days=30)

KNOWN = "SELECT count(*), sum(plays) FROM {kind}_plays WHERE {kind}_id = $1"
HEARD = "SELECT count(*) FROM listen_events WHERE user_id = $1 AND counts AND played_at >= $2"
COUNTED = "SELECT count(*) FROM {kind}_plays WHERE user_id = $1"
CHARTED = """
SELECT subject_id, plays FROM club_plays WHERE club_id = $1 AND week_on = $2 AND kind = $3 ORDER BY plays DESC LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    listens: int = 10_000_000
    members: int = 500
    rounds: int = 500
    json: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """One list: all that its command asks for, beside the floor."""

    name: str
    floor: Spread
    ours: Spread
    filled: float
    """Share of the calls that had something to list."""

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ours.p99 < P99_GOAL_MS


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    listens: int
    members: int
    rounds: int
    fill_seconds: float
    lists: tuple[Measured, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether every goal is reached."""
        return all(one.reached for one in self.lists)

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        goal = f"< {P99_GOAL_MS:g}"
        return [
            Outcome("lists", f"{one.name}, p99", one.ours.p99, "ms", goal, one.reached, one.floor.p99)
            for one in self.lists
        ]


@dataclass(slots=True)
class Times:
    """Seconds that calls of one kind took."""

    floor: list[float] = field(default_factory=list[float])
    ours: list[float] = field(default_factory=list[float])
    filled: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for a list: the floor's query, and the use behind the command, which tells whether it found any."""

    name: str
    floor: tuple[str, tuple[Any, ...]]
    ours: Callable[[], Awaitable[bool]]


async def bench(options: Options) -> int:
    """Fill a database of its own, measure, print the figures; the exit code."""
    figures = await measure(options)
    if options.json:
        goals = {"p99": P99_GOAL_MS, "reached": figures.reached}
        print_json({**asdict(figures), "goal": goals})
    else:
        _show(figures)
    return 0


async def measure(options: Options) -> Figures:
    """Fill a database of its own, and ask for every list."""
    async with own_server() as url:
        with progress_bars() as progress:
            return await _measure(url, options, progress)


async def _measure(url: str, options: Options, progress: Progress) -> Figures:
    plain: Any = await asyncpg.connect(driver_url(url), server_settings=dict(SERVER_SETTINGS))
    database = Database.connect(url)
    try:
        filled = progress.add_task("plays", total=options.listens)
        await plain.execute("SET statement_timeout = 0")
        began = time.perf_counter()
        size = Size(options.listens, options.members)
        listens = await fill_audience(plain, size, lambda count: progress.update(filled, completed=count))
        seconds = round(time.perf_counter() - began, 1)
        asked = progress.add_task("asking", total=options.rounds)
        lists = await _ask_all(plain, database, options, lambda: progress.advance(asked))
        return Figures(listens, options.members, options.rounds, seconds, tuple(lists))
    finally:
        await database.close()
        await plain.close()


async def _ask_all(plain: Any, database: Database, options: Options, told: Callable[[], None]) -> list[Measured]:
    """Every list in turn, each beside its floor, so that what disturbs the machine disturbs all of them."""
    tools = Tools(database, SystemClock())
    choose = random.Random(SEED)
    club: UUID = await plain.fetchval("SELECT id FROM clubs")
    users: dict[int, UUID] = {
        int(row[0]): row[1] for row in await plain.fetch("SELECT external_id, user_id FROM linked_accounts")
    }
    heard: Sequence[Any] = await plain.fetch(
        "SELECT artist_id, album_id, track_id FROM listen_events TABLESAMPLE SYSTEM (1) ORDER BY random() LIMIT 5000"
    ) or await plain.fetch("SELECT artist_id, album_id, track_id FROM listen_events LIMIT 5000")
    times: dict[str, Times] = {}
    for number in range(WARM_UP + options.rounds):
        kind = choose.choice(list(Kind))
        caller = Caller(GUILD, FIRST_MEMBER + choose.randrange(options.members), "A member")
        subject = Subject(kind, choose.choice(heard)[f"{kind}_id"], "", "")
        for ask in _asks(tools, caller, kind, subject, choose, club=club, user=users[caller.discord_id]):
            began = time.perf_counter()
            await plain.fetch(ask.floor[0], *ask.floor[1])
            between = time.perf_counter()
            found = await ask.ours()
            ended = time.perf_counter()
            if number >= WARM_UP:
                taken = times.setdefault(ask.name, Times())
                taken.floor.append(between - began)
                taken.ours.append(ended - between)
                taken.filled += found
        if number >= WARM_UP:
            told()
    return [
        Measured(name, Spread.of(taken.floor), Spread.of(taken.ours), round(taken.filled / len(taken.ours), 3))
        for name, taken in times.items()
    ]


def _asks(
    tools: Tools, caller: Caller, kind: Kind, subject: Subject, choose: random.Random, *, club: UUID, user: UUID
) -> list[Ask]:
    """What a member asks for in one round; what is known stands in a list by how much it is heard."""
    monday = charts.monday(NOW.date()) - timedelta(weeks=choose.randrange(1, WEEKS_BACK))

    async def knows() -> bool:
        found = await finding.find_subject(tools, caller=caller, kind=kind, text=finding.value_of(subject))
        return bool((await seeing.who_knows(tools, caller=caller, subject=found, public=True)).listed)

    async def top(period: str) -> bool:
        return bool((await seeing.top(tools, caller=caller, now=NOW, kind=kind, period=period)).lines)

    async def charted(one: Kind | None) -> bool:
        told = await charts.club_charts(tools, caller=caller, now=NOW, week=monday, kind=one)
        return all(chart.lines for chart in told.charts)

    of_week = (CHARTED, (club, monday, str(kind)))
    return [
        Ask("/whoknows", (KNOWN.format(kind=kind), (subject.id,)), knows),
        Ask("/top, a month", (HEARD, (user, NOW - MONTH)), lambda: top("month")),
        Ask("/top, all", (COUNTED.format(kind=kind), (user,)), lambda: top("all")),
        Ask("/club charts", of_week, lambda: charted(None)),
        Ask("/club charts, one list", of_week, lambda: charted(kind)),
    ]


def _show(figures: Figures) -> None:
    title = f"Lists of {figures.members:,} members with {figures.listens:,} listens, milliseconds"
    table = Table(title=title)
    for heading in ("", "floor p50", "floor p99", "p50", "p90", "p99", f"goal {P99_GOAL_MS:g}"):
        table.add_column(heading, justify="right" if heading else "left")
    for one in figures.lists:
        numbers = (one.floor.p50, one.floor.p99, one.ours.p50, one.ours.p90, one.ours.p99)
        table.add_row(one.name, *(f"{number:.2f}" for number in numbers), mark(one.reached))
    console = Console()
    console.print(table)
    console.print(
        f"{figures.rounds:,} calls of each; p99 below {P99_GOAL_MS:g} ms:"
        f" {mark(figures.reached)}. Filling took {figures.fill_seconds:.0f} s."
    )
