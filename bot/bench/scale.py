"""`longplay bench scale`: many clubs on one database: how long a wake-up takes, what grows, and what is looked through.

Every figure stands beside a row fetched by its key on the same database.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, cast

import asyncpg
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.bench.audience import FIRST_MEMBER, NOW
from bot.bench.catalogue import Spread
from bot.bench.outcome import Outcome, mark, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.bench.platform import FIRST_GUILD, Platform, fill_platform
from bot.domain.clock import SystemClock
from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.plays import Source
from bot.domain.people import Caller
from bot.domain.ports import ListenSource
from bot.services import outbox
from bot.services.club import phases, planning, views
from bot.services.listening import charts, finding, seeing, syncing
from bot.services.taste import refreshing
from bot.services.tools import Listening, Tools
from db.address import driver_url
from db.server.home import ROOM_BYTES
from db.session import SERVER_SETTINGS, Database

SEED = 20_261_129
P99_GOAL_MS = 20.0
"""Of whatever somebody waits for, and of a wake-up that finds nothing to do."""
OPENED_GOAL = 60.0
"""Seconds in which every club's week opens when all open at the same minute."""
LARGE = 10_000
"""Rows from which on a table is not to be looked through from end to end."""
BYTES_A_LISTEN = 2_500
"""With its counters, their indexes, and what is sorted to count it."""
OPENS = NOW + timedelta(hours=1)
WEEKS_BACK = 20
WARM_UP = 5

GIVE_BACK = (
    "UPDATE sync_accounts SET lease_until = NULL WHERE lease_until IS NOT NULL",
    "UPDATE taste_states SET claimed_until = NULL WHERE claimed_until IS NOT NULL",
    "DELETE FROM procrastinate_jobs",
)
"""What was claimed is free again, for the next round."""
PUT_BACK = "UPDATE outbox SET state = 'pending', lease_until = NULL WHERE state = 'sending'"
FLOOR = "SELECT * FROM users WHERE id = $1"
USERS = "SELECT external_id::bigint, user_id FROM linked_accounts WHERE provider = 'discord'"
HEARD = "SELECT {kind}_id FROM {kind}_plays WHERE user_id = $1 ORDER BY plays DESC LIMIT 20"
SIZES = """
SELECT relname, greatest(reltuples, 0)::bigint, pg_table_size(oid), pg_indexes_size(oid)
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
ORDER BY pg_total_relation_size(oid) DESC LIMIT 12
"""
"""As the last ANALYZE counted them; the figures of use may count what is told late twice."""
LOOKED_THROUGH = """
SELECT stat.relname, seq_scan FROM pg_stat_user_tables AS stat JOIN pg_class ON pg_class.oid = relid
WHERE reltuples >= $1
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    clubs: int = 2_000
    members: int = 40_000
    listens: int = 20_000_000
    rounds: int = 200
    json: bool = False


@dataclass(frozen=True, slots=True)
class Grown:
    """A table of the largest, in bytes."""

    name: str
    rows: int
    table: int
    indexes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    clubs: int
    members: int
    listens: int
    fill_seconds: float
    opened_seconds: float
    """Until every club's week was open, all due at the same minute, by one process."""
    floor: Spread
    asked: Mapping[str, Spread]
    tables: tuple[Grown, ...]
    looked_through: Mapping[str, int]
    """Large tables that were read from end to end while we asked, and how often."""

    @property
    def reached(self) -> bool:
        """Whether every goal is reached."""
        quick = all(spread.p99 < P99_GOAL_MS for spread in self.asked.values())
        return quick and self.opened_seconds < OPENED_GOAL and not self.looked_through

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        goal, opened = f"< {P99_GOAL_MS:g}", self.opened_seconds < OPENED_GOAL
        looked = float(len(self.looked_through))
        return [
            *(
                Outcome("scale", f"{name}, p99", one.p99, "ms", goal, one.p99 < P99_GOAL_MS, self.floor.p99)
                for name, one in self.asked.items()
            ),
            Outcome("scale", "every club's week opened", self.opened_seconds, "s", f"< {OPENED_GOAL:g}", opened),
            Outcome("scale", "large tables read through", looked, "", "none", not self.looked_through),
        ]


@dataclass(slots=True)
class Times:
    """Seconds that calls of each kind took."""

    floor: list[float] = field(default_factory=list[float])
    asked: dict[str, list[float]] = field(default_factory=dict[str, list[float]])


async def bench(options: Options) -> int:
    """Measure, print the figures; the exit code."""
    figures = await measure(options)
    if options.json:
        goals = {"p99": P99_GOAL_MS, "opened_seconds": OPENED_GOAL, "reached": figures.reached}
        print_json({**asdict(figures), "goal": goals})
    else:
        _show(figures)
    return 0


async def measure(options: Options) -> Figures:
    """Fill a database of its own with clubs, open their weeks, and ask."""
    async with own_server(room=max(ROOM_BYTES, options.listens * BYTES_A_LISTEN)) as url:
        with progress_bars() as progress:
            return await _measure(url, options, progress)


async def _measure(url: str, options: Options, progress: Progress) -> Figures:
    plain: Any = await asyncpg.connect(driver_url(url), server_settings=dict(SERVER_SETTINGS))
    database = Database.connect(url)
    # A wake-up only puts tasks into the queue, so nobody here asks the service anything.
    nobody = cast("ListenSource", None)
    tools = Tools(database, SystemClock(), listening=Listening({Source.LASTFM: nobody}))
    try:
        filled = progress.add_task("plays", total=options.listens)
        await plain.execute("SET statement_timeout = 0")
        began = time.perf_counter()
        size = Platform(options.clubs, options.members, options.listens)
        await fill_platform(plain, size, lambda count: progress.update(filled, completed=count))
        fill_seconds = round(time.perf_counter() - began, 1)
        opened_seconds = await _open_all(tools, options, progress)
        await plain.execute("ANALYZE")
        before = dict(await plain.fetch(LOOKED_THROUGH, LARGE))
        times = await _ask_all(plain, tools, options, progress)
        await plain.execute("SELECT pg_stat_clear_snapshot()")
        after = dict(await plain.fetch(LOOKED_THROUGH, LARGE))
        return Figures(
            options.clubs,
            options.members,
            options.listens,
            fill_seconds,
            opened_seconds,
            Spread.of(times.floor),
            {name: Spread.of(taken) for name, taken in times.asked.items()},
            tuple(Grown(*row) for row in await plain.fetch(SIZES)),
            {name: count - before[name] for name, count in after.items() if name in before and count > before[name]},
        )
    finally:
        await database.close()
        await plain.close()


async def _open_all(tools: Tools, options: Options, progress: Progress) -> float:
    """Every club's host plans a week for the same minute; the seconds in which one process opens them all."""
    planned = progress.add_task("weeks planned", total=options.clubs)
    for number in range(options.clubs):
        host = Caller(FIRST_GUILD + number, FIRST_MEMBER + number, "A host", manages=True)
        await planning.plan_week(tools, caller=host, now=NOW, opens_at=OPENS)
        progress.advance(planned)
    opened = progress.add_task("weeks opened", total=options.clubs)
    began = time.perf_counter()
    while count := (await phases.advance_due(tools, now=OPENS)).count:
        progress.advance(opened, count)
    return round(time.perf_counter() - began, 1)


async def _ask_all(plain: Any, tools: Tools, options: Options, progress: Progress) -> Times:
    """Everything in turn, beside its floor, so that what disturbs the machine disturbs all of it."""
    choose = random.Random(SEED)
    users = dict(await plain.fetch(USERS))
    asking = progress.add_task("asking", total=options.rounds)
    times = Times()
    for number in range(WARM_UP + options.rounds):
        for statement in (*GIVE_BACK, PUT_BACK):
            await plain.execute(statement)
        member, kind = choose.randrange(options.members), choose.choice(list(Kind))
        user = users[FIRST_MEMBER + member]
        caller = Caller(FIRST_GUILD + member % options.clubs, FIRST_MEMBER + member, "A member")
        heard = await plain.fetch(HEARD.format(kind=kind), user)
        subject = Subject(kind, choose.choice(heard)[0], "", "")
        began = time.perf_counter()
        await plain.fetch(FLOOR, user)
        taken = {"": time.perf_counter() - began}
        for name, ask in _asks(tools, caller, kind, subject, choose).items():
            began = time.perf_counter()
            await ask()
            taken[name] = time.perf_counter() - began
        if number >= WARM_UP:
            times.floor.append(taken.pop(""))
            for name, seconds in taken.items():
                times.asked.setdefault(name, []).append(seconds)
            progress.advance(asking)
    return times


def _asks(
    tools: Tools, caller: Caller, kind: Kind, subject: Subject, choose: random.Random
) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is done again and again: by the clock, by the delivery, and by a member."""
    monday = charts.monday(NOW.date()) - timedelta(weeks=choose.randrange(1, WEEKS_BACK))

    async def knows() -> None:
        found = await finding.find_subject(tools, caller=caller, kind=kind, text=finding.value_of(subject))
        await seeing.who_knows(tools, caller=caller, subject=found, public=True)

    return {
        "deadlines, none due": lambda: phases.advance_due(tools, now=OPENS),
        "accounts, some due": lambda: syncing.wake(tools, now=NOW),
        "tastes, some stale": lambda: refreshing.wake(tools, now=NOW),
        "errands, thousands waiting": lambda: outbox.claim(tools, now=OPENS),
        "/week": lambda: views.show_week(tools, caller=caller, now=OPENS),
        "/whoknows": knows,
        "/top, a month": lambda: seeing.top(tools, caller=caller, now=NOW, kind=kind, period="month"),
        "/top, all": lambda: seeing.top(tools, caller=caller, now=NOW, kind=kind, period="all"),
        "/club charts": lambda: charts.club_charts(tools, caller=caller, now=NOW, week=monday, kind=None),
    }


def _show(figures: Figures) -> None:
    console = Console()
    title = f"{figures.clubs:,} clubs, {figures.members:,} members, {figures.listens:,} listens: milliseconds"
    table = Table(title=title)
    for heading in ("", "p50", "p90", "p99", f"goal {P99_GOAL_MS:g}"):
        table.add_column(heading, justify="right" if heading else "left")
    spread = figures.floor
    table.add_row("floor: a row by its key", *(f"{one:.2f}" for one in (spread.p50, spread.p90, spread.p99)), "")
    for name, spread in figures.asked.items():
        numbers = (f"{one:.2f}" for one in (spread.p50, spread.p90, spread.p99))
        table.add_row(name, *numbers, mark(spread.p99 < P99_GOAL_MS))
    console.print(table)
    grown = Table(title="The largest tables")
    for heading in ("", "rows", "MB", "MB of indexes", "bytes a row"):
        grown.add_column(heading, justify="right" if heading else "left")
    for one in figures.tables:
        row = (one.table + one.indexes) / max(1, one.rows)
        grown.add_row(one.name, f"{one.rows:,}", f"{one.table / 1e6:.0f}", f"{one.indexes / 1e6:.0f}", f"{row:.0f}")
    console.print(grown)
    looked = ", ".join(f"{name} {count}×" for name, count in figures.looked_through.items()) or "none"
    console.print(
        f"Every club's week opened within {figures.opened_seconds:.0f} s (goal {OPENED_GOAL:g}), all due at the same"
        f" minute. Large tables read from end to end meanwhile: {looked}. Filling took {figures.fill_seconds:.0f} s."
    )
    console.print(f"Goals: {mark(figures.reached)}.")
